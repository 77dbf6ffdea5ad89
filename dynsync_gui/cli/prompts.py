"""Secrets for the command line: from the environment, else from where they are kept, else asked for."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

from dynsync_gui.domain.errors import settings_error
from dynsync_gui.domain.secrets import ENVIRONMENT, Secrets
from dynsync_gui.domain.settings import MailKind, Settings, SignIn
from dynsync_gui.domain.text import Message, msg
from dynsync_gui.system.redaction import keep_out
from dynsync_gui.system.secrets import EnvironmentSecrets

Ask = Callable[[str], str]
"""Shows a question and returns what was typed, unseen."""

_QUESTIONS = {
    "dynamics_password": msg("Password of {account} in Dynamics: "),
    "dynamics_client_secret": msg("Client secret of {account} in Dynamics: "),
    "marketo_client_secret": msg("Client secret of {account} in Marketo: "),
    "mail_password": msg("Password of {account} at the mail server: "),
    "proxy_password": msg("Password of {account} at the proxy: "),
}


_MOST_INPUT = 64 * 1024


def needed(settings: Settings) -> tuple[str, ...]:
    """Names of the secrets without which these settings cannot work."""
    dynamics, mail = settings.dynamics, settings.mail
    wanted = {
        "dynamics_password": dynamics.sign_in is SignIn.PASSWORD,
        "dynamics_client_secret": dynamics.sign_in is SignIn.APPLICATION and not dynamics.certificate,
        "marketo_client_secret": True,
        "mail_password": mail.kind is MailKind.SMTP and bool(mail.host and mail.username),
        "proxy_password": bool(settings.network.proxy_username),
    }
    return tuple(name for name, is_wanted in wanted.items() if is_wanted)


def missing(settings: Settings, secrets: Secrets) -> tuple[str, ...]:
    """Names of needed secrets that are not there."""
    return tuple(name for name in needed(settings) if not getattr(secrets, name))


def from_environment(environment: Mapping[str, str] | None = None) -> Secrets:
    """What the ``DYNSYNC_*`` variables hold."""
    return EnvironmentSecrets(environment).read()


def from_standard_input() -> Secrets:
    """What a program that starts this one writes: a line ``VARIABLE=value`` for each secret, in UTF-8.

    Raises:
        SettingsError: A line names no secret; neither the line nor any part of it is told.
    """
    names = {variable: name for name, variable in ENVIRONMENT.items()}
    given = sys.stdin.buffer.read(_MOST_INPUT) if sys.stdin is not None else b""
    found: dict[str, str] = {}
    for number, line in enumerate(given.decode("utf-8-sig", "replace").splitlines(), 1):
        variable, equals, value = line.partition("=")
        if equals and variable.strip() in names:
            found[names[variable.strip()]] = value.strip()  # a prompt of Windows adds a blank before a pipe
        elif line.strip():
            raise settings_error(
                msg("Line {line} of standard input names no secret.", line=number),
                msg("Write one secret a line, such as {example}.", example="DYNSYNC_MARKETO_CLIENT_SECRET=..."),
                code="secret-line",
            )
    keep_out(found.values())
    return Secrets(**found)


def over(first: Secrets, second: Secrets) -> Secrets:
    """The secrets of the first, filled up from the second."""
    return Secrets(**{name: getattr(first, name) or getattr(second, name) for name in ENVIRONMENT})


def ask_for(settings: Settings, secrets: Secrets, ask: Ask | None) -> Secrets:
    """The secrets, with what is missing typed in by a person.

    Args:
        settings: Say which secrets are needed.
        secrets: What is there already.
        ask: Asks a person; None where nobody is there.

    Raises:
        SettingsError: A needed secret is missing and nobody can be asked; it names the variable.
    """
    for name in missing(settings, secrets):
        typed = ask(str(_question(settings, name))).strip() if ask else ""
        if not typed:
            raise settings_error(
                msg("A secret is missing: {variable}.", variable=ENVIRONMENT[name]),
                msg("Set this variable, or run the command at a terminal to be asked for it."),
                code="secret-missing",
            )
        keep_out([typed])
        secrets = replace(secrets, **{name: typed})
    return secrets


def terminal() -> Ask | None:
    """Asks at the terminal; None where stdin is none."""
    return getpass.getpass if sys.stdin is not None and sys.stdin.isatty() else None


def _question(settings: Settings, name: str) -> Message:
    accounts = {
        "dynamics_password": settings.dynamics.username,
        "dynamics_client_secret": settings.dynamics.client_id,
        "marketo_client_secret": settings.marketo.client_id,
        "mail_password": settings.mail.username,
        "proxy_password": settings.network.proxy_username,
    }
    return Message(_QUESTIONS[name].text, {"account": accounts[name]})

"""A secret that is changed after the set-up: which ones there are, and which one a refusal is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dynsync_gui.domain.schema import System
from dynsync_gui.domain.settings import MailKind, Settings, SignIn

SIGN_IN = "sign_in"
"""Not a secret but a person, who signs in again."""
_REFUSED = {
    "AADSTS7000215": "dynamics_client_secret",
    "AADSTS7000222": "dynamics_client_secret",
    "certificate.password": "dynamics_client_secret",
    "AADSTS50126": "dynamics_password",
    "AADSTS50055": "dynamics_password",
    "AADSTS50173": "dynamics_password",
    "marketo.credentials": "marketo_client_secret",
    "network.proxy-account": "proxy_password",
    "mail-sign-in": "mail_password",
}


@dataclass(frozen=True, slots=True, repr=False)
class Renewal:
    """What is changed; never printed.

    Attributes:
        name: A secret of `domain.secrets.Secrets`, or `SIGN_IN`.
        value: The new secret.
        expires: Its last day, where the user told it and an application's secret is changed.
    """

    name: str
    value: str = ""
    expires: date | None = None


def renewable(settings: Settings) -> tuple[str, ...]:
    """What these settings use and a person can change, in the order of the set-up."""
    dynamics, mail = settings.dynamics, settings.mail
    used = {
        SIGN_IN: dynamics.sign_in.is_person,
        "dynamics_password": dynamics.sign_in is SignIn.PASSWORD,
        "dynamics_client_secret": not dynamics.sign_in.is_person,
        "marketo_client_secret": True,
        "proxy_password": bool(settings.network.proxy_username),
        "mail_password": mail.kind is MailKind.SMTP and bool(mail.host and mail.username),
    }
    return tuple(name for name, is_used in used.items() if is_used)


def refused_secret(code: str, settings: Settings) -> str:
    """What has to be changed because of a refusal; empty where it is about something else.

    Args:
        code: The vendor's code, or ours.
        settings: Which secrets there are.
    """
    person = settings.dynamics.sign_in.is_person and code.startswith(("AADSTS", "sign-in."))
    name = SIGN_IN if person else _REFUSED.get(code, "")
    return name if name in renewable(settings) else ""


def system_of(name: str) -> System:
    """The system whose connection proves a secret."""
    return System.MARKETO if name == "marketo_client_secret" else System.DYNAMICS

"""The letter to the colleague who can put things right: what to grant, where, and why. It holds nothing secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dynsync_gui.domain.checks import Check, CheckState, Owner
from dynsync_gui.domain.rights import permissions, table_name, table_rights, verb_names
from dynsync_gui.domain.settings import SAMPLE_CLIENT_ID, Settings, SignIn
from dynsync_gui.domain.text import Message, msg, tr

WRITTEN_TO = (Owner.DYNAMICS_ADMIN, Owner.ENTRA_ADMIN, Owner.MARKETO_ADMIN, Owner.NETWORK)
"""Colleagues; the others are the reader, the vendors and DynSync itself."""

_COLLEAGUES = {
    Owner.DYNAMICS_ADMIN: msg("administrator of Microsoft Dynamics 365"),
    Owner.ENTRA_ADMIN: msg("administrator of Microsoft Entra"),
    Owner.MARKETO_ADMIN: msg("administrator of Adobe Marketo Engage"),
    Owner.NETWORK: msg("network team"),
}
_SUBJECTS = {
    Owner.DYNAMICS_ADMIN: msg("DynSync needs something in Dynamics 365"),
    Owner.ENTRA_ADMIN: msg("DynSync needs something in Microsoft Entra"),
    Owner.MARKETO_ADMIN: msg("DynSync needs something in Marketo"),
    Owner.NETWORK: msg("DynSync needs a way through the network"),
}
_PLACES = {
    Owner.DYNAMICS_ADMIN: msg(
        "Where: admin.powerplatform.microsoft.com > Environments > this environment > Settings > "
        "Users + permissions (Users, Application users, Security roles)."
    ),
    Owner.ENTRA_ADMIN: msg(
        "Where: entra.microsoft.com > Applications > App registrations (and Enterprise applications), "
        "and Users for the account. Sign-in logs find an attempt by its correlation id."
    ),
    Owner.MARKETO_ADMIN: msg(
        "Where: Marketo > Admin > Users & Roles (the API user's role), LaunchPoint (the API service), "
        "Web Services (addresses and calls), Field Management."
    ),
    Owner.NETWORK: msg(
        "What: outgoing HTTPS (port 443, TLS 1.2 or newer) to the addresses below, without changing what is sent."
    ),
}
_WHY = msg(
    "We are connecting Dynamics 365 and Marketo with DynSync, so that both hold the same people and companies. "
    "DynSync reads from Dynamics and writes to Marketo; what is changed there on people comes back to Dynamics. "
    "Its connection test found this:"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message, ready to copy, save or send.

    Attributes:
        owner: Who gets it.
        subject: One line.
        body: Plain text.
    """

    owner: Owner
    subject: str
    body: str


def owners_of(checks: Sequence[Check]) -> tuple[Owner, ...]:
    """Colleagues who have something to do, those of failed checks first."""
    needed = [check for check in checks if _is_open(check)]
    needed.sort(key=lambda check: check.state is not CheckState.FAILED)
    return tuple(dict.fromkeys(check.owner for check in needed if check.owner in WRITTEN_TO))


def letter(checks: Sequence[Check], owner: Owner, settings: Settings) -> Letter | None:
    """The letter to one colleague, in the language in use now; None where there is nothing for them to do.

    Args:
        checks: All checks of a test.
        owner: Whom to write to.
        settings: What was tested; addresses and ids are named, secrets are not in it.
    """
    open_checks = [check for check in checks if check.owner is owner and _is_open(check)]
    if owner not in WRITTEN_TO or not open_checks:
        return None
    open_checks.sort(key=lambda check: check.state is not CheckState.FAILED)
    parts = [tr("Hello,"), str(_WHY)]
    parts += [_point(number, check) for number, check in enumerate(open_checks, 1)]
    parts += [str(_PLACES[owner]), "\n".join(_facts(owner, settings)), _needs(owner, settings)]
    parts.append(tr("Passwords and secrets are not needed for this; nobody should send them by mail. Thank you!"))
    subject = str(_SUBJECTS[owner])
    return Letter(owner, subject, "\n\n".join(part for part in parts if part) + "\n")


def colleague(owner: Owner) -> Message:
    """Whom a letter goes to, in words."""
    return _COLLEAGUES[owner]


def _is_open(check: Check) -> bool:
    return check.state in {CheckState.FAILED, CheckState.ATTENTION}


def _point(number: int, check: Check) -> str:
    lines = [f"{number}. {check.title}: {check.finding}"]
    if check.cure:
        lines.append(f"   {check.cure}")
    ids = [f"{name} {value}" for name, value in check.ids.items()]
    if check.code:
        ids.insert(0, tr("code {code}", code=check.code))
    if ids:
        lines.append("   " + tr("(for the search in logs: {ids})", ids=", ".join(ids)))
    return "\n".join(lines)


def _needs(owner: Owner, settings: Settings) -> str:
    """All rights that the sync as chosen takes, so that the next test finds none missing."""
    if owner is Owner.DYNAMICS_ADMIN:
        head = tr("All that it needs: Basic User, and a security role that allows this for the whole organisation:")
        rows = [f"{table_name(right.entity)}: {verb_names(right)}" for right in table_rights(settings)]
    elif owner is Owner.MARKETO_ADMIN:
        head = tr("All that it needs: an API-only user whose role has these permissions under “Access API”:")
        rows = [str(permission) for permission in permissions(settings)]
    else:
        return ""
    return "\n".join([head, *(f"- {row}" for row in rows)])


def _facts(owner: Owner, settings: Settings) -> list[str]:
    """Which systems and accounts it is about."""
    dynamics, marketo = settings.dynamics, settings.marketo
    rows: list[tuple[str, str]] = [(tr("Dynamics environment"), dynamics.url)]
    if owner is Owner.MARKETO_ADMIN:
        rows = [(tr("Marketo endpoint"), marketo.endpoint), (tr("Client id of the API service"), marketo.client_id)]
    elif owner is Owner.NETWORK:
        rows += [(tr("Marketo endpoint"), marketo.endpoint)]
        rows += [(tr("Sign-in of Microsoft"), "https://login.microsoftonline.com")]
    else:
        if dynamics.sign_in is not SignIn.APPLICATION:
            rows.append((tr("Account"), dynamics.username))
        rows.append((tr("Application (client) id"), dynamics.client_id or SAMPLE_CLIENT_ID))
    return [f"{name}: {value}" for name, value in rows if value]

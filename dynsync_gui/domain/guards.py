"""Whether the two systems are still the ones that a person confirmed. Pure: it is told what there is."""

from __future__ import annotations

from dataclasses import dataclass

from dynsync_gui.domain.addresses import MARKETO_HOST
from dynsync_gui.domain.checks import Check, CheckState, EnvironmentKind, Owner, SystemIdentity
from dynsync_gui.domain.errors import Finding, GuardStop, Retry
from dynsync_gui.domain.schema import System
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.text import Message, msg

CODE = "identity"
CONFIRM = msg(
    "If that is right, confirm it by typing the organisation's name, “{name}”. If not, check the addresses.", name=""
)
"""What to do about systems that are other ones; asked by the window and by an option of the command line."""
TYPE_NAME = msg("Type its name as Dynamics has it: “{name}”.", name="")
_KINDS = {
    EnvironmentKind.PRODUCTION: msg("production"),
    EnvironmentKind.SANDBOX: msg("sandbox"),
    EnvironmentKind.REHEARSAL: msg("rehearsal"),
    EnvironmentKind.UNKNOWN: msg("unknown"),
}


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The two systems that a person confirmed, in short.

    Attributes:
        organisation: Id of the Dynamics organisation; it never changes, and a copy has another one.
        name: Its name.
        url: Its address.
        kind: Production or sandbox, where Dynamics tells.
        munchkin: Marketo's Munchkin id, or its host where that is not Marketo's own.
    """

    organisation: str
    name: str
    url: str
    kind: EnvironmentKind
    munchkin: str

    def same_systems(self, other: Confirmed) -> bool:
        """Whether both stand for the same two systems, so that what is remembered of one holds for the other."""
        return (self.organisation, self.munchkin) == (other.organisation, other.munchkin)


def present(dynamics: SystemIdentity, settings: Settings) -> Confirmed:
    """The two systems as they are now."""
    return Confirmed(
        dynamics.id, dynamics.name, settings.dynamics.url, dynamics.kind, munchkin_of(settings.marketo.endpoint)
    )


def munchkin_of(endpoint: str) -> str:
    """Marketo's Munchkin id, or the host of an endpoint that is not Marketo's own."""
    host = endpoint.removeprefix("https://").partition("/")[0].lower()
    match = MARKETO_HOST.fullmatch(host)
    return match["munchkin"].upper() if match else host


def identity_guard(confirmed: Confirmed, now: Confirmed) -> GuardStop | None:
    """What stops a run because a system is another one than was confirmed; None where both are the same."""
    title = _difference(confirmed, now)
    if title is None:
        return None
    detail = f"{confirmed.organisation} {confirmed.kind} {confirmed.munchkin} -> "
    return GuardStop(
        CODE,
        Finding(title, Message(CONFIRM.text, {"name": now.name}), Owner.YOU, Retry.DECISION),
        detail + f"{now.organisation} {now.kind} {now.munchkin}",
    )


def identity_check(confirmed: Confirmed, now: Confirmed) -> Check | None:
    """The same as a line of the check list."""
    stop = identity_guard(confirmed, now)
    if stop is None:
        return None
    system = System.MARKETO if confirmed.organisation == now.organisation and _kind_same(confirmed, now) else None
    finding = stop.finding
    return Check(
        "identity",
        system or System.DYNAMICS,
        CheckState.ATTENTION,
        msg("The confirmed systems"),
        finding.title,
        finding.cure,
        finding.owner,
        stop.code,
        detail=stop.detail,
    )


def accepted(typed: str, now: Confirmed) -> GuardStop | None:
    """Why a typed name does not confirm the systems; None where it does."""
    if " ".join(typed.split()).casefold() == " ".join(now.name.split()).casefold():
        return None
    return GuardStop(
        "identity-name",
        Finding(
            msg("The organisation is not called “{typed}”.", typed=typed[:100]),
            Message(TYPE_NAME.text, {"name": now.name}),
            Owner.YOU,
            Retry.DECISION,
        ),
    )


def _difference(confirmed: Confirmed, now: Confirmed) -> Message | None:
    if confirmed.organisation != now.organisation:
        names = {"before": confirmed.name, "name": now.name}
        if confirmed.url == now.url:
            return msg(
                "At the same address answers another Dynamics than the one you confirmed, perhaps a restored copy: "
                "“{name}” in place of “{before}”.",
                **names,
            )
        return msg("This is another Dynamics than the one you confirmed: “{name}” in place of “{before}”.", **names)
    if not _kind_same(confirmed, now):
        return msg(
            "The Dynamics “{name}” was a {before} environment when you confirmed it; now it is {kind}.",
            name=now.name,
            before=_KINDS[confirmed.kind],
            kind=_KINDS[now.kind],
        )
    if confirmed.munchkin != now.munchkin:
        return msg(
            "This is another Marketo than the one you confirmed: {munchkin} in place of {before}.",
            munchkin=now.munchkin,
            before=confirmed.munchkin,
        )
    return None


def _kind_same(confirmed: Confirmed, now: Confirmed) -> bool:
    return confirmed.kind is now.kind or EnvironmentKind.UNKNOWN in {confirmed.kind, now.kind}

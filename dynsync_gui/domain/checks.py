"""Named checks of a connection, and the identity card of the two systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dynsync_gui.domain.schema import System
from dynsync_gui.domain.text import NOTHING, Message


class CheckState(StrEnum):
    """How a check ended."""

    PENDING = "pending"
    PASSED = "passed"
    ATTENTION = "attention"
    FAILED = "failed"
    SKIPPED = "skipped"


class Owner(StrEnum):
    """Who can put it right."""

    YOU = "you"
    DYNAMICS_ADMIN = "dynamics-admin"
    ENTRA_ADMIN = "entra-admin"
    MARKETO_ADMIN = "marketo-admin"
    NETWORK = "network"
    VENDOR = "vendor"
    DYNSYNC = "dynsync"


@dataclass(frozen=True, slots=True)
class Check:
    """One named check.

    Attributes:
        id: Stable name, such as ``dynamics.sign-in``.
        system: Which side it is about.
        state: How it ended; ``pending`` while it runs.
        title: What is checked, as a short noun.
        finding: What was seen, one plain sentence.
        cure: What to do; empty where nothing is to be done.
        owner: Who can do it.
        code: The vendor's code, such as ``AADSTS50126``, or ours.
        ids: Request and correlation ids that the vendor's support asks for.
        detail: The vendor's own words, for the details only; never a secret.
        seconds: How long it took.
    """

    id: str
    system: System
    state: CheckState
    title: Message
    finding: Message = NOTHING
    cure: Message = NOTHING
    owner: Owner = Owner.YOU
    code: str = ""
    ids: Mapping[str, str] = field(default_factory=dict, hash=False)
    detail: str = ""
    seconds: float = 0.0


class EnvironmentKind(StrEnum):
    """What a system is used for."""

    PRODUCTION = "production"
    SANDBOX = "sandbox"
    REHEARSAL = "rehearsal"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SystemIdentity:
    """One side of the identity card.

    Attributes:
        system: Which side.
        id: What never changes: the organisation's id, or the Munchkin id.
        name: Name of the organisation.
        address: Host that the sync talks to.
        kind: Production, sandbox or rehearsal, where the vendor tells.
        counts: How many records, by a word such as ``contact``; None where the vendor does not tell.
        at_least: Words in `counts` whose number is a lower bound.
        familiar: Up to three record names that a person will recognise.
        named_host: True where the host is not a vendor's but was named by the user.
    """

    system: System
    id: str
    name: str
    address: str
    kind: EnvironmentKind
    counts: Mapping[str, int | None] = field(default_factory=dict, hash=False)
    at_least: frozenset[str] = frozenset()
    familiar: tuple[str, ...] = ()
    named_host: bool = False


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """Both systems, as the user confirms them before anything is written."""

    dynamics: SystemIdentity
    marketo: SystemIdentity


def all_passed(checks: tuple[Check, ...]) -> bool:
    """Whether nothing failed and nothing is still running."""
    stopping = {CheckState.FAILED, CheckState.PENDING}
    return bool(checks) and not any(check.state in stopping for check in checks)

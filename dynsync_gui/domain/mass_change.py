"""The guard against accidents: unusually many records that change at once in a way that is hard to take back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dynsync_gui.domain.errors import Finding, GuardStop, Retry
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.settings import GuardSettings
from dynsync_gui.domain.text import Listing, Message, msg, msgs

CODE = "mass-change"
LEAST = 20
"""So few records never stop a sync, however small a share would."""


class Alarm(StrEnum):
    """What may happen to a record that both sides hold, and that is worth asking about when it happens to many.

    The last two happen in Dynamics, after somebody's work in Marketo.
    """

    DELETED = "deleted"
    EXCLUDED = "excluded"
    BLANKED = "blanked"
    UNSUBSCRIBED = "unsubscribed"
    REASSIGNED = "reassigned"
    EMPTIED = "emptied"
    OPTED_OUT = "opted-out"


@dataclass(frozen=True, slots=True)
class MassChange:
    """How many records of a table a cycle would change in one way, of how many that Marketo holds."""

    entity: Entity
    alarm: Alarm
    count: int
    held: int


def threshold(held: int, settings: GuardSettings) -> int:
    """The most records that may change in one way without asking."""
    return max(LEAST, min(settings.records, held * settings.percent // 100))


def excessive(changes: Iterable[MassChange], settings: GuardSettings) -> tuple[MassChange, ...]:
    """Those that somebody has to agree to."""
    return tuple(one for one in changes if one.count > threshold(one.held, settings))


def mass_guard(run: int, changes: tuple[MassChange, ...]) -> GuardStop:
    """What stops a run before it writes.

    Args:
        run: Its number.
        changes: What somebody has to agree to, at least one.
    """
    id_ = guard_id(run, changes)
    what = Listing(_TEXTS[one.alarm](one) for one in changes)
    return GuardStop(
        CODE,
        Finding(
            msg("DynSync stopped before writing, because this is unusually much at once: {what}.", what=what),
            msg(
                "Look whether that is meant, for instance a bulk edit. If it is, agree in the window, or with "
                "--accept-guard {id} on the command line. If not, set it right where it was done: nothing was written.",
                id=id_,
            ),
            retry=Retry.DECISION,
        ),
        detail=id_,
    )


def guard_id(run: int, changes: Iterable[MassChange]) -> str:
    """The name under which the stop is agreed to; it holds for this run and these changes only."""
    parts = sorted({f"{one.entity}-{one.alarm}-{one.count}" for one in changes})
    return ".".join([str(run), *parts])


def covers(agreed: str, asked: str) -> bool:
    """Whether who agreed to one stop agreed to another: the same changes of the same run, or what is left of them."""
    run, *parts = agreed.split(".")
    again, *others = asked.split(".")
    counts = {kind: int(count) for kind, _, count in (part.rpartition("-") for part in parts)}
    left = {kind: int(count) for kind, _, count in (part.rpartition("-") for part in others)}
    return run == again and all(count <= counts.get(kind, 0) for kind, count in left.items())


def _deleted(one: MassChange) -> Message:
    return msgs(
        "{n} record of “{table}” was deleted in Dynamics",
        "{n} records of “{table}” were deleted in Dynamics",
        one.count,
        table=one.entity,
    )


def _excluded(one: MassChange) -> Message:
    return msgs(
        "{n} record of “{table}” is newly kept out by the filter",
        "{n} records of “{table}” are newly kept out by the filter",
        one.count,
        table=one.entity,
    )


def _blanked(one: MassChange) -> Message:
    return msgs(
        "{n} record of “{table}” had values cleared",
        "{n} records of “{table}” had values cleared",
        one.count,
        table=one.entity,
    )


def _unsubscribed(one: MassChange) -> Message:
    return msgs(
        "{n} record of “{table}” would be unsubscribed",
        "{n} records of “{table}” would be unsubscribed",
        one.count,
        table=one.entity,
    )


def _reassigned(one: MassChange) -> Message:
    return msgs(
        "{n} record of “{table}” has another owner",
        "{n} records of “{table}” have another owner",
        one.count,
        table=one.entity,
    )


def _emptied(one: MassChange) -> Message:
    return msgs(
        "{n} record of “{table}” would lose values in Dynamics that were cleared in Marketo",
        "{n} records of “{table}” would lose values in Dynamics that were cleared in Marketo",
        one.count,
        table=one.entity,
    )


def _opted_out(one: MassChange) -> Message:
    return msgs(
        "{n} record of “{table}” would be unsubscribed in Dynamics, as in Marketo",
        "{n} records of “{table}” would be unsubscribed in Dynamics, as in Marketo",
        one.count,
        table=one.entity,
    )


_TEXTS = {
    Alarm.DELETED: _deleted,
    Alarm.EXCLUDED: _excluded,
    Alarm.BLANKED: _blanked,
    Alarm.UNSUBSCRIBED: _unsubscribed,
    Alarm.REASSIGNED: _reassigned,
    Alarm.EMPTIED: _emptied,
    Alarm.OPTED_OUT: _opted_out,
}


def alarms_of(counts: Mapping[tuple[Entity, Alarm], int], held: Mapping[Entity, int]) -> tuple[MassChange, ...]:
    """Counted alarms as changes, in a fixed order."""
    return tuple(
        MassChange(entity, alarm, count, held.get(entity, 0)) for (entity, alarm), count in sorted(counts.items())
    )

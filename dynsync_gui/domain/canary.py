"""A careful start: 10, 100, 1,000 records of each table, then all; it stops by itself where something looks wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dynsync_gui.domain.errors import Finding, GuardStop, Retry
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.text import Message, msg

CODE = "canary"
RUNGS = (10, 100, 1_000)
"""Records of each table in one step; all the others follow the last one."""

MOST_REFUSED = 0.05
LEAST_REFUSED = 2
"""More than this share stops the start, and at least so many."""

_STOPPED = "stopped:"


@dataclass(frozen=True, slots=True)
class CanaryCount:
    """One table after a step: how many Marketo took, refused, and does not show though it took them."""

    entity: Entity
    taken: int
    refused: int
    missing: int = 0


def trouble(counts: Sequence[CanaryCount]) -> Message | None:
    """Why a step is a reason to stop; None where it is not."""
    sent = sum(one.taken + one.refused for one in counts)
    refused, missing = sum(one.refused for one in counts), sum(one.missing for one in counts)
    if _many(refused, sent):
        return msg("Marketo refused {refused} of {sent} records", refused=refused, sent=sent)
    if _many(missing, sent):
        return msg("Marketo took {sent} records and does not show {missing} of them", sent=sent, missing=missing)
    return None


def stopped_at(rung: int) -> str:
    """What is kept of a start that stopped at a step."""
    return f"{_STOPPED}{rung}"


def standing_at(kept: str) -> int:
    """The step that a start stands still at; 0 where it does not."""
    return int(kept.removeprefix(_STOPPED)) if kept.startswith(_STOPPED) else 0


def canary_id(run: int, rung: int) -> str:
    """The name under which going on is agreed to."""
    return f"{run}.{CODE}-{rung}"


def canary_guard(run: int, rung: int, why: Message | None = None) -> GuardStop:
    """What stops a careful start.

    Args:
        run: Its number.
        rung: The step that it stopped at.
        why: What looked wrong; None where that was told before.
    """
    id_ = canary_id(run, rung)
    what = msg("DynSync stopped by itself after the first {rung} records of each table.", rung=rung)
    told = msg("{stopped} {why}.", stopped=what, why=why) if why else what
    cure = msg(
        "Look at the records that need a look, and put their cause right. Then go on: agree in the window, or with "
        "--accept-guard {id} on the command line.",
        id=id_,
    )
    return GuardStop(CODE, Finding(told, cure, retry=Retry.DECISION), detail=id_)


def _many(part: int, whole: int) -> bool:
    return part >= LEAST_REFUSED and part > MOST_REFUSED * whole

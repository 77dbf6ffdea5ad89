"""What a check of the self-test found, and how it is told."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dynsync_gui import __version__
from dynsync_gui.domain.errors import ExitStatus
from dynsync_gui.domain.text import Message, msg, tr


class State(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    LACKING = "lacking"
    """This computer lacks something that DynSync can do without."""
    FAILED = "failed"


WORDS = {State.PASSED: msg("passed"), State.LACKING: msg("not here"), State.FAILED: msg("FAILED")}


class Lacking(Exception):  # noqa: N818  reads as what was found
    """This computer lacks what a check is about, and DynSync works without it."""


class Failed(Exception):  # noqa: N818
    """What a check is about does not work."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check.

    Attributes:
        id: Its name in documents.
        title: What it is about.
        state: How it ended.
        finding: What was seen.
        seconds: How long it took.
    """

    id: str
    title: Message
    state: State
    finding: str
    seconds: float


def status_of(outcomes: Sequence[Outcome]) -> ExitStatus:
    """The exit status: done; done, but something is not here; or a fault of DynSync."""
    states = {outcome.state for outcome in outcomes}
    if State.FAILED in states:
        return ExitStatus.FAULT
    return ExitStatus.PROBLEMS if State.LACKING in states else ExitStatus.DONE


def document(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Everything for other programs."""
    return {
        "version": __version__,
        "program": sys.executable,
        "system": platform.platform(),
        "passed": State.FAILED not in {outcome.state for outcome in outcomes},
        "checks": [
            {
                "id": outcome.id,
                "title": str(outcome.title),
                "state": outcome.state,
                "finding": outcome.finding,
                "seconds": round(outcome.seconds, 2),
            }
            for outcome in outcomes
        ],
    }


def text(outcomes: Sequence[Outcome]) -> str:
    """Everything for people: a line a check, then one sentence."""
    rows = [(str(each.title), str(WORDS[each.state]), each.finding) for each in outcomes]
    wide = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"{title:{wide[0]}}  {state:{wide[1]}}  {finding}" for title, state, finding in rows]
    return "\n".join([f"DynSync {__version__}", *lines, "", _verdict(outcomes)])


def _verdict(outcomes: Sequence[Outcome]) -> str:
    match status_of(outcomes):
        case ExitStatus.DONE:
            return tr("DynSync works on this computer.")
        case ExitStatus.PROBLEMS:
            return tr("DynSync works on this computer, which lacks something that is useful to it.")
        case _:
            return tr(
                "This installation of DynSync does not work. Install it again, or send this to those who look after it."
            )

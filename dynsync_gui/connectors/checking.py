"""Runs named checks one after another and reports each as it begins and ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dynsync_gui.domain.checks import Check, CheckState, Owner
from dynsync_gui.domain.errors import DynSyncError, Finding
from dynsync_gui.domain.ports import OnCheck
from dynsync_gui.domain.schema import System
from dynsync_gui.domain.text import NOTHING, Message, msg

_NOT_TRIED = msg("Not tried, because an earlier check did not pass.")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check saw that did not fail.

    Attributes:
        text: One plain sentence.
        warning: Something that a person should know before going on; its title stands in for `text`.
        code: The vendor's code or ours for the warning.
    """

    text: Message = NOTHING
    warning: Finding | None = None
    code: str = ""


class CheckList:
    """The checks of one side."""

    def __init__(self, system: System, report: OnCheck) -> None:
        """Checks of one system, told to `report`."""
        self._system, self._report = system, report
        self._done: dict[str, Check] = {}

    @property
    def done(self) -> tuple[Check, ...]:
        """All ended checks, in order."""
        return tuple(self._done.values())

    def run(self, name: str, title: Message, look: Callable[[], Seen], needs: Sequence[str] = ()) -> bool:
        """Run one check.

        Args:
            name: Its id.
            title: What is checked.
            look: Looks; raises a `DynSyncError` for what is wrong.
            needs: Ids of earlier checks without which it makes no sense.

        Returns:
            Whether it did not fail.
        """
        self._report(Check(name, self._system, CheckState.PENDING, title))
        began = time.monotonic()
        if any(self._done[need].state in {CheckState.FAILED, CheckState.SKIPPED} for need in needs):
            check = Check(name, self._system, CheckState.SKIPPED, title, _NOT_TRIED, owner=Owner.DYNSYNC)
        else:
            check = self._looked(name, title, look, began)
        self._done[name] = check
        self._report(check)
        return check.state in {CheckState.PASSED, CheckState.ATTENTION}

    def _looked(self, name: str, title: Message, look: Callable[[], Seen], began: float) -> Check:
        state, code, ids, detail = CheckState.PASSED, "", {}, ""
        try:
            seen = look()
        except DynSyncError as failure:
            state, finding = CheckState.FAILED, failure.finding
            code, ids, detail = failure.code, dict(failure.ids), failure.detail
        else:
            finding = seen.warning or Finding(seen.text, NOTHING)
            if seen.warning:
                state, code = CheckState.ATTENTION, seen.code
        seconds = round(time.monotonic() - began, 3)
        return Check(
            name, self._system, state, title, finding.title, finding.cure, finding.owner, code, ids, detail, seconds
        )

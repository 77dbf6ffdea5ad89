"""Runs named checks, side by side where they do not rest on each other, and reports them in their order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from dynsync_gui.domain.checks import Check, CheckState, Owner
from dynsync_gui.domain.errors import ConnectionFailed, DynSyncError, Finding, TemporaryFailure
from dynsync_gui.domain.ports.listening import OnCheck
from dynsync_gui.domain.schema import System
from dynsync_gui.domain.text import NOTHING, Message, msg

_T = TypeVar("_T")
AT_ONCE = 4
"""Checks of one side that may wait for the vendor at the same time."""
_NOT_TRIED = msg("Not tried, because an earlier check did not pass.")
_NOT_TOLD = msg("The system does not tell this user. Nothing depends on it.")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check saw that did not fail.

    Attributes:
        text: One plain sentence.
        warning: Something that a person should know before going on; its title stands in for `text`.
        code: The vendor's code or ours for the warning.
        ids: Request ids that belong to the warning.
        detail: A technical remark about the warning.
        told: False where the vendor does not answer the question at all.
        stops: Whether what rests on this check is skipped, though it only warns.
    """

    text: Message = NOTHING
    warning: Finding | None = None
    code: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    detail: str = ""
    told: bool = True
    stops: bool = False


Look = Callable[[], Seen]


@dataclass(frozen=True, slots=True)
class _Planned:
    name: str
    title: Message
    look: Look
    needs: tuple[str, ...]


def optional(look: Look) -> Look:
    """A look whose refusal means nothing: what the vendor does not tell is skipped, never failed."""

    def careful() -> Seen:
        try:
            return look()
        except ConnectionFailed as failure:
            return Seen(_NOT_TOLD, code=failure.code, ids=failure.ids, detail=failure.detail, told=False)

    return careful


class Once(Generic[_T]):
    """Something that several checks want, asked for by the first one."""

    def __init__(self, ask: Callable[[], _T]) -> None:
        self._ask, self._lock = ask, threading.Lock()
        self._found: list[_T] = []
        self._failure: ConnectionFailed | None = None

    def __call__(self) -> _T:
        """What was found, or the failure to find it; the others wait for it."""
        with self._lock:
            if self._failure is not None:
                raise self._failure
            if not self._found:
                try:
                    self._found.append(self._ask())
                except ConnectionFailed as failure:
                    self._failure = failure
                    raise
            return self._found[0]


def passing_trouble(failure: TemporaryFailure) -> Seen:
    """What is told where the vendor cannot be asked just now for something without which the rest goes on."""
    return Seen(failure.finding.title, code=failure.code, ids=failure.ids, detail=failure.detail, told=False)


class CheckList:
    """The checks of one side."""

    def __init__(self, system: System, report: OnCheck) -> None:
        """Checks of one system, told to `report`."""
        self._system, self._report = system, report
        self._planned: list[_Planned] = []
        self._stopping: set[str] = set()

    def add(self, name: str, title: Message, look: Look, needs: Sequence[str] = ()) -> None:
        """Plan a check.

        Args:
            name: Its id.
            title: What is checked.
            look: Looks, on any thread; raises a `DynSyncError` for what is wrong.
            needs: Ids of checks planned earlier, without which it makes no sense.
        """
        self._planned.append(_Planned(name, title, look, tuple(needs)))

    def run(self) -> tuple[Check, ...]:
        """Run all planned checks and report each, in their order, as it begins and ends.

        Raises:
            Cancelled: The work was cancelled.
        """
        running: dict[str, Future[Check]] = {}
        done = []
        with ThreadPoolExecutor(AT_ONCE, "dynsync-check") as pool:
            # In the order of planning, so that whatever a check waits for runs already.
            for planned in self._planned:
                running[planned.name] = pool.submit(self._ended, planned, [running[need] for need in planned.needs])
            for planned in self._planned:
                self._report(Check(planned.name, self._system, CheckState.PENDING, planned.title))
                check = running[planned.name].result()
                self._report(check)
                done.append(check)
        return tuple(done)

    def _ended(self, planned: _Planned, needs: Sequence[Future[Check]]) -> Check:
        if any(self._stops(need.result()) for need in needs):
            return Check(planned.name, self._system, CheckState.SKIPPED, planned.title, _NOT_TRIED, owner=Owner.DYNSYNC)
        began = time.monotonic()
        state, ids, detail = CheckState.PASSED, {}, ""
        try:
            seen = planned.look()
        except DynSyncError as failure:
            state, finding = CheckState.FAILED, failure.finding
            code, ids, detail = failure.code, dict(failure.ids), failure.detail
        else:
            finding = seen.warning or Finding(seen.text, NOTHING)
            code, ids, detail = seen.code, dict(seen.ids), seen.detail
            if seen.stops:
                self._stopping.add(planned.name)
            if not seen.told:
                state = CheckState.SKIPPED
            elif seen.warning:
                state = CheckState.ATTENTION
        return Check(
            planned.name,
            self._system,
            state,
            planned.title,
            finding.title,
            finding.cure,
            finding.owner,
            code,
            ids,
            detail,
            round(time.monotonic() - began, 3),
        )

    def _stops(self, check: Check) -> bool:
        return check.state in {CheckState.FAILED, CheckState.SKIPPED} or check.id in self._stopping

"""One command's talk with the service: waiting, progress, and stopping when told to."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from dynsync_gui.cli.output import Output
from dynsync_gui.cli.render import SYSTEMS, plan_text
from dynsync_gui.domain.checks import Check
from dynsync_gui.domain.errors import Cancelled
from dynsync_gui.domain.events import (
    CanaryStep,
    CheckChanged,
    CycleEnded,
    Event,
    FitProgress,
    JobCancelled,
    JobFailed,
    PlanReady,
    Progress,
    RunEnded,
    SignInPrompt,
    Waiting,
)
from dynsync_gui.domain.report import RunState
from dynsync_gui.domain.table_words import RECORDS
from dynsync_gui.domain.text import msg, ntr, number, tr
from dynsync_gui.domain.wait_words import waiting_told
from dynsync_gui.service.api import Job, SyncApi

_E = TypeVar("_E", bound=Event)

_LOOK_EVERY = 0.2
"""Seconds between looks at whether a signal came: on Windows a wait without end hears none."""
_SAY_EVERY = {True: 0.2, False: 10.0}
"""Seconds between two progress lines, at a terminal and elsewhere."""
_PHASES = {
    RunState.READING: msg("reading"),
    RunState.MATCHING: msg("matching"),
    RunState.WRITING: msg("writing"),
}


class Stop:
    """Whether Ctrl-C or SIGTERM asked to stop; a second one ends the process at once."""

    def __init__(self) -> None:
        self.wanted = False

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Heed signals while the context lasts; outside of the main thread there are none."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        signals = [signal.SIGINT, signal.SIGTERM]
        before = {number: signal.signal(number, self._asked) for number in signals}
        try:
            yield
        finally:
            for number_, handler in before.items():
                signal.signal(number_, handler)

    def wait(self) -> None:
        """Stand still until a signal comes."""
        while not self.wanted:
            time.sleep(_LOOK_EVERY)

    def _asked(self, number_: int, _frame: FrameType | None) -> None:
        self.wanted = True
        signal.signal(number_, signal.SIG_DFL)


class NoAnswer(Exception):  # noqa: N818  reads as what happened
    """A job did not end within its time."""


class Session:
    """Waits for jobs and tells what happens meanwhile on stderr.

    Attributes:
        cycle: The last run of cycles that go on by themselves.
        tells_plan: Whether to tell the plan that a first sync makes before it writes.
    """

    def __init__(self, service: SyncApi, output: Output, stop: Stop) -> None:
        self.service = service
        self._output = output
        self._stop = stop
        self._said = 0.0
        self.tells_plan = False
        self.cycle: RunEnded | None = None
        self._checks: dict[str, Check] = {}
        self._for_person = 0.0
        self._end_hearing = service.subscribe(self._hear)

    def close(self) -> None:
        """Stop hearing and end the service."""
        self._end_hearing()
        self.service.close()

    def expect(self, job: Job, kind: type[_E], seconds: float | None = None) -> _E:
        """The last event of a job.

        Raises:
            DynSyncError: The job could not be done.
            Cancelled: It was stopped, by a signal.
            NoAnswer: It did not end in time; it was told to stop.
        """
        end = None if seconds is None else time.monotonic() + seconds
        asked = False
        while (event := job.wait(_LOOK_EVERY)) is None:
            if self._stop.wanted and not asked:
                asked = True
                self._output.note(tr("Stopping. What is done is kept."))
                job.cancel()
            if end is not None and time.monotonic() > end + self._for_person:
                job.cancel()
                raise NoAnswer
        if isinstance(event, JobFailed):
            raise event.error
        if isinstance(event, JobCancelled) or (self._stop.wanted and not isinstance(event, RunEnded)):
            raise Cancelled
        if not isinstance(event, kind):
            raise TypeError(f"{type(event).__name__} instead of {kind.__name__}")
        return event

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks that were reported so far, as they stand."""
        return tuple(self._checks.values())

    def _hear(self, event: Event) -> None:
        """Runs on the job's thread."""
        if isinstance(event, CheckChanged):
            self._checks[event.check.id] = event.check
            if self._output.has_terminal:
                self._output.progress(f"{SYSTEMS[event.check.system]}: {event.check.title}")
        elif isinstance(event, Progress):
            self._progress(progress_line(event))
        elif isinstance(event, FitProgress):
            self._progress(fit_line(event))
        elif isinstance(event, SignInPrompt):
            self._for_person += event.seconds
            self._output.note(prompt_text(event))
        elif isinstance(event, PlanReady) and self.tells_plan and not self._output.as_json:
            self._output.note(plan_text(event.plan))
        elif isinstance(event, CanaryStep):
            self._output.note(step_text(event))
        elif isinstance(event, CycleEnded):
            self.cycle = event.ended or self.cycle
            if event.failure is not None or not self._output.as_json:
                self._output.note(cycle_text(event))
        elif isinstance(event, Waiting) and event.seconds:
            self._output.note(waiting_told(event))

    def _progress(self, line: str) -> None:
        now = time.monotonic()
        if now - self._said < _SAY_EVERY[self._output.has_terminal]:
            return
        if self._output.as_json and not self._output.has_terminal:
            return
        self._said = now
        self._output.progress(line)


def cycle_text(event: CycleEnded) -> str:
    """What a cycle did and when the next one begins, on one line."""
    time_ = event.next_run.astimezone().strftime("%H:%M:%S")
    if event.failure is not None and event.until is not None:
        until = event.until.astimezone().strftime("%H:%M")
        return tr(
            "{what} Marketo takes calls again at {until} by this computer's clock, and DynSync goes on by itself. "
            "Dynamics is read meanwhile, next at {time}.",
            what=str(event.failure.finding.title),
            until=until,
            time=time_,
        )
    if event.failure is not None:
        return tr("{what} The next try is at {time}.", what=str(event.failure.finding.title), time=time_)
    report = event.ended.report if event.ended else None
    sent = report.acknowledged if report else 0
    return ntr(
        "{n} record brought over. The next look is at {time}.",
        "{n} records brought over. The next look is at {time}.",
        sent,
        time=time_,
    )


def step_text(event: CanaryStep) -> str:
    """What came of a step of a careful start, on one line."""
    parts = [
        tr(
            "{records} {taken} taken, {refused} refused",
            records=RECORDS[one.entity],
            taken=one.taken,
            refused=one.refused,
        )
        for one in event.counts
    ]
    return " · ".join([tr("First {n} of each table", n=event.rung), *map(str, parts)])


def prompt_text(prompt: SignInPrompt) -> str:
    """What a person has to do so that the sign-in goes on."""
    minutes = max(1, round(prompt.seconds / 60))
    if prompt.code:
        lines = [
            ntr(
                "Open {address} on any device and enter the code {code} within {n} minute.",
                "Open {address} on any device and enter the code {code} within {n} minutes.",
                minutes,
                address=prompt.address,
                code=prompt.code,
            )
        ]
    else:
        lines = [
            ntr(
                "Sign in to Microsoft in the browser within {n} minute. If none opened, open this address yourself:",
                "Sign in to Microsoft in the browser within {n} minutes. If none opened, open this address yourself:",
                minutes,
            ),
            prompt.address,
        ]
    if not prompt.kept:
        lines.append(tr("This computer has no protected place for the sign-in, so it ends with this command."))
    return "\n".join(lines)


def fit_line(event: FitProgress) -> str:
    """How far a fit check is, on one line."""
    done = number(event.done)
    count = done if event.total is None else tr("{done} of {total}", done=done, total=event.total)
    return f"{tr('reading')} · {RECORDS[event.entity]} {count}"


def progress_line(event: Progress) -> str:
    """How far a run is, on one line."""
    parts = [str(_PHASES.get(event.phase, event.phase.value))]
    for entity, progress in event.entities.items():
        done = number(progress.done)
        count = done if progress.total is None else tr("{done} of {total}", done=done, total=progress.total)
        parts.append(f"{RECORDS[entity]} {count}")
    if event.rate:
        parts.append(tr("{rate} a second", rate=round(event.rate)))
    if event.seconds_left is not None:
        parts.append(tr("{seconds} s left", seconds=round(event.seconds_left)))
    if event.away:
        parts.append(
            ntr("Marketo is reading {n} person out of a file", "Marketo is reading {n} people out of files", event.away)
        )
    return " · ".join(parts)

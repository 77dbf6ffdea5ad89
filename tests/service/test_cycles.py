"""Cycle after cycle: how long it waits, what it waits out, and how it ends."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from dynsync_gui.domain.errors import (
    UNEXPECTED,
    Cancelled,
    ConnectionFailed,
    DynSyncError,
    Finding,
    SettingsError,
    StoreFailed,
    TemporaryFailure,
)
from dynsync_gui.domain.events import CycleEnded, Event, JobCancelled, JobFailed, RunEnded
from dynsync_gui.domain.findings.network import network_finding
from dynsync_gui.domain.report import RunKind, RunReport, RunState
from dynsync_gui.domain.text import msg
from dynsync_gui.service import cycles
from dynsync_gui.service.cycles import Pace, follow, until_new_day
from dynsync_gui.service.jobs import BackgroundJob
from dynsync_gui.service.run import Runner
from dynsync_gui.store.database import DAMAGED, NEWER, UNUSABLE
from tests.service.life import Life

if TYPE_CHECKING:
    from tests.guards.logs import ExpectLog
    from tests.service.conftest import Desk

MOMENT = datetime(2026, 11, 22, tzinfo=UTC)
FINDING = Finding(msg("Marketo does not answer."), msg("Wait."))
FOREIGN_NETWORK = (
    "network.redirect",
    "network.certificate-issuer",
    "network.certificate-name",
    "network.certificate-expired",
    "network.tls",
)
"""What the sign-in page of a hotel does to every call."""


def report(acknowledged: int = 0) -> RunReport:
    return RunReport(1, RunKind.CYCLE, RunState.DONE, MOMENT, MOMENT, acknowledged, acknowledged)


def test_a_cycle_that_moved_something_is_followed_soon_and_quiet_ones_at_the_interval() -> None:
    pace = Pace(5)
    assert [pace.after(report(moved)) for moved in (0, 3, 0, 0, 0, 0)] == [300, 60, 120, 240, 300, 300]


def test_an_interval_under_a_minute_apart_is_never_stretched_by_activity() -> None:
    assert [Pace(1).after(report(moved)) for moved in (0, 3)] == [60, 60]


def test_trouble_is_waited_out_longer_and_longer_up_to_an_hour() -> None:
    pace = Pace(5)
    assert [pace.after_failure() for _ in range(6)] == [300, 600, 1200, 2400, 3600, 3600]
    pace.after(report())
    assert pace.after_failure() == 300


@pytest.mark.parametrize(
    ("moment", "least", "most"),
    [
        ("2026-11-22T12:00:00-06:00", 1800, 1800),
        ("2026-11-22T23:50:00-06:00", 630, 780),
        ("2026-03-08T00:30:00-06:00", 1800, 1800),  # the day that is an hour shorter
        ("2026-11-01T23:59:00-06:00", 90, 240),
    ],
)
def test_the_end_of_the_days_calls_is_waited_out_in_marketos_time(moment: str, least: float, most: float) -> None:
    assert least <= until_new_day(datetime.fromisoformat(moment).timestamp()) <= most


def test_it_waits_by_the_clock_on_the_wall_so_that_a_computer_that_slept_is_not_late() -> None:
    job, told, now = BackgroundJob(1), [], [1_000.0]

    def run(_: BackgroundJob) -> RunEnded:
        if len(told) == 2:
            job.cancel()
            raise Cancelled
        return RunEnded(1, report())

    def sleeping_clock() -> float:
        now[0] += 400  # longer than any interval: the computer slept
        return now[0]

    with pytest.raises(Cancelled):
        follow(job, 5, run, told.append, sleeping_clock)
    assert len(told) == 2


def test_a_clock_that_is_set_back_makes_no_wait_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    job, told, naps, now = BackgroundJob(1), [], [], [1_000_000.0]

    def run(_: BackgroundJob) -> RunEnded:
        if told:
            raise Cancelled
        return RunEnded(1, report())

    def nap(seconds: float) -> None:
        naps.append(seconds)
        now[0] += seconds - 86_400 * (len(naps) == 3)

    monkeypatch.setattr(job.token, "wait", nap)
    with pytest.raises(Cancelled):
        follow(job, 5, run, told.append, lambda: now[0])
    assert sum(naps) == 300


@pytest.mark.parametrize(
    ("failure", "passes"),
    [
        (TemporaryFailure("611", FINDING), True),
        (StoreFailed("store-unusable", UNUSABLE), True),  # a full disk, or a backup that holds the file
        (StoreFailed("store-damaged", DAMAGED), True),  # the next run mends it
        *((ConnectionFailed(code, network_finding(code, "host")), True) for code in FOREIGN_NETWORK),
        (StoreFailed("store-newer", NEWER), False),
        (ConnectionFailed("dynamics.signin", FINDING), False),
    ],
    ids=lambda value: value.code if isinstance(value, DynSyncError) else "",
)
def test_only_passing_trouble_is_waited_out(failure: DynSyncError, passes: bool) -> None:
    job, told = BackgroundJob(1), []

    def run(_: BackgroundJob) -> RunEnded:
        if told:
            job.cancel()
            raise Cancelled
        raise failure

    moments = iter(float(10_000 * number) for number in range(1_000))
    with pytest.raises(Cancelled if passes else type(failure)):
        follow(job, 5, run, told.append, lambda: next(moments))
    assert [event.failure for event in told] == ([failure] if passes else [])


def test_what_nobody_foresaw_ends_a_cycle_and_not_the_cycles(expect_log: ExpectLog) -> None:
    """It is told in our words, stands in the log, and is waited out longer and longer."""
    expect_log("ERROR dynsync_gui.service.cycles: a cycle met something unknown")
    job, told, now = BackgroundJob(1), [], [1_000.0]

    def run(_: BackgroundJob) -> RunEnded:
        if len(told) == 4:
            job.cancel()
            raise Cancelled
        if len(told) == 3:
            return RunEnded(1, report())
        raise KeyError(told)

    def clock() -> float:
        now[0] += 10_000
        return now[0]

    with pytest.raises(Cancelled):
        follow(job, 5, run, told.append, clock)
    failures = [event.failure for event in told]
    assert [(one.code, one.detail, one.finding) for one in failures[:3]] == [("unexpected", "KeyError", UNEXPECTED)] * 3
    assert failures[3] is None
    begun = (11_000, 41_000, 71_000, 101_000)  # the clock is looked at three times a cycle
    assert [event.next_run.timestamp() - at for event, at in zip(told, begun, strict=True)] == [300, 600, 1_200, 300]


def test_a_fault_of_ours_in_one_cycle_leaves_the_next_one_to_do_its_work(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog
) -> None:
    expect_log("ERROR dynsync_gui.service.cycles: a cycle met something unknown")
    assert isinstance(desk.start(), RunEnded)
    contact = Life(desk).rows("contact", statecode=0)[0]["contactid"]
    desk.rehearsal.world.update("contact", contact, {"firstname": "Ada"})
    prepare, faults, rested = Runner.prepare, [RuntimeError("a fault of ours")], threading.Event()

    def broken(runner: Runner) -> object:
        if faults:
            raise faults.pop()
        return prepare(runner)

    def heard(event: Event) -> None:
        if isinstance(event, CycleEnded) and event.ended is not None:
            rested.set()

    monkeypatch.setattr(Runner, "prepare", broken)
    monkeypatch.setattr(cycles.Pace, "after_failure", lambda _: 0.0)
    desk.service.subscribe(heard)
    job = desk.service.follow()
    assert rested.wait(60)
    job.cancel()
    assert isinstance(job.wait(60), JobCancelled)
    first, second = (event for event in desk.heard if isinstance(event, CycleEnded))
    assert first.failure is not None
    assert first.failure.code == "unexpected"
    assert second.ended is not None
    assert second.ended.report.acknowledged == 1
    assert Life(desk).person(contact)["firstName"] == "Ada"


def test_a_sign_in_page_of_a_foreign_network_ends_a_cycle_and_not_the_cycles(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(desk.start(), RunEnded)
    contact = Life(desk).rows("contact", statecode=0)[0]["contactid"]
    desk.rehearsal.world.update("contact", contact, {"firstname": "Ada"})
    page = desk.rehearsal.faults.add("redirect", count=0, link="https://hotel.invalid")
    rested = threading.Event()

    def heard(event: Event) -> None:
        if isinstance(event, CycleEnded) and event.failure is not None:
            desk.rehearsal.faults.clear()  # home again
        elif isinstance(event, CycleEnded):
            rested.set()

    monkeypatch.setattr(cycles.Pace, "after_failure", lambda _: 0.0)
    desk.service.subscribe(heard)
    job = desk.service.follow()
    assert rested.wait(60)
    job.cancel()
    assert isinstance(job.wait(60), JobCancelled)
    assert page.played > 0
    first = next(event for event in desk.heard if isinstance(event, CycleEnded))
    assert first.failure is not None
    assert "does not follow" in str(first.failure.finding.title)
    assert Life(desk).person(contact)["firstName"] == "Ada"


def test_the_first_sync_is_followed_by_cycles_until_it_is_told_to_stop(desk: Desk) -> None:
    assert isinstance(desk.start(), RunEnded)
    rested = threading.Event()
    desk.service.subscribe(lambda event: rested.set() if isinstance(event, CycleEnded) else None)
    job = desk.service.follow()
    assert rested.wait(60)
    job.cancel()
    assert isinstance(job.wait(60), JobCancelled)
    cycle = next(event for event in desk.heard if isinstance(event, CycleEnded))
    assert cycle.failure is None
    assert cycle.ended is not None
    assert (cycle.ended.report.kind, cycle.ended.report.acknowledged) == (RunKind.CYCLE, 0)


def test_nothing_is_followed_where_nothing_is_set_up(desk: Desk) -> None:
    event = desk.service.follow().wait(60)
    assert isinstance(event, JobFailed)
    assert isinstance(event.error, SettingsError)

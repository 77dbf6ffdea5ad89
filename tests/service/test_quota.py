"""The day's calls to Marketo are used up: Dynamics is read on, Marketo is asked once, and nothing is lost."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from dynsync_gui.cli.session import cycle_text
from dynsync_gui.domain.errors import ExitStatus, GuardStop
from dynsync_gui.domain.events import CycleEnded, JobCancelled, JobFailed, RunEnded
from dynsync_gui.domain.settings import LimitSettings, ObjectSettings
from dynsync_gui.service import cycles, run
from tests.judge import judge
from tests.service.life import Life

if TYPE_CHECKING:
    from tests.service.conftest import Desk


@pytest.fixture
def life(desk: Desk) -> Life:
    assert isinstance(desk.start(), RunEnded)
    return Life(desk)


def used_up(life: Life) -> None:
    life.desk.rehearsal.faults.add("code", system="marketo", code="607", path="/rest/v1/", count=0)


def stopped(life: Life) -> int:
    """One run that ends for want of calls; how many calls it made."""
    life.desk.rehearsal.log.clear()
    event = life.desk.service.go_on().wait(60)
    assert isinstance(event, JobFailed), event
    assert (event.error.code, event.error.exit_status) == ("quota", ExitStatus.GUARD)
    return len([one for one in life.desk.rehearsal.log.entries("marketo") if "identity" not in one.path])


def test_dynamics_is_read_on_and_marketo_asked_once(life: Life) -> None:
    first, second = (row["contactid"] for row in life.rows("contact", statecode=0)[:2])
    used_up(life)
    life.world.update("contact", first, {"firstname": "Ada"})
    assert stopped(life) == 1
    life.world.update("contact", second, {"firstname": "Grace"})
    life.world.update("contact", first, {"lastname": "Lovelace"})
    assert stopped(life) == 1
    newest = life.desk.service.status().runs[0]
    assert newest.closes
    assert newest.outbox == 2
    life.desk.rehearsal.faults.clear()
    ended = life.cycle()
    assert ended.report.acknowledged >= 2
    assert (life.person(first)["firstName"], life.person(first)["lastName"]) == ("Ada", "Lovelace")
    assert life.person(second)["firstName"] == "Grace"
    assert judge(life.desk.rehearsal.audit(), life.desk.listed()).wrong == []


def test_who_waits_longer_than_dynamics_remembers_compares_everything(life: Life) -> None:
    changed, deleted = (row["contactid"] for row in life.rows("contact", statecode=0)[:2])
    used_up(life)
    for id_ in (changed, deleted):
        life.world.update("contact", id_, {"firstname": "Ada"})
    stopped(life)
    life.world.update("contact", changed, {"firstname": "Grace"})
    life.world.delete("contact", deleted)
    life.marked.add(("contact", deleted))
    life.world.expire_tokens()
    life.desk.rehearsal.faults.clear()
    life.settled()
    assert life.person(changed)["firstName"] == "Grace"
    assert life.person(deleted)["microsoftIsDeleted"] is True


def test_reading_ends_where_enough_waits(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    contact = life.rows("contact", statecode=0)[0]["contactid"]
    used_up(life)
    life.world.update("contact", contact, {"firstname": "Ada"})
    stopped(life)
    monkeypatch.setattr(run, "MOST_WAITING", 1)
    life.world.update("contact", contact, {"firstname": "Grace"})
    assert stopped(life) == 1
    assert life.desk.rehearsal.log.entries("dataverse", "/contacts") == []
    life.desk.rehearsal.faults.clear()
    life.cycle()
    assert life.person(contact)["firstName"] == "Grace"


def test_own_tables_wait_as_well(desk: Desk) -> None:
    desk.settings = replace(desk.settings, objects=ObjectSettings(custom=("new_membership",)))
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    used_up(life)
    assert stopped(life) == 1


def test_a_first_sync_without_any_calls_asks_once(desk: Desk) -> None:
    desk.rehearsal.faults.add("code", system="marketo", code="607", path="/rest/v1/", count=0)
    event = desk.start()
    assert isinstance(event, JobFailed)
    assert isinstance(event.error, GuardStop)
    assert len([one for one in desk.rehearsal.log.entries("marketo") if "identity" not in one.path]) == 1


def test_the_share_that_is_left_to_others_is_waited_for_likewise(life: Life) -> None:
    contact = life.rows("contact", statecode=0)[0]["contactid"]
    life.world.update("contact", contact, {"firstname": "Ada"})
    desk = life.desk
    event = desk.start(limits=LimitSettings(calls_per_20s=100, in_flight=10, daily_calls=1))
    assert isinstance(event, JobFailed)
    assert event.error.code == "quota"
    assert desk.service.status().runs[0].outbox == 1


def test_it_waits_for_marketos_new_day_and_goes_on_by_itself(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    contact = life.rows("contact", statecode=0)[0]["contactid"]
    used_up(life)
    life.world.update("contact", contact, {"firstname": "Ada"})
    monkeypatch.setattr(cycles, "READING_GOES_ON", 0.0)
    rested, ended = threading.Event(), threading.Event()

    def hear(event: object) -> None:
        if isinstance(event, CycleEnded):
            (rested if event.failure is not None else ended).set()

    life.desk.service.subscribe(hear)
    job = life.desk.service.follow()
    assert rested.wait(60)
    life.desk.rehearsal.faults.clear()
    assert ended.wait(60)
    job.cancel()
    assert isinstance(job.wait(60), JobCancelled)
    told = next(event for event in life.desk.heard if isinstance(event, CycleEnded))
    assert told.until is not None
    assert told.until.astimezone(ZoneInfo("America/Chicago")).strftime("%H:%M") == "00:00"
    assert told.until.astimezone().strftime("%H:%M") in cycle_text(told)
    assert life.person(contact)["firstName"] == "Ada"


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-22T12:00:00-06:00", "2026-11-23T06:00:00+00:00"),
        ("2026-03-08T00:30:00-06:00", "2026-03-09T05:00:00+00:00"),  # the day that is an hour shorter
        ("2026-11-01T00:30:00-05:00", "2026-11-02T06:00:00+00:00"),  # and the one that is an hour longer
    ],
)
def test_the_new_day_is_marketos(now: str, until: str) -> None:
    assert cycles.new_day(datetime.fromisoformat(now).timestamp()) == datetime.fromisoformat(until).astimezone(UTC)

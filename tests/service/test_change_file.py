"""After a run that wrote much, what changed in Marketo meanwhile is read out of a file, and nothing is missed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dynsync_gui.composition import Options, open_service
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.events import Event, RunEnded
from dynsync_gui.engine import change_file, matching, overtaking
from dynsync_gui.simulators.clock import Clock
from dynsync_gui.simulators.server import Rehearsal
from dynsync_gui.system.secrets import SecretSource
from tests.service.conftest import Desk, reaching
from tests.service.life import Life

EXPORT = "/bulk/v1/activities/export/"
PAGES = "/activities/leadchanges"


@pytest.fixture(autouse=True)
def undisturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the computer, nobody looks meanwhile what may overtake, as each look is a call."""
    monkeypatch.setattr(overtaking, "EVERY", math.inf)


class Feed:
    """A desk after its first sync, in which a hundred people are many."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.world, self.marketo = desk, desk.rehearsal.world, desk.rehearsal.marketo
        assert isinstance(desk.start(), RunEnded)
        self.later()
        self.cycle()
        contacts = {row["contactid"] for row in self.world.as_json()["contact"] if row["statecode"] == 0}
        people = desk.rehearsal.audit()["marketo"]["persons"]
        self.people = {one["dynamicsId"]: int(one["id"]) for one in people if one.get("dynamicsId") in contacts}
        self.log = desk.rehearsal.log

    def cycle(self) -> RunEnded:
        ended = self.desk.service.go_on().wait(60)
        assert isinstance(ended, RunEnded), ended
        assert ended.report.closes
        return ended

    def later(self) -> None:
        """Time for Marketo to write a file and to say so."""
        self.desk.rehearsal.clock.advance(120)

    def edit_all(self) -> None:
        """Many changes in Dynamics, all of one field."""
        for number, id_ in enumerate(self.people):
            self.world.update("contact", id_, {"jobtitle": f"Job {number}"})

    def row(self, id_: str) -> dict[str, Any]:
        return next(row for row in self.world.as_json()["contact"] if row["contactid"] == id_)

    def asked(self, path: str) -> int:
        return len(self.log.entries("marketo", path))


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Feed]:
    monkeypatch.setattr(change_file, "MANY", 100)
    monkeypatch.setattr(change_file, "EVERY", 0.0)
    with Rehearsal(400, 2, tmp_path / "world", limits=False, clock=Clock()) as rehearsal:
        service = open_service(Options(tmp_path / "profile", SecretSource.SESSION))
        heard: list[Event] = []
        service.subscribe(heard.append)
        yield Feed(Desk(service, rehearsal, *reaching(rehearsal), tmp_path / "profile", heard))
        service.close()


def test_many_echoes_cost_a_file_and_no_page(feed: Feed) -> None:
    feed.edit_all()
    feed.cycle()
    assert feed.asked(f"{EXPORT}create") == 1 + 1, "the first sync and this one"
    feed.later()
    feed.log.clear()
    ended = feed.cycle()
    assert ended.report.acknowledged == 0
    paths = sorted(entry.path for entry in feed.log.entries("marketo") if "oauth" not in entry.path)
    assert [path.rpartition("/")[2] for path in paths] == [
        "file.json", "status.json", "leadchanges.json", "pagingtoken.json", "describe2.json",
    ]  # fmt: skip
    feed.log.clear()
    feed.cycle()
    assert (feed.asked(EXPORT), feed.asked(PAGES)) == (0, 1)


@pytest.mark.parametrize("records", [400, 1200])
def test_one_changed_record_right_after_a_first_sync_costs_fifteen_calls_whatever_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, records: int
) -> None:
    monkeypatch.setattr(change_file, "MANY", 100)
    monkeypatch.setattr(change_file, "EVERY", 0.0)
    with Rehearsal(records, 2, tmp_path / "world", limits=False, clock=Clock()) as rehearsal:
        service = open_service(Options(tmp_path / "profile", SecretSource.SESSION))
        life = Life(Desk(service, rehearsal, *reaching(rehearsal), tmp_path / "profile", []))
        try:
            assert isinstance(life.desk.start(), RunEnded)
            rehearsal.clock.advance(120)
            contact = life.rows("contact", statecode=0)[0]["contactid"]
            life.world.update("contact", contact, {"jobtitle": "Head of counting"})
            rehearsal.log.clear()
            life.cycle()
        finally:
            service.close()
        signing_in = ("/api/data/v9.2/", "/identity/oauth/token")
        paths = [one.path for one in rehearsal.log.entries() if one.system != "entra" and one.path not in signing_in]
        assert life.person(contact)["title"] == "Head of counting"
        assert (len([path for path in paths if EXPORT in path]), len(paths)) == (2, 15), paths


def test_many_people_are_not_listed_where_marketo_is_known_to_hold_more(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "LISTABLE", 100)
    feed.edit_all()
    feed.log.clear()
    feed.cycle()
    assert feed.asked("/leads/partitions") == 0


def test_a_change_by_hand_in_the_midst_of_our_own_is_found(feed: Feed) -> None:
    by_hand = iter(feed.people.items())
    marked: dict[str, str] = {}
    upsert = feed.marketo.person_calls.sync

    def interrupted(request: Any) -> Any:
        answer = upsert(request)
        for field in ("title", "city"):
            id_, person = next(by_hand)
            feed.marketo.marketer.change(person, {field: f"By hand {person}"})
            marked[id_] = f"By hand {person}"
        return answer

    feed.edit_all()
    feed.marketo.person_calls.sync = interrupted  # type: ignore[method-assign]
    feed.cycle()
    feed.marketo.person_calls.sync = upsert  # type: ignore[method-assign]
    feed.later()
    feed.cycle()
    assert feed.asked("/file.json") > 0
    for id_, text in marked.items():
        row = feed.row(id_)
        assert text in (row.get("jobtitle"), row.get("address1_city")), (id_, text)


def test_a_run_with_nothing_to_write_leaves_the_file_and_one_with_something_does_not_wait_for_ever(feed: Feed) -> None:
    id_, person = next(iter(feed.people.items()))
    feed.edit_all()
    feed.cycle()
    feed.marketo.marketer.change(person, {"title": "By hand"})
    feed.log.clear()
    feed.cycle()
    assert (feed.asked("/status.json"), feed.asked(PAGES)) == (1, 0)
    assert feed.row(id_)["jobtitle"] != "By hand"
    feed.world.update("contact", id_, {"firstname": "Zoë"})
    feed.cycle()
    assert feed.asked(PAGES) > 0
    assert (feed.row(id_)["jobtitle"], feed.row(id_)["firstname"]) == ("By hand", "Zoë")
    feed.log.clear()
    feed.later()
    feed.cycle()
    assert feed.asked("/file.json") == 0, "pages told all of it"


def test_news_of_a_file_are_asked_for_no_sooner_than_marketo_has_them(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However soon runs follow each other (Adobe: the status is refreshed at most every 60 seconds)."""
    now, waits = datetime.now(UTC), list[float]()
    monkeypatch.setattr(change_file, "EVERY", 60.0)
    monkeypatch.setattr(change_file, "datetime", SimpleNamespace(now=lambda _: now))
    feed.edit_all()
    feed.cycle()
    feed.log.clear()
    asked = []
    for seconds in (30, 40, 30):
        now += timedelta(seconds=seconds)
        feed.cycle()
        asked.append(feed.asked("/status.json"))
    assert asked == [0, 1, 1], "after 30 seconds, after 70, and 30 seconds after that"
    monkeypatch.setattr(CancelToken, "wait", lambda _, seconds: (waits.append(seconds), feed.later()))
    feed.world.update("contact", next(iter(feed.people)), {"firstname": "Zoë"})
    feed.cycle()
    assert (feed.asked("/status.json"), feed.asked("/file.json")) == (2, 1)
    assert 30.0 in waits


@pytest.mark.parametrize(("passed", "rest"), [(0, 60), (45, 15), (90, 0), (-3_600, 0)])
def test_a_clock_that_is_put_back_lets_nobody_wait_longer(
    monkeypatch: pytest.MonkeyPatch, passed: int, rest: int
) -> None:
    since = datetime(2026, 11, 23, tzinfo=UTC)
    monkeypatch.setattr(change_file, "datetime", SimpleNamespace(now=lambda _: since + timedelta(seconds=passed)))
    assert change_file._rest(since) == rest


@pytest.mark.parametrize("trouble", ["no export", "denied", "lost"])
def test_where_marketo_makes_no_file_pages_tell_the_same(feed: Feed, trouble: str) -> None:
    id_, person = next(iter(feed.people.items()))
    extracts = feed.marketo.activity_extracts
    if trouble == "no export":
        extracts.daily_bytes = 0
    feed.edit_all()
    feed.cycle()
    feed.marketo.marketer.change(person, {"title": "By hand"})
    if trouble == "lost":
        extracts._extracts.clear()
    if trouble == "denied":
        feed.marketo.denied.add("Read-Only Activity")
        feed.cycle()
        feed.marketo.denied.clear()
    feed.later()
    feed.cycle()
    assert feed.row(id_)["jobtitle"] == "By hand"
    assert {problem.code for problem in feed.desk.service.problems()}.isdisjoint({"marketo-changes-denied"})


def test_where_pages_are_denied_no_file_is_asked_for_and_nothing_is_lost_meanwhile(feed: Feed) -> None:
    id_, person = next(iter(feed.people.items()))
    feed.edit_all()
    feed.marketo.denied.add("Read-Only Activity")
    feed.log.clear()
    feed.cycle()
    assert (feed.asked(EXPORT), feed.asked(PAGES)) == (0, 1)
    assert "marketo-changes-denied" in {problem.code for problem in feed.desk.service.problems()}
    feed.marketo.marketer.change(person, {"title": "By hand"})
    feed.marketo.denied.clear()
    feed.cycle()
    assert feed.row(id_)["jobtitle"] == "By hand"


def test_what_changes_in_marketo_during_the_first_sync_is_found(tmp_path: Path) -> None:
    with Rehearsal(400, 2, tmp_path / "world", limits=False) as rehearsal:
        service = open_service(Options(tmp_path / "profile", SecretSource.SESSION))
        desk = Desk(service, rehearsal, *reaching(rehearsal), tmp_path / "profile", [])
        changed: dict[str, int] = {}
        opportunities = rehearsal.marketo.kinds.opportunities.store
        contacts = {row["contactid"] for row in rehearsal.world.as_json()["contact"] if row["statecode"] == 0}

        def meanwhile(*_: object) -> None:
            if not changed:
                person = next(one for one in rehearsal.marketo.persons.all() if one.get("dynamicsId") in contacts)
                changed[str(person["dynamicsId"])] = person["id"]
                rehearsal.marketo.marketer.change(person["id"], {"title": "By hand"})

        opportunities.watch = meanwhile
        try:
            assert isinstance(desk.start(), RunEnded)
            assert isinstance(service.go_on().wait(60), RunEnded)
        finally:
            service.close()
        ((id_, _),) = changed.items()
        row = next(row for row in rehearsal.world.as_json()["contact"] if row["contactid"] == id_)
        assert row["jobtitle"] == "By hand"

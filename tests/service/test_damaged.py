"""A damaged database: it is kept, the last good copy is taken, everything is compared, and a notice says so."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from dynsync_gui.composition import Options, open_service
from dynsync_gui.connectors.marketo.changes import PROGRAM
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import StoreFailed
from dynsync_gui.domain.events import JobFailed, PlanReady, RunEnded
from dynsync_gui.service.safekeeping import keep_copy
from dynsync_gui.simulators.marketo.activities import Origin
from dynsync_gui.store import database
from dynsync_gui.store.database import UNUSABLE
from dynsync_gui.store.rate_window import StoredRateWindow
from dynsync_gui.store.sync_store import SqliteStore
from dynsync_gui.system import safe_copy
from dynsync_gui.system.safe_copy import copy_of
from dynsync_gui.system.secrets import SecretSource
from tests.service.life import Life

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.guards.logs import ExpectLog
    from tests.service.conftest import Desk

PAGE = 8192


def garbage(path: Path) -> None:
    path.write_bytes(b"no database at all" + path.read_bytes()[18:])


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def holed(path: Path) -> None:
    """Every second page in the middle is nothing but zeros."""
    pages = path.stat().st_size // PAGE
    with path.open("r+b") as file:
        for number in range(pages // 3, pages // 3 * 2, 2):
            file.seek(number * PAGE)
            file.write(bytes(PAGE))


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def journal_lost(path: Path) -> None:
    """What no run looks at is nothing but zeros."""
    with closing(sqlite3.connect(path)) as base:
        (page,) = base.execute("SELECT rootpage FROM sqlite_master WHERE name = 'journal'").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(bytes(PAGE))


def misindexed(path: Path) -> None:
    """An index leads to what is no longer there, as after a page that was not written."""
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("PRAGMA writable_schema = ON")
        index = base.execute("SELECT * FROM sqlite_master WHERE name = 'records_by_email'").fetchone()
        base.execute("DELETE FROM sqlite_master WHERE name = 'records_by_email'")
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("UPDATE records SET email = 'x' || email WHERE email <> ''")
        base.execute("PRAGMA writable_schema = ON")
        base.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", index)


@pytest.fixture
def taken_for_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """No database is looked through when it is opened."""
    monkeypatch.setattr(database, "SEEN_WHOLE", 0)


class Profile(Life):
    """A synced world whose profile has a copy that is older than what happened since."""

    def __init__(self, desk: Desk) -> None:
        assert isinstance(desk.start(), RunEnded)
        super().__init__(desk)
        self.database = desk.folder / "dynsync.db"
        self.copy = copy_of(self.database)
        there_and_back, cleared, deleted, renamed = (row["contactid"] for row in self.rows("contact", statecode=0)[:4])
        before = self.person(there_and_back)["firstName"]
        self.world.update("contact", there_and_back, {"firstname": "Once"})
        self.world.update("contact", cleared, {"jobtitle": "Soon gone"})
        self.cycle()
        # Marketo has got this, and the copy does not know it; by now Dynamics says again what the copy says.
        self.world.update("contact", there_and_back, {"firstname": before})
        self.world.update("contact", cleared, {"jobtitle": None})
        self.world.delete("contact", deleted)
        self.marked.add(("contact", deleted))
        self.world.update("contact", renamed, {"lastname": "Renamed"})
        self.world.insert("contact", {"lastname": "New", "emailaddress1": "brand.new@contoso.example"})

    def codes(self) -> dict[str, str]:
        return {one.code: one.detail for one in self.desk.service.problems() if one.code.startswith("database-")}

    def asides(self) -> list[Path]:
        return list(self.database.parent.glob("dynsync-*.db"))


def test_a_copy_is_made_once_a_day_and_is_private(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = Profile(desk)
    first = profile.copy.stat()
    assert stat.S_IMODE(first.st_mode) == 0o600
    profile.cycle()
    assert profile.copy.stat().st_ino == first.st_ino
    os.utime(profile.copy, (first.st_mtime - safe_copy.EVERY - 1,) * 2)
    profile.cycle()
    second = profile.copy.stat()
    assert second.st_ino != first.st_ino
    os.utime(profile.copy, (second.st_mtime + 1_000_000,) * 2)  # the clock was set back since
    profile.cycle()
    assert profile.copy.stat().st_mtime < second.st_mtime + 1_000_000


@pytest.mark.parametrize("damage", [garbage, truncated, holed, emptied])
def test_the_last_good_copy_is_taken_and_everything_compared(
    desk: Desk, damage: Callable[[Path], None], expect_log: ExpectLog
) -> None:
    expect_log("the database is damaged")
    profile = Profile(desk)
    damage(profile.database)
    broken = profile.database.read_bytes()
    assert desk.service.status().state in {"interrupted", "ready"}
    profile.cycle()
    (aside,) = profile.asides()
    assert damage is emptied or aside.read_bytes() == broken
    assert profile.codes() == {"database-restored": aside.name}
    assert desk.service.status().runs[-1].kind == "first", "the copy remembers what was before"
    profile.judged()
    again = profile.cycle()
    assert (again.report.read, again.report.acknowledged) == (0, 0)
    profile.judged()


@pytest.mark.parametrize("table", ["contact", "lead"])
def test_what_was_changed_in_marketo_since_the_copy_comes_back(desk: Desk, expect_log: ExpectLog, table: str) -> None:
    """An opt-out first of all; of what a program wrote there it is known whose it was by the record's version."""
    expect_log("the database is damaged")
    profile = Profile(desk)
    marketer, persons = desk.rehearsal.marketo.marketer, desk.rehearsal.marketo.persons
    reached = [row[f"{table}id"] for row in profile.rows(table, statecode=0) if not row.get("donotbulkemail")]
    out, edited, both, programmed = [id_ for id_ in reached if not profile.person(id_).get("unsubscribed")][-4:]
    profile.world.update(table, both, {"jobtitle": "Of a cycle that the copy does not know"})
    profile.cycle()
    profile.world.update(table, both, {"jobtitle": "Of Dynamics, after it"})
    marketer.unsubscribe(int(profile.person(out)["id"]))
    marketer.change(int(profile.person(edited)["id"]), {"title": "By hand"})
    marketer.unsubscribe(int(profile.person(both)["id"]))
    with desk.rehearsal.marketo.log.acting(Origin(PROGRAM, method="syncLead")):
        persons.update(int(profile.person(programmed)["id"]), {"title": "By another program"})
    garbage(profile.database)
    profile.cycle()
    for id_ in (out, both):
        assert profile.world.row(table, id_).get("donotbulkemail") is True
        assert profile.person(id_)["unsubscribed"] is True
    assert profile.world.row(table, edited)["jobtitle"] == "By hand"
    assert profile.world.row(table, programmed)["jobtitle"] == "By another program"
    profile.cycle()
    assert profile.world.row(table, both)["jobtitle"] == profile.person(both)["title"] == "Of Dynamics, after it"
    assert (profile.person(edited)["title"], profile.person(programmed)["title"]) == ("By hand", "By another program")
    profile.settled()


@pytest.mark.usefixtures("taken_for_large")
@pytest.mark.parametrize("damage", [garbage, truncated, holed, emptied, misindexed])
def test_of_a_large_one_damage_is_found_by_whatever_meets_it(
    desk: Desk, damage: Callable[[Path], None], expect_log: ExpectLog
) -> None:
    expect_log("the database is damaged")
    profile = Profile(desk)
    damage(profile.database)
    assert desk.service.status().state in {"interrupted", "ready", "attention"}
    profile.cycle()
    (aside,) = profile.asides()
    assert profile.codes() == {"database-restored": aside.name}
    profile.judged()
    again = profile.cycle()
    assert (again.report.read, again.report.acknowledged) == (0, 0)


def test_damage_that_nothing_meets_is_found_when_it_is_opened(desk: Desk, expect_log: ExpectLog) -> None:
    expect_log("the database is damaged")
    assert isinstance(desk.start(), RunEnded)
    journal_lost(desk.folder / "dynsync.db")
    Life(desk).cycle()
    assert "database-restored" in {one.code for one in desk.service.problems()}


@pytest.mark.usefixtures("taken_for_large")
def test_of_a_large_one_damage_that_nothing_meets_is_found_by_the_next_copy(desk: Desk, expect_log: ExpectLog) -> None:
    profile = Profile(desk)
    profile.cycle()
    copied = profile.copy.read_bytes()
    journal_lost(profile.database)
    profile.cycle()
    assert not profile.codes()
    assert profile.copy.read_bytes() == copied, "none is due"
    os.utime(profile.copy, (0, 0))
    expect_log("the database is damaged")
    profile.cycle()
    (aside,) = profile.asides()
    assert profile.codes() == {"database-restored": aside.name}
    profile.judged()


@pytest.mark.parametrize("damage", [garbage, holed, emptied])
def test_damaged_times_of_calls_are_begun_anew_and_the_database_is_left_alone(
    desk: Desk, damage: Callable[[Path], None], expect_log: ExpectLog
) -> None:
    if damage is not emptied:
        expect_log("the times of calls to Marketo are damaged")
    profile = Profile(desk)
    desk.service.close()
    times = desk.folder / "calls.db"
    with closing(sqlite3.connect(times)) as base, base:
        base.executemany("INSERT INTO days VALUES (?, 1)", [(f"{number:0400}",) for number in range(100)])
    damage(times)
    with closing(open_service(Options(desk.folder, SecretSource.SESSION))) as service:
        assert isinstance(service.start(desk.settings, desk.secrets).wait(60), RunEnded)
    assert not profile.asides()
    profile.judged()


def test_damage_of_the_times_of_calls_that_is_met_while_they_are_used_ends_nothing(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    expect_log("the times of calls to Marketo are damaged")
    window, path = StoredRateWindow(), tmp_path / "calls.db"
    window.attach(path)
    try:
        assert window.count_day("2026-11-23", 7) == 7
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("CREATE TABLE others (at REAL)")  # so that nobody trusts what was read before
            other.execute("PRAGMA wal_checkpoint (TRUNCATE)")
            with path.open("r+b") as file:
                file.seek(PAGE)
                file.write(bytes(2 * PAGE))
        assert window.reserve(100.0, 20.0, 1) == 0.0
        assert window.reserve(101.0, 20.0, 1) == pytest.approx(19.0)
        assert window.count_day("2026-11-23", 2) == 2
    finally:
        window.close()


def test_a_stop_while_the_copy_is_made_ends_a_run_that_ended_well(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = Profile(desk)
    before = profile.copy.stat()
    os.utime(profile.copy, (0, 0))
    copy_to = SqliteStore.copy_to

    def stopped(self: SqliteStore, path: Path, token: CancelToken) -> None:
        token.cancel()
        copy_to(self, path, token)

    with monkeypatch.context() as patch:
        patch.setattr(SqliteStore, "copy_to", stopped)
        assert isinstance(desk.service.go_on().wait(60), RunEnded)
    assert profile.copy.stat().st_ino == before.st_ino
    assert not list(profile.copy.parent.glob("*.part*"))
    profile.cycle()
    assert profile.copy.stat().st_ino != before.st_ino


def test_where_the_copy_is_damaged_too_a_new_database_finds_everything_again(desk: Desk, expect_log: ExpectLog) -> None:
    expect_log("the database is damaged")
    expect_log("so is its copy")
    profile = Profile(desk)
    persons = len(desk.rehearsal.audit()["marketo"]["persons"])
    garbage(profile.database)
    garbage(profile.copy)
    profile.cycle()
    assert len(profile.asides()) == 1
    assert set(profile.codes()) == {"database-rebuilt"}
    assert len(desk.rehearsal.audit()["marketo"]["persons"]) == persons + 1, "only the new one is created"
    assert profile.copy.exists(), "a good copy is there again"


def test_a_run_that_breaks_off_while_the_copy_is_taken_takes_it_again(
    desk: Desk, expect_log: ExpectLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect_log("the database is damaged")
    profile = Profile(desk)
    garbage(profile.database)
    with monkeypatch.context() as full:

        def no_room(*_: object) -> None:
            raise OSError(28, "No space left on device")

        full.setattr(shutil, "copyfile", no_room)
        assert isinstance(desk.service.go_on().wait(60), JobFailed)
    assert not profile.asides()
    profile.cycle()
    assert set(profile.codes()) == {"database-restored"}
    profile.judged()


def test_without_room_no_copy_is_made_and_the_sync_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog
) -> None:
    profile = Profile(desk)
    before = profile.copy.stat()
    os.utime(profile.copy, (0, 0))
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=safe_copy.LEAST_ROOM))
        profile.cycle()
    assert profile.copy.stat().st_ino == before.st_ino
    expect_log("no copy of the database was made")

    class Full:
        """Says that there is room, and has none."""

        def copy_due(self) -> Path:
            return profile.copy

    class Store:
        def copy_to(self, path: Path, token: CancelToken) -> None:
            raise StoreFailed("store-unusable", UNUSABLE, "database or disk is full")

    keep_copy(Full(), Store(), CancelToken())
    assert profile.copy.stat().st_ino == before.st_ino


def test_a_damaged_database_stops_no_plan(desk: Desk) -> None:
    profile = Profile(desk)
    garbage(profile.database)
    assert isinstance(desk.service.plan(desk.settings, desk.secrets).wait(60), PlanReady)

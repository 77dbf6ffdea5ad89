"""The disk is full, or another program holds the file: the run ends in our words, and the next one does the rest."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from types import SimpleNamespace

import pytest

from dynsync_gui.domain.errors import Retry, StoreFailed
from dynsync_gui.domain.events import JobFailed, RunEnded
from dynsync_gui.store import database
from dynsync_gui.store.database import Database
from dynsync_gui.system import safe_copy
from tests.judge import judge
from tests.service.conftest import Desk


def ends_well(desk: Desk) -> None:
    ended = desk.service.go_on().wait(120)
    assert isinstance(ended, RunEnded), ended
    assert (ended.report.closes, ended.report.outbox) == (True, 0)
    verdict = judge(desk.rehearsal.audit(), desk.listed())
    assert verdict.wrong == []
    assert verdict.eligible > 300


@pytest.mark.parametrize("pages", [5, 40, 90])
def test_a_full_disk_ends_the_run_and_loses_nothing(desk: Desk, pages: int) -> None:
    """So many pages of four kilobytes are left when the run begins."""
    prepare = Database._prepare

    def nearly_full(self: Database) -> None:
        prepare(self)
        (size,) = self.connection.execute("PRAGMA page_count").fetchone()
        self.connection.execute(f"PRAGMA max_page_count = {size + pages}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "_prepare", nearly_full)
        event = desk.start()
    assert isinstance(event, JobFailed)
    assert isinstance(event.error, StoreFailed)
    assert "Make 50 MB of room" in str(event.error.finding.cure)
    with closing(sqlite3.connect(desk.folder / "dynsync.db")) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    again = desk.start()
    assert isinstance(again, RunEnded)
    ends_well(desk)


def test_a_disk_that_is_nearly_full_stops_a_run_before_it_begins_and_says_how_much_to_free(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(desk.start(), RunEnded)
    desk.rehearsal.log.clear()
    with monkeypatch.context() as patch:
        patch.setattr(safe_copy.shutil, "disk_usage", lambda _: SimpleNamespace(free=12_300_000))
        event = desk.service.go_on().wait(60)
    assert isinstance(event, JobFailed)
    assert (event.error.code, event.error.finding.retry) == ("store-full", Retry.NEXT_RUN)
    assert "Make 38 MB of room" in str(event.error.finding.cure)
    assert list(desk.rehearsal.log.entries()) == []
    ends_well(desk)


def test_a_file_that_another_program_holds_for_a_moment_is_waited_for(desk: Desk) -> None:
    """A backup, a virus scanner: nothing is to be said about it."""
    assert isinstance(desk.start(), RunEnded)
    holder = sqlite3.connect(desk.folder / "dynsync.db", isolation_level=None, check_same_thread=False)
    with closing(holder):
        holder.execute("BEGIN IMMEDIATE")
        letting_go = threading.Timer(0.5, lambda: holder.execute("ROLLBACK"))
        letting_go.start()
        ends_well(desk)
        letting_go.join()


def test_a_file_that_another_program_holds_is_said_and_waited_for_by_the_next_run(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.05)
    assert isinstance(desk.start(), RunEnded)
    contact = next(row for row in desk.rehearsal.world.as_json()["contact"] if row.get("new_synctomkto") is not False)
    desk.rehearsal.world.update("contact", contact["contactid"], {"lastname": "Held up"})
    with closing(sqlite3.connect(desk.folder / "dynsync.db", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        event = desk.service.go_on().wait(60)
        assert isinstance(event, JobFailed)
        assert isinstance(event.error, StoreFailed)
        holder.execute("ROLLBACK")
    ends_well(desk)

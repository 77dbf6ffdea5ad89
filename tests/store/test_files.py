import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from dynsync_gui.domain.errors import StoreFailed
from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.domain.report import RunKind
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.storage.records import Cursor, StagedRecord
from dynsync_gui.store import database
from dynsync_gui.store.rate_window import StoredRateWindow
from dynsync_gui.store.sync_store import SqliteStore


def test_a_damaged_file_is_told_and_kept(tmp_path: Path):
    path = tmp_path / "dynsync.db"
    path.write_bytes(b"no database at all, but long enough to look at" * 50)
    with pytest.raises(StoreFailed) as caught:
        SqliteStore(path, finding_of)
    assert caught.value.code == "store-damaged"
    assert path.read_bytes().startswith(b"no database")


def test_a_newer_file_is_refused_and_not_changed(tmp_path: Path):
    path = tmp_path / "dynsync.db"
    SqliteStore(path, finding_of).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreFailed) as caught:
        SqliteStore(path, finding_of)
    assert caught.value.code == "store-newer"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(StoreFailed) as caught:
        SqliteStore(tmp_path / "missing" / "dynsync.db", finding_of)
    assert caught.value.code == "store-unusable"


def test_a_disk_that_fails_while_it_is_read_is_told_in_our_words(tmp_path: Path):
    store = SqliteStore(tmp_path / "dynsync.db", finding_of)
    questions: list[Callable[[], object]] = [
        store.imports.open,
        lambda: store.runs(5),
        lambda: store.records_at([1, 2]),
        lambda: list(store.problems()),
        store.urgent_waiting,
        lambda: store.move_cursor(Entity.CONTACT, Cursor(1)),
    ]
    try:
        store._db.set_progress_handler(lambda: 1, 1)
        for question in questions:
            with pytest.raises(StoreFailed) as caught:
                question()
            assert caught.value.code == "store-unusable"
        store._db.set_progress_handler(None, 1)
        assert store.runs(5) == ()
    finally:
        store.close()


def test_a_transaction_that_cannot_be_kept_is_over(tmp_path: Path):
    """What follows would be a part of it otherwise, and lost with it."""
    store = SqliteStore(tmp_path / "dynsync.db", finding_of)

    def deny(action: int, verb: str | None, *_: object) -> int:
        return sqlite3.SQLITE_DENY if (action, verb) == (sqlite3.SQLITE_TRANSACTION, "COMMIT") else sqlite3.SQLITE_OK

    try:
        store._db.set_authorizer(deny)
        with pytest.raises(StoreFailed):
            store.begin_run(RunKind.FIRST)
        store._db.set_authorizer(None)
        assert not store._db.in_transaction
        assert store.runs(5) == ()
        store.begin_run(RunKind.FIRST)
        assert not store._db.in_transaction
    finally:
        store.close()


def test_what_can_be_read_again_waits_for_power_with_the_next_that_lasts(tmp_path: Path):
    path = tmp_path / "dynsync.db"
    store = SqliteStore(path, finding_of)
    told: list[str] = []
    store._database.connection.set_trace_callback(told.append)
    run = store.begin_run(RunKind.FIRST).id
    assert not any("synchronous" in statement for statement in told)
    store.add_calls(run, 3)
    store.add_calls(run, 4)
    assert [statement for statement in told if "synchronous" in statement] == ["PRAGMA synchronous = NORMAL"]
    with store.transaction(lasting=True):
        store.add_calls(run, 5)  # a part of what lasts
    assert told[told.index("PRAGMA synchronous = FULL") + 1].startswith("BEGIN")
    store.close()
    reopened = SqliteStore(path, finding_of)
    assert reopened.report(run).calls == 12
    reopened.close()


def test_a_log_that_grew_while_somebody_read_begins_anew_and_nobody_waits_long_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(database, "_LOG_PAGES", 10)
    monkeypatch.setattr(database, "_LOG_BYTES", 200_000)
    monkeypatch.setattr(database, "_READER_SECONDS", 0.01)
    store = SqliteStore(tmp_path / "dynsync.db", finding_of)
    log, run, told = tmp_path / "dynsync.db-wal", store.begin_run(RunKind.FIRST).id, []

    def write(number: int) -> None:
        store.stage(run, [StagedRecord(Entity.CONTACT, f"c{number}", "1", {"firstName": "x" * 20_000}, b"1")])

    write(0)
    reader = sqlite3.connect(tmp_path / "dynsync.db")
    rows = reader.execute("SELECT * FROM records UNION ALL SELECT * FROM records")
    rows.fetchone()
    store._db.set_trace_callback(told.append)
    for number in range(1, 60):
        write(number)
    store._db.set_trace_callback(None)
    grown = log.stat().st_size
    waited = len([statement for statement in told if "wal_checkpoint" in statement])
    assert grown > 1_000_000
    assert 2 <= waited <= grown // 200_000, "it is tried again only once it has grown again"
    assert store._db.execute("PRAGMA busy_timeout").fetchone() == (15_000,)
    rows.close()
    reader.close()
    own = store._db.execute("SELECT * FROM records UNION ALL SELECT * FROM records")
    own.fetchone()
    for number in range(60, 70):
        write(number)
    own.close()
    for number in range(70, 80):
        write(number)
    assert log.stat().st_size <= 400_000
    assert store.count_records(run, Entity.CONTACT) == 80
    store.close()


def test_a_window_whose_file_is_held_says_so(tmp_path: Path):
    window = StoredRateWindow()
    window.attach(tmp_path / "calls.db")
    window._db.execute("PRAGMA busy_timeout = 10")
    holder = sqlite3.connect(tmp_path / "calls.db", isolation_level=None)
    try:
        holder.execute("BEGIN IMMEDIATE")
        for call in (lambda: window.reserve(100.0, 20.0, 2), lambda: window.count_day("2026-11-22", 1)):
            with pytest.raises(StoreFailed):
                call()
        holder.execute("ROLLBACK")
        assert window.reserve(100.0, 20.0, 2) == 0.0
    finally:
        holder.close()
        window.close()


def test_the_window_lets_so_many_calls_through_and_says_how_long_to_wait():
    window = StoredRateWindow()
    try:
        assert [window.reserve(100.0 + n, 20.0, 3) for n in range(3)] == [0.0, 0.0, 0.0]
        assert window.reserve(105.0, 20.0, 3) == pytest.approx(15.0)
        assert window.reserve(120.5, 20.0, 3) == 0.0
    finally:
        window.close()


def test_a_restart_does_not_double_the_rate(tmp_path: Path):
    path = tmp_path / "calls.db"
    first = StoredRateWindow()
    assert first.reserve(100.0, 20.0, 2) == 0.0
    first.attach(path)
    assert first.reserve(101.0, 20.0, 2) == 0.0
    first.count_day("2026-11-22", 2)
    first.close()
    second = StoredRateWindow()
    second.attach(path)
    try:
        assert second.reserve(102.0, 20.0, 2) == pytest.approx(18.0)
        assert second.count_day("2026-11-22") == 2
    finally:
        second.close()


def test_a_clock_set_back_does_not_block_for_long():
    window = StoredRateWindow()
    try:
        assert window.reserve(10_000.0, 20.0, 1) == 0.0
        assert window.reserve(100.0, 20.0, 1) <= 20.0
    finally:
        window.close()

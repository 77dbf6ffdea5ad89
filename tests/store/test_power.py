"""The power fails: whatever of the log the disk still holds, a profile opens with whole transactions alone."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from dynsync_gui.domain.findings.records import finding_of, refusal_of
from dynsync_gui.domain.ports.marketo import MarketoReader
from dynsync_gui.domain.report import RunKind
from dynsync_gui.domain.schema import PEOPLE, Entity
from dynsync_gui.domain.storage.records import Acknowledgement, Cursor, Match, StagedRecord
from dynsync_gui.engine import settling
from dynsync_gui.engine.calls import CallCount
from dynsync_gui.engine.sending import Sending
from dynsync_gui.store.sync_store import SqliteStore

BATCHES, PEOPLE_A_BATCH = 6, 50


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    """What lay on the disk after each acknowledged batch, while the program still had the file open."""
    folder, taken = tmp_path / "live", []
    folder.mkdir()
    store = SqliteStore(folder / "dynsync.db", finding_of)
    try:
        store._db.execute("PRAGMA wal_autocheckpoint = 0")
        run = store.begin_run(RunKind.FIRST).id
        with store.transaction():
            for number in range(BATCHES * PEOPLE_A_BATCH):
                row = StagedRecord(Entity.CONTACT, f"c{number}", "1", {"firstName": "Ann"}, digest=b"1")
                store.stage(run, [row])
            store.move_cursor(Entity.CONTACT, Cursor(run, delta_link="after", complete=True))
        store.decide_rest()
        for number in range(BATCHES):
            batch = store.outgoing(PEOPLE, (Match.CREATE,), 0, PEOPLE_A_BATCH)
            store.acknowledge([Acknowledgement(one.seq, one.version, f"9{one.seq}", frozenset()) for one in batch])
            image = tmp_path / f"image-{number}"
            shutil.copytree(folder, image, ignore=shutil.ignore_patterns("*-shm"))
            taken.append(image)
        assert store._db.execute("PRAGMA synchronous").fetchone() == (2,), "a commit waits for the disk"
    finally:
        store.close()
    return taken


def stands(image: Path) -> tuple[int, int, bool]:
    """Acknowledged people, people who wait, and whether the cursor was moved."""
    store = SqliteStore(image / "dynsync.db", finding_of)
    try:
        assert store._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        waiting = len(store.outgoing(PEOPLE, (Match.CREATE, Match.UNDECIDED), 0, 1_000))
        (known,) = store._db.execute("SELECT count(*) FROM records WHERE state = 'acknowledged'").fetchone()
        return known, waiting, bool(store.cursor(Entity.CONTACT).delta_link)
    finally:
        store.close()


def test_everything_that_was_acknowledged_is_there(images: list[Path]) -> None:
    everybody = BATCHES * PEOPLE_A_BATCH
    for number, image in enumerate(images, 1):
        assert stands(image) == (number * PEOPLE_A_BATCH, everybody - number * PEOPLE_A_BATCH, True)


@pytest.mark.parametrize("damage", ["cut", "zeroed"])
def test_a_log_that_was_half_written_loses_whole_batches_and_none_before(images: list[Path], damage: str) -> None:
    image, whole = images[-1], images[-1] / "dynsync.db-wal"
    log, found = whole.read_bytes(), []
    for part in range(21):
        kept = len(log) * part // 20
        copy = image.with_name(f"{image.name}-{damage}-{part}")
        shutil.copytree(image, copy)
        (copy / whole.name).write_bytes(log[:kept] + (b"" if damage == "cut" else bytes(len(log) - kept)))
        try:
            known, waiting, moved = stands(copy)
        except sqlite3.Error as error:
            pytest.fail(f"{kept} bytes of {len(log)}: {error}")
        assert known % PEOPLE_A_BATCH == 0
        assert (known + waiting, moved) in {(0, False), (BATCHES * PEOPLE_A_BATCH, True)}, "rows and cursor are one"
        found.append(known)
    assert found == sorted(found)
    assert (found[0], found[-1]) == (0, BATCHES * PEOPLE_A_BATCH)
    assert len(set(found)) > 3


def test_answers_wait_for_the_disk_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the power takes besides is sent once more, which changes nothing in Marketo."""
    now, waited = [100.0], []
    monkeypatch.setattr(settling.time, "monotonic", lambda: now[0])
    store = SqliteStore(tmp_path / "dynsync.db", finding_of)
    try:
        calls = CallCount(cast(MarketoReader, SimpleNamespace(calls_made=lambda: 0)), store, 1)
        kept = settling.Settling(store, refusal_of, calls, lambda *_: None, lambda: None)
        sending = cast(Sending, SimpleNamespace(creates_people=True))
        for seconds in (0.0, 0.4, 0.7, 0.9, 1.1):
            now[0] += seconds
            kept.settle([], sending)
            waited.append(store._db.execute("PRAGMA synchronous").fetchone() == (2,))
    finally:
        store.close()
    assert waited == [True, False, True, False, True]

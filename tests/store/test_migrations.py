"""Steps that were handed out stay as they are, and a file of any of them opens and works."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest

from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.domain.report import RunKind
from dynsync_gui.domain.schema import PEOPLE, Entity
from dynsync_gui.domain.storage.records import Acknowledgement, Match, StagedRecord
from dynsync_gui.store.migrations import MIGRATIONS
from dynsync_gui.store.sync_store import SqliteStore

FROZEN = (
    "2a7188a2673a7219",
    "3126c1abdd85284e",
    "1809d46914b9820b",
    "adab0eabfe94a859",
    "96ccfb1a5516bc03",
    "f2f4b50daa135fec",
    "ba3869fd9f2773e0",
    "48a8157da291f885",
    "359b8f5ba31b1dcd",
    "3999da0fd32ba853",
    "6d23ed184d48dd10",
    "e19230969405ca7f",
    "bd93c1121207ed10",
    "cee498dbbb1e5790",
    "3f96d6b2d26892b5",
    "eb6dd6b6ec918949",
    "13540163123fd0fc",
    "9cc83486c9b504dd",
)
"""Digests of the steps. A new step adds a line; a line that is here already never changes."""
ADDED_LATER = ("types", "muted")
"""Tables that the first builds of the fourth step did not make."""


def file_of(path: Path, version: int, *, without: tuple[str, ...] = ()) -> Path:
    """A database as a program left it that knew so many steps; one person is in Marketo."""
    connection = sqlite3.connect(path)
    for step in MIGRATIONS[:version]:
        for statement in step:
            connection.execute(statement)
    for table in without:
        connection.execute(f"DROP TABLE {table}")
    connection.execute("INSERT INTO runs (kind, state, started) VALUES ('first', 'done', '2026-11-01T08:00:00Z')")
    connection.execute(
        """INSERT INTO records (entity, id, run, version, state, payload, digest, agreed, marketo_id)
           VALUES ('contact', 'c1', 1, '1', 'acknowledged', '{}', x'01', x'01', '1001')"""
    )
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()
    return path


def cycle(path: Path) -> None:
    """One run over such a file: a change of the person, a new one, what changed in Marketo, and what is remembered."""
    store = SqliteStore(path, finding_of)
    try:
        run = store.begin_run(RunKind.CYCLE).id
        store.stage(
            run,
            [
                StagedRecord(Entity.CONTACT, "c1", "2", {"firstName": "x"}, b"\x02"),
                StagedRecord(Entity.CONTACT, "c2", "1", {"firstName": "y"}, b"\x03"),
            ],
        )
        store.follow_life(run)
        store.relink(run)
        store.decide_rest()
        waiting = store.outgoing(PEOPLE, (Match.CREATE, Match.UPDATE), 0, 10)
        assert {record.id for record in waiting} == {"c1", "c2"}
        store.keep_changes((), "token", more=False)
        store.remember_types(Entity.CONTACT, {"firstname": "string"})
        store.acknowledge([Acknowledgement(one.seq, one.version, f"9{one.seq}", frozenset()) for one in waiting])
        assert (store.report(run).closes, store.report(run).acknowledged) == (True, 2)
        assert (store.change_token(), store.types(Entity.CONTACT)) == ("token", {"firstname": "string"})
    finally:
        store.close()


def test_no_step_was_edited() -> None:
    digests = tuple(hashlib.sha256("\n".join(step).encode()).hexdigest()[:16] for step in MIGRATIONS)
    assert digests[: len(FROZEN)] == FROZEN
    assert len(digests) == len(FROZEN), "freeze the new step here"


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_a_file_of_every_version_opens_and_works(tmp_path: Path, version: int) -> None:
    cycle(file_of(tmp_path / "dynsync.db", version))


@pytest.mark.parametrize("version", [4, 5])
def test_a_file_of_the_fourth_step_as_it_was_at_first_is_mended(tmp_path: Path, version: int) -> None:
    cycle(file_of(tmp_path / "dynsync.db", version, without=ADDED_LATER))

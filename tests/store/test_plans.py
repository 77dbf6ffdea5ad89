"""Statements that are made for each page find their rows by an index: none reads the whole ledger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.domain.ports.marketo import PersonChange
from dynsync_gui.domain.report import RunKind
from dynsync_gui.domain.schema import PEOPLE, Entity
from dynsync_gui.domain.storage.records import Decision, Match, StagedRecord
from dynsync_gui.store.sync_store import SqliteStore

HANGING = (Entity.CUSTOMER, Entity.CONNECTION, Entity("new_a"), Entity("new_b"), Entity("new_c"))
GUID = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    made = SqliteStore(None, finding_of)
    run = made.begin_run(RunKind.CYCLE).id
    made.stage(run, [StagedRecord(Entity.CONTACT, "c1", "1", {"firstName": "x"}, b"1")])
    yield made
    made.close()


def scans(store: SqliteStore, act: str) -> list[str]:
    """Statements of one act that go through all rows of the ledger, or sort all that is left for each page of it."""
    made: list[str] = []
    connection = store._db
    connection.set_trace_callback(made.append)
    try:
        match act:
            case "keep changes":
                store.keep_changes([PersonChange("1001", "title", "a", "b")], "token")
            case "claimed":
                store.claimed(["1001", "1002"])
            case "decide":
                (record,) = store.undecided(PEOPLE, 0, 10)
                store.decide([Decision(record.seq, Match.UPDATE, GUID)])
            case "idle":
                (run,) = store.runs(1)
                store.follow_life(run.id)
                store.judge_owners(run.id)
                store.relink(run.id)
                store.leave_out(HANGING)
                store.await_parents(HANGING)
                store.decide_rest()
                store.note_standing(unmarked=True)
                store.mass_changes(run.id)
    finally:
        connection.set_trace_callback(None)
    assert made
    found = []
    for statement in made:
        asks_nothing = "IN ()" in statement
        if statement.lstrip().split(maxsplit=1)[0] in {"SELECT", "UPDATE", "DELETE", "INSERT"} and not asks_nothing:
            rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
            found += [statement for row in rows if row[3].startswith("SCAN records") and " INDEX " not in row[3]]
            paged = "LIMIT" in statement and "seq >" in statement
            found += [statement for row in rows if paged and row[3] == "USE TEMP B-TREE FOR ORDER BY"]
    return found


@pytest.mark.parametrize("act", ["keep changes", "claimed", "decide", "idle"])
def test_no_page_costs_a_walk_through_the_ledger(store: SqliteStore, act: str) -> None:
    assert scans(store, act) == []

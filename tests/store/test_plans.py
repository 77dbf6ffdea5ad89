"""Statements that are made for each page find their rows by an index: none reads the whole ledger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dynsync_gui.domain.ends import Feed, PersonEnd
from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.domain.ports.marketo import PersonChange
from dynsync_gui.domain.report import RunKind
from dynsync_gui.domain.schema import PEOPLE, Entity
from dynsync_gui.domain.storage.records import Acknowledgement, Decision, Match, Refusal, StagedRecord
from dynsync_gui.store.sync_store import SqliteStore

HANGING = (Entity.CUSTOMER, Entity.CONNECTION, Entity("new_a"), Entity("new_b"), Entity("new_c"))
WALKED = {"records", "r", "l", "c", "k", "x", "y"}
"""The ledger, as statements call it."""
GUID = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    made = SqliteStore(None, finding_of)
    run = made.begin_run(RunKind.CYCLE).id
    made.stage(run, [StagedRecord(Entity.CONTACT, "c1", "1", {"firstName": "x"}, b"1")])
    yield made
    made.close()


def scans(store: SqliteStore, act: str) -> list[str]:
    """Statements of one act that go through the ledger or a table of it, or sort all that is left for each page."""
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
            case "follow ends":
                store.keep_ends([PersonEnd("1001", "1002"), PersonEnd("1003")], Feed.MERGED, "token")
                store.bearers([PersonEnd("1001", "1002")])
            case "compare":
                store.places([GUID])
                store.states(Entity.CONTACT, [GUID])
                store.withheld(Entity.CONTACT, [GUID])
            case "take back":
                store.incoming(Entity.CONTACT, 0, 10)
                store.about_to_merge()
                store.mute_survivors()
            case "send":
                store.outgoing(PEOPLE, (Match.CREATE,), 0, 300)
                store.acknowledge([Acknowledgement(1, "1", "1001", frozenset())])
                store.refuse([Refusal(1, "1", "1003")])
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
            steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
            found += [statement for step in steps if is_dear(step, statement)]
    return found


def is_dear(step: str, statement: str) -> bool:
    """Whether a step of a plan grows with the ledger; leads are looked through for those that were qualified."""
    walks = step.startswith("SCAN") and step.split()[1] in WALKED and " INDEX " not in step
    walks_a_table = step.endswith("(entity=?)") and "autoindex" in step and "qualified = 1" not in statement
    paged = "LIMIT" in statement and "seq >" in statement
    return walks or walks_a_table or (paged and step == "USE TEMP B-TREE FOR ORDER BY")


@pytest.mark.parametrize(
    "act", ["keep changes", "claimed", "decide", "follow ends", "compare", "take back", "send", "idle"]
)
def test_no_page_costs_a_walk_through_the_ledger(store: SqliteStore, act: str) -> None:
    assert scans(store, act) == []

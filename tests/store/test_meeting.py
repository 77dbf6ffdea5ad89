"""Records that a whole reading meets as both sides agreed on them."""

import pytest

from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.domain.report import RunKind, RunState
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.storage.records import Acknowledgement, Match, Refusal, StagedRecord
from dynsync_gui.store.sync_store import SqliteStore

SOURCES = {"c1": b"row 1", "c2": b"row 2"}


def record(id_: str) -> StagedRecord:
    return StagedRecord(Entity.CONTACT, id_, "1", {"firstName": id_}, digest=id_.encode(), source=SOURCES[id_])


@pytest.fixture
def store():
    """Two contacts that Marketo took."""
    opened = SqliteStore(None, finding_of)
    first = opened.begin_run(RunKind.FIRST).id
    opened.stage(first, [record(id_) for id_ in SOURCES])
    opened.decide_rest()
    rows = opened.outgoing((Entity.CONTACT,), (Match.CREATE,), 0, 10)
    opened.acknowledge([Acknowledgement(row.seq, row.version, f"m-{row.id}", frozenset(row.payload)) for row in rows])
    opened.end_run(first, RunState.DONE)
    yield opened
    opened.close()


def test_who_is_met_is_read_and_unchanged_and_not_missed(store):
    run = store.begin_run(RunKind.CYCLE).id
    assert store.meet(run, Entity.CONTACT, SOURCES) == SOURCES.keys()
    report = store.end_run(run, RunState.DONE)
    assert (report.read, report.unchanged) == (2, 2)
    assert report.closes
    assert store.count_records(run, Entity.CONTACT) == 2
    assert store.unseen(run, Entity.CONTACT, 0, 10) == ()
    (plan,) = (plan for plan in store.entity_plans(run) if plan.entity is Entity.CONTACT)
    assert (plan.read, plan.unchanged) == (2, 2)


def test_who_is_met_twice_counts_once(store):
    run = store.begin_run(RunKind.CYCLE).id
    store.meet(run, Entity.CONTACT, SOURCES)
    assert store.meet(run, Entity.CONTACT, SOURCES) == SOURCES.keys()
    assert store.report(run).read == 2


def test_another_row_and_an_unknown_one_are_not_met(store):
    run = store.begin_run(RunKind.CYCLE).id
    assert store.meet(run, Entity.CONTACT, {**SOURCES, "c1": b"changed", "c3": b"new"}) == {"c2"}
    assert [id_ for _, id_ in store.unseen(run, Entity.CONTACT, 0, 10)] == ["c1"]


def test_what_is_to_be_sent_whole_is_not_met(store):
    store.forget_agreement(Entity.CONTACT, "c1")
    run = store.begin_run(RunKind.CYCLE).id
    assert store.meet(run, Entity.CONTACT, SOURCES) == {"c2"}


@pytest.mark.parametrize("refused", [False, True], ids=["waits", "is a problem"])
def test_what_is_not_settled_is_not_met(store, refused):
    run = store.begin_run(RunKind.CYCLE).id
    changed = StagedRecord(Entity.CONTACT, "c1", "2", {"firstName": "x"}, digest=b"x", source=b"row 1, changed")
    store.stage(run, [changed])
    if refused:
        store.decide_rest()
        (row,) = store.outgoing((Entity.CONTACT,), (Match.CREATE,), 0, 10)
        store.refuse([Refusal(row.seq, row.version, "1003")])
    assert store.meet(run, Entity.CONTACT, {"c1": b"row 1, changed"}) == frozenset()

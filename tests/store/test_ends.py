"""Records whose persons were merged or deleted in Marketo, and what else happens to them."""

import pytest

from dynsync_gui.domain.ends import Feed, PersonEnd
from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.domain.imports import Departure
from dynsync_gui.domain.report import RunKind, RunState
from dynsync_gui.domain.schema import PEOPLE, Entity
from dynsync_gui.domain.storage.records import (
    Acknowledgement,
    Decision,
    LedgerRecord,
    Match,
    Refusal,
    Skip,
    StagedRecord,
)
from dynsync_gui.store.sync_store import SqliteStore


def record(version: str = "1", entity: Entity = Entity.CONTACT, id_: str = "c1", parent: str = "") -> StagedRecord:
    return StagedRecord(entity, id_, version, {"firstName": version}, digest=version.encode(), parent=parent)


def farewell(match: Match) -> StagedRecord:
    return StagedRecord(Entity.CONTACT, "c1", "2", {"gone": True}, b"gone", skip=Skip.DELETED, farewell=match)


def waiting(store: SqliteStore, *matches: Match) -> tuple[LedgerRecord, ...]:
    return store.outgoing(PEOPLE, matches or tuple(set(Match) - {Match.UNDECIDED}), 0, 10)


@pytest.fixture
def store():
    """A contact with the person 7, and a run that goes on."""
    opened = SqliteStore(None, finding_of)
    first = opened.begin_run(RunKind.FIRST).id
    opened.stage(first, [record(parent="a1")])
    opened.decide_rest()
    (row,) = waiting(opened)
    opened.acknowledge([Acknowledgement(row.seq, row.version, "7", frozenset(row.payload))])
    opened.end_run(first, RunState.DONE)
    opened.begin_run(RunKind.CYCLE)
    yield opened
    opened.close()


@pytest.fixture
def run(store: SqliteStore) -> int:
    return store.runs(1)[0].id


def deleted(store: SqliteStore) -> None:
    store.keep_ends([PersonEnd("7")], Feed.DELETED, "token")


def test_who_was_deleted_there_gets_no_links_alone(store, run):
    deleted(store)
    store.stage(run, [record(entity=Entity.ACCOUNT, id_="a1")])
    store.decide_rest()
    (account,) = store.outgoing((Entity.ACCOUNT,), (Match.CREATE,), 0, 10)
    store.acknowledge([Acknowledgement(account.seq, account.version, "70", frozenset())])
    store.relink(run)
    assert waiting(store) == ()


@pytest.mark.parametrize("match", [Match.TAKE, Match.DELETE])
def test_who_was_deleted_there_has_nobody_to_be_told_of(store, run, match):
    store.stage(run, [farewell(match)])
    (row,) = waiting(store)
    store.refuse([Refusal(row.seq, row.version, "1", retry=Retry.NEXT_RUN)])
    deleted(store)
    assert store.try_again() == 0
    assert waiting(store) == ()
    assert [place.problem for place in store.places(["c1"])] == [None]


def test_who_was_refused_and_deleted_there_is_found_anew(store, run):
    store.keep_ends([PersonEnd("6", into="7")], Feed.MERGED, "token")
    store.keep_ends([PersonEnd("7", into="8")], Feed.MERGED, "token")
    (row,) = waiting(store, Match.TAKE)
    store.refuse([Refusal(row.seq, row.version, "1")])
    store.keep_ends([PersonEnd("8")], Feed.DELETED, "token")
    store.stage(run, [record("2")])
    assert waiting(store) == ()
    assert [(row.id, row.marketo_id) for row in store.undecided(PEOPLE, 0, 10)] == [("c1", "")]


def depart(store: SqliteStore, run: int, decision: Decision) -> int:
    """Let a version of the contact travel in a file."""
    store.stage(run, [record("2")])
    store.decide([decision])
    (row,) = waiting(store)
    number, seqs = store.imports.begin([Departure(row.seq, row.version, frozenset({"firstName"}), "")])
    assert seqs == {row.seq}
    return number


@pytest.mark.parametrize("known", [True, False])
def test_who_got_another_person_while_away_keeps_it(store, run, known):
    """Landing, it would be given the one that is no more."""
    number = depart(store, run, Decision(1, Match.UPDATE, "7"))
    if known:
        store.stage(run, [StagedRecord(Entity.LEAD, "l1", "1", {"firstName": "1"}, digest=b"1")])
        store.decide([Decision(2, Match.UPDATE, "8")])
    store.keep_ends([PersonEnd("7", into="8")], Feed.MERGED, "token")
    landing = store.imports.land(run, number, {"c1": "7"}, ())
    assert (landing.acknowledged, landing.overtaken) == ({}, True)
    (place,) = store.places(["c1"])
    if known:
        assert (place.state, place.marketo_id) == ("problem", "")
    else:
        assert [(row.id, row.marketo_id) for row in waiting(store, Match.TAKE)] == [("c1", "8")]


def test_who_was_deleted_and_restored_while_away_is_found_by_key(store, run):
    store.stage(run, [record(id_="c2")])
    store.decide_rest()
    (row,) = waiting(store)
    number, _ = store.imports.begin([Departure(row.seq, row.version, frozenset(), "")])
    store.stage(run, [farewell(Match.TAKE)._replace(id="c2")])
    store.stage(run, [record("3", id_="c2")])
    store.imports.land(run, number, {}, ["c2"])
    assert waiting(store) == ()
    assert [row.id for row in store.undecided(PEOPLE, 0, 10)] == ["c2"]

"""A restored copy: where Marketo's changes go on, and which of them DynSync wrote itself after the copy was made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.domain.fingerprint import entry
from dynsync_gui.domain.ports.marketo import ChangeOrder, PersonChange
from dynsync_gui.domain.report import RunKind
from dynsync_gui.domain.schema import PEOPLE, Entity
from dynsync_gui.domain.storage.records import Acknowledgement, Cursor, Match, StagedRecord
from dynsync_gui.store.sync_store import SqliteStore

MOMENT = datetime(2026, 11, 23, 10, tzinfo=UTC)
ORDER = ChangeOrder("file", "2026-11-23T10:00:00Z", MOMENT, MOMENT + timedelta(minutes=1))
RECORDS = {"untouched": "1001", "touched": "1002"}


def staged(id_: str, version: str) -> StagedRecord:
    return StagedRecord(Entity.CONTACT, id_, version, {"title": "a"}, b"1", prints=entry("title", "a"))


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    """Opened from its copy; one of its two records has another version by now."""
    made = SqliteStore(None, finding_of)
    run = made.begin_run(RunKind.CYCLE).id
    made.stage(run, [staged(id_, "1") for id_ in RECORDS])
    made.decide_rest()
    rows = made.outgoing(PEOPLE, (Match.CREATE,), 0, 10)
    made.acknowledge([Acknowledgement(row.seq, row.version, RECORDS[row.id], frozenset()) for row in rows])
    made.keep_changes([PersonChange("1001", "city", "x", "y")], "token", more=False)
    made.keep_order(ORDER)
    made.move_cursor(Entity.CONTACT, Cursor(run, delta_link="delta"))
    made.compare_anew()
    again = made.begin_run(RunKind.CYCLE).id
    made.stage(again, [staged("untouched", "1"), staged("touched", "2")])
    yield made
    made.close()


def told(store: SqliteStore) -> set[tuple[str, str]]:
    return {(one.id, field) for one in store.incoming(Entity.CONTACT, 0, 10) for field in one.before}


def test_marketos_changes_go_on_and_dynamics_is_read_from_the_beginning(store: SqliteStore) -> None:
    assert (store.change_token(), store.change_order()) == ("token", ORDER)
    assert store.cursor(Entity.CONTACT) == Cursor()
    assert told(store) == set()


@pytest.mark.parametrize(
    ("person", "after", "by_hand", "news"),
    [
        ("1001", "b", False, True),  # of another program: DynSync had nothing to write
        ("1001", "a", False, False),  # DynSync's own, before the copy was made
        ("1001", "a", True, True),
        ("1002", "b", False, False),  # may be DynSync's own of a version in between
        ("1002", "b", True, True),
        ("1002", "b", None, True),
    ],
)
def test_it_is_known_what_dynsync_may_have_written(
    store: SqliteStore, person: str, after: str, by_hand: bool | None, news: bool
) -> None:
    store.keep_changes([PersonChange(person, "title", "", after, by_hand)], "onward")
    assert bool(told(store)) is news


def test_a_consent_that_was_withdrawn_is_news_whoever_told_it(store: SqliteStore) -> None:
    store.keep_changes([PersonChange("1002", "unsubscribed", "false", "true", by_hand=False)], "onward")
    assert told(store) == {("touched", "unsubscribed")}


def test_after_all_was_read_nothing_is_doubted_any_more(store: SqliteStore) -> None:
    store.keep_changes((), "onward", more=False)
    store.keep_changes([PersonChange("1002", "title", "", "b", by_hand=False)], "onward")
    assert told(store) == {("touched", "title")}


def test_a_file_that_an_earlier_version_asked_for_is_known(store: SqliteStore) -> None:
    store._db.execute("UPDATE cursors SET names = ? WHERE next_link = 'file'", (json.dumps(MOMENT.isoformat()),))
    assert store.change_order() == replace(ORDER, looked=None)

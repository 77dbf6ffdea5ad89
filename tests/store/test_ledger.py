"""Versions of records: every one is always in exactly one place, and what Marketo answered is kept."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.domain.fingerprint import entry
from dynsync_gui.domain.ports.marketo import PersonChange
from dynsync_gui.domain.report import RunKind, RunState
from dynsync_gui.domain.schema import PEOPLE, Entity
from dynsync_gui.domain.storage.records import Acknowledgement, Decision, Match, Refusal, Skip
from dynsync_gui.store.sync_store import SqliteStore
from tests.store.rows import UPSERTS, record, send_all


def test_a_page_read_twice_counts_once(store):
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record(), record(id_="c2")])
    store.stage(run, [record(), record(id_="c2")])
    assert store.report(run).read == 2
    assert store.report(run).closes


def test_a_newer_version_replaces_the_one_that_waits(store):
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record()])
    store.stage(run, [record(version="2")])
    report = store.report(run)
    assert (report.read, report.outbox, report.skipped) == (2, 1, 1)
    assert report.closes


def test_an_answer_to_an_old_version_does_not_settle_the_new_one(store):
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record()])
    store.decide_rest()
    (old,) = store.outgoing(PEOPLE, UPSERTS, 0, 10)
    store.stage(run, [record(version="2")])
    store.acknowledge([Acknowledgement(old.seq, old.version, "7", frozenset())])
    assert store.report(run).outbox == 1


def test_nothing_is_sent_again_when_a_new_version_says_the_same(store):
    first = store.begin_run(RunKind.FIRST).id
    store.stage(first, [record()])
    send_all(store)
    store.end_run(first, RunState.DONE)
    second = store.begin_run(RunKind.CYCLE).id
    store.stage(second, [record(version="2", payload={"firstName": "1"})])
    assert store.report(second).unchanged == 1
    assert store.report(first).acknowledged == 1


def test_passing_trouble_is_tried_again_later_and_later(store, clock):
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record()])
    waits = []
    for _ in range(9):
        store.decide_rest()
        (row,) = store.outgoing(PEOPLE, UPSERTS, 0, 10)
        store.refuse([Refusal(row.seq, row.version, "719", retry=Retry.NEXT_RUN)])
        asked, wait = clock.now, 5
        while not store.outgoing(PEOPLE, tuple(Match), 0, 10):
            store.end_run(run, RunState.DONE)
            wait *= 5
            clock.now = asked + timedelta(seconds=wait)
            run = store.begin_run(RunKind.CYCLE).id
        waits.append((clock.now - asked).total_seconds())
    assert waits[:3] == [25.0, 125.0, 625.0]
    assert waits == sorted(waits)
    assert 86_400.0 <= waits[-1] <= 5 * 86_400.0


def test_what_was_put_off_by_a_clock_that_ran_ahead_is_tried_again(store, clock):
    right = clock.now
    clock.now += timedelta(days=400)
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record()])
    store.decide_rest()
    (row,) = store.outgoing(PEOPLE, UPSERTS, 0, 10)
    store.refuse([Refusal(row.seq, row.version, "719", retry=Retry.NEXT_RUN)])
    store.end_run(run, RunState.DONE)
    clock.now = right
    store.begin_run(RunKind.CYCLE)
    assert len(store.outgoing(PEOPLE, tuple(Match), 0, 10)) == 1


def test_shared_emails_come_contact_first_then_oldest(store):
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record(id_=f"c{n}", email="a@x.com", created=str(2021 - n)) for n in (1, 2)])
    store.stage(run, [record(Entity.LEAD, "l1", email="a@x.com", created="2001")])
    store.stage(run, [record(Entity.LEAD, "l2", email="a@x.com", skip=Skip.FILTERED)])
    (shared,) = store.undecided_emails(Entity.CONTACT, 0, 10)
    assert [row.id for row in sorted(store.records_at(shared.seqs), key=lambda row: shared.seqs.index(row.seq))] == [
        "c2",
        "c1",
        "l1",
    ]
    assert store.shared_emails(5) == (3, ("a@x.com",))


def test_overwritten_values_are_journalled_with_the_acknowledgement(store):
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record()])
    (row,) = store.undecided(PEOPLE, 0, 10)
    store.decide([Decision(row.seq, Match.ADOPT, "77", {"firstName": "Old"})])
    journal = "SELECT entity, id, marketo_id, before FROM journal"
    assert store._db.execute(journal).fetchall() == []
    store.acknowledge([Acknowledgement(row.seq, row.version, "77", frozenset({"firstName"}))])
    assert store._db.execute(journal).fetchall() == [("contact", "c1", "77", '{"firstName":"Old"}')]


def test_what_marketo_was_found_to_hold_is_all_that_is_sure(store):
    """A value that never arrived is a change there when somebody makes it."""
    run = store.begin_run(RunKind.FIRST).id
    for version in ("1", "2", "3"):
        store.stage(run, [record(version=version, prints=entry("firstName", version))])
    (row,) = store.undecided(PEOPLE, 0, 10)
    store.decide([Decision(row.seq, Match.UPDATE, "7", unchanged=True)])
    store.keep_changes([PersonChange("7", "firstName", "3", "2")], "token")
    (one,) = store.incoming(Entity.CONTACT, 0, 10)
    assert one.agreed == entry("firstName", "3")


def test_a_change_of_a_person_that_has_gone_waits_until_the_record_has_one_again(store):
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record(prints=entry("firstName", "1"))])
    (row,) = store.undecided(PEOPLE, 0, 10)
    store.decide([Decision(row.seq, Match.ADOPT, "7", {})])
    store.acknowledge([Acknowledgement(row.seq, row.version, "7", frozenset({"firstName"}))])
    store.keep_changes([PersonChange("7", "firstName", "1", "2")], "token")
    assert [one.person for one in store.incoming(Entity.CONTACT, 0, 10)] == ["7"]
    store._db.execute("UPDATE records SET marketo_id = ''")
    assert store.incoming(Entity.CONTACT, 0, 10) == ()
    store._db.execute("UPDATE records SET marketo_id = '8'")
    assert [one.person for one in store.incoming(Entity.CONTACT, 0, 10)] == ["8"]


def test_refused_data_waits_for_a_change_and_passing_trouble_for_its_time(store, clock):
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record(id_="c1"), record(id_="c2")])
    rows = store.undecided(PEOPLE, 0, 10)
    store.decide_rest()
    store.refuse([Refusal(rows[0].seq, "1", "1003"), Refusal(rows[1].seq, "1", "719", retry=Retry.NEXT_RUN)])
    assert [problem.id for problem in store.problems()] == ["c1", "c2"]
    store.end_run(run, RunState.DONE)
    soon = store.begin_run(RunKind.CYCLE).id
    assert [problem.id for problem in store.problems()] == ["c1", "c2"]
    store.end_run(soon, RunState.DONE)
    clock.now += timedelta(seconds=25)
    again = store.begin_run(RunKind.CYCLE).id
    assert [problem.id for problem in store.problems()] == ["c1"]
    store.stage(again, [record(id_="c1", version="2", payload={"firstName": "1"})])
    assert store.report(again).problems == 1
    store.stage(again, [record(id_="c1", version="3", payload={"firstName": "better"})])
    assert list(store.problems()) == []
    assert store.report(again).closes


def test_a_transaction_that_breaks_leaves_nothing(store):
    run = store.begin_run(RunKind.FIRST).id

    def break_off():
        with store.transaction():
            store.stage(run, [record()])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert store.report(run).read == 0


def test_a_plan_made_in_private_goes_into_a_profile_whole(store, tmp_path: Path):
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record()])
    path = tmp_path / "dynsync.db"
    store.copy_to(path, CancelToken())
    copied = SqliteStore(path, finding_of)
    try:
        assert copied.unfinished_run().read == 1
    finally:
        copied.close()
    assert os.name == "nt" or path.stat().st_mode & 0o077 == 0

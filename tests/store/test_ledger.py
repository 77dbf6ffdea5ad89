"""The ledger against a plain model: every version of every record is always in exactly one place."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.domain.fingerprint import LINK, entry, fingerprint
from dynsync_gui.domain.ports.marketo import PersonChange
from dynsync_gui.domain.report import RunKind, RunState
from dynsync_gui.domain.schema import ENTITIES, PEOPLE, Entity
from dynsync_gui.domain.storage.records import SENT_BY_ID, Acknowledgement, Decision, Match, Refusal, Skip, StagedRecord
from dynsync_gui.store.sync_store import SqliteStore

UPSERTS = (Match.CREATE, Match.UPDATE)


class Clock:
    """Tells the time that a test wants."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def record(entity=Entity.CONTACT, id_="c1", version="1", **values) -> StagedRecord:
    payload = values.pop("payload", {"firstName": version})
    return StagedRecord(entity, id_, version, payload, digest=repr(payload).encode(), **values)


@pytest.fixture
def store(clock):
    opened = SqliteStore(None, finding_of, clock)
    yield opened
    opened.close()


def send_all(store: SqliteStore, entities=ENTITIES) -> None:
    store.decide_rest()
    rows = store.outgoing(entities, UPSERTS, 0, 1000)
    store.acknowledge(
        [Acknowledgement(row.seq, row.version, f"m-{row.id}", frozenset(row.payload), row.links.text) for row in rows]
    )
    run = store.runs(1)[0].id
    store.relink(run)


def test_a_page_read_twice_counts_once(store):
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record(), record(id_="c2")])
    store.stage(run, [record(), record(id_="c2")])
    assert store.report(run).read == 2
    assert store.report(run).closes


def test_only_what_others_name_sends_for_them_when_it_arrives(store):
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record(Entity.ACCOUNT, "a1"), record(Entity.ACCOUNT, "a2"), record(id_="c1", parent="a1")])
    store.decide_rest()
    rows = store.outgoing((Entity.ACCOUNT,), UPSERTS, 0, 10)
    store.acknowledge([Acknowledgement(row.seq, row.version, f"m-{row.id}", frozenset()) for row in rows])
    looked_at = store._db.execute("SELECT id FROM records WHERE moved = 1").fetchall()
    assert looked_at == [("a1",)]


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


def test_a_qualified_lead_is_folded_unless_its_contact_is_kept_out(store):
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record(id_="c1", link="l1"), record(id_="c2", skip=Skip.FILTERED, link="l2"), record(id_="c3")])
    store.stage(
        run,
        [
            record(Entity.LEAD, "l1", qualified=True),
            record(Entity.LEAD, "l2", qualified=True, link="c2"),
            record(Entity.LEAD, "l3", qualified=True, link="c3"),
            record(Entity.LEAD, "l4", qualified=False, link="c3"),
            record(Entity.LEAD, "l5", qualified=True),
        ],
    )
    store.follow_life(run)
    assert store.report(run).skipped == 3
    store.decide_rest()
    left = [row.id for row in store.outgoing((Entity.LEAD,), UPSERTS, 0, 10)]
    assert left == ["l2", "l4", "l5"]


def test_a_contact_takes_over_the_person_of_its_lead(store):
    first = store.begin_run(RunKind.FIRST).id
    store.stage(first, [record(Entity.LEAD, "l1")])
    send_all(store)
    store.end_run(first, RunState.DONE)
    second = store.begin_run(RunKind.CYCLE).id
    store.stage(second, [record(id_="c1", link="l1")])
    store.stage(second, [record(Entity.LEAD, "l1", version="2", qualified=True)])
    store.follow_life(second)
    (contact,) = store.outgoing(PEOPLE, SENT_BY_ID, 0, 10)
    assert (contact.match, contact.marketo_id) == (Match.TAKE, "m-l1")


def test_two_records_of_one_person_become_one_person(store):
    first = store.begin_run(RunKind.FIRST).id
    store.stage(first, [record(id_="c1"), record(id_="c2"), record(id_="c3")])
    send_all(store)
    store.end_run(first, RunState.DONE)
    second = store.begin_run(RunKind.CYCLE).id
    store.stage(second, [record(id_="c2", version="2", skip=Skip.MERGED, master="c1")])
    store.stage(second, [record(id_="c3", version="2", skip=Skip.MERGED, master="c2")])
    store.follow_life(second)
    merges = store.outgoing(PEOPLE, (Match.MERGE,), 0, 10)
    assert {(row.marketo_id, row.carrier) for row in merges} == {("m-c2", "m-c1"), ("m-c3", "m-c1")}
    store.acknowledge([Acknowledgement(row.seq, row.version, "", frozenset()) for row in merges])
    report = store.report(second)
    assert (report.read, report.skipped, report.closes) == (2, 2, True)


def test_a_lead_that_is_about_to_be_merged_keeps_its_own_person_when_the_contact_goes(store):
    first = store.begin_run(RunKind.FIRST).id
    store.stage(first, [record(id_="c1"), record(Entity.LEAD, "l1")])
    send_all(store)
    store.end_run(first, RunState.DONE)
    second = store.begin_run(RunKind.CYCLE).id
    store.stage(second, [record(Entity.LEAD, "l1", version="2", qualified=True, link="c1")])
    store.follow_life(second)
    (merge,) = store.outgoing(PEOPLE, (Match.MERGE,), 0, 10)
    assert (merge.marketo_id, merge.carrier) == ("m-l1", "m-c1")
    store.stage(second, [record(id_="c1", version="2", skip=Skip.DELETED, farewell=Match.TAKE)])
    store.follow_life(second)
    waiting = {row.id: (row.match, row.marketo_id) for row in store.outgoing(PEOPLE, tuple(Match), 0, 10)}
    assert waiting == {"c1": (Match.TAKE, "m-c1"), "l1": (Match.UNDECIDED, "m-l1")}


def test_a_disabled_user_counts_once_it_owns_something(store):
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record(Entity.USER, "u1", qualified=True), record(Entity.USER, "u2", qualified=True)])
    store.stage(run, [record(id_="c1", owner="u1"), record(id_="c2", owner="u2", skip=Skip.FILTERED)])
    store.judge_owners(run)
    assert [row.id for row in store.undecided((Entity.USER,), 0, 10)] == ["u1"]
    store.stage(run, [record(id_="c2", version="2", owner="u2")])
    store.judge_owners(run)
    assert [row.id for row in store.undecided((Entity.USER,), 0, 10)] == ["u1", "u2"]


def test_a_role_waits_for_its_person_and_goes_where_it_goes(store):
    run = store.begin_run(RunKind.FIRST).id
    role = {"role": "Stakeholder", "isPrimary": False}
    store.stage(run, [record(Entity.OPPORTUNITY, "o1"), record(id_="c1")])
    store.stage(
        run, [record(Entity.CONNECTION, "r1", payload=role, parent_entity=Entity.CONTACT, parent="c1", deal="o1")]
    )
    send_all(store, (Entity.OPPORTUNITY,))
    assert store.await_parents((Entity.CONNECTION,)) == 1
    assert [problem.code for problem in store.problems()] == ["parent-missing"]
    send_all(store, PEOPLE)
    (waiting,) = store.undecided((Entity.CONNECTION,), 0, 10)
    assert (waiting.links.person, waiting.links.opportunity) == ("m-c1", "o1")
    assert list(store.problems()) == []
    assert store.report(run).closes


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
    (shared,) = store.undecided_emails("", 10)
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


def test_a_company_that_arrives_late_sends_its_people_once_more(store, clock):
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record(Entity.ACCOUNT, "a1"), record(Entity.ACCOUNT, "a2")])
    store.stage(run, [record(id_="c1", parent="a1"), record(id_="c2", parent="a2")])
    store.decide_rest()
    accounts = store.outgoing((Entity.ACCOUNT,), UPSERTS, 0, 10)
    store.refuse([Refusal(accounts[0].seq, "1", "1003", retry=Retry.NEXT_RUN)])
    send_all(store, PEOPLE)
    assert store.report(run).outbox == 1
    store.end_run(run, RunState.DONE)
    clock.now += timedelta(seconds=25)
    again = store.begin_run(RunKind.CYCLE).id
    assert store.report(again).outbox == 1
    send_all(store, (Entity.ACCOUNT,))
    waiting = store.outgoing(PEOPLE, tuple(Match), 0, 10)
    assert {row.id: row.links.company for row in waiting} == {"c1": "a1", "c2": "a2"}
    assert store.report(again).closes


def test_a_company_that_arrives_late_reaches_what_hangs_on_a_person_that_waits(store, clock):
    run = store.begin_run(RunKind.FIRST).id
    person = {"parent_entity": Entity.CONTACT, "parent": "c1"}
    store.stage(run, [record(parent="a1"), record(Entity.OPPORTUNITY, "o1", **person), record(id_="c2", parent="a1")])
    send_all(store, (*PEOPLE, Entity.OPPORTUNITY))
    store.end_run(run, RunState.DONE)

    run = store.begin_run(RunKind.CYCLE).id
    store.stage(run, [record(version="2", parent="a1"), record(Entity.ACCOUNT, "a1")])
    send_all(store, (Entity.ACCOUNT,))
    waiting = {row.id for row in store.outgoing((Entity.OPPORTUNITY,), UPSERTS, 0, 9)}
    assert waiting == {"o1"}
    assert {row.id for row in store.outgoing(PEOPLE, (Match.TAKE,), 0, 9)} == {"c2"}


@pytest.mark.parametrize("prints", [b"", fingerprint([entry("firstName", "1"), entry(LINK, "a1|")])])
def test_a_link_that_waits_is_sent_though_a_new_version_says_the_same(store, prints):
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record(parent="a1", prints=prints)])
    send_all(store, PEOPLE)
    store.stage(run, [record(Entity.ACCOUNT, "a1")])
    send_all(store, (Entity.ACCOUNT,))
    store.stage(run, [record(version="2", payload={"firstName": "1"}, parent="a1", prints=prints)])
    (row,) = store.outgoing(PEOPLE, (Match.TAKE,), 0, 10)
    assert row.links.company == "a1"
    assert store.report(run).closes


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


class AnyOrder(RuleBasedStateMachine):
    """Whatever happens in whatever order, read = acknowledged + outbox + problems + unchanged + skipped."""

    @initialize()
    def begin(self):
        self.store = SqliteStore(None, finding_of)
        self.run = self.store.begin_run(RunKind.FIRST).id
        self.read: set[tuple[str, str]] = set()
        self.finished: list[int] = []

    @rule(id_=st.sampled_from("abc"), version=st.sampled_from("123"), skip=st.sampled_from([None, Skip.FILTERED]))
    def stage(self, id_, version, skip):
        self.store.stage(self.run, [record(id_=id_, version=version, skip=skip)])

    @rule()
    def acknowledge(self):
        send_all(self.store)

    @rule(retry=st.sampled_from([Retry.NEXT_RUN, Retry.WHEN_CHANGED]))
    def refuse(self, retry):
        self.store.decide_rest()
        rows = self.store.outgoing(ENTITIES, UPSERTS, 0, 1)
        self.store.refuse([Refusal(row.seq, row.version, "1003", retry=retry) for row in rows])

    @rule()
    def next_run(self):
        self.store.end_run(self.run, RunState.DONE)
        self.finished.append(self.run)
        self.run = self.store.begin_run(RunKind.CYCLE).id

    @invariant()
    def every_run_closes(self):
        if hasattr(self, "store"):
            assert all(self.store.report(run).closes for run in (*self.finished, self.run))

    @invariant()
    def problems_are_listed(self):
        if hasattr(self, "store"):
            listed = {problem.id for problem in self.store.problems()}
            rows = self.store._db.execute("SELECT id FROM records WHERE state = 'problem'").fetchall()
            assert listed == {row[0] for row in rows}

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()


AnyOrder.TestCase.settings = hypothesis_settings(max_examples=40, stateful_step_count=15, deadline=None)
TestAnyOrder = AnyOrder.TestCase

"""Records that others hang on, follow, own or become."""

from datetime import timedelta

import pytest

from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.fingerprint import LINK, entry, fingerprint
from dynsync_gui.domain.report import RunKind, RunState
from dynsync_gui.domain.schema import PEOPLE, Entity
from dynsync_gui.domain.storage.records import SENT_BY_ID, Acknowledgement, Match, Refusal, Skip
from tests.store.rows import UPSERTS, record, send_all


def test_only_what_others_name_sends_for_them_when_it_arrives(store):
    run = store.begin_run(RunKind.FIRST).id
    store.stage(run, [record(Entity.ACCOUNT, "a1"), record(Entity.ACCOUNT, "a2"), record(id_="c1", parent="a1")])
    store.decide_rest()
    rows = store.outgoing((Entity.ACCOUNT,), UPSERTS, 0, 10)
    store.acknowledge([Acknowledgement(row.seq, row.version, f"m-{row.id}", frozenset()) for row in rows])
    looked_at = store._db.execute("SELECT id FROM records WHERE moved = 1").fetchall()
    assert looked_at == [("a1",)]


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

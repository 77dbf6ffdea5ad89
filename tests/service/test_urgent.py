"""One record on demand, and fresh changes that overtake a running first sync."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dynsync_gui.domain.errors import Finding, TemporaryFailure
from dynsync_gui.domain.events import Explained, JobFailed, RunEnded
from dynsync_gui.domain.explain import Cause
from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.text import msg
from dynsync_gui.engine import lanes, overtaking
from dynsync_gui.engine.overtaking import Overtaking, Wishes
from dynsync_gui.store.sync_store import SqliteStore
from tests.judge import judge
from tests.service.beside import Beside

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.service.conftest import Desk


FINDING = Finding(msg("Dynamics asks to slow down."), msg("Wait."))


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked between any two batches."""
    monkeypatch.setattr(overtaking, "EVERY", 0.0)
    monkeypatch.setattr(overtaking, "SPARING", 0.0)
    monkeypatch.setattr(overtaking, "ThreadPoolExecutor", Beside)


def bring(desk: Desk, entity: Entity, id_: str) -> Explained:
    event = desk.service.records.sync_one(entity, id_).wait(60)
    assert isinstance(event, Explained), event
    return event


def persons(desk: Desk, key: str) -> list[dict[str, Any]]:
    return [row for row in desk.rehearsal.audit()["marketo"]["persons"] if row.get("dynamicsId") == key]


def test_one_record_is_brought_over_with_its_company_and_nothing_else(desk: Desk) -> None:
    assert isinstance(desk.start(), RunEnded)
    world = desk.rehearsal.world
    account = world.insert("account", {"name": "Brand New Ltd"})
    contact = world.insert(
        "contact", {"lastname": "New", "parentcustomerid": account, "emailaddress1": "n@new.example"}
    )
    other = world.insert("contact", {"lastname": "Other", "emailaddress1": "other@new.example"})
    desk.rehearsal.log.clear()
    (found,) = bring(desk, Entity.CONTACT, contact).answer.explanations
    assert found.cause is Cause.IN_STEP
    (person,) = persons(desk, contact)
    assert person["externalCompanyId"] == account
    assert persons(desk, other) == []
    marketo = [entry for entry in desk.rehearsal.log.entries("marketo") if "identity" not in entry.path]
    assert len([entry for entry in marketo if "describe" not in entry.path]) <= 7
    ended = desk.service.go_on().wait(60)
    assert isinstance(ended, RunEnded)
    assert ended.report.closes
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []
    assert all(run.closes for run in desk.service.status().runs)


def test_an_order_that_names_another_table_is_refused_with_the_right_one(desk: Desk) -> None:
    assert isinstance(desk.start(), RunEnded)
    contact = desk.rehearsal.world.as_json()["contact"][0]["contactid"]
    runs = len(desk.service.status().runs)
    told = desk.service.records.sync_one(Entity("new_nothing"), contact).wait(60)
    assert isinstance(told, JobFailed)
    assert "contact" in str(told.error.finding.cure)
    assert len(desk.service.status().runs) == runs
    told = desk.service.records.sync_one(Entity.LEAD, contact).wait(60)
    assert isinstance(told, JobFailed)
    assert f"contact:{contact}" in str(told.error.finding.cure)


def test_a_value_that_was_overwritten_and_a_person_that_was_removed_come_again(desk: Desk) -> None:
    assert isinstance(desk.start(), RunEnded)
    contacts = {row["contactid"]: row for row in desk.rehearsal.audit()["dataverse"]["contact"]}
    rows = [row for row in desk.rehearsal.audit()["marketo"]["persons"] if row.get("dynamicsId") in contacts]
    meddled, removed = rows[0], rows[1]
    desk.rehearsal.marketo.marketer.change(int(meddled["id"]), {"lastName": "By hand"})
    desk.rehearsal.marketo.marketer.delete(int(removed["id"]))
    for row in (meddled, removed):
        bring(desk, Entity.CONTACT, row["dynamicsId"])
        (person,) = persons(desk, row["dynamicsId"])
        assert person["lastName"] == contacts[row["dynamicsId"]]["lastname"].strip()
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []


def test_one_record_goes_first_while_a_first_sync_stands_unfinished(desk: Desk) -> None:
    desk.rehearsal.faults.add("code", system="marketo", code="607", path="leads.json", verb="POST", count=0)
    assert isinstance(desk.start(), JobFailed)
    desk.rehearsal.faults.clear()
    waiting = [
        row["leadid"]
        for row in desk.rehearsal.audit()["dataverse"]["lead"]
        if row.get("new_synctomkto") is not False and row["statecode"] == 0 and row.get("emailaddress1")
    ]
    before = len([row for row in desk.rehearsal.audit()["marketo"]["persons"] if row.get("dynamicsId")])
    bring(desk, Entity.LEAD, waiting[-1])
    assert len(persons(desk, waiting[-1])) == 1
    now = len([row for row in desk.rehearsal.audit()["marketo"]["persons"] if row.get("dynamicsId")])
    assert now == before + 1
    (run,) = desk.service.status().runs
    assert run.closes
    assert run.outbox > 100
    assert isinstance(desk.service.go_on().wait(60), RunEnded)
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []


@pytest.mark.usefixtures("_at_once")
def test_what_changes_during_a_first_sync_overtakes_it(desk: Desk) -> None:
    """The first batch of persons has arrived when somebody comes in: that one is in Marketo before the last batch."""
    world, calls = desk.rehearsal.world, desk.rehearsal.marketo.person_calls
    sync, arrived, seen = calls.sync, [], []

    def watched(request: Any) -> Any:
        body = request.get_data()
        if not seen:
            seen.append(world.insert("lead", {"lastname": "Overtakes", "emailaddress1": "fast@contoso.example"}))
        arrived.append(b"Overtakes" in body)
        return sync(request)

    calls.sync = watched  # type: ignore[method-assign]
    ended = desk.start()
    assert isinstance(ended, RunEnded)
    assert ended.report.closes
    assert ended.report.outbox == 0
    assert arrived.count(True) == 1
    assert not arrived[-1], "it came last, with all the others"
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []


@pytest.mark.usefixtures("_at_once")
def test_a_mass_change_that_comes_during_a_run_overtakes_nothing_before_somebody_agrees(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(desk.start(), RunEnded)
    monkeypatch.setattr(lanes, "BATCH_BYTES", 20_000)
    world, calls = desk.rehearsal.world, desk.rehearsal.marketo.person_calls
    titles = {row.get("dynamicsId"): row.get("title") for row in desk.rehearsal.audit()["marketo"]["persons"]}
    contacts = [row for row in world.as_json()["contact"] if row.get("jobtitle")]
    rows = [row["contactid"] for row in contacts if titles.get(row["contactid"])]
    cleared, touched = rows[:30], [row["leadid"] for row in world.as_json()["lead"]]
    for number, lead in enumerate(touched):
        world.update("lead", lead, {"lastname": f"Touched {number}"})
    sync, come = calls.sync, []

    def watched(request: Any) -> Any:
        if not come:
            come.extend(cleared)
            for contact in cleared:
                world.update("contact", contact, {"jobtitle": None})
        return sync(request)

    calls.sync = watched  # type: ignore[method-assign]
    event = desk.service.go_on().wait(60)
    assert isinstance(event, JobFailed), event
    assert event.error.code == "mass-change"
    assert "30 records of “contact” had values cleared" in str(event.error.finding.title)
    assert [persons(desk, contact)[0]["title"] for contact in cleared] == [titles[contact] for contact in cleared]


def test_what_is_no_id_is_said(desk: Desk) -> None:
    assert isinstance(desk.service.records.sync_one(Entity.CONTACT, "ann@contoso.example").wait(60), JobFailed)


def test_a_record_asked_for_while_a_sync_writes_goes_between_two_batches(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "BATCH_BYTES", 20_000)
    calls = desk.rehearsal.marketo.person_calls
    sync, jobs, order = calls.sync, [], []
    wanted = next(
        row["leadid"]
        for row in reversed(desk.rehearsal.audit()["dataverse"]["lead"])
        if row.get("new_synctomkto") is not False and row["statecode"] == 0
    )

    def watched(request: Any) -> Any:
        if not jobs:
            jobs.append(desk.service.records.sync_one(Entity.LEAD, wanted))
        order.append(wanted.encode() in request.get_data())
        return sync(request)

    calls.sync = watched  # type: ignore[method-assign]
    ended = desk.start(limits=replace(desk.settings.limits, in_flight=2))
    assert isinstance(ended, RunEnded)
    told = jobs[0].wait(60)
    assert isinstance(told, Explained), told
    assert told.answer.explanations[0].cause is Cause.IN_STEP
    assert len(persons(desk, wanted)) == 1
    assert order.index(True) < len(order) // 2, "it waited for its turn"
    assert ended.report.closes
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []


@pytest.mark.usefixtures("_at_once")
def test_what_was_fetched_before_never_overwrites_what_overtook_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches leave a page's rest waiting in memory while its last record is edited and sent first."""
    monkeypatch.setattr(lanes, "BATCH_BYTES", 20_000)
    world, calls = desk.rehearsal.world, desk.rehearsal.marketo.person_calls
    sync, sent = calls.sync, []
    late = [row for row in world.as_json()["lead"] if row.get("new_synctomkto") is not False and row["statecode"] == 0]

    def watched(request: Any) -> Any:
        creates = b"createOrUpdate" in request.get_data()
        if creates and not any(b"createOrUpdate" in body for body in sent):
            for number, row in enumerate(late[-20:]):
                world.update("lead", row["leadid"], {"lastname": f"Edited {number}"})
        sent.append(request.get_data())
        return sync(request)

    calls.sync = watched  # type: ignore[method-assign]
    assert isinstance(desk.start(limits=replace(desk.settings.limits, in_flight=1)), RunEnded)
    for number, row in enumerate(late[-20:]):
        if ("lead", row["leadid"]) in desk.listed():
            continue
        (person,) = persons(desk, row["leadid"])
        assert person["lastName"] == f"Edited {number}"
        last = next(body for body in reversed(sent) if row["leadid"].encode() in body)
        assert f"Edited {number}".encode() in last
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []


def test_it_asks_every_ten_seconds_and_less_often_where_a_look_lasts() -> None:
    clock, answers, asked, looked = [0.0], [(), {Entity.LEAD}, (), ()], [], []

    def watch() -> Callable[[], Any]:
        asked.append(clock[0])
        return lambda: answers.pop(0)

    def look(_: object, changed: Any) -> None:
        clock[0] += 8.0
        looked.append((clock[0], set(changed)))

    store = SqliteStore(None, finding_of)
    with closing(store), closing(Overtaking(store, watch, look, lambda: None, Wishes(), lambda: clock[0])) as over:
        over._beside = Beside()  # type: ignore[assignment]
        for second in range(60):
            clock[0] = max(clock[0], float(second))
            if over.due:
                over.take()
    assert asked == [10.0, 20.0, 44.0, 54.0]
    assert looked == [(28.0, {Entity.LEAD})]


def test_dynamics_is_asked_in_another_thread_and_its_trouble_is_no_change() -> None:
    waiting, go_on, told = threading.Event(), threading.Event(), []
    clock = [0.0]

    def ask() -> Any:
        waiting.set()
        go_on.wait(30)
        raise TemporaryFailure("429", FINDING)

    store = SqliteStore(None, finding_of)
    over = Overtaking(store, lambda: ask, lambda *_: told.append("looked"), lambda: None, Wishes(), lambda: clock[0])
    clock[0] = overtaking.EVERY
    assert not over.due
    assert waiting.wait(30)
    assert not over.due, "it did not wait for the answer"
    go_on.set()
    over.close()
    assert not over.due
    assert told == []
    store.close()

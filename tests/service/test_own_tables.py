"""An organisation's own tables become custom objects, made by API or, where that is not allowed, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.choice import FieldChoice, Form, Overwrite
from dynsync_gui.domain.events import (
    ChecksEnded,
    ChoiceEstimated,
    ChoiceImported,
    ChoicesRead,
    JobFailed,
    PlanReady,
    RunEnded,
    TablesFound,
)
from dynsync_gui.domain.explain import Cause
from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.domain.ports.dynamics import RelatedTable
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.settings import ObjectSettings
from dynsync_gui.simulators import customising, events
from dynsync_gui.simulators.marketo.custom_types import CustomType
from dynsync_gui.store.sync_store import SqliteStore
from tests.judge import History, judge
from tests.service.conftest import Desk

OWN = ("new_subscription", "new_delivery")


@pytest.fixture
def own(desk: Desk) -> Desk:
    desk.settings = replace(desk.settings, objects=ObjectSettings(custom=OWN))
    return desk


def judged(desk: Desk, history: History) -> None:
    verdict = judge(desk.rehearsal.audit(), desk.listed(), history)
    assert verdict.wrong == []
    assert verdict.eligible > 400


def test_rows_arrive_linked_to_person_or_company(own: Desk) -> None:
    ended = own.start()
    assert isinstance(ended, RunEnded), ended
    assert (ended.report.closes, ended.report.outbox) == (True, 0)
    judged(own, History(own=OWN))
    refused = [one.path for one in own.rehearsal.log.entries("marketo") if one.code and "/customobjects/" in one.path]
    assert [path for path in refused if "schema" not in path] == [], "no row is asked for before its type is there"
    held = own.rehearsal.audit()["marketo"]["customobjects"]
    assert all(len(held[name]) > 20 for name in OWN)
    own.rehearsal.log.clear()
    again = own.service.go_on().wait(120)
    assert (again.report.acknowledged, again.report.outbox) == (0, 0)
    assert again.report.read == again.report.unchanged + again.report.skipped, "a table without tracking is compared"
    assert [entry for entry in own.rehearsal.log.entries("marketo") if entry.path.endswith("_c.json")] == []


def test_a_row_follows_the_person_that_its_own_went_into(own: Desk) -> None:
    own.start()
    world = own.rehearsal.world
    named = [
        row["_new_contactid_value"] for row in world.as_json()["new_subscription"] if "_new_contactid_value" in row
    ]
    usable = [
        row["contactid"]
        for row in world.as_json()["contact"]
        if row.get("new_synctomkto") is not False
        and row["statecode"] == 0
        and ("contact", row["contactid"]) not in own.listed()
    ]
    loser = next(id_ for id_ in usable if id_ in named)
    winner = next(id_ for id_ in usable if id_ not in named)
    events.merge(world, "contact", winner, loser)
    row = next(row for row in world.as_json()["new_subscription"] if row.get("_new_contactid_value") == winner)
    world.update("new_subscription", row["new_subscriptionid"], {"new_seats": 77})
    ended = own.service.go_on().wait(120)
    assert (ended.report.closes, ended.report.outbox) == (True, 0)
    judged(own, History(own=OWN))


def test_a_row_whose_person_is_kept_out_is_kept_out_and_comes_with_it(own: Desk) -> None:
    world = own.rehearsal.world
    hidden = world.insert("contact", {"lastname": "Later", "new_synctomkto": False})
    row = world.insert("new_subscription", {"new_name": "SUB-LATER", "new_contactid": hidden})
    delivery = world.insert("new_delivery", {"new_name": "D-LATER", "new_subscriptionid": row})
    own.start()
    judged(own, History(own=OWN))
    world.update("contact", hidden, {"new_synctomkto": True})
    own.service.go_on().wait(120)
    judged(own, History(own=OWN))
    held = own.rehearsal.audit()["marketo"]["customobjects"]
    assert row in {one["dynamicsId"] for one in held["new_subscription"]}
    assert delivery in {one["dynamicsId"] for one in held["new_delivery"]}


def test_a_subscription_without_type_metadata_says_what_to_do_and_the_rest_arrives(own: Desk) -> None:
    own.rehearsal.marketo.custom.metadata = False
    ended = own.start()
    assert isinstance(ended, RunEnded), ended
    assert ended.report.closes
    assert ended.report.outbox > 50, "the rows wait"
    judged(own, History())
    notices = [problem for problem in own.service.problems() if problem.code == "type-missing"]
    assert {notice.entity.value for notice in notices} == set(OWN)
    assert all("personId" in notice.detail and "approve" in notice.detail for notice in notices)
    own.rehearsal.marketo.custom.metadata = True
    ended = own.service.go_on().wait(120)
    assert ended.report.outbox == 0
    judged(own, History(own=OWN))


def test_a_row_that_belongs_to_nobody_any_more_is_listed_until_it_belongs_to_somebody(own: Desk) -> None:
    own.start()
    world = own.rehearsal.world
    there = {one["dynamicsId"] for one in own.rehearsal.audit()["marketo"]["customobjects"]["new_subscription"]}
    row = next(
        one
        for one in world.as_json()["new_subscription"]
        if one["new_subscriptionid"] in there and "_new_contactid_value" in one and "_new_accountid_value" not in one
    )
    id_, contact = row["new_subscriptionid"], row["_new_contactid_value"]

    def listed() -> set[str]:
        return {problem.id for problem in own.service.problems() if problem.code == "row-left"}

    world.update("new_subscription", id_, {"new_contactid": None})
    for _ in range(2):
        own.service.go_on().wait(120)
        assert listed() == {id_}
    answer = own.service.records.why(id_).wait(60).answer.explanations[0]
    assert "belongs to nobody" in str(answer.verdict)
    world.update("new_subscription", id_, {"new_contactid": contact})
    own.service.go_on().wait(120)
    assert listed() == set()
    judged(own, History(own=OWN))


@pytest.mark.parametrize("label", ["Subscription & Co. (2026)", "Abonnement privé", "契約", "Taken"])
def test_a_table_may_be_called_as_no_custom_object_is(own: Desk, label: str) -> None:
    custom = own.rehearsal.marketo.custom
    custom.types["taken"] = CustomType(own.rehearsal.clock, "taken", {"displayName": "Taken"})
    customising.rename_table(own.rehearsal.world, "new_subscription", label)
    customising.rename_column(own.rehearsal.world, "new_subscription", "new_seats", label)
    ended = own.start()
    assert isinstance(ended, RunEnded), ended
    assert ended.report.outbox == 0
    judged(own, History(own=OWN))


@pytest.mark.parametrize("step", [r"schema\.json", r"new_subscription/addField", r"new_subscription/approve"])
def test_a_custom_object_that_marketo_refuses_is_listed_and_the_rest_arrives(own: Desk, step: str) -> None:
    own.rehearsal.faults.add("code", system="marketo", code="1003", message="Not like this", path=step, count=0)
    ended = own.start()
    assert isinstance(ended, RunEnded), ended
    assert ended.report.closes
    assert ended.report.outbox > 20, "the rows wait"
    notices = {one.entity: one.detail for one in own.service.problems() if one.code == "type-refused"}
    assert "1003 Not like this" in notices[Entity("new_subscription")]
    assert "new_seats" in notices[Entity("new_subscription")]
    judged(own, History())
    own.rehearsal.faults.clear()
    ended = own.service.go_on().wait(120)
    assert ended.report.outbox == 0
    assert [one for one in own.service.problems() if one.code == "type-refused"] == []
    judged(own, History(own=OWN))


def waiting(desk: Desk) -> dict[str, int]:
    """Rows of the outbox by table."""
    store = SqliteStore(desk.folder / "dynsync.db", finding_of)
    try:
        return {entity.value: number for entity in store.entities() if (number := store.count_outgoing(entity))}
    finally:
        store.close()


def test_rows_that_wait_leave_the_outbox_when_their_table_is_unticked_and_come_back(own: Desk) -> None:
    own.rehearsal.marketo.custom.metadata = False
    own.start()
    assert waiting(own).keys() == set(OWN)
    row = own.rehearsal.world.as_json()[OWN[0]][0][f"{OWN[0]}id"]
    ended = own.start(objects=ObjectSettings())
    assert isinstance(ended, RunEnded), ended
    assert waiting(own) == {}
    explained = own.service.records.why(row).wait(60).answer.explanations[0]
    assert explained.cause is Cause.NOT_CHOSEN
    judged(own, History())
    own.rehearsal.marketo.custom.metadata = True
    ended = own.start(objects=own.settings.objects)
    assert (ended.report.closes, ended.report.outbox, waiting(own)) == (True, 0, {})
    judged(own, History(own=OWN))


def test_what_waits_of_opportunities_leaves_a_run_that_goes_on_without_them(desk: Desk) -> None:
    desk.rehearsal.faults.add("code", system="marketo", code="607", path="/opportunities.json", count=0)
    assert isinstance(desk.start(), JobFailed)
    desk.rehearsal.faults.clear()
    stood = waiting(desk)
    assert stood["opportunity"] > 20
    ended = desk.start(objects=ObjectSettings(opportunities=False))
    assert isinstance(ended, RunEnded), ended
    assert (ended.report.closes, ended.report.outbox, waiting(desk)) == (True, 0, {})
    assert ended.report.skipped >= stood["opportunity"]
    assert desk.rehearsal.audit()["marketo"]["opportunities"] == []
    gone = desk.rehearsal.world.as_json()["opportunity"][0]["opportunityid"]
    desk.rehearsal.world.delete("opportunity", gone)
    ended = desk.start()
    assert (ended.report.closes, ended.report.outbox, waiting(desk)) == (True, 0, {})
    verdict = judge(desk.rehearsal.audit(), desk.listed(), History())
    assert verdict.wrong == []


def test_a_removal_that_waits_is_told_once_its_table_is_ticked_again(own: Desk) -> None:
    own.start()
    row = own.rehearsal.audit()["marketo"]["customobjects"][OWN[0]][0]["dynamicsId"]
    own.rehearsal.world.delete(OWN[0], row)
    own.rehearsal.faults.add("code", system="marketo", code="607", path=f"/customobjects/{OWN[0]}.json", count=0)
    assert isinstance(own.service.go_on().wait(60), JobFailed)
    own.rehearsal.faults.clear()
    own.start(objects=ObjectSettings())
    assert waiting(own) == {}
    own.start(objects=own.settings.objects)
    held = {one["dynamicsId"]: one for one in own.rehearsal.audit()["marketo"]["customobjects"][OWN[0]]}
    assert held[row]["microsoftIsDeleted"] is True
    assert waiting(own) == {}


def test_the_plan_names_what_will_be_made_for_good(desk: Desk) -> None:
    def planned() -> list[tuple[str, int, bool]]:
        event = desk.service.plan(desk.settings, desk.secrets).wait(60)
        assert isinstance(event, PlanReady), event
        return [(one.name, one.attributes, one.more) for one in event.plan.new_objects]

    assert planned() == []
    chosen(desk, FieldChoice("new_name"), FieldChoice("new_seats"))
    ((name, number, more),) = planned()
    assert (name, more) == ("new_subscription", False)
    desk.start()
    assert number == len(desk.rehearsal.marketo.custom.types["new_subscription"].approved)
    assert planned() == []
    chosen(desk, FieldChoice("new_name"), FieldChoice("new_seats"), FieldChoice("new_autorenew"))
    assert planned() == [("new_subscription", 1, True)]


def chosen(desk: Desk, *choices: FieldChoice) -> None:
    fields = replace(desk.settings.fields, chosen={Entity("new_subscription"): choices})
    desk.settings = replace(desk.settings, fields=fields)


def held(desk: Desk) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = desk.rehearsal.audit()["marketo"]["customobjects"]["new_subscription"]
    return rows


def test_only_the_ticked_columns_travel_in_the_form_that_was_chosen(desk: Desk) -> None:
    columns = FieldChoice("new_name"), FieldChoice("new_autorenew", form=Form.LABEL), FieldChoice("new_contactid")
    chosen(desk, *columns)
    ended = desk.start()
    assert isinstance(ended, RunEnded), ended
    assert (ended.report.closes, ended.report.outbox) == (True, 0)
    rows = {row["new_subscriptionid"]: row for row in desk.rehearsal.world.as_json()["new_subscription"]}
    names = {row["contactid"]: row["fullname"].strip() for row in desk.rehearsal.world.as_json()["contact"]}
    found = held(desk)
    assert len(found) > 20
    for row in found:
        there = rows[row["dynamicsId"]]
        assert row["new_name"] == there["new_name"]
        assert row.get("new_autorenew") == {True: "Yes", False: "No", None: None}[there.get("new_autorenew")]
        assert row.get("new_contactid") == names.get(there.get("_new_contactid_value"))
        assert "new_seats" not in row
    assert any(row.get("new_contactid") for row in found)


def test_a_column_that_is_ticked_later_is_added_to_the_custom_object_and_filled(desk: Desk) -> None:
    chosen(desk, FieldChoice("new_name"))
    desk.start()
    chosen(desk, FieldChoice("new_name"), FieldChoice("new_seats", overwrite=Overwrite.ONLY_EMPTY))
    ended = desk.start()
    assert isinstance(ended, RunEnded), ended
    assert ended.report.outbox == 0
    rows = {row["new_subscriptionid"]: row for row in desk.rehearsal.world.as_json()["new_subscription"]}
    assert all(row.get("new_seats") == rows[row["dynamicsId"]].get("new_seats") for row in held(desk))
    kept = next(row["dynamicsId"] for row in held(desk) if row.get("new_seats"))
    desk.rehearsal.world.update("new_subscription", kept, {"new_seats": 7_777, "new_name": "Renamed"})
    desk.service.go_on().wait(60)
    (row,) = [row for row in held(desk) if row["dynamicsId"] == kept]
    assert (row["new_name"], row["new_seats"]) == ("Renamed", rows[kept]["new_seats"])


def test_a_column_that_dynamics_loses_stops_alone(desk: Desk) -> None:
    chosen(desk, FieldChoice("new_name"), FieldChoice("new_seats"), FieldChoice("new_notes"))
    desk.start()
    world = desk.rehearsal.world
    world.drop_column("new_subscription", "new_seats")
    named = held(desk)[0]["dynamicsId"]
    world.update("new_subscription", named, {"new_name": "Later"})
    ended = desk.service.go_on().wait(60)
    assert isinstance(ended, RunEnded), ended
    assert next(row for row in held(desk) if row["dynamicsId"] == named)["new_name"] == "Later"
    (notice,) = [one for one in desk.service.problems() if one.code == "field-gone"]
    assert (notice.entity, notice.detail) == ("new_subscription", "new_seats")


def test_a_table_whose_columns_are_all_unticked_is_not_synced(desk: Desk) -> None:
    desk.settings = replace(desk.settings, objects=ObjectSettings(custom=OWN))
    chosen(desk)
    desk.start()
    held = desk.rehearsal.audit()["marketo"]["customobjects"]
    assert "new_subscription" not in held


def test_the_tables_that_can_be_synced_are_found(desk: Desk) -> None:
    found = desk.service.find_tables(desk.settings, desk.secrets).wait(60)
    assert isinstance(found, TablesFound), found
    subscription, delivery = (Entity(name) for name in OWN)
    assert found.tables == (
        RelatedTable(delivery, "Delivery", (subscription,)),
        RelatedTable(subscription, "Subscription", (Entity.CONTACT, Entity.LEAD, Entity.ACCOUNT)),
    )


def test_a_choice_of_columns_is_checked_estimated_exported_and_imported(desk: Desk, tmp_path: Path) -> None:
    desk.start()
    before = desk.settings
    chosen(desk, FieldChoice("new_name"), FieldChoice("new_seats"))
    (check,) = [
        one
        for one in desk.service.check(desk.settings, desk.secrets).wait(60).checks
        if "new_sub" in one.id and one.id.startswith("dynamics.chosen")
    ]
    assert check.state is CheckState.PASSED
    estimated = desk.service.estimate_choice(desk.settings, desk.secrets).wait(60)
    assert isinstance(estimated, ChoiceEstimated), estimated
    (cost,) = estimated.back_fills
    rows = desk.rehearsal.world.as_json()["new_subscription"]
    assert (cost.entity, cost.fields, cost.records) == ("new_subscription", ("new_name", "new_seats"), len(rows))
    file = tmp_path / "choice.toml"
    desk.service.export_choice(file, desk.settings).wait(60)
    taken = desk.service.import_choice(file).wait(60)
    assert isinstance(taken, ChoiceImported), taken
    assert taken.fields == desk.settings.fields
    saved = desk.service.save_choice(taken.fields).wait(60)
    assert isinstance(saved, ChoicesRead)
    assert str(saved.versions[-1].changes[0]) == "new_subscription: synced, with 2 columns."
    ended = desk.service.go_on().wait(120)
    assert isinstance(ended, RunEnded), ended
    assert len(held(desk)) > 20
    restored = desk.service.restore_choice(1).wait(60)
    assert isinstance(restored, ChoicesRead)
    assert restored.versions[-1].fields == before.fields
    again = desk.service.go_on().wait(120)
    assert isinstance(again, RunEnded)
    assert again.report.outbox == 0


def test_a_table_that_is_not_there_asks_for_attention_and_stops_nobody(desk: Desk) -> None:
    fields = replace(desk.settings.fields, chosen={Entity("new_nowhere"): (FieldChoice("new_name"),)})
    ended = desk.service.check(replace(desk.settings, fields=fields), desk.secrets).wait(60)
    assert isinstance(ended, ChecksEnded), ended
    assert [check for check in ended.checks if check.state is CheckState.FAILED] == []
    (told,) = [one for one in ended.checks if one.id.startswith("dynamics.chosen") and "new_nowhere" in one.id]
    assert told.state is CheckState.ATTENTION
    assert "Untick" in str(told.cure)


@pytest.mark.parametrize("way", ["plan", "start", "keep", "save", "estimate", "fit", "import"])
def test_a_day_to_come_is_refused_by_every_way_in(desk: Desk, way: str, tmp_path: Path) -> None:
    wrong = FieldChoice("jobtitle", since=datetime.now(UTC).date() + timedelta(days=2))
    service, secrets = desk.service, desk.secrets
    service.keep(desk.settings, secrets).wait(60)
    fields = replace(desk.settings.fields, chosen={Entity.CONTACT: (FieldChoice("lastname"), wrong)})
    settings, file = replace(desk.settings, fields=fields), tmp_path / "choice.toml"
    service.export_choice(file, settings).wait(60)
    ways = {
        "plan": lambda: service.plan(settings, secrets),
        "start": lambda: service.start(settings, secrets),
        "keep": lambda: service.keep(settings, secrets),
        "save": lambda: service.save_choice(fields),
        "estimate": lambda: service.estimate_choice(settings, secrets),
        "fit": lambda: service.check_fit(settings, secrets),
        "import": lambda: service.import_choice(file),
    }
    ended = ways[way]().wait(60)
    assert isinstance(ended, JobFailed), ended
    assert "a day that has not come" in str(ended.error.finding.title)
    assert "today at the latest" in str(ended.error.finding.cure)
    kept = service.read_profile().wait(60).settings
    assert kept.fields == desk.settings.fields, "nothing of it is kept"

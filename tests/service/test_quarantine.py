"""A withdrawn right or a drifted field takes one table, one object or one field out; everything else goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.events import Explained, JobFailed, RunEnded
from dynsync_gui.domain.explain import Cause
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.settings import FieldSettings, GuardSettings
from dynsync_gui.simulators.customising import retype_column, secure_column
from dynsync_gui.simulators.dataverse.errors import DataverseError
from tests.judge import History, judge
from tests.service.conftest import Desk
from tests.service.life import Life


@pytest.fixture
def life(desk: Desk) -> Life:
    assert isinstance(desk.start(), RunEnded)
    return Life(desk)


def codes(desk: Desk) -> set[tuple[str, str]]:
    """Code and entity of every notice."""
    return {(one.code, one.entity.value) for one in desk.service.problems() if not one.aside}


def privileges(desk: Desk, name: str, depth: str = "") -> None:
    for member in desk.rehearsal.dataverse.members.by_object.values():
        if depth:
            member.depths[name] = depth
        else:
            member.depths.pop(name, None)


def test_a_table_that_may_no_longer_be_read_waits_and_the_others_go_on(life: Life) -> None:
    privileges(life.desk, "prvReadLead")
    lead = life.rows("lead", statecode=0)[0]["leadid"]
    contact = life.rows("contact", statecode=0)[0]["contactid"]
    life.world.update("lead", lead, {"lastname": "Hidden for now"})
    life.world.update("contact", contact, {"lastname": "Seen"})
    life.cycle()
    assert life.person(contact)["lastName"] == "Seen"
    assert ("table-out", "lead") in codes(life.desk)
    privileges(life.desk, "prvReadLead", "Global")
    life.settled()
    assert life.person(lead)["lastName"] == "Hidden for now"
    assert ("table-out", "lead") not in codes(life.desk)


def test_owners_stay_while_the_users_may_not_be_read(life: Life) -> None:
    owned = {row["id"]: row.get("externalSalesPersonId") for row in life.desk.rehearsal.audit()["marketo"]["persons"]}
    life.desk.rehearsal.marketo.denied.update({"Read-Only Sales Person", "Read-Write Sales Person"})
    contact = life.rows("contact", statecode=0)[0]["contactid"]
    owner = next(
        one["systemuserid"] for one in life.world.as_json()["systemuser"] if one["systemuserid"] in owned.values()
    )
    life.world.update("contact", contact, {"lastname": "Seen"})
    life.world.update("systemuser", owner, {"lastname": "Waits"})
    ended = life.desk.service.go_on().wait(60)
    assert isinstance(ended, RunEnded), ended
    assert (ended.report.closes, ended.report.outbox) == (True, 1)
    assert ("table-out", "systemuser") in codes(life.desk)
    assert life.person(contact)["lastName"] == "Seen"
    persons = life.desk.rehearsal.audit()["marketo"]["persons"]
    assert {row["id"]: row.get("externalSalesPersonId") for row in persons} == owned
    assert any(owned.values())


def test_nothing_is_taken_for_done_where_no_table_may_be_read(life: Life) -> None:
    for name in ("Lead", "Contact", "Account", "Opportunity", "Connection", "User"):
        privileges(life.desk, f"prvRead{name}")
    assert isinstance(life.desk.service.go_on().wait(60), JobFailed)


def test_an_object_that_marketo_no_longer_takes_waits_and_the_others_go_on(life: Life) -> None:
    life.desk.rehearsal.marketo.denied.add("Read-Write Opportunity")
    deal = next(row for row in life.rows("opportunity"))["opportunityid"]
    contact = life.rows("contact", statecode=0)[0]["contactid"]
    life.world.update("opportunity", deal, {"name": "Waits"})
    life.world.update("contact", contact, {"lastname": "Seen"})
    ended = life.desk.service.go_on().wait(60)
    assert isinstance(ended, RunEnded), ended
    assert (ended.report.closes, ended.report.outbox, ended.report.acknowledged) == (True, 1, 1)
    assert ("object-out", "opportunity") in codes(life.desk)
    life.desk.rehearsal.marketo.denied.clear()
    life.cycle()
    life.judged()
    held = life.desk.rehearsal.audit()["marketo"]["opportunities"]
    assert {row["name"] for row in held if row["externalOpportunityId"] == deal} == {"Waits"}
    assert ("object-out", "opportunity") not in codes(life.desk)


def test_a_field_that_marketo_lost_after_it_was_described_is_left_out_alone(desk: Desk) -> None:
    persons = desk.rehearsal.marketo.person_calls
    checked = persons._checked

    def without_title(name: str, value: object, lookup: str) -> object:
        if name == "title":
            from dynsync_gui.simulators.marketo.errors import RecordError  # noqa: PLC0415

            raise RecordError("1006", "Field 'title' not found")
        return checked(name, value, lookup)

    persons._checked = without_title  # type: ignore[method-assign]
    ended = desk.start()
    assert isinstance(ended, RunEnded), ended
    assert (ended.report.closes, ended.report.outbox) == (True, 0)
    assert {one.detail for one in desk.service.problems() if one.code == "field-out"} == {"title"}
    assert "1006" not in {one.code for one in desk.service.problems()}
    wrong = judge(desk.rehearsal.audit(), desk.listed()).wrong
    assert wrong
    assert all("title is None" in line for line in wrong)


def test_who_may_read_only_a_part_cannot_tell_what_is_gone(life: Life) -> None:
    page = life.desk.rehearsal.dataverse.tracker.page

    def denied(asked: object) -> object:
        if asked.rows.schema.name == "contact":  # type: ignore[attr-defined]
            raise DataverseError(
                403, "0x80040220", "Principal user is missing prvReadContact privilege at depth Global"
            )
        return page(asked)  # type: ignore[arg-type]

    life.desk.rehearsal.dataverse.tracker.page = denied  # type: ignore[assignment, method-assign]
    gone = life.rows("contact", statecode=0)[0]["contactid"]
    life.world.delete("contact", gone)
    life.cycle()
    assert not life.person(gone).get("microsoftIsDeleted")
    assert ("partly-visible", "contact") in codes(life.desk)


@pytest.mark.parametrize("tells", [True, False])
def test_without_change_tracking_what_is_hidden_is_not_gone(life: Life, *, tells: bool) -> None:
    """Nothing is refused then: records of others are just not there any more."""
    dataverse = life.desk.rehearsal.dataverse
    dataverse.tracker.disabled.add("contact")
    dataverse.organisation.names_privileges = tells
    life.world.metadata_version += 1
    life.cycle()  # the token of before would be refused
    gone, *there = (row["contactid"] for row in life.rows("contact", statecode=0))
    life.world.delete("contact", gone)
    privileges(life.desk, "prvReadContact", "Basic")
    life.cycle()
    assert not any(life.person(id_).get("microsoftIsDeleted") for id_ in (gone, *there))
    assert ("partly-visible", "contact") in codes(life.desk)
    privileges(life.desk, "prvReadContact", "Global")
    life.cycle()
    assert life.person(gone)["microsoftIsDeleted"]
    assert not any(life.person(id_).get("microsoftIsDeleted") for id_ in there)
    assert ("partly-visible", "contact") not in codes(life.desk)


def test_what_was_deleted_while_the_token_expired_is_found(life: Life) -> None:
    gone = life.rows("contact", statecode=0)[0]["contactid"]
    life.world.delete("contact", gone)
    life.world.expire_tokens()
    life.desk.rehearsal.log.clear()
    ended = life.cycle()
    assert (ended.report.acknowledged, ended.report.outbox) == (0, 0), "what is gone is left out, and only told so"
    verdict = judge(life.desk.rehearsal.audit(), life.desk.listed(), History(marked=frozenset({("contact", gone)})))
    assert not verdict.wrong, verdict.wrong
    asked = [one for one in life.desk.rehearsal.log.entries("marketo") if one.path.endswith("/leads.json")]
    assert len(asked) <= 3, "what did not change is not written, and only the last changes in Marketo are looked up"


NAMES = ("firstname", "lastname", "emailaddress1", "jobtitle")
CHOSEN = FieldSettings({Entity.CONTACT: tuple(FieldChoice(name) for name in NAMES)})


def about_fields(desk: Desk) -> set[tuple[str, str, str]]:
    """Code, entity and detail of every notice about a lost field."""
    listed = [one for one in desk.service.problems() if one.code.startswith("field-")]
    assert all(one.field == one.detail for one in listed), "the list shows which field it is"
    return {(one.code, one.entity.value, one.detail) for one in listed}


@pytest.mark.parametrize("fields", [CHOSEN, FieldSettings()], ids=["chosen", "documented"])
@pytest.mark.parametrize("kind", ["Integer", "Image"], ids=["a rule fits", "no rule fits"])
def test_a_column_that_became_another_kind_stops_alone_until_the_choice_is_saved(
    desk: Desk, kind: str, fields: FieldSettings
) -> None:
    loose = GuardSettings(100_000, 100)  # the new column is empty for everybody
    desk.settings = replace(desk.settings, fields=fields, guards=loose)
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    person = life.rows("contact", statecode=0)[0]["contactid"]
    before = life.person(person)["title"]
    retype_column(life.world, "contact", "jobtitle", kind)
    for name in ("Zoë", "Ada"):
        desk.rehearsal.world.metadata_version += 1
        life.world.update("contact", person, {"firstname": name})
        life.cycle()
        assert (life.person(person)["firstName"], life.person(person)["title"]) == (name, before)
        assert about_fields(desk) == {("field-retyped", "contact", "jobtitle")}
    told = desk.service.records.why(person).wait(60)
    assert isinstance(told, Explained)
    (found,) = told.answer.explanations
    assert found.cause is Cause.IN_STEP, found
    assert [str(step.finding) for step in found.steps if "became another kind" in str(step.finding)]
    desk.service.records.sync_one(Entity.CONTACT, person).wait(60)
    assert life.person(person)["title"] == before, "a record that is asked for brings no more than a sync would"
    desk.service.save_choice(fields).wait(60)
    life.cycle()
    stopped = {("field-stopped", "contact", "jobtitle")} if kind == "Image" else set()
    assert about_fields(desk) == stopped, "who saved the choice has seen what the column holds"


def test_a_column_that_is_protected_stops_alone_and_is_there_again_when_it_is_not(desk: Desk) -> None:
    desk.settings = replace(desk.settings, fields=CHOSEN)
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    person = life.rows("contact", statecode=0)[0]["contactid"]
    before = life.person(person)["title"]
    for secured, told in ((True, {("field-stopped", "contact", "jobtitle")}), (False, set())):
        desk.rehearsal.world.metadata_version += 1
        secure_column(life.world, "contact", "jobtitle", secured=secured)
        life.world.update("contact", person, {"jobtitle": "Protected" if secured else "Open"})
        life.cycle()
        assert about_fields(desk) == told
        assert life.person(person)["title"] == (before if secured else "Open")

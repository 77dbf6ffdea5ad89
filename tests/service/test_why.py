"""People with every kind of reason, and whether `why` names the true one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.errors import GuardStop
from dynsync_gui.domain.events import Explained, JobFailed, RunEnded
from dynsync_gui.domain.explain import Cause, Explanation
from dynsync_gui.domain.schema import Entity
from dynsync_gui.simulators import events
from dynsync_gui.simulators.marketo.errors import MarketoError

if TYPE_CHECKING:
    from tests.service.conftest import Desk

NOBODY = "00000000-0000-4000-8000-000000000001"


class Crowd:
    """People of a synced world, each used once."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.world = desk, desk.rehearsal.world
        self.expected: list[tuple[str, Cause]] = []
        audit = desk.rehearsal.audit()
        self.tables, self.persons = audit["dataverse"], audit["marketo"]["persons"]
        self.held = {row["dynamicsId"]: row for row in self.persons if row.get("dynamicsId")}
        shared = Counter(str(row.get("emailaddress1") or "").strip().lower() for row in self.people())
        companies = {row["externalCompanyId"] for row in audit["marketo"]["companies"]}
        self.plain = [
            row
            for row in self.tables["contact"]
            if row["contactid"] in self.held
            and row.get("emailaddress1")
            and shared[row["emailaddress1"].strip().lower()] == 1
            and not row.get("donotbulkemail")
            and not self.held[row["contactid"]].get("unsubscribed")
            and (not row.get("_parentcustomerid_value") or row["_parentcustomerid_value"] in companies)
        ]

    def people(self) -> list[dict[str, Any]]:
        return [*self.tables["contact"], *self.tables["lead"]]

    def take(self, number: int) -> list[str]:
        """Ids of contacts that are in step and were not taken yet."""
        taken, self.plain = self.plain[:number], self.plain[number:]
        assert len(taken) == number
        return [row["contactid"] for row in taken]

    def expect(self, cause: Cause, *asked: str) -> None:
        self.expected += [(one, cause) for one in asked]

    def person(self, contact: str) -> int:
        return int(self.held[contact]["id"])


def why(desk: Desk, asked: str) -> Explanation:
    """The only explanation of what was asked."""
    event = desk.service.records.why(asked).wait(60)
    assert isinstance(event, Explained), event
    (only,) = event.answer.explanations
    return only


def cycle(desk: Desk) -> None:
    assert isinstance(desk.service.go_on().wait(60), RunEnded)


def judged(crowd: Crowd, people: int, causes: int) -> None:
    """Ask about everybody, and hold the answers against what was done to them."""
    assert len(crowd.expected) >= people
    assert len({cause for _, cause in crowd.expected}) >= causes
    told = [(asked, why(crowd.desk, asked)) for asked, _ in crowd.expected]
    wrong = [
        f"{asked}: {found.cause} instead of {cause}: {found.verdict}"
        for (asked, found), (_, cause) in zip(told, crowd.expected, strict=True)
        if found.cause is not cause
    ]
    assert wrong == []
    for _, found in told:
        broken = [step for step in found.steps if step.state is CheckState.FAILED]
        assert bool(broken) or found.cause in {Cause.IN_STEP, Cause.RULE, Cause.CONSENT, Cause.NO_COMPANY}
        assert str(found.verdict).endswith((".", "”"))


@pytest.mark.timeout(900)
def test_the_true_reason_of_people_whom_the_sync_has_seen(desk: Desk) -> None:
    """With the next test more than fifty chosen people."""
    assert isinstance(desk.start(), RunEnded)
    crowd = Crowd(desk)
    world = desk.rehearsal.world

    def ids(table: str, number: int, **values: Any) -> list[str]:
        rows = [row for row in crowd.tables[table] if all(row.get(name) == value for name, value in values.items())]
        return [row[f"{table}id"] for row in rows][:number]

    crowd.expect(Cause.FILTERED, *ids("contact", 4, new_synctomkto=False), *ids("lead", 3, new_synctomkto=False))
    came_from = {
        row.get("_originatingleadid_value") for row in crowd.tables["contact"] if row["contactid"] in crowd.held
    }
    crowd.expect(Cause.FOLDED, *[id_ for id_ in ids("lead", 99, statecode=1) if id_ in came_from][:4])
    crowd.expect(Cause.REFUSED, *[id_ for table, id_ in sorted(desk.listed()) if table == "contact"][:1])
    crowd.expect(Cause.IN_STEP, *crowd.take(4))
    crowd.expect(Cause.IN_STEP, *(row["emailaddress1"].upper() for row in crowd.plain[-3:]))
    crowd.expect(Cause.NOWHERE, NOBODY, "nobody@contoso.example", "o'brien@contoso.example")
    strangers = [row["email"] for row in crowd.persons if not row.get("dynamicsId") and row.get("email")]
    mine = {str(row.get("emailaddress1") or "").strip().lower() for row in crowd.people()}
    crowd.expect(Cause.ONLY_IN_MARKETO, *[email for email in strangers if email.lower() not in mine][:2])

    gone, spoiled, merged, moved = crowd.take(3), crowd.take(3), crowd.take(2), crowd.take(1)
    for id_ in gone:
        world.delete("contact", id_)
    for id_ in spoiled:
        world.update("contact", id_, {"emailaddress1": "not an address"})
    events.merge(world, "contact", merged[0], merged[1])
    world.update("contact", moved[0], {"new_synctomkto": False})
    cycle(desk)
    crowd.expect(Cause.DELETED, *gone)
    crowd.expect(Cause.REFUSED, *spoiled)
    crowd.expect(Cause.MERGED, merged[1])
    crowd.expect(Cause.IN_STEP, merged[0])
    crowd.expect(Cause.FILTERED, *moved)
    judged(crowd, 30, 8)


@pytest.mark.timeout(900)
def test_the_true_reason_of_people_to_whom_something_happened_since_the_last_sync(desk: Desk) -> None:
    assert isinstance(desk.start(), RunEnded)
    crowd = Crowd(desk)
    world, market = desk.rehearsal.world, desk.rehearsal.marketo.marketer
    moved, merged, late = crowd.take(1), crowd.take(2), crowd.take(1)
    world.update("contact", moved[0], {"new_synctomkto": False})
    crowd.expect(Cause.FILTERED, *moved)
    events.merge(world, "contact", merged[0], merged[1])
    crowd.expect(Cause.MERGED, merged[1])
    world.delete("contact", late[0])
    crowd.expect(Cause.DELETED, *late)
    for number in range(3):
        crowd.expect(
            Cause.NOT_READ,
            world.insert("contact", {"lastname": f"New {number}", "emailaddress1": f"new{number}@contoso.example"}),
        )
    crowd.expect(Cause.NOT_READ, "new1@contoso.example")
    edited, meddled, unsubscribed, deleted = crowd.take(3), crowd.take(3), crowd.take(2), crowd.take(3)
    for id_ in edited:
        world.update("contact", id_, {"lastname": "Renamed"})
    for id_ in meddled:
        market.change(crowd.person(id_), {"lastName": "By hand"})
    for id_ in unsubscribed:
        market.unsubscribe(crowd.person(id_))
    for id_ in deleted:
        market.delete(crowd.person(id_))
    crowd.expect(Cause.CHANGED, *edited)
    crowd.expect(Cause.RETURNING, *meddled)
    crowd.expect(Cause.CONSENT, *unsubscribed)
    crowd.expect(Cause.GONE, *deleted)
    nameless = [row for row in crowd.plain if not row.get("middlename")][:2]
    crowd.plain = [row for row in crowd.plain if row not in nameless]
    for row in nameless:
        market.change(crowd.person(row["contactid"]), {"middleName": "Known to Marketo only"})
        crowd.expect(Cause.RETURNING, row["contactid"])
    twin, double = crowd.take(2)
    market.change(crowd.person(double), {"dynamicsId": twin})
    crowd.expect(Cause.DOUBLED, twin)
    judged(crowd, 21, 9)


def test_one_address_of_a_contact_and_a_lead_gets_two_answers(desk: Desk) -> None:
    world = desk.rehearsal.world
    contact = world.insert("contact", {"lastname": "Twice", "emailaddress1": "twice@contoso.example"})
    lead = world.insert("lead", {"lastname": "Twice", "emailaddress1": "Twice@contoso.example"})
    assert isinstance(desk.start(), RunEnded)
    event = desk.service.records.why("twice@contoso.example").wait(60)
    assert isinstance(event, Explained)
    first, second = event.answer.explanations
    assert [(one.entity, one.id) for one in (first, second)] == [(Entity.CONTACT, contact), (Entity.LEAD, lead)]
    (shared,) = (step for step in first.steps if step.id == "shared")
    assert lead in str(shared.finding)


def test_a_person_of_a_company_that_is_kept_out_says_whose(desk: Desk) -> None:
    world = desk.rehearsal.world
    account = world.insert("account", {"name": "Hidden Ltd", "new_synctomkto": False})
    contact = world.insert(
        "contact", {"lastname": "Of Hidden", "parentcustomerid": account, "emailaddress1": "of@hidden.example"}
    )
    assert isinstance(desk.start(), RunEnded)
    found = why(desk, contact)
    assert found.cause is Cause.NO_COMPANY
    assert "Hidden Ltd" in str(found.verdict)
    assert account in str(found.cure)
    assert why(desk, f"{{{account.upper()}}}").cause is Cause.FILTERED


def test_a_person_whose_owner_marketo_refuses_says_whose(desk: Desk) -> None:
    world = desk.rehearsal.world
    owner = world.insert("systemuser", {"fullname": "No Address", "internalemailaddress": "bad mail"})
    team = next(one.id for one in world.owners.values() if one.is_team)
    hers, theirs = (
        world.insert("contact", {"lastname": "Owned", "emailaddress1": f"{name}@owned.example", "ownerid": whose})
        for name, whose in (("hers", owner), ("theirs", team))
    )
    assert isinstance(desk.start(), RunEnded)
    found = why(desk, hers)
    assert found.cause is Cause.NO_OWNER
    assert "No Address" in str(found.verdict)
    assert owner in str(found.cure)
    assert why(desk, owner).cause is Cause.REFUSED
    of_team = why(desk, theirs)
    assert of_team.cause is Cause.IN_STEP
    assert [step for step in of_team.steps if step.id == "owner" and "team owns" in str(step.finding)]


def test_before_the_first_sync_and_where_a_table_was_not_chosen(desk: Desk) -> None:
    chosen = replace(desk.settings.fields, chosen={Entity.LEAD: ()})
    desk.service.keep(replace(desk.settings, fields=chosen), desk.secrets).wait(60)
    tables = desk.rehearsal.audit()["dataverse"]
    contact = next(row["contactid"] for row in tables["contact"] if row.get("new_synctomkto") is not False)
    assert why(desk, contact).cause is Cause.NOT_READ
    assert why(desk, tables["lead"][0]["leadid"]).cause is Cause.NOT_CHOSEN


def test_a_table_that_dynamics_does_not_give_is_the_reason(desk: Desk) -> None:
    assert isinstance(desk.start(), RunEnded)
    id_ = Crowd(desk).take(1)[0]
    for member in desk.rehearsal.dataverse.members.by_object.values():
        member.depths.pop("prvReadContact", None)
    desk.rehearsal.faults.add(
        "code", system="dataverse", path="LogicalName='contact'", code="0x80040220", message="prvReadContact", count=0
    )
    assert why(desk, id_).cause is Cause.TABLE_OUT


def test_a_quota_that_is_used_up_and_a_line_that_stands(desk: Desk) -> None:
    desk.rehearsal.faults.add("code", system="marketo", code="607", path="leads.json", verb="POST", count=0)
    assert isinstance(desk.start(), JobFailed)
    tables = desk.rehearsal.audit()["dataverse"]
    waiting = [row["contactid"] for row in tables["contact"] if row.get("new_synctomkto") is not False][-2:]
    desk.rehearsal.faults.add("code", system="marketo", code="607", path="rest/v1", count=0)
    for id_ in waiting:
        assert why(desk, id_).cause is Cause.QUOTA
    desk.rehearsal.faults.clear()
    for id_ in waiting:
        assert why(desk, id_).cause is Cause.IN_LINE


def test_a_mass_change_that_nobody_agreed_to_is_the_reason_of_those_that_wait(desk: Desk) -> None:
    assert isinstance(desk.start(), RunEnded)
    crowd = Crowd(desk)
    (edited,) = crowd.take(1)
    gone = crowd.take(30)
    for id_ in gone:
        desk.rehearsal.world.delete("contact", id_)
    desk.rehearsal.world.update("contact", edited, {"lastname": "Edited"})
    event = desk.service.go_on().wait(60)
    assert isinstance(event, JobFailed)
    assert isinstance(event.error, GuardStop)
    found = why(desk, edited)
    assert found.cause is Cause.GUARD
    assert event.error.detail in str(found.cure)
    found = why(desk, gone[0])
    assert found.cause is Cause.GUARD, "Marketo is to be told of it once somebody agrees"
    assert "which Marketo has not been told yet" in str(found.steps[0].finding)


def test_passing_trouble_of_one_record_is_told_as_such(desk: Desk) -> None:
    id_ = desk.rehearsal.world.insert("contact", {"lastname": "POISON", "emailaddress1": "poison@contoso.example"})
    sync = desk.rehearsal.marketo.person_calls.sync

    def poisoned(request: Any) -> Any:
        if b"POISON" in request.get_data():
            raise MarketoError("611", "System error")
        return sync(request)

    desk.rehearsal.marketo.person_calls.sync = poisoned  # type: ignore[method-assign]
    assert isinstance(desk.start(), RunEnded)
    found = why(desk, id_)
    assert found.cause is Cause.RETRY
    assert "breaks off" in str(found.verdict)


def test_while_marketo_takes_no_calls_the_ledger_tells_the_true_reason(desk: Desk) -> None:
    world = desk.rehearsal.world
    refused = world.insert("contact", {"lastname": "Refused", "emailaddress1": "not an address"})
    assert isinstance(desk.start(), RunEnded)
    crowd = Crowd(desk)
    (gone,) = crowd.take(1)
    world.delete("contact", gone)
    cycle(desk)
    found = why(desk, gone)
    assert (found.cause, "marked as deleted" in str(found.verdict)) == (Cause.DELETED, True)
    filtered = next(row["contactid"] for row in crowd.tables["contact"] if row.get("new_synctomkto") is False)
    came_from = {
        row.get("_originatingleadid_value") for row in crowd.tables["contact"] if row["contactid"] in crowd.held
    }
    folded = next(row["leadid"] for row in crowd.tables["lead"] if row["statecode"] == 1 and row["leadid"] in came_from)
    desk.rehearsal.faults.add("code", system="marketo", code="607", path="rest/v1", count=0)
    told = [why(desk, id_).cause for id_ in (refused, filtered, folded, gone, *crowd.take(1))]
    assert told == [Cause.REFUSED, Cause.FILTERED, Cause.FOLDED, Cause.DELETED, Cause.QUOTA]

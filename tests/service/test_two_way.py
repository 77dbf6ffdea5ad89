"""What people change in Marketo goes to Dynamics, once, and comes back as no echo."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dynsync_gui.connectors.marketo.writer import MarketoRestWriter
from dynsync_gui.domain.choice import Direction, FieldChoice
from dynsync_gui.domain.errors import TemporaryFailure
from dynsync_gui.domain.events import JobFailed, RunEnded
from dynsync_gui.domain.findings.marketo import MARKETO
from dynsync_gui.domain.schema import Entity, System
from dynsync_gui.simulators import events
from tests.service.life import Life

if TYPE_CHECKING:
    from tests.service.conftest import Desk

BOTH = (
    FieldChoice("firstname", direction=Direction.BOTH, winner=System.MARKETO),
    FieldChoice("lastname", direction=Direction.BOTH, winner=System.DYNAMICS),
    FieldChoice("emailaddress1"),
    FieldChoice("jobtitle", direction=Direction.BOTH),
    FieldChoice("donotbulkemail", direction=Direction.BOTH),
    FieldChoice("donotphone", direction=Direction.BOTH),
)


class TwoWay:
    """A desk after its first sync, with one linked contact."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        chosen = {Entity.CONTACT: BOTH, Entity.LEAD: BOTH, Entity.ACCOUNT: ()}
        desk.settings = replace(desk.settings, fields=replace(desk.settings.fields, chosen=chosen))
        assert isinstance(desk.start(), RunEnded)
        audit = desk.rehearsal.audit()
        contacts = {row["contactid"]: row for row in audit["dataverse"]["contact"]}
        person = next(
            row
            for row in audit["marketo"]["persons"]
            if row.get("dynamicsId") in contacts and row["firstName"] and not row["unsubscribed"]
        )
        self.person, self.contact = int(person["id"]), str(person["dynamicsId"])

    def cycle(self) -> RunEnded:
        event = self.desk.service.go_on().wait(60)
        assert isinstance(event, RunEnded), event
        return event

    def row(self) -> dict[str, Any]:
        rows = self.desk.rehearsal.audit()["dataverse"]["contact"]
        return next(row for row in rows if row["contactid"] == self.contact)

    def held(self) -> dict[str, Any]:
        rows = self.desk.rehearsal.audit()["marketo"]["persons"]
        return next(row for row in rows if row["id"] == self.person)

    def market(self, **values: Any) -> None:
        self.desk.rehearsal.marketo.marketer.change(self.person, values)

    def edit(self, **values: Any) -> None:
        self.desk.rehearsal.world.update("contact", self.contact, values)

    def writes(self) -> list[str]:
        """Requests that changed anything since the log was cleared."""
        return [
            f"{entry['method']} {entry['path']}"
            for entry in self.desk.rehearsal.log.entries()
            if entry.method == "PATCH" or (entry.path.endswith("leads.json") and entry.method == "POST")
        ]


@pytest.fixture
def two(desk: Desk) -> TwoWay:
    return TwoWay(desk)


def test_a_change_in_marketo_reaches_dynamics_and_is_no_echo(two: TwoWay) -> None:
    two.market(firstName="Zoë", title="Directrice")
    two.cycle()
    assert (two.row()["firstname"], two.row()["jobtitle"]) == ("Zoë", "Directrice")
    two.cycle()
    two.desk.rehearsal.log.clear()
    ended = two.cycle()
    assert two.writes() == []
    assert ended.report.acknowledged == 0
    assert two.held()["firstName"] == "Zoë"


def test_what_somebody_takes_back_in_marketo_reaches_dynamics_in_the_very_next_cycle(two: TwoWay) -> None:
    two.edit(jobtitle="As it was", donotphone=False)
    two.cycle()
    two.market(title="X", doNotCall=True)
    two.cycle()
    assert (two.row()["jobtitle"], two.row()["donotphone"]) == ("X", True)
    two.market(title="As it was", doNotCall=False)
    for _ in range(2):
        two.cycle()
        assert (two.row()["jobtitle"], two.row()["donotphone"]) == ("As it was", False)
        assert (two.held()["title"], two.held()["doNotCall"]) == ("As it was", False)


def test_what_somebody_takes_back_while_the_record_has_another_value_on_its_way(two: TwoWay) -> None:
    two.market(firstName="AAA")
    two.cycle()
    for name in ("BBB", "AAA", "CCC", "BBB"):
        two.market(firstName=name)
        two.edit(jobtitle=f"With {name}")
        two.cycle()
        assert two.row()["firstname"] == name
        assert (two.held()["firstName"], two.held()["title"]) == (name, f"With {name}")


def test_what_came_from_marketo_is_not_sent_back_there(two: TwoWay) -> None:
    two.market(firstName="Zoë", title="Directrice")
    two.cycle()
    two.desk.rehearsal.log.clear()
    assert two.cycle().report.acknowledged == 0
    assert two.writes() == []


def test_fields_that_changed_on_different_sides_both_survive(two: TwoWay) -> None:
    two.market(firstName="Zoë")
    two.edit(jobtitle="Head of Marketing")
    two.cycle()
    two.cycle()
    assert (two.row()["firstname"], two.row()["jobtitle"]) == ("Zoë", "Head of Marketing")
    assert (two.held()["firstName"], two.held()["title"]) == ("Zoë", "Head of Marketing")


def test_where_both_changed_the_chosen_side_wins(two: TwoWay) -> None:
    two.market(firstName="From Marketo", lastName="From Marketo")
    two.edit(firstname="From Dynamics", lastname="From Dynamics")
    two.cycle()
    two.cycle()
    assert (two.row()["firstname"], two.held()["firstName"]) == ("From Marketo", "From Marketo")
    assert (two.row()["lastname"], two.held()["lastName"]) == ("From Dynamics", "From Dynamics")


def test_an_unsubscription_travels_and_a_consent_never_does(two: TwoWay) -> None:
    two.desk.rehearsal.marketo.marketer.unsubscribe(two.person)
    two.cycle()
    assert two.row()["donotbulkemail"] is True
    two.cycle()
    two.market(unsubscribed=False)
    two.cycle()
    assert two.row()["donotbulkemail"] is True
    assert two.held()["unsubscribed"] is True
    before = two.held()
    two.cycle()
    assert two.held() == before


def test_what_dynamics_refuses_is_listed_with_its_reason(two: TwoWay) -> None:
    two.market(firstName="x" * 200)  # Dynamics takes 50
    two.cycle()
    assert two.row()["firstname"] != "x" * 200
    (found,) = (one for one in two.desk.service.problems() if one.id == two.contact and one.code == "dynamics-refused")
    assert "Dynamics did not take" in str(found.title)
    two.market(firstName="Zoë")
    two.cycle()
    assert two.row()["firstname"] == "Zoë"
    assert "dynamics-refused" not in {problem.code for problem in two.desk.service.problems()}


@pytest.mark.parametrize("field", ["unsubscribed", "doNotCall"])
def test_a_consent_arrives_though_another_value_of_the_same_person_is_refused(two: TwoWay, field: str) -> None:
    column = {"unsubscribed": "donotbulkemail", "doNotCall": "donotphone"}[field]
    two.edit(jobtitle="On its way to Marketo")
    two.market(**{"firstName": "x" * 200, field: not two.held().get(field)})  # Dynamics takes 50
    wanted, before = two.held()[field], two.row()["firstname"]
    two.cycle()
    assert (two.row().get(column), two.row()["firstname"]) == (wanted, before)
    two.cycle()
    assert "dynamics-refused" in {one.code for one in two.desk.service.problems() if one.id == two.contact}
    assert (two.held()[field], two.held()["title"]) == (wanted, "On its way to Marketo")
    two.cycle()
    two.desk.rehearsal.log.clear()
    two.cycle()
    assert two.writes() == []


def test_an_account_that_may_not_read_activities_still_syncs_to_marketo(two: TwoWay) -> None:
    two.desk.rehearsal.marketo.denied.add("Read-Only Activity")
    two.edit(firstname="Ada")
    two.cycle()
    assert two.held()["firstName"] == "Ada"
    assert "marketo-changes-denied" in {problem.code for problem in two.desk.service.problems()}


def test_an_echo_is_known_from_its_page_and_costs_no_look(two: TwoWay) -> None:
    """All that the run itself wrote comes back in one page; a change by hand among it is found."""
    rows = [row for row in two.desk.rehearsal.audit()["dataverse"]["contact"] if row["contactid"] != two.contact]
    for number, row in enumerate(rows[:100]):
        two.desk.rehearsal.world.update("contact", row["contactid"], {"jobtitle": f"Job {number}"})
    two.cycle()
    two.desk.rehearsal.log.clear()
    two.cycle()
    asked = [entry.path for entry in two.desk.rehearsal.log.entries("marketo", "/rest/")]
    assert sorted(asked) == ["/rest/v1/activities/leadchanges.json", "/rest/v1/leads/describe2.json"]
    two.edit(jobtitle="From Dynamics")
    two.cycle()
    two.market(title="By hand")
    two.desk.rehearsal.log.clear()
    two.cycle()
    assert two.row()["jobtitle"] == "By hand"
    assert len(two.desk.rehearsal.log.entries("marketo", "/rest/v1/leads.json")) == 1


def test_a_consent_is_withdrawn_though_a_merge_was_about_to_be_asked_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a merge itself changes is nobody's change; one that never happened changes nothing."""
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    life.cycle()
    reached = [row["contactid"] for row in life.rows("contact", statecode=0) if not row.get("donotbulkemail")]
    survivor, loser = [id_ for id_ in reached if not life.person(id_).get("unsubscribed")][:2]
    events.merge(life.world, "contact", survivor, loser)

    def down(*_: object, **__: object) -> None:
        raise TemporaryFailure("502", MARKETO["611"], "down before anything was sent")

    with monkeypatch.context() as patch:
        patch.setattr(MarketoRestWriter, "merge", down)
        assert isinstance(desk.service.go_on().wait(60), JobFailed)
    desk.rehearsal.marketo.marketer.change(int(life.person(survivor)["id"]), {"unsubscribed": True})
    life.cycle()
    life.cycle()
    assert life.person(survivor)["unsubscribed"] is True
    assert life.world.row("contact", survivor)["donotbulkemail"] is True

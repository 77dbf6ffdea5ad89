"""What happens to records in Dynamics after the first sync, and what Marketo has to look like then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.errors import TemporaryFailure
from dynsync_gui.domain.events import JobFailed, RunEnded
from dynsync_gui.domain.findings.marketo import MARKETO
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.settings import DeletedPolicy, FieldSettings, FilteredOut, ObjectSettings
from dynsync_gui.domain.storage.records import Acknowledgement
from dynsync_gui.simulators import customising, events
from dynsync_gui.store.sync_store import SqliteStore
from tests.service.conftest import Desk
from tests.service.life import Life


@pytest.fixture
def life(desk: Desk) -> Life:
    assert isinstance(desk.start(), RunEnded)
    alive = Life(desk)
    alive.judged()
    return alive


def test_a_lead_that_is_qualified_keeps_its_person_and_gets_it_back_when_the_contact_is_gone(life: Life) -> None:
    lead = life.rows("lead", statecode=0)[0]["leadid"]
    person = life.person(lead)["id"]
    made = events.qualify(life.world, lead, account=True, opportunity=True)
    life.settled()
    assert life.person(made.contact)["id"] == person
    life.world.delete("contact", made.contact)
    life.settled()
    assert life.person(lead)["id"] == person
    assert not life.person(lead).get("microsoftIsDeleted")


def test_a_person_made_of_a_lead_holds_what_its_contact_holds(life: Life) -> None:
    """What only the lead had is emptied, as after any value that was cleared; a withdrawn consent is kept."""
    lead = life.rows("lead", statecode=0)[0]["leadid"]
    had = {"jobtitle": "Buyer", "telephone1": "+49 30 1234", "address1_city": "Berlin", "description": "Met at a fair"}
    life.world.update("lead", lead, {**had, "donotbulkemail": True})
    life.cycle()
    assert (life.person(lead)["city"], life.person(lead)["phone"]) == ("Berlin", "+49 30 1234")
    blank = dict.fromkeys(had) | {"jobtitle": "Head of buying", "donotbulkemail": False}
    made = events.qualify(life.world, lead, values=blank)
    life.settled()
    person = life.person(made.contact)
    assert (person["title"], person.get("city"), person.get("phone")) == ("Head of buying", None, None)
    assert person["unsubscribed"] is True


def test_a_lead_that_gets_its_person_back_holds_nothing_of_the_contact(life: Life) -> None:
    lead = life.rows("lead", statecode=0)[0]["leadid"]
    life.world.update("lead", lead, {"jobtitle": "Buyer", "address1_city": None, "telephone1": None})
    life.cycle()
    held = {"jobtitle": None, "address1_city": "Berlin", "telephone1": "+49 30 1234"}
    made = events.qualify(life.world, lead, values=held)
    life.settled()
    assert (life.person(made.contact)["city"], life.person(made.contact).get("title")) == ("Berlin", None)
    life.world.delete("contact", made.contact)
    life.settled()
    person = life.person(lead)
    assert (person["title"], person.get("city"), person.get("phone")) == ("Buyer", None, None)


def test_what_a_merge_does_in_marketo_is_no_change_of_anybody_though_its_answer_is_lost(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But the person that stays is unsubscribed as the other one was, and that is heard in Dynamics."""
    reached = [row["contactid"] for row in life.rows("contact", statecode=0) if not row.get("donotbulkemail")]
    survivor, loser = [id_ for id_ in reached if not life.person(id_).get("unsubscribed")][:2]
    life.world.update("contact", loser, {"donotbulkemail": True})
    life.cycle()
    events.merge(life.world, "contact", survivor, loser)
    keep = SqliteStore.acknowledge

    def lost(store: SqliteStore, rows: Sequence[Acknowledgement]) -> None:
        if any(not row.marketo_id for row in rows):
            raise TemporaryFailure("611", MARKETO["611"], "ended before it was kept")
        keep(store, rows)

    monkeypatch.setattr(SqliteStore, "acknowledge", lost)
    assert isinstance(life.desk.service.go_on().wait(60), JobFailed)
    monkeypatch.undo()
    assert life.person(survivor)["unsubscribed"] is True
    life.cycle()
    life.settled()
    assert life.persons(loser) == []
    assert life.world.row("contact", survivor)["donotbulkemail"] is True


def test_an_opportunity_with_another_name_sends_none_of_its_roles(life: Life) -> None:
    roled = {role["externalOpportunityId"] for role in life.desk.rehearsal.audit()["marketo"]["roles"]}
    renamed = [row["opportunityid"] for row in life.rows("opportunity") if row["opportunityid"] in roled][:20]
    for id_ in renamed:
        life.world.update("opportunity", id_, {"name": f"Renamed {id_}"})
    life.desk.rehearsal.log.clear()
    assert life.cycle().report.acknowledged == len(renamed) == 20
    assert not life.desk.rehearsal.log.entries("marketo", "/opportunities/roles.json")


def test_a_lead_that_is_qualified_to_a_contact_that_is_there_though_no_value_of_it_changes(desk: Desk) -> None:
    """As with a choice of fields without its status; so is what a contact says of the lead that it came from."""
    plain = tuple(map(FieldChoice, ("firstname", "lastname", "emailaddress1", "donotbulkemail")))
    chosen = {Entity.CONTACT: plain, Entity.LEAD: plain, Entity.ACCOUNT: ()}
    desk.settings = replace(desk.settings, fields=replace(desk.settings.fields, chosen=chosen))
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    one, other = (row["leadid"] for row in life.rows("lead", statecode=0)[:2])
    kept, named = (row["contactid"] for row in life.rows("contact", statecode=0, _originatingleadid_value=None)[:2])
    person, carrying = life.person(kept)["id"], life.person(named)["id"]
    life.world.update("lead", one, {"statecode": 1, "statuscode": 3, "parentcontactid": kept})
    life.world.update("lead", other, {"statecode": 1, "statuscode": 3})
    life.cycle()
    life.world.update("contact", named, {"originatingleadid": other})
    life.cycle()
    assert (life.persons(one), life.person(kept)["id"]) == ([], person)
    assert (life.persons(other), life.person(named)["id"]) == ([], carrying)


def test_a_contact_that_comes_cycles_after_its_lead_was_qualified(life: Life) -> None:
    lead = life.rows("lead", statecode=0)[1]["leadid"]
    person = life.person(lead)["id"]
    made = events.qualify(life.world, lead, values={"new_synctomkto": False})
    life.settled()
    assert life.person(lead)["id"] == person, "a lead whose contact is kept out stays"
    life.world.update("contact", made.contact, {"new_synctomkto": True})
    life.settled()
    assert life.person(made.contact)["id"] == person


@pytest.mark.parametrize("table", ["contact", "lead"])
def test_the_loser_of_a_merge_goes_into_the_survivor(life: Life, table: str) -> None:
    first, second = [row[f"{table}id"] for row in life.rows(table, statecode=0)[2:4]]
    survivor = life.person(first)["id"]
    life.world.update(table, first, {"jobtitle": None})
    life.world.update(table, second, {"jobtitle": "Only of the loser"})
    events.merge(life.world, table, first, second)
    life.settled()
    assert life.person(first)["id"] == survivor
    assert life.person(first).get("title") is None
    assert life.persons(second) == []


@pytest.mark.parametrize("gone", [False, True])
def test_several_losers_go_into_their_survivor_in_one_call(life: Life, gone: bool) -> None:
    """Unless one is gone already, as Marketo then refuses them all."""
    first, *losers = [row["contactid"] for row in life.rows("contact", statecode=0)[2:7]]
    survivor = life.person(first)["id"]
    if gone:
        life.desk.rehearsal.marketo.marketer.delete(int(life.person(losers[1])["id"]))
    for loser in losers:
        events.merge(life.world, "contact", first, loser)
    life.desk.rehearsal.log.clear()
    life.cycle()
    merges = [one for one in life.desk.rehearsal.log.entries("marketo") if "/merge.json" in one.path]
    assert len(merges) == (1 + len(losers) if gone else 1)
    assert life.person(first)["id"] == survivor
    assert [person for loser in losers for person in life.persons(loser)] == []
    life.settled()


def test_a_survivor_that_is_new_takes_the_person_over(life: Life) -> None:
    loser = life.rows("contact", statecode=0)[4]
    person = life.person(loser["contactid"])["id"]
    winner = life.world.insert("contact", {"lastname": "Survivor", "emailaddress1": "survivor@contoso.example"})
    events.merge(life.world, "contact", winner, loser["contactid"])
    life.settled()
    assert life.person(winner)["id"] == person


def test_the_filter_of_the_winner_decides(life: Life) -> None:
    kept = life.rows("contact", statecode=0)[5]["contactid"]
    person = life.person(kept)["id"]
    winner = life.world.insert("contact", {"lastname": "Hidden", "new_synctomkto": False})
    events.merge(life.world, "contact", winner, kept)
    life.stale.add(("contact", kept))
    life.settled()
    assert life.person(kept)["id"] == person
    assert life.persons(winner) == []


def test_the_filter_turned_to_no_leaves_the_person_and_turned_to_yes_goes_on(life: Life) -> None:
    contact = life.rows("contact", statecode=0)[6]["contactid"]
    life.world.update("contact", contact, {"new_synctomkto": False, "jobtitle": "Not to be seen"})
    life.stale.add(("contact", contact))
    life.settled()
    assert life.person(contact).get("title") != "Not to be seen"
    life.world.update("contact", contact, {"new_synctomkto": True})
    life.stale.clear()
    life.settled()
    assert life.person(contact)["title"] == "Not to be seen"


def test_a_deleted_person_is_marked_and_unmarked_when_it_is_there_again(life: Life) -> None:
    contact = life.rows("contact", statecode=0)[7]
    id_ = contact["contactid"]
    life.world.delete("contact", id_)
    life.marked.add(("contact", id_))
    life.settled()
    assert life.person(id_)["microsoftIsDeleted"] is True
    again = {name: contact[name] for name in ("lastname", "firstname", "emailaddress1") if name in contact}
    life.world.insert("contact", {"contactid": id_, **again})
    life.marked.clear()
    life.settled()
    assert not life.person(id_)["microsoftIsDeleted"]


def test_who_is_deleted_and_restored_between_two_cycles_was_never_away(life: Life) -> None:
    contact = life.rows("contact", statecode=0)[7]
    id_ = contact["contactid"]
    life.world.delete("contact", id_)
    again = {name: contact[name] for name in ("lastname", "emailaddress1") if name in contact}
    life.world.insert("contact", {"contactid": id_, **again, "firstname": "Restored"})
    life.settled()
    assert life.person(id_)["firstName"] == "Restored"


def test_another_owner_and_another_account_arrive_also_where_they_are_reached_by_another_record(life: Life) -> None:
    tables = life.world.as_json()
    accounts = [row["accountid"] for row in life.rows("account")]
    contacts = {row["contactid"] for row in life.rows("contact")}
    deal = next(
        row
        for row in tables["opportunity"]
        if row.get("_customerid_value") in contacts
        and not row.get("_parentaccountid_value")
        and row.get("new_synctomkto") is not False
    )
    contact = deal["_customerid_value"]
    old = life.world.row("contact", contact).get("_parentcustomerid_value")
    new = next(id_ for id_ in accounts if id_ != old)
    life.world.update("contact", contact, {"parentcustomerid": new})
    user = next(row["systemuserid"] for row in tables["systemuser"] if row["systemuserid"] != deal["_ownerid_value"])
    life.world.update("opportunity", deal["opportunityid"], {"ownerid": user})
    team = next(owner.id for owner in life.world.owners.values() if owner.is_team)
    life.world.update("account", accounts[1], {"ownerid": team})
    life.settled()
    notices = [problem for problem in life.desk.service.problems() if problem.code == "team-owner"]
    assert accounts[1] in {notice.id for notice in notices}


def test_a_late_company_makes_nobody_of_a_link_alone(desk: Desk) -> None:
    world = desk.rehearsal.world
    account = world.insert("account", {"name": "Late", "new_synctomkto": False})
    ids = [
        world.insert(
            "contact", {"lastname": name, "emailaddress1": f"{name}@contoso.example", "parentcustomerid": account}
        )
        for name in ("stays", "goes")
    ]
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    desk.rehearsal.marketo.marketer.delete(life.person(ids[1])["id"])
    world.update("account", account, {"new_synctomkto": True})
    life.cycle()
    assert life.person(ids[0])["externalCompanyId"] == account
    assert life.persons(ids[1]) == []
    world.update("contact", ids[1], {"lastname": "Here again"})
    life.settled()


def test_a_relabelled_option_rewrites_who_carries_it(life: Life) -> None:
    rows = [row for row in life.rows("lead") if row.get("leadsourcecode") is not None]
    value = rows[0]["leadsourcecode"]
    customising.set_option(life.world, "lead", "leadsourcecode", value, "Called otherwise")
    life.desk.rehearsal.dataverse.members.publish()
    ended = life.cycle()
    carrying = [row["leadid"] for row in rows if row["leadsourcecode"] == value]
    assert {life.person(id_)["leadSource"] for id_ in carrying} == {"Called otherwise"}
    assert ended.report.read <= sum(row.get("leadsourcecode") == value for row in life.world.as_json()["lead"])
    again = life.cycle()
    assert again.report.read == 0


def test_the_next_in_line_adopts_the_person_that_the_first_was_refused(life: Life) -> None:
    email = "shared.adoption@contoso.example"
    person = life.desk.rehearsal.marketo.persons.create({"email": email})
    refused = life.world.insert(
        "contact", {"lastname": "x" * 300, "emailaddress1": email, "createdon": "2001-01-01T00:00:00Z"}
    )
    second = life.world.insert(
        "contact", {"lastname": "Second", "emailaddress1": email, "createdon": "2002-01-01T00:00:00Z"}
    )
    life.cycle()
    assert ("contact", refused) in life.desk.listed()
    assert life.person(second)["id"] == person
    life.world.update("contact", refused, {"lastname": "Short"})
    life.settled()
    assert life.person(refused)["id"] != person


@pytest.mark.parametrize("how", [FilteredOut.MARK, FilteredOut.UNLIST])
def test_who_is_filtered_out_later_is_marked_or_leaves_the_list(desk: Desk, how: FilteredOut) -> None:
    fields = FieldSettings(filtered_out=how, filtered_list="Kept up to date")
    assert isinstance(desk.start(fields=fields), RunEnded)
    life, lists = Life(desk), desk.rehearsal.marketo.lists
    contact = life.rows("contact", statecode=0)[0]["contactid"]
    person = life.person(contact)["id"]
    found = lists.by_id(str(lists.create("Kept up to date")))
    found.members[person] = None
    settings = replace(desk.settings, fields=fields)
    life.world.update("contact", contact, {"new_synctomkto": False, "jobtitle": "Not to be seen"})
    assert isinstance(desk.service.start(settings, desk.secrets).wait(60), RunEnded)
    assert life.person(contact).get("title") != "Not to be seen"
    assert bool(life.person(contact).get("microsoftSyncStopped")) is (how is FilteredOut.MARK)
    assert (person in found.members) is (how is FilteredOut.MARK)
    life.world.update("contact", contact, {"new_synctomkto": True})
    assert isinstance(desk.service.start(settings, desk.secrets).wait(60), RunEnded)
    assert life.person(contact)["title"] == "Not to be seen"
    assert not life.person(contact).get("microsoftSyncStopped")
    life.judged()


def test_who_is_filtered_out_while_the_list_is_missing_leaves_it_once_it_is_there(desk: Desk) -> None:
    desk.settings = replace(desk.settings, fields=FieldSettings(filtered_out=FilteredOut.UNLIST, filtered_list="Kept"))
    assert isinstance(desk.start(), RunEnded)
    life, lists = Life(desk), desk.rehearsal.marketo.lists
    away, back, stays = [row["contactid"] for row in life.rows("contact", statecode=0)[:3]]
    numbers = {id_: life.person(id_)["id"] for id_ in (away, back, stays)}

    def asked() -> int:
        calls = [one for one in desk.rehearsal.log.entries("marketo") if "/lists" in one.path]
        desk.rehearsal.log.clear()
        return len(calls)

    for id_ in (away, back):
        life.world.update("contact", id_, {"new_synctomkto": False})
    asked()
    for told in (2, 0):
        ended = life.cycle()
        assert ended.report.skipped == told
        assert asked() == 1, "as long as there is no list one call a run looks for it"
        assert "list-missing" in {one.code for one in desk.service.problems()}
    life.world.update("contact", back, {"new_synctomkto": True})
    found = lists.by_id(str(lists.create("Kept")))
    found.members.update(dict.fromkeys(numbers.values()))
    ended = life.cycle()
    assert set(found.members) == {numbers[back], numbers[stays]}
    assert asked() == 2
    assert "list-missing" not in {one.code for one in desk.service.problems()}
    life.stale.add(("contact", away))
    life.judged()
    assert life.cycle().report.read == 0
    assert asked() == 0, "who was taken out is forgotten"


@pytest.mark.parametrize("deleted", [DeletedPolicy.DELETE, DeletedPolicy.LEAVE])
def test_what_is_deleted_is_deleted_or_left_as_it_was_wanted(desk: Desk, deleted: DeletedPolicy) -> None:
    desk.settings = replace(desk.settings, objects=ObjectSettings(deleted=deleted))
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    gone = {
        "contact": life.rows("contact", statecode=0)[0]["contactid"],
        "opportunity": life.rows("opportunity")[0]["opportunityid"],
    }
    for table, id_ in gone.items():
        life.world.delete(table, id_)
    ended = life.cycle()
    assert ended.report.problems == 0
    held = desk.rehearsal.audit()["marketo"]
    there = {
        "contact": gone["contact"] in {row.get("dynamicsId") for row in held["persons"]},
        "opportunity": gone["opportunity"] in {row["externalOpportunityId"] for row in held["opportunities"]},
    }
    assert set(there.values()) == {deleted is DeletedPolicy.LEAVE}
    assert not any(row.get("microsoftIsDeleted") for row in held["persons"])
    if deleted is DeletedPolicy.DELETE:
        life.judged()
        life.world.insert(
            "contact", {"contactid": gone["contact"], "lastname": "Back", "emailaddress1": "b@contoso.example"}
        )
        life.settled()

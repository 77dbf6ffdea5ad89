"""Persons that are merged or deleted in Marketo, and what becomes of their records."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.events import Explained, ProblemsRead, RunEnded
from dynsync_gui.domain.explain import Cause
from dynsync_gui.domain.report import Problem
from dynsync_gui.domain.schema import Entity, TargetType
from dynsync_gui.engine import ends, matching
from dynsync_gui.simulators import events
from dynsync_gui.simulators.marketo.activities import Happening
from tests.service.life import Life

if TYPE_CHECKING:
    from tests.service.conftest import Desk

JOINED, DELETED = "merged-in-marketo", "deleted-in-marketo"


@pytest.fixture
def life(desk: Desk) -> Life:
    assert isinstance(desk.start(), RunEnded)
    return Life(desk)


def two(life: Life, table: str = "contact") -> tuple[str, str]:
    """Two records of one table with persons of their own."""
    first, second = life.rows(table, statecode=0)[:2]
    return first[f"{table}id"], second[f"{table}id"]


def merge(life: Life, winner: str, loser: str) -> int:
    """A marketer merges the persons of two records; who stays."""
    stays = int(life.person(winner)["id"])
    life.desk.rehearsal.marketo.marketer.merge(stays, [int(life.person(loser)["id"])])
    return stays


def problems(life: Life, code: str) -> list[Problem]:
    return [problem for problem in life.desk.service.problems() if problem.code == code]


def held(life: Life) -> dict[int, dict[str, Any]]:
    return {int(person["id"]): person for person in life.desk.rehearsal.audit()["marketo"]["persons"]}


def cause(life: Life, id_: str) -> Cause:
    event = life.desk.service.records.why(id_).wait(60)
    assert isinstance(event, Explained), event
    return event.answer.explanations[0].cause


@pytest.mark.parametrize("table", ["contact", "lead"])
def test_the_loser_of_a_merge_does_not_come_back_and_is_listed_for_a_decision(life: Life, table: str) -> None:
    winner, loser = two(life, table)
    stays, persons = merge(life, winner, loser), len(held(life))
    life.cycle()
    life.world.update(table, loser, {"firstname": "Somebody else"})
    life.cycle()
    assert len(held(life)) == persons
    assert life.persons(loser) == []
    (problem,) = problems(life, JOINED)
    assert (problem.id, problem.aside, problem.retry) == (loser, True, Retry.DECISION)
    assert winner in problem.detail
    assert cause(life, loser) is Cause.MERGED
    assert life.person(winner)["id"] == stays
    assert held(life)[stays]["firstName"] != "Somebody else"
    life.settled()


def test_a_merge_is_noticed_in_the_next_cycle_where_a_person_was_at_work(life: Life) -> None:
    winner, loser = two(life)
    life.world.update("contact", winner, {"jobtitle": None})
    life.world.update("contact", loser, {"jobtitle": "Only of the loser"})
    life.cycle()
    stays = merge(life, winner, loser)
    life.cycle()
    assert [problem.id for problem in problems(life, JOINED)] == [loser]
    assert held(life)[stays]["title"] == "Only of the loser"
    assert life.world.row("contact", winner)["jobtitle"] == "Only of the loser", "what was merged in goes to Dynamics"
    life.settled()


def test_a_merge_without_any_sign_is_noticed_within_the_hour(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    winner, loser = two(life)
    monkeypatch.setattr(ends, "EVERY", timedelta(0))
    merge(life, winner, loser)
    life.cycle()
    assert [problem.id for problem in problems(life, JOINED)] == [loser]


def test_who_goes_into_a_person_that_dynamics_does_not_know_goes_on_with_that(life: Life) -> None:
    contact, _ = two(life)
    stranger = life.desk.rehearsal.marketo.persons.create({"email": "stranger@contoso.example", "firstName": "Strange"})
    life.desk.rehearsal.marketo.marketer.merge(stranger, [int(life.person(contact)["id"])])
    life.world.update("contact", contact, {"lastname": "Married"})
    life.settled()
    person = life.person(contact)
    assert (person["id"], person["lastName"]) == (stranger, "Married")
    assert person["firstName"] == life.world.row("contact", contact)["firstname"].strip()
    assert problems(life, JOINED) == []
    with closing(sqlite3.connect(life.desk.folder / "dynsync.db")) as base:
        (kept,) = base.execute("SELECT before FROM journal WHERE marketo_id = ?", (str(stranger),)).fetchone()
    assert json.loads(kept)["firstName"] == "Strange"


def test_what_the_survivor_gains_besides_is_taken_back(life: Life) -> None:
    """A team owns it in Dynamics, so that its person has no owner, until it gets the one of the person merged in."""
    team = next(owner.id for owner in life.world.owners.values() if owner.is_team)
    winner, *others = (row["contactid"] for row in life.rows("contact", statecode=0))
    loser = next(id_ for id_ in others if life.person(id_).get("externalSalesPersonId"))
    life.world.update("contact", winner, {"ownerid": team})
    life.cycle()
    stays = merge(life, winner, loser)
    assert held(life)[stays]["externalSalesPersonId"] is not None
    life.world.update("contact", loser, {"firstname": "Touched"})
    life.cycle()  # what else it gained goes to Dynamics, and is told from there in the next cycle
    life.settled()
    assert held(life)[stays].get("externalSalesPersonId") is None


def test_roles_of_the_loser_are_those_of_the_survivor(life: Life) -> None:
    contacts = {row["contactid"] for row in life.rows("contact", statecode=0)}
    deal = next(row for row in life.rows("opportunity") if row.get("_customerid_value") in contacts)
    loser = deal["_customerid_value"]
    winner = next(id_ for id_ in sorted(contacts) if id_ != loser)
    before, stays = life.desk.listed(), merge(life, winner, loser)
    life.world.update("contact", loser, {"firstname": "Touched"})
    life.cycle()
    life.world.update("opportunity", deal["opportunityid"], {"name": "Renamed"})
    life.cycle()
    roles = [
        role
        for role in life.desk.rehearsal.audit()["marketo"]["roles"]
        if role["externalOpportunityId"] == deal["opportunityid"] and role["role"] == "Customer"
    ]
    assert [role["leadId"] for role in roles] == [stays]
    assert life.desk.listed() - before == {("contact", loser)}


def test_two_people_are_told_apart_again_by_trying_again(life: Life) -> None:
    winner, loser = two(life)
    stays = merge(life, winner, loser)
    life.world.update("contact", loser, {"firstname": "Another"})
    life.cycle()
    assert isinstance(life.desk.service.records.retry(()).wait(60), ProblemsRead | RunEnded)
    life.cycle()
    assert [problem.id for problem in problems(life, JOINED)] == [loser], "trying everything again undoes no merge"
    assert isinstance(life.desk.service.records.retry([loser]).wait(60), ProblemsRead | RunEnded)
    life.cycle()
    assert life.person(winner)["id"] == stays
    assert life.person(loser)["firstName"] == "Another"
    assert life.person(loser)["lastName"] == life.world.row("contact", loser)["lastname"].strip()
    assert problems(life, JOINED) == []
    life.settled()


@pytest.mark.parametrize("survivor", [0, 1])
def test_a_merge_in_dynamics_too_ends_it(life: Life, survivor: int) -> None:
    pair = two(life)
    stays = merge(life, *pair)
    life.world.update("contact", pair[1], {"firstname": "Touched"})
    life.cycle()
    events.merge(life.world, "contact", pair[survivor], pair[1 - survivor])
    life.settled()
    assert life.person(pair[survivor])["id"] == stays
    assert life.persons(pair[1 - survivor]) == []
    assert problems(life, JOINED) == []


def test_who_is_left_gets_the_person_when_the_other_is_deleted(life: Life) -> None:
    winner, loser = two(life)
    stays = merge(life, winner, loser)
    life.world.update("contact", loser, {"firstname": "Stays"})
    life.cycle()
    life.world.delete("contact", winner)
    life.settled()
    person = life.person(loser)
    assert (person["id"], person["firstName"], person.get("microsoftIsDeleted")) == (stays, "Stays", None)


def test_a_person_that_was_deleted_is_listed_and_comes_back_with_the_next_change(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ends, "EVERY", timedelta(0))
    contact, _ = two(life)
    life.desk.rehearsal.marketo.marketer.delete(int(life.person(contact)["id"]))
    life.cycle()
    assert life.persons(contact) == []
    assert [(problem.id, problem.aside) for problem in problems(life, DELETED)] == [(contact, False)]
    assert cause(life, contact) is Cause.GONE
    life.world.update("contact", contact, {"firstname": "Back"})
    life.settled()
    assert life.person(contact)["firstName"] == "Back"
    assert problems(life, DELETED) == []


@pytest.mark.parametrize("survivor", ["known", "unknown"])
def test_a_merge_between_the_look_and_the_write_makes_nobody(desk: Desk, survivor: str) -> None:
    """A new field is ticked, which is written by Marketo's ids; one of them is merged at that moment."""
    first = tuple(FieldChoice(name) for name in ("firstname", "lastname", "emailaddress1"))
    fields = replace(desk.settings.fields, chosen={Entity.CONTACT: first})
    assert isinstance(desk.start(fields=fields), RunEnded)
    life, merged = Life(desk), []
    winner, loser = two(life)
    persons, calls = held(life), desk.rehearsal.marketo.person_calls
    stranger = desk.rehearsal.marketo.persons.create({"email": "stranger@contoso.example"})
    lost, sync = int(life.person(loser)["id"]), calls.sync

    def watched(request: Any) -> Any:
        if not merged and b"updateOnly" in request.get_data():
            merged.append(int(life.person(winner)["id"]) if survivor == "known" else stranger)
            desk.rehearsal.marketo.marketer.merge(merged[0], [lost])
        return sync(request)

    calls.sync = watched  # type: ignore[method-assign]
    more = replace(fields, chosen={Entity.CONTACT: (*first, FieldChoice("jobtitle", "post", TargetType.STRING))})
    ended = desk.start(fields=more)
    assert isinstance(ended, RunEnded), ended
    assert (ended.report.closes, ended.report.outbox) == (True, 0)
    assert held(life).keys() == (persons.keys() | {stranger}) - {lost}
    if survivor == "known":
        assert life.persons(loser) == []
        assert [problem.id for problem in problems(life, JOINED)] == [loser]
    else:
        assert life.person(loser)["id"] == stranger
        assert life.person(loser)["post"] == life.world.row("contact", loser)["jobtitle"].strip()


@pytest.mark.parametrize("survivor", ["known", "unknown", "nobody"])
def test_a_merge_between_the_look_up_by_key_and_the_write_makes_nobody(
    life: Life, monkeypatch: pytest.MonkeyPatch, survivor: str
) -> None:
    """Written by its key the person would be made anew beside the one that it went into."""
    marketo = life.desk.rehearsal.marketo
    (winner, loser), calls = two(life), marketo.person_calls
    into = int(life.person(winner)["id"])
    if survivor == "unknown":  # with a key that nobody has, as an empty one would be filled with that of the loser
        into = marketo.persons.create({"email": "stranger@contoso.example", "dynamicsId": "of nobody"})
    persons, lost, sync = held(life), int(life.person(loser)["id"]), calls.sync
    gone: list[int] = []

    def watched(request: Any) -> Any:
        if not gone:
            gone.append(lost)
            if survivor == "nobody":
                marketo.marketer.delete(lost)
            else:
                marketo.marketer.merge(into, gone)
        return sync(request)

    monkeypatch.setattr(calls, "sync", watched)
    life.world.update("contact", loser, {"firstname": "Touched"})
    life.cycle()
    assert gone
    if survivor == "known":
        assert held(life).keys() == persons.keys() - {lost}
        assert [problem.id for problem in problems(life, JOINED)] == [loser]
        assert life.persons(loser) == []
    elif survivor == "unknown":
        assert held(life).keys() == persons.keys() - {lost}
        assert (life.person(loser)["id"], life.person(loser)["firstName"]) == (into, "Touched")
    else:
        assert life.person(loser)["firstName"] == "Touched", "who was deleted comes back when its record changes"
    life.settled()


def test_an_account_that_may_not_read_activities_says_so_and_syncs(life: Life) -> None:
    contact, _ = two(life)
    life.desk.rehearsal.marketo.denied.add("Read-Only Activity")
    life.desk.rehearsal.marketo.marketer.delete(int(life.person(contact)["id"]))
    life.world.update("contact", contact, {"firstname": "Ada"})
    life.cycle()
    assert life.person(contact)["firstName"] == "Ada"
    assert problems(life, "marketo-changes-denied")


def test_another_number_for_merges_and_tokens_that_ended_are_no_trouble(desk: Desk) -> None:
    """Instances number the kinds of activity differently; and Marketo may know a token no more."""
    ids = desk.rehearsal.marketo.log.ids
    ids[Happening.MERGE_LEADS], ids[Happening.VISIT_WEB_PAGE] = 1, 32
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    winner, loser = two(life)
    stays = merge(life, winner, loser)
    desk.rehearsal.marketo.marketer.change(stays, {"firstName": "By hand"})
    desk.rehearsal.marketo.activity_calls.expire_tokens()
    life.world.update("contact", loser, {"firstname": "Touched"})
    life.cycle()
    assert life.world.row("contact", winner)["firstname"] == "By hand"
    assert [problem.id for problem in problems(life, JOINED)] == [loser]
    assert life.persons(loser) == []


def test_a_merge_that_is_heard_of_between_two_look_ups_is_followed(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second person was found to hold everything, is merged then, and is decided on after the look of the first."""
    monkeypatch.setattr(matching, "CHUNK", 1)
    (first, second), marketo, answered = two(life), life.desk.rehearsal.marketo, threading.Event()
    lost = [int(life.person(id_)["id"]) for id_ in (first, second)]
    strangers = [marketo.persons.create({"email": f"stranger{n}@contoso.example"}) for n in range(2)]
    marketo.marketer.merge(strangers[0], lost[:1])
    marketo.marketer.change(lost[1], {"firstName": "Touched"})
    query = marketo.person_calls.query

    def watched(request: Any) -> Any:
        wanted = request.form.get("filterValues", "")
        if first in wanted:
            assert answered.wait(60)
        answer = query(request)
        if second in wanted and not answered.is_set():
            marketo.marketer.merge(strangers[1], lost[1:])
            answered.set()
        return answer

    monkeypatch.setattr(marketo.person_calls, "query", watched)
    for id_ in (first, second):
        life.world.update("contact", id_, {"firstname": "Touched"})
    life.settled()
    assert answered.is_set()
    assert [life.person(id_)["id"] for id_ in (first, second)] == strangers

"""What happens to people who are in Marketo when the filter of Dynamics turns to No, and when it turns back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dynsync_gui.domain.events import RunEnded
from dynsync_gui.domain.schema import FILTER_FIELD, FILTERED_FIELD
from dynsync_gui.domain.settings import FilteredOut
from tests.service.test_flow import writes

if TYPE_CHECKING:
    from tests.service.conftest import Desk

LIST = "Kept up to date"


class Kept:
    """A desk after its first sync, with some synced contacts, on a list."""

    def __init__(self, desk: Desk, way: FilteredOut, name: str = LIST) -> None:
        self.desk, self.world, self.marketo = desk, desk.rehearsal.world, desk.rehearsal.marketo
        fields = replace(desk.settings.fields, filtered_out=way, filtered_list=name)
        desk.settings = replace(desk.settings, fields=fields)
        assert isinstance(desk.start(), RunEnded)
        contacts = {row["contactid"] for row in self.world.as_json()["contact"]}
        held = [row for row in desk.rehearsal.audit()["marketo"]["persons"] if row.get("dynamicsId") in contacts]
        self.persons = {int(row["id"]): str(row["dynamicsId"]) for row in held[:10]}
        self.list = self.marketo.lists.create(LIST)
        for person in self.persons:
            self.marketo.lists.put(self.marketo.lists.by_id(str(self.list)), person)
        desk.rehearsal.log.clear()

    def turn(self, count: int, *, to: bool | None, **values: Any) -> list[int]:
        """Turn the filter of the first few."""
        some = list(self.persons)[:count]
        for person in some:
            self.world.update("contact", self.persons[person], {FILTER_FIELD: to, **values})
        return some

    def cycle(self) -> RunEnded:
        event = self.desk.service.go_on().wait(60)
        assert isinstance(event, RunEnded), event
        assert event.report.closes
        return event

    def everybody(self) -> list[dict[str, Any]]:
        """All persons of Marketo, with the time of their last change."""
        return list(self.desk.rehearsal.audit()["marketo"]["persons"])

    def held(self, person: int) -> dict[str, Any]:
        return next(row for row in self.everybody() if row["id"] == person)

    def members(self) -> list[int]:
        return list(self.marketo.lists.by_id(str(self.list)).members)


def test_they_are_left_by_default(desk: Desk) -> None:
    kept = Kept(desk, FilteredOut.LEAVE)
    before = kept.everybody()
    kept.turn(3, to=False, firstname="Later")
    kept.cycle()
    assert kept.everybody() == before
    assert kept.marketo.fields.get(FILTERED_FIELD) is None


def test_they_are_marked_once_and_the_mark_is_taken_back(desk: Desk) -> None:
    kept = Kept(desk, FilteredOut.MARK)
    field = kept.marketo.fields.get(FILTERED_FIELD)
    assert field is not None
    assert field.kind == "boolean"
    others = [person for person in kept.persons if person not in kept.turn(3, to=False, firstname="Later")]
    first = next(iter(kept.persons))
    ended = kept.cycle()
    assert ended.report.acknowledged == 3
    held = kept.held(first)
    assert held[FILTERED_FIELD] is True
    assert held["firstName"] != "Later"  # what changes from then on stays in Dynamics
    assert not any(kept.held(person).get(FILTERED_FIELD) for person in others)
    before = kept.everybody()
    kept.turn(3, to=False, firstname="Even later")
    kept.cycle()
    assert kept.everybody() == before  # marked already
    kept.turn(3, to=True)
    kept.cycle()
    held = kept.held(first)
    assert (held[FILTERED_FIELD], held["firstName"]) == (False, "Even later")
    kept.turn(3, to=False)
    kept.cycle()
    assert kept.held(first)[FILTERED_FIELD] is True


def test_they_leave_the_list_and_nothing_else_changes(desk: Desk) -> None:
    kept = Kept(desk, FilteredOut.UNLIST)
    gone = kept.turn(3, to=False, firstname="Later")
    before = kept.everybody()
    kept.marketo.lists.by_id(str(kept.list)).members.pop(gone[1])  # off the list already
    ended = kept.cycle()
    assert (ended.report.acknowledged, ended.report.problems, ended.report.outbox) == (3, 0, 0)
    assert kept.members() == list(kept.persons)[3:]
    assert kept.everybody() == before
    kept.marketo.lists.put(kept.marketo.lists.by_id(str(kept.list)), gone[0])
    kept.cycle()
    assert gone[0] in kept.members()  # taken off once: whoever puts it back knows why
    kept.turn(3, to=None)
    kept.cycle()
    assert kept.held(gone[0])["firstName"] == "Later"


@pytest.mark.parametrize("name", ["Another list", "", " "])
def test_a_list_that_is_not_there_is_a_visible_problem_until_it_is(desk: Desk, name: str) -> None:
    kept = Kept(desk, FilteredOut.UNLIST, name)
    gone = kept.turn(2, to=False)
    ended = kept.cycle()
    assert (ended.report.problems, ended.report.outbox) == (2, 0)
    problems = [problem for problem in desk.service.problems() if problem.code == "list-unknown"]
    assert {problem.id for problem in problems} == {kept.persons[person] for person in gone}
    assert all("list" in str(problem.title) and str(problem.cure) for problem in problems)
    assert kept.members() == list(kept.persons)


def test_who_was_deleted_in_marketo_is_no_problem(desk: Desk) -> None:
    kept = Kept(desk, FilteredOut.UNLIST)
    gone = kept.turn(2, to=False)
    kept.marketo.lifecycle.delete(gone[0])
    ended = kept.cycle()
    assert (ended.report.problems, ended.report.outbox) == (0, 0)
    assert gone[1] not in kept.members()


def test_accounts_are_left_as_they_are(desk: Desk) -> None:
    kept = Kept(desk, FilteredOut.MARK)
    account = next(row for row in kept.world.as_json()["account"] if row.get(FILTER_FIELD) is not False)
    kept.world.update("account", account["accountid"], {FILTER_FIELD: False})
    ended = kept.cycle()
    assert ended.report.problems == 0
    companies = [line for line in writes(desk.rehearsal) if "companies" in line]
    assert companies == []

"""People that the filter keeps out leave a list in Marketo; where Marketo refuses that, everything else goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dynsync_gui.connectors.http import retry
from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.events import Explained
from dynsync_gui.domain.explain import Cause, Explanation
from dynsync_gui.domain.findings.records import NOTICES
from dynsync_gui.domain.report import Problem
from dynsync_gui.domain.settings import FieldSettings, FilteredOut
from dynsync_gui.simulators.marketo.errors import MarketoError
from dynsync_gui.simulators.marketo.lists import StaticList
from tests.service.conftest import Desk
from tests.service.life import Life

NAME = "Kept up to date"
ABOUT_LIST = {"list-missing", "list-out", "list-refused"}


class Listed:
    """A synced world with people in a list, two of whom the filter keeps out from now on, and one who changed."""

    def __init__(self, desk: Desk) -> None:
        desk.settings = replace(
            desk.settings, fields=FieldSettings(filtered_out=FilteredOut.UNLIST, filtered_list=NAME)
        )
        desk.start()
        self.desk, self.life = desk, Life(desk)
        ids = [row["contactid"] for row in self.life.rows("contact", statecode=0)[:3]]
        self.numbers = {id_: self.life.person(id_)["id"] for id_ in ids}
        lists = desk.rehearsal.marketo.lists
        self.list: StaticList = lists.by_id(str(lists.create(NAME)))
        self.list.members.update(dict.fromkeys(self.numbers.values()))
        self.away, self.too, self.stays = ids
        for id_ in (self.away, self.too):
            self.life.world.update("contact", id_, {"new_synctomkto": False, "jobtitle": "Not to be seen"})
        self.life.world.update("contact", self.stays, {"lastname": "Seen"})

    def refuse(self, code: str, path: str = r"lists/\d+/leads\.json", verb: str = "DELETE") -> None:
        self.desk.rehearsal.faults.add(
            "code", system="marketo", path=path, verb=verb, code=code, message=f"Words of {code}", count=0
        )

    def told(self) -> list[Problem]:
        return [one for one in self.desk.service.problems() if one.code in ABOUT_LIST]

    def why(self, contact: str) -> Explanation:
        event = self.desk.service.records.why(contact).wait(60)
        assert isinstance(event, Explained), event
        (only,) = event.answer.explanations
        assert only.cause is Cause.FILTERED, only
        assert "changed in Dynamics" not in repr(only.fields)
        assert {view.source: view.dynamics for view in only.fields}["lastname"], "what Dynamics has is shown"
        return only

    def calls(self) -> int:
        """Calls about lists since the last time."""
        made = [one for one in self.desk.rehearsal.log.entries("marketo") if "/lists" in one.path]
        self.desk.rehearsal.log.clear()
        return len(made)


@pytest.fixture
def listed(desk: Desk) -> Listed:
    return Listed(desk)


@pytest.mark.parametrize("code", ["603", "610", "616", "1013", "1018"])
def test_a_removal_that_marketo_refuses_as_a_whole_stops_alone_and_is_tried_with_the_next_run(
    listed: Listed, code: str
) -> None:
    listed.refuse(code)
    listed.calls()
    for _ in range(2):
        ended = listed.life.cycle()
        assert (ended.report.skipped, ended.report.problems) == (2, 0)
        assert listed.calls() == 2, "the list is looked up and tried once a run"
        (notice,) = listed.told()
        assert (notice.code, notice.aside, notice.detail) == ("list-out", False, f"{code} Words of {code}")
        assert str(notice.title)
        assert str(notice.cure)
    assert listed.life.person(listed.stays)["lastName"] == "Seen"
    assert len(listed.list.members) == 3
    listed.desk.rehearsal.faults.clear()
    listed.life.cycle()
    assert set(listed.list.members) == {listed.numbers[listed.stays]}
    assert listed.told() == []


def test_a_list_that_may_not_be_looked_up_stops_alone(listed: Listed) -> None:
    listed.refuse("605", r"lists\.json", "GET")
    listed.life.cycle()
    assert [(one.code, one.detail) for one in listed.told()] == [("list-out", "605 Words of 605")]
    assert listed.life.person(listed.stays)["lastName"] == "Seen"


def test_a_list_that_is_deleted_while_people_leave_it_stops_alone(
    listed: Listed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(list_id: str) -> StaticList:
        raise MarketoError("1013", f"List '{list_id}' not found")

    monkeypatch.setattr(listed.desk.rehearsal.marketo.lists, "by_id", gone)
    listed.life.cycle()
    assert [one.code for one in listed.told()] == ["list-out"]
    assert listed.life.person(listed.stays)["lastName"] == "Seen"


def test_why_says_that_the_removal_from_the_list_waits_until_it_is_done(listed: Listed) -> None:
    before = listed.why(listed.away)
    assert "list" not in str(before.verdict), "the sync has not seen that the filter keeps it out"
    listed.refuse("603")
    listed.life.cycle()
    found = listed.why(listed.away)
    assert str(found.verdict).startswith("“Sync to Marketo” is No")
    assert "removal from the list waits" in str(found.verdict)
    assert found.cure == NOTICES["list-out"].cure
    (step,) = [one for one in found.steps if one.id == "filter"]
    assert (step.code, step.detail) == ("list-out", "603 Words of 603")
    assert {(view.source, str(view.finding)) for view in found.fields if not view.equal} == {
        ("jobtitle", "“Sync to Marketo” is No in Dynamics, so that Marketo keeps its value.")
    }
    listed.desk.rehearsal.faults.clear()
    listed.life.cycle()
    done = listed.why(listed.away)
    assert "stays as it was" in str(done.verdict)
    assert [one.code for one in done.steps if one.code] == []


@pytest.mark.parametrize("code", ["611", "1003"])
def test_a_person_that_marketo_does_not_take_out_is_listed_with_words_about_the_list(
    listed: Listed, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "_FIRST_DELAY", 0.01)
    listed.refuse(code, rf"lists/\d+/leads\.json\?.*\bid={listed.numbers[listed.away]}\b")
    ended = listed.life.cycle()
    assert (ended.report.problems, ended.report.skipped) == (1, 1)
    assert set(listed.list.members) == {listed.numbers[listed.away], listed.numbers[listed.stays]}
    (problem,) = listed.told()
    assert (problem.code, problem.id, problem.field, problem.aside) == ("list-refused", listed.away, "", True)
    assert problem.detail == f"{code} Words of {code}"
    assert "list" in str(problem.title)
    assert problem.retry is Retry.NEXT_RUN
    found = listed.why(listed.away)
    assert str(found.verdict).startswith("“Sync to Marketo” is No")
    assert f"refused to take the person out of the list: “{code} Words of {code}”" in str(found.verdict)
    assert found.cure == NOTICES["list-refused"].cure
    assert "stays as it was" in str(listed.why(listed.too).verdict)
    listed.life.world.update("contact", listed.away, {"new_synctomkto": True})
    told = listed.desk.service.records.why(listed.away).wait(60)
    assert isinstance(told, Explained)
    assert told.answer.explanations[0].cause is Cause.CHANGED
    listed.life.stale.add(("contact", listed.too))
    listed.life.cycle()
    listed.life.judged()
    assert listed.told() == []


def test_a_person_that_marketo_did_not_take_out_is_taken_out_when_it_is_tried_again(
    listed: Listed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "_FIRST_DELAY", 0.01)
    listed.refuse("611")
    ended = listed.life.cycle()
    assert ended.report.problems == 2
    listed.desk.rehearsal.faults.clear()
    listed.desk.service.records.retry().wait(60)
    listed.life.cycle()
    assert set(listed.list.members) == {listed.numbers[listed.stays]}
    assert listed.told() == []

"""What a run leaves behind and the next one must not mistake; each was found by the sweep of faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from dynsync_gui.connectors.http import retry
from dynsync_gui.connectors.marketo.writer import MarketoRestReader
from dynsync_gui.domain.errors import Cancelled
from dynsync_gui.domain.events import JobCancelled, JobFailed, RunEnded
from dynsync_gui.domain.schema import Target
from dynsync_gui.engine import matching
from dynsync_gui.engine.matching import Matching
from dynsync_gui.simulators import events
from dynsync_gui.simulators.transport import CutConnectionError
from tests.service.conftest import Desk
from tests.service.life import Life


def test_values_that_were_emptied_for_a_merge_are_not_emptied_in_dynamics(desk: Desk) -> None:
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    life.cycle()
    winner = life.rows("contact", statecode=0, mobilephone=None)[0]["contactid"]
    loser = next(row["contactid"] for row in life.rows("contact", statecode=0) if row.get("mobilephone"))
    events.merge(life.world, "contact", winner, loser)
    before = life.world.row("contact", loser)
    desk.rehearsal.faults.add("code", system="marketo", path="merge.json", code="611", count=0)
    broken = desk.service.go_on().wait(120)
    assert isinstance(broken, JobFailed | RunEnded)
    assert life.person(loser).get("mobilePhone") is None, "nothing was emptied yet"
    desk.rehearsal.faults.clear()
    life.cycle()
    assert life.persons(loser) == []
    assert life.world.row("contact", loser) == before
    life.judged()


def test_a_role_that_waits_is_listed_once_though_dynamics_keeps_it_twice(desk: Desk) -> None:
    world = desk.rehearsal.world
    person = world.insert("contact", {"lastname": "Refused", "emailaddress1": "not an address"})
    deal = next(row for row in world.as_json()["opportunity"] if row.get("new_synctomkto") is not False)
    ends = deal["opportunityid"], person
    twins = {
        world.insert("connection", {"record1id": one, "record2id": other}) for one, other in (ends, reversed(ends))
    }
    assert isinstance(desk.start(), RunEnded)
    listed = {id_ for entity, id_ in desk.listed() if id_ in twins}
    assert len(listed) == 1
    world.update("opportunity", deal["opportunityid"], {"name": "Called otherwise"})
    other = next(row["contactid"] for row in Life(desk).rows("contact", statecode=0))
    world.insert("connection", {"record1id": deal["opportunityid"], "record2id": other})
    Life(desk).cycle()
    assert {id_ for entity, id_ in desk.listed() if id_ in twins} == listed
    world.update("contact", person, {"emailaddress1": "right@contoso.example"})
    life = Life(desk)
    life.cycle()
    assert not twins & {id_ for _, id_ in desk.listed()}
    life.judged()


def test_a_role_that_is_removed_and_said_anew_by_a_merge_stays(desk: Desk) -> None:
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    life.cycle()
    world, people = life.world, [row["contactid"] for row in life.rows("contact", statecode=0)]
    said = [row for row in world.as_json()["connection"] if row["_record2id_value"] in people]
    old = said[0]["_record2id_value"]
    events.merge(world, "contact", next(one for one in people if one != old), old)
    for row in said:
        if row["_record2id_value"] == old:  # its twin says the same and stays
            world.delete("connection", row["connectionid"])
    life.cycle()
    life.judged()


def test_a_run_that_stood_still_until_its_tokens_had_expired_goes_on(desk: Desk) -> None:
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    edited, gone = [row["contactid"] for row in life.rows("contact", statecode=0)][:2]
    for row in (edited, gone):
        life.world.update("contact", row, {"lastname": "Edited"})
    rule = desk.rehearsal.faults.add("code", system="marketo", path="leads.json", verb="POST", code="607", count=0)
    assert isinstance(desk.service.go_on().wait(120), JobFailed)
    assert rule.played, "it stood still elsewhere"
    desk.rehearsal.faults.clear()
    life.world.delete("contact", gone)
    life.marked.add(("contact", gone))
    life.world.expire_tokens()
    life.settled()


def test_what_was_sent_without_an_answer_does_not_win_over_what_came_after_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For leads a change in Marketo wins; what looks like one is the product's own."""
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    life.cycle()
    lead = life.rows("lead", statecode=0)[0]["leadid"]
    life.world.update("lead", lead, {"jobtitle": "First"})
    calls = desk.rehearsal.marketo.person_calls
    sync = calls.sync

    def unanswered(request: object) -> None:
        sync(request)
        raise CutConnectionError

    monkeypatch.setattr(retry, "_LONGEST_DELAY", 0.01)
    monkeypatch.setattr(calls, "sync", unanswered)
    assert isinstance(desk.service.go_on().wait(120), JobFailed)
    assert life.person(lead)["title"] == "First"
    monkeypatch.setattr(calls, "sync", sync)
    life.world.update("lead", lead, {"jobtitle": "Second"})
    life.cycle()
    assert (life.world.row("lead", lead)["jobtitle"], life.person(lead)["title"]) == ("Second", "Second")
    life.judged()


def test_who_was_looked_up_by_address_is_not_looked_up_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "CHUNK", 10)
    desk.settings = replace(desk.settings, limits=replace(desk.settings.limits, in_flight=2))
    find, step, asked, answered = MarketoRestReader.find, Matching._step, [], []

    def finding(self: MarketoRestReader, target: Target, by: str, values: Sequence[str], *rest: Any) -> Any:
        asked.extend(values if by == "email" else ())
        return find(self, target, by, values, *rest)

    def stopping(self: Matching, records: int) -> None:
        step(self, records)
        answered.extend([records] if asked else ())
        if asked and len(answered) == 6:
            raise Cancelled

    monkeypatch.setattr(MarketoRestReader, "find", finding)
    monkeypatch.setattr(MarketoRestReader, "all_persons", lambda *_: None)
    monkeypatch.setattr(Matching, "_step", stopping)
    assert isinstance(desk.start(), JobCancelled)
    before = list(asked)
    assert len(before) > 60
    asked.clear()
    assert isinstance(desk.service.go_on().wait(120), RunEnded)
    in_flight = (2 + 1) * 10
    assert len(set(before) & set(asked)) <= in_flight
    assert len(before) == len(set(before))
    assert len(asked) == len(set(asked))
    Life(desk).judged()

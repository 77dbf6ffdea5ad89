"""Unusually much at once stops a cycle before it writes; agreeing, or setting it right in Dynamics, lets it go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dynsync_gui.connectors.http import retry
from dynsync_gui.domain.errors import GuardStop
from dynsync_gui.domain.events import JobFailed, ProfileRead, RunEnded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dynsync_gui.service.sync_service import SyncService
    from tests.service.conftest import Desk


def stopped(service: SyncService) -> GuardStop:
    event = service.go_on().wait(60)
    assert isinstance(event, JobFailed), event
    assert isinstance(event.error, GuardStop)
    return event.error


def titles(desk: Desk) -> dict[str, str | None]:
    rows = desk.rehearsal.audit()["marketo"]["persons"]
    return {row["dynamicsId"]: row.get("title") for row in rows if row.get("dynamicsId")}


@pytest.fixture
def cleared(desk: Desk) -> tuple[Desk, dict[str, str]]:
    """A desk after a first sync, and contacts whose job title was cleared since, with what it was."""
    assert isinstance(desk.start(), RunEnded)
    held = titles(desk)
    rows = desk.rehearsal.world.as_json()["contact"]
    told = {row["contactid"]: row["jobtitle"] for row in rows if held.get(row["contactid"]) and row.get("jobtitle")}
    chosen = dict(list(told.items())[:30])
    for contact in chosen:
        desk.rehearsal.world.update("contact", contact, {"jobtitle": None})
    return desk, chosen


def test_nothing_is_written_before_somebody_agrees(cleared: tuple[Desk, dict[str, str]]) -> None:
    desk, chosen = cleared
    before = desk.rehearsal.audit()["marketo"]
    error = stopped(desk.service)
    assert f"{len(chosen)} records of “contact” had values cleared" in str(error.finding.title)
    assert desk.rehearsal.audit()["marketo"] == before
    assert isinstance(desk.service.accept_guard("another").wait(60), JobFailed)
    assert stopped(desk.service).detail == error.detail
    standing = desk.service.status().guard
    assert standing is not None
    assert standing.detail == error.detail
    assert isinstance(desk.service.accept_guard(error.detail).wait(60), ProfileRead)
    assert desk.service.status().guard is None
    assert isinstance(desk.service.go_on().wait(60), RunEnded)
    assert {titles(desk)[contact] for contact in chosen} == {None}


class Marketed:
    """A desk after a first sync, and contacts of which somebody in Marketo cleared the job title since."""

    def __init__(self, desk: Desk) -> None:
        assert isinstance(desk.start(), RunEnded)
        assert isinstance(desk.service.go_on().wait(60), RunEnded)
        self.desk, self.world = desk, desk.rehearsal.world
        persons = desk.rehearsal.audit()["marketo"]["persons"]
        people = {row["dynamicsId"]: row for row in persons if row.get("dynamicsId")}
        rows = {row["contactid"]: row for row in self.world.as_json()["contact"] if row["contactid"] in people}
        self.people = {id_: int(people[id_]["id"]) for id_ in rows}
        self.titles = {id_: people[id_]["title"] for id_, row in rows.items() if row.get("jobtitle")}
        wants_none = {id_ for id_, row in rows.items() if row.get("donotbulkemail") or people[id_].get("unsubscribed")}
        self.wanting = [id_ for id_ in rows if id_ not in wants_none]
        self.chosen = list(self.titles)[:30]

    def change(self, ids: Sequence[str], **values: object) -> None:
        for id_ in ids:
            self.desk.rehearsal.marketo.marketer.change(self.people[id_], values)

    def here(self) -> dict[str, str | None]:
        return {id_: self.world.row("contact", id_).get("jobtitle") for id_ in self.chosen}


@pytest.fixture
def marketed(desk: Desk) -> Marketed:
    return Marketed(desk)


def test_nothing_is_cleared_in_dynamics_before_somebody_agrees(marketed: Marketed) -> None:
    desk, before = marketed.desk, marketed.here()
    marketed.change(marketed.chosen, title=None)
    error = stopped(desk.service)
    assert "30 records of “contact” would lose values in Dynamics that were cleared" in str(error.finding.title)
    assert marketed.here() == before
    assert stopped(desk.service).detail == error.detail
    assert isinstance(desk.service.accept_guard(error.detail).wait(60), ProfileRead)
    assert isinstance(desk.service.go_on().wait(60), RunEnded)
    assert set(marketed.here().values()) == {None}
    assert isinstance(desk.service.go_on().wait(60), RunEnded), "what comes back from Dynamics is no news"


def test_what_is_set_right_in_marketo_lets_it_go_on(marketed: Marketed) -> None:
    before = marketed.here()
    marketed.change(marketed.chosen, title=None)
    stopped(marketed.desk.service)
    for id_ in marketed.chosen:
        marketed.change([id_], title=marketed.titles[id_])
    assert isinstance(marketed.desk.service.go_on().wait(60), RunEnded)
    assert marketed.here() == before


def test_a_crowd_is_not_unsubscribed_in_dynamics_before_somebody_agrees(marketed: Marketed) -> None:
    crowd = marketed.wanting[:25]
    marketed.change(crowd, unsubscribed=True)
    error = stopped(marketed.desk.service)
    assert "25 records of “contact” would be unsubscribed in Dynamics" in str(error.finding.title)
    assert not any(marketed.world.row("contact", id_).get("donotbulkemail") for id_ in crowd)
    assert isinstance(marketed.desk.service.accept_guard(error.detail).wait(60), ProfileRead)
    assert isinstance(marketed.desk.service.go_on().wait(60), RunEnded)
    assert all(marketed.world.row("contact", id_)["donotbulkemail"] for id_ in crowd)
    assert isinstance(marketed.desk.service.go_on().wait(60), RunEnded), "what comes back from Dynamics is no news"


def test_what_both_sides_did_is_agreed_to_one_by_one(marketed: Marketed) -> None:
    there, here = marketed.chosen[:25], list(marketed.titles)[30:60]
    marketed.change(there, title=None)
    for id_ in here:
        marketed.world.update("contact", id_, {"jobtitle": None})
    first = stopped(marketed.desk.service)
    assert "had values cleared" in str(first.finding.title)
    assert isinstance(marketed.desk.service.accept_guard(first.detail).wait(60), ProfileRead)
    second = stopped(marketed.desk.service)
    assert "would lose values in Dynamics" in str(second.finding.title)
    assert isinstance(marketed.desk.service.accept_guard(second.detail).wait(60), ProfileRead)
    assert isinstance(marketed.desk.service.go_on().wait(60), RunEnded)
    assert not any(marketed.world.row("contact", id_).get("jobtitle") for id_ in (*there, *here))


def test_what_is_left_of_it_when_a_run_breaks_off_is_not_asked_about_again(
    marketed: Marketed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "_FIRST_DELAY", 0.01)
    many = list(marketed.titles)[:45]
    marketed.change(many, title=None)
    error = stopped(marketed.desk.service)
    assert isinstance(marketed.desk.service.accept_guard(error.detail).wait(60), ProfileRead)
    rule = marketed.desk.rehearsal.faults.add("status", system="dataverse", verb="PATCH", status=503, count=0, skip=10)
    assert isinstance(marketed.desk.service.go_on().wait(60), JobFailed)
    assert rule.played
    marketed.desk.rehearsal.faults.clear()
    assert isinstance(marketed.desk.service.go_on().wait(60), RunEnded)
    assert not any(marketed.world.row("contact", id_).get("jobtitle") for id_ in many)


def test_few_stop_nothing(marketed: Marketed) -> None:
    marketed.change(marketed.chosen[:20], title=None)
    assert isinstance(marketed.desk.service.go_on().wait(60), RunEnded)
    assert [marketed.here()[id_] for id_ in marketed.chosen[:20]] == [None] * 20


def test_what_is_set_right_in_dynamics_lets_it_go_on(cleared: tuple[Desk, dict[str, str]]) -> None:
    desk, chosen = cleared
    stopped(desk.service)
    for contact, title in chosen.items():
        desk.rehearsal.world.update("contact", contact, {"jobtitle": title})
    assert isinstance(desk.service.go_on().wait(60), RunEnded)
    assert {contact: titles(desk)[contact] for contact in chosen} == {
        contact: title.strip() for contact, title in chosen.items()
    }

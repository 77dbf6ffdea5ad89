"""Unusually much at once stops a cycle before it writes; agreeing, or setting it right in Dynamics, lets it go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dynsync_gui.domain.errors import GuardStop
from dynsync_gui.domain.events import JobFailed, ProfileRead, RunEnded

if TYPE_CHECKING:
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


def test_what_is_set_right_in_dynamics_lets_it_go_on(cleared: tuple[Desk, dict[str, str]]) -> None:
    desk, chosen = cleared
    stopped(desk.service)
    for contact, title in chosen.items():
        desk.rehearsal.world.update("contact", contact, {"jobtitle": title})
    assert isinstance(desk.service.go_on().wait(60), RunEnded)
    assert {contact: titles(desk)[contact] for contact in chosen} == {
        contact: title.strip() for contact, title in chosen.items()
    }

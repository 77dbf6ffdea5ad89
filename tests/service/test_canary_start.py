"""A careful start: a few records first, and a stop where too many are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dynsync_gui.domain.canary import CanaryCount, trouble
from dynsync_gui.domain.errors import GuardStop
from dynsync_gui.domain.events import CanaryStep, JobFailed, ProfileRead, RunEnded
from dynsync_gui.domain.schema import Entity
from tests.judge import judge

if TYPE_CHECKING:
    from tests.service.conftest import Desk


def carefully(desk: Desk) -> Any:
    return desk.start(enable=replace(desk.settings.enable, canary=True))


def test_each_step_ends_with_counts_and_the_end_is_that_of_any_start(desk: Desk) -> None:
    ended = carefully(desk)
    assert isinstance(ended, RunEnded), ended
    steps = [event for event in desk.heard if isinstance(event, CanaryStep)]
    assert [step.rung for step in steps] == [10, 100, 1_000]
    first = {one.entity: one.taken + one.refused for one in steps[0].counts}
    assert 0 < first[Entity.CONTACT] <= 10
    assert 0 < first[Entity.LEAD] <= 10
    assert ended.report.closes
    assert ended.report.outbox == 0
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []


def test_too_many_refusals_stop_it_until_somebody_agrees(desk: Desk) -> None:
    rows = [row for row in desk.rehearsal.world.as_json()["contact"] if row.get("new_synctomkto") is not False]
    for row in rows[:8]:
        desk.rehearsal.world.update("contact", row["contactid"], {"emailaddress1": "not an address"})
    event = carefully(desk)
    assert isinstance(event, JobFailed)
    assert isinstance(event.error, GuardStop)
    assert "refused" in str(event.error.finding.title)
    held = len([row for row in desk.rehearsal.audit()["marketo"]["persons"] if row.get("dynamicsId")])
    assert held <= 20
    again = desk.service.go_on().wait(60)
    assert isinstance(again, JobFailed)
    assert again.error.code == "canary"
    assert len([row for row in desk.rehearsal.audit()["marketo"]["persons"] if row.get("dynamicsId")]) == held
    assert isinstance(desk.service.accept_guard("1.canary-999").wait(60), JobFailed)
    assert isinstance(desk.service.accept_guard(event.error.detail).wait(60), ProfileRead)
    ended = desk.service.go_on().wait(60)
    assert isinstance(ended, RunEnded), ended
    assert ended.report.closes
    assert judge(desk.rehearsal.audit(), desk.listed()).wrong == []


@pytest.mark.parametrize(
    ("counts", "stops"),
    [
        ([CanaryCount(Entity.CONTACT, 9, 1)], False),
        ([CanaryCount(Entity.CONTACT, 8, 2)], True),
        ([CanaryCount(Entity.CONTACT, 95, 5)], False),
        ([CanaryCount(Entity.CONTACT, 94, 3), CanaryCount(Entity.LEAD, 0, 3)], True),
        ([CanaryCount(Entity.CONTACT, 10, 0, 2)], True),
        ([CanaryCount(Entity.CONTACT, 100, 0, 5)], False),
        ([], False),
    ],
)
def test_more_than_five_percent_and_at_least_two(counts: list[CanaryCount], stops: bool) -> None:
    assert (trouble(counts) is not None) is stops

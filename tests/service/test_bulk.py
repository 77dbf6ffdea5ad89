"""People who travel to Marketo in files: the same end, with far fewer calls, whatever happens on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.events import RunEnded
from dynsync_gui.domain.settings import BulkUse
from dynsync_gui.engine import people_files
from tests.judge import judge

if TYPE_CHECKING:
    from tests.service.conftest import Desk


@pytest.fixture(autouse=True)
def small(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files for few, and a world whose clock goes on while somebody waits."""
    monkeypatch.setattr(people_files, "LEAST_ROWS", 1)
    monkeypatch.setattr(people_files, "LEAST_PEOPLE", 1)
    monkeypatch.setattr(CancelToken, "wait", lambda _, seconds: desk.rehearsal.clock.advance(seconds))


def by_file(desk: Desk, **settings: Any) -> RunEnded:
    ended = desk.start(limits=replace(desk.settings.limits, bulk=BulkUse.ALWAYS), **settings)
    assert isinstance(ended, RunEnded), ended
    assert ended.report.closes, ended.report
    assert ended.report.outbox == 0
    return ended


def calls(desk: Desk, path: str) -> int:
    return len([entry for entry in desk.rehearsal.log.entries("marketo") if path in entry.path])


def right(desk: Desk) -> None:
    verdict = judge(desk.rehearsal.audit(), desk.listed())
    assert verdict.eligible > 300
    assert verdict.wrong == []


def test_the_end_is_that_of_single_calls(desk: Desk) -> None:
    by_file(desk)
    right(desk)
    assert calls(desk, "/bulk/v1/leads.json") == 1
    again = desk.service.go_on().wait(60)
    assert isinstance(again, RunEnded)
    assert (again.report.read, again.report.acknowledged) == (0, 0)

"""A large table is made ready by a process of its own: with the same outcome, and whatever becomes of that process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dynsync_gui.domain.errors import TemporaryFailure
from dynsync_gui.domain.events import RunEnded
from dynsync_gui.domain.findings.dataverse import DATAVERSE
from dynsync_gui.domain.mapping import EntityMapping
from dynsync_gui.domain.ports.apart import ApartFailed
from dynsync_gui.domain.ports.dynamics import Page, SourceRecord
from dynsync_gui.domain.schema import Entity
from dynsync_gui.engine.pages import Staging
from dynsync_gui.engine.payload import Rules
from dynsync_gui.system.apart import ProcessApart
from tests.service.conftest import Desk
from tests.service.life import Life


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[ProcessApart]:
    """The processes that were started, as soon as there are forty rows more."""
    monkeypatch.setattr("dynsync_gui.engine.reading.PAGE_SIZE", 20)
    monkeypatch.setattr("dynsync_gui.engine.pages.MANY", 40)
    begin, processes = ProcessApart.__init__, []

    def beginning(self: ProcessApart, work: Callable[[bytes], Any]) -> None:
        begin(self, work)
        processes.append(self)

    monkeypatch.setattr(ProcessApart, "__init__", beginning)
    return processes


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What they made."""
    take, outcomes = ProcessApart.take, []

    def taking(self: ProcessApart) -> Any:
        outcomes.append(take(self))
        return outcomes[-1]

    monkeypatch.setattr(ProcessApart, "take", taking)
    return outcomes


def test_the_outcome_is_the_same(desk: Desk, made: list[ProcessApart], taken: list[Any]) -> None:
    assert isinstance(desk.start(), RunEnded)
    Life(desk).judged()
    assert len(made) >= 2
    assert sum(number for number, _ in taken) > 200
    assert all(process._process.poll() is not None for process in made)


@pytest.mark.parametrize("after", [0, 2])
def test_one_that_is_killed_costs_a_page_or_two_and_nothing_else(
    desk: Desk, made: list[ProcessApart], taken: list[Any], monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    take = ProcessApart.take

    def taking(self: ProcessApart) -> Any:
        if len(taken) == after:
            self._process.kill()
            self._process.wait()
        return take(self)

    monkeypatch.setattr(ProcessApart, "take", taking)
    assert isinstance(desk.start(), RunEnded)
    Life(desk).judged()
    assert made


def test_where_none_can_be_started_all_is_done_here(desk: Desk, made: list[ProcessApart], monkeypatch) -> None:
    def failing(self: ProcessApart, work: Callable[[bytes], Any]) -> None:
        raise ApartFailed

    monkeypatch.setattr(ProcessApart, "__init__", failing)
    assert isinstance(desk.start(), RunEnded)
    Life(desk).judged()
    assert made == []


def test_a_page_that_tells_of_a_removal_is_left_to_who_can_look_whether_it_is_true() -> None:
    def read(body: bytes) -> Page:
        return Page(tuple(SourceRecord(Entity.CONTACT, f"c{n}", "1", deleted=n == len(body)) for n in range(3)))

    staging = Staging(read, EntityMapping(Entity.CONTACT, (), filter=False), Rules(), b"")
    assert staging(b"1") is None
    number, staged = staging(b"1234") or (0, [])
    assert (number, [one.id for one in staged]) == (3, ["c0", "c1", "c2"])


def test_a_page_that_is_broken_is_read_anew_by_who_can_ask_again() -> None:
    def read(body: bytes) -> Page:
        raise TemporaryFailure("dynamics.page", DATAVERSE["dynamics.page"], "")

    assert Staging(read, EntityMapping(Entity.CONTACT, (), filter=False), Rules(), b"")(b"{") is None

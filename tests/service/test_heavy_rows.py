"""Rows so heavy that a whole page of them is more than DynSync takes in at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dynsync_gui.connectors.dynamics.reader import DataverseReader
from dynsync_gui.domain.choice import FieldChoice, TooLong
from dynsync_gui.domain.events import JobFailed, RunEnded
from dynsync_gui.domain.mapping import EntityMapping
from dynsync_gui.domain.ports.dynamics import Page
from dynsync_gui.domain.schema import Entity, EntitySchema
from dynsync_gui.domain.settings import FieldSettings
from dynsync_gui.engine.reading import Reading
from tests.guards.logs import ExpectLog
from tests.service.conftest import Desk
from tests.service.life import Life

HEAVY = ("Notes of many years. " * 1_900).strip()
"""Forty thousand bytes a row."""

ROOM = 60 * len(HEAVY)


@pytest.fixture
def heavy(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> FieldSettings:
    """Contacts with long notes, of which a page holds sixty."""
    monkeypatch.setattr("dynsync_gui.connectors.dynamics.reader.PAGE_BYTES", ROOM)
    desk.rehearsal.marketo.marketer.add_field("longNotes", "Long Notes", "text")
    for row in desk.rehearsal.world.as_json()["contact"]:
        desk.rehearsal.world.update("contact", row["contactid"], {"description": HEAVY})
    chosen = [FieldChoice(name) for name in ("firstname", "lastname", "emailaddress1")]
    notes = FieldChoice("description", "longNotes", too_long=TooLong.TRIM)
    return replace(desk.settings.fields, chosen={Entity.CONTACT: (*chosen, notes)})


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[Page]:
    """Pages of contacts that were read."""
    seen: list[Page] = []
    real = DataverseReader.read_page

    def read_page(self: DataverseReader, schema: EntitySchema, *asked: Any, **how: Any) -> Page:
        page = real(self, schema, *asked, **how)
        if schema.entity is Entity.CONTACT:
            seen.append(page)
        return page

    monkeypatch.setattr(DataverseReader, "read_page", read_page)
    return seen


def test_all_of_them_arrive_in_smaller_pages(desk: Desk, heavy: FieldSettings, pages: list[Page]) -> None:
    ended = desk.start(fields=heavy)
    assert isinstance(ended, RunEnded), ended
    assert (ended.report.closes, ended.report.outbox) == (True, 0)
    assert len(pages) > 2
    assert max(len(page.records) for page in pages) <= 60
    life = Life(desk)
    there = [row["contactid"] for row in life.rows("contact", statecode=0)]
    assert {life.person(id_)["longNotes"][:30_000] for id_ in there[:20]} == {HEAVY[:30_000]}


def test_a_run_that_breaks_off_between_such_pages_reads_one_of_them_again(
    desk: Desk, heavy: FieldSettings, pages: list[Page], monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog
) -> None:
    expect_log("met something unknown")
    kept: list[set[str]] = []
    keep = Reading._keep

    def breaking(self: Reading, page: Page, mapping: EntityMapping, *more: Any) -> None:
        if mapping.entity is Entity.CONTACT and page.records:
            if len(kept) == 2:
                raise KeyError("broke off")
            kept.append({one.id for one in page.records})
        keep(self, page, mapping, *more)

    with monkeypatch.context() as patch:
        patch.setattr(Reading, "_keep", breaking)
        assert isinstance(desk.start(fields=heavy), JobFailed)
    before = len(pages)
    ended = desk.service.go_on().wait(120)
    assert isinstance(ended, RunEnded), ended
    again = {one.id for page in pages[before:] for one in page.records}
    assert len(again) > 60, "it goes on"
    assert not again & set().union(*kept), "nothing that was kept is read again"
    assert ended.report.closes

"""What changes in Dynamics while it is read, and what a reading without change tracking costs."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from dynsync_gui.connectors.dynamics.reader import DataverseReader
from dynsync_gui.domain.choice import FieldChoice, Overwrite
from dynsync_gui.domain.errors import TemporaryFailure
from dynsync_gui.domain.events import JobFailed, RunEnded
from dynsync_gui.domain.findings.marketo import MARKETO
from dynsync_gui.domain.ports.dynamics import Page, SourceRecord, Unread
from dynsync_gui.domain.schema import Entity, EntitySchema
from dynsync_gui.engine.conversion import Conversion, Converted
from dynsync_gui.engine.matching import Matching
from dynsync_gui.engine.meanwhile import Meanwhile
from dynsync_gui.store.sync_store import SqliteStore
from tests.guards.logs import ExpectLog
from tests.service.conftest import Desk
from tests.service.life import Life


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dynsync_gui.engine.reading.PAGE_SIZE", 40)
    monkeypatch.setattr("dynsync_gui.engine.meanwhile._ROWS", 30)


def _change_behind_the_reader(desk: Desk, *, late_token: bool, expires: bool = False) -> list[str]:
    """Change a contact of the first page, and delete another one, while the second page is read; returns both."""
    world, tracker = desk.rehearsal.world, desk.rehearsal.dataverse.tracker
    tracker.late_token = late_token
    page, changed = tracker.page, []

    def changing(asked):
        answer = page(asked)
        if asked.rows.schema.name == "contact" and asked.place().page == 2 and not changed:
            usable = [row for row in world.as_json()["contact"] if row.get("new_synctomkto") is not False]
            changed.extend([usable[0]["contactid"], usable[1]["contactid"]])
            world.update("contact", changed[0], {"lastname": "Behind the reader"})
            world.delete("contact", changed[1])
            if expires:
                world.expire_tokens()
        return answer

    tracker.page = changing
    return changed


@pytest.mark.parametrize("late_token", [False, True])
@pytest.mark.usefixtures("small_pages")
def test_a_change_behind_the_reader_arrives(desk: Desk, *, late_token: bool) -> None:
    changed = _change_behind_the_reader(desk, late_token=late_token)
    assert isinstance(desk.start(), RunEnded)
    assert changed
    life = Life(desk)
    assert life.person(changed[0])["lastName"] == "Behind the reader"
    assert changed[1] not in {person.get("dynamicsId") for person in desk.rehearsal.audit()["marketo"]["persons"]}
    life.judged()
    assert life.cycle().report.acknowledged == 0
    life.judged()


@pytest.mark.usefixtures("small_pages")
def test_every_page_of_a_whole_reading_asks_for_change_tracking(desk: Desk) -> None:
    """Microsoft does not say that the first page's wish holds for the last one, which has the link."""
    tracker, wished = desk.rehearsal.dataverse.tracker, []
    page = tracker.page

    def noting(asked):
        if "$deltatoken" not in asked.asked:
            wished.append(asked.wishes.track)
        return page(asked)

    tracker.page = noting
    assert isinstance(desk.start(), RunEnded)
    assert len(wished) > 10
    assert all(wished)


@pytest.mark.parametrize("late_token", [False, True])
@pytest.mark.usefixtures("small_pages")
def test_a_run_that_breaks_off_before_it_takes_in_what_changed_behind_the_reader_does_so_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, *, late_token: bool
) -> None:
    changed, page = _change_behind_the_reader(desk, late_token=late_token), Meanwhile.page

    def failing(self: Meanwhile, schema: EntitySchema, *rest: Any, **named: Any) -> Page:
        if schema.entity is Entity.CONTACT:
            raise TemporaryFailure("611", MARKETO["611"], "no answer")
        return page(self, schema, *rest, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Meanwhile, "page", failing)
        assert isinstance(desk.start(), JobFailed)
    assert changed
    assert isinstance(desk.service.go_on().wait(120), RunEnded)
    life = Life(desk)
    assert life.person(changed[0])["lastName"] == "Behind the reader"
    life.judged()


@pytest.mark.usefixtures("small_pages")
def test_a_run_that_breaks_off_before_the_first_page_repeats_one_page_of_ids_at_most(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker, asked, fetch = desk.rehearsal.dataverse.tracker, [], DataverseReader.fetch_page
    page = tracker.page

    def noting(question):
        if "$select=contactid&" in f"{question.asked}&":
            asked.append((question.asked, question.place().page))
        return page(question)

    def failing(self: DataverseReader, schema: EntitySchema, *rest: Any, **named: Any) -> Unread:
        if schema.entity is Entity.CONTACT and len(asked) == 3:
            raise TemporaryFailure("network", MARKETO["611"], "no answer")
        return fetch(self, schema, *rest, **named)

    tracker.page = noting
    with monkeypatch.context() as patch:
        patch.setattr(DataverseReader, "fetch_page", failing)
        assert isinstance(desk.start(), JobFailed)
    assert len(asked) == 3
    assert isinstance(desk.service.go_on().wait(120), RunEnded)
    assert len(set(asked)) > 3
    assert len(asked) <= len(set(asked)) + 1
    Life(desk).judged()


@pytest.mark.parametrize("always", [False, True])
@pytest.mark.usefixtures("small_pages")
def test_where_nothing_tells_any_more_what_changed_behind_the_reader_the_next_run_reads_the_table_anew(
    desk: Desk, *, always: bool
) -> None:
    """Even where Dynamics forgets each link as soon as it has given it: every run then reads all, and ends."""
    changed, tracker = _change_behind_the_reader(desk, late_token=True, expires=True), desk.rehearsal.dataverse.tracker
    page = tracker.page

    def forgetting(asked):
        if always and "$deltatoken" in asked.asked:
            desk.rehearsal.world.expire_tokens()
        return page(asked)

    tracker.page = forgetting
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    life.cycle()
    assert life.person(changed[0])["lastName"] == "Behind the reader"
    life.judged()
    desk.rehearsal.world.update("contact", changed[0], {"lastname": "Once more"})
    life.cycle()
    assert life.person(changed[0])["lastName"] == "Once more"
    life.judged()


@pytest.mark.usefixtures("small_pages")
def test_a_comparison_of_everything_writes_nothing_where_nothing_changed(desk: Desk) -> None:
    desk.rehearsal.dataverse.tracker.disabled.update(desk.rehearsal.world.tables)
    assert isinstance(desk.start(), RunEnded)
    before = desk.rehearsal.audit()["marketo"]
    ended = Life(desk).cycle()
    assert ended.report.read == ended.report.unchanged + ended.report.skipped + ended.report.problems > 400
    assert desk.rehearsal.audit()["marketo"] == before


def test_the_first_comparison_converts_nothing_that_the_first_sync_has_converted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the fields that the first sync created were only planned when it converted."""
    desk.rehearsal.dataverse.tracker.disabled.update(desk.rehearsal.world.tables)
    assert isinstance(desk.start(), RunEnded)
    convert, converted = Conversion.convert, []

    def counting(self: Conversion, record: SourceRecord) -> Converted:
        converted.append(record.id)
        return convert(self, record)

    monkeypatch.setattr(Conversion, "convert", counting)
    report = Life(desk).cycle().report
    deals = {row["opportunityid"] for row in desk.rehearsal.world.as_json()["opportunity"]}  # each becomes several
    assert len([id_ for id_ in converted if id_ not in deals]) <= report.skipped + report.problems < report.unchanged


@pytest.mark.usefixtures("small_pages")
def test_a_comparison_of_everything_finds_what_changed(desk: Desk) -> None:
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    changed = next(row["contactid"] for row in desk.rehearsal.world.as_json()["contact"] if not row.get("merged"))
    desk.rehearsal.world.update("contact", changed, {"lastname": "Found by comparing"})
    desk.rehearsal.world.expire_tokens()
    life.cycle()
    assert life.person(changed)["lastName"] == "Found by comparing"
    life.judged()


def test_a_comparison_of_everything_follows_what_a_value_may_replace(desk: Desk) -> None:
    """A value that was cleared and left alone there is cleared once an empty one may replace it, too."""
    desk.rehearsal.dataverse.tracker.disabled.update(desk.rehearsal.world.tables)
    names = tuple(FieldChoice(name) for name in ("firstname", "lastname", "emailaddress1"))
    careful = FieldChoice("jobtitle", overwrite=Overwrite.NOT_BY_EMPTY)
    fields = replace(desk.settings.fields, chosen={Entity.CONTACT: (*names, careful)})
    assert isinstance(desk.start(fields=fields), RunEnded)
    life = Life(desk)
    id_ = next(row["contactid"] for row in life.rows("contact", statecode=0) if (row.get("jobtitle") or "").strip())
    desk.rehearsal.world.update("contact", id_, {"jobtitle": None, "lastname": "Changed"})
    assert isinstance(desk.start(fields=fields), RunEnded)
    assert life.person(id_)["title"]
    fields = replace(fields, chosen={Entity.CONTACT: (*names, FieldChoice("jobtitle"))})
    assert isinstance(desk.start(fields=fields), RunEnded)
    assert life.person(id_).get("title") is None


def test_look_ups_are_made_side_by_side(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dynsync_gui.engine.matching.CHUNK", 50)
    persons, both = desk.rehearsal.marketo.person_calls, threading.Barrier(2)
    query, asked = persons.query, []

    def together(request):
        asked.append(request)
        if len(asked) <= 2:
            both.wait(60)  # breaks where the second one is only asked after the first one
        return query(request)

    monkeypatch.setattr(persons, "query", together)
    assert isinstance(desk.start(), RunEnded)
    assert len(asked) > 2


def test_a_run_that_ends_in_the_midst_of_look_ups_ends_them_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dynsync_gui.engine.matching.CHUNK", 5)
    full = TemporaryFailure("storage", MARKETO["611"], "no room")
    deciding: list[str] = []

    def no_room(*_: object) -> None:
        deciding.extend(thread.name for thread in threading.enumerate() if thread.name.startswith("look-up"))
        raise full

    monkeypatch.setattr(SqliteStore, "decide", no_room)
    ended = desk.start()
    assert isinstance(ended, JobFailed)
    assert deciding
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("look-up")] == []


def test_what_is_deleted_while_a_first_sync_lies_still_never_arrives(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the table is read whole again within the same run."""

    def fails(*_: object) -> None:
        raise TemporaryFailure("611", MARKETO["611"], "no answer")

    with monkeypatch.context() as patch:
        patch.setattr(Matching, "match", fails)
        assert isinstance(desk.start(), JobFailed)
    world = desk.rehearsal.world
    open_ = [
        row for row in world.as_json()["contact"] if row["statecode"] == 0 and row.get("new_synctomkto") is not False
    ]
    world.delete("contact", open_[5]["contactid"])
    world.expire_tokens()
    assert isinstance(desk.service.go_on().wait(120), RunEnded)
    held = {person.get("dynamicsId") for person in desk.rehearsal.audit()["marketo"]["persons"]}
    assert open_[5]["contactid"] not in held
    assert open_[6]["contactid"] in held


def test_a_run_that_breaks_off_while_it_finds_what_is_gone_finds_the_rest_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog
) -> None:
    """What is gone goes in parts; the table counts as read once all of them are known."""
    expect_log("met something unknown")
    monkeypatch.setattr("dynsync_gui.engine.reading.PAGE_SIZE", 5)
    assert isinstance(desk.start(), RunEnded)
    life = Life(desk)
    folded = {row.get("_parentcontactid_value") for row in life.world.as_json()["lead"]}  # those give the person back
    alone = [row["contactid"] for row in life.rows("contact", statecode=0, _originatingleadid_value=None)]
    gone = [id_ for id_ in alone if id_ not in folded][:12]
    for id_ in gone:
        life.world.delete("contact", id_)
        life.marked.add(("contact", id_))
    life.world.expire_tokens()
    unseen, parts = SqliteStore.unseen, []

    def breaking(self: SqliteStore, run: int, entity: Entity, after: int, limit: int) -> tuple[tuple[int, str], ...]:
        found = unseen(self, run, entity, after, limit)
        if entity is Entity.CONTACT:
            if len(parts) == 2:
                raise KeyError("broke off")
            parts.append(len(found))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(SqliteStore, "unseen", breaking)
        assert isinstance(desk.service.go_on().wait(120), JobFailed)
    assert parts == [5, 5]
    life.cycle()
    life.judged()

"""The first look for merges and deletions after a large first sync costs a list, and misses nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dynsync_gui.composition import Options, open_service
from dynsync_gui.domain.events import RunEnded
from dynsync_gui.engine import ends
from dynsync_gui.simulators.clock import Clock
from dynsync_gui.simulators.server import Rehearsal
from dynsync_gui.system.secrets import SecretSource
from tests.service.conftest import Desk, reaching
from tests.service.life import Life

MERGED, DELETED = "/activities.json", "/activities/deletedleads.json"
FILE = "/bulk/v1/leads/export"
Deed = Callable[[Life, list[int]], None]


def merge(life: Life, persons: list[int]) -> None:
    life.desk.rehearsal.marketo.marketer.merge(persons[0], persons[1:2])


def delete(life: Life, persons: list[int]) -> None:
    life.desk.rehearsal.marketo.marketer.delete(persons[1])


@pytest.fixture
def life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Life]:
    """A hundred people are many, and a page of activities looks at fifty."""
    monkeypatch.setattr(ends, "MANY", 100)
    with Rehearsal(400, 2, tmp_path / "world", limits=False, clock=Clock()) as rehearsal:
        rehearsal.marketo.activity_calls.scanned = 50
        service = open_service(Options(tmp_path / "profile", SecretSource.SESSION))
        yield Life(Desk(service, rehearsal, *reaching(rehearsal), tmp_path / "profile", []))
        service.close()


def first_sync(life: Life, deed: Deed | None = None) -> list[str]:
    """Bring all over; the deed is done when people are there and opportunities are on their way."""
    contacts = {row["contactid"] for row in life.world.as_json()["contact"] if row["statecode"] == 0}
    marketo, concerned = life.desk.rehearsal.marketo, []

    def meanwhile(*_: object) -> None:
        if deed is not None and not concerned:
            found = [one for one in marketo.persons.all() if one.get("dynamicsId") in contacts][:2]
            concerned.extend(str(one["dynamicsId"]) for one in found)
            deed(life, [one["id"] for one in found])

    marketo.kinds.opportunities.store.watch = meanwhile
    assert isinstance(life.desk.start(), RunEnded)
    return concerned


def looked(life: Life, *, later: float = 120) -> tuple[int, int]:
    """Pages of both feeds together, and calls for the list, of a cycle in which it is time to look."""
    life.desk.rehearsal.clock.advance(later)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ends, "EVERY", timedelta(0))
        life.desk.rehearsal.log.clear()
        life.cycle()
    paths = [one.path for one in life.desk.rehearsal.log.entries("marketo")]
    return sum(path.endswith((MERGED, DELETED)) for path in paths), sum(FILE in path for path in paths)


def test_where_everybody_is_there_it_costs_four_calls(life: Life) -> None:
    first_sync(life)
    assert looked(life) == (2, 2)
    assert looked(life) == (2, 0)
    life.judged()


@pytest.mark.parametrize(("deed", "code"), [(merge, "merged-in-marketo"), (delete, "deleted-in-marketo")])
def test_who_came_to_an_end_during_the_first_sync_is_found(life: Life, deed: Deed, code: str) -> None:
    _, concerned = first_sync(life, deed)
    pages, _ = looked(life)
    assert pages > 2
    assert [problem.id for problem in life.desk.service.problems() if problem.code == code] == [concerned]
    assert life.persons(concerned) == []


@pytest.mark.parametrize(("deed", "code"), [(merge, "merged-in-marketo"), (delete, "deleted-in-marketo")])
def test_who_comes_to_an_end_after_the_list_was_asked_for_is_found(life: Life, deed: Deed, code: str) -> None:
    first_sync(life)
    concerned = [row["contactid"] for row in life.rows("contact", statecode=0)[:2]]
    deed(life, [int(life.person(id_)["id"]) for id_ in concerned])
    looked(life)
    assert [problem.id for problem in life.desk.service.problems() if problem.code == code] == [concerned[1]]


@pytest.mark.parametrize("trouble", ["not written yet", "lost", "cannot tell"])
def test_where_there_is_no_list_pages_tell_the_same(life: Life, trouble: str) -> None:
    extracts = life.desk.rehearsal.marketo.extracts
    extracts.by_update = trouble != "cannot tell"
    _, concerned = first_sync(life, merge)
    if trouble == "lost":
        extracts._extracts.clear()
    pages, _ = looked(life, later=0 if trouble == "not written yet" else 120)
    assert pages > 2
    assert [one.id for one in life.desk.service.problems() if one.code == "merged-in-marketo"] == [concerned]


def test_who_was_equal_on_both_sides_is_asked_for(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list names only whom the sync touched: after a lost database that is nobody."""
    first_sync(life)
    life.desk.service.close()
    folder = life.desk.folder.with_name("another")
    life.desk.service = open_service(Options(folder, SecretSource.SESSION))
    life.desk.rehearsal.clock.advance(60)
    monkeypatch.setattr(ends, "MANY", 0)
    try:
        first_sync(life)
        assert looked(life) == (2, 2)
    finally:
        life.desk.service.close()

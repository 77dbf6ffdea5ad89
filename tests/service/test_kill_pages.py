"""kill -9 between what was read and where reading goes on, both ways: a page is kept with its cursor or not at all."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest

from dynsync_gui.simulators.server import Rehearsal
from tests.service.test_kill import judged, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not there on Windows")
PAGES = [
    *(("move_cursor", "after", number) for number in (4, 5, 6, 12, 15)),
    *(("stage", "before", number) for number in (4, 6)),
    *(("commit", "before", number) for number in (8, 10)),
    *(("commit", "after", number) for number in (8, 9, 10)),
]
TABLES = [*(("move_cursor", "after", number) for number in (2, 3, 4)), ("stage", "before", 3), ("stage", "after", 4)]
BACK = [
    ("read_changes", "after", 1),
    ("keep_changes", "before", 1),
    ("keep_changes", "after", 1),
    ("incoming", "after", 1),
    ("update", "before", 1),
    ("update", "after", 1),
    ("let_marketo_win", "after", 1),
    ("keep_aside", "before", 1),
    ("keep_aside", "after", 1),
    ("update", "after", 2),
    *(("commit", "after", number) for number in (1, 2, 3)),
]


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    with Rehearsal(240, 5, tmp_path / "world", limits=False) as running:
        yield running


def held(rehearsal: Rehearsal) -> dict[str, dict[str, Any]]:
    return {one["dynamicsId"]: one for one in rehearsal.audit()["marketo"]["persons"] if one.get("dynamicsId")}


@pytest.mark.parametrize(("step", "when", "number"), PAGES)
def test_a_first_sync_of_many_pages(rehearsal: Rehearsal, tmp_path: Path, step: str, when: str, number: int) -> None:
    folder = tmp_path / "profile"
    assert run(rehearsal, folder, step, when, number, pages=True) == -signal.SIGKILL, "the named step was never reached"
    assert run(rehearsal, folder, step, when, 0, pages=True) == 0
    judged(rehearsal, folder)


@pytest.mark.parametrize(("step", "when", "number"), TABLES)
def test_a_cycle_that_change_tracking_tells(
    rehearsal: Rehearsal, tmp_path: Path, step: str, when: str, number: int
) -> None:
    folder, world = tmp_path / "profile", rehearsal.world
    assert run(rehearsal, folder, step, when, 0) == 0
    people = held(rehearsal)
    for table in ("contact", "lead"):
        row = next(row for row in world.as_json()[table] if row[f"{table}id"] in people)
        world.update(table, row[f"{table}id"], {"lastname": "Changed"})
    company = next(one["externalCompanyId"] for one in people.values() if one.get("externalCompanyId"))
    world.update("account", company, {"name": "Changed"})
    assert run(rehearsal, folder, step, when, number) == -signal.SIGKILL, "the named step was never reached"
    assert run(rehearsal, folder, step, when, 0) == 0
    judged(rehearsal, folder)
    assert len([one for one in held(rehearsal).values() if one.get("lastName") == "Changed"]) == 2


@pytest.mark.parametrize(("step", "when", "number"), BACK)
def test_what_was_changed_in_marketo(rehearsal: Rehearsal, tmp_path: Path, step: str, when: str, number: int) -> None:
    """One only there, one on both sides, and one who wants no mail any more."""
    folder, world = tmp_path / "profile", rehearsal.world
    assert run(rehearsal, folder, step, when, 0) == 0
    people = held(rehearsal)
    ids = [row["leadid"] for row in world.as_json()["lead"] if row["leadid"] in people and row["statecode"] == 0]
    there, both, mail = [id_ for id_ in ids if not people[id_].get("unsubscribed")][:3]
    for id_, values in ((there, {"firstName": "There"}), (both, {"firstName": "There", "lastName": "There"})):
        rehearsal.marketo.marketer.change(people[id_]["id"], values)
    rehearsal.marketo.marketer.unsubscribe(people[mail]["id"])
    world.update("lead", both, {"firstname": "Here", "jobtitle": "Here"})
    killed = run(rehearsal, folder, step, when, number, since="read_changes")
    assert killed == -signal.SIGKILL, "the named step was never reached"
    for _ in range(2):
        assert run(rehearsal, folder, step, when, 0) == 0
    judged(rehearsal, folder)
    rows, now = {row["leadid"]: row for row in world.as_json()["lead"]}, held(rehearsal)
    assert [rows[id_]["firstname"] for id_ in (there, both)] == ["There", "There"], "Marketo wins for leads"
    assert (rows[both]["lastname"], now[both]["lastName"], now[both]["title"]) == ("There", "There", "Here")
    assert (rows[mail]["donotbulkemail"], now[mail]["unsubscribed"]) == (True, True)

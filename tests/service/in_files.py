"""What the tests of people who travel in files look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynsync_gui.domain.events import Event, RunEnded
from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.domain.schema import PEOPLE
from dynsync_gui.store.sync_store import SqliteStore
from tests.judge import History, judge

if TYPE_CHECKING:
    from tests.service.conftest import Desk

FILES, QUEUE = "/bulk/v1/leads.json", "/bulk/v1/leads/batch"


def whole(event: Event | None) -> RunEnded:
    """An event as the end of a run that left nothing over."""
    assert isinstance(event, RunEnded), event
    assert event.report.closes, event.report
    assert event.report.outbox == 0
    return event


def again(desk: Desk) -> RunEnded:
    """Make the next run."""
    return whole(desk.service.go_on().wait(60))


def asked(desk: Desk, path: str, method: str = "") -> list[Any]:
    """Calls to Marketo whose path and method hold these."""
    return [one for one in desk.rehearsal.log.entries("marketo") if path in one.path and method in one.method]


def right(desk: Desk, history: History | None = None) -> None:
    """The judge finds nothing, every person is there once, and the ledger knows each by its id."""
    audit = desk.rehearsal.audit()
    verdict = judge(audit, desk.listed(), history or History())
    assert verdict.eligible > 300
    assert verdict.wrong == []
    held = {str(person["id"]): person.get("dynamicsId") for person in audit["marketo"]["persons"]}
    store = SqliteStore(desk.folder / "dynsync.db", finding_of)
    try:
        assert store.imports.open() == ()
        ids = [row[f"{entity}id"] for entity in PEOPLE for row in audit["dataverse"][entity]]
        linked = [place for place in store.places(ids) if place.state in {"acknowledged", "unchanged"}]
        assert len(linked) > 250
        assert [place.id for place in linked if held.get(place.marketo_id) != place.id] == []
        assert [problem for problem in store.problems() if problem.code == "files-out"] == []
    finally:
        store.close()


def codes(desk: Desk) -> set[str]:
    """What is listed."""
    return {problem.code for problem in desk.service.problems()}


def people(desk: Desk) -> dict[str, dict[str, Any]]:
    """Persons of the world by their key, without what differs from day to day."""
    rows = desk.rehearsal.audit()["marketo"]["persons"]
    passing = {"id", "createdAt", "updatedAt", "leadPartitionId"}
    return {
        row["dynamicsId"]: {name: value for name, value in row.items() if name not in passing and value is not None}
        for row in rows
        if row.get("dynamicsId")
    }

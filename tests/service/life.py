"""A synced world, a hand in it, and the judge."""

from __future__ import annotations

from typing import Any

from dynsync_gui.domain.events import RunEnded
from tests.judge import History, judge
from tests.service.conftest import Desk


class Life:
    """One synced world and a hand in it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.world = desk.rehearsal.world
        self.stale: set[tuple[str, str]] = set()
        self.marked: set[tuple[str, str]] = set()
        self.own: tuple[str, ...] = ()

    def cycle(self) -> RunEnded:
        """One more cycle; every number of it has to close."""
        ended = self.desk.service.go_on().wait(120)
        assert isinstance(ended, RunEnded), ended
        assert ended.report.closes, ended.report
        assert ended.report.outbox == 0, ended.report
        return ended

    def judged(self) -> None:
        """Nothing is missing, wrong, doubled or extra."""
        verdict = judge(self.desk.rehearsal.audit(), self.desk.listed(), self.history)
        assert not verdict.wrong, verdict.wrong
        assert verdict.eligible > 300

    @property
    def history(self) -> History:
        return History(frozenset(self.stale), frozenset(self.marked), own=self.own)

    def settled(self) -> None:
        """One cycle, everything right, and the next one has nothing to do."""
        self.cycle()
        self.judged()
        again = self.cycle()
        assert (again.report.read, again.report.acknowledged) == (0, 0)

    def rows(self, table: str, **wanted: Any) -> list[dict[str, Any]]:
        """Rows that are in Marketo now, in the order of ids, with these values."""
        held = {person.get("dynamicsId") for person in self.desk.rehearsal.audit()["marketo"]["persons"]}
        listed = self.desk.listed()
        found = []
        for row in self.world.as_json()[table]:
            id_ = row[f"{table}id"]
            usable = row.get("new_synctomkto") is not False and not row.get("merged") and (table, id_) not in listed
            if table in {"contact", "lead"}:
                usable = usable and id_ in held
            if usable and all(row.get(name) == value for name, value in wanted.items()):
                found.append(row)
        return found

    def person(self, key: str) -> dict[str, Any]:
        """The one person of a key."""
        (found,) = self.persons(key)
        return found

    def persons(self, key: str) -> list[dict[str, Any]]:
        persons = self.desk.rehearsal.audit()["marketo"]["persons"]
        return [person for person in persons if person.get("dynamicsId") == key]

"""Numbers and lists read from the ledger."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from dynsync_gui.domain.findings.records import (
    COMPANY_KEPT,
    COMPANY_MISSING,
    DELETED_THERE,
    ROW_LEFT,
    STAYS_UNSUBSCRIBED,
    UNMARKED,
    VALUE_WITHHELD,
    VALUES_LEFT_OUT,
)
from dynsync_gui.domain.fit import FitOutcome
from dynsync_gui.domain.plan import EntityPlan
from dynsync_gui.domain.report import RunKind, RunReport, RunState
from dynsync_gui.domain.schema import COMPANY_KEY, DELETED_FIELD, ENTITIES, Entity, in_cycle_order
from dynsync_gui.domain.storage.records import Skip
from dynsync_gui.store.adapted import Adaptations
from dynsync_gui.store.meeting import Meetings
from dynsync_gui.store.moments import now
from dynsync_gui.store.parts import parts, places
from dynsync_gui.store.standing import split
from dynsync_gui.store.tables import OF_PEOPLE, tables

_MAYBE_SHARED = f"""
    SELECT email FROM records INDEXED BY records_by_email
     WHERE email <> '' AND entity IN {OF_PEOPLE} GROUP BY email HAVING count(*) > 1
"""
"""Told by the index alone; what is left out is left to be seen."""
_SHARED = f"""
    SELECT email FROM records
     WHERE email <> '' AND email IN ({_MAYBE_SHARED}) AND state <> 'skipped' AND +entity IN {OF_PEOPLE}
     GROUP BY email HAVING count(*) > 1
"""
_COUNTS = "state <> 'skipped'"
_NO_COMPANY = "linked LIKE '|%'"
_COMPANY_LEFT = f"{_NO_COMPANY} AND instr(',' || filled || ',', ',{COMPANY_KEY},') > 0"
"""What Marketo was told last names no company; but it was told of one before."""
_ROW_LEFT = f"state = 'skipped' AND reason = '{Skip.PARENT}' AND parent = '' AND marketo_id <> ''"
"""A row of an own table that belongs to nobody any more."""

_LEFT_OUT = [skip.value for skip in Skip if skip not in {Skip.FOLDED, Skip.MERGED}]


class Reports:
    """Reading statements; they change nothing but frozen numbers and notices."""

    def __init__(self, connection: sqlite3.Connection, meetings: Meetings, adapted: Adaptations) -> None:
        self._db = connection
        self._adapted = adapted
        self._meetings = meetings

    def report(self, run: int) -> RunReport:
        """A run's numbers: as frozen at its end, else as they are now."""
        row = self._db.execute(
            "SELECT kind, state, started, ended, superseded, calls, numbers FROM runs WHERE id = ?", (run,)
        ).fetchone()
        kind, state, started, ended, superseded, calls, frozen = row
        numbers = json.loads(frozen) if frozen else self._numbers(run, superseded)
        return RunReport(
            id=run,
            kind=RunKind(kind),
            state=RunState(state),
            started=_time(started),
            ended=_time(ended) if ended else None,
            calls=calls,
            **numbers,
        )

    def freeze(self, run: int) -> None:
        """Keep a run's numbers as they are now; later runs move its records on."""
        (superseded,) = self._db.execute("SELECT superseded FROM runs WHERE id = ?", (run,)).fetchone()
        numbers = json.dumps(self._numbers(run, superseded))
        self._db.execute("UPDATE runs SET numbers = ? WHERE id = ?", (numbers, run))

    def _numbers(self, run: int, superseded: int) -> dict[str, int]:
        rows = self._db.execute("SELECT state, count(*) FROM records WHERE run = ? GROUP BY state", (run,))
        by_state: dict[str, int] = dict(rows.fetchall())
        met = sum(self._meetings.numbers(run).values())
        adapted = self._adapted.counts(run)
        return {
            "read": sum(by_state.values()) + superseded + met,
            "acknowledged": by_state.get("acknowledged", 0),
            "outbox": by_state.get("outbox", 0),
            "problems": by_state.get("problem", 0),
            "unchanged": by_state.get("unchanged", 0) + met,
            "skipped": by_state.get("skipped", 0) + superseded,
            "cut": adapted.get(FitOutcome.CUT, 0),
            "left_out": adapted.get(FitOutcome.LEFT_OUT, 0),
        }

    def count(self, where: str, *values: object) -> int:
        """How many ledger rows a condition of ours holds for."""
        (number,) = self._db.execute(f"SELECT count(*) FROM records WHERE {where}", values).fetchone()
        return int(number)

    def entity_plans(self, run: int) -> tuple[EntityPlan, ...]:
        """A run's records by what will happen to them."""
        rows = self._db.execute(
            """SELECT entity, CASE WHEN state = 'skipped' THEN reason
                                   WHEN state = 'unchanged' THEN 'unchanged'
                                   WHEN state = 'problem' OR misfit = 1 THEN 'attention'
                                   WHEN match = 'create' THEN 'create' ELSE 'update' END, count(*)
                 FROM records WHERE run = ? GROUP BY 1, 2""",
            (run,),
        )
        counts: dict[str, dict[str, int]] = {}
        for entity, what, number in rows:
            counts.setdefault(entity, {})[what] = number
        for met, number in self._meetings.numbers(run).items():
            known = counts.setdefault(met.value, {})
            known["unchanged"] = known.get("unchanged", 0) + number
        tables = in_cycle_order((*ENTITIES, *self.entities()))
        return tuple(_entity_plan(entity, counts.get(entity.value, {})) for entity in tables)

    def entities(self) -> tuple[Entity, ...]:
        """Tables that the ledger holds records of, in the order of one cycle."""
        return in_cycle_order(map(Entity, tables(self._db)))

    def shared_emails(self, examples: int) -> tuple[int, tuple[str, ...]]:
        """People that share an e-mail address with another one that is synced, and some of the addresses."""
        (number,) = self._db.execute(
            f"""SELECT count(*) FROM records WHERE state <> 'skipped' AND email <> '' AND email IN ({_SHARED})
                   AND +entity IN {OF_PEOPLE}"""
        ).fetchone()
        rows = self._db.execute(f"{_SHARED} ORDER BY email LIMIT ?", (examples,)).fetchall()
        return int(number), tuple(row[0] for row in rows)

    def note_shared_emails(self) -> Iterator[int]:
        """Keep the notices about shared e-mail addresses as they are to be."""
        others = f"""(SELECT count(*) FROM records r WHERE r.email = detail AND r.email <> ''
                         AND r.entity IN {OF_PEOPLE} AND r.state <> 'skipped') > 1"""
        self._forget_unless("shared-email", f"r.email = detail AND {_COUNTS}", others)
        shared = f"{_COUNTS} AND email <> '' AND +entity IN {OF_PEOPLE} AND email IN ({_SHARED})"
        yield from self._note_missing("shared-email", "email", shared)

    def _forget_unless(self, code: str, says: str, besides: str = "1") -> None:
        """Forget notices whose records no longer say what is noted of them."""
        self._db.execute(
            f"""DELETE FROM notices WHERE code = ? AND NOT (
                    EXISTS (SELECT 1 FROM records r WHERE r.entity = notices.entity AND r.id = notices.id
                               AND {says}) AND {besides})""",
            (code,),
        )

    def _note_missing(self, code: str, detail: str, where: str) -> Iterator[int]:
        """Add notices that are not there yet: there may be as many as people, most of them since long ago."""
        missing = places(
            self._db,
            f"""{where} AND NOT EXISTS (
                    SELECT 1 FROM notices n WHERE n.entity = records.entity AND n.id = records.id AND n.code = ?
                       AND n.detail = records.{detail})""",
            code,
        )
        for part, marks in parts(missing):
            self._db.execute(
                f"""INSERT OR REPLACE INTO notices (entity, id, code, detail, since)
                    SELECT entity, id, ?, {detail}, ? FROM records WHERE seq IN ({marks})""",
                (code, now(), *part),
            )
            yield len(part)

    def states(self, entity: Entity, ids: Sequence[str]) -> Mapping[str, tuple[str, frozenset[str]]]:
        """Ledger state and filled fields of records, by id."""
        marks = ",".join("?" * len(ids))
        rows = self._db.execute(
            f"SELECT id, state, filled FROM records WHERE entity = ? AND id IN ({marks})",
            (entity.value, *ids),
        )
        return {id_: (state, split(filled)) for id_, state, filled in rows}

    def note_team_owners(self) -> Iterator[int]:
        """Keep the notices about records that a team owns as they are to be."""
        self._forget_unless("team-owner", f"r.team = detail AND {_COUNTS}")
        yield from self._note_missing("team-owner", "team", f"{_COUNTS} AND team <> ''")

    def note_links(self, run: int) -> Generator[int, None, int]:
        """Keep the notices about people without their company, and about what Marketo lets out of nothing.

        Args:
            run: Whose records may be new among them.
        """
        of_people = f"{_COUNTS} AND entity IN {OF_PEOPLE} AND marketo_id <> '' AND {_COMPANY_LEFT}"
        self._forget_unless(COMPANY_MISSING, f"r.parent = detail AND {_COUNTS} AND {_NO_COMPANY}")
        self._forget_unless(COMPANY_KEPT, f"r.parent = detail AND {of_people}")
        self._forget_unless(ROW_LEFT, _ROW_LEFT)
        yield from self._note_missing(COMPANY_KEPT, "parent", f"run = {run} AND {of_people}")
        yield from self._note_missing(ROW_LEFT, "parent", f"run = {run} AND {_ROW_LEFT}")
        return 0

    def forget_deletions(self) -> None:
        """Drop the notices about persons that were deleted in Marketo and are there again."""
        self._db.execute(
            """DELETE FROM notices WHERE code = ? AND NOT EXISTS (
                 SELECT 1 FROM records r WHERE r.entity = notices.entity AND r.id = notices.id
                                           AND r.marketo_id = '' AND r.state <> 'skipped')""",
            (DELETED_THERE,),
        )

    def forget_consents(self) -> None:
        """Drop the notices about people who stay unsubscribed where the record is out of the sync, or its person."""
        self._forget_unless(STAYS_UNSUBSCRIBED, f"r.marketo_id <> '' AND {_COUNTS}")

    def note_unmarked(self, *, wanted: bool) -> None:
        """Rewrite the notices about companies and opportunities that are gone from Dynamics and show no mark of it."""
        self._db.execute("DELETE FROM notices WHERE code = ?", (UNMARKED,))
        if wanted:
            self._db.execute(
                f"""INSERT INTO notices (entity, id, code, detail, since)
                    SELECT entity, id, ?, '', ? FROM records
                     WHERE state = 'skipped' AND reason = 'deleted' AND marketo_id <> ''
                       AND entity IN ('{Entity.ACCOUNT}', '{Entity.OPPORTUNITY}')
                       AND instr(',' || filled || ',', ',{DELETED_FIELD},') = 0""",
                (UNMARKED, now()),
            )

    def problem_rows(self) -> Iterator[tuple[Any, ...]]:
        """Entity, id, name, code, field, detail, retry, since: problems first, then notices (retry empty)."""
        yield from self._db.execute(
            """SELECT r.entity, r.id, r.name, p.code, p.field, p.detail, p.retry, p.since
                 FROM problems p JOIN records r ON r.seq = p.seq WHERE r.state = 'problem' ORDER BY p.seq"""
        )
        yield from self._db.execute(
            f"""SELECT r.entity, r.id, r.name, '{VALUE_WITHHELD}', w.field, '', '', w.since
                  FROM withheld w JOIN records r ON r.seq = w.seq WHERE r.reason = '' ORDER BY w.seq, w.field"""
        )
        at = now()
        for entity, field, number, named in self._adapted.left_out():
            yield entity, "", "", VALUES_LEFT_OUT, field, f"{number}: {named}", "", at
        yield from self._db.execute(
            """SELECT n.entity, n.id, coalesce(r.name, ''), n.code,
                      CASE WHEN n.code LIKE 'field-%' THEN n.detail ELSE '' END, n.detail, '', n.since
                 FROM notices n LEFT JOIN records r ON r.entity = n.entity AND r.id = n.id
                ORDER BY n.code, n.entity, n.id"""
        )


def _entity_plan(entity: Entity, counts: Mapping[str, int]) -> EntityPlan:
    return EntityPlan(
        entity=entity,
        read=sum(counts.values()),
        create=counts.get("create", 0),
        update=counts.get("update", 0),
        unchanged=counts.get("unchanged", 0),
        filtered=sum(counts.get(reason, 0) for reason in _LEFT_OUT),
        attention=counts.get("attention", 0),
        folded=counts.get("folded", 0) + counts.get("merged", 0),
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)

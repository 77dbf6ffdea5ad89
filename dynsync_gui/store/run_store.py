"""Runs: what each one is, how far it has come, and what was agreed to."""

from __future__ import annotations

import json
from collections.abc import Sequence

from dynsync_gui.domain.mapping import NewField
from dynsync_gui.domain.report import RunKind, RunReport, RunState
from dynsync_gui.domain.schema import TargetType
from dynsync_gui.store.database import telling_storage_errors
from dynsync_gui.store.desk import Desk
from dynsync_gui.store.moments import now


@telling_storage_errors
class RunStore(Desk):
    """A memory's runs."""

    def unfinished_run(self) -> RunReport | None:
        """The run that was interrupted or stopped before its end, if it is the newest."""
        row = self._db.execute("SELECT id, state FROM runs ORDER BY id DESC LIMIT 1").fetchone()
        return self._reports.report(row[0]) if row and row[1] != RunState.DONE else None

    def begin_run(self, kind: RunKind, *, retries: bool = True) -> RunReport:
        """A new run, reading; with `retries` problems whose time has come go back to the outbox."""
        with self.transaction():
            run = self._db.execute(
                "INSERT INTO runs (kind, state, started) VALUES (?, 'reading', ?)", (kind.value, now())
            ).lastrowid
            if run is None:
                raise AssertionError("an INSERT has a row id")
            if retries:
                self._refused.retry(run, self._clock())
        return self._reports.report(run)

    def advance_run(self, run: int, state: RunState) -> None:
        """Move a run to its next phase; a stopped run is open again."""
        with self.transaction():
            self._db.execute("UPDATE runs SET state = ?, ended = NULL, numbers = NULL WHERE id = ?", (state.value, run))

    def end_run(self, run: int, state: RunState) -> RunReport:
        """Close a run and keep its numbers."""
        if state is RunState.DONE:
            self._in_parts(self._reports.note_links(run))
        with self.transaction():
            self._db.execute("UPDATE runs SET state = ?, ended = ? WHERE id = ?", (state.value, now(), run))
            self._reports.freeze(run)
        return self._reports.report(run)

    def report(self, run: int) -> RunReport:
        """The numbers of a run now."""
        return self._reports.report(run)

    def add_calls(self, run: int, calls: int) -> None:
        """Count calls to Marketo."""
        with self.transaction(lasting=False):
            self._db.execute("UPDATE runs SET calls = calls + ? WHERE id = ?", (calls, run))

    def had_first_sync(self) -> bool:
        """Whether a first sync ended."""
        row = self._db.execute("SELECT 1 FROM runs WHERE kind = 'first' AND state = 'done'").fetchone()
        return row is not None

    def unmailed_run(self) -> RunReport | None:
        """The first sync, once it is done and as long as nobody was told."""
        row = self._db.execute("SELECT id FROM runs WHERE kind = 'first' AND state = 'done' AND mailed = 0").fetchone()
        return self._reports.report(row[0]) if row else None

    def mark_mailed(self, run: int) -> None:
        """Somebody was told of a run's end."""
        with self.transaction():
            self._db.execute("UPDATE runs SET mailed = 1 WHERE id = ?", (run,))

    def remember_fields(self, run: int, fields: Sequence[NewField]) -> None:
        """Keep which Marketo fields a run has to create before it writes."""
        text = json.dumps([(field.name, field.label, field.type.value) for field in fields])
        with self.transaction():
            self._db.execute("UPDATE runs SET fields = ? WHERE id = ?", (text, run))

    def wanted_fields(self, run: int) -> tuple[NewField, ...]:
        """What `remember_fields` kept."""
        (text,) = self._db.execute("SELECT fields FROM runs WHERE id = ?", (run,)).fetchone()
        return tuple(NewField(name, label, TargetType(type_)) for name, label, type_ in json.loads(text))

    def accepted_guards(self, run: int) -> frozenset[str]:
        """What somebody agreed to in a run, by its ids."""
        row = self._db.execute("SELECT accepted FROM runs WHERE id = ?", (run,)).fetchone()
        return frozenset(row[0].split()) if row else frozenset()

    def accept_guard(self, run: int, id_: str) -> None:
        """Keep that somebody agreed."""
        with self.transaction():
            self._db.execute("UPDATE runs SET accepted = trim(accepted || ' ' || ?) WHERE id = ?", (id_, run))

    def rung(self, run: int) -> str:
        """How far a careful start has come."""
        row = self._db.execute("SELECT rung FROM runs WHERE id = ?", (run,)).fetchone()
        return str(row[0]) if row else ""

    def keep_rung(self, run: int, rung: str) -> None:
        """Keep how far it has come."""
        with self.transaction():
            self._db.execute("UPDATE runs SET rung = ? WHERE id = ?", (rung, run))

    def runs(self, limit: int) -> tuple[RunReport, ...]:
        """The newest runs, newest first."""
        rows = self._db.execute("SELECT id FROM runs ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
        return tuple(self._reports.report(row[0]) for row in rows)

"""The profile's memory in SQLite; implements `domain.storage.SyncStore`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from dynsync_gui.domain.errors import Finding, Retry
from dynsync_gui.domain.mapping import NewField
from dynsync_gui.domain.plan import EntityPlan
from dynsync_gui.domain.report import Problem, RunKind, RunReport, RunState
from dynsync_gui.domain.schema import Entity, TargetType
from dynsync_gui.domain.storage import (
    Acknowledgement,
    Cursor,
    Decision,
    LedgerRecord,
    Notice,
    Refusal,
    SharedEmail,
    StagedRecord,
)
from dynsync_gui.store.database import Database, storage_errors
from dynsync_gui.store.ledger import Ledger, now
from dynsync_gui.store.reports import Reports

FindingOf = Callable[[str, str], Finding]


class SqliteStore:
    """One profile's memory.

    Args:
        path: The database; None for one that lives only as long as this object.
        finding_of: Title and cure of a problem's code and the vendor's words.

    Raises:
        StoreFailed: The file cannot be used.
    """

    def __init__(self, path: Path | None, finding_of: FindingOf) -> None:
        self._database = Database(path)
        self._db = self._database.connection
        self._ledger = Ledger(self._db)
        self._reports = Reports(self._db)
        self._finding_of = finding_of

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing of what is done inside."""
        return self._database.transaction()

    def unfinished_run(self) -> RunReport | None:
        """The run that was interrupted or stopped before its end, if it is the newest."""
        row = self._db.execute("SELECT id, state FROM runs ORDER BY id DESC LIMIT 1").fetchone()
        return self._reports.report(row[0]) if row and row[1] != RunState.DONE else None

    def begin_run(self, kind: RunKind) -> RunReport:
        """A new run, reading; problems that are tried on each run go back to the outbox."""
        with self.transaction():
            run = self._db.execute(
                "INSERT INTO runs (kind, state, started) VALUES (?, 'reading', ?)", (kind.value, now())
            ).lastrowid
            if run is None:
                raise AssertionError("an INSERT has a row id")
            self.retry_problems(run)
        return self._reports.report(run)

    def retry_problems(self, run: int) -> None:
        """Put problems that passing trouble of the vendor caused back into the outbox."""
        retry = Retry.NEXT_RUN.value
        with self.transaction():
            self._db.execute(
                """UPDATE records SET state = 'outbox', match = '', run = ?
                    WHERE seq IN (SELECT seq FROM problems WHERE retry = ?)""",
                (run, retry),
            )
            self._db.execute("DELETE FROM problems WHERE retry = ?", (retry,))

    def advance_run(self, run: int, state: RunState) -> None:
        """Move a run to its next phase; a stopped run is open again."""
        with self.transaction():
            self._db.execute("UPDATE runs SET state = ?, ended = NULL, numbers = NULL WHERE id = ?", (state.value, run))

    def end_run(self, run: int, state: RunState) -> RunReport:
        """Close a run and keep its numbers."""
        with self.transaction():
            self._db.execute("UPDATE runs SET state = ?, ended = ? WHERE id = ?", (state.value, now(), run))
            self._reports.freeze(run)
        return self._reports.report(run)

    def report(self, run: int) -> RunReport:
        """The numbers of a run now."""
        return self._reports.report(run)

    def add_calls(self, run: int, calls: int) -> None:
        """Count calls to Marketo."""
        with self.transaction():
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

    def cursor(self, entity: Entity) -> Cursor:
        """How far an entity has been read."""
        row = self._db.execute(
            "SELECT run, names, next_link, delta_link, complete FROM cursors WHERE entity = ?", (entity.value,)
        ).fetchone()
        return Cursor(row[0], tuple(json.loads(row[1])), row[2], row[3], bool(row[4])) if row else Cursor()

    def move_cursor(self, entity: Entity, cursor: Cursor) -> None:
        """Keep how far it has been read."""
        names = json.dumps(cursor.names)
        self._db.execute(
            """INSERT INTO cursors (entity, run, names, next_link, delta_link, complete) VALUES (?, ?, ?, ?, ?, ?)
               ON CONFLICT (entity) DO UPDATE SET run = excluded.run, names = excluded.names,
                   next_link = excluded.next_link, delta_link = excluded.delta_link, complete = excluded.complete""",
            (entity.value, cursor.run, names, cursor.next_link, cursor.delta_link, cursor.complete),
        )

    def stage(self, run: int, records: Sequence[StagedRecord]) -> None:
        """Take versions into the ledger; a version that is there already changes nothing."""
        if records:
            with self.transaction():
                self._ledger.stage(run, records)

    def fold_leads(self) -> int:
        """Leave out qualified leads whose contact is in the ledger and not left out."""
        with self.transaction():
            return self._ledger.fold_leads()

    def inherit_persons(self) -> int:
        """Give a contact the Marketo person of the lead it came from."""
        with self.transaction():
            return self._ledger.inherit_persons()

    def undecided(self, entities: Sequence[Entity], after: int, limit: int) -> tuple[LedgerRecord, ...]:
        """Outbox records without a match, in ledger order."""
        return self._ledger.undecided(entities, after, limit)

    def undecided_emails(self, after: str, limit: int) -> tuple[SharedEmail, ...]:
        """E-mail addresses of undecided people in order, contacts before leads, oldest first."""
        return self._ledger.undecided_emails(after, limit)

    def records_at(self, seqs: Sequence[int]) -> tuple[LedgerRecord, ...]:
        """Ledger records by their places, in ledger order."""
        return self._ledger.records_at(seqs)

    def decide(self, decisions: Sequence[Decision]) -> None:
        """Keep what matching found out."""
        with self.transaction():
            self._ledger.decide(decisions)

    def decide_rest(self) -> None:
        """Everything still undecided is created."""
        with self.transaction():
            self._ledger.decide_rest()

    def outgoing(self, entities: Sequence[Entity], adopt: bool, after: int, limit: int) -> tuple[LedgerRecord, ...]:
        """Matched outbox records in ledger order."""
        return self._ledger.outgoing(entities, adopt, after, limit)

    def count_outgoing(self, entity: Entity) -> int:
        """How many of an entity are in the outbox."""
        return self._reports.count("state = 'outbox' AND entity = ?", entity.value)

    def count_linked(self, entity: Entity) -> int:
        """How many of an entity Marketo has."""
        return self._reports.count("marketo_id <> '' AND entity = ?", entity.value)

    def count_records(self, run: int, entity: Entity) -> int:
        """How many of an entity a run has read."""
        return self._reports.count("run = ? AND entity = ?", run, entity.value)

    def acknowledge(self, rows: Sequence[Acknowledgement]) -> None:
        """Link, journal and removal from the outbox in one go."""
        if rows:
            with self.transaction():
                self._ledger.acknowledge(rows)

    def refuse(self, rows: Sequence[Refusal]) -> None:
        """Set records aside with their reason."""
        if rows:
            with self.transaction():
                self._ledger.refuse(rows)

    def notice(self, rows: Sequence[Notice]) -> None:
        """Keep things worth a look."""
        if rows:
            with self.transaction():
                self._db.executemany(
                    "INSERT OR REPLACE INTO notices (entity, id, code, detail, since) VALUES (?, ?, ?, ?, ?)",
                    [(row.entity.value, row.id, row.code, row.detail[:500], now()) for row in rows],
                )

    def forget_notices(self, code: str) -> None:
        """Drop all notices of one kind."""
        with self.transaction():
            self._db.execute("DELETE FROM notices WHERE code = ?", (code,))

    def note_shared_emails(self) -> None:
        """Keep a notice for everyone who shares an e-mail address with another Dynamics record."""
        with self.transaction():
            self._reports.note_shared_emails()

    def entity_plans(self, run: int) -> tuple[EntityPlan, ...]:
        """A run's records by what will happen to them."""
        return self._reports.entity_plans(run)

    def shared_emails(self, examples: int) -> tuple[int, tuple[str, ...]]:
        """How many people share an e-mail address, and some of the addresses."""
        return self._reports.shared_emails(examples)

    def states(self, entity: Entity, ids: Sequence[str]) -> Mapping[str, tuple[str, frozenset[str]]]:
        """Ledger state and filled fields of records, by id."""
        return self._reports.states(entity, ids)

    def company_ready(self, ids: Sequence[str]) -> frozenset[str]:
        """Which of these accounts are in Marketo."""
        return self._reports.company_ready(ids)

    def runs(self, limit: int) -> tuple[RunReport, ...]:
        """The newest runs, newest first."""
        rows = self._db.execute("SELECT id FROM runs ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
        return tuple(self._reports.report(row[0]) for row in rows)

    def problems(self) -> Iterator[Problem]:
        """Problems, then notices."""
        for entity, id_, name, code, field, detail, retry, since in self._reports.problem_rows():
            finding = self._finding_of(code, detail)
            yield Problem(
                Entity(entity),
                id_,
                name,
                field,
                code,
                finding.title,
                finding.cure,
                datetime.fromisoformat(since).astimezone(UTC),
                Retry(retry) if retry else finding.retry,
                detail,
                aside=bool(retry),
            )

    def copy_to(self, path: Path) -> None:
        """Copy everything into a new file, whole or not at all."""
        self._database.copy_to(path)

    def close(self) -> None:
        """Give the file back."""
        with storage_errors():
            self._database.close()

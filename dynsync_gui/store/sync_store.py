"""The profile's memory in SQLite; implements `domain.storage.SyncStore`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dynsync_gui.domain.ends import Feed, PersonEnd
from dynsync_gui.domain.errors import Finding, Retry
from dynsync_gui.domain.incoming import Incoming
from dynsync_gui.domain.mapping import NewField
from dynsync_gui.domain.mass_change import MassChange
from dynsync_gui.domain.place import Place
from dynsync_gui.domain.plan import EntityPlan
from dynsync_gui.domain.ports.marketo import ChangeOrder, PersonChange
from dynsync_gui.domain.report import Problem, RunKind, RunReport, RunState
from dynsync_gui.domain.schema import Entity, TargetType
from dynsync_gui.domain.storage.records import (
    Acknowledgement,
    Cursor,
    Decision,
    LedgerRecord,
    Links,
    Match,
    Notice,
    Refusal,
    SharedEmail,
    StagedRecord,
)
from dynsync_gui.store.alarms import count_alarms
from dynsync_gui.store.database import Database, storage_errors, telling_storage_errors
from dynsync_gui.store.ends import PersonEnds
from dynsync_gui.store.imports import Imports
from dynsync_gui.store.incoming import IncomingChanges
from dynsync_gui.store.ledger import Ledger, now
from dynsync_gui.store.lifecycle import Lifecycle
from dynsync_gui.store.links import LinkFinder
from dynsync_gui.store.meeting import Meetings
from dynsync_gui.store.places import Places
from dynsync_gui.store.reports import Reports
from dynsync_gui.store.urgency import Urgency
from dynsync_gui.store.withheld import Withheld

FindingOf = Callable[[str, str], Finding]


@telling_storage_errors
class SqliteStore:
    """One profile's memory.

    Args:
        path: The database; None for one that lives only as long as this object.
        finding_of: Title and cure of a problem's code and the vendor's words.
        clock: Tells the time, UTC.

    Raises:
        StoreFailed: The file cannot be used.
    """

    def __init__(
        self, path: Path | None, finding_of: FindingOf, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = Database(path)
        self._db = self._database.connection
        self._links = LinkFinder(self._db)
        self._urgency = Urgency()
        self._withheld = Withheld(self._db)
        self._ledger = Ledger(self._db, self._links, self._urgency, self._withheld)
        self._lifecycle = Lifecycle(self._db, self._links, self._urgency)
        self.imports = Imports(self._db, self.transaction, self._ledger, self._lifecycle, self._urgency)
        self._meetings = Meetings(self._db)
        self._reports = Reports(self._db, self._meetings)
        self._incoming = IncomingChanges(self._db)
        self._ends = PersonEnds(self._db)
        self._places = Places(self._db, finding_of, self._withheld)
        self._finding_of = finding_of
        self._clock = clock

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing of what is done inside."""
        return self._database.transaction()

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
                self._ledger.retry(run, self._clock())
        return self._reports.report(run)

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
            "SELECT run, names, next_link, delta_link, complete, whole FROM cursors WHERE entity = ?", (entity.value,)
        ).fetchone()
        return Cursor(row[0], tuple(json.loads(row[1])), row[2], row[3], *map(bool, row[4:])) if row else Cursor()

    def move_cursor(self, entity: Entity, cursor: Cursor) -> None:
        """Keep how far it has been read."""
        names = json.dumps(cursor.names)
        self._db.execute(
            """INSERT OR REPLACE INTO cursors (entity, run, names, next_link, delta_link, complete, whole)
               VALUES (?, ?, ?, ?, ?, ?, ?)""",
            (entity.value, cursor.run, names, cursor.next_link, cursor.delta_link, cursor.complete, cursor.whole),
        )

    def stage(self, run: int, records: Sequence[StagedRecord]) -> None:
        """Take versions into the ledger; a version that is there already changes nothing."""
        if records:
            with self.transaction():
                self._ledger.stage(run, records)

    def meet(self, run: int, entity: Entity, sources: Mapping[str, bytes]) -> frozenset[str]:
        """Note that a whole reading met records; see the protocol."""
        with self.transaction():
            return self._meetings.meet(run, entity, sources)

    def follow_life(self, run: int) -> None:
        """Find out who carries a person on: a lead's contact, the survivor of a merge, a lead whose contact is gone."""
        with self.transaction():
            self._ends.take_over(run)
            self._lifecycle.follow(run)

    def judge_owners(self, run: int) -> None:
        """Leave out disabled users who own nothing, and bring back those who do."""
        with self.transaction():
            self._lifecycle.judge_owners(run)

    def relink(self, run: int) -> int:
        """Send once more, only to be linked, what points to a record that arrived, moved or went."""
        with self.transaction():
            return self._lifecycle.relink(run)

    def await_parents(self, entities: Sequence[Entity]) -> int:
        """Set aside what cannot be sent before another record is there."""
        with self.transaction():
            self._lifecycle.leave_out(entities)
            refusals = self._lifecycle.waiting(entities)
            self._ledger.refuse(refusals, self._clock())
            self._ledger.decide_rest(entities)
        return len(refusals)

    def leave_out(self, entities: Sequence[Entity]) -> None:
        """Leave out what belongs to something that is left out, and roles that another one says already."""
        with self.transaction():
            self._lifecycle.leave_out(entities)

    def anybody_to_unlist(self) -> bool:
        """Whether somebody is to be taken out of the static list, now or once it is there."""
        return self._reports.count("match = 'unlist'") > 0

    def remember_to_unlist(self) -> None:
        """Leave out, as their filter says, who is to be taken out of a list that is not there."""
        with self.transaction():
            self._db.execute("UPDATE records SET state = 'skipped' WHERE match = 'unlist' AND state = 'outbox'")

    def take_up_unlisting(self, run: int) -> None:
        """Put who was remembered into the outbox of a run."""
        with self.transaction():
            self._db.execute(
                "UPDATE records SET state = 'outbox', run = ? WHERE match = 'unlist' AND state = 'skipped'", (run,)
            )

    def forget_seen(self, run: int, entity: Entity) -> None:
        """Let a full reading that a run begins anew meet every record again: what it met before may be gone by now."""
        with self.transaction():
            self._db.execute("UPDATE records SET seen = 0 WHERE entity = ? AND seen = ?", (entity.value, run))
            self._db.execute("DELETE FROM met WHERE run = ? AND entity = ?", (run, entity.value))

    def unseen(self, run: int, entity: Entity, after: int, limit: int) -> tuple[tuple[int, str], ...]:
        """Place and id of records that a full reading did not meet, in ledger order."""
        rows = self._db.execute(
            """SELECT seq, id FROM records WHERE +entity = ? AND seen < ? AND reason <> 'deleted' AND seq > ?
                ORDER BY seq LIMIT ?""",
            (entity.value, run, after, limit),
        )
        return tuple((seq, id_) for seq, id_ in rows)

    def undecided(self, entities: Sequence[Entity], after: int, limit: int) -> tuple[LedgerRecord, ...]:
        """Outbox records without a match, in ledger order."""
        return self._ledger.undecided(entities, after, limit)

    def undecided_emails(self, after: str, limit: int) -> tuple[SharedEmail, ...]:
        """E-mail addresses of undecided people in order, contacts before leads, oldest first."""
        return self._ledger.undecided_emails(after, limit)

    def claimed(self, persons: Sequence[str]) -> frozenset[str]:
        """Which of Marketo's persons belong to records of the ledger."""
        return self._ledger.claimed(persons)

    def reopen_emails(self, emails: Sequence[str]) -> int:
        """Let records that share an address be matched anew, where the first in line was refused."""
        with self.transaction():
            return self._ledger.reopen_emails(emails)

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

    def outgoing(
        self, entities: Sequence[Entity], matches: Sequence[Match], after: int, limit: int
    ) -> tuple[LedgerRecord, ...]:
        """Outbox records that find their Marketo record in one of these ways, in ledger order."""
        return self._ledger.outgoing(entities, matches, after, limit)

    def misfits(self, entity: Entity, after: int, limit: int) -> tuple[LedgerRecord, ...]:
        """Outbox records of an entity with a value that does not fit, in ledger order."""
        return self._ledger.misfits(entity, after, limit)

    def contacts_of_leads(self, run: int) -> tuple[str, ...]:
        """Ids of contacts that qualified leads name and that are not in the ledger."""
        return self._ledger.contacts_of_leads(run)

    def mass_changes(self, run: int) -> tuple[MassChange, ...]:
        """What a run would change in ways worth asking about, counted by table and kind."""
        return count_alarms(self._db, run)

    def accepted_guard(self, run: int) -> str:
        """What somebody agreed to in a run, by its id; empty for nothing."""
        row = self._db.execute("SELECT accepted FROM runs WHERE id = ?", (run,)).fetchone()
        return str(row[0]) if row else ""

    def accept_guard(self, run: int, id_: str) -> None:
        """Keep that somebody agreed."""
        with self.transaction():
            self._db.execute("UPDATE runs SET accepted = ? WHERE id = ?", (id_, run))

    def places(self, ids: Sequence[str]) -> tuple[Place, ...]:
        """Where the records of these ids stand, whatever their tables."""
        return self._places.of_ids(ids)

    def sample(self, entity: Entity, number: int) -> tuple[str, ...]:
        """Ids of so many records of a table, chosen at random."""
        return self._places.sample(entity, number)

    def try_again(self, ids: Sequence[str] = ()) -> int:
        """Put records that were set aside back in line: these, or all where none is named."""
        with self.transaction():
            found = self._ledger.try_again(ids)
            run = self.unfinished_run()
            if run is not None:
                self._ledger.retry(run.id, self._clock())
        return found

    def withhold(self, ids: Sequence[str] = ()) -> int:
        """Put records back in line without the value that their problem names."""
        with self.transaction():
            found = self._withheld.withhold(ids, now())
            if found:
                self.try_again(found)
        return len(found)

    def withheld(self, entity: Entity, ids: Sequence[str]) -> Mapping[str, Mapping[str, bytes]]:
        """What is withheld of records, by id and Marketo field."""
        return self._withheld.of(entity, ids)

    def places_of_email(self, email: str) -> tuple[Place, ...]:
        """Where the people of an e-mail address stand."""
        return self._places.of_email(email)

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Only urgent records are matched and sent inside; what is staged becomes urgent."""
        self._urgency.only = True
        try:
            yield
        finally:
            self._urgency.only = False
            with self.transaction():
                self._db.execute("UPDATE records SET urgent = 0 WHERE urgent = 1")

    def urgent_waiting(self) -> bool:
        """Whether an urgent record is in the outbox."""
        return self._reports.count("urgent = 1 AND state = 'outbox'") > 0

    def hurry(self, number: int) -> Mapping[Entity, tuple[str, ...]]:
        """Make the first so many records of each table in the outbox urgent; returns their ids."""
        with self.transaction():
            return {entity: ids for entity in self.entities() if (ids := self._ledger.hurry(entity, number))}

    def forget_agreement(self, entity: Entity, id_: str) -> None:
        """Let a record be sent whole the next time it is staged."""
        with self.transaction():
            self._ledger.forget_agreement(entity, id_)
            self._withheld.give_up(entity, id_)

    def rung(self, run: int) -> str:
        """How far a careful start has come."""
        row = self._db.execute("SELECT rung FROM runs WHERE id = ?", (run,)).fetchone()
        return str(row[0]) if row else ""

    def keep_rung(self, run: int, rung: str) -> None:
        """Keep how far it has come."""
        with self.transaction():
            self._db.execute("UPDATE runs SET rung = ? WHERE id = ?", (rung, run))

    def change_token(self) -> str:
        """Where the next look at Marketo's changes begins."""
        return self._incoming.token()

    def keep_changes(self, changes: Sequence[PersonChange], token: str, *, more: bool = True) -> None:
        """Keep changes of Marketo's persons, and where to go on."""
        with self.transaction():
            self._incoming.keep(changes, token, more=more)

    def change_order(self) -> ChangeOrder | None:
        """The file of changes that Marketo was asked to write."""
        return self._incoming.order()

    def keep_order(self, order: ChangeOrder | None) -> None:
        """Remember such a file, or forget it."""
        with self.transaction():
            self._incoming.keep_order(order)

    def people_written(self, run: int) -> int:
        """How many people Marketo took in a run."""
        return self._reports.count("run = ? AND entity IN ('contact', 'lead') AND state = 'acknowledged'", run)

    def incoming(self, entity: Entity, after: int, limit: int) -> tuple[Incoming, ...]:
        """Changes of an entity's persons, in ledger order."""
        return self._incoming.waiting(entity, after, limit)

    def settle_incoming(self, seqs: Sequence[int]) -> None:
        """Forget changes that are dealt with."""
        with self.transaction():
            self._incoming.settle(seqs)

    def insist(self, seq: int, name: str, value: Any) -> None:
        """See `IncomingStore.insist`."""
        with self.transaction():
            self._incoming.insist(seq, name, value)

    def let_marketo_win(self, seq: int, values: Mapping[str, Any]) -> None:
        """Put Marketo's values in place of those that a record has on their way there."""
        with self.transaction():
            self._incoming.let_marketo_win(seq, values)

    def feed_token(self, feed: Feed) -> str:
        """Where the next look at a feed begins."""
        return self._ends.token(feed)

    def looked_at(self) -> datetime | None:
        """When the feeds were looked at last."""
        return self._ends.looked_at()

    def first_run(self) -> datetime:
        """When the first run began."""
        return self._ends.first_run()

    def bearers(self, persons: Sequence[str]) -> Mapping[Entity, tuple[str, ...]]:
        """Ids of records that have one of these persons."""
        return self._ends.bearers(persons)

    def keep_ends(self, ends: Sequence[PersonEnd], feed: Feed, token: str) -> None:
        """Let records follow their persons, and keep where to go on."""
        with self.transaction():
            self._ends.keep(ends, feed, token)

    def count_outgoing(self, entity: Entity) -> int:
        """How many of an entity are in the outbox."""
        return self._reports.count("state = 'outbox' AND entity = ?", entity.value)

    def count_linked(self, entity: Entity) -> int:
        """How many of an entity Marketo has."""
        return self._reports.count("marketo_id <> '' AND entity = ?", entity.value)

    def count_records(self, run: int, entity: Entity) -> int:
        """How many of an entity a run has read."""
        met = self._meetings.numbers(run).get(entity, 0)
        return self._reports.count("run = ? AND entity = ?", run, entity.value) + met

    def acknowledge(self, rows: Sequence[Acknowledgement]) -> None:
        """Link, journal and removal from the outbox in one go."""
        if rows:
            with self.transaction():
                self._ledger.acknowledge(rows)

    def refuse(self, rows: Sequence[Refusal]) -> None:
        """Set records aside with their reason."""
        if rows:
            with self.transaction():
                self._ledger.refuse(rows, self._clock())

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

    def note_standing(self, *, unmarked: bool = False) -> None:
        """Rewrite the notices that follow from the ledger."""
        with self.transaction():
            self._reports.note_unmarked(wanted=unmarked)
            self._reports.note_shared_emails()
            self._reports.note_team_owners()
            self._reports.forget_deletions()

    def entity_plans(self, run: int) -> tuple[EntityPlan, ...]:
        """A run's records by what will happen to them."""
        return self._reports.entity_plans(run)

    def shared_emails(self, examples: int) -> tuple[int, tuple[str, ...]]:
        """How many people share an e-mail address, and some of the addresses."""
        return self._reports.shared_emails(examples)

    def states(self, entity: Entity, ids: Sequence[str]) -> Mapping[str, tuple[str, frozenset[str]]]:
        """Ledger state and filled fields of records, by id."""
        return self._reports.states(entity, ids)

    def links_of(self, records: Sequence[StagedRecord]) -> Sequence[Links]:
        """What records as read point to in Marketo now."""
        return self._links.of_staged(records)

    def entities(self) -> tuple[Entity, ...]:
        """Tables that the ledger holds records of, in the order of one cycle."""
        return self._reports.entities()

    def labels(self, entity: Entity) -> Mapping[str, Mapping[int, str]]:
        """Labels of options by column and value, as of the last cycle."""
        found: dict[str, dict[int, str]] = {}
        for name, value, label in self._db.execute("SELECT name, value, label FROM labels WHERE entity = ?", (entity,)):
            found.setdefault(name, {})[value] = label
        return found

    def types(self, entity: Entity) -> Mapping[str, str]:
        """Types of synced columns by name, as of when they were first synced."""
        return dict(self._db.execute("SELECT name, type FROM types WHERE entity = ?", (entity.value,)).fetchall())

    def remember_types(self, entity: Entity, types: Mapping[str, str]) -> None:
        """Keep the types of columns that are not known yet."""
        with self.transaction():
            self._db.executemany(
                "INSERT OR IGNORE INTO types (entity, name, type) VALUES (?, ?, ?)",
                [(entity.value, name, type_) for name, type_ in types.items()],
            )

    def forget_types(self) -> None:
        """Take every column as it is from now on."""
        with self.transaction():
            self._db.execute("DELETE FROM types")

    def remember_labels(self, entity: Entity, labels: Mapping[str, Mapping[int, str]]) -> None:
        """Keep them for the next cycle."""
        rows = [(entity, name, value, text) for name, texts in labels.items() for value, text in texts.items()]
        with self.transaction():
            self._db.execute("DELETE FROM labels WHERE entity = ?", (entity,))
            self._db.executemany("INSERT INTO labels (entity, name, value, label) VALUES (?, ?, ?, ?)", rows)

    def runs(self, limit: int) -> tuple[RunReport, ...]:
        """The newest runs, newest first."""
        rows = self._db.execute("SELECT id FROM runs ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
        return tuple(self._reports.report(row[0]) for row in rows)

    def problems(self) -> Iterator[Problem]:
        """Problems, then notices."""
        with storage_errors():
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
        self._database.close()

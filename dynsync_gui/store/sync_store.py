"""The profile's memory in SQLite; implements `domain.storage.store.SyncStore`."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.fit import AdaptedValues
from dynsync_gui.domain.mass_change import MassChange
from dynsync_gui.domain.place import Place
from dynsync_gui.domain.plan import EntityPlan
from dynsync_gui.domain.report import Problem
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.storage.records import (
    Acknowledgement,
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
from dynsync_gui.store.database import storage_errors, telling_storage_errors
from dynsync_gui.store.feed_store import FeedStore
from dynsync_gui.store.moments import now
from dynsync_gui.store.run_store import RunStore
from dynsync_gui.store.table_store import TableStore
from dynsync_gui.store.unchosen import settle_unchosen

_LONGEST_DETAIL = 3_000
"""Characters; the steps to make a custom object of many fields by hand take as many."""


@telling_storage_errors
class SqliteStore(RunStore, TableStore, FeedStore):
    """One profile's memory; see `Desk` for how it is opened."""

    def stage(self, run: int, records: Sequence[StagedRecord]) -> None:
        """Take versions into the ledger; a version that is there already changes nothing."""
        if records:
            with self.transaction():
                self._incoming.retake(records)
                self._ledger.stage(run, records)

    def meet(self, run: int, entity: Entity, sources: Mapping[str, bytes]) -> frozenset[str]:
        """Note that a whole reading met records; see the protocol."""
        with self.transaction():
            return self._meetings.meet(run, entity, sources)

    def follow_life(self, run: int) -> None:
        """Find out who carries a person on: a lead's contact, the survivor of a merge, a lead whose contact is gone."""
        self._in_parts(self._follow(run))

    def _follow(self, run: int) -> Generator[int, None, int]:
        self._ends.take_over(run)
        return (yield from self._lifecycle.follow(run))

    def judge_owners(self, run: int) -> None:
        """Leave out disabled users who own nothing, and bring back those who do."""
        with self.transaction():
            self._lifecycle.judge_owners(run)

    def relink(self, run: int) -> int:
        """Send once more, only to be linked, what points to a record that arrived, moved or went."""
        return self._in_parts(self._lifecycle.relink(run))

    def await_parents(self, entities: Sequence[Entity]) -> int:
        """Set aside what cannot be sent before another record is there."""
        with self.transaction():
            self._lifecycle.leave_out(entities)
            refusals = self._lifecycle.waiting(entities)
            self._refused.refuse(refusals, self._clock())
        self._in_parts(self._decisions.decide_rest(entities))
        return len(refusals)

    def settle_unchosen(self, run: int, chosen: Collection[Entity]) -> None:
        """Leave out what waits of tables that are not synced any more, and take it up again."""
        with self.transaction():
            settle_unchosen(self._db, run, chosen)

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

    def undecided(self, entities: Sequence[Entity], after: int, limit: int) -> tuple[LedgerRecord, ...]:
        """Outbox records without a match, in ledger order."""
        return self._ledger.undecided(entities, after, limit)

    def undecided_emails(self, entity: Entity, after: int, limit: int) -> tuple[SharedEmail, ...]:
        """E-mail addresses of the next undecided people of a table; see the protocol."""
        return self._decisions.undecided_emails(entity, after, limit)

    def claimed(self, persons: Sequence[str]) -> frozenset[str]:
        """Which of Marketo's persons belong to records of the ledger."""
        return self._decisions.claimed(persons)

    def reopen_emails(self, emails: Sequence[str]) -> int:
        """Let records that share an address be matched anew, where the first in line was refused."""
        with self.transaction():
            return self._decisions.reopen_emails(emails)

    def records_at(self, seqs: Sequence[int]) -> tuple[LedgerRecord, ...]:
        """Ledger records by their places, in ledger order."""
        return self._ledger.records_at(seqs)

    def decide(self, decisions: Sequence[Decision]) -> None:
        """Keep what matching found out."""
        with self.transaction():
            self._decisions.decide(decisions)

    def decide_new(self, seqs: Sequence[int]) -> None:
        """Of these Marketo has nobody: they are created."""
        with self.transaction():
            self._decisions.decide_new(seqs)

    def decide_rest(self) -> None:
        """Everything still undecided is created."""
        self._in_parts(self._decisions.decide_rest())

    def outgoing(
        self, entities: Sequence[Entity], matches: Sequence[Match], after: int, limit: int
    ) -> tuple[LedgerRecord, ...]:
        """Outbox records that find their Marketo record in one of these ways, in ledger order."""
        return self._ledger.outgoing(entities, matches, after, limit)

    def misfits(self, entity: Entity, after: int, limit: int) -> tuple[LedgerRecord, ...]:
        """Outbox records of an entity with a value that does not fit, in ledger order."""
        return self._ledger.misfits(entity, after, limit)

    def adapted(self, entity: Entity, examples: int) -> tuple[AdaptedValues, ...]:
        """Values that a rule cuts or leaves out; see the protocol."""
        return self._adapted.waiting(entity, examples)

    def contacts_of_leads(self, run: int) -> tuple[str, ...]:
        """Ids of contacts that qualified leads name and that are not in the ledger."""
        return self._ledger.contacts_of_leads(run)

    def mass_changes(self, run: int) -> tuple[MassChange, ...]:
        """What a run would change in ways worth asking about, counted by table and kind."""
        return count_alarms(self._db, run)

    def places(self, ids: Sequence[str]) -> tuple[Place, ...]:
        """Where the records of these ids stand, whatever their tables."""
        return self._places.of_ids(ids)

    def sample(self, entity: Entity, number: int) -> tuple[str, ...]:
        """Ids of so many records of a table, chosen at random."""
        return self._places.sample(entity, number)

    def in_marketo(self, entity: Entity, after: int, limit: int) -> tuple[tuple[int, str], ...]:
        """Place and id of records of a table that Marketo has, in ledger order."""
        return self._places.in_marketo(entity, after, limit)

    def marked(self, entity: Entity, after: int, limit: int) -> tuple[tuple[int, str], ...]:
        """See `PlaceStore.marked`."""
        return self._places.marked(entity, after, limit)

    def try_again(self, ids: Sequence[str] = ()) -> int:
        """Put records that were set aside back in line: these, or all where none is named."""
        with self.transaction():
            found = self._refused.try_again(ids)
            run = self.unfinished_run()
            if run is not None:
                self._refused.retry(run.id, self._clock())
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

    def count_outgoing(self, entity: Entity) -> int:
        """How many of an entity are in the outbox."""
        return self._reports.count("state = 'outbox' AND entity = ?", entity.value)

    def count_linked(self, entity: Entity) -> int:
        """How many of an entity Marketo has."""
        return self._reports.count("marketo_id <> '' AND +entity = ?", entity.value)

    def count_records(self, run: int, entity: Entity) -> int:
        """How many of an entity a run has read."""
        met = self._meetings.numbers(run).get(entity, 0)
        return self._reports.count("run = ? AND entity = ?", run, entity.value) + met

    def depart(self, seqs: Sequence[int]) -> None:
        """Keep that a call is made that creates people."""
        with self.transaction(lasting=False):  # by the time that a lost power is back, the call is over
            self._departures.depart(seqs)

    def hear(self, firsts: Sequence[int]) -> None:
        """Such calls were answered."""
        with self.transaction(lasting=False):
            self._departures.hear(firsts)

    def unheard(self) -> tuple[str, ...]:
        """People who are still to be created and were in a call without an answer."""
        return self._departures.unheard()

    def forget_unheard(self) -> None:
        """Those calls are over."""
        with self.transaction(lasting=False):
            self._departures.forget()

    def acknowledge(self, rows: Sequence[Acknowledgement]) -> None:
        """Link, journal and removal from the outbox in one go."""
        if rows:
            with self.transaction():
                self._ledger.acknowledge(rows)

    def refuse(self, rows: Sequence[Refusal]) -> None:
        """Set records aside with their reason."""
        if rows:
            with self.transaction():
                self._refused.refuse(rows, self._clock())

    def notice(self, rows: Sequence[Notice]) -> None:
        """Keep things worth a look."""
        if rows:
            with self.transaction():
                self._db.executemany(
                    "INSERT OR REPLACE INTO notices (entity, id, code, detail, since) VALUES (?, ?, ?, ?, ?)",
                    [(row.entity.value, row.id, row.code, row.detail[:_LONGEST_DETAIL], now()) for row in rows],
                )

    def forget_notices(self, code: str, records: Iterable[tuple[Entity, str]] | None = None) -> None:
        """Drop notices of one kind: all, or those about some records."""
        with self.transaction():
            if records is None:
                self._db.execute("DELETE FROM notices WHERE code = ?", (code,))
            else:
                keys = [(entity.value, id_, code) for entity, id_ in records]
                self._db.executemany("DELETE FROM notices WHERE entity = ? AND id = ? AND code = ?", keys)

    def note_standing(self, *, unmarked: bool = False) -> None:
        """Rewrite the notices that follow from the ledger."""
        self._in_parts(self._note_standing(unmarked=unmarked))

    def _note_standing(self, *, unmarked: bool) -> Generator[int, None, int]:
        self._reports.note_unmarked(wanted=unmarked)
        yield from self._reports.note_shared_emails()
        yield from self._reports.note_team_owners()
        self._reports.forget_consents()
        self._reports.forget_deletions()
        return 0

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

    def copy_to(self, path: Path, token: CancelToken) -> None:
        """Copy everything into a new file, whole or not at all."""
        self._database.copy_to(path, token)

    def is_sound(self, token: CancelToken) -> bool:
        """Whether the whole file is as it was written."""
        return self._database.is_sound(token)

    def close(self) -> None:
        """Give the file back."""
        self._database.close()

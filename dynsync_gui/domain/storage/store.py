"""The memory of a sync, as the engine and the service see it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.ends import EndStore
from dynsync_gui.domain.fit import AdaptedValues
from dynsync_gui.domain.imports import ImportStore
from dynsync_gui.domain.incoming import IncomingStore
from dynsync_gui.domain.mapping import NewField
from dynsync_gui.domain.mass_change import MassChange
from dynsync_gui.domain.place import PlaceStore
from dynsync_gui.domain.plan import EntityPlan
from dynsync_gui.domain.report import Problem, RunKind, RunReport, RunState
from dynsync_gui.domain.schema import Entity
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
from dynsync_gui.domain.urgent import UrgentStore


class SyncStore(IncomingStore, EndStore, PlaceStore, UrgentStore, Protocol):
    """The profile's memory. Used by one thread at a time."""

    @property
    def imports(self) -> ImportStore:
        """People on their way in files."""

    def transaction(self, *, lasting: bool = True) -> AbstractContextManager[None]:
        """All or nothing of what is done inside.

        Args:
            lasting: Whether it outlasts a loss of power at once, and not together with the next one that does.
        """

    def stoppable(self, token: CancelToken) -> AbstractContextManager[None]:
        """Inside, whatever takes long ends soon after a token was cancelled; the transaction that it is in is undone.

        What touches everybody is made of several transactions, and goes on where it was when it is called again.

        Raises:
            Cancelled: Something ended so.
        """

    def unfinished_run(self) -> RunReport | None:
        """The run that was interrupted, if any."""

    def begin_run(self, kind: RunKind, *, retries: bool = True) -> RunReport:
        """A new run, reading; with `retries` problems whose time has come go back to the outbox."""

    def advance_run(self, run: int, state: RunState) -> None:
        """Move a run to its next phase."""

    def end_run(self, run: int, state: RunState) -> RunReport:
        """Close a run and keep its numbers."""

    def report(self, run: int) -> RunReport:
        """The numbers of a run now."""

    def add_calls(self, run: int, calls: int) -> None:
        """Count calls to Marketo."""

    def had_first_sync(self) -> bool:
        """Whether a first sync ended."""

    def unmailed_run(self) -> RunReport | None:
        """The first sync, once it is done and as long as nobody was told."""

    def mark_mailed(self, run: int) -> None:
        """Somebody was told of a run's end."""

    def remember_fields(self, run: int, fields: Sequence[NewField]) -> None:
        """Keep which Marketo fields a run has to create before it writes."""

    def wanted_fields(self, run: int) -> tuple[NewField, ...]:
        """What `remember_fields` kept."""

    def cursor(self, entity: Entity) -> Cursor:
        """How far an entity has been read."""

    def move_cursor(self, entity: Entity, cursor: Cursor) -> None:
        """Keep how far it has been read."""

    def stage(self, run: int, records: Sequence[StagedRecord]) -> None:
        """Take versions into the ledger; a version that is there already changes nothing."""

    def meet(self, run: int, entity: Entity, sources: Mapping[str, bytes]) -> frozenset[str]:
        """Note that a whole reading met records by these digests of their rows.

        Returns:
            Ids of those that both sides agree on and that are made of the same row: they are counted as unchanged.
        """

    def follow_life(self, run: int) -> None:
        """Find out who carries a person on: a lead's contact, the survivor of a merge, a lead whose contact is gone."""

    def judge_owners(self, run: int) -> None:
        """Leave out disabled users who own nothing, and bring back those who do."""

    def relink(self, run: int) -> int:
        """Send once more, only to be linked, what points to a record that arrived, moved or went; returns how many."""

    def settle_unchosen(self, run: int, chosen: Collection[Entity]) -> None:
        """Leave out what waits of tables that are not synced any more, and take it up where one is synced again.

        Args:
            run: The run's number.
            chosen: Tables that are synced, and those that Dynamics does not give today.
        """

    def leave_out(self, entities: Sequence[Entity]) -> None:
        """Leave out what belongs to something that is left out, and roles that another one says already."""

    def anybody_to_unlist(self) -> bool:
        """Whether somebody is to be taken out of the static list, now or once it is there."""

    def remember_to_unlist(self) -> None:
        """Leave out, as their filter says, who is to be taken out of a list that is not there; `match` remembers it."""

    def take_up_unlisting(self, run: int) -> None:
        """Put who was remembered into the outbox of a run."""

    def await_parents(self, entities: Sequence[Entity]) -> int:
        """Set aside what cannot be sent before another record is there; returns how many."""

    def compare_anew(self) -> None:
        """Let the next run read and compare everything, as what was remembered may be older than what happened."""

    def forget_seen(self, run: int, entity: Entity) -> None:
        """Let a full reading that a run begins anew meet every record again: what it met before may be gone by now."""

    def unseen(self, run: int, entity: Entity, after: int, limit: int) -> tuple[tuple[int, str], ...]:
        """Place and id of records that a full reading did not meet, in ledger order."""

    def undecided(self, entities: Sequence[Entity], after: int, limit: int) -> tuple[LedgerRecord, ...]:
        """Outbox records without a match, in ledger order."""

    def claimed(self, persons: Sequence[str]) -> frozenset[str]:
        """Which of Marketo's persons belong to records of the ledger."""

    def reopen_emails(self, emails: Sequence[str]) -> int:
        """Let records that share an address be matched anew, where the first in line was refused; returns how many."""

    def undecided_emails(self, entity: Entity, after: int, limit: int) -> tuple[SharedEmail, ...]:
        """E-mail addresses of the next undecided people of a table, in ledger order, each once.

        With each come all undecided people who want it, contacts before leads, oldest first.
        """

    def records_at(self, seqs: Sequence[int]) -> tuple[LedgerRecord, ...]:
        """Ledger records by their places, in ledger order."""

    def decide(self, decisions: Sequence[Decision]) -> None:
        """Keep what matching found out."""

    def decide_new(self, seqs: Sequence[int]) -> None:
        """Of these Marketo has nobody: they are created."""

    def decide_rest(self) -> None:
        """Everything still undecided is created."""

    def outgoing(
        self, entities: Sequence[Entity], matches: Sequence[Match], after: int, limit: int
    ) -> tuple[LedgerRecord, ...]:
        """Outbox records that find their Marketo record in one of these ways, in ledger order."""

    def misfits(self, entity: Entity, after: int, limit: int) -> tuple[LedgerRecord, ...]:
        """Outbox records of an entity with a value that does not fit, in ledger order."""

    def adapted(self, entity: Entity, examples: int) -> tuple[AdaptedValues, ...]:
        """Values of an entity's outbox records that a rule cuts or leaves out, with so many of the records."""

    def contacts_of_leads(self, run: int) -> tuple[str, ...]:
        """Ids of the contacts of qualified leads that a run has read, where they are not in the ledger themselves."""

    def mass_changes(self, run: int) -> tuple[MassChange, ...]:
        """What a run would change in ways worth asking about, counted by table and kind."""

    def mass_changes_back(self) -> tuple[MassChange, ...]:
        """What Marketo's changes that wait would do to Dynamics in ways worth asking about, by table and kind."""

    def accepted_guards(self, run: int) -> frozenset[str]:
        """What somebody agreed to in a run, by its ids."""

    def accept_guard(self, run: int, id_: str) -> None:
        """Keep that somebody agreed."""

    def count_outgoing(self, entity: Entity) -> int:
        """How many of an entity are in the outbox."""

    def count_linked(self, entity: Entity) -> int:
        """How many of an entity Marketo has."""

    def count_records(self, run: int, entity: Entity) -> int:
        """How many of an entity a run has read."""

    def depart(self, seqs: Sequence[int]) -> None:
        """Keep that a call is made that creates people, by the places of its records."""

    def hear(self, firsts: Sequence[int]) -> None:
        """Such calls were answered, by their first records."""

    def unheard(self) -> tuple[str, ...]:
        """Ids of people that are still to be created, fit, and were in a call without an answer."""

    def forget_unheard(self) -> None:
        """Those calls are over."""

    def acknowledge(self, rows: Sequence[Acknowledgement]) -> None:
        """Link, journal and removal from the outbox in one go."""

    def refuse(self, rows: Sequence[Refusal]) -> None:
        """Set records aside with their reason."""

    def notice(self, rows: Sequence[Notice]) -> None:
        """Keep things worth a look."""

    def forget_notices(self, code: str, records: Iterable[tuple[Entity, str]] | None = None) -> None:
        """Drop notices of one kind: all, or those about some records, which are named by table and id."""

    def note_standing(self, *, unmarked: bool = False) -> None:
        """Rewrite the notices that follow from the ledger: shared e-mail addresses, teams as owners.

        Args:
            unmarked: Whether records are worth a notice that are gone from Dynamics and stay in Marketo without a mark.
        """

    def entity_plans(self, run: int) -> tuple[EntityPlan, ...]:
        """A run's records by what will happen to them."""

    def shared_emails(self, examples: int) -> tuple[int, tuple[str, ...]]:
        """How many people share an e-mail address with another one that is synced, and some of the addresses."""

    def states(self, entity: Entity, ids: Sequence[str]) -> Mapping[str, tuple[str, frozenset[str]]]:
        """Ledger state and filled fields of records, by id."""

    def links_of(self, records: Sequence[StagedRecord]) -> Sequence[Links]:
        """What records as read point to in Marketo now."""

    def entities(self) -> tuple[Entity, ...]:
        """Tables that the ledger holds records of, in the order of one cycle."""

    def labels(self, entity: Entity) -> Mapping[str, Mapping[int, str]]:
        """Labels of options by column and value, as of the last cycle."""

    def types(self, entity: Entity) -> Mapping[str, str]:
        """Types of synced columns by name, as of when they were first synced."""

    def remember_types(self, entity: Entity, types: Mapping[str, str]) -> None:
        """Keep the types of columns that are not known yet."""

    def forget_types(self) -> None:
        """Take every column as it is from now on."""

    def remember_labels(self, entity: Entity, labels: Mapping[str, Mapping[int, str]]) -> None:
        """Keep them for the next cycle."""

    def runs(self, limit: int) -> tuple[RunReport, ...]:
        """The newest runs, newest first."""

    def problems(self) -> Iterator[Problem]:
        """Problems, then notices."""

    def copy_to(self, path: Path, token: CancelToken) -> None:
        """Copy everything into a new file, whole, sound, or not at all.

        Raises:
            StoreFailed: It cannot be written, or what was copied is damaged.
            Cancelled: The token was; a file that was there before stays.
        """

    def is_sound(self, token: CancelToken) -> bool:
        """Whether the whole file is as it was written, which a large one is not asked when it is opened."""

    def close(self) -> None:
        """Give the file back."""

"""What the engine needs to remember, as a protocol; `store` keeps it in SQLite.

One ledger row per Dynamics record says where its latest version stands. That is the outbox, the links and the problems
in one place, so that a record can never be in two of them, and the equation of a run closes by construction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any, Protocol

from dynsync_gui.domain.ends import EndStore
from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.imports import ImportStore
from dynsync_gui.domain.incoming import IncomingStore
from dynsync_gui.domain.mapping import NewField
from dynsync_gui.domain.mass_change import MassChange
from dynsync_gui.domain.place import PlaceStore
from dynsync_gui.domain.plan import EntityPlan
from dynsync_gui.domain.report import Problem, RunKind, RunReport, RunState
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.urgent import UrgentStore


class Match(StrEnum):
    """How an outgoing record finds its Marketo record."""

    UNDECIDED = ""
    CREATE = "create"
    """By our key; Marketo has none yet."""
    ADOPT = "adopt"
    """By Marketo's id, once: the person exists and gets our key."""
    UPDATE = "update"
    """By our key; Marketo has it."""
    TAKE = "take"
    """By Marketo's id: the person of a record that this one carries on (qualified lead, merged record)."""
    MERGE = "merge"
    """Its person goes into that of the record that carries it on."""
    DELETE = "delete"
    """It is removed from Marketo."""
    UNLIST = "unlist"
    """Its person is taken out of a static list."""


SENT_BY_ID = (Match.ADOPT, Match.TAKE)
"""Matches that name the person by Marketo's own id."""


class Skip(StrEnum):
    """Rule by which a record is left out."""

    FILTERED = "filtered"
    FOLDED = "folded"
    """A qualified lead whose contact carries the person."""
    MERGED = "merged"
    """It was merged into another record in Dynamics, which carries the person."""
    DELETED = "deleted"
    OWNS_NOTHING = "owns-nothing"
    """A disabled user who owns no record."""
    PARENT = "parent"
    """What it belongs to is left out itself."""
    DOUBLE = "double"
    """Another record says the same."""
    UNRELATED = "unrelated"
    """A connection that is not between an opportunity and a person."""


class Fit(IntEnum):
    """How a record's values fit Marketo's fields."""

    WHOLE = 0
    REFUSED = 1
    """Marketo's description of a field rules a value out."""
    ALTERED = 2
    """Marketo takes all, but a value does not say there what it says in Dynamics."""


@dataclass(frozen=True, slots=True)
class Links:
    """What a record points to in Marketo, by the keys that Marketo takes; empty where it is not there.

    Attributes:
        company: Key of the company.
        owner: Key of the sales person.
        person: Marketo's id of the person.
        opportunity: Key of the opportunity.
    """

    company: str = ""
    owner: str = ""
    person: str = ""
    opportunity: str = ""

    @property
    def text(self) -> str:
        """All of them, for comparing."""
        return f"{self.company}|{self.owner}|{self.person}|{self.opportunity}"


NOWHERE = Links()


@dataclass(frozen=True, slots=True)
class StagedRecord:
    """A version of a Dynamics record on its way into the ledger.

    Attributes:
        entity: Its table.
        id: Bare Dynamics id.
        version: Row version.
        payload: What goes to Marketo, by REST name; None clears. None altogether for a skipped record.
        digest: Of the prints; equal digests mean that nothing has to be sent.
        name: How people call it.
        email: For comparing: trimmed, lower case.
        created: Creation time in Dynamics, ISO text.
        parent: What it belongs to: an account, a person, another row; empty for none.
        link: A qualified lead's contact, or the lead that a contact came from; empty for none.
        qualified: Whether it is a qualified lead, or a disabled user.
        fit: How its values fit Marketo's fields.
        skip: Rule that leaves it out; None for none.
        prints: Fingerprint of the payload and of what the record hangs on.
        spared: Marketo fields that are only filled: what they hold stays.
        new: Marketo fields that are about to be created, so that there is nothing in them to look at.
        parent_entity: The table of what it belongs to.
        owner: The user who owns it; empty for none or a team.
        team: The team that owns it; empty for none.
        deal: For a role: its opportunity.
        master: The record that it was merged into; empty for none.
        farewell: What becomes of Marketo's record where `skip` leaves one out that is there: `Match.UPDATE` sends the
            payload once more, `Match.DELETE` removes it, None leaves it.
        narrowed: The same without fields that this record gets with its next change only, if Marketo took it before;
            None where there are no such fields.
        source: Digest of the row that it was made of, and of how; empty where a later reading has to look at it again.
    """

    entity: Entity
    id: str
    version: str
    payload: Mapping[str, Any] | None
    digest: bytes = b""
    name: str = ""
    email: str = ""
    created: str = ""
    parent: str = ""
    link: str = ""
    qualified: bool = False
    fit: Fit = Fit.WHOLE
    skip: Skip | None = None
    prints: bytes = b""
    spared: frozenset[str] = frozenset()
    new: frozenset[str] = frozenset()
    parent_entity: Entity = Entity.ACCOUNT
    owner: str = ""
    team: str = ""
    deal: str = ""
    master: str = ""
    farewell: Match | None = None
    narrowed: StagedRecord | None = None
    source: bytes = b""


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """A record in the outbox, for matching and for sending.

    Attributes:
        seq: Its place in the ledger; grows.
        match: How it finds its Marketo record.
        marketo_id: Marketo's id where known.
        filled: Marketo fields that held a value of ours when it was last acknowledged.
        agreed: Fingerprint of what both sides agreed on; empty where all of the payload has to be sent.
        spared: Marketo fields that are only filled, until matching finds them empty.
        reason: The rule that leaves it out, where it is sent once more for that.
        links: What it points to and is in Marketo now.
        coming: The same once everything that waits has arrived.
        name: How people call it.
        carrier: Marketo's id of the person that its own goes into, for `Match.MERGE`.
        kept: Fields of that person that hold a value of ours.
        size: Bytes of the payload as stored; as it is sent it is not longer.
    """

    seq: int
    entity: Entity
    id: str
    version: str
    payload: Mapping[str, Any]
    email: str
    created: str
    parent: str
    match: Match
    marketo_id: str
    filled: frozenset[str]
    agreed: bytes = b""
    spared: frozenset[str] = frozenset()
    reason: str = ""
    links: Links = NOWHERE
    coming: Links = NOWHERE
    carrier: str = ""
    kept: frozenset[str] = frozenset()
    name: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What matching found out about a record.

    Attributes:
        seq: Its place in the ledger.
        match: How it finds its Marketo record.
        marketo_id: Marketo's id where known.
        before: Values that will be overwritten, for the journal.
        unchanged: True where Marketo holds the same values already.
        filled: For an unchanged record: Marketo fields with a value of ours.
        linked: For an unchanged record: `Links.text` of what Marketo has it linked to.
    """

    seq: int
    match: Match
    marketo_id: str = ""
    before: Mapping[str, Any] | None = None
    unchanged: bool = False
    filled: frozenset[str] = frozenset()
    linked: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Marketo took a version of a record; `marketo_id` is empty where it holds the record no longer.

    Attributes:
        linked: `Links.text` of what was sent with it.
    """

    seq: int
    version: str
    marketo_id: str
    filled: frozenset[str]
    linked: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Marketo refused a version of a record, or a person has to decide."""

    seq: int
    version: str
    code: str
    field: str = ""
    detail: str = ""
    retry: Retry = Retry.WHEN_CHANGED


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth a look about a record that is in step otherwise."""

    entity: Entity
    id: str
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far an entity has been read.

    Attributes:
        run: The run that moved it last.
        names: The columns that were asked for, and how they are sent; anything else needs a new start.
        next_link: Where to go on.
        delta_link: Where the next cycle starts.
        complete: Whether that run has read it all.
        whole: Whether that run reads the table from its beginning, so that what it does not meet is gone.
    """

    run: int = 0
    names: tuple[str, ...] = ()
    next_link: str = ""
    delta_link: str = ""
    complete: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class SharedEmail:
    """People of Dynamics that want the same e-mail address, the first to adopt a person first."""

    email: str
    seqs: tuple[int, ...] = field(default_factory=tuple)


class SyncStore(IncomingStore, EndStore, PlaceStore, UrgentStore, Protocol):
    """The profile's memory. Used by one thread at a time."""

    @property
    def imports(self) -> ImportStore:
        """People on their way in files."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing of what is done inside."""

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

    def undecided_emails(self, after: str, limit: int) -> tuple[SharedEmail, ...]:
        """E-mail addresses of undecided people in alphabetical order, contacts before leads, oldest first."""

    def records_at(self, seqs: Sequence[int]) -> tuple[LedgerRecord, ...]:
        """Ledger records by their places, in ledger order."""

    def decide(self, decisions: Sequence[Decision]) -> None:
        """Keep what matching found out."""

    def decide_rest(self) -> None:
        """Everything still undecided is created."""

    def outgoing(
        self, entities: Sequence[Entity], matches: Sequence[Match], after: int, limit: int
    ) -> tuple[LedgerRecord, ...]:
        """Outbox records that find their Marketo record in one of these ways, in ledger order."""

    def misfits(self, entity: Entity, after: int, limit: int) -> tuple[LedgerRecord, ...]:
        """Outbox records of an entity with a value that does not fit, in ledger order."""

    def contacts_of_leads(self, run: int) -> tuple[str, ...]:
        """Ids of the contacts of qualified leads that a run has read, where they are not in the ledger themselves."""

    def mass_changes(self, run: int) -> tuple[MassChange, ...]:
        """What a run would change in ways worth asking about, counted by table and kind."""

    def accepted_guard(self, run: int) -> str:
        """What somebody agreed to in a run, by its id; empty for nothing."""

    def accept_guard(self, run: int, id_: str) -> None:
        """Keep that somebody agreed."""

    def count_outgoing(self, entity: Entity) -> int:
        """How many of an entity are in the outbox."""

    def count_linked(self, entity: Entity) -> int:
        """How many of an entity Marketo has."""

    def count_records(self, run: int, entity: Entity) -> int:
        """How many of an entity a run has read."""

    def acknowledge(self, rows: Sequence[Acknowledgement]) -> None:
        """Link, journal and removal from the outbox in one go."""

    def refuse(self, rows: Sequence[Refusal]) -> None:
        """Set records aside with their reason."""

    def notice(self, rows: Sequence[Notice]) -> None:
        """Keep things worth a look."""

    def forget_notices(self, code: str) -> None:
        """Drop all notices of one kind."""

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

    def copy_to(self, path: Path) -> None:
        """Copy everything into a new file, whole or not at all."""

    def close(self) -> None:
        """Give the file back."""

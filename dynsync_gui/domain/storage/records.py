"""What the memory of a sync holds of a record.

What is made for every record is a named tuple: as fixed as a frozen data class, and made in a third of its time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.fit import Adapted
from dynsync_gui.domain.schema import Entity


class Match(StrEnum):
    """How an outgoing record finds its Marketo record."""

    UNDECIDED = ""
    CREATE = "create"
    """By our key; Marketo has none yet."""
    ADOPT = "adopt"
    """By Marketo's id, once: the person exists and gets our key."""
    UPDATE = "update"
    """Marketo has it: by our key, or, a person, by Marketo's id, as it may have gone into another one since."""
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
    UNCHOSEN = "unchosen"
    """Nothing of its table is chosen any more, so that it is sent no longer."""
    UNRELATED = "unrelated"
    """A connection that is not between an opportunity and a person."""


class Fit(IntEnum):
    """How a record's values fit Marketo's fields."""

    WHOLE = 0
    REFUSED = 1
    """Marketo's description of a field rules a value out."""
    ALTERED = 2
    """Marketo takes all, but a value does not say there what it says in Dynamics."""


class Links(NamedTuple):
    """What a record points to in Marketo, by the keys that Marketo takes; empty where it is not there.

    Attributes:
        company: Key of the company.
        owner: Key of the sales person.
        person: Marketo's id of the person.
        opportunity: Key of the opportunity.
        company_id: Marketo's id of the company, for what may be linked by that.
    """

    company: str = ""
    owner: str = ""
    person: str = ""
    opportunity: str = ""
    company_id: str = ""

    @property
    def text(self) -> str:
        """All of them, for comparing."""
        return f"{self.company}|{self.owner}|{self.person or self.company_id}|{self.opportunity}"


NOWHERE = Links()


class StagedRecord(NamedTuple):
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
        source: Digests of the row that it was made of, and of how; empty where a later reading has to look at it again.
        refused: Marketo fields whose description rules a value of the payload out.
        adapted: Values that are not in the payload as they are in Dynamics, by choice.
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
    refused: frozenset[str] = frozenset()
    adapted: tuple[Adapted, ...] = ()


class LedgerRecord(NamedTuple):
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
        filled: For an unchanged record, and where there are more than the ledger knows: Marketo fields with a value of
            ours.
        linked: For an unchanged record: `Links.text` of what Marketo has it linked to.
    """

    seq: int
    match: Match
    marketo_id: str = ""
    before: Mapping[str, Any] | None = None
    unchanged: bool = False
    filled: frozenset[str] = frozenset()
    linked: str = ""


class Acknowledgement(NamedTuple):
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
        delta_link: Where the next cycle starts; before all is read, what changed since the first page.
        complete: Whether that run has read it all.
        whole: Whether that run reads the table from its beginning, so that what it does not meet is gone.
    """

    run: int = 0
    names: tuple[str, ...] = ()
    next_link: str = ""
    delta_link: str = ""
    complete: bool = False
    whole: bool = False


class SharedEmail(NamedTuple):
    """People of Dynamics that want the same e-mail address.

    Attributes:
        seqs: Their places in the ledger, the first to adopt a person first.
        met: The place of the one that was looked at.
    """

    email: str
    seqs: tuple[int, ...]
    met: int

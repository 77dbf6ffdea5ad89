"""Why a record is not, or not so, in Marketo: a chain of plain sentences, and the true reason at its end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.schema import Entity, System
from dynsync_gui.domain.text import NOTHING, Message

_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


class Cause(StrEnum):
    """The true reason, one per record."""

    IN_STEP = "in-step"
    NOWHERE = "nowhere"
    """Neither system has it."""
    ONLY_IN_MARKETO = "only-in-marketo"
    DELETED = "deleted"
    TABLE_OUT = "table-out"
    """Dynamics does not give the table today."""
    NOT_CHOSEN = "not-chosen"
    FILTERED = "filtered"
    FOLDED = "folded"
    MERGED = "merged"
    LEFT_OUT = "left-out"
    """Another rule leaves it out."""
    NOT_READ = "not-read"
    """The sync has not met this record yet."""
    CHANGED = "changed"
    """It changed in Dynamics since the sync saw it."""
    IN_LINE = "in-line"
    """It waits in the outbox of a sync that is not at its end."""
    GUARD = "guard"
    QUOTA = "quota"
    PARENT = "parent"
    REFUSED = "refused"
    RETRY = "retry"
    """Passing trouble; it is tried again by itself."""
    GONE = "gone"
    """Somebody removed it in Marketo."""
    DOUBLED = "doubled"
    RULE = "rule"
    """A rule of the choice keeps Marketo's value."""
    WITHHELD = "withheld"
    """Somebody chose to leave the value out, as Marketo refused it."""
    CONSENT = "consent"
    """Marketo's unsubscription is never taken back."""
    FIELD_OUT = "field-out"
    """Marketo has no such field any more."""
    RETURNING = "returning"
    """Somebody changed the value in Marketo, and the next sync takes it to Dynamics."""
    NOT_TAKEN = "not-taken"
    """Dynamics does not take what somebody changed in Marketo."""
    NOT_ALLOWED = "not-allowed"
    """An account lacks the right that changes in Marketo need to reach Dynamics."""
    OVERWRITTEN = "overwritten"
    """Somebody changed the value in Marketo, where it stays for now."""
    NO_COMPANY = "no-company"
    """The person is there, without its company."""
    OTHER_COMPANY = "other-company"
    """Marketo has the person in a company, and Dynamics in none."""
    MARKED = "marked"
    """Marketo's record says that it is left out, though it is synced."""
    NO_OWNER = "no-owner"
    """The person is there, without its owner."""

    @property
    def by_rule(self) -> bool:
        """Whether a value differs by a rule, and stays so."""
        return self in {Cause.RULE, Cause.CONSENT, Cause.WITHHELD}


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the chain.

    Attributes:
        id: Stable name: ``dynamics``, ``fields``, ``filter``, ``carried``, ``read``, ``match``, ``sent``, ``waiting``,
            ``company``, ``owner``, ``values``, ``shared``.
        state: Passed, attention, or failed where the chain breaks.
        title: What it is about, as a short noun.
        finding: What was found, one plain sentence.
        cure: The next thing to do; empty where nothing is to be done.
        code: The vendor's code or ours, where there is one.
        detail: The vendor's own words.
    """

    id: str
    state: CheckState
    title: Message
    finding: Message
    cure: Message = NOTHING
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field on both sides.

    Attributes:
        source: Logical name of the Dynamics column.
        target: REST name of the Marketo field.
        label: How Marketo calls it.
        dynamics: Dynamics' value as Marketo would get it; empty for none.
        sent: What was sent last, where that is known for sure; None where it is not.
        marketo: Marketo's value; empty for none.
        equal: Whether both are the same.
        winner: Who wins where both changed.
        rule: Which way the field travels and what it may replace.
        cause: Why the two differ; None where they do not.
        finding: The same as a sentence.
    """

    source: str
    target: str
    label: str
    dynamics: str
    sent: str | None
    marketo: str
    equal: bool
    winner: System
    rule: Message
    cause: Cause | None = None
    finding: Message = NOTHING


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer about one record.

    Attributes:
        entity: Its table; None where Dynamics has no such record.
        id: Its Dynamics id; empty for none.
        name: How people call it.
        person: Marketo's id of what it is there; empty for none.
        steps: The chain.
        fields: Its fields on both sides; empty where one side has nothing.
        cause: The true reason.
        verdict: The same as a sentence.
        cure: What to do about it; empty where nothing is to be done.
        sent: When Marketo took it last, UTC.
    """

    entity: Entity | None
    id: str
    name: str
    person: str
    steps: tuple[Step, ...]
    fields: tuple[FieldView, ...]
    cause: Cause
    verdict: Message
    cure: Message = NOTHING
    sent: datetime | None = None

    @property
    def in_step(self) -> bool:
        """Whether everything is as it should be."""
        return self.cause is Cause.IN_STEP


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked, and an explanation for every record that it may mean."""

    asked: str
    explanations: tuple[Explanation, ...]


def id_in(text: str) -> str:
    """The bare Dynamics id that a text is, in braces or not; empty where it is none."""
    bare = text.strip().strip("{}()").lower()
    return bare if _ID.fullmatch(bare) else ""

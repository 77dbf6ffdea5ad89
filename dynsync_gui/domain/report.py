"""What a run did, and the records that need a look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dynsync_gui.domain.errors import GuardStop, Retry
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.text import NOTHING, Message, msgs


class RunKind(StrEnum):
    """Why a run was made."""

    FIRST = "first"
    CYCLE = "cycle"


class RunState(StrEnum):
    """Where a run stands."""

    READING = "reading"
    MATCHING = "matching"
    WRITING = "writing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run in numbers; read = acknowledged + outbox + problems + unchanged + skipped, always.

    Attributes:
        id: Number of the run in its profile.
        kind: First sync or a later cycle.
        state: Where it stands.
        started: UTC.
        ended: UTC; None while it is not over.
        read: Versions of Dynamics records.
        acknowledged: Taken by Marketo.
        outbox: Still to be sent.
        problems: Refused by Marketo, or left for a person to decide.
        unchanged: The same on both sides already.
        skipped: Left out by a rule (filter, folded lead, replaced by a newer version).
        calls: Calls to Marketo.
        cut: Values that records go with as far as they fit, by choice.
        left_out: Values that records go without, by choice.
    """

    id: int
    kind: RunKind
    state: RunState
    started: datetime
    ended: datetime | None = None
    read: int = 0
    acknowledged: int = 0
    outbox: int = 0
    problems: int = 0
    unchanged: int = 0
    skipped: int = 0
    calls: int = 0
    cut: int = 0
    left_out: int = 0

    @property
    def closes(self) -> bool:
        """Whether every record that was read is accounted for."""
        parts = self.acknowledged + self.outbox + self.problems + self.unchanged + self.skipped
        return self.read == parts

    @property
    def by_choice(self) -> tuple[Message, ...]:
        """What became of values that do not fit where a rule was chosen for them, a sentence each."""
        said = []
        if self.left_out:
            said.append(
                msgs(
                    "{n} value was left out because it does not fit its Marketo field, as you chose.",
                    "{n} values were left out because they do not fit their Marketo field, as you chose.",
                    self.left_out,
                )
            )
        if self.cut:
            said.append(
                msgs(
                    "{n} value was cut to fit its Marketo field, as you chose.",
                    "{n} values were cut to fit their Marketo field, as you chose.",
                    self.cut,
                )
            )
        return tuple(said)


@dataclass(frozen=True, slots=True)
class Problem:
    """A record set aside, or worth a look, with its reason.

    Attributes:
        entity: Its table.
        id: Its Dynamics id.
        name: How people call it, where known.
        field: The field the reason is about; empty where none is named.
        code: The vendor's code or ours.
        title: The reason in plain words.
        cure: What to do.
        since: UTC.
        retry: When it is tried again.
        detail: The vendor's own words.
        aside: Whether the record was set aside; a record that is in step but worth a look was not.
    """

    entity: Entity
    id: str
    name: str
    field: str
    code: str
    title: Message
    cure: Message
    since: datetime
    retry: Retry
    detail: str = ""
    aside: bool = True


@dataclass(frozen=True, slots=True)
class Status:
    """What a profile is doing.

    Attributes:
        state: ``new``, ``ready``, ``running``, ``attention`` or ``interrupted``.
        runs: The last ones, the newest first.
        next_run: When the next one is due; None where that is not known.
        guard: What the interrupted one stands still for until somebody agrees.
    """

    state: str
    runs: tuple[RunReport, ...] = ()
    next_run: datetime | None = None
    guard: GuardStop | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same on both sides.

    Attributes:
        entity: The record's table.
        id: Its Dynamics id.
        reason: Why.
        field: The Marketo field; empty where it is about the record as a whole.
        explained: Whether the sync knows the reason.
        by_rule: Whether it is so by a rule, and stays.
    """

    entity: Entity
    id: str
    reason: Message
    field: str = ""
    explained: bool = False
    by_rule: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """Both sides compared after a sync.

    Attributes:
        eligible: Dynamics records that belong in Marketo.
        found_once: Of those, in Marketo exactly once under their Dynamics id.
        equal: Of those, with equal values in every synced field.
        skipped: Left out by a rule.
        problems: Listed as problems.
        differences: What is left over and what differs by a rule, some of it at most.
        kept: Of those found once, equal but for values that differ by a rule.
    """

    eligible: int
    found_once: int
    equal: int
    skipped: int
    problems: int
    differences: tuple[Difference, ...] = ()
    kept: int = 0

    @property
    def holds(self) -> bool:
        """Whether every eligible record is in Marketo once, with equal values but for those that differ by a rule."""
        return self.eligible == self.found_once == self.equal + self.kept

    @property
    def by_rule(self) -> Message:
        """How many records differ by a rule; empty for none."""
        if not self.kept:
            return NOTHING
        return msgs(
            "{n} of them keeps a value of Marketo's by a rule, or goes without one of Dynamics'.",
            "{n} of them keep a value of Marketo's by a rule, or go without one of Dynamics'.",
            self.kept,
        )

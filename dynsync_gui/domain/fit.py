"""Which values Marketo would refuse or change, found before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dynsync_gui.domain.schema import Entity


class FitReason(StrEnum):
    """Why a value does not arrive as it is."""

    TOO_LONG = "too-long"
    TOO_MANY_BYTES = "too-many-bytes"
    NO_EMAIL = "no-email"
    DATE_RANGE = "date-range"
    NUMBER_RANGE = "number-range"
    NO_LABEL = "no-label"
    LINE_BREAKS = "line-breaks"
    NOT_ASCII = "not-ascii"


class FitOutcome(StrEnum):
    """What becomes of a value that does not fit."""

    REFUSED = "refused"
    """Marketo does not take the record."""
    CHANGED = "changed"
    """Marketo takes it, and it says something else there."""
    CUT = "cut"
    """By choice, it goes as far as it fits."""
    LEFT_OUT = "left-out"
    """By choice, the record goes without it."""

    @property
    def chosen(self) -> bool:
        """Whether somebody chose that it be so."""
        return self in {FitOutcome.CUT, FitOutcome.LEFT_OUT}


@dataclass(frozen=True, slots=True)
class Adapted:
    """A value of one record that does not reach Marketo as it is, mostly by a rule that was chosen for its field.

    Attributes:
        target: REST name of the Marketo field.
        outcome: What becomes of it.
        reason: Why it does not fit.
        value: The value, shortened.
    """

    target: str
    outcome: FitOutcome
    reason: FitReason
    value: str


@dataclass(frozen=True, slots=True)
class FitExample:
    """A record whose value does not fit."""

    id: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class AdaptedValues:
    """Such values of all records of a table that go to one Marketo field, with some of the records."""

    target: str
    outcome: FitOutcome
    reason: FitReason
    count: int
    examples: tuple[FitExample, ...] = ()


class FitCure(StrEnum):
    """What can be done about it here."""

    OTHER_TARGET = "other-target"
    TRIM = "trim"
    LEAVE_OUT = "leave-out"
    """These values only."""
    SKIP = "skip"
    """The whole field."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """The values of one field that do not fit, for one reason.

    Attributes:
        entity: The table.
        field: Logical name of the column.
        target: REST name of the Marketo field.
        reason: What is wrong.
        count: Records concerned.
        examples: Some of them.
        cures: What can be done about it.
        outcome: What becomes of them.
    """

    entity: Entity
    field: str
    target: str
    reason: FitReason
    count: int
    examples: tuple[FitExample, ...] = ()
    cures: tuple[FitCure, ...] = ()
    outcome: FitOutcome = FitOutcome.REFUSED


@dataclass(frozen=True, slots=True)
class FitReport:
    """What a fit check found.

    Attributes:
        rows: Records read per table.
        complete: Whether all records were read, or a sample.
        misfits: What does not fit.
    """

    rows: Mapping[Entity, int] = field(hash=False)
    complete: bool
    misfits: tuple[Misfit, ...] = ()

    @property
    def surprises(self) -> tuple[Misfit, ...]:
        """What nobody chose: values that Marketo would refuse or change."""
        return tuple(misfit for misfit in self.misfits if not misfit.outcome.chosen)


LONGEST_EXAMPLE = 80
"""Characters of a value that are shown."""


def shortened(text: str, most: int = LONGEST_EXAMPLE) -> str:
    """The text on one line, cut with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"

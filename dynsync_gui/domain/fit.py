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


class FitCure(StrEnum):
    """What can be done about it here."""

    OTHER_TARGET = "other-target"
    TRIM = "trim"
    LEAVE_OUT = "leave-out"
    """These values only."""
    SKIP = "skip"
    """The whole field."""


@dataclass(frozen=True, slots=True)
class FitExample:
    """A record whose value does not fit."""

    id: str
    name: str
    value: str


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
    """

    entity: Entity
    field: str
    target: str
    reason: FitReason
    count: int
    examples: tuple[FitExample, ...] = ()
    cures: tuple[FitCure, ...] = ()


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

"""Where the filter column stands in each table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.text import NOTHING, Message


class FilterColumn(StrEnum):
    """What a table has for a filter."""

    PRESENT = "present"
    MISSING = "missing"
    OTHER_TYPE = "other-type"
    OTHER_PREFIX = "other-prefix"


@dataclass(frozen=True, slots=True)
class FilterState:
    """The filter column of one table.

    Attributes:
        entity: The table.
        column: What is there.
        found: Logical name of what is there; empty where nothing is.
        yes: Records that say Yes; None where it is not known.
        no: Records that say No, which are kept out.
        blank: Records that say nothing.
        default: What a new record says; None where it is not known.
        may_create: Whether the column can be created with this sign-in.
        reason: Why not.
        warnings: What to know about it.
    """

    entity: Entity
    column: FilterColumn
    found: str = ""
    yes: int | None = None
    no: int | None = None
    blank: int | None = None
    default: bool | None = None
    may_create: bool = False
    reason: Message = NOTHING
    warnings: tuple[Message, ...] = ()

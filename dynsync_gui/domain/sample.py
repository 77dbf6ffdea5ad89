"""What the columns of a table hold, seen in some of its newest records."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColumnSample:
    """A glance at one column.

    Attributes:
        values: A few different values, as a person reads them.
        filled: Share of the sampled rows that have a value, 0 to 1.
        rows: How many rows were looked at.
    """

    values: tuple[str, ...]
    filled: float
    rows: int

"""One statement for many rows at once: other threads go on while it runs, and not only between any two of its rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import Any

HERE = "(here)"
"""Where the rows go in a statement."""

_SIZES = (1_000, 300, 100, 10, 1)
"""Rows that one statement takes: few sizes, as each is compiled once; 32,766 values are the most (SQLite, limits)."""


def row_of_marks(columns: int) -> str:
    """One row of so many values that are still to be bound."""
    return f"({', '.join('?' * columns)})"


def execute_many(connection: sqlite3.Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Carry out a statement over rows.

    Args:
        connection: In a transaction.
        statement: Takes rows of a ``VALUES`` clause at `HERE`.
        rows: All of one length.
    """
    for size in _SIZES:
        whole = len(rows) - len(rows) % size
        for start in range(0, whole, size):
            part = rows[start : start + size]
            marks = ", ".join([row_of_marks(len(part[0]))] * size)
            connection.execute(statement.replace(HERE, marks), tuple(chain.from_iterable(part)))
        rows = rows[whole:]

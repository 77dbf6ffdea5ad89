"""Many places of the ledger, some at a time: what is held of everybody is eight bytes each."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator

_AT_ONCE = 400


def places(connection: sqlite3.Connection, where: str, *values: object) -> array[int]:
    """Where the records are that a condition of ours holds for now, in the ledger's order.

    In another one, such as that of an index, each part would change pages from all over the file.
    """
    # With the sign SQLite sorts what an index found; without it might go through all rows, as those are sorted already.
    found = connection.execute(f"SELECT seq FROM records WHERE {where} ORDER BY +seq", values)
    return array("q", (seq for (seq,) in found))


def parts(seqs: array[int]) -> Iterator[tuple[array[int], str]]:
    """As many places at a time as a statement takes well, and the marks that stand for them in it."""
    for start in range(0, len(seqs), _AT_ONCE):
        part = seqs[start : start + _AT_ONCE]
        yield part, ",".join("?" * len(part))

"""The files that people travel in: RFC 4180, our key first, none with a value that a file cannot say for sure.

What an empty cell does to a value that is there is not documented (Adobe, bulk import). So that none is met, people who
are in Marketo already share a file only with others of whom the same fields are sent; who is new has nothing to lose.
Their files name them by Marketo's ids, which never create anybody (the same page): by the key one who was merged or
deleted there meanwhile would be made anew.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from dynsync_gui.domain.imports import MOST_BYTES, Departure
from dynsync_gui.domain.schema import KEY_FIELD
from dynsync_gui.domain.settings import BulkUse
from dynsync_gui.domain.storage.records import LedgerRecord, Match
from dynsync_gui.engine import outgoing
from dynsync_gui.engine.sending import without

FILE_BYTES = int(MOST_BYTES * 0.95)
"""Bytes of all files that are being filled."""

LEAST_ROWS = 1_000
"""People of one more file; calls for fewer cost less than asking how far it is."""

LEAST_PEOPLE = 3_000
"""People for whom the way by file saves calls at all: it takes about ten for the first file."""

CALLS_ONCE, CALLS_A_FILE = 6, 4
"""Calls for the ids of new people, and for one file, as forecast."""

ROWS_A_SECOND = 10.0
"""How fast Marketo reads a file in, as forecast: it publishes no speed, and others tell of ten thousand in a quarter of
an hour."""

ROW_BYTES = 300
"""What one person takes in a file, as forecast."""

_MOST_SHAPES = 20
_EMPTY = {"", "null"}
"""Texts that a reader of files may take for no value."""


class PeopleFile:
    """A file that is being filled; of each person only its line is kept, and what the ledger is to know.

    Attributes:
        known: Whether Marketo has its people, so that they travel by Marketo's ids.
    """

    def __init__(self, *, known: bool = False) -> None:
        self.known = known
        self.rows: list[tuple[Departure, int, bytes]] = []
        self._columns: dict[str, None] = {KEY_FIELD: None}
        self._filled: dict[frozenset[str], frozenset[str]] = {}
        self._bytes = 0

    @property
    def size(self) -> int:
        """Bytes at most."""
        return self._bytes + (len(self.rows) + 1) * len(self._columns) + sum(map(len, self._columns))

    def add(self, record: LedgerRecord, cells: Mapping[str, str], dropped: frozenset[str]) -> None:
        """One person more."""
        self._columns |= dict.fromkeys(cells)
        line = _line(cells.get(name, "") for name in self._columns)
        filled = outgoing.filled(record, record.links) - dropped
        departure = Departure(record.seq, record.version, self._filled.setdefault(filled, filled), record.links.text)
        self.rows.append((departure, len(self._columns), line))
        self._bytes += len(line)

    @property
    def departures(self) -> list[Departure]:
        """What the ledger keeps of them."""
        return [departure for departure, _, _ in self.rows]

    def content(self, seqs: Collection[int]) -> bytes:
        """The file, with these of its people only; columns that came later are empty cells of earlier lines."""
        lines = [_line(self._columns)]
        for departure, columns, line in self.rows:
            if departure.seq in seqs:
                lines.append(line[:-2] + b"," * (len(self._columns) - columns) + line[-2:])
        return b"".join(lines)


def files(records: Iterable[LedgerRecord], dropped: frozenset[str]) -> Iterator[PeopleFile]:
    """Fill files with records; who does not fit into any is passed over.

    Args:
        records: In ledger order.
        dropped: Fields that Marketo no longer has.
    """
    shapes: dict[tuple[str, ...], PeopleFile] = {}
    for record in records:
        known = record.match is Match.UPDATE
        cells = _cells(without(outgoing.row(record) | ({"id": record.marketo_id} if known else {}), dropped))
        if cells is None:
            continue
        shape = tuple(sorted(cells)) if known else ()
        if shape and shape not in shapes and len(shapes) >= _MOST_SHAPES:
            continue
        shapes.setdefault(shape, PeopleFile(known=known)).add(record, cells, dropped)
        if sum(one.size for one in shapes.values()) > FILE_BYTES:
            yield shapes.pop(max(shapes, key=lambda shape: shapes[shape].size))
    yield from (one for one in shapes.values() if len(one.rows) >= LEAST_ROWS)


def _line(cells: Iterable[str]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerow(cells)
    return stream.getvalue().encode("utf-8", "replace")


def _cells(row: Mapping[str, Any]) -> Mapping[str, str] | None:
    """A row as cells; None where a value is cleared or reads as if it were."""
    cells = {name: _cell(value) for name, value in row.items()}
    return None if any(cell.casefold() in _EMPTY for cell in cells.values()) else cells


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def by_file(use: BulkUse, calls: int, left: int, people: Callable[[], int]) -> bool:
    """Whether people travel in files.

    Args:
        use: What was chosen.
        calls: Calls that everything takes without files.
        left: Calls that are left of today's share.
        people: Counts who may; asked only where it matters.
    """
    if use is BulkUse.NEVER or (use is not BulkUse.ALWAYS and calls <= left):
        return False
    return people() >= LEAST_PEOPLE


def calls_by_file(people: int) -> int:
    """Calls that people take in files, as forecast."""
    number = -(-people * ROW_BYTES // FILE_BYTES)
    return CALLS_ONCE + CALLS_A_FILE * number

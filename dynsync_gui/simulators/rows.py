"""One Dataverse table's rows in memory: sparse dictionaries, ordered by id, with versions and deletions."""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dynsync_gui.simulators.schema_tables import TableSchema

Row = dict[str, Any]
"""Values of a row by property name; a column without a value is absent."""


class RowTable:
    """Rows of one table. A changed row is a new dictionary, so that a reader may keep the old one."""

    def __init__(self, schema: TableSchema) -> None:
        self.schema = schema
        self.deleted: list[tuple[int, str]] = []
        self._rows: dict[str, Row] = {}
        self._ids: list[str] = []

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return (self._rows[row_id] for row_id in self._ids)

    def get(self, row_id: str) -> Row | None:
        """The row of that id, in any letter case."""
        return self._rows.get(row_id.lower())

    def fill(self, rows: Iterable[Row]) -> None:
        """Takes many new rows over at once."""
        key = self.schema.primary_id
        self._rows.update((row[key], row) for row in rows)
        self._ids = sorted(self._rows)

    def put(self, row: Row) -> None:
        """Inserts a row or replaces the one of the same id."""
        row_id = row[self.schema.primary_id]
        if row_id not in self._rows:
            insort(self._ids, row_id)
        self._rows[row_id] = row

    def remove(self, row_id: str, version: int) -> bool:
        """Deletes a row and remembers it; False where there is none."""
        if self._rows.pop(row_id, None) is None:
            return False
        self._ids.remove(row_id)
        self.deleted.append((version, row_id))
        return True

    def after(self, last_id: str, count: int) -> list[Row]:
        """At most so many rows behind an id, in the order of ids."""
        start = bisect_right(self._ids, last_id)
        return [self._rows[row_id] for row_id in self._ids[start : start + count]]

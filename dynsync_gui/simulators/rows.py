"""One Dataverse table's rows in memory: packed, ordered by id, with versions and deletions."""

from __future__ import annotations

import marshal
from array import array
from bisect import bisect_left, bisect_right, insort
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynsync_gui.simulators.schema_tables import TableSchema

Row = dict[str, Any]
"""Values of a row by property name; a column without a value is absent."""

_VERSION = "versionnumber"


class RowTable:
    """Rows of one table.

    A million dictionaries would fill the memory, so that a row is kept as bytes: its values in the order of the
    table's places, then its version. Each reader gets a dictionary of its own.

    Attributes:
        schema: What the table looks like.
        deleted: Version and id of each deletion.
    """

    def __init__(self, schema: TableSchema) -> None:
        self.schema = schema
        self.deleted: list[tuple[int, str]] = []
        self._names: list[str] = []
        self._known: set[str] = {schema.primary_id, _VERSION}
        self._rows: dict[str, bytes] = {}
        self._ids: list[str] = []
        self._versions = array("q")
        self._changed: list[str] = []

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, row_id: str) -> bool:
        return row_id.lower() in self._rows

    def __iter__(self) -> Iterator[Row]:
        return self.behind()

    def get(self, row_id: str) -> Row | None:
        """The row of that id, in any letter case."""
        row_id = row_id.lower()
        packed = self._rows.get(row_id)
        return None if packed is None else self._unpacked(row_id, packed)

    def stage(self, row: Row) -> None:
        """Takes a generated row over; ``number`` and at the end ``settle`` have to follow."""
        self._rows[row[self.schema.primary_id]] = self._packed({**row, _VERSION: 0})

    def number(self, row_id: str, version: int) -> None:
        """Gives a staged row its version, which is higher than any before."""
        self._rows[row_id] = self._rows[row_id][:-8] + version.to_bytes(8, "big")
        self._versions.append(version)
        self._changed.append(row_id)

    def staged(self) -> list[Row]:
        """The rows so far, in the order in which they came."""
        return [self._unpacked(row_id, packed) for row_id, packed in self._rows.items()]

    def settle(self) -> None:
        """Ends the staging: from now on the rows are in order."""
        self._ids = sorted(self._rows)

    def put(self, row: Row) -> None:
        """Inserts a row or replaces the one of the same id; its version is higher than any before."""
        row_id = row[self.schema.primary_id]
        if row_id not in self._rows:
            insort(self._ids, row_id)
        self._rows[row_id] = self._packed(row)
        self._versions.append(row[_VERSION])
        self._changed.append(row_id)

    def remove(self, row_id: str, version: int) -> bool:
        """Deletes a row and remembers it; False where there is none."""
        if self._rows.pop(row_id, None) is None:
            return False
        del self._ids[bisect_left(self._ids, row_id)]
        self.deleted.append((version, row_id))
        return True

    def after(self, last_id: str, count: int) -> list[Row]:
        """At most so many rows behind an id, in the order of ids."""
        start = bisect_right(self._ids, last_id)
        return [self._unpacked(row_id, self._rows[row_id]) for row_id in self._ids[start : start + count]]

    def behind(self, last_id: str = "") -> Iterator[Row]:
        """Every row behind an id, in the order of ids; what changes meanwhile may be seen or not, as on any page."""
        ids = self._ids[bisect_right(self._ids, last_id) :]
        return (self._unpacked(row_id, packed) for row_id in ids if (packed := self._rows.get(row_id)) is not None)

    def changed(self, since: int, until: int) -> Iterator[Row]:
        """Rows whose last change has a version in that span, in the order of versions."""
        for place in range(bisect_right(self._versions, since), bisect_right(self._versions, until)):
            packed = self._rows.get(self._changed[place])
            if packed is not None and int.from_bytes(packed[-8:], "big") == self._versions[place]:
                yield self._unpacked(self._changed[place], packed)

    def naming(self, row_id: str) -> list[Row]:
        """Rows in which an id stands anywhere, found without unpacking the others."""
        wanted = row_id.lower().encode()
        return [self._unpacked(key, packed) for key, packed in self._rows.items() if wanted in packed]

    def holding(self, text: str) -> list[Row]:
        """Rows in which a text stands anywhere in any ASCII letter case."""
        wanted = text.encode().lower()
        return [self._unpacked(key, packed) for key, packed in self._rows.items() if wanted in packed.lower()]

    def forget(self, name: str) -> None:
        """Drops every value of a property; a later column of the same name begins empty."""
        if name in self._known:
            self._known.discard(name)
            self._names[self._names.index(name)] = ""

    def mark(self, row_id: str) -> bytes | None:
        """What ``restore`` needs to undo whatever happens to a row next."""
        return self._rows.get(row_id)

    def restore(self, row_id: str, mark: bytes | None) -> None:
        """Puts a row back as it was; nothing of what happened in between is in a delta."""
        if mark is None:
            if self._rows.pop(row_id, None) is not None:
                del self._ids[bisect_left(self._ids, row_id)]
            return
        if row_id not in self._rows:
            insort(self._ids, row_id)
            self.deleted = [entry for entry in self.deleted if entry[1] != row_id]
        self._rows[row_id] = mark

    def _packed(self, row: Row) -> bytes:
        if not row.keys() <= self._known:
            new = [name for name in row if name not in self._known]
            self._names += new
            self._known.update(new)
        version: int = row[_VERSION]
        return marshal.dumps(tuple(map(row.get, self._names))) + version.to_bytes(8, "big")

    def _unpacked(self, row_id: str, packed: bytes) -> Row:
        # marshal ignores what follows its value: the version.
        values = zip(self._names, marshal.loads(packed), strict=False)  # noqa: S302 - bytes of our own
        row = {name: value for name, value in values if value is not None}
        row.pop("", None)
        row[self.schema.primary_id] = row_id
        row[_VERSION] = int.from_bytes(packed[-8:], "big")
        return row

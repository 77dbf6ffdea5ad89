"""Takes generated rows over and gives them versions once all of them are there."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dynsync_gui.simulators.rows import Row
    from dynsync_gui.simulators.world import World

_ONLY_DIGITS = str.maketrans("", "", "-T:Z")


class Staging:
    """The rows of a world that is being made.

    The organisation's row version rises with every change, so that the row changed last has the highest one: nothing
    has a version before ``settle``.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._names = list(world.tables)
        self._modified = array("q")
        self._tables = bytearray()
        self._ids: list[str] = []

    def add(self, table: str, row: Row) -> str:
        """Takes a row over; gives its id."""
        rows = self._world.tables[table]
        rows.stage(row)
        row_id = str(row[rows.schema.primary_id])
        self._modified.append(int(row["modifiedon"].translate(_ONLY_DIGITS)))
        self._tables.append(self._names.index(table))
        self._ids.append(row_id)
        return row_id

    def settle(self) -> None:
        """Numbers every row in the order of changes."""
        tables = [self._world.tables[name] for name in self._names]
        for place in sorted(range(len(self._ids)), key=self._modified.__getitem__):
            tables[self._tables[place]].number(self._ids[place], self._world.next_version())
        for rows in tables:
            rows.settle()

"""The rehearsal's one world: an organisation's people and what may be done to them from outside."""

from __future__ import annotations

import random
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.clock import Clock
from dynsync_gui.simulators.rows import Row, RowTable
from dynsync_gui.simulators.schema_tables import table_schemas

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FIRST_VERSION = 4_000_000
_OWNERS = ("systemuser", "team")


@dataclass(frozen=True, slots=True)
class Owner:
    """A user or team that owns rows."""

    id: str
    name: str
    is_team: bool


class World:
    """Rows of every table and the organisation around them; safe from several threads.

    Attributes:
        lock: Held for every change, and while a reader picks the rows of a page.
        version: The highest row version given out, one sequence for the whole organisation.
        token_days: ``expirechangetrackingindays`` of the organisation.
        oldest_token: Change tokens of a smaller version are refused as expired.
        metadata_version: ``globalmetadataversion``; moves when a table or a column becomes another one.
        customisations: These: version, table, column or nothing.
        owners: Users and teams by id.
    """

    def __init__(self, seed: int = 1, clock: Clock | None = None) -> None:
        self.seed = seed
        self.clock = clock or Clock()
        self.lock = threading.RLock()
        self.version = FIRST_VERSION
        self.token_days = 7
        self.oldest_token = 0
        self.metadata_version = 1_048_576
        self.customisations: list[tuple[int, str, str]] = []
        self.tables = {name: RowTable(schema) for name, schema in table_schemas().items()}
        self.owners: dict[str, Owner] = {}
        self._marks: list[tuple[RowTable, str, bytes | None]] | None = None
        self.random = random.Random(seed)  # noqa: S311 - a seeded world must be repeatable
        self.business_unit, self.currency, self.organisation = (self.guid() for _ in range(3))

    def guid(self) -> str:
        """The next id of the seeded sequence."""
        return guid_of(self.random)

    def add_owner(self, row_id: str, name: str, *, is_team: bool) -> None:
        """Lets a row of the user or team table own others."""
        self.owners[row_id] = Owner(row_id, name, is_team)

    @property
    def somebody(self) -> str | None:
        """The user who changes what nobody else changes: not the first one, who is the sync user."""
        users = [owner.id for owner in self.owners.values() if not owner.is_team]
        return users[1] if len(users) > 1 else None

    def next_version(self) -> int:
        """Counts the organisation's row version up; the caller holds the lock."""
        self.version += 1
        return self.version

    def table_of_set(self, entity_set: str) -> RowTable | None:
        """The table of an entity set's name."""
        return next((t for t in self.tables.values() if t.schema.entity_set == entity_set), None)

    def target_of(self, row_id: str) -> str | None:
        """Logical name of the table that holds an id."""
        row_id = row_id.lower()
        if row_id == self.business_unit:
            return "businessunit"
        return next((name for name, rows in self.tables.items() if row_id in rows), None)

    def name_of(self, row_id: str) -> str | None:
        """Primary name of the row of an id, as lookups show it."""
        if row_id == self.business_unit:
            return "Rehearsal"
        for rows in self.tables.values():
            row = rows.get(row_id)
            if row is not None:
                name = row.get(rows.schema.primary_name)
                return None if name is None else str(name)
        return None

    def row(self, table: str, row_id: str) -> Row:
        """A copy of a row; KeyError where there is none."""
        row = self.tables[table].get(row_id)
        if row is None:
            raise KeyError(row_id)
        return dict(row)

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Undoes every change of rows that was made inside when it ends with an error."""
        with self.lock:
            outer, self._marks = self._marks, []
            try:
                yield
            except BaseException:
                for rows, row_id, mark in reversed(self._marks):
                    rows.restore(row_id, mark)
                raise
            finally:
                self._marks = outer

    def insert(self, table: str, values: Mapping[str, Any], by: str | None = None) -> str:
        """Creates a row; gives its id, which the values may name.

        Args:
            table: Logical name.
            values: By logical or property name.
            by: The user who does it; None for somebody in Dynamics.
        """
        rows = self.tables[table]
        properties, key = rows.schema.properties, rows.schema.primary_id
        with self.lock:
            row_id = str(values.get(key) or self.guid()).lower()
            owner = by if by in self.owners else next(iter(self.owners), None)
            begun: Row = {
                key: row_id,
                "createdon": self.clock.stamp(),
                "_createdby_value": by or self.somebody,
                "statecode": 0,
                "statuscode": 1,
                "_ownerid_value": owner,
                "_owninguser_value": owner,
                "_owningbusinessunit_value": self.business_unit,
            }
            row = {name: c.default for name, c in properties.items() if c.default is not None}
            row |= {name: value for name, value in begun.items() if name in properties and value is not None}
            self._apply(rows, row, {**values, key: row_id}, by)
        return row_id

    def update(self, table: str, row_id: str, changes: Mapping[str, Any], by: str | None = None) -> None:
        """Changes a row; None clears a column. Bumps ``versionnumber`` and ``modifiedon``, names who did it."""
        with self.lock:
            self._apply(self.tables[table], self.row(table, row_id), changes, by)

    def delete(self, table: str, row_id: str) -> bool:
        """Deletes a row with its connections and clears the lookups that name it; False where there is none."""
        row_id = row_id.lower()
        with self.lock:
            self._mark(self.tables[table], row_id)
            if not self.tables[table].remove(row_id, self.next_version()):
                return False
            for name, rows in self.tables.items():
                lookups = rows.schema.lookups_to(table)
                for row in rows.naming(row_id) if lookups else ():
                    child_id = row[rows.schema.primary_id]
                    cleared = {c.name: None for c in lookups if row.get(c.property_name) == row_id}
                    if cleared.keys() & {"record1id", "record2id"}:
                        self.delete(name, child_id)
                    elif cleared and child_id in rows:
                        self.update(name, child_id, cleared)
        return True

    def drop_column(self, table: str, column: str) -> None:
        """Takes a column away, as a customiser may; its values are lost."""
        with self.lock:
            rows = self.tables[table]
            rows.forget(rows.schema.columns.pop(column).property_name)
            self.customised(table, column)

    def customised(self, table: str, column: str = "") -> None:
        """Counts the version of the definitions up, as one of them became another one; the caller holds the lock."""
        self.metadata_version += 1
        self.customisations.append((self.metadata_version, table, column))

    def expire_tokens(self) -> None:
        """Makes every change token given out so far too old."""
        with self.lock:
            self.oldest_token = self.next_version()

    def as_json(self) -> dict[str, list[Row]]:
        """Every row of every table."""
        with self.lock:
            return {name: list(rows) for name, rows in self.tables.items()}

    def _mark(self, rows: RowTable, row_id: str) -> None:
        if self._marks is not None:
            self._marks.append((rows, row_id, rows.mark(row_id)))

    def _apply(self, rows: RowTable, row: Row, changes: Mapping[str, Any], by: str | None) -> None:
        properties = rows.schema.properties
        for name, value in changes.items():
            column = rows.schema.columns.get(name)
            key = column.property_name if column is not None else name
            if key not in properties:
                raise KeyError(name)
            if value is None:
                row.pop(key, None)
            else:
                row[key] = value.lower() if properties[key].is_lookup else value
            if key == "_ownerid_value":
                owner = self.owners[row[key]]
                row.pop("_owninguser_value", None)
                row.pop("_owningteam_value", None)
                row["_owningteam_value" if owner.is_team else "_owninguser_value"] = owner.id
        name, changed_by = rows.schema.name, by or self.somebody
        if rows.schema.primary_name == "fullname" and ("fullname" not in changes or name != "systemuser"):
            full = " ".join(str(row[part]) for part in ("firstname", "middlename", "lastname") if row.get(part))
            row["fullname"] = full
        if changed_by is not None:
            row["_modifiedby_value"] = changed_by
        row["modifiedon"], row["versionnumber"] = self.clock.stamp(), self.next_version()
        self._mark(rows, row[rows.schema.primary_id])
        rows.put(row)
        if name in _OWNERS:
            title = str(row.get(rows.schema.primary_name, ""))
            self.add_owner(row[rows.schema.primary_id], title, is_team=name == "team")


def guid_of(chance: random.Random) -> str:
    """The next id of a seeded sequence."""
    digits = f"{chance.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

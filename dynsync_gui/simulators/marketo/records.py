"""Records of one Marketo object in memory, with an index of every searchable field."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dynsync_gui.simulators.clock import Clock

Record = dict[str, Any]
_POOLED = 50_000
_POOLED_LENGTH = 40


class RecordStore:
    """Records by id. A changed record is a new dictionary, so that a reader may keep the old one."""

    def __init__(self, clock: Clock, first_id: int, always: Record | None = None) -> None:
        self.lock = threading.RLock()
        self._clock = clock
        self._next = first_id
        self._always = always or {}
        self._records: dict[int, Record] = {}
        self._indexes: dict[str, dict[str, int | list[int]]] = {}
        self._pool: dict[str, str] = {}
        self._second = ""

    def __len__(self) -> int:
        return len(self._records)

    def get(self, record_id: int) -> Record | None:
        """The record of an id."""
        return self._records.get(record_id)

    def index(self, names: Iterable[str]) -> None:
        """Begins to index fields."""
        for name in names:
            if name not in self._indexes and name != "id":
                self._indexes[name] = {}
                for record in self._records.values():
                    self._enter(name, record)

    def find(self, name: str, value: Any) -> list[int]:
        """Ids of the records with this value, in any letter case."""
        if name == "id":
            number = int(value) if str(value).isascii() and str(value).isdigit() else -1
            return [number] if number in self._records else []
        self.index([name])
        found = self._indexes[name].get(_key(value), [])
        return list(found) if isinstance(found, list) else [found]

    def create(self, values: Record) -> int:
        """Adds a record; gives its id."""
        with self.lock:
            record_id, now = self._next, self._now()
            self._next += 1
            record = {"id": record_id, "createdAt": now, "updatedAt": now, **self._always}
            record.update((name, self._pooled(value)) for name, value in values.items() if value is not None)
            self._records[record_id] = record
            for name in self._indexes:
                self._enter(name, record)
            return record_id

    def update(self, record_id: int, values: Record) -> None:
        """Changes a record; None clears a field. A record deleted meanwhile stays deleted."""
        with self.lock:
            old = self._records.get(record_id)
            if old is None:
                return
            record = dict(old)
            for name, value in values.items():
                if value is None:
                    record.pop(name, None)
                else:
                    record[name] = self._pooled(value)
            record["updatedAt"] = self._now()
            for name in self._indexes:
                if old.get(name) != record.get(name):
                    self._leave(name, old)
                    self._enter(name, record)
            self._records[record_id] = record

    def delete(self, record_id: int) -> bool:
        """Removes a record; False where there is none."""
        with self.lock:
            record = self._records.pop(record_id, None)
            if record is None:
                return False
            for name in self._indexes:
                self._leave(name, record)
            return True

    def all(self) -> list[Record]:
        """Every record in the order of ids."""
        with self.lock:
            return list(self._records.values())

    def _now(self) -> str:
        """The present second; records of one second share one text."""
        now = self._clock.stamp()
        if now != self._second:
            self._second = now
        return self._second

    def _pooled(self, value: Any) -> Any:
        """Short texts that many records share are kept once."""
        if isinstance(value, str) and len(value) <= _POOLED_LENGTH:
            if value in self._pool:
                return self._pool[value]
            if len(self._pool) < _POOLED:
                self._pool[value] = value
        return value

    def _enter(self, name: str, record: Record) -> None:
        value = record.get(name)
        if value is None:
            return
        index, key, record_id = self._indexes[name], _key(value), record["id"]
        known = index.get(key)
        if known is None:
            index[key] = record_id
        elif isinstance(known, list):
            known.append(record_id)
        else:
            index[key] = [known, record_id]

    def _leave(self, name: str, record: Record) -> None:
        value = record.get(name)
        if value is None:
            return
        index, key, record_id = self._indexes[name], _key(value), record["id"]
        known = index.get(key)
        if isinstance(known, list):
            left = [other for other in known if other != record_id]
            index[key] = left[0] if len(left) == 1 else left
        elif known == record_id:
            del index[key]


def _key(value: Any) -> str:
    """Text without its letter case; most texts are small already, and then nothing is kept twice."""
    text = str(value)
    lower = text.lower()
    return text if lower == text else lower

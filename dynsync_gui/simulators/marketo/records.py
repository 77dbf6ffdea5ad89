"""Records of one Marketo object in memory, with an index of every searchable field."""

from __future__ import annotations

import re
import threading
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dynsync_gui.simulators.clock import Clock

Record = dict[str, Any]
Name = str | tuple[str, ...]
_NONE: dict[int, None] = {}
_GUID_TAIL = re.compile(r"[0-9a-fA-F]{12}")
_POOLED = 50_000
_POOLED_LENGTH = 40


class RecordStore:
    """Records by number.

    A record is kept as a tuple whose first item are its names, one tuple for all records with the same ones: that
    takes a third of a dictionary's room. What a reader gets is a dictionary of its own.

    Attributes:
        id_field: What clients know a record by: ``id``, its number, or ``marketoGUID``, which is made from the number.
        watch: Told of every record created (old is None) and changed, with both of its states.
    """

    def __init__(self, clock: Clock, first_id: int, always: Record | None = None, *, guids: str = "") -> None:
        """An empty store.

        Args:
            clock: The world's time.
            first_id: Number of the first record.
            always: Values of every new record.
            guids: Any word, whose records are then known by ``marketoGUID``; other words give other ids.
        """
        self.lock = threading.RLock()
        self.id_field = "marketoGUID" if guids else "id"
        self.watch: Callable[[Record | None, Record], None] | None = None
        # The last group of a GUID holds the record's number, so that nothing has to be kept for it.
        self._guid_head = str(uuid.uuid5(uuid.NAMESPACE_OID, guids))[:24]
        self._clock = clock
        self._next = first_id
        self._always = always or {}
        self._records: dict[int, tuple[Any, ...]] = {}
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._indexes: dict[Name, dict[str, int | dict[int, None]]] = {}
        self._pool: dict[str, str] = {}
        self._second = ""

    def __len__(self) -> int:
        return len(self._records)

    def get(self, record_id: int) -> Record | None:
        """The record of an id."""
        kept = self._records.get(record_id)
        return None if kept is None else _opened(kept)

    def index(self, names: Iterable[Name]) -> None:
        """Begins to index fields, or several of them together."""
        for name in names:
            if name not in self._indexes and name not in {"id", "marketoGUID"}:
                self._indexes[name] = {}
                for kept in self._records.values():
                    self._enter(name, _opened(kept))

    def public_id(self, record_id: int) -> int | str:
        """The id that clients see."""
        return record_id if self.id_field == "id" else f"{self._guid_head}{record_id:012x}"

    def find(self, name: Name, value: Any) -> list[int]:
        """Ids of the records with this value, in any letter case; several fields together take a tuple of values."""
        if name == "id":
            number = int(value) if str(value).isascii() and str(value).isdigit() else -1
            return [number] if number in self._records else []
        if name == "marketoGUID":
            head, tail = str(value).lower()[:24], str(value)[24:]
            number = int(tail, 16) if head == self._guid_head and _GUID_TAIL.fullmatch(tail) else -1
            return [number] if number in self._records else []
        found = self._hits(name, value)
        return [found] if isinstance(found, int) else list(found)

    def has(self, name: Name, value: Any) -> bool:
        """Whether any record has this value."""
        return bool(self._hits(name, value))

    def _hits(self, name: Name, value: Any) -> int | dict[int, None]:
        self.index([name])
        return self._indexes[name].get(_key(value), _NONE)

    def create(self, values: Record) -> int:
        """Adds a record; gives its id."""
        with self.lock:
            record_id, now = self._next, self._now()
            self._next += 1
            record = {"id": record_id, "createdAt": now, "updatedAt": now, **self._always}
            record.update((name, self._pooled(value)) for name, value in values.items() if value is not None)
            self._records[record_id] = self._packed(record)
            for indexed in self._indexes:
                self._enter(indexed, record)
            if self.watch is not None:
                self.watch(None, record)
            return record_id

    def update(self, record_id: int, values: Record) -> None:
        """Changes a record; None clears a field. A record deleted meanwhile stays deleted."""
        with self.lock:
            old = self.get(record_id)
            if old is None:
                return
            record = dict(old)
            for name, value in values.items():
                if value is None:
                    record.pop(name, None)
                else:
                    record[name] = self._pooled(value)
            record["updatedAt"] = self._now()
            for indexed in self._indexes:
                if _value(indexed, old) != _value(indexed, record):
                    self._leave(indexed, old)
                    self._enter(indexed, record)
            self._records[record_id] = self._packed(record)
            if self.watch is not None:
                self.watch(old, record)

    def delete(self, record_id: int) -> bool:
        """Removes a record; False where there is none."""
        with self.lock:
            kept = self._records.pop(record_id, None)
            if kept is None:
                return False
            record = _opened(kept)
            for name in self._indexes:
                self._leave(name, record)
            return True

    def all(self) -> list[Record]:
        """Every record in the order of ids."""
        with self.lock:
            return [_opened(kept) for kept in self._records.values()]

    def public(self) -> list[Record]:
        """Every record with the id that clients know it by."""
        return [record | {self.id_field: self.public_id(record["id"])} for record in self.all()]

    def _packed(self, record: Record) -> tuple[Any, ...]:
        names = tuple(record)
        return (self._names.setdefault(names, names), *record.values())

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

    def _enter(self, name: Name, record: Record) -> None:
        value = _value(name, record)
        if value is None:
            return
        index, key, record_id = self._indexes[name], _key(value), record["id"]
        known = index.get(key)
        if known is None:
            index[key] = record_id
        elif isinstance(known, dict):
            known[record_id] = None
        else:
            index[key] = {known: None, record_id: None}

    def _leave(self, name: Name, record: Record) -> None:
        value = _value(name, record)
        if value is None:
            return
        index, key = self._indexes[name], _key(value)
        known = index.get(key)
        if isinstance(known, dict) and len(known) > 1:
            known.pop(record["id"], None)
        elif known is not None:
            del index[key]


def _opened(kept: tuple[Any, ...]) -> Record:
    return dict(zip(kept[0], kept[1:], strict=True))


def _value(name: Name, record: Record) -> Any:
    return record.get(name) if isinstance(name, str) else tuple(record.get(part) for part in name)


def _key(value: Any) -> str:
    """Text without its letter case; most texts are small already, and then nothing is kept twice."""
    text = "\x1f".join(map(str, value)) if isinstance(value, tuple) else str(value)
    lower = text.lower()
    return text if lower == text else lower

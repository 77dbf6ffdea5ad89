"""Calls that companies, sales persons, opportunities, roles and custom objects have in common."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.marketo.calls import (
    MOST_VALUES,
    Question,
    choice,
    filter_values,
    json_body,
    parameters,
    records_of,
    required,
    wanted,
)
from dynsync_gui.simulators.marketo.errors import MarketoError, RecordError, success
from dynsync_gui.simulators.marketo.values import stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.gate import Answer
    from dynsync_gui.simulators.marketo.calls import Fields
    from dynsync_gui.simulators.marketo.records import Name, Record, RecordStore

    Decision = tuple[list[int], Record] | RecordError

_ACTIONS = ("createOrUpdate", "createOnly", "updateOnly")
_BY = ("dedupeFields", "idField")
_LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """What tells one kind of object from another.

    Attributes:
        about: What describe says first: names, description, moments.
        fields: Its fields.
        store: Its records.
        keys: Fields that together tell its records apart.
        shown: Fields that a query gives unless it names others.
        needs: Fields that a new record must have beside its keys, and that cannot be cleared.
        links: Refuses values that name a record which does not exist.
        in_use: Whether other records refer to one, so that it cannot be deleted.
        relations: Its links, as describe prints them.
    """

    about: dict[str, Any]
    fields: Fields
    store: RecordStore
    keys: tuple[str, ...]
    shown: tuple[str, ...]
    needs: tuple[str, ...] = ()
    links: Callable[[Record], None] = lambda _values: None
    in_use: Callable[[Record], bool] = lambda _record: False
    relations: list[dict[str, Any]] = field(default_factory=list)

    @property
    def id_field(self) -> str:
        """``id`` or ``marketoGUID``."""
        return self.store.id_field

    def described(self, *, with_fields: bool = True) -> Record:
        """The object's keys and fields."""
        compound = [list(self.keys)] if len(self.keys) > 1 else []
        row = self.about | {
            "idField": self.id_field,
            "dedupeFields": list(self.keys),
            "searchableFields": [*compound, *([name] for name in self.fields.searchable)],
            "relationships": self.relations,
        }
        if with_fields:
            frozen = {self.id_field, *self.keys}
            rows = [(each, each.described(crm_managed=False)) for each in self.fields]
            row["fields"] = [shown | {"updateable": False} if e.name in frozen else shown for e, shown in rows]
        return row

    def key_of(self, record: Record) -> Any:
        """The value or values of the keys; a record without one of them is refused."""
        values = tuple(record.get(name) for name in self.keys)
        for name, value in zip(self.keys, values, strict=True):
            if value is None or value == "":
                raise RecordError("1003", f"Value for field '{name}' is required")
            if not isinstance(value, str | int) or len(str(value)) > _LONGEST_KEY:
                raise RecordError("1003", f"Invalid value for field '{name}' and value '{value}'")
        return values if len(values) > 1 else values[0]

    @property
    def key_name(self) -> Name:
        """The key, or the keys together."""
        return self.keys if len(self.keys) > 1 else self.keys[0]


class ObjectCalls:
    """Describe, query, sync and delete of one kind; rows carry ``seq``, their place in the input."""

    def __init__(self, kind: ObjectKind, wait: Callable[[], None]) -> None:
        self.kind = kind
        self._wait = wait
        kind.store.index([kind.key_name])

    def describe(self) -> Answer:
        """The object's keys and fields."""
        return success([self.kind.described()])

    def query(self, request: Request) -> Answer:
        """Records by the values of one searchable field, or by all keys of each in a JSON body."""
        given: dict[str, Any] = json_body(request) if request.mimetype == "application/json" else parameters(request)
        question = self._question(given)
        self._wait()
        records, more = question.answered(self.kind.store, given)
        return success([{"seq": seq} | self._shown(r, question.names) for seq, r in enumerate(records)], **more)

    def sync(self, request: Request) -> Answer:
        """Creates and updates records; existence is decided at arrival, applied at the end."""
        body = json_body(request)
        records = records_of(body)
        action, by = choice(body, "action", _ACTIONS), choice(body, "dedupeBy", _BY)
        if by == "idField" and action != "updateOnly":
            raise MarketoError("1003", f"Invalid value for field 'dedupeBy' and value 'idField' with action '{action}'")
        decided = self.decide(records, action, by)
        self._wait()
        return success(self.apply(decided))

    def delete(self, request: Request) -> Answer:
        """Deletes records; those that others refer to are in use."""
        body = json_body(request)
        records = records_of(body)
        by = choice(body, "deleteBy", _BY)
        self._wait()
        rows: list[Record] = []
        with self.kind.store.lock:
            for seq, record in enumerate(records):
                try:
                    rows.append({"seq": seq} | self._deleted(record, by))
                except RecordError as error:
                    rows.append({"seq": seq} | error.row)
        return success(rows)

    def decide(self, records: list[Record], action: str, by: str = "dedupeFields") -> list[Decision]:
        """What will happen to each record; the ids are empty for one to be created."""
        own = (self.kind.id_field,) if by == "idField" else self.kind.keys
        keys = [tuple(str(record.get(name)).lower() for name in own) for record in records]
        counts = Counter(keys)
        decided: list[Decision] = []
        with self.kind.store.lock:
            for record, key in zip(records, keys, strict=True):
                try:
                    # What lacks its key is refused for that, and not as a double.
                    known = self._found(record, by)
                    if counts[key] > 1:
                        raise RecordError("1036", "Duplicate object found in input")  # noqa: TRY301 - a row's outcome
                    decided.append(self._decided(record, known, action, by))
                except RecordError as error:
                    decided.append(error)
        return decided

    def apply(self, decided: list[Decision]) -> list[Record]:
        """Does what was decided; one row a record."""
        store = self.kind.store
        rows: list[Record] = []
        with store.lock:
            for seq, decision in enumerate(decided):
                if isinstance(decision, RecordError):
                    rows.append({"seq": seq} | decision.row)
                    continue
                found, values = decision
                if found:
                    store.update(found[0], values)
                record_id = found[0] if found else store.create(values)
                status = "updated" if found else "created"
                rows.append({"seq": seq, self.kind.id_field: store.public_id(record_id), "status": status})
        return rows

    def _found(self, record: Record, by: str) -> list[int]:
        kind = self.kind
        if by == "dedupeFields":
            return kind.store.find(kind.key_name, kind.key_of(record))
        if not record.get(kind.id_field):
            raise RecordError("1003", f"Value for field '{kind.id_field}' is required")
        return kind.store.find(kind.id_field, record[kind.id_field])

    def _decided(self, record: Record, found: list[int], action: str, by: str) -> tuple[list[int], Record]:
        kind = self.kind
        values = {n: self._checked(n, v) for n, v in record.items() if by != "idField" or n != kind.id_field}
        if not found and action == "updateOnly":
            raise RecordError("1013", "Record not found")
        if found and action == "createOnly":
            raise RecordError("1017", "Record already exists")
        for name in kind.needs:
            if values.get(name, None if not found else "") is None:
                raise RecordError("1003", f"Value for field '{name}' is required")
        if found:
            old = kind.store.get(found[0]) or {}
            for name in kind.keys:
                if name in values and str(values[name]).lower() != str(old.get(name)).lower():
                    raise RecordError("1003", f"Field '{name}' is not updateable")
        kind.links(values)
        return found, values

    def _checked(self, name: str, value: Any) -> Any:
        known = self.kind.fields.get(name)
        if known is None:
            raise RecordError("1006", f"Field '{name}' not found")
        if known.read_only:
            raise RecordError("1003", f"Field '{name}' is not updateable")
        return stored(known, value)

    def _deleted(self, record: Record, by: str) -> Record:
        store = self.kind.store
        found = self._found(record, by)
        if not found:
            raise RecordError("1013", "Record not found")
        if self.kind.in_use(store.get(found[0]) or {}):
            raise RecordError("1022", "Object in use")
        store.delete(found[0])
        return {self.kind.id_field: store.public_id(found[0]), "status": "deleted"}

    def _question(self, given: dict[str, Any]) -> Question:
        kind, asked = self.kind, required(given, "filterType")
        names = wanted(kind.fields, given.get("fields"), kind.shown, kind.id_field)
        if asked == "dedupeFields" and len(kind.keys) > 1:
            inputs = given.get("input")
            if not isinstance(inputs, list) or not 1 <= len(inputs) <= MOST_VALUES:
                raise MarketoError("1003", "Invalid value for field 'input'")
            if not all(isinstance(row, dict) and set(row) == set(kind.keys) for row in inputs):
                raise MarketoError("1003", f"Fields '{', '.join(kind.keys)}' are required")
            return Question(kind.keys, [tuple(row[name] for name in kind.keys) for row in inputs], names)
        by = {"dedupeFields": kind.keys[0], "idField": kind.id_field}.get(asked, asked)
        if by not in {*kind.fields.searchable, kind.id_field, *(kind.keys if len(kind.keys) == 1 else ())}:
            raise MarketoError("1003", f"Invalid value for field 'filterType' and value '{asked}'")
        return Question(by, filter_values(given), names)

    def _shown(self, record: Record, names: list[str]) -> Record:
        row = {name: record.get(name) for name in names}
        row[self.kind.id_field] = self.kind.store.public_id(record["id"])
        return row

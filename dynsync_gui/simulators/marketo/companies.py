"""Calls about companies: query, sync and delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.marketo.calls import choice, filter_values, json_body, page, parameters, records_of
from dynsync_gui.simulators.marketo.errors import MarketoError, RecordError, success
from dynsync_gui.simulators.marketo.values import stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.gate import Answer
    from dynsync_gui.simulators.marketo.fields import Catalogue
    from dynsync_gui.simulators.marketo.records import Record, RecordStore

_KEY = "externalCompanyId"
_DEFAULT_FIELDS = ("id", _KEY, "company", "createdAt", "updatedAt")
_ACTIONS = ("createOrUpdate", "createOnly", "updateOnly")
_BY = ("dedupeFields", "idField")
_ALIASES = {"dedupeFields": _KEY, "idField": "id"}


class Companies:
    """Companies of the instance; rows carry ``seq``, their place in the input."""

    def __init__(
        self, clock: Clock, fields: Catalogue, store: RecordStore, persons: RecordStore, wait: Callable[[], None]
    ) -> None:
        self._clock = clock
        self._fields = fields
        self._store = store
        self._persons = persons
        self._wait = wait

    def describe(self, created_at: str) -> Answer:
        """The object's keys and fields."""
        row = {
            "name": "Company",
            "displayName": "Company",
            "description": "Company",
            "idField": "id",
            "dedupeFields": [_KEY],
            "searchableFields": [[name] for name in self._fields.searchable],
            "relationships": [],
            "createdAt": created_at,
            "updatedAt": created_at,
            "fields": [field.described(crm_managed=False) for field in self._fields],
        }
        return success(self._clock, [row])

    def query(self, request: Request) -> Answer:
        """Companies by the values of one searchable field."""
        given = parameters(request)
        asked = given.get("filterType")
        if not asked:
            raise MarketoError("1002", "Missing value for required parameter 'filterType'")
        kind = _ALIASES.get(asked, asked)
        if kind not in self._fields.searchable:
            raise MarketoError("1003", f"Invalid value for field 'filterType' and value '{asked}'")
        values, names = filter_values(given), self._wanted(given)
        self._wait()
        with self._store.lock:
            ids = sorted({found for value in values for found in self._store.find(kind, value)})
            records = [self._store.get(record_id) or {} for record_id in ids]
        shown, more = page(records, given, f"{kind}|{','.join(values)}|{','.join(names)}")
        rows = [{"seq": seq} | {name: record.get(name) for name in names} for seq, record in enumerate(shown)]
        return success(self._clock, rows, **more)

    def sync(self, request: Request) -> Answer:
        """Creates and updates companies; existence is decided at arrival, applied at the end."""
        body = json_body(request)
        records = records_of(body)
        action, by = choice(body, "action", _ACTIONS), choice(body, "dedupeBy", _BY)
        if by == "idField" and action != "updateOnly":
            raise MarketoError("1003", f"Invalid value for field 'dedupeBy' and value 'idField' with action '{action}'")
        key = _ALIASES[by]
        given = [str(record.get(key)).lower() for record in records if record.get(key) is not None]
        twice = {value for value in given if given.count(value) > 1}
        decided: list[tuple[list[int], Record] | RecordError] = []
        with self._store.lock:
            for record in records:
                try:
                    decided.append(self._decide(record, action, key, twice))
                except RecordError as error:
                    decided.append(error)
        self._wait()
        rows = []
        with self._store.lock:
            for seq, decision in enumerate(decided):
                rows.append({"seq": seq} | self._apply(decision))
        return success(self._clock, rows)

    def delete(self, request: Request) -> Answer:
        """Deletes companies; those that persons refer to are in use."""
        body = json_body(request)
        records = records_of(body)
        key = _ALIASES[choice(body, "deleteBy", _BY)]
        self._wait()
        rows: list[Record] = []
        with self._store.lock:
            for seq, record in enumerate(records):
                rows.append({"seq": seq} | self._deleted(key, record.get(key)))
        return success(self._clock, rows)

    def _deleted(self, key: str, value: Any) -> Record:
        found = self._store.find(key, value) if value is not None else []
        if not found:
            return _skipped(RecordError("1013", "Record not found"))
        company = self._store.get(found[0]) or {}
        if self._persons.find(_KEY, company.get(_KEY, "")):
            return _skipped(RecordError("1022", "Object in use"))
        self._store.delete(found[0])
        return {"id": found[0], "status": "deleted"}

    def _decide(self, record: Record, action: str, key: str, twice: set[str]) -> tuple[list[int], Record]:
        value = record.get(key)
        if value is None or value == "":
            raise RecordError("1003", f"Value for field '{key}' is required")
        if str(value).lower() in twice:
            raise RecordError("1036", "Duplicate object found in input")
        values = {name: self._checked(name, v) for name, v in record.items() if name != "id" or key != "id"}
        found = self._store.find(key, value)
        if not found and action == "updateOnly":
            raise RecordError("1013", "Record not found")
        if found and action == "createOnly":
            raise RecordError("1017", "Record already exists")
        return found, values

    def _checked(self, name: str, value: Any) -> Any:
        field = self._fields.get(name)
        if field is None:
            raise RecordError("1006", f"Field '{name}' not found")
        if field.read_only:
            raise RecordError("1003", f"Field '{name}' is not updateable")
        return stored(field, value)

    def _apply(self, decision: tuple[list[int], Record] | RecordError) -> Record:
        if isinstance(decision, RecordError):
            return _skipped(decision)
        found, values = decision
        if not found:
            return {"id": self._store.create(values), "status": "created"}
        self._store.update(found[0], values)
        return {"id": found[0], "status": "updated"}

    def _wanted(self, given: dict[str, str]) -> list[str]:
        text = given.get("fields")
        names = [name.strip() for name in text.split(",") if name.strip()] if text else list(_DEFAULT_FIELDS)
        for name in names:
            if self._fields.get(name) is None:
                raise MarketoError("1006", f"Field '{name}' not found")
        return ["id", *(name for name in names if name != "id")]


def _skipped(error: RecordError) -> Record:
    return {"status": "skipped", "reasons": error.reasons}

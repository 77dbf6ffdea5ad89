"""Calls about persons: query, sync and delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.marketo.calls import (
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
    from dynsync_gui.simulators.marketo.fields import Catalogue
    from dynsync_gui.simulators.marketo.kinds import Kinds
    from dynsync_gui.simulators.marketo.lifecycle import Lifecycle
    from dynsync_gui.simulators.marketo.records import Record

_DEFAULT_FIELDS = ("id", "email", "updatedAt", "createdAt", "firstName", "lastName")
_ACTIONS = ("createOrUpdate", "createOnly", "updateOnly", "createDuplicate")
_COMPANY_LINK, _OWNER_LINK = "externalCompanyId", "externalSalesPersonId"
_MOST_HITS = 1000
_KNOWN = frozenset({"action", "lookupField", "asyncProcessing", "partitionName", "input"})


class Persons:
    """Persons of the instance.

    Attributes:
        strict_companies: Whether a person may only name a company that exists.
        blocked: Fields whose updates an administrator blocked: the row says updated, the value stays.
        partitions: Names of lead partitions.
    """

    def __init__(self, fields: Catalogue, kinds: Kinds, lifecycle: Lifecycle, wait: Callable[[], None]) -> None:
        self.strict_companies = True
        self.blocked: set[str] = set()
        self.partitions = ["Default"]
        self._fields = fields
        self._kinds = kinds
        self._lifecycle = lifecycle
        self._store, self._companies = kinds.persons, kinds.companies.store
        self._wait = wait

    def query(self, request: Request) -> Answer:
        """Persons by the values of one searchable field."""
        given = parameters(request)
        kind = required(given, "filterType")
        if kind not in self._fields.searchable:
            raise MarketoError("1011", f"Lookup field '{kind}' is not supported")
        question = Question(kind, filter_values(given), self.wanted(given))
        self._wait()
        records, more = question.answered(self._store, given, _MOST_HITS)
        return success([self.shown(record, question.names) for record in records], **more)

    def one(self, request: Request, record_id: int) -> Answer:
        """A person by its id."""
        names = self.wanted(parameters(request))
        self._wait()
        record = self._store.get(record_id)
        if record is None:
            raise MarketoError("1004", f"Lead '{record_id}' not found")
        return success([self.shown(record, names)])

    def listed_partitions(self) -> Answer:
        """Lead partitions."""
        return success(
            [{"id": number, "name": name, "description": name} for number, name in enumerate(self.partitions, 1)]
        )

    def delete(self, request: Request) -> Answer:
        """Deletes persons by id."""
        ids = request.args.get("id")
        records = [{"id": part} for part in ids.split(",")] if ids else records_of(json_body(request))
        self._wait()
        rows = []
        for record in records:
            number = record.get("id")
            text = str(number)
            if text.isascii() and text.isdigit() and self._lifecycle.delete(int(text)):
                rows.append({"id": int(text), "status": "deleted"})
            else:
                rows.append(RecordError("1004", "Lead not found").row)
        return success(rows)

    def sync(self, request: Request) -> Answer:
        """Creates and updates persons.

        Whether a person exists is decided when the call arrives, and applied when its time is over: two calls that
        overlap and bring the same new key both create, as Adobe warns.
        """
        body = json_body(request)
        records = records_of(body)
        action = choice(body, "action", _ACTIONS)
        lookup = body.get("lookupField") or "email"
        partition = self._check_head(body, action, lookup)
        seen: set[str] = set()
        decided: list[tuple[list[int], Record] | RecordError] = []
        with self._store.lock:
            for record in records:
                try:
                    key = str(record.get(lookup) or "").lower()
                    if key and key in seen and action != "createDuplicate":
                        raise RecordError("1036", "Duplicate object found in input")  # noqa: TRY301 - a row's outcome
                    seen.add(key)
                    decided.append(self._decide(record, action, lookup, partition))
                except RecordError as error:
                    decided.append(error)
        self._wait()
        with self._store.lock:
            rows = [d.row if isinstance(d, RecordError) else self._apply(*d) for d in decided]
        return success(rows)

    def take(self, record: Record, action: str, lookup: str, partition: int) -> int:
        """Creates or updates one person, as an import does; gives its id."""
        with self._store.lock:
            return int(self._apply(*self._decide(record, action, lookup, partition))["id"])

    def check_lookup(self, lookup: Any) -> None:
        """Refuses a field that persons cannot be looked up by."""
        if not isinstance(lookup, str) or self._fields.get(lookup) is None:
            raise MarketoError("1006", f"Lookup field '{lookup}' not found")
        if not self._fields.is_lookup(lookup):
            raise MarketoError("1011", f"Lookup field '{lookup}' is not supported")

    def partition(self, name: Any) -> int:
        """Number of the partition of a name; 0 where none is named."""
        if name is None:
            return 0
        if name not in self.partitions:
            raise MarketoError("1009", f"Lead partition '{name}' not found")
        return self.partitions.index(name) + 1

    def _check_head(self, body: dict[str, Any], action: str, lookup: Any) -> int:
        if unknown := set(body) - _KNOWN:
            raise MarketoError("1003", f"Unknown parameter '{min(unknown)}'")
        self.check_lookup(lookup)
        if lookup == "id" and action != "updateOnly":
            raise MarketoError("1003", f"Invalid value for field 'lookupField' and value 'id' with action '{action}'")
        partition = self.partition(body.get("partitionName"))
        if partition and action not in {"createOnly", "createOrUpdate"}:
            raise MarketoError("1003", f"Invalid value for field 'partitionName' with action '{action}'")
        return partition

    def _decide(self, record: Record, action: str, lookup: str, partition: int) -> tuple[list[int], Record]:
        """What will happen to one record; the ids are empty for one to be created."""
        key = record.get(lookup)
        if action != "createDuplicate" and (key is None or key == ""):
            raise RecordError("1003", f"Value for lookup field '{lookup}' not found")
        values = {
            name: self._checked(name, value, lookup) for name, value in record.items() if name != "id" or lookup != "id"
        }
        if partition:
            values["leadPartitionId"] = partition
        if action == "createDuplicate":
            return [], values
        found = self._store.find(lookup, key)
        if len(found) > 1:
            raise RecordError("1007", "Multiple lead match lookup criteria")
        if not found and action == "updateOnly":
            raise RecordError("1004", "Lead not found")
        if found and action == "createOnly":
            raise RecordError("1005", "Lead already exists")
        if found and partition and (self._store.get(found[0]) or {}).get("leadPartitionId") != partition:
            raise RecordError("1010", "Partition update not allowed")
        return found, values

    def _checked(self, name: str, value: Any, lookup: str) -> Any:
        field = self._fields.get(name)
        if field is None:
            raise RecordError("1006", f"Field '{name}' not found")
        if field.of_company:
            raise RecordError("1021", "Company update not allowed")
        if field.read_only and name != lookup:
            raise RecordError("1003", f"Field '{name}' is not updateable")
        kept = stored(field, value)
        if name == _COMPANY_LINK and self.strict_companies:
            self._kinds.check_company(kept)
        elif name == _OWNER_LINK:
            self._kinds.check_owner(kept)
        return kept

    def _apply(self, found: list[int], values: Record) -> Record:
        if not found:
            return {"id": self._store.create(values), "status": "created"}
        # A person can be moved to another company, never detached from one.
        detached = {_COMPANY_LINK} if values.get(_COMPANY_LINK, "") is None else set()
        kept = {name: value for name, value in values.items() if name not in self.blocked | detached}
        self._store.update(found[0], kept)
        return {"id": found[0], "status": "updated"}

    def wanted(self, given: dict[str, str]) -> list[str]:
        """Names of the fields that a query asks for."""
        return wanted(self._fields, given.get("fields"), _DEFAULT_FIELDS, "id")

    def shown(self, record: Record, names: list[str]) -> Record:
        """A person as a query prints it."""
        row: Record = {}
        for name in names:
            field = self._fields.get(name)
            # A standard two-option field that nobody set reads false; everything else that is absent reads null.
            blank = False if field is not None and field.kind == "boolean" and not field.custom else None
            if field is not None and field.of_company:
                row[name] = self._company_value(record, name)
            else:
                row[name] = record.get(name, blank)
        return row

    def _company_value(self, record: Record, name: str) -> Any:
        """Company fields of a person are those of the company it is linked to."""
        found = self._companies.find(_COMPANY_LINK, record.get(_COMPANY_LINK) or "")
        company = self._companies.get(found[0]) if found else None
        return (company or record).get({"mktoCompanyNotes": "companyNotes"}.get(name, name))

"""Calls about bulk imports of persons and of custom objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.gate import Answer
from dynsync_gui.simulators.marketo.calls import required
from dynsync_gui.simulators.marketo.errors import MarketoError, RecordError, success
from dynsync_gui.simulators.marketo.imports import DELIMITERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.marketo.calls import Fields
    from dynsync_gui.simulators.marketo.custom_objects import CustomObjects
    from dynsync_gui.simulators.marketo.fields import Field
    from dynsync_gui.simulators.marketo.imports import ImportJob, ImportQueue
    from dynsync_gui.simulators.marketo.lists import StaticLists
    from dynsync_gui.simulators.marketo.persons import Persons
    from dynsync_gui.simulators.marketo.records import Record

_WHOLE = frozenset({"integer", "percent"})
_BROKEN = frozenset({"float", "currency"})
_YES, _NO = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})


class BulkCalls:
    """Takes files, tells how far they are, and gives back the rows that failed."""

    def __init__(
        self,
        queue: ImportQueue,
        fields: Fields,
        persons: Persons,
        lists: StaticLists,
        custom: CustomObjects,
        wait: Callable[[], None],
    ) -> None:
        self._queue = queue
        self._fields = fields
        self._persons = persons
        self._lists = lists
        self._custom = custom
        self._wait = wait

    def persons(self, request: Request) -> Answer:
        """``leads.json``: a file of persons, by a lookup field, into a partition and a list."""
        form, lookup = self._form(request), request.args.get("lookupField") or "email"
        self._persons.check_lookup(lookup)
        action = "updateOnly" if lookup == "id" else "createOrUpdate"
        partition = self._persons.partition(request.args.get("partitionName"))
        wanted = request.args.get("listId")
        joined = self._lists.by_id(wanted) if wanted else None

        def take(cells: dict[str, str]) -> str:
            values, warning = _values(self._fields, cells)
            lead_id = self._persons.take(values, action, lookup, partition)
            if joined is not None:
                self._lists.put(joined, lead_id)
            return warning

        job = self._queue.submit("leads", _content(request), form, (lookup,), take)
        self._wait()
        return success([{"batchId": job.number, "importId": str(job.number), "status": "Queued"}])

    def objects(self, request: Request, name: str) -> Answer:
        """``customobjects/{name}/import.json``: a file of records of one type."""
        form, calls = self._form(request), self._custom.records(name)

        def take(cells: dict[str, str]) -> str:
            values, warning = _values(calls.kind.fields, cells)
            (decision,) = calls.decide([values], "createOrUpdate")
            if isinstance(decision, RecordError):
                raise decision
            calls.apply([decision])
            return warning

        job = self._queue.submit(name, _content(request), form, calls.kind.keys, take)
        self._wait()
        return success([{"batchId": job.number, "status": "Queued", "objectApiName": name}])

    def status(self, of: str, number: str) -> Answer:
        """How far an import is."""
        job = self._queue.job(of, int(number))
        status, seen = self._queue.progress(job)
        row: dict[str, Any] = {"batchId": job.number, "status": status}
        counts = {"numOfRowsFailed": len(job.failures), "numOfRowsWithWarning": len(job.warnings)}
        good = seen - len(job.failures)
        if of == "leads":
            row |= {"importId": str(job.number), "numOfLeadsProcessed": good}
        else:
            row |= {"objectApiName": of, "operation": "import", "numOfObjectsProcessed": good}
            row |= {"importTime": f"{job.ends - job.begins:.0f} second(s)"}
        return success([row | counts | {"message": job.message}])

    def file(self, of: str, number: str, what: str) -> Answer:
        """The rows that failed, or that were read in with a warning, as a file; 404 where there are none."""
        job: ImportJob = self._queue.job(of, int(number))
        text = job.file(job.failures if what == "failures" else job.warnings)
        if text is None:
            return Answer("No such file", status=404, content_type="text/plain")
        return Answer(text, content_type="text/csv; charset=utf-8")

    @staticmethod
    def _form(request: Request) -> str:
        form = required(request.args.to_dict(), "format")
        if form not in DELIMITERS:
            raise MarketoError("1003", f"Invalid value for field 'format' and value '{form}'")
        return form


def _content(request: Request) -> bytes:
    if request.mimetype != "multipart/form-data":
        raise MarketoError("612")
    if "file" not in request.files:
        raise MarketoError("613")
    return bytes(request.files["file"].read())


def _values(fields: Fields, cells: dict[str, str]) -> tuple[Record, str]:
    """Values of a row's cells; a text that is too long is cut, which is a warning."""
    values: Record = {}
    cut = []
    for name, cell in cells.items():
        field = fields.get(name)
        if field is None:
            raise RecordError("1006", f"Field '{name}' not found")
        value = _value(field, cell)
        if field.length is not None and isinstance(value, str) and len(value) > field.length and field.kind == "string":
            value = value[: field.length]
            cut.append(name)
        values[name] = value
    return values, f"Value was cut: {', '.join(cut)}" if cut else ""


def _value(field: Field, cell: str) -> Any:
    """What a cell says; a text that is no number stays one, and is refused for that later."""
    if field.kind == "boolean":
        word = cell.lower()
        return True if word in _YES else False if word in _NO else cell
    try:
        return int(cell) if field.kind in _WHOLE else float(cell) if field.kind in _BROKEN else cell
    except ValueError:
        return cell

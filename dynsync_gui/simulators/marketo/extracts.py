"""Bulk extracts: made, put into a queue, and fetched as a file; here those of persons."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.clock import stamp
from dynsync_gui.simulators.directory import secrets_guid
from dynsync_gui.simulators.gate import Answer
from dynsync_gui.simulators.marketo.calls import json_body
from dynsync_gui.simulators.marketo.errors import MarketoError, success
from dynsync_gui.simulators.marketo.imports import DELIMITERS, turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.clock import Clock
    from dynsync_gui.simulators.marketo.lists import StaticLists
    from dynsync_gui.simulators.marketo.persons import Persons
    from dynsync_gui.simulators.marketo.quota import Quota
    from dynsync_gui.simulators.marketo.records import Record, RecordStore

_MOST_JOBS, _MOST_DAYS, _DAYS_KEPT = 10, 31, 7
_REFRESHED_SECONDS = 60
_MOMENTS, _LISTS = ("createdAt", "updatedAt"), ("staticListId", "staticListName")
_SMART = ("smartListId", "smartListName")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(slots=True)
class Extract:
    """One extract; its moments are seconds since 1970, 0 where they are not reached."""

    id: str
    form: str
    names: list[str]
    titles: list[str]
    matches: Callable[[Any], bool]
    created: float
    queued: float = 0.0
    begins: float = 0.0
    ends: float = 0.0
    cancelled: bool = False
    content: bytes | None = None
    rows: int = 0

    def status(self, at: float) -> str:
        """Its state at a moment."""
        if self.cancelled:
            return "Cancelled"
        if not self.queued:
            return "Created"
        return "Queued" if at < self.begins else "Processing" if at < self.ends else "Completed"


class Extracts:
    """Extracts of one instance.

    Attributes:
        seconds: How long one takes. Adobe publishes no speed.
        by_update: Whether the instance can filter by ``updatedAt``; older ones refuse it with 1035.
        daily_bytes: Most bytes of a day.
    """

    def __init__(self, clock: Clock, quota: Quota, store: RecordStore, persons: Persons, lists: StaticLists) -> None:
        self.seconds, self.by_update, self.daily_bytes = 30.0, True, 500 * 1024 * 1024
        self._clock = clock
        self._quota = quota
        self._store = store
        self._persons = persons
        self._lists = lists
        self._lock = threading.Lock()
        self._extracts: dict[str, Extract] = {}
        self._bytes: dict[str, int] = {}

    def create(self, request: Request) -> Answer:
        """``create.json``: what to extract."""
        body = json_body(request)
        names, form = self._names(body.get("fields")), str(body.get("format", "CSV"))
        if form.lower() not in DELIMITERS:
            raise MarketoError("1003", f"Invalid value for field 'format' and value '{form}'")
        titles: dict[str, str] = body.get("columnHeaderNames") or {}
        made = Extract(
            secrets_guid(), form.upper(), names, [str(titles.get(name, name)) for name in names],
            self._filter(body.get("filter")), self._clock.now(),
        )  # fmt: skip
        self._extracts[made.id] = made
        return success([self._row(made)])

    def enqueue(self, export_id: str) -> Answer:
        """``enqueue.json``: begin with it."""
        found = self._extract(export_id)
        self.advance()
        with self._lock:
            if found.queued or found.cancelled:
                raise MarketoError("1029", "Job already queued")
            now = self._clock.now()
            pending = [each.ends for each in self._pending()]
            if len(pending) >= _MOST_JOBS:
                raise MarketoError("1029", "Too many jobs in queue")
            if self._bytes.get(self._quota.day(), 0) >= self.daily_bytes:
                raise MarketoError("1029", "Export daily quota exceeded")
            found.queued, found.begins = now, turn(pending, now + 1)
            found.ends = found.begins + self.seconds
        return success([self._row(found)])

    def status(self, export_id: str) -> Answer:
        """``status.json``; what it says is a minute old at most."""
        return success([self._row(self._extract(export_id))])

    def cancel(self, export_id: str) -> Answer:
        """``cancel.json``."""
        found = self._extract(export_id)
        if found.content is None:
            found.cancelled = True
        return success([self._row(found)])

    def listed(self, request: Request) -> Answer:
        """``export.json``: extracts of the last days, by their states."""
        rows = [self._row(each) for each in self._extracts.values()]
        wanted = request.args.get("status")
        return success([row for row in rows if not wanted or row["status"] in wanted.split(",")])

    def file(self, request: Request, export_id: str) -> Answer:
        """``file.json``: the file or a range of its bytes; 404 before it is complete."""
        found = self._extract(export_id)
        if found.content is None or found.ends + _DAYS_KEPT * 86_400 < self._clock.now():
            return Answer("No such file", status=404, content_type="text/plain")
        content, part = found.content, _RANGE.fullmatch(request.headers.get("Range", ""))
        kind = "text/csv; charset=utf-8"
        if part is None:
            return Answer(content, content_type=kind)
        start, end = int(part[1]), min(int(part[2] or len(content) - 1), len(content) - 1)
        if start > end:
            return Answer("", status=416)
        answer = Answer(content[start : end + 1], status=206, content_type=kind)
        answer.headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
        return answer

    def advance(self) -> None:
        """Writes the files whose time has come; called before anything else is answered."""
        now = self._clock.now()
        with self._lock:
            for each in self._pending():
                if each.ends <= now:
                    self._write(each)

    def _pending(self) -> list[Extract]:
        return [e for e in self._extracts.values() if e.queued and e.content is None and not e.cancelled]

    def _write(self, extract: Extract) -> None:
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=DELIMITERS[extract.form.lower()], lineterminator="\n")
        writer.writerow(extract.titles)
        for row in self._rows(extract):
            writer.writerow([_cell(row[name]) for name in extract.names])
            extract.rows += 1
        extract.content = stream.getvalue().encode()
        day = self._quota.day()
        self._bytes[day] = self._bytes.get(day, 0) + len(extract.content)

    def _names(self, given: Any) -> list[str]:
        """Names of the columns."""
        if not isinstance(given, list) or not given:
            raise MarketoError("1002", "Missing value for required parameter 'fields'")
        self._persons.wanted({"fields": ",".join(given)})
        return given

    def _rows(self, extract: Extract) -> Iterator[Record]:
        """What the file holds, by the names of its columns."""
        for record in self._store.all():
            if extract.matches(record):
                yield self._persons.shown(record, extract.names)

    def _filter(self, given: Any) -> Callable[[Any], bool]:
        if not isinstance(given, dict) or len(given) != 1:
            raise MarketoError("1003", "Exactly one filter is required")
        ((name, value),) = given.items()
        if name in _SMART or (name == "updatedAt" and not self.by_update):
            raise MarketoError("1035", f"Unsupported filter type '{name}'")
        if name in _MOMENTS:
            start, end = span(value)
            return lambda record: start <= record[name] <= end
        if name in _LISTS:
            number = name == "staticListId"
            found = next((e for e in self._lists.all() if value in ((e.id,) if number else (e.name,))), None)
            if found is None:
                raise MarketoError("1013", f"List '{value}' not found")
            return lambda record: record["id"] in found.members
        raise MarketoError("1035", f"Unsupported filter type '{name}'")

    def _extract(self, export_id: str) -> Extract:
        if export_id not in self._extracts:
            raise MarketoError("1013", f"Export '{export_id}' not found")
        return self._extracts[export_id]

    def _row(self, extract: Extract) -> Record:
        now = self._clock.now()
        # Marketo looks at its jobs once a minute, and says what it saw then.
        seen = extract.queued + (now - extract.queued) // _REFRESHED_SECONDS * _REFRESHED_SECONDS
        status = extract.status(seen)
        row: Record = {"exportId": extract.id, "format": extract.form, "status": status}
        row["createdAt"] = stamp(extract.created)
        if extract.queued:
            row["queuedAt"] = stamp(extract.queued)
        if status in {"Processing", "Completed"}:
            row["startedAt"] = stamp(extract.begins)
        if status == "Completed" and extract.content is not None:
            row |= {
                "finishedAt": stamp(extract.ends),
                "numberOfRecords": extract.rows,
                "fileSize": len(extract.content),
                "fileChecksum": f"sha256:{hashlib.sha256(extract.content).hexdigest()}",
            }
        return row


def span(value: Any) -> tuple[str, str]:
    """Both ends of a span of time in UTC; at most a month."""
    moments = []
    for name in ("startAt", "endAt"):
        text = value.get(name) if isinstance(value, dict) else None
        try:
            moment = datetime.fromisoformat(str(text))
        except ValueError:
            raise MarketoError("1003", f"Invalid value for field '{name}' and value '{text}'") from None
        moments.append(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    start, end = moments
    if not 0 <= (end - start).total_seconds() <= _MOST_DAYS * 86_400:
        raise MarketoError("1003", f"A date range is at most {_MOST_DAYS} days")
    return stamp(start.timestamp()), stamp(end.timestamp())


def _cell(value: Any) -> str:
    """A value as files print it."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)

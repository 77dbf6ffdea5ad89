"""Files of people to Marketo, and files of their ids back (Adobe, bulk lead import and bulk lead extract)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from urllib3.filepost import encode_multipart_formdata

from dynsync_gui.connectors.http.retry import Patience, patient
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused, Request, fetch, read, write
from dynsync_gui.connectors.marketo.codes import refuses_content
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.findings.marketo import MARKETO
from dynsync_gui.domain.imports import MOST_BYTES, ImportState, ImportStatus, QueueFull
from dynsync_gui.domain.ports.marketo import BatchRefused
from dynsync_gui.domain.schema import KEY_FIELD

_LEADS = "/bulk/v1/leads"
_UPLOAD_SECONDS = 900.0
_NO_FILE, _NOT_FOUND = "610", "1013"
"""Marketo has no such file (yet); no such import."""
_IMPORTS_FULL, _EXPORTS_FULL = "1016", "1029"
_WAITING = {"Queued", "Importing"}
_ENDED_BADLY = {"Failed", "Canceled", "Cancelled"}
_STAMP = "%Y-%m-%dT%H:%M:%SZ"


class MarketoBulk:
    """Implements `domain.imports.BulkCalls`; the whole that has it sets the client."""

    _client: MarketoClient

    def send_people(self, content: bytes, *, known: bool = False) -> str:
        """Hand over a file of people; see the protocol."""
        if len(content) > MOST_BYTES:
            raise ValueError("at most 10 MB")
        body, kind = encode_multipart_formdata({"file": ("people.csv", content, "text/csv")})
        path = f"{_LEADS}.json?format=csv&lookupField={'id' if known else KEY_FIELD}"
        request = Request("POST", path, body, kind, seconds=_UPLOAD_SECONDS)
        try:
            return self._client.call(request, Patience(1, _UPLOAD_SECONDS), _batch)
        except Refused as refused:
            if refused.code == _IMPORTS_FULL:
                raise QueueFull from None
            if refuses_content(refused.code):
                raise BatchRefused(refused.code, refused.message) from None
            raise refused.failure from None

    def import_status(self, batch: str) -> ImportStatus:
        """How far an import is."""
        try:
            row = self._client.call(read(f"{_LEADS}/batch/{batch}.json"), patient(), _row)
        except Refused as refused:
            if refused.code in {_NOT_FOUND, _NO_FILE}:
                return ImportStatus(ImportState.FORGOTTEN, message=refused.message)
            raise refused.failure from None
        status, message = str(row.get("status")), str(row.get("message") or "")[:300]
        if status in _WAITING:
            return ImportStatus(ImportState.WAITING, message=message)
        if status == "Failed":
            return ImportStatus(ImportState.FAILED, message=message)
        if status != "Complete":
            _unclear(f"an import that is {status[:40]}")
        return ImportStatus(
            ImportState.DONE, _count(row, "numOfRowsFailed"), _count(row, "numOfRowsWithWarning"), message
        )

    def import_rows(self, batch: str, *, warned: bool = False) -> Mapping[str, str]:
        """Why rows failed or were warned of, by our key.

        Rows may come back without their empty cells; our key is the first one and the reason the last.
        """
        text = self._file(f"{_LEADS}/batch/{batch}/{'warnings' if warned else 'failures'}.json")
        rows = csv.reader(io.StringIO(text or "", newline=""))
        next(rows, None)
        return {row[0].lower(): row[-1][:500] for row in rows if row}

    def begin_keys(self, since: datetime, until: datetime) -> str:
        """Have the ids of all persons who were created in a span written into a file; see the protocol."""
        # The span is one of Marketo's clock.
        ahead = timedelta(seconds=self._client.clock_ahead)
        span = {"startAt": _stamp(since - ahead), "endAt": _stamp(until - ahead)}
        content = {"fields": ["id", KEY_FIELD], "format": "CSV", "filter": {"createdAt": span}}
        try:
            extract = self._client.call(write(f"{_LEADS}/export/create.json", content), patient(), _export)
            self._client.call(write(f"{_LEADS}/export/{extract}/enqueue.json", {}), patient(), lambda _told: None)
        except Refused as refused:
            words = refused.message.lower()
            if refused.code == _EXPORTS_FULL and "already" in words:
                return extract  # an answer got lost on its way
            if refused.code == _EXPORTS_FULL and "quota" not in words:
                raise QueueFull from None
            raise refused.failure from None
        return extract

    def keys(self, extract: str) -> Mapping[str, str] | None:
        """Marketo's ids by our key out of such a file; see the protocol."""
        try:
            row = self._client.call(read(f"{_LEADS}/export/{extract}/status.json"), patient(), _row)
        except Refused as refused:
            raise refused.failure from None
        status = str(row.get("status"))
        if status in _ENDED_BADLY:
            raise ConnectionFailed("export-failed", MARKETO["611"], f"an export that is {status}")
        text = self._file(f"{_LEADS}/export/{extract}/file.json") if status == "Completed" else None
        if text is None:  # an export may be complete a little before its file is there
            return None
        rows = csv.reader(io.StringIO(text, newline=""))
        head = next(rows, [])
        if head != ["id", KEY_FIELD]:
            raise ConnectionFailed("export-failed", MARKETO["611"], "an export of other columns")
        return {row[1].lower(): row[0] for row in rows if len(row) == 2 and row[1] not in {"", "null"}}

    def _file(self, path: str) -> str | None:
        try:
            return self._client.call(fetch(path), patient(), _text)
        except Refused as refused:
            if refused.code == _NO_FILE:
                return None
            raise refused.failure from None


def _row(told: Mapping[str, Any]) -> Mapping[str, Any]:
    rows = told.get("result")
    if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], dict):
        _unclear("an answer without its one row")
    return rows[0]


def _batch(told: Mapping[str, Any]) -> str:
    batch = _row(told).get("batchId")
    return str(batch) if isinstance(batch, int) else _unclear("an import without an id")


def _export(told: Mapping[str, Any]) -> str:
    extract = _row(told).get("exportId")
    return extract if isinstance(extract, str) and extract else _unclear("an export without an id")


def _count(row: Mapping[str, Any], name: str) -> int:
    number = row.get(name)
    return number if isinstance(number, int) else 0


def _unclear(detail: str) -> NoReturn:
    raise TemporaryFailure("marketo.outcome", MARKETO["611"], detail)


def _text(told: Mapping[str, Any]) -> str:
    content = told.get("content")
    return content.decode("utf-8-sig", "replace") if isinstance(content, bytes) else _unclear("no file")


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(_STAMP)

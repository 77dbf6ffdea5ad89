"""A list of who was touched since a moment and is still there (Adobe, bulk lead extract by ``updatedAt``)."""

from __future__ import annotations

import csv
import io
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import IO

from dynsync_gui.connectors.http.retry import brief
from dynsync_gui.connectors.marketo.changes import changes_from_there, on_marketos_clock
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused
from dynsync_gui.connectors.marketo.extract_file import began, finished, lost, ordered, taken
from dynsync_gui.domain.ends import Roll

_EXPORT = "/bulk/v1/leads/export"
_SECONDS = 20.0
_BEFORE, _AFTER = timedelta(seconds=5), timedelta(hours=1)
"""Around the span: clocks differ, and who changes while the list is written is to stay in it."""
_AT_ONCE = 1_000


def order_roll(client: MarketoClient, since: datetime) -> str:
    """Let Marketo write the list; its number.

    Raises:
        ConnectionFailed: It makes no such list: older instances cannot tell who was changed.
    """
    until = datetime.now(UTC) + _AFTER
    span = {"startAt": on_marketos_clock(client, since - _BEFORE), "endAt": on_marketos_clock(client, until)}
    content = {"format": "CSV", "fields": ["id"], "filter": {"updatedAt": span}}
    try:
        return ordered(client, _EXPORT, content, brief(_SECONDS))
    except Refused as refused:
        raise refused.failure from None


def called(client: MarketoClient, number: str) -> Roll | None:
    """Who is on the list, and where to go on; None as long as it is not written.

    Raises:
        ConnectionFailed: There is no such list (any more), or it is too large.
        TemporaryFailure: What came is not whole.
    """
    if (job := finished(client, _EXPORT, number)) is None:
        return None
    onward = changes_from_there(client, began(job), brief(_SECONDS))
    file = taken(client, _EXPORT, job)
    return Roll(_parts(file), onward) if file is not None else None


def _parts(file: IO[bytes]) -> Generator[tuple[str, ...], None, None]:
    try:
        with io.TextIOWrapper(file, "utf-8-sig", "replace", newline="") as text:
            rows = csv.reader(text)
            if next(rows, None) != ["id"]:
                raise lost("a list of something else")
            ids = (row[0] for row in rows if row)
            while part := tuple(islice(ids, _AT_ONCE)):
                yield part
    except csv.Error as error:
        raise lost(f"a list that is no table: {error}") from None

"""All changes of persons' values between two moments as one file (Adobe, bulk activity extract).

A page holds 300 changes, and each value that DynSync writes is one: after many were written a file costs fewer calls.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from dynsync_gui.connectors.http.retry import brief
from dynsync_gui.connectors.marketo.changes import PROGRAM, changes_from_there, on_marketos_clock
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused, read
from dynsync_gui.connectors.marketo.extract_file import began, finished, lost, ordered, taken
from dynsync_gui.domain.errors import TemporaryFailure
from dynsync_gui.domain.findings.marketo import MARKETO
from dynsync_gui.domain.ports.marketo import ChangeOrder, PersonChange, WrittenChanges
from dynsync_gui.domain.schema import TargetField

_TYPES = "/rest/v1/activities/types.json"
_EXPORT = "/bulk/v1/activities/export"
_CHANGE = "change data value"
"""Instances number the kinds of activity differently: only their names tell."""
_COLUMNS = ("leadId", "primaryAttributeValue", "attributes")
_SECONDS = 20.0
_AT_ONCE = 300
_BEFORE, _AFTER, _SOURCE = "Old Value", "New Value", "Source"


def order_changes(client: MarketoClient, since: datetime, until: datetime) -> ChangeOrder | None:
    """Let Marketo write the file.

    Args:
        client: Makes the calls.
        since: Its first moment on this computer's clock.
        until: Its last one, not in the future.

    Returns:
        Where to find it later; None where the instance has no such changes at all.

    Raises:
        ConnectionFailed: Marketo makes no file now.
    """
    patience = brief(_SECONDS)
    try:
        kinds = client.call(read(_TYPES), patience, lambda told: told.get("result"))
        named = [row for row in kinds or () if isinstance(row, dict)]
        ids = [row.get("id") for row in named if str(row.get("name")).casefold() == _CHANGE]
        if not ids:
            return None
        moments = {"startAt": on_marketos_clock(client, since), "endAt": on_marketos_clock(client, until)}
        content = {
            "format": "CSV",
            "fields": list(_COLUMNS),
            "filter": {"createdAt": moments, "activityTypeIds": ids},
        }
        id_ = ordered(client, _EXPORT, content, patience)
    except Refused as refused:
        raise refused.failure from None
    return ChangeOrder(id_, moments["endAt"], until)


def ordered_changes(
    client: MarketoClient, order: ChangeOrder, wanted: Sequence[str], fields: Sequence[TargetField]
) -> WrittenChanges | None:
    """What the file holds, in parts, and what follows it; None as long as it is not written.

    Args:
        client: Makes the calls.
        order: Which file.
        wanted: REST names of the fields whose changes are wanted.
        fields: All person fields: the file names them as people do.

    Raises:
        ConnectionFailed: There is no such file (any more), or it is too large.
        TemporaryFailure: What came is not whole.
    """
    if (job := finished(client, _EXPORT, order.id)) is None:
        return None
    end = _end(order, job)
    if (file := taken(client, _EXPORT, job)) is None:
        return None
    try:
        onward = changes_from_there(client, end, brief(_SECONDS))
    except BaseException:
        file.close()
        raise
    return WrittenChanges(_parts(file, _by_word(wanted, fields)), onward)


def _end(order: ChangeOrder, job: Mapping[str, Any]) -> datetime:
    """Until when the file tells all, on Marketo's clock: it was to end a little after it was asked for.

    Adobe does not say whether the last second is in it. What was not over when Marketo began to write it is not.
    """
    try:
        ends = datetime.fromisoformat(order.ends) - timedelta(seconds=1)
    except ValueError:
        raise lost("a file of no known span") from None
    return min(ends.astimezone(UTC), began(job))


def _parts(file: IO[bytes], names: Mapping[str, Sequence[str]]) -> Generator[tuple[PersonChange, ...], None, None]:
    part: list[PersonChange] = []
    everything = tuple(dict.fromkeys(name for found in names.values() for name in found))
    for row in _rows(file):
        person, values = str(row.get("leadId") or ""), _values(row.get("attributes"))
        after = str(values[_AFTER]) if values.get(_AFTER) is not None else None
        # A field of a name that nobody knows may have got another one since: it may be any.
        meant = names.get(str(row.get("primaryAttributeValue") or "").casefold(), everything)
        by_hand = str(values[_SOURCE]) != PROGRAM if values.get(_SOURCE) else None
        part += [PersonChange(person, name, str(values.get(_BEFORE) or ""), after, by_hand) for name in meant]
        if len(part) >= _AT_ONCE:
            yield tuple(part)
            part = []
    if part:
        yield tuple(part)


def _rows(file: IO[bytes]) -> Iterator[dict[str, str]]:
    try:
        with io.TextIOWrapper(file, "utf-8-sig", "replace", newline="") as text:
            yield from csv.DictReader(text)
    except csv.Error as error:
        raise TemporaryFailure("611", MARKETO["611"], f"a file of changes that is no table: {error}") from None


def _by_word(wanted: Sequence[str], fields: Sequence[TargetField]) -> dict[str, list[str]]:
    """Wanted fields by what the file may call them; others lead to none."""
    found: dict[str, list[str]] = {}
    for field in fields:
        for word in {field.name.casefold(), field.label.casefold()}:
            found.setdefault(word, []).extend([field.name] if field.name in wanted else [])
    return found


def _values(cell: str | None) -> Mapping[str, Any]:
    try:
        found = json.loads(cell or "")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}

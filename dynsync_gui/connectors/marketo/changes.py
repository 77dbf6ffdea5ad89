"""What changed in Marketo: values of persons since a moment (Adobe, activities, lead changes)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused, read
from dynsync_gui.domain.errors import TemporaryFailure
from dynsync_gui.domain.findings.marketo import MARKETO
from dynsync_gui.domain.ports.marketo import ChangePage, PersonChange

_TOKEN = "/rest/v1/activities/pagingtoken.json"  # noqa: S105  a path
_CHANGES = "/rest/v1/activities/leadchanges.json"
_AT_ONCE = "300"
PROGRAM = "Web service API"
"""The source that Marketo names for whatever came by its API."""


def changes_from(client: MarketoClient, moment: datetime, patience: Patience) -> str:
    """The token that leads to all changes since a moment of this computer's clock."""
    return changes_from_there(client, moment - timedelta(seconds=client.clock_ahead), patience)


def changes_from_there(client: MarketoClient, moment: datetime, patience: Patience) -> str:
    """The token that leads to all changes since a moment of Marketo's clock, that second with them."""
    try:
        return client.call(read(_TOKEN, sinceDatetime=_written(moment)), patience, onward)
    except Refused as refused:
        raise refused.failure from None


def on_marketos_clock(client: MarketoClient, moment: datetime) -> str:
    """A moment of this computer's clock as Marketo would write it, in whole seconds, never later."""
    return _written(moment - timedelta(seconds=client.clock_ahead))


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_changes(client: MarketoClient, token: str, fields: Sequence[str], patience: Patience) -> ChangePage:
    """One page of changes; an empty page may be followed by full ones.

    Raises:
        ConnectionFailed: Marketo does not allow it, or does not know the token any more.
    """
    form = {"nextPageToken": token, "fields": ",".join(fields), "batchSize": _AT_ONCE}
    try:
        return client.call(read(_CHANGES, **form), patience, _page)
    except Refused as refused:
        raise refused.failure from None


def _page(told: Mapping[str, Any]) -> ChangePage:
    rows = rows_of(told)
    changes = tuple(change for row in rows for change in _changes(row))
    return ChangePage(changes, onward(told), told.get("moreResult") is True, any(_by_hand(row) is True for row in rows))


def rows_of(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of a page of activities.

    Raises:
        TemporaryFailure: There is something else in their place.
    """
    rows = told.get("result")
    rows = [] if rows is None else rows
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise TemporaryFailure("611", MARKETO["611"], "a page of activities without a list")
    return rows


def _by_hand(row: Mapping[str, Any]) -> bool | None:
    """Whether it was no program that was behind a change; None where Marketo does not say."""
    named = row.get("attributes")
    named = [one for one in named if isinstance(one, dict)] if isinstance(named, list) else []
    sources = [str(one["value"]) for one in named if one.get("name") == "Source" and one.get("value")]
    return any(source != PROGRAM for source in sources) if sources else None


def _changes(row: Mapping[str, Any]) -> list[PersonChange]:
    fields = row.get("fields")
    person = str(row.get("leadId") or "")
    if not person or not isinstance(fields, list):
        return []
    by_hand = _by_hand(row)
    return [
        PersonChange(person, str(field["name"]), _text(field.get("oldValue")), _told(field, "newValue"), by_hand)
        for field in fields
        if isinstance(field, dict) and field.get("name")
    ]


def onward(told: Mapping[str, Any]) -> str:
    """The token that leads on.

    Raises:
        TemporaryFailure: There is none.
    """
    token = told.get("nextPageToken")
    if not isinstance(token, str) or not token:
        raise TemporaryFailure("611", MARKETO["611"], "no token that leads on")
    return token


def _told(field: Mapping[str, Any], name: str) -> str | None:
    return _text(field[name]) if name in field else None


def _text(value: Any) -> str:
    return "" if value is None else str(value)

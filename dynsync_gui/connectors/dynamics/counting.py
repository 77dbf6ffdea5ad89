"""Counts what the filter column says, and what changed lately (Microsoft, aggregate data with the Web API).

Dataverse groups at most 50,000 rows at once. A larger table is cut by the time its rows were made, in halves, until
each part is small enough; where that many rows were made in one second, they are paged through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.findings.dataverse import DATAVERSE
from dynsync_gui.domain.ports.dynamics import FilterCounts
from dynsync_gui.domain.schema import FILTER_FIELD

TOO_MANY = "0x8004e023"
_MADE, _CHANGED = "createdon", "modifiedon"
_SECOND = timedelta(seconds=1)

Ask = Callable[[str, str], dict[str, Any]]
"""Reads a path below the service root, or an onward link, with OData preferences."""


def count_filter(entity_set: str, ask: Ask) -> FilterCounts:
    """Yes, No and blank of all rows that the user sees."""
    try:
        return _groups(entity_set, "", ask)
    except ConnectionFailed as failure:
        if failure.code != TOO_MANY:
            raise
    first = f"{entity_set}?$select={_MADE}&$filter={_MADE}%20ne%20null&$orderby={_MADE}&$top=1"
    oldest = datetime.fromisoformat(str(_rows(ask(first, ""))[0][_MADE])).astimezone(UTC).replace(microsecond=0)
    undated = _groups(entity_set, f"filter({_MADE} eq null)/", ask)
    return undated + _between(entity_set, oldest, datetime.now(UTC).replace(microsecond=0) + timedelta(days=1), ask)


def count_changed(entity_set: str, ask: Ask, since: date) -> int:
    """Rows that changed on this day (UTC) or later, as far as the user sees them."""
    tomorrow = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    return _changed(entity_set, datetime(since.year, since.month, since.day, tzinfo=UTC), tomorrow, ask)


def _changed(entity_set: str, start: datetime, end: datetime, ask: Ask) -> int:
    where = f"{_CHANGED} ge {_text(start)} and {_CHANGED} lt {_text(end)}"
    apply = quote(f"filter({where})/aggregate($count as n)", safe="()$,/:")
    try:
        return sum(int(row.get("n") or 0) for row in _rows(ask(f"{entity_set}?$apply={apply}", "")))
    except ConnectionFailed as failure:
        if failure.code != TOO_MANY or end - start <= _SECOND:
            raise
    middle = start + timedelta(seconds=(end - start) // _SECOND // 2)
    return _changed(entity_set, start, middle, ask) + _changed(entity_set, middle, end, ask)


def _between(entity_set: str, start: datetime, end: datetime, ask: Ask) -> FilterCounts:
    where = f"{_MADE} ge {_text(start)} and {_MADE} lt {_text(end)}"
    try:
        return _groups(entity_set, f"filter({where})/", ask)
    except ConnectionFailed as failure:
        if failure.code != TOO_MANY:
            raise
    if end - start <= _SECOND:
        return _paged(entity_set, where, ask)
    middle = start + timedelta(seconds=(end - start) // _SECOND // 2)
    return _between(entity_set, start, middle, ask) + _between(entity_set, middle, end, ask)


def _groups(entity_set: str, where: str, ask: Ask) -> FilterCounts:
    apply = quote(f"{where}groupby(({FILTER_FIELD}),aggregate($count as n))", safe="()$,/:")
    counts = {row.get(FILTER_FIELD): int(row["n"]) for row in _rows(ask(f"{entity_set}?$apply={apply}", ""))}
    return FilterCounts(counts.get(True, 0), counts.get(False, 0), counts.get(None, 0))


def _paged(entity_set: str, where: str, ask: Ask) -> FilterCounts:
    target = f"{entity_set}?$select={FILTER_FIELD}&$filter={quote(where, safe=':')}"
    counts: Counter[bool | None] = Counter()
    while target:
        page = ask(target, "odata.maxpagesize=5000")
        counts.update(row.get(FILTER_FIELD) for row in _rows(page))
        target = str(page.get("@odata.nextLink") or "")
    return FilterCounts(counts[True], counts[False], counts[None])


def _rows(body: dict[str, Any]) -> list[dict[str, Any]]:
    rows = body.get("value")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise TemporaryFailure("dynamics.page", DATAVERSE["dynamics.page"], "no list of counts")
    return rows


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"

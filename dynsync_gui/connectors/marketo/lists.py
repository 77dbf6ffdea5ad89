"""Static lists: taking persons off them (Adobe, static lists)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused, Request, read
from dynsync_gui.connectors.marketo.records import written
from dynsync_gui.domain.errors import TemporaryFailure
from dynsync_gui.domain.findings.marketo import MARKETO
from dynsync_gui.domain.ports import RowOutcome

UNKNOWN = "list-unknown"
"""Our code: Marketo has no static list of that name."""

_LISTS = "/rest/v1/lists"
_NOT_IN_IT = "1015"
_REMOVED = RowOutcome("removed")


def unlist(client: MarketoClient, name: str, ids: Sequence[str], patience: Patience) -> tuple[RowOutcome, ...]:
    """Take at most 300 persons off every static list of a name.

    Raises:
        BatchRefused: Marketo refused the whole call for its content.
        ConnectionFailed: Marketo does not allow it at all.
        TemporaryFailure: The trouble outlived the patience; the same call may be made again.
    """
    if not ids:
        return ()
    found = _ids_of(client, name, patience) if name.strip() else ()
    if not found:
        return tuple(RowOutcome("skipped", "", UNKNOWN, name) for _ in ids)
    outcomes = [_REMOVED] * len(ids)
    for list_id in found:
        request = Request("DELETE", f"{_LISTS}/{list_id}/leads.json?id={','.join(ids)}")
        told = written(client, request, patience, len(ids))
        judged = [_REMOVED if outcome.code == _NOT_IN_IT else outcome for outcome in told]
        outcomes = [before if before.status == "skipped" else now for before, now in zip(outcomes, judged, strict=True)]
    return tuple(outcomes)


def _ids_of(client: MarketoClient, name: str, patience: Patience) -> tuple[int, ...]:
    """Lists whose name is exactly that; programs may have one each."""
    try:
        rows = client.call(read(f"{_LISTS}.json", name=name, batchSize="300"), patience, _rows)
    except Refused as refused:
        raise refused.failure from None
    return tuple(int(row["id"]) for row in rows if row.get("name") == name)


def _rows(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = told.get("result") or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise TemporaryFailure("611", MARKETO["611"], "no list of lists")
    return rows

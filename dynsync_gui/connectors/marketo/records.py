"""Marketo's records: looked up, written, merged, removed (Adobe, lead database; sync, delete and merge calls)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused, Request, query, read, write
from dynsync_gui.connectors.marketo.codes import SYSTEM_ERROR, refuses_content
from dynsync_gui.domain.errors import TemporaryFailure
from dynsync_gui.domain.findings.marketo import MARKETO
from dynsync_gui.domain.ports.marketo import BatchRefused, RowOutcome, TooManyMatches
from dynsync_gui.domain.schema import Target

AT_ONCE = 300
_MOST_PAGES = 60
"""At most 1,000 records match, and pages may hold few or none."""
_PATHS = {
    Target.SALES_PERSON: "/rest/v1/salespersons",
    Target.COMPANY: "/rest/v1/companies",
    Target.PERSON: "/rest/v1/leads",
    Target.OPPORTUNITY: "/rest/v1/opportunities",
    Target.ROLE: "/rest/v1/opportunities/roles",
}
_MERGE_REFUSED = {"712", "714"}
_PARTITIONS = "/rest/v1/leads/partitions.json"
_STATES = {"created", "updated", "deleted", "removed", "skipped"}
_Row = Mapping[str, Any]


def path_of(target: Target, kind: str = "") -> str:
    """Path of a target's calls, without its end; of a custom object by its API name."""
    return _PATHS.get(target, f"/rest/v1/customobjects/{kind}")


def find(
    client: MarketoClient,
    target: Target,
    by: str,
    values: Sequence[str],
    fields: Sequence[str],
    patience: Patience,
    kind: str = "",
) -> tuple[_Row, ...]:
    """All records whose field `by` holds one of the values.

    Raises:
        TooManyMatches: More than 1,000 match.
        ConnectionFailed: Marketo does not allow it, or cannot search by that field.
    """
    if not values:
        return ()
    if len(values) > AT_ONCE or any("," in value for value in values):
        raise ValueError("at most 300 values, none with a comma")
    form = {
        "filterType": by,
        "filterValues": ",".join(values),
        "fields": ",".join(dict.fromkeys(fields)),
        "batchSize": str(AT_ONCE),
    }
    if not fields:
        del form["fields"]
    found: list[_Row] = []
    for _ in range(_MOST_PAGES):
        try:
            rows, onward = client.call(query(f"{path_of(target, kind)}.json", form), patience, _page)
        except Refused as refused:
            if refused.code == "1003" and "too many" in refused.message.lower():
                raise TooManyMatches from None
            raise refused.failure from None
        found += rows
        if not onward:
            return tuple(found)
        form["nextPageToken"] = onward
    raise _unknown("pages without an end")


def all_persons(
    client: MarketoClient, fields: Sequence[str], at_most: int, searchable: frozenset[str], patience: Patience
) -> tuple[_Row, ...] | None:
    """Every person, by the partitions that they are in; None where there are too many or Marketo cannot list them."""
    if "leadPartitionId" not in searchable:
        return None
    try:
        told = client.call(read(_PARTITIONS), patience, lambda told: told.get("result"))
        ids = [str(row["id"]) for row in told or () if isinstance(row, dict) and "id" in row]
        found: dict[Any, _Row] = {}
        for id_ in ids:
            for row in find(client, Target.PERSON, "leadPartitionId", [id_], ["id", *fields], patience):
                found[row.get("id")] = row
    except (Refused, TooManyMatches):
        return None
    return tuple(found.values()) if 0 < len(found) <= at_most else None  # none at all may be none that is shown


def upsert(
    client: MarketoClient,
    target: Target,
    rows: Sequence[_Row],
    by: str,
    patience: Patience,
    *,
    suspected: bool = False,
    kind: str = "",
    alone: bool = False,
) -> tuple[RowOutcome, ...]:
    """Create or update rows by their key.

    A call that stays with 611 is taken for one whose content provokes it, so that smaller calls show which row it is.

    Raises:
        BatchRefused: Marketo refused the whole call for its content; nothing was written.
        ConnectionFailed: Marketo does not allow it at all.
        Unheard: It must be `alone` under way, and there was no answer.
        TemporaryFailure: The trouble outlived the patience; the same call may be made again.
    """
    if not rows:
        return ()
    request = write(f"{path_of(target, kind)}.json", _content(target, rows, by), alone=alone)
    if len(rows) > AT_ONCE:
        raise ValueError("at most 300 rows")
    if suspected:
        patience.system_errors = 1
    return written(client, request, patience, len(rows))


def delete(
    client: MarketoClient, target: Target, ids: Sequence[str], by: str, patience: Patience, kind: str = ""
) -> tuple[RowOutcome, ...]:
    """Remove records by Marketo's id (`by` is ``id`` or ``marketoGUID``) or by their key.

    Raises:
        BatchRefused: Marketo refused the whole call for its content; nothing was removed.
        ConnectionFailed: Marketo does not allow it at all.
        TemporaryFailure: The trouble outlived the patience; the same call may be made again.
    """
    if not ids:
        return ()
    whole = by == "id"
    content: dict[str, Any] = {"input": [{by: int(one) if whole else one} for one in ids]}
    if target is not Target.PERSON:
        content["deleteBy"] = "idField" if whole or by == "marketoGUID" else "dedupeFields"
    return written(client, write(f"{path_of(target, kind)}/delete.json", content), patience, len(ids))


def merge(client: MarketoClient, winner: str, losers: Sequence[str], patience: Patience) -> None:
    """Let persons go into another one, whose values stay (at most 25).

    Raises:
        BatchRefused: Marketo does not merge them.
        ConnectionFailed: Marketo does not allow it at all.
        TemporaryFailure: The trouble outlived the patience; some may be merged already.
    """
    path = f"{_PATHS[Target.PERSON]}/{winner}/merge.json?leadIds={','.join(losers)}"
    try:
        client.call(write(path, {}), patience, lambda _told: None)
    except Refused as refused:
        if refuses_content(refused.code) or refused.code in _MERGE_REFUSED:
            raise BatchRefused(refused.code, refused.message) from None
        raise refused.failure from None


def written(client: MarketoClient, request: Request, patience: Patience, rows: int) -> tuple[RowOutcome, ...]:
    """Make a call that changes records.

    Raises:
        BatchRefused: Marketo refused the whole call for its content.
        ConnectionFailed: Marketo does not allow it at all.
        TemporaryFailure: The trouble outlived the patience; the same call may be made again.
    """
    try:
        return client.call(request, patience, lambda told: outcomes(told, rows))
    except Refused as refused:
        if refuses_content(refused.code):
            raise BatchRefused(refused.code, refused.message) from None
        raise refused.failure from None
    except TemporaryFailure as failure:
        if failure.code == SYSTEM_ERROR:  # a system error that stays is one that the content provokes
            raise BatchRefused(failure.code, failure.detail) from None
        raise


def outcomes(told: _Row, count: int) -> tuple[RowOutcome, ...]:
    """The answer for each row, in the order of the rows.

    Raises:
        TemporaryFailure: The answer does not fit the rows, so that nobody knows what was written.
    """
    rows = told.get("result")
    if not isinstance(rows, list) or len(rows) != count or not all(isinstance(row, dict) for row in rows):
        raise _unknown("an answer that does not fit the rows")
    places = [row.get("seq") for row in rows]
    if sorted(place for place in places if isinstance(place, int)) == list(range(count)):
        rows = sorted(rows, key=lambda row: int(row["seq"]))
    return tuple(_outcome(row) for row in rows)


def _content(target: Target, rows: Sequence[_Row], by: str) -> dict[str, Any]:
    if by in {"id", "marketoGUID"} and target not in {Target.PERSON, Target.ROLE}:
        return {"action": "updateOnly", "dedupeBy": "idField", "input": list(rows)}
    if target is not Target.PERSON:
        return {"action": "createOrUpdate", "dedupeBy": "dedupeFields", "input": list(rows)}
    action = "updateOnly" if by == "id" else "createOrUpdate"
    return {"action": action, "lookupField": by, "input": list(rows)}


def _outcome(row: _Row) -> RowOutcome:
    status = str(row.get("status"))
    if status not in _STATES:
        raise _unknown(f"a row that is {status[:40]}")
    if status != "skipped":
        return RowOutcome(status, str(row.get("id") or row.get("marketoGUID") or ""))
    reasons = row.get("reasons") or row.get("errors") or [{}]
    reason = reasons[0] if isinstance(reasons, list) and isinstance(reasons[0], dict) else {}
    return RowOutcome("skipped", "", str(reason.get("code") or "unknown"), str(reason.get("message") or "")[:500])


def _page(told: _Row) -> tuple[list[_Row], str]:
    rows = told.get("result") if told.get("success") is True else []
    rows = [] if rows is None else rows
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _unknown("a page without a list")
    more = told.get("moreResult") is not False
    return rows, str(told.get("nextPageToken") or "") if more else ""


def _unknown(detail: str) -> TemporaryFailure:
    return TemporaryFailure("marketo.outcome", MARKETO["611"], detail)

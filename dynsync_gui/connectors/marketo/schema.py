"""Marketo's fields: what there is, and making new ones (Adobe, describe2, lead field schema)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused, read, write
from dynsync_gui.connectors.marketo.codes import refuses_content
from dynsync_gui.connectors.marketo.records import path_of
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.findings import filled
from dynsync_gui.domain.findings.marketo import MARKETO
from dynsync_gui.domain.mapping import NewField
from dynsync_gui.domain.schema import KEY_FIELD, Target, TargetField, TargetSchema, TargetType

FIELDS_PATH = "/rest/v1/leads/schema/fields.json"
_AT_ONCE = 100
_WAIT_SECONDS = 75.0
_THERE_ALREADY = {"1005", "1017"}
_BAD_INPUT = "1003"


def describe(client: MarketoClient, target: Target, patience: Patience, kind: str = "") -> TargetSchema:
    """The live fields of a target; of a custom object by its API name."""
    return schema_of(told_of(client, target, patience, kind), target)


def told_of(client: MarketoClient, target: Target, patience: Patience, kind: str = "") -> Mapping[str, Any]:
    """The answer that describes a target; one that describes nothing is asked for again."""
    end = "describe2.json" if target is Target.PERSON else "describe.json"

    def take(told: Mapping[str, Any]) -> Mapping[str, Any]:
        schema_of(told, target)
        return told

    return client.call(read(f"{path_of(target, kind)}/{end}"), patience, take)


def schema_of(told: Mapping[str, Any], target: Target) -> TargetSchema:
    """Read a describe answer.

    Raises:
        TemporaryFailure: It describes nothing.
    """
    rows = told.get("result")
    row = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
    fields = row.get("fields")
    if not isinstance(fields, list):
        raise TemporaryFailure("611", MARKETO["611"], "a description without fields")
    keys = row.get("searchableFields") or ()
    searchable = frozenset(str(key[0]) for key in keys if isinstance(key, list) and len(key) == 1)
    links = _links(row.get("relationships"))
    known = tuple(_field(field, links) for field in fields if isinstance(field, dict) and field.get("name"))
    return TargetSchema(target, known, searchable)


def create_fields(client: MarketoClient, fields: Sequence[NewField], patience: Patience, token: CancelToken) -> None:
    """Create what is missing, then wait until Marketo offers all of it.

    Raises:
        ConnectionFailed: A field was refused, or does not appear within 75 seconds.
    """
    known = describe(client, Target.PERSON, patience)
    missing = [field for field in fields if known.field(field.name) is None]
    for start in range(0, len(missing), _AT_ONCE):
        _create(client, missing[start : start + _AT_ONCE], patience)
    _await(client, {field.name for field in fields}, patience, token)


def _create(client: MarketoClient, fields: Sequence[NewField], patience: Patience) -> None:
    rows = [{"displayName": field.label, "name": field.name, "dataType": str(field.type)} for field in fields]
    try:
        outcome = client.call(write(FIELDS_PATH, {"input": rows}), patience, lambda told: told.get("result"))
    except Refused as refused:
        if any(_is_there(field, refused.code, refused.message) for field in fields):
            if len(fields) > 1:  # which one it is, Marketo does not always say
                for field in fields:
                    _create(client, [field], patience)
            return
        if not refuses_content(refused.code):
            raise refused.failure from None
        labels = ", ".join(field.label for field in fields)
        finding = filled(MARKETO["marketo.fields-refused"], field=labels[:200])
        raise ConnectionFailed("marketo.fields-refused", finding, f"{refused.code} {refused.message}") from None
    if not isinstance(outcome, list) or len(outcome) != len(rows):
        return  # what came of it shows when the fields are read back
    for field, row in zip(fields, outcome, strict=True):
        reasons = row.get("reasons") or row.get("errors") or [{}]
        code, message = str(reasons[0].get("code")), str(reasons[0].get("message"))
        if row.get("status") == "skipped" and not _is_there(field, code, message):
            finding = filled(MARKETO["marketo.fields-refused"], field=field.label)
            detail = f"{field.name}: {code} {message}"[:300]
            raise ConnectionFailed("marketo.fields-refused", finding, detail)


def _is_there(field: NewField, code: str, message: str) -> bool:
    """Whether a field is refused for being there, which a description that lags behind does not show yet."""
    return code in _THERE_ALREADY or (code == _BAD_INPUT and field.name in message and "already exists" in message)


def _await(client: MarketoClient, names: set[str], patience: Patience, token: CancelToken) -> None:
    """Ask for the description until it holds the names, and can search by the key if that is one of them."""
    ends, pause = time.monotonic() + _WAIT_SECONDS, 0.2
    while True:
        known = describe(client, Target.PERSON, patience)
        late = {name for name in names if known.field(name) is None}
        if KEY_FIELD in names and KEY_FIELD not in known.searchable:
            late.add(KEY_FIELD)
        if not late:
            return
        if time.monotonic() + pause > ends:
            shown = ", ".join(sorted(late))[:200]
            raise ConnectionFailed("marketo.fields-late", MARKETO["marketo.fields-late"], shown)
        token.wait(pause)
        pause = min(pause * 2, 10.0)


def _links(relations: Any) -> Mapping[str, tuple[str, str]]:
    """Object and field that the link fields of a custom object name."""
    found = {}
    for one in relations if isinstance(relations, list) else ():
        to = one.get("relatedTo") if isinstance(one, dict) else None
        if isinstance(to, dict):
            found[str(one.get("field"))] = str(to.get("name")), str(to.get("field"))
    return found


def _field(row: Mapping[str, Any], links: Mapping[str, tuple[str, str]]) -> TargetField:
    name, kind, length = str(row["name"]), str(row.get("dataType") or ""), row.get("length")
    return TargetField(
        name,
        str(row.get("displayName") or name),
        TargetType(kind) if kind in set(TargetType) else TargetType.OTHER,
        length if isinstance(length, int) and length > 0 else None,
        row.get("updateable") is not False,
        row.get("crmManaged") is True,
        links.get(name),
    )

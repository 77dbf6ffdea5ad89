"""Rows of the Web API as records; pure (Microsoft, query data, change tracking)."""

from __future__ import annotations

import marshal
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Self

import orjson

from dynsync_gui.domain.errors import TemporaryFailure
from dynsync_gui.domain.findings.dataverse import DATAVERSE
from dynsync_gui.domain.ports.dynamics import Page, SourceRecord
from dynsync_gui.domain.schema import EntitySchema, FieldType, SourceField

SHOWN = "OData.Community.Display.V1.FormattedValue"
POINTS_TO = "Microsoft.Dynamics.CRM.lookuplogicalname"
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_BARE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""As Dataverse itself writes them."""
_VERSION = re.compile(r"(?:W/)?\"?([^\"]*)\"?")


def bare_id(value: object) -> str:
    """A Dynamics id in lower case without braces; empty where there is none."""
    if not isinstance(value, str):
        return ""
    if _BARE.fullmatch(value):
        return value
    found = _GUID.search(value)
    return found[0].lower() if found else ""


def wanted(schema: EntitySchema, names: Sequence[str]) -> tuple[SourceField, ...]:
    """The readable columns among the names, each once, in that order."""
    fields = (schema.field(name) for name in dict.fromkeys(names))
    return tuple(field for field in fields if field is not None and field.readable)


def page_of(body: Mapping[str, Any], schema: EntitySchema, fields: Sequence[SourceField]) -> Page:
    """One page.

    Args:
        body: The answer.
        schema: Its table.
        fields: The columns asked for.

    Raises:
        TemporaryFailure: It is no whole page; taking it for the last one would lose records.
    """
    links = links_of(body)
    columns = _Columns.of(fields)
    return Page(tuple(_record(row, schema, columns) for row in body["value"]), *links)


def links_of(body: Mapping[str, Any]) -> tuple[str, str]:
    """Where a page leads: to the next one, and to what changes from now on; empty where it does not.

    Raises:
        TemporaryFailure: It is no whole page.
    """
    next_link, delta_link = body.get("@odata.nextLink", ""), body.get("@odata.deltaLink", "")
    if not isinstance(body.get("value"), list) or not isinstance(next_link, str) or not isinstance(delta_link, str):
        raise _broken("no list of records")
    return next_link, delta_link


@dataclass(frozen=True, slots=True)
class _Columns:
    """What is looked for in every row of a page: columns that hold ids, and annotations of lookups."""

    ids: tuple[str, ...]
    shown: tuple[tuple[str, str], ...]
    points_to: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, fields: Sequence[SourceField]) -> Self:
        ids = [f.column for f in fields if f.type.is_lookup or f.type is FieldType.UNIQUEIDENTIFIER]
        lookups = [field.column for field in fields if field.type.is_lookup]
        annotated = [tuple((f"{name}@{kind}", name) for name in lookups) for kind in (SHOWN, POINTS_TO)]
        return cls(tuple(ids), *annotated)


def _record(row: Any, schema: EntitySchema, columns: _Columns) -> SourceRecord:
    if not isinstance(row, dict):
        raise _broken("a record that is none")
    told_of = "@odata.context" in row or "reason" in row  # else it is there
    if told_of and (str(row.get("@odata.context", "")).endswith("$deletedEntity") or row.get("reason") == "deleted"):
        id_ = bare_id(row.get("id")) or bare_id(row.get(schema.primary_id))
        if not id_:
            raise _broken("a removal without an id")
        return SourceRecord(schema.entity, id_, "", deleted=True)
    id_ = bare_id(row.get(schema.primary_id))
    if not id_:
        raise _broken("a record without an id")
    version = _VERSION.fullmatch(str(row.get("@odata.etag", "")))
    shown, points_to = _texts(row, columns.shown), _texts(row, columns.points_to)
    print_ = blake2b(_bytes(row), digest_size=16).digest()
    for column in columns.ids:
        if (value := row.get(column)) is not None:
            row[column] = bare_id(value) or None
    return SourceRecord(schema.entity, id_, version[1] if version else "", row, shown, points_to, print=print_)


def _bytes(row: Any) -> bytes:
    """A row in bytes, equal rows alike; of all ways the quickest."""
    try:
        return orjson.dumps(row)
    except TypeError:  # half characters, which UTF-8 cannot carry
        return marshal.dumps(row, 2)


def _texts(row: Mapping[str, Any], keys: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: text for key, name in keys if isinstance(text := row.get(key), str)}


def _broken(detail: str) -> TemporaryFailure:
    return TemporaryFailure("dynamics.page", DATAVERSE["dynamics.page"], detail)

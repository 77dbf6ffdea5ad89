"""A glance at the newest records of a table: what its columns hold, and how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.fit import shortened
from dynsync_gui.domain.ports.dynamics import DynamicsReader, SourceRecord
from dynsync_gui.domain.sample import ColumnSample
from dynsync_gui.domain.schema import EntitySchema, FieldType, SourceField

SAMPLE = 300
"""Records of a table that are looked at."""

_PAGE = 150
_VALUES = 3
_LONGEST = 40


def newest(
    dynamics: DynamicsReader,
    schema: EntitySchema,
    names: Sequence[str],
    count: int,
    token: CancelToken,
    *,
    shown: bool,
) -> tuple[SourceRecord, ...]:
    """The records of a table that were changed last, at most `count`.

    Args:
        dynamics: Where to read.
        schema: The table.
        names: Logical names of the columns wanted.
        count: How many records at most.
        token: Stops it.
        shown: Whether formatted values are wanted.
    """
    found: dict[str, SourceRecord] = {}
    link = ""
    while len(found) < count:
        token.checkpoint()
        page = dynamics.read_page(
            schema, names, link, track=False, shown=shown, page_size=min(_PAGE, count), newest=True
        )
        found.update((record.id, record) for record in page.records)
        link = page.next_link
        if not link:
            break
    return tuple(found.values())[:count]


def read_sample(dynamics: DynamicsReader, schema: EntitySchema, token: CancelToken) -> Mapping[str, ColumnSample]:
    """What every readable column of a table holds, by logical name."""
    names = [field.name for field in schema.fields if field.readable]
    records = newest(dynamics, schema, names, SAMPLE, token, shown=any(f.type.is_lookup for f in schema.fields))
    return {field.name: _seen(field, records) for field in schema.fields if field.readable}


def _seen(field: SourceField, records: Sequence[SourceRecord]) -> ColumnSample:
    filled = [record for record in records if record.values.get(field.column) not in (None, "")]
    values: dict[str, None] = {}
    for record in filled:
        if len(values) == _VALUES:
            break
        if text := shortened(_text(field, record), _LONGEST):
            values[text] = None
    return ColumnSample(tuple(values), len(filled) / len(records) if records else 0.0, len(records))


def _text(field: SourceField, record: SourceRecord) -> str:
    """A value as a person reads it."""
    value: Any = record.values[field.column]
    if field.type.is_lookup:
        return record.shown.get(field.column) or str(value)
    if field.type.has_options or field.type is FieldType.BOOLEAN:
        values = [int(one) for one in value.split(",") if one.strip()] if isinstance(value, str) else [int(value)]
        return "; ".join(field.option_label(one) or str(one) for one in values)
    return str(value)

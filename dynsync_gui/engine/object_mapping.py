"""Fields of users, opportunities and the mark of deleted people: always the documented ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dynsync_gui.domain.mapping import DefaultTarget, EntityMapping, FieldMapping, NewField
from dynsync_gui.domain.schema import (
    DELETED_FIELD,
    FILTER_FIELD,
    STOPPED_FIELD,
    EntitySchema,
    FieldType,
    TargetSchema,
    TargetType,
)
from dynsync_gui.domain.settings import DeletedPolicy, FieldSettings, FilteredOut, ObjectSettings

_NAME = "name"


def object_mapping(
    schema: EntitySchema, target: TargetSchema, defaults: Iterable[DefaultTarget], *, use_filter: bool
) -> EntityMapping:
    """The documented fields that both sides have (Adobe, default Dynamics field mapping)."""
    pairs: dict[str, FieldMapping] = {}
    for row in (row for row in defaults if row.entity is schema.entity):
        source, field = schema.field(row.source), target.field(row.target)
        if source is not None and source.readable and field is not None and field.updateable:
            pairs.setdefault(row.target, FieldMapping(source, field))
    known = schema.field(FILTER_FIELD)
    filters = use_filter and known is not None and known.readable and known.type is FieldType.BOOLEAN
    return EntityMapping(schema.entity, tuple(pairs.values()), filter=filters)


def with_name(chosen: EntityMapping, documented: EntityMapping) -> EntityMapping:
    """The chosen fields, and the name, without which Marketo takes no opportunity (Adobe, opportunities)."""
    if any(pair.target.name == _NAME for pair in chosen.fields):
        return chosen
    names = tuple(pair for pair in documented.fields if pair.target.name == _NAME)
    return replace(chosen, fields=(*names, *chosen.fields))


def marks(persons: TargetSchema, fields: FieldSettings, objects: ObjectSettings) -> tuple[NewField, ...]:
    """The fields that mark people who are left out, where they are wanted and not there."""
    wanted = []
    if objects.deleted is DeletedPolicy.MARK:
        wanted.append(NewField(DELETED_FIELD, "Microsoft is Deleted", TargetType.BOOLEAN))
    if fields.filtered_out is FilteredOut.MARK:
        wanted.append(NewField(STOPPED_FIELD, "Microsoft Sync Stopped", TargetType.BOOLEAN))
    return tuple(field for field in wanted if persons.field(field.name) is None)

"""Fields of users and opportunities, and the marks of people that a rule leaves out: always the same ones."""

from __future__ import annotations

from collections.abc import Iterable

from dynsync_gui.domain.mapping import DefaultTarget, EntityMapping, FieldMapping, NewField
from dynsync_gui.domain.schema import (
    DELETED_FIELD,
    FILTER_FIELD,
    FILTERED_FIELD,
    EntitySchema,
    FieldType,
    TargetSchema,
    TargetType,
)
from dynsync_gui.domain.settings import DeletedPolicy, FieldSettings, FilteredOut, ObjectSettings


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


def deleted_mark(persons: TargetSchema, objects: ObjectSettings) -> tuple[NewField, ...]:
    """The field that marks people whose record was deleted, where it is wanted and not there."""
    if objects.deleted is not DeletedPolicy.MARK or persons.field(DELETED_FIELD) is not None:
        return ()
    return (NewField(DELETED_FIELD, "Microsoft is Deleted", TargetType.BOOLEAN),)


def filtered_mark(persons: TargetSchema, fields: FieldSettings) -> tuple[NewField, ...]:
    """The field that marks people whom the filter keeps out by now, where it is wanted and not there."""
    wanted = fields.filter and fields.filtered_out is FilteredOut.MARK
    if not wanted or persons.field(FILTERED_FIELD) is not None:
        return ()
    return (NewField(FILTERED_FIELD, "Microsoft is not Synced", TargetType.BOOLEAN),)

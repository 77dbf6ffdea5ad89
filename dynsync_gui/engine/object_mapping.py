"""Fields of users and opportunities, and the mark of deleted records: always the documented ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from dynsync_gui.domain.mapping import DefaultTarget, EntityMapping, FieldMapping, NewField
from dynsync_gui.domain.schema import (
    DELETED_FIELD,
    FILTER_FIELD,
    PEOPLE,
    STOPPED_FIELD,
    Entity,
    EntitySchema,
    FieldType,
    Target,
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


def markable(targets: Mapping[Target, TargetSchema], own: Iterable[Entity]) -> frozenset[Entity]:
    """Tables whose deleted records can be marked.

    People get a field for that, and rows of own tables, as the types of both are DynSync's to complete. Companies and
    opportunities get none by API (Adobe, field metadata): they are marked where Marketo has been given the field.
    """
    return frozenset((*PEOPLE, *own, *(entity for entity in _GIVEN if _holds_mark(targets.get(entity.target)))))


_GIVEN = (Entity.ACCOUNT, Entity.OPPORTUNITY)


def _holds_mark(target: TargetSchema | None) -> bool:
    field = target.field(DELETED_FIELD) if target is not None else None
    return field is not None and field.updateable and field.type is TargetType.BOOLEAN

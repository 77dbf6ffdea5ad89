"""Columns that became another kind of column under the same name: they stop alone until they are chosen again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from dynsync_gui.domain.mapping import EntityMapping, SyncMapping
from dynsync_gui.domain.schema import Entity, EntitySchema
from dynsync_gui.domain.storage.store import SyncStore

Names = Mapping[Entity, Collection[str]]


def retyped(store: SyncStore, tables: Mapping[Entity, EntitySchema]) -> Names:
    """Columns that are not the kind that they were synced as, whether or not the new kind can be synced."""
    return {entity: _changed(table, store.types(entity)) for entity, table in tables.items()}


def without_retyped(mapping: SyncMapping, names: Names) -> SyncMapping:
    """The mapping without those columns."""
    entities = {entity: _kept(one, names.get(entity, ())) for entity, one in mapping.entities.items()}
    return SyncMapping(entities, mapping.new_fields)


def remember_types(mapping: SyncMapping, store: SyncStore) -> None:
    """Remember the kinds of columns that are synced."""
    for entity, one in mapping.entities.items():
        store.remember_types(entity, {pair.source.name: pair.source.type.value for pair in one.fields})


def _changed(table: EntitySchema, known: Mapping[str, str]) -> frozenset[str]:
    return frozenset(field.name for field in table.fields if known.get(field.name, field.type) != field.type)


def _kept(mapping: EntityMapping, names: Collection[str]) -> EntityMapping:
    return replace(mapping, fields=tuple(pair for pair in mapping.fields if pair.source.name not in names))

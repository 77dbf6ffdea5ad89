"""Columns that became another kind of column under the same name: they stop alone until they are chosen again."""

from __future__ import annotations

from dataclasses import replace

from dynsync_gui.domain.findings.records import FIELD_RETYPED
from dynsync_gui.domain.mapping import EntityMapping, SyncMapping
from dynsync_gui.domain.storage import Notice, SyncStore


def without_retyped(mapping: SyncMapping, store: SyncStore) -> SyncMapping:
    """The mapping without columns whose type is not the one that they were chosen with; a notice names them."""
    store.forget_notices(FIELD_RETYPED)
    entities = {entity: _kept(one, store) for entity, one in mapping.entities.items()}
    return SyncMapping(entities, mapping.new_fields)


def _kept(mapping: EntityMapping, store: SyncStore) -> EntityMapping:
    known = store.types(mapping.entity)
    kept = tuple(one for one in mapping.fields if known.get(one.source.name, one.source.type) == one.source.type)
    lost = [one.source.name for one in mapping.fields if one not in kept]
    if lost:
        store.notice([Notice(mapping.entity, "", FIELD_RETYPED, ", ".join(dict.fromkeys(lost)))])
    store.remember_types(mapping.entity, {one.source.name: one.source.type.value for one in kept})
    return replace(mapping, fields=kept)

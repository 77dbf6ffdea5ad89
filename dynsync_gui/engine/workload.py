"""Both sides' live schemas and the mapping made of them: what a plan, a run and a proof start from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.mapping import (
    DefaultTarget,
    EntityMapping,
    FieldOffer,
    SyncMapping,
    build_mapping,
    offers,
)
from dynsync_gui.domain.ports import DynamicsReader, MarketoReader
from dynsync_gui.domain.schema import Entity, EntitySchema, Target, TargetSchema
from dynsync_gui.domain.settings import FieldSettings


@dataclass(frozen=True, slots=True)
class Schemas:
    """What both systems say about their tables today."""

    tables: Mapping[Entity, EntitySchema]
    persons: TargetSchema
    companies: TargetSchema
    offers: Mapping[Entity, tuple[FieldOffer, ...]]


def describe(
    dynamics: DynamicsReader, marketo: MarketoReader, defaults: Collection[DefaultTarget], token: CancelToken
) -> Schemas:
    """Ask both systems for their schemas and say what can become of every column."""
    token.raise_if_cancelled()
    # Ten answers a table, one after the other, add up where a vendor is slow: the tables are asked side by side.
    with ThreadPoolExecutor(len(Entity), "describe") as pool:
        described = {entity: pool.submit(dynamics.describe, entity) for entity in Entity}
        persons, companies = marketo.describe(Target.PERSON), marketo.describe(Target.COMPANY)
        tables = {entity: one.result() for entity, one in described.items()}
    rows = {entity: offers(table, persons, companies, defaults) for entity, table in tables.items()}
    return Schemas(tables, persons, companies, rows)


def mapping_of(schemas: Schemas, fields: FieldSettings) -> SyncMapping:
    """The user's choice over today's schemas; an entity without a field is left out."""
    mapping = build_mapping(schemas.offers, fields.chosen, schemas.persons, schemas.companies, use_filter=fields.filter)
    kept = {entity: one for entity, one in mapping.entities.items() if one.fields}
    return SyncMapping(kept, mapping.new_fields)


def work_of(schemas: Schemas, mapping: SyncMapping) -> Sequence[tuple[EntitySchema, EntityMapping]]:
    """Table and mapping of every entity that is synced, in the order of one cycle."""
    return [(schemas.tables[entity], mapping.entities[entity]) for entity in Entity if entity in mapping.entities]

"""Both sides' live schemas and the mapping made of them: what a plan, a run and a proof start from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

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
from dynsync_gui.domain.schema import ENTITIES, Entity, EntitySchema, Target, TargetSchema
from dynsync_gui.domain.settings import FieldSettings, NativeSync
from dynsync_gui.engine.native_sync import described_companies, without_companies


@dataclass(frozen=True, slots=True)
class Schemas:
    """What both systems say about their tables today."""

    tables: Mapping[Entity, EntitySchema]
    targets: Mapping[Target, TargetSchema]
    offers: Mapping[Entity, tuple[FieldOffer, ...]]

    @property
    def persons(self) -> TargetSchema:
        """Marketo's person fields."""
        return self.targets[Target.PERSON]

    @property
    def companies(self) -> TargetSchema:
        """Marketo's company fields."""
        return self.targets[Target.COMPANY]

    @property
    def languages(self) -> tuple[int, ...]:
        """Languages (LCID) that option labels can be written in."""
        options = (option for table in self.tables.values() for field in table.fields for option in field.options)
        return tuple(sorted({language for option in options for language in option.labels}))


def describe(
    dynamics: DynamicsReader,
    marketo: MarketoReader,
    defaults: Collection[DefaultTarget],
    token: CancelToken,
    native_sync: NativeSync = NativeSync.STOP,
) -> Schemas:
    """Ask both systems for their schemas and say what can become of every column.

    Raises:
        GuardStop: Marketo's own CRM sync is connected, and the user did not choose to bring people only.
    """
    token.raise_if_cancelled()
    # Ten answers a table, one after the other, add up where a vendor is slow: the tables are asked side by side.
    with ThreadPoolExecutor(len(ENTITIES), "describe") as pool:
        described = {entity: pool.submit(dynamics.describe, entity) for entity in ENTITIES}
        persons = marketo.describe(Target.PERSON)
        companies = described_companies(marketo, persons, native_sync)
        tables = {entity: one.result() for entity, one in described.items()}
    targets = {Target.PERSON: persons, Target.COMPANY: companies}
    rows = {entity: offers(table, targets, defaults) for entity, table in tables.items()}
    if native_sync is NativeSync.PEOPLE:
        rows |= {entity: without_companies(rows[entity]) for entity in rows if entity.target is Target.COMPANY}
    return Schemas(tables, targets, rows)


def mapping_of(schemas: Schemas, fields: FieldSettings, native_sync: NativeSync = NativeSync.STOP) -> SyncMapping:
    """The user's choice over today's schemas; without entities that have no field, or that are not wanted."""
    mapping = build_mapping(
        schemas.offers, fields.chosen, schemas.targets, use_filter=fields.filter, language=fields.language
    )
    kept = {entity: one for entity, one in mapping.entities.items() if one.fields}
    if native_sync is NativeSync.PEOPLE:
        people = {entity: one for entity, one in kept.items() if entity.target is Target.PERSON}
        kept = {entity: replace(one, linked=False) for entity, one in people.items()}
    return SyncMapping(kept, mapping.new_fields)


def work_of(schemas: Schemas, mapping: SyncMapping) -> Sequence[tuple[EntitySchema, EntityMapping]]:
    """Table and mapping of every entity that is synced, in the order of one cycle."""
    return [(schemas.tables[entity], mapping.entities[entity]) for entity in ENTITIES if entity in mapping.entities]

"""Both sides' live schemas and the mapping made of them: what a plan, a run and a proof start from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ConnectionFailed, GuardStop
from dynsync_gui.domain.mapping import (
    DefaultTarget,
    EntityMapping,
    FieldOffer,
    SyncMapping,
    build_mapping,
    offers,
    own_offers,
)
from dynsync_gui.domain.ports.dynamics import DynamicsReader
from dynsync_gui.domain.ports.marketo import MarketoReader
from dynsync_gui.domain.rights import wanted_tables
from dynsync_gui.domain.schema import ENTITIES, Entity, EntitySchema, Target, TargetSchema, in_cycle_order
from dynsync_gui.domain.settings import DeletedPolicy, FieldSettings, NativeSync, ObjectSettings, Settings
from dynsync_gui.engine.native_sync import described_companies, without_companies
from dynsync_gui.engine.object_mapping import markable, marks, object_mapping, with_name
from dynsync_gui.engine.own_types import OwnType
from dynsync_gui.engine.payload import Rules
from dynsync_gui.engine.quarantine import quarantines

PEOPLE_ONLY = ObjectSettings(owners=False, opportunities=False)
"""Nothing beside people and companies."""


@dataclass(frozen=True, slots=True)
class Schemas:
    """What both systems say about their tables today.

    Attributes:
        tables: Dynamics tables that are synced.
        targets: Marketo's fields of each target but custom objects.
        offers: Rows of the field page.
        own: What becomes of an organisation's own tables.
        lost: Tables that cannot be synced today, and why.
        defaults: The documented default mapping.
    """

    tables: Mapping[Entity, EntitySchema]
    targets: Mapping[Target, TargetSchema]
    offers: Mapping[Entity, tuple[FieldOffer, ...]]
    own: Mapping[Entity, OwnType] = field(default_factory=dict)
    lost: Mapping[Entity, ConnectionFailed] = field(default_factory=dict)
    defaults: tuple[DefaultTarget, ...] = ()

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


CHOSEN = (*ENTITIES, Entity.OPPORTUNITY)
"""Tables whose fields are a person's choice, as are those of own tables; those of users follow from what they are."""


def describe(
    dynamics: DynamicsReader,
    marketo: MarketoReader,
    defaults: Collection[DefaultTarget],
    token: CancelToken,
    native_sync: NativeSync = NativeSync.STOP,
    objects: ObjectSettings = PEOPLE_ONLY,
) -> Schemas:
    """Ask both systems for their schemas and say what can become of every column.

    Raises:
        GuardStop: Marketo's own CRM sync is connected, and the user did not choose to bring people only.
    """
    token.raise_if_cancelled()
    more, own = wanted_tables(objects, native_sync)
    lost: dict[Entity, ConnectionFailed] = {}
    # Ten answers a table, one after the other, add up where a vendor is slow: the tables are asked side by side.
    with ThreadPoolExecutor(len(ENTITIES), "describe") as pool:
        described = {entity: pool.submit(dynamics.describe, entity) for entity in (*ENTITIES, *more, *own)}
        persons = marketo.describe(Target.PERSON)  # first and alone: where no more calls are left today one is enough
        asked = {entity.target: pool.submit(marketo.describe, entity.target) for entity in more}
        companies = described_companies(marketo, persons, native_sync)
        tables: dict[Entity, EntitySchema] = {}
        targets = {Target.PERSON: persons, Target.COMPANY: companies}
        for entity, one in described.items():
            try:
                tables[entity] = one.result()
                if entity in more:
                    targets[entity.target] = asked[entity.target].result()
            except ConnectionFailed as failure:
                if not quarantines(failure):
                    raise
                lost[entity] = failure
                tables.pop(entity, None)
    if not tables:
        raise next(iter(lost.values()))
    rows = {entity: offers(tables[entity], targets, defaults) for entity in CHOSEN if entity in tables}
    if native_sync is NativeSync.PEOPLE:
        rows |= {entity: without_companies(rows[entity]) for entity in rows if entity.target is Target.COMPANY}
    mark = objects.deleted is DeletedPolicy.MARK
    kinds = {entity: replace(OwnType.of(tables[entity], tables), mark=mark) for entity in own if entity in tables}
    types = {entity: _known_type(marketo, kind) for entity, kind in kinds.items()}
    rows |= {entity: own_offers(tables[entity], kind.held) for entity, kind in types.items()}
    return Schemas(tables, targets, rows, types, lost, tuple(defaults))


def _known_type(marketo: MarketoReader, own: OwnType) -> OwnType:
    """The type by the name that Marketo gave it, with its fields, where it is there already."""
    try:
        name = marketo.custom_type_name(own.name)
        return own.known(name, marketo.describe(Target.CUSTOM_OBJECT, name)) if name else own
    except GuardStop:
        return own  # nothing is written today
    except ConnectionFailed as failure:
        if not quarantines(failure):
            raise
        return own


def chosen_tables(objects: ObjectSettings, native_sync: NativeSync) -> tuple[Entity, ...]:
    """Tables whose rows a person knows and whose fields matter to them: no users, no connections."""
    more, own = wanted_tables(objects, native_sync)
    return (*ENTITIES, *(entity for entity in more if entity is Entity.OPPORTUNITY), *own)


def rules_of(settings: Settings, schemas: Schemas) -> Rules:
    """How records are taken in; owners stay owners while the users cannot be read."""
    wanted, _ = wanted_tables(settings.synced_objects, settings.enable.native_sync)
    marked = markable(schemas.targets, schemas.own)
    return Rules(Entity.USER in wanted, settings.objects.deleted, marked, settings.fields.filtered_out)


def mapping_of(
    schemas: Schemas,
    fields: FieldSettings,
    native_sync: NativeSync = NativeSync.STOP,
    objects: ObjectSettings = PEOPLE_ONLY,
) -> SyncMapping:
    """The user's choice over today's schemas; without entities that have no field, or that are not wanted."""
    mapping = build_mapping(
        schemas.offers, fields.chosen, schemas.targets, use_filter=fields.filter, language=fields.language
    )
    strange = {entity for entity in schemas.own if entity.value not in objects.custom}
    kept = {entity: one for entity, one in mapping.entities.items() if one.fields and entity not in strange}
    if native_sync is NativeSync.PEOPLE:
        people = {entity: one for entity, one in kept.items() if entity.target is Target.PERSON}
        own = {entity: one for entity, one in kept.items() if entity in schemas.own}
        kept = {entity: replace(one, linked=False) for entity, one in people.items()} | own
    for entity, table in schemas.tables.items():
        if entity not in ENTITIES and entity not in schemas.own:
            target = schemas.targets[entity.target]
            documented = object_mapping(table, target, schemas.defaults, use_filter=fields.filter)
            kept[entity] = with_name(kept[entity], documented) if entity in kept else documented
    return SyncMapping(kept, (*mapping.new_fields, *marks(schemas.persons, fields, objects)))


def kept_tables(schemas: Schemas, mapping: SyncMapping) -> frozenset[Entity]:
    """Tables whose records may wait: those that are synced, and those that Dynamics does not give today."""
    found = frozenset((*mapping.entities, *schemas.lost))
    return found | {Entity.CUSTOMER} if Entity.OPPORTUNITY in found else found


def work_of(schemas: Schemas, mapping: SyncMapping) -> Sequence[tuple[EntitySchema, EntityMapping]]:
    """Table and mapping of every entity that is synced, in the order of one cycle."""
    return [(schemas.tables[entity], mapping.entities[entity]) for entity in in_cycle_order(mapping.entities)]

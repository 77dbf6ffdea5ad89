"""What becomes of an organisation's own table: a custom object of people or companies (Adobe, custom objects)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.mapping import EntityMapping, FieldMapping, new_field_options
from dynsync_gui.domain.ports.marketo import MarketoWriter
from dynsync_gui.domain.schema import (
    COMPANY_KEY,
    DELETED_FIELD,
    FILTER_FIELD,
    KEY_FIELD,
    PEOPLE,
    CustomField,
    CustomType,
    Entity,
    EntitySchema,
    FieldType,
    SourceField,
    TargetField,
    TargetType,
)
from dynsync_gui.domain.storage.records import Notice
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.domain.text import Message, msg
from dynsync_gui.engine.linking import COMPANY_LINK, PERSON_LINK
from dynsync_gui.engine.quarantine import TYPE_MISSING, quarantines

MOST_FIELDS = 45
"""Fields a type may hold (50), less the key, the links and a few for later."""

_UNWANTED = re.compile(
    r"(^owner|^owning|^created|^modified|^version|^overridden|^timezone|^utc|^import|^exchange|_base$)"
)
_LONGEST_NAME = 33


@dataclass(frozen=True, slots=True)
class OwnType:
    """One table and its custom object.

    Attributes:
        entity: The table.
        name: API name of the type.
        label: How people call it.
        fields: Columns and the fields that take them.
        to_person: Whether rows can hang on a person.
        to_company: Whether rows can hang on a company.
        filter: Whether the table has the filter column.
        mark: Whether rows that are deleted in Dynamics are marked.
    """

    entity: Entity
    name: str
    label: str
    fields: tuple[FieldMapping, ...]
    to_person: bool
    to_company: bool
    filter: bool = False
    mark: bool = False

    @classmethod
    def of(cls, schema: EntitySchema, tables: Mapping[Entity, EntitySchema]) -> OwnType:
        """The type for a table; one that hangs on another own table hangs where that does."""
        named = _named(schema)
        for table in [tables[entity] for entity in named if entity in tables and "_" in entity]:
            named |= _named(table)
        pairs = [pair for field in schema.fields if (pair := _pair(field, schema)) is not None]
        known = schema.field(FILTER_FIELD)
        filters = known is not None and known.readable and known.type is FieldType.BOOLEAN
        name = re.sub(r"\W", "_", schema.entity)[:_LONGEST_NAME]
        return cls(
            schema.entity,
            name,
            schema.label,
            tuple(pairs[:MOST_FIELDS]),
            to_person=bool(named & set(PEOPLE)),
            to_company=Entity.ACCOUNT in named,
            filter=filters,
        )

    def mapping(self, *, use_filter: bool) -> EntityMapping:
        """What of the table is synced."""
        return EntityMapping(self.entity, self.fields, filter=use_filter and self.filter)

    @property
    def wanted(self) -> CustomType:
        """The type as it has to be in Marketo: our key tells its records apart."""
        fields = [CustomField(KEY_FIELD, "Dynamics Id", TargetType.STRING, dedupe=True)]
        if self.to_person:
            fields.append(CustomField(PERSON_LINK, "Person", "link", links_to=("lead", "id")))
        if self.to_company:
            fields.append(CustomField(COMPANY_LINK, "Company", "link", links_to=("company", COMPANY_KEY)))
        if self.mark:
            fields.append(CustomField(DELETED_FIELD, "Microsoft is Deleted", TargetType.BOOLEAN))
        fields += [CustomField(pair.target.name, pair.target.label, pair.target.type) for pair in self.fields]
        return CustomType(self.name, self.label, tuple(fields))

    @property
    def links(self) -> tuple[str, ...]:
        """Its link fields."""
        return (*([PERSON_LINK] if self.to_person else []), *([COMPANY_LINK] if self.to_company else []))

    @property
    def steps(self) -> Message:
        """What to do by hand where Marketo does not let programs create types."""
        links = [f"{PERSON_LINK} → Lead: Id"] if self.to_person else []
        links += [f"{COMPANY_LINK} → Company: External Company Id"] if self.to_company else []
        return msg(
            "Under Admin > Marketo Custom Objects create “{name}” with the link fields {links} and the dedupe field "
            "“{key}”, add the fields that follow, and approve it: {fields}",
            name=self.name,
            links="; ".join(links),
            key=KEY_FIELD,
            fields=", ".join(f"{field.name} ({field.type})" for field in self.wanted.fields if not _is_key(field)),
        )


def made_types(marketo: MarketoWriter, store: SyncStore, own: Mapping[Entity, OwnType]) -> Mapping[Entity, OwnType]:
    """The types that rows wait for, made where they are missing, by the names that Marketo gave them.

    A type that cannot be made is left out with a notice that says how to make it by hand; its rows wait.
    """
    made, notices = {}, []
    for entity, one in own.items():
        if not store.count_outgoing(entity):
            made[entity] = one
            continue
        try:
            made[entity] = replace(one, name=marketo.ensure_type(one.wanted))
        except ConnectionFailed as failure:
            if not quarantines(failure):
                raise
            notices.append(Notice(entity, "", TYPE_MISSING, str(one.steps)))
    store.forget_notices(TYPE_MISSING)
    store.notice(notices)
    return made


def _is_key(field: CustomField) -> bool:
    return field.dedupe or field.links_to is not None


def _named(schema: EntitySchema) -> set[Entity]:
    return {
        Entity(target) for field in schema.fields if field.type.is_lookup and field.custom for target in field.targets
    }


def _pair(field: SourceField, schema: EntitySchema) -> FieldMapping | None:
    """A column and its field; ids, links and what Dynamics keeps for itself are left out."""
    unwanted = _UNWANTED.search(field.name) or field.name in {schema.primary_id, FILTER_FIELD}
    if unwanted or not field.readable or field.secured or field.type.is_lookup:
        return None
    kind = TargetType.TEXT if field.type is FieldType.MEMO else next(iter(new_field_options(field)), None)
    if kind is None or field.type is FieldType.UNIQUEIDENTIFIER:
        return None
    length = 255 if kind is TargetType.STRING else None
    return FieldMapping(field, TargetField(field.name, field.label, kind, length))

"""What becomes of an organisation's own table: a custom object of people or companies (Adobe, custom objects)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.mapping import FieldMapping, SyncMapping, plain_label
from dynsync_gui.domain.plan import NewObject
from dynsync_gui.domain.ports.marketo import MarketoWriter
from dynsync_gui.domain.schema import (
    COMPANY_KEY,
    DELETED_FIELD,
    KEY_FIELD,
    PEOPLE,
    CustomField,
    CustomType,
    Entity,
    EntitySchema,
    TargetSchema,
    TargetType,
)
from dynsync_gui.domain.storage.records import Notice
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.domain.text import Message, msg
from dynsync_gui.engine.linking import COMPANY_LINK, PERSON_LINK
from dynsync_gui.engine.quarantine import TYPE_MISSING, TYPE_REFUSED, quarantines

_LONGEST_NAME = 33


@dataclass(frozen=True, slots=True)
class OwnType:
    """One table and its custom object.

    Attributes:
        entity: The table.
        name: API name of the type.
        label: How people call it.
        to_person: Whether rows can hang on a person.
        to_company: Whether rows can hang on a company.
        mark: Whether rows that are deleted in Dynamics are marked.
        held: The type as Marketo has it today; None where it is still to be made.
    """

    entity: Entity
    name: str
    label: str
    to_person: bool
    to_company: bool
    mark: bool = False
    held: TargetSchema | None = None

    @classmethod
    def of(cls, schema: EntitySchema, tables: Mapping[Entity, EntitySchema]) -> OwnType:
        """The type for a table; one that hangs on another own table hangs where that does."""
        named = _named(schema)
        for table in [tables[entity] for entity in named if entity in tables and "_" in entity]:
            named |= _named(table)
        name = re.sub(r"\W", "_", schema.entity)[:_LONGEST_NAME]
        return cls(
            schema.entity,
            name,
            schema.label,
            to_person=bool(named & set(PEOPLE)),
            to_company=Entity.ACCOUNT in named,
        )

    def wanted(self, fields: Iterable[FieldMapping]) -> CustomType:
        """The type as it has to be in Marketo: our key tells its records apart."""
        every = [CustomField(KEY_FIELD, "Dynamics Id", TargetType.STRING, dedupe=True)]
        if self.to_person:
            every.append(CustomField(PERSON_LINK, "Person", "link", links_to=("lead", "id")))
        if self.to_company:
            every.append(CustomField(COMPANY_LINK, "Company", "link", links_to=("company", COMPANY_KEY)))
        if self.mark:
            every.append(CustomField(DELETED_FIELD, "Microsoft is Deleted", TargetType.BOOLEAN))
        every += [CustomField(pair.target.name, pair.target.label, pair.target.type) for pair in fields]
        return CustomType(self.name, plain_label(self.label) or self.name, _told_apart(every))

    def lacking(self, fields: Iterable[FieldMapping]) -> NewObject | None:
        """What Marketo gets of it, by what it has today; None for nothing."""
        known = frozenset() if self.held is None else {field.name for field in self.held.fields}
        number = sum(field.name not in known for field in self.wanted(fields).fields)
        return NewObject(self.name, self.label, number, more=self.held is not None) if number else None

    @property
    def links(self) -> tuple[str, ...]:
        """Its link fields."""
        return (*([PERSON_LINK] if self.to_person else []), *([COMPANY_LINK] if self.to_company else []))

    def steps(self, fields: Iterable[FieldMapping]) -> Message:
        """What to do by hand where Marketo does not let programs create types."""
        links = [f"{PERSON_LINK} → Lead: Id"] if self.to_person else []
        links += [f"{COMPANY_LINK} → Company: External Company Id"] if self.to_company else []
        every = self.wanted(fields).fields
        return msg(
            "Under Admin > Marketo Custom Objects create “{name}” with the link fields {links} and the dedupe field "
            "“{key}”, add the fields that follow, and approve it: {fields}",
            name=self.name,
            links="; ".join(links),
            key=KEY_FIELD,
            fields=", ".join(f"{field.name} ({field.type})" for field in every if not _is_key(field)),
        )


def made_types(
    marketo: MarketoWriter, store: SyncStore, own: Mapping[Entity, OwnType], mapping: SyncMapping
) -> Mapping[Entity, OwnType]:
    """The types that rows wait for, made where they are missing, by the names that Marketo gave them.

    A type that cannot be made is left out with a notice that says how to make it by hand; its rows wait.
    """
    made, notices = dict(own), []
    for entity, one, fields in _awaited(store, own, mapping):
        try:
            made[entity] = replace(one, name=marketo.ensure_type(one.wanted(fields)))
        except TemporaryFailure:
            raise
        except ConnectionFailed as failure:  # whatever it says of a type, everything else goes on
            del made[entity]
            if quarantines(failure):
                notices.append(Notice(entity, "", TYPE_MISSING, str(one.steps(fields))))
            else:
                notices.append(Notice(entity, "", TYPE_REFUSED, f"{failure.code} {failure.detail} {one.steps(fields)}"))
    store.forget_notices(TYPE_MISSING)
    store.forget_notices(TYPE_REFUSED)
    store.notice(notices)
    return made


def new_objects(store: SyncStore, own: Mapping[Entity, OwnType], mapping: SyncMapping) -> tuple[NewObject, ...]:
    """What `made_types` will make, by what Marketo has today."""
    return tuple(made for _, one, fields in _awaited(store, own, mapping) if (made := one.lacking(fields)) is not None)


def _awaited(
    store: SyncStore, own: Mapping[Entity, OwnType], mapping: SyncMapping
) -> Iterator[tuple[Entity, OwnType, Sequence[FieldMapping]]]:
    """The types that rows wait for, with what is chosen of them."""
    for entity, one in own.items():
        if store.count_outgoing(entity):
            chosen = mapping.entities.get(entity)
            yield entity, one, chosen.fields if chosen is not None else ()


def _is_key(field: CustomField) -> bool:
    return field.dedupe or field.links_to is not None


def _named(schema: EntitySchema) -> set[Entity]:
    return {
        Entity(target) for field in schema.fields if field.type.is_lookup and field.custom for target in field.targets
    }


def _told_apart(fields: Sequence[CustomField]) -> tuple[CustomField, ...]:
    """Fields with a display name each; columns may share theirs."""
    used: set[str] = set()
    rows = []
    for field in fields:
        label = plain_label(field.label) or field.name
        label = label if label.casefold() not in used else f"{label} {field.name}"
        used.add(label.casefold())
        rows.append(replace(field, label=label))
    return tuple(rows)

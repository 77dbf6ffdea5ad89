"""What becomes of an organisation's own table: a custom object of people or companies (Adobe, custom objects)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

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
    Target,
    TargetSchema,
    TargetType,
    id_of,
)
from dynsync_gui.domain.storage.records import Notice
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.domain.text import Message, msg
from dynsync_gui.engine.linking import COMPANY_LINK, PERSON_LINK
from dynsync_gui.engine.quarantine import TYPE_MISSING, TYPE_REFUSED, quarantines

_LONGEST_NAME = 33
_LINKED_BY = {"lead": (id_of(Target.PERSON),), "company": (COMPANY_KEY, id_of(Target.COMPANY))}
"""What rows hang on in Marketo, and the fields that a link may name it by, best first."""


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
        person_by: Field that its link to a person names; empty where Marketo has none that fits.
        company_by: The same of its link to a company.
    """

    entity: Entity
    name: str
    label: str
    to_person: bool
    to_company: bool
    mark: bool = False
    held: TargetSchema | None = None
    person_by: str = _LINKED_BY["lead"][0]
    company_by: str = _LINKED_BY["company"][0]

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

    def known(self, name: str, held: TargetSchema) -> OwnType:
        """The type as Marketo describes it, perhaps made by hand; the links of an approved type stay what they are."""
        links = {}
        for target, link in (("lead", PERSON_LINK), ("company", COMPANY_LINK)):
            field = held.field(link)
            if field is not None and field.links_to is not None:
                named, by = field.links_to
                links[target] = [by] if _plain(named) == target else []
        return replace(self.linked(links), name=name, held=held)

    def linked(self, offered: Mapping[str, Collection[str]]) -> OwnType:
        """The type with links that are among those offered; of what nothing is said, they stay what they are."""

        def fitting(target: str, now: str) -> str:
            if target not in offered:
                return now
            names = {_plain(name) for name in offered[target]}
            return next((name for name in _LINKED_BY[target] if _plain(name) in names), "")

        return replace(self, person_by=fitting("lead", self.person_by), company_by=fitting("company", self.company_by))

    @property
    def unlinked(self) -> bool:
        """Whether Marketo has no link that fits to what rows hang on."""
        return (self.to_person and not self.person_by) or (self.to_company and not self.company_by)

    def wanted(self, fields: Iterable[FieldMapping]) -> CustomType:
        """The type as it has to be in Marketo: our key tells its records apart."""
        every = [CustomField(KEY_FIELD, "Dynamics Id", TargetType.STRING, dedupe=True)]
        if self.to_person:
            every.append(CustomField(PERSON_LINK, "Person", "link", links_to=("lead", self.person_by)))
        if self.to_company:
            every.append(CustomField(COMPANY_LINK, "Company", "link", links_to=("company", self.company_by)))
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
        links += [f"{COMPANY_LINK} → Company: External Company Id / Id"] if self.to_company else []
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
    offered = cache(lambda: _offered(marketo))
    for entity, one, fields in _awaited(store, own, mapping):
        steps = one.steps(fields)
        try:
            made[entity] = now = _made(marketo, one, fields, offered)
        except TemporaryFailure:
            raise
        except ConnectionFailed as failure:  # whatever it says of a type, everything else goes on
            del made[entity]
            if quarantines(failure):
                notices.append(Notice(entity, "", TYPE_MISSING, str(steps)))
            else:
                notices.append(Notice(entity, "", TYPE_REFUSED, f"{failure.code} {failure.detail} {steps}"))
        else:
            if now.unlinked:
                del made[entity]
                why = msg("Marketo has no link that fits these rows. {steps}", steps=steps)
                notices.append(Notice(entity, "", TYPE_REFUSED, str(why)))
    store.forget_notices(TYPE_MISSING)
    store.forget_notices(TYPE_REFUSED)
    store.notice(notices)
    return made


def _made(
    marketo: MarketoWriter,
    one: OwnType,
    fields: Sequence[FieldMapping],
    offered: Callable[[], Mapping[str, Collection[str]]],
) -> OwnType:
    """A type as it is once nothing is lacking; one that cannot be linked is left as it is."""
    if one.held is None:
        one = one.linked(offered())
    if one.unlinked or one.lacking(fields) is None:
        return one
    name = marketo.ensure_type(one.wanted(fields))
    return one.known(name, marketo.describe(Target.CUSTOM_OBJECT, name))


def _offered(marketo: MarketoWriter) -> Mapping[str, Collection[str]]:
    """What Marketo offers to link custom objects to; nothing where it does not tell, as a link is refused then."""
    try:
        told = {_plain(target): names for target, names in marketo.linkable().items()}
    except TemporaryFailure:
        raise
    except ConnectionFailed:
        return {}
    return {target: told.get(target, ()) for target in _LINKED_BY} if told else {}


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


def _plain(name: str) -> str:
    """A name as it is compared: Marketo offers ``Id``, and takes ``id`` (Adobe, list linkable objects; add fields)."""
    return name.replace(" ", "").casefold()


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

"""Which Dynamics field goes into which Marketo field.

`offers` turns the live schemas into the rows of the field page; `build_mapping` turns the user's choice into what the
engine works with. Both are pure, so that the page, the command line and the engine cannot disagree.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from dynsync_gui.domain.schema import (
    COMPANY_KEY,
    FILTER_FIELD,
    KEY_FIELD,
    Entity,
    EntitySchema,
    FieldType,
    SourceField,
    Target,
    TargetField,
    TargetSchema,
    TargetType,
)
from dynsync_gui.domain.text import NOTHING, Message, msg

NEW_FIELD_TYPES = {
    FieldType.STRING: TargetType.STRING,
    FieldType.PICKLIST: TargetType.STRING,
    FieldType.STATE: TargetType.STRING,
    FieldType.STATUS: TargetType.STRING,
    FieldType.MULTISELECT: TargetType.STRING,
    FieldType.LOOKUP: TargetType.STRING,
    FieldType.CUSTOMER: TargetType.STRING,
    FieldType.OWNER: TargetType.STRING,
    FieldType.UNIQUEIDENTIFIER: TargetType.STRING,
    FieldType.INTEGER: TargetType.INTEGER,
    FieldType.BIGINT: TargetType.INTEGER,
    FieldType.DECIMAL: TargetType.FLOAT,
    FieldType.DOUBLE: TargetType.FLOAT,
    FieldType.MONEY: TargetType.CURRENCY,
    FieldType.BOOLEAN: TargetType.BOOLEAN,
    FieldType.DATE: TargetType.DATE,
    FieldType.DATETIME: TargetType.DATETIME,
}
"""Type of the Marketo field made for a Dynamics type; what is missing here cannot be created by API."""

_TEXTS = {TargetType.STRING, TargetType.TEXT}
_ACCEPTS: dict[FieldType, set[TargetType]] = {
    FieldType.STRING: _TEXTS | {TargetType.EMAIL, TargetType.PHONE, TargetType.URL},
    FieldType.MEMO: _TEXTS,
    FieldType.INTEGER: _TEXTS | {TargetType.INTEGER, TargetType.SCORE, TargetType.FLOAT, TargetType.PERCENT},
    FieldType.BIGINT: _TEXTS | {TargetType.INTEGER},
    FieldType.DECIMAL: _TEXTS | {TargetType.FLOAT, TargetType.CURRENCY},
    FieldType.DOUBLE: _TEXTS | {TargetType.FLOAT, TargetType.CURRENCY},
    FieldType.MONEY: _TEXTS | {TargetType.FLOAT, TargetType.CURRENCY},
    FieldType.BOOLEAN: {TargetType.BOOLEAN},
    FieldType.DATE: {TargetType.DATE, TargetType.DATETIME},
    FieldType.DATETIME: {TargetType.DATE, TargetType.DATETIME},
}
_NO_PLACE: dict[FieldType, Message] = {
    FieldType.IMAGE: msg("Pictures have no place in Marketo."),
    FieldType.FILE: msg("Files have no place in Marketo."),
    FieldType.PARTYLIST: msg("Lists of parties have no place in Marketo."),
    FieldType.VIRTUAL: msg("Dynamics shows this field but gives no value for it."),
    FieldType.OTHER: msg("Dynamics keeps this field for itself."),
}
_PERSON_COMPANY_LINKS = frozenset({COMPANY_KEY, "externalSalesPersonId", KEY_FIELD, "id"})


@dataclass(frozen=True, slots=True)
class DefaultTarget:
    """One row of the documented default mapping (Adobe, default Dynamics field mapping).

    Attributes:
        entity: The Dynamics table.
        source: Logical name of the column.
        target: REST name of the Marketo field.
        label: What Adobe calls the field.
    """

    entity: Entity
    source: str
    target: str
    label: str


@dataclass(frozen=True, slots=True)
class NewField:
    """A person field to be created in Marketo. It can be hidden later, never deleted."""

    name: str
    label: str
    type: TargetType


@dataclass(frozen=True, slots=True)
class FieldOffer:
    """One row of the field page.

    Attributes:
        field: The Dynamics column.
        target: Name of the Marketo field that takes it; empty where none can.
        target_label: How Marketo calls it.
        new: The field to be created, where Marketo has none.
        preselected: Ticked by Marketo's own defaults.
        reason: Why it cannot be synced; empty where it can.
        is_filter: Whether it is the filter field, whose value is read and not sent.
        note: Something worth knowing about the choice.
    """

    field: SourceField
    target: str = ""
    target_label: str = ""
    new: NewField | None = None
    preselected: bool = False
    reason: Message = NOTHING
    is_filter: bool = False
    note: Message = NOTHING

    @property
    def selectable(self) -> bool:
        """Whether it can be ticked."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One Dynamics column and the Marketo field that takes its value."""

    source: SourceField
    target: TargetField


@dataclass(frozen=True, slots=True)
class EntityMapping:
    """What of one entity is synced.

    Attributes:
        entity: The Dynamics table.
        fields: Column and field, in pairs.
        filter: Whether the table has the filter field and it is used.
        linked: Whether people are linked to their companies.
    """

    entity: Entity
    fields: tuple[FieldMapping, ...]
    filter: bool = False
    linked: bool = True


@dataclass(frozen=True, slots=True)
class SyncMapping:
    """The whole choice, ready for the engine."""

    entities: Mapping[Entity, EntityMapping]
    new_fields: tuple[NewField, ...] = ()


def offers(
    schema: EntitySchema, persons: TargetSchema, companies: TargetSchema, defaults: Iterable[DefaultTarget]
) -> tuple[FieldOffer, ...]:
    """Say for every column of a table what can become of it.

    Args:
        schema: The live Dynamics table.
        persons: Marketo's person fields today.
        companies: Marketo's company fields today.
        defaults: The documented default mapping.
    """
    target = persons if schema.entity.target is Target.PERSON else companies
    documented: dict[str, DefaultTarget] = {}
    for default in (row for row in defaults if row.entity is schema.entity):
        if default.source not in documented or target.field(default.target):  # instances differ in some names
            documented[default.source] = default
    company_names = frozenset(field.name for field in companies.fields)
    taken: set[str] = set()
    rows = []
    ordered = sorted(schema.fields, key=lambda field: field.name not in documented)
    for field in ordered:
        row = _offer(field, target, company_names, documented.get(field.name), taken)
        if row.target:
            taken.add(row.target)
        rows.append(row)
    return tuple(rows)


def build_mapping(
    offered: Mapping[Entity, tuple[FieldOffer, ...]],
    chosen: Mapping[Entity, Collection[str]],
    persons: TargetSchema,
    companies: TargetSchema,
    *,
    use_filter: bool,
) -> SyncMapping:
    """Turn the ticked rows into what the engine works with.

    Args:
        offered: The rows of each entity.
        chosen: Ticked Dynamics names; an entity that is absent takes the preselected ones.
        persons: Marketo's person fields today.
        companies: Marketo's company fields today.
        use_filter: Whether ``new_synctomkto`` is obeyed.
    """
    entities: dict[Entity, EntityMapping] = {}
    new: dict[str, NewField] = {}
    if persons.field(KEY_FIELD) is None:
        new[KEY_FIELD] = NewField(KEY_FIELD, _free_label("Dynamics Id", KEY_FIELD, persons), TargetType.STRING)
    for entity, rows in offered.items():
        known = persons if entity.target is Target.PERSON else companies
        names = chosen.get(entity)
        pairs = []
        for row in rows:
            ticked = row.preselected if names is None else row.field.name in names
            if not ticked or not row.selectable or row.is_filter:
                continue
            if row.new:
                new.setdefault(row.new.name, row.new)
                pairs.append(FieldMapping(row.field, TargetField(row.new.name, row.new.label, row.new.type, 255)))
            elif (target := known.field(row.target)) is not None:
                pairs.append(FieldMapping(row.field, target))
        has_filter = any(row.is_filter and row.selectable for row in rows)
        entities[entity] = EntityMapping(entity, tuple(pairs), filter=has_filter and use_filter)
    return SyncMapping(entities, _told_apart(new.values()))


def unknown_choices(
    tables: Mapping[Entity, EntitySchema], chosen: Mapping[Entity, Collection[str]]
) -> Mapping[Entity, tuple[tuple[str, str], ...]]:
    """Chosen names that a table does not have (any more), each with the nearest one that it has, or none."""
    found = {}
    for entity, names in chosen.items():
        known = {field.name for field in tables[entity].fields}
        lost = [(name, next(iter(get_close_matches(name, known, 1)), "")) for name in names if name not in known]
        if lost:
            found[entity] = tuple(lost)
    return found


def _offer(
    field: SourceField,
    target: TargetSchema,
    company_names: frozenset[str],
    documented: DefaultTarget | None,
    taken: Collection[str],
) -> FieldOffer:
    if field.name == FILTER_FIELD:
        fits = field.type is FieldType.BOOLEAN
        reason = NOTHING if fits else msg("The filter has to be a Yes/No field.")
        return FieldOffer(field, preselected=fits, is_filter=True, reason=reason)
    if reason := _unusable(field):
        return FieldOffer(field, reason=reason)
    if target.target is Target.COMPANY:
        return _existing(field, target, documented)
    name = documented.target if documented else f"ms_{field.name}"
    if name in company_names and name not in _PERSON_COMPANY_LINKS:
        row = _created(
            field,
            f"microsoft{name[:1].upper()}{name[1:]}",
            f"Microsoft {documented_label(documented, field)}",
            target,
            taken,
            preselected=documented is not None,
        )
        note = msg(
            "Marketo keeps “{label}” on the company. The person gets a field of its own for it.",
            label=documented_label(documented, field),
        )
        return FieldOffer(row.field, row.target, row.target_label, row.new, row.preselected, row.reason, note=note)
    if documented and target.field(name) is not None:
        return _existing(field, target, documented)
    label = documented_label(documented, field)
    return _created(field, name, label, target, taken, preselected=documented is not None)


def documented_label(documented: DefaultTarget | None, field: SourceField) -> str:
    """What a Marketo field made for this column is called."""
    return documented.label if documented else field.label


def _unusable(field: SourceField) -> Message:
    if field.type in _NO_PLACE:
        return _NO_PLACE[field.type]
    if not field.readable:
        return msg("Dynamics does not give this field to other programs.")
    if field.secured:
        return msg("Dynamics protects this field by column security.")
    return NOTHING


def _existing(field: SourceField, target: TargetSchema, documented: DefaultTarget | None) -> FieldOffer:
    known = target.field(documented.target) if documented else None
    if known is None:
        return FieldOffer(field, reason=msg("Marketo has no company field for it, and company fields cannot be added."))
    if not known.updateable or known.crm_managed:
        return FieldOffer(field, reason=msg("Marketo does not let other programs write “{label}”.", label=known.label))
    if not accepts(field, known.type):
        return FieldOffer(field, reason=msg("Marketo's “{label}” holds another kind of value.", label=known.label))
    return FieldOffer(field, known.name, known.label, preselected=True)


def _created(
    field: SourceField,
    name: str,
    label: str,
    target: TargetSchema,
    taken: Collection[str],
    *,
    preselected: bool,
) -> FieldOffer:
    type_ = NEW_FIELD_TYPES.get(field.type)
    if field.type is FieldType.STRING and field.format == "Email":
        type_ = TargetType.EMAIL
    known = target.alike(name)
    if known is not None:
        if accepts(field, known.type) and known.updateable and known.name not in taken:
            return FieldOffer(field, known.name, known.label, preselected=preselected)
        return FieldOffer(field, reason=msg("Marketo's “{label}” holds another kind of value.", label=known.label))
    if type_ is None or (field.max_length or 0) > 255 and type_ is TargetType.STRING:  # noqa: RUF021
        return FieldOffer(
            field,
            reason=msg("Long text needs a text area in Marketo, and only a Marketo admin can add one."),
        )
    shown = _free_label(label, field.name, target)
    return FieldOffer(field, name, shown, NewField(name, shown, type_), preselected)


def _told_apart(fields: Iterable[NewField]) -> tuple[NewField, ...]:
    """New fields with a display name each, as Marketo wants; columns may share theirs."""
    used: set[str] = set()
    rows = []
    for field in fields:
        label = field.label if field.label.casefold() not in used else f"{field.label} {field.name}"
        used.add(label.casefold())
        rows.append(NewField(field.name, label, field.type))
    return tuple(rows)


def _free_label(label: str, name: str, target: TargetSchema) -> str:
    """A display name that Marketo accepts: no special characters, not in use yet."""
    plain = re.sub(r"[^\w ]+", " ", label, flags=re.UNICODE).strip() or name
    plain = re.sub(r"\s+", " ", plain)
    if any(known.label.casefold() == plain.casefold() for known in target.fields):
        return f"{plain} Dynamics {name}"
    return plain


def accepts(field: SourceField, target: TargetType) -> bool:
    """Whether a Marketo field of that type can hold the column's values."""
    return target in _ACCEPTS.get(field.type, _TEXTS)

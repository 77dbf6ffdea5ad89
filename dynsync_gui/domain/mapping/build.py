"""The user's choice over today's schemas, as the engine works with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from dynsync_gui.domain.choice import FieldChoice, Form
from dynsync_gui.domain.mapping.attributes import attribute_of
from dynsync_gui.domain.mapping.model import EntityMapping, FieldMapping, FieldOffer, NewField, SyncMapping
from dynsync_gui.domain.mapping.new_fields import free_label, new_field, told_apart
from dynsync_gui.domain.mapping.targets import company_names, refusal
from dynsync_gui.domain.mapping.ways import resolved
from dynsync_gui.domain.schema import (
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


def build_mapping(
    offered: Mapping[Entity, tuple[FieldOffer, ...]],
    chosen: Mapping[Entity, tuple[FieldChoice, ...]],
    targets: Mapping[Target, TargetSchema],
    *,
    use_filter: bool,
    language: int = 0,
) -> SyncMapping:
    """Turn the choice into what the engine works with; what `problems_of` blocks is left out of it.

    Args:
        offered: The rows of each entity.
        chosen: The choice; an entity that is absent takes the preselected rows.
        targets: Marketo's fields today.
        use_filter: Whether ``new_synctomkto`` is obeyed.
        language: LCID that option labels are written in; 0 for the reading user's.
    """
    entities: dict[Entity, EntityMapping] = {}
    new: dict[str, NewField] = {}
    persons, companies = targets[Target.PERSON], company_names(targets)
    if persons.field(KEY_FIELD) is None:
        new[KEY_FIELD] = NewField(KEY_FIELD, free_label("Dynamics Id", KEY_FIELD, persons), TargetType.STRING)
    for entity, rows in offered.items():
        known = targets.get(entity.target) or TargetSchema(entity.target, ())
        by_name = {row.field.name: row for row in rows}
        pairs: dict[str, FieldMapping] = {}
        for choice in choices_of(entity, rows, chosen):
            row = by_name.get(choice.name)
            if row is None or not row.selectable or row.is_filter:
                continue
            place = place_of(choice, row, known, new)
            source = source_of(choice, by_name)
            if place is None or source is None or place.target.name in pairs:
                continue
            if refusal(row.field, place.target, known, companies, choice, row.whole_target):
                continue
            if place.new is not None:
                new.setdefault(place.new.name, place.new)
            whole = resolved(entity, row.field, place.target, choice, language)
            pair = FieldMapping(source, place.target, whole, language, new=place.new is not None)
            pairs[place.target.name] = pair
        has_filter = any(row.is_filter and row.selectable for row in rows)
        entities[entity] = EntityMapping(entity, tuple(pairs.values()), filter=has_filter and use_filter)
    return SyncMapping(entities, told_apart(new.values()))


def choices_of(
    entity: Entity, rows: Sequence[FieldOffer], chosen: Mapping[Entity, tuple[FieldChoice, ...]]
) -> tuple[FieldChoice, ...]:
    """The choice for an entity, in the order of its rows; the documented one where none was made."""
    if entity not in chosen:
        return tuple(row.suggested for row in rows if row.preselected and not row.is_filter)
    places = {row.field.name: place for place, row in enumerate(rows)}
    return tuple(sorted(chosen[entity], key=lambda choice: places.get(choice.name, len(places))))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chosen column goes; `new` where that field has to be created first."""

    target: TargetField
    new: NewField | None = None


def place_of(
    choice: FieldChoice, row: FieldOffer, known: TargetSchema, new: Mapping[str, NewField] | None = None
) -> Place | None:
    """The Marketo field that a choice names or that is suggested for it; None where there is none.

    Args:
        choice: What is chosen.
        row: The row of its column.
        known: Marketo's fields today.
        new: Fields that are going to be created already.
    """
    if row.own:
        return _attribute(choice, row)
    name, label = choice.target or row.target, choice.label or row.target_label or row.field.label
    if choice.form is Form.ID and not choice.target:  # beside the name, which goes to the suggested field
        name, label = f"ms_{row.field.name}_id", choice.label or f"{row.field.label} Id"
    elif choice.create is not None and not choice.target:  # a field of its own, whatever is suggested
        name, label = f"ms_{row.field.name}", choice.label or row.field.label
    if not name:
        return None
    if (there := known.alike(name)) is not None:
        return Place(there)
    if new and name in new:
        return Place(new[name].field, new[name])
    named = bool(choice.target) and choice.target != row.target
    if known.target is not Target.PERSON or (named and choice.create is None):
        return None
    made = new_field(row.field, name, label, known, choice)
    return Place(made.field, made) if made else None


def _attribute(choice: FieldChoice, row: FieldOffer) -> Place | None:
    """The attribute of a custom object, under the name and of the type that its column gives it."""
    made = attribute_of(row.field, choice)
    if made is None or choice.target not in {"", made.name} or choice.create is not None or choice.label:
        return None
    return Place((row.held.alike(made.name) if row.held is not None else None) or made)


def source_of(choice: FieldChoice, rows: Mapping[str, FieldOffer]) -> SourceField | None:
    """The column that is read: for an amount in the base currency its ``_base`` column, None where that is missing."""
    name = f"{choice.name}_base" if choice.form is Form.BASE else choice.name
    row = rows.get(name)
    if row is None or not row.selectable or (choice.form is Form.BASE and row.field.type is not FieldType.MONEY):
        return None
    return row.field


def unknown_choices(
    tables: Mapping[Entity, EntitySchema], chosen: Mapping[Entity, Collection[FieldChoice]]
) -> Mapping[Entity, tuple[tuple[str, str], ...]]:
    """Chosen names that a table does not have (any more), each with the nearest one that it has, or none."""
    found = {}
    for entity, choices in chosen.items():
        known = {field.name for field in tables[entity].fields}
        names = dict.fromkeys(choice.name for choice in choices)
        lost = [(name, next(iter(get_close_matches(name, known, 1)), "")) for name in names if name not in known]
        if lost:
            found[entity] = tuple(lost)
    return found

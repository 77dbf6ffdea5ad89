"""The columns of an organisation's own table: each becomes an attribute of a custom object (Adobe, custom objects).

An attribute is called like its column and has the type that the column's values need; DynSync makes it. So nobody
chooses a target: a column is taken or not, and written in one form or another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import replace

from dynsync_gui.domain.choice import FieldChoice, Form
from dynsync_gui.domain.mapping.fitting import is_long
from dynsync_gui.domain.mapping.model import FieldOffer
from dynsync_gui.domain.mapping.new_fields import new_field_options
from dynsync_gui.domain.mapping.offering import filter_offer, unusable
from dynsync_gui.domain.schema import (
    FILTER_FIELD,
    PEOPLE,
    Entity,
    EntitySchema,
    FieldType,
    SourceField,
    Target,
    TargetField,
    TargetSchema,
    TargetType,
)
from dynsync_gui.domain.text import NOTHING, Message, msg, msgs

MOST_ATTRIBUTES = 45
"""Attributes that a custom object may get: Marketo allows 50 fields, of which its key, links and mark are some."""

MOST_LATER = 20
"""Fields that a custom object may get after it was approved first (Adobe, custom object metadata)."""

_SHORT_TEXT = 255
_KEPT_BY_DYNAMICS = re.compile(
    r"(^owner|^owning|^created|^modified|^version|^overridden|^timezone|^utc|^import|^exchange|_base$)"
)
_POINTING = frozenset({FieldType.LOOKUP, FieldType.CUSTOMER})
_LINKING = frozenset({FieldType.LOOKUP, FieldType.CUSTOMER, FieldType.OWNER, FieldType.UNIQUEIDENTIFIER})
"""Their values say little to a marketer: they can be ticked, but nobody has to untick them."""

_Problem = tuple[Message, Message]


def own_offers(schema: EntitySchema, held: TargetSchema | None = None) -> tuple[FieldOffer, ...]:
    """Say for every column of an own table what can become of it.

    What an organisation added or named itself is ticked, as far as a custom object has room; what Dynamics keeps for
    itself and what points elsewhere can be.

    Args:
        schema: The live table.
        held: The custom object as Marketo has it today; None where it is still to be made.
    """
    rows: list[FieldOffer] = []
    ticked = 0
    for source in schema.fields:
        row = _offer(source, schema, held)
        if row.preselected and not row.is_filter:
            ticked += 1
            row = row if ticked <= MOST_ATTRIBUTES else replace(row, preselected=False)
        rows.append(row)
    return tuple(sorted(rows, key=lambda row: not row.preselected))


def attribute_of(source: SourceField, choice: FieldChoice) -> TargetField | None:
    """The attribute that is made for a column as chosen; None where none can hold its values."""
    long = source.type is FieldType.MEMO or is_long(source)
    kind = TargetType.TEXT if long else next(iter(new_field_options(source, choice.form)), None)
    if kind is None:
        return None
    also = choice.form is Form.ID
    name, label = (f"{source.name}_id", f"{source.label} Id") if also else (source.name, source.label)
    return TargetField(name, label, kind, _SHORT_TEXT if kind is TargetType.STRING else None)


def crowded(added: int, known: TargetSchema | None, chosen: int) -> _Problem | None:
    """Title and cure where more attributes are chosen than a custom object takes.

    Args:
        added: How many of them are still to be made.
        known: The custom object as Marketo has it today; None where it is still to be made.
        chosen: How many there are altogether.
    """
    untick = msg("Untick some.")
    if chosen > MOST_ATTRIBUTES:
        title = msgs(
            "{n} column is ticked; a custom object has room for {most}.",
            "{n} columns are ticked; a custom object has room for {most}.",
            chosen,
            most=MOST_ATTRIBUTES,
        )
        return title, untick
    if known is not None and added > MOST_LATER:
        title = msgs(
            "{n} attribute would be added; a custom object that is in use takes {most} more.",
            "{n} attributes would be added; a custom object that is in use takes {most} more.",
            added,
            most=MOST_LATER,
        )
        return title, untick
    return None


def homeless(schema: EntitySchema, synced: Collection[Entity], label: Callable[[Entity], str]) -> _Problem | None:
    """Title and cure where the rows of an own table belong only to tables that are not synced.

    Args:
        schema: The table.
        synced: The own tables that are.
        label: What Dynamics calls a table.
    """
    links = [field for field in schema.fields if field.custom and field.type in _POINTING]
    owners = {Entity(name) for field in links for name in field.targets if _is_linked(Entity(name))} - {schema.entity}
    if any(owner.target is not Target.CUSTOM_OBJECT or owner in synced for owner in owners):
        return None
    if not owners:
        title = msg("The rows of “{table}” belong neither to people nor to accounts.", table=schema.label)
        return title, msg("Untick its columns.")
    title = msg(
        "The rows of “{table}” belong to “{other}”, which is not synced.",
        table=schema.label,
        other=", ".join(sorted(label(owner) for owner in owners)),
    )
    return title, msg("Add that table as well, or untick the columns of this one.")


def _offer(source: SourceField, schema: EntitySchema, held: TargetSchema | None) -> FieldOffer:
    if source.name == FILTER_FIELD:
        return filter_offer(source)
    if reason := unusable(source, schema):
        return FieldOffer(source, reason=reason)
    made = attribute_of(source, FieldChoice(source.name))
    if made is None:
        return FieldOffer(source, reason=msg("A custom object has no attribute of this kind."))
    there = held.alike(made.name) if held is not None else None
    wanted = source.type not in _LINKING and not _KEPT_BY_DYNAMICS.search(source.name)
    attribute, note = there or made, _note(source, added=held is not None and there is None)
    return FieldOffer(source, attribute.name, attribute.label, preselected=wanted, note=note, own=True, held=held)


def _note(source: SourceField, *, added: bool) -> Message:
    if source.custom and source.type in _POINTING and any(_is_linked(Entity(name)) for name in source.targets):
        return msg("Rows are linked by it in any case; a tick sends the name as well.")
    return msg("Added to the custom object, if you tick it.") if added else NOTHING


def _is_linked(entity: Entity) -> bool:
    return entity in PEOPLE or entity.target in {Target.COMPANY, Target.CUSTOM_OBJECT}

"""What is wrong with a choice, before anything is synced by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from dynsync_gui.domain.choice import FieldChoice, Form
from dynsync_gui.domain.mapping.attributes import crowded
from dynsync_gui.domain.mapping.build import Place, place_of, source_of
from dynsync_gui.domain.mapping.model import FieldOffer
from dynsync_gui.domain.mapping.new_fields import MOST_NEW_FIELDS
from dynsync_gui.domain.mapping.offering import offers
from dynsync_gui.domain.mapping.targets import company_names, known_of, refusal
from dynsync_gui.domain.mapping.ways import directions, resolved
from dynsync_gui.domain.schema import Entity, EntitySchema, FieldType, Target, TargetSchema
from dynsync_gui.domain.text import NOTHING, Message, msg, msgs

_WANTED: Mapping[Target, tuple[str, Message, bool]] = {
    Target.OPPORTUNITY: ("name", msg("Marketo takes no opportunity without a name."), True),
    Target.SALES_PERSON: ("email", msg("Marketo recognises a sales person by the e-mail address."), True),
    Target.PERSON: ("email", msg("Marketo cannot mail people whose e-mail address it does not get."), False),
}
"""Marketo fields that should be filled, and whether nothing works without (Marketo REST)."""

_FILLED = {FieldType.STATE, FieldType.STATUS, FieldType.OWNER}
"""Types of columns that Dynamics fills by itself where nobody does."""

_OTHER = msg("Choose another Marketo field.")


@dataclass(frozen=True, slots=True)
class ChoiceProblem:
    """Something wrong with a choice.

    Attributes:
        entity: The table.
        field: The chosen column; empty where the table as a whole is meant.
        title: What is wrong.
        cure: What to do.
        blocking: Whether the field is not synced as long as it stands.
    """

    entity: Entity
    field: str
    title: Message
    cure: Message
    blocking: bool = True


def problems_of(
    choices: Sequence[FieldChoice],
    schema: EntitySchema,
    targets: Mapping[Target, TargetSchema],
    offered: Sequence[FieldOffer] = (),
    language: int = 0,
) -> tuple[ChoiceProblem, ...]:
    """Judge one table's choice.

    Args:
        choices: What is chosen.
        schema: The live table.
        targets: Marketo's fields today.
        offered: The table's rows, for their suggestions; made without the table of known targets where empty.
        language: LCID of option labels.
    """
    rows = {row.field.name: row for row in offered or offers(schema, targets, ())}
    known = known_of(schema, targets)
    users: dict[str, FieldChoice] = {}
    found: list[ChoiceProblem] = []
    new = 0
    for choice in choices:
        row = rows.get(choice.name)
        if row is not None and row.is_filter:
            continue
        place = place_of(choice, row, known) if row else None
        said = _of_choice(choice, row, place, rows, schema, targets, language)
        if said is None and place is not None:
            if (other := users.setdefault(place.target.name, choice)) is not choice:
                title = msg("“{other}” goes to “{target}” already.", other=other.name, target=place.target.label)
                said = (title, msg("Choose another target for one of them."))
            new += place.new is not None
        if said is not None:
            found.append(ChoiceProblem(schema.entity, choice.name, *said))
    if new > MOST_NEW_FIELDS:
        title = msgs(
            "{n} field would have to be created; Marketo allows {most}.",
            "{n} fields would have to be created; Marketo allows {most}.",
            new,
            most=MOST_NEW_FIELDS,
        )
        found.append(ChoiceProblem(schema.entity, "", title, msg("Untick some, or choose fields that are there.")))
    found += _crowded(rows, users, schema.entity)
    found += _gaps(choices, rows, users, schema, known, language)
    return tuple(found)


def _of_choice(
    choice: FieldChoice,
    row: FieldOffer | None,
    place: Place | None,
    rows: Mapping[str, FieldOffer],
    schema: EntitySchema,
    targets: Mapping[Target, TargetSchema],
    language: int,
) -> tuple[Message, Message] | None:
    """Title and cure of what is wrong with a choice by itself."""
    known = known_of(schema, targets)
    if row is None:
        title = msg("Dynamics has no field “{name}” in this table.", name=choice.name)
        return title, _nearest(choice.name, list(rows)) or msg("Untick it, or choose another one in its place.")
    if row.reason:
        return row.reason, msg("Untick it.")
    if place is None:
        return _placeless(choice, row, known)
    if refused := refusal(row.field, place.target, known, company_names(targets), choice, row.whole_target):
        return refused, msg("Write it in another form, or untick it.") if row.own else _OTHER
    if source_of(choice, rows) is None:
        title = msg("Dynamics has no base currency amount for “{label}”.", label=row.field.label)
        return title, msg("Take the amount as entered.")
    possible = directions(schema.entity, row.field, place.target, choice, language)
    if choice.direction is not None and choice.direction not in possible:
        return (
            msg("“{label}” cannot travel that way without losing something.", label=row.field.label),
            msg("Choose another direction."),
        )
    if choice.form is Form.LABEL and not row.field.options:
        return msg("Dynamics tells no labels for “{label}”.", label=row.field.label), msg("Take the value.")
    return None


def _placeless(choice: FieldChoice, row: FieldOffer, known: TargetSchema) -> tuple[Message, Message]:
    """Title and cure of a choice that goes nowhere."""
    if row.own:
        title = msg("“{label}” becomes an attribute of the same name; its target is no choice.", label=row.field.label)
        return title, msg("Leave target, type and label out.")
    if not choice.target:
        return msg("“{label}” has no target yet.", label=row.field.label), msg("Choose the Marketo field.")
    title = msg("Marketo has no field “{name}” for it.", name=choice.target)
    return title, _nearest(choice.target, [field.name for field in known.fields]) or _OTHER


def _crowded(
    rows: Mapping[str, FieldOffer], users: Mapping[str, FieldChoice], entity: Entity
) -> Iterator[ChoiceProblem]:
    """A custom object that would get more attributes than it takes."""
    own = [row for row in rows.values() if row.own]
    held = own[0].held if own else None
    added = sum(held is None or held.alike(name) is None for name in users)
    if own and (said := crowded(added, held, len(users))) is not None:
        yield ChoiceProblem(entity, "", *said)


def _gaps(
    choices: Sequence[FieldChoice],
    rows: Mapping[str, FieldOffer],
    users: Mapping[str, FieldChoice],
    schema: EntitySchema,
    known: TargetSchema,
    language: int,
) -> Iterator[ChoiceProblem]:
    """What either side wants and does not get."""
    name, title, blocking = _WANTED.get(known.target, ("", NOTHING, False))
    wanted = known.field(name)
    if choices and wanted is not None and name not in users:
        cure = msg("Tick a field that goes to “{label}”.", label=wanted.label)
        yield ChoiceProblem(schema.entity, "", title, cure, blocking)
    written = set()
    for target, choice in users.items():
        field = known.alike(target)
        if field is None:
            continue
        direction = resolved(schema.entity, rows[choice.name].field, field, choice, language).direction
        if direction is not None and direction.writes_dynamics:
            written.add(choice.name)
    if not written:
        return
    for row in rows.values():
        column = row.field
        lacking = column.required and column.writable and row.selectable and column.name not in written
        if lacking and column.type not in _FILLED:
            yield ChoiceProblem(
                schema.entity,
                column.name,
                msg("Dynamics wants a value in “{label}” of every new record.", label=column.label),
                msg("Let it travel to Dynamics as well, or expect Dynamics to refuse new records."),
                blocking=False,
            )


def _nearest(name: str, known: list[str]) -> Message:
    near = get_close_matches(name, known, 1)
    return msg("The nearest one is “{nearest}”.", nearest=near[0]) if near else NOTHING

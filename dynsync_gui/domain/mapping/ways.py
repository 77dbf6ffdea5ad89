"""Which ways a field can travel."""

from __future__ import annotations

from dataclasses import replace

from dynsync_gui.domain.choice import TWO_WAY, Direction, FieldChoice, Form, documented_winner
from dynsync_gui.domain.mapping.fitting import documented_form
from dynsync_gui.domain.schema import PEOPLE, Entity, FieldType, SourceField, TargetField, TargetType

_ONE_WAY = {FieldType.STATE, FieldType.STATUS, FieldType.UNIQUEIDENTIFIER}
"""A record's state is changed by actions of Dynamics, and ids never."""


def directions(
    entity: Entity, source: SourceField, target: TargetField, choice: FieldChoice, language: int = 0
) -> tuple[Direction, ...]:
    """The directions that both systems allow and that lose nothing.

    Args:
        entity: Its table; only people are written to Dynamics (Adobe, what syncs which way).
        source: The column.
        target: The Marketo field.
        choice: For the form of the values.
        language: LCID of option labels.
    """
    there = target.updateable and not target.crm_managed
    back = entity in PEOPLE and source.writable and not source.calculated and _returns(source, target, choice, language)
    allowed = {Direction.TO_MARKETO: there, Direction.TO_DYNAMICS: back, Direction.BOTH: there and back}
    return tuple(direction for direction, possible in allowed.items() if possible)


def resolved(
    entity: Entity, source: SourceField, target: TargetField, choice: FieldChoice, language: int = 0
) -> FieldChoice:
    """The choice with its direction and winner: the chosen ones, else the documented ones as far as possible."""
    possible = directions(entity, source, target, choice, language)
    usual = Direction.BOTH if entity in TWO_WAY and Direction.BOTH in possible else Direction.TO_MARKETO
    winner = choice.winner or documented_winner(entity)
    return replace(choice, direction=choice.direction or usual, winner=winner)


def _returns(source: SourceField, target: TargetField, choice: FieldChoice, language: int) -> bool:
    """Whether a value that went to Marketo can come back as what it was."""
    if source.type.is_lookup or source.type in _ONE_WAY or choice.form is Form.BASE:
        return False
    if source.type in {FieldType.DATE, FieldType.DATETIME}:
        return (source.type is FieldType.DATE) == (target.type is TargetType.DATE)
    if (choice.form or documented_form(source.type)) is not Form.LABEL:
        return True
    labels = [option.label_in(language).strip().casefold() for option in source.options]
    return len(set(labels)) == len(labels) > 0 and not any(";" in label for label in labels)

"""A choice as a sentence that a person reads."""

from __future__ import annotations

from collections.abc import Mapping

from dynsync_gui.domain.choice import TWO_WAY, Direction, FieldChoice, Overwrite, documented_winner
from dynsync_gui.domain.schema import Entity, System
from dynsync_gui.domain.text import Message, msg

_WINS: Mapping[System, Message] = {
    System.MARKETO: msg("If both changed, Marketo wins."),
    System.DYNAMICS: msg("If both changed, Dynamics wins."),
}
_RULES: Mapping[Overwrite, Message] = {
    Overwrite.NOT_BY_EMPTY: msg("An empty value changes nothing."),
    Overwrite.ONLY_EMPTY: msg("Only an empty field is filled."),
}


def sentence(entity: Entity, choice: FieldChoice, label: str = "") -> Message:
    """Which way a field travels, who wins, and what it may replace.

    Args:
        entity: Its table.
        choice: What is chosen, resolved if the fields are at hand; what it leaves open is the documented default.
        label: How Marketo calls the field; the chosen names where it is empty.
    """
    direction = choice.direction or (Direction.BOTH if entity in TWO_WAY else Direction.TO_MARKETO)
    shown = label or choice.label or choice.target or choice.name
    parts = [_fills(direction, shown)]
    if direction is Direction.BOTH:
        parts.append(_WINS[choice.winner or documented_winner(entity)])
    if choice.overwrite in _RULES:
        parts.append(_RULES[choice.overwrite])
    if choice.since is not None:
        day = choice.since.isoformat()
        parts.append(msg("Records that did not change since {day} get it with their next change.", day=day))
    return joined(parts)


def _fills(direction: Direction, field: str) -> Message:
    match direction:
        case Direction.TO_MARKETO:
            return msg("Dynamics fills {field}.", field=field)
        case Direction.TO_DYNAMICS:
            return msg("Marketo's {field} fills Dynamics.", field=field)
        case Direction.BOTH:
            return msg("Dynamics and Marketo fill {field}.", field=field)


def joined(parts: list[Message]) -> Message:
    """Several sentences as one text."""
    if len(parts) == 1:
        return parts[0]
    return msg("{first} {second}", first=parts[0], second=joined(parts[1:]))

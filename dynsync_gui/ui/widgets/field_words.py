"""How one row of the field page is put into words."""

from __future__ import annotations

from dataclasses import dataclass

from dynsync_gui.domain.choice import Direction, FieldChoice
from dynsync_gui.domain.mapping import FieldOffer, place_of
from dynsync_gui.domain.sample import ColumnSample
from dynsync_gui.domain.schema import SourceField, TargetField, TargetSchema, TargetType
from dynsync_gui.domain.text import number, tr
from dynsync_gui.ui.words import TARGET_TYPE, TYPE

_SHOWN_VALUES = 3


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about a row: its colour role (bad, attention, muted) and its words."""

    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a row goes.

    Attributes:
        field: The Marketo field.
        new: Whether it is to be created.
        known: Whether Marketo has it, or will have it once it is created.
    """

    field: TargetField
    new: bool = False
    known: bool = True

    @property
    def label(self) -> str:
        """What Marketo calls it."""
        return self.field.label or self.field.name or tr("no field yet")


def type_words(field: SourceField) -> str:
    """The type of a column, with its length."""
    name = str(TYPE[field.type])
    return f"{name} {number(field.max_length)}" if field.max_length else name


def target_words(field: TargetField) -> str:
    """The type of a Marketo field, with its length."""
    name = str(TARGET_TYPE[field.type])
    return f"{name} {number(field.length)}" if field.length else name


def traits(field: SourceField) -> str:
    """Whether a column is required, and whether the organisation added it."""
    if field.required:
        return tr("required, custom") if field.custom else tr("required")
    return tr("custom") if field.custom else tr("standard")


def sample_words(sample: ColumnSample | None) -> tuple[str, str]:
    """What a column holds, and how much of it is filled."""
    if sample is None or not sample.rows:
        return "", ""
    # All and nothing are said only where they are true.
    percent = round(sample.filled * 100)
    percent = min(99, max(1, percent)) if 0 < sample.filled < 1 else percent
    filled = tr("{percent} % filled in", percent=percent)
    return " · ".join(sample.values[:_SHOWN_VALUES]), filled


def goal_of(offer: FieldOffer, choice: FieldChoice | None, known: TargetSchema) -> Goal:
    """Where a row goes as it is chosen, or would go by itself."""
    place = place_of(choice or offer.suggested, offer, known)
    if place is not None:
        return Goal(place.target, new=place.new is not None)
    name = (choice.target if choice is not None else "") or offer.target
    label = offer.target_label if name == offer.target else name
    return Goal(TargetField(name, label, TargetType.OTHER), known=False)


def note_of(offer: FieldOffer, choice: FieldChoice | None, goal: Goal) -> Note:
    """What is worth knowing where nothing is wrong."""
    if offer.reason:
        return Note("muted", str(offer.reason))
    if choice is not None and choice.direction in {Direction.BOTH, Direction.TO_DYNAMICS}:
        both = choice.direction is Direction.BOTH
        return Note("muted", tr("both ways") if both else tr("from Marketo to Dynamics"))
    if goal.new:
        return Note("muted", tr("new in Marketo"))
    if offer.own and not offer.note:
        return Note("muted", target_words(goal.field))
    return Note("muted", str(offer.note))

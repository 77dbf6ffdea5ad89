"""The rows of ``fields``: each column with what is chosen for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.events import Described
from dynsync_gui.domain.mapping import ChoiceProblem, FieldOffer, place_of, problems_of, resolved, sentence
from dynsync_gui.domain.schema import Entity, TargetSchema
from dynsync_gui.domain.settings import FieldSettings, Settings
from dynsync_gui.domain.setup import SetupDraft, SetupFlow
from dynsync_gui.domain.text import NOTHING, Message


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A column and one choice of it; a column that is chosen twice has two.

    Attributes:
        entity: Its table.
        offer: What can become of it.
        selected: Whether it is chosen.
        target: The Marketo field that it goes to, or would go to; empty for none.
        target_label: How Marketo calls it.
        new: Whether that field has to be created.
        direction: Which way; empty where nothing is chosen.
        sentence: The choice in words; empty where nothing is chosen.
    """

    entity: Entity
    offer: FieldOffer
    selected: bool
    target: str
    target_label: str
    new: bool
    direction: str = ""
    sentence: Message = NOTHING


def field_lines(described: Described, settings: Settings, only: str = "") -> tuple[FieldLine, ...]:
    """All columns of all tables, or of one."""
    flow = SetupFlow(SetupDraft(settings))
    flow.accept_offers(described.offers)
    return tuple(
        line
        for entity, rows in described.offers.items()
        if only in {"", entity.value}
        for row in rows
        for line in _lines(entity, row, flow.choices(entity), described, settings.fields)
    )


def choice_problems(described: Described, settings: Settings, only: str = "") -> tuple[ChoiceProblem, ...]:
    """What is wrong with the choice of the tables that were described."""
    flow = SetupFlow(SetupDraft(settings))
    flow.accept_offers(described.offers)
    return tuple(
        problem
        for entity, rows in described.offers.items()
        if only in {"", entity.value} and entity in described.tables
        for problem in problems_of(
            flow.choices(entity), described.tables[entity], described.targets, rows, settings.fields.language
        )
    )


def _lines(
    entity: Entity, row: FieldOffer, choices: tuple[FieldChoice, ...], described: Described, fields: FieldSettings
) -> Iterator[FieldLine]:
    selected = [] if row.is_filter or not row.selectable else [one for one in choices if one.name == row.field.name]
    if not selected:
        ticked = row.is_filter and row.selectable and fields.filter
        yield FieldLine(entity, row, ticked, row.target, row.target_label, row.new is not None)
    known = described.targets.get(entity.target) or TargetSchema(entity.target, ())
    for choice in selected:
        place = place_of(choice, row, known)
        target = place.target.name if place else choice.target or row.target
        label = place.target.label if place else row.target_label
        new = place.new is not None if place else row.new is not None
        whole = resolved(entity, row.field, place.target, choice, fields.language) if place else choice
        yield FieldLine(entity, row, True, target, label, new, whole.direction or "", sentence(entity, whole, label))

"""The choice of fields while it is being made: every step can be taken back and taken again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.mapping import FieldOffer
from dynsync_gui.domain.schema import Entity, Target
from dynsync_gui.domain.settings import FieldSettings

Offers = Mapping[Entity, tuple[FieldOffer, ...]]


@dataclass(frozen=True, slots=True, order=True)
class RowKey:
    """One row of the field page: a column, or the id of a lookup in a Marketo field of its own."""

    name: str
    second: bool = False


@dataclass(frozen=True, slots=True)
class _Step:
    """What the choice was, and the table that was changed then."""

    settings: FieldSettings
    entity: Entity | None


class FieldEdits:
    """The present choice and the way back.

    Args:
        offers: The rows of each table.
        settings: The choice to begin with.
        own: Own tables that are synced without a choice; the others are not as long as nothing of them is chosen.
    """

    def __init__(self, offers: Offers, settings: FieldSettings, own: Collection[str] = ()) -> None:
        self.offers = offers
        self._own = own
        self._now = settings
        self._back: list[_Step] = []
        self._forth: list[_Step] = []
        self._keyed: dict[Entity, tuple[tuple[FieldChoice, ...] | None, dict[RowKey, FieldChoice]]] = {}

    @property
    def settings(self) -> FieldSettings:
        """The choice as it is now."""
        return self._now

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._back)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step that was taken back."""
        return bool(self._forth)

    def choices(self, entity: Entity) -> Mapping[RowKey, FieldChoice]:
        """What is chosen of a table; the documented defaults where nothing was said yet.

        The same object until the table's choice is another one.
        """
        known, chosen = self._keyed.get(entity), self._now.chosen.get(entity)
        if known is None or known[0] is not chosen:
            known = chosen, keyed(self._usual(entity) if chosen is None else chosen)
            self._keyed[entity] = known
        return known[1]

    def tick(self, entity: Entity, keys: Collection[RowKey], *, on: bool) -> None:
        """Tick rows, or take their ticks away."""
        chosen = dict(self.choices(entity))
        suggested = {offer.field.name: offer.suggested for offer in self.offers.get(entity, ())} if on else {}
        for key in keys:
            if on:
                chosen.setdefault(key, suggested[key.name])
            else:
                chosen.pop(key, None)
                chosen.pop(RowKey(key.name, second=True), None)
        self._choose(entity, chosen)

    def put(self, entity: Entity, key: RowKey, choice: FieldChoice) -> None:
        """Choose a row with everything that was said about it."""
        self._choose(entity, {**self.choices(entity), key: choice})

    def choose(self, entity: Entity, choices: tuple[FieldChoice, ...]) -> None:
        """Choose a table's rows as a whole."""
        self.change(replace(self._now, chosen={**self._now.chosen, entity: choices}), entity)

    def change(self, settings: FieldSettings, entity: Entity | None = None) -> None:
        """Take another choice as a whole."""
        if settings != self._now:
            self._back.append(_Step(self._now, entity))
            self._forth.clear()
            self._now = settings

    def undo(self) -> Entity | None:
        """Take the last step back; the table that it was about, if one."""
        return self._step(self._back, self._forth)

    def redo(self) -> Entity | None:
        """Take it again."""
        return self._step(self._forth, self._back)

    def _usual(self, entity: Entity) -> tuple[FieldChoice, ...]:
        """What a table takes that nothing was said of."""
        strange = entity.target is Target.CUSTOM_OBJECT and entity.value not in self._own
        return () if strange else documented(self.offers.get(entity, ()))

    def _step(self, source: list[_Step], other: list[_Step]) -> Entity | None:
        step = source.pop()
        other.append(_Step(self._now, step.entity))
        self._now = step.settings
        return step.entity

    def _choose(self, entity: Entity, chosen: Mapping[RowKey, FieldChoice]) -> None:
        if chosen != self.choices(entity):
            self.choose(entity, tuple(chosen[key] for key in sorted(chosen)))


def documented(offers: Iterable[FieldOffer]) -> tuple[FieldChoice, ...]:
    """What Marketo's own sync would take of these rows."""
    return tuple(offer.suggested for offer in offers if offer.preselected and offer.selectable and not offer.is_filter)


def keyed(choices: Collection[FieldChoice]) -> dict[RowKey, FieldChoice]:
    """Choices by row; a lookup that is chosen twice has its second row after the first."""
    rows: dict[RowKey, FieldChoice] = {}
    for choice in choices:
        rows[RowKey(choice.name, second=RowKey(choice.name) in rows)] = choice
    return rows

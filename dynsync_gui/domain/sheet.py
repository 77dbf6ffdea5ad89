"""Page 2 without a window: the rows of both systems today, the choice that is made of them, what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from dynsync_gui.domain.choice import FieldChoice, Form, TooLong
from dynsync_gui.domain.edits import FieldEdits, RowKey, documented
from dynsync_gui.domain.fit import FitCure, FitReport, Misfit
from dynsync_gui.domain.mapping import (
    ChoiceProblem,
    FieldOffer,
    NewField,
    TargetOption,
    build_mapping,
    limited,
    new_field_options,
    place_of,
    problems_of,
    target_options,
)
from dynsync_gui.domain.mapping.attributes import homeless
from dynsync_gui.domain.mapping.new_fields import free_label
from dynsync_gui.domain.schema import Entity, EntitySchema, FieldType, SourceField, Target, TargetSchema, TargetType
from dynsync_gui.domain.settings import FieldSettings
from dynsync_gui.domain.text import msg

_ORDER = (Entity.LEAD, Entity.CONTACT, Entity.ACCOUNT, Entity.OPPORTUNITY)
"""People first: they are what an admin looks for."""
_RULES = {FitCure.TRIM: TooLong.TRIM, FitCure.LEAVE_OUT: TooLong.LEAVE_OUT}
_GONE = msg("Dynamics has no field of this name any more.")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new Marketo field begins with.

    Attributes:
        field: Name, label and type.
        types: Types that can hold the values, the suggested one first.
        taken: Names that are in use or going to be.
    """

    field: NewField
    types: tuple[TargetType, ...]
    taken: frozenset[str]


class FieldSheet:
    """The choice over today's schemas.

    Args:
        offers: What can become of each column.
        tables: Dynamics' tables today.
        targets: Marketo's objects today.
        settings: The choice to begin with.
        languages: Languages (LCID) that option labels can be written in.
        own: Own tables that are synced without a choice.
    """

    def __init__(
        self,
        offers: Mapping[Entity, tuple[FieldOffer, ...]],
        tables: Mapping[Entity, EntitySchema],
        targets: Mapping[Target, TargetSchema],
        settings: FieldSettings,
        languages: tuple[int, ...] = (),
        own: Collection[str] = (),
    ) -> None:
        self.tables, self.targets, self.languages = tables, targets, languages
        self._live = offers
        self.edits = FieldEdits(offers, settings, own)
        self._report: FitReport | None = None
        self._created: dict[Entity, tuple[object, tuple[NewField, ...]]] = {}
        self._checked: Mapping[Entity, Mapping[RowKey, FieldChoice]] = {}

    @property
    def offers(self) -> Mapping[Entity, tuple[FieldOffer, ...]]:
        """The rows of each table as both systems gave them."""
        return self._live

    def know_table(self, entity: Entity, offers: tuple[FieldOffer, ...], table: EntitySchema) -> None:
        """Take in a table that was described later."""
        self._live = self.edits.offers = {**self._live, entity: offers}
        self.tables = {**self.tables, entity: table}

    def add_table(self, entity: Entity, offers: tuple[FieldOffer, ...], table: EntitySchema) -> None:
        """Sync an own table as well, with the columns that are ticked by themselves: one step, to be taken back."""
        self.know_table(entity, offers, table)
        self.edits.choose(entity, documented(offers))

    @property
    def entities(self) -> tuple[Entity, ...]:
        """The tables in the order of the page."""
        lost = {entity for entity, choices in self.settings.chosen.items() if choices}  # to be seen and unticked
        shown = {*self._live, *lost}
        own = sorted((entity for entity in shown if entity not in _ORDER), key=self.label)
        return (*(entity for entity in _ORDER if entity in shown), *own)

    @property
    def settings(self) -> FieldSettings:
        """The choice as it is now."""
        return self.edits.settings

    def limited(self, before: FieldSettings, since: date | None) -> FieldSettings:
        """The choice as it is now, what it adds to another one filled only for records that changed since a day."""
        if since is None:
            return self.settings
        return limited(before, self.settings, self._live, self.targets, since)

    def label(self, entity: Entity) -> str:
        """What Dynamics calls a table."""
        return self.tables[entity].label if entity in self.tables else entity.value

    def known(self, entity: Entity) -> TargetSchema:
        """Marketo's fields for a table."""
        return self.targets.get(entity.target) or TargetSchema(entity.target, ())

    def rows(self, entity: Entity) -> tuple[FieldOffer, ...]:
        """The rows of a table; chosen columns that Dynamics lost stand at the end, to be seen and unticked."""
        live = self._live.get(entity, ())
        names = {offer.field.name for offer in live}
        lost = dict.fromkeys(key.name for key in self.edits.choices(entity) if key.name not in names)
        return (*live, *(FieldOffer(SourceField(name, name, FieldType.OTHER), reason=_GONE) for name in lost))

    def problems(self, entity: Entity) -> tuple[ChoiceProblem, ...]:
        """What is wrong with a table's choice."""
        if entity not in self.tables:
            return ()
        choices, table = tuple(self.edits.choices(entity).values()), self.tables[entity]
        found = problems_of(choices, table, self.targets, self._live[entity], self.settings.language)
        if entity.target is not Target.CUSTOM_OBJECT or not choices:
            return found
        synced = {other for other in self._live if self.edits.choices(other)}
        said = homeless(table, synced, self.label)
        return found if said is None else (ChoiceProblem(entity, "", *said), *found)

    def new_fields(self) -> tuple[NewField, ...]:
        """What will be created in Marketo."""
        if Target.PERSON not in self.targets:
            return ()
        found: dict[str, NewField] = {}
        for entity in self.entities:
            choices = self.edits.choices(entity)
            known = self._created.get(entity)
            if known is None or known[0] is not choices:
                rows = {entity: self._live.get(entity, ())}
                made = build_mapping(rows, {entity: tuple(choices.values())}, self.targets, use_filter=False)
                known = self._created[entity] = choices, made.new_fields
            found.update((field.name, field) for field in known[1])
        return tuple(found.values())

    def options(self, entity: Entity, key: RowKey) -> tuple[TargetOption, ...]:
        """The Marketo fields that a row can go to."""
        choice = self.edits.choices(entity).get(key)
        return target_options(
            self._offer(entity, key), self.tables[entity], self.targets, self._taken(entity, key), choice
        )

    def draft(self, entity: Entity, key: RowKey) -> Draft | None:
        """What a new field for a row begins with; None where none can be created."""
        offer, known = self._offer(entity, key), self.known(entity)
        choice = self.edits.choices(entity).get(key) or offer.suggested
        types = new_field_options(offer.field, choice.form)
        if entity.target is not Target.PERSON or not types:
            return None
        place = place_of(choice, offer, known)
        if place is not None and place.new is not None:
            return Draft(place.new, types, self._taken(entity, key))
        suffix = "_id" if choice.form is Form.ID else ""
        name, label = f"ms_{offer.field.name}{suffix}", offer.field.label
        field = NewField(name, free_label(f"{label} Id" if suffix else label, offer.field.name, known), types[0])
        return Draft(field, types, self._taken(entity, key))

    def send(self, entity: Entity, key: RowKey, target: str) -> None:
        """Let a row go to a Marketo field that is there."""
        choice = self._choice(entity, key)
        self.edits.put(entity, key, replace(choice, target=target, create=None, label=""))

    def create(self, entity: Entity, key: RowKey, field: NewField) -> None:
        """Let a row go to a Marketo field that is to be created."""
        choice = self._choice(entity, key)
        self.edits.put(entity, key, replace(choice, target=field.name, create=field.type, label=field.label))

    def also_id(self, entity: Entity, key: RowKey, *, wanted: bool) -> None:
        """Let a lookup's id go to a field of its own as well, or no longer."""
        second = RowKey(key.name, second=True)
        if wanted:
            self.edits.put(entity, second, FieldChoice(key.name, form=Form.ID))
        else:
            self.edits.tick(entity, {second}, on=False)

    def begin_check(self) -> None:
        """A fit check of the present choice begins."""
        self._checked = {entity: dict(self.edits.choices(entity)) for entity in self._live}

    def take_report(self, report: FitReport) -> None:
        """Keep what a fit check found."""
        self._report = report

    @property
    def report(self) -> FitReport | None:
        """The last fit check."""
        return self._report

    def misfits(self) -> tuple[Misfit, ...]:
        """What the last fit check found in fields that were not changed since."""
        found = self._report.misfits if self._report is not None else ()
        return tuple(misfit for misfit in found if self._stands(misfit))

    def key_of(self, misfit: Misfit) -> RowKey:
        """The row that a finding is about."""
        offer = self._offer(misfit.entity, RowKey(misfit.field))
        for key, choice in self.edits.choices(misfit.entity).items():
            if key.name == misfit.field:
                place = place_of(choice, offer, self.known(misfit.entity))
                if place is not None and place.target.name == misfit.target:
                    return key
        return RowKey(misfit.field)

    def cure(self, misfit: Misfit, cure: FitCure) -> None:
        """Cut what is too long, leave such values out, or the whole field."""
        key = self.key_of(misfit)
        if cure in _RULES:
            self.edits.put(misfit.entity, key, replace(self._choice(misfit.entity, key), too_long=_RULES[cure]))
        elif cure is FitCure.SKIP:
            self.edits.tick(misfit.entity, {key}, on=False)

    def _stands(self, misfit: Misfit) -> bool:
        now, then = self.edits.choices(misfit.entity), self._checked.get(misfit.entity, {})
        key = self.key_of(misfit)
        return key in now and now[key] == then.get(key)

    def _choice(self, entity: Entity, key: RowKey) -> FieldChoice:
        return self.edits.choices(entity).get(key) or self._offer(entity, key).suggested

    def _offer(self, entity: Entity, key: RowKey) -> FieldOffer:
        return next(offer for offer in self.rows(entity) if offer.field.name == key.name)

    def _taken(self, entity: Entity, own: RowKey) -> frozenset[str]:
        offers = {offer.field.name: offer for offer in self._live[entity]}
        known = self.known(entity)
        places = (
            place_of(choice, offers[key.name], known)
            for key, choice in self.edits.choices(entity).items()
            if key != own and key.name in offers
        )
        return frozenset(place.target.name for place in places if place is not None)

"""The parts of a mapping as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dynsync_gui.domain.choice import Direction, FieldChoice, Form, Overwrite, TooLong
from dynsync_gui.domain.mapping.fitting import documented_form
from dynsync_gui.domain.schema import Entity, SourceField, System, TargetField, TargetSchema, TargetType
from dynsync_gui.domain.text import NOTHING, Message

_PLAIN = FieldChoice("")


@dataclass(frozen=True, slots=True)
class DefaultTarget:
    """One row of the table of known targets (Adobe, default Dynamics field mapping).

    Attributes:
        entity: The Dynamics table.
        source: Logical name of the column.
        target: REST name of the Marketo field.
        label: What Adobe calls the field.
        documented: Whether Adobe's table has it, so that it is ticked by default; otherwise it only means the same.
    """

    entity: Entity
    source: str
    target: str
    label: str
    documented: bool = True


_NEW_LENGTH = 255
"""Characters that a created field of text holds (Adobe, lead field schema); Marketo tells no length of others."""
_OF_TEXT = {TargetType.STRING, TargetType.EMAIL, TargetType.PHONE, TargetType.URL}


@dataclass(frozen=True, slots=True)
class NewField:
    """A person field to be created in Marketo. It can be hidden later, never deleted."""

    name: str
    label: str
    type: TargetType

    @property
    def field(self) -> TargetField:
        """The field as Marketo will describe it."""
        return TargetField(self.name, self.label, self.type, _NEW_LENGTH if self.type in _OF_TEXT else None)


@dataclass(frozen=True, slots=True)
class FieldOffer:
    """One row of the field page.

    Attributes:
        field: The Dynamics column.
        target: Name of the Marketo field that is suggested; empty where none is.
        target_label: How Marketo calls it.
        new: The field to be created, where Marketo has none.
        preselected: Ticked by Marketo's own defaults.
        reason: Why it cannot be synced; empty where it can.
        is_filter: Whether it is the filter field, whose value is read and not sent.
        note: Something worth knowing about the choice.
        trim: Whether the suggestion holds only if longer text is cut.
        own: Whether it becomes an attribute of a custom object, so that its target is no choice.
        held: That custom object as Marketo has it today; None where it is still to be made.
    """

    field: SourceField
    target: str = ""
    target_label: str = ""
    new: NewField | None = None
    preselected: bool = False
    reason: Message = NOTHING
    is_filter: bool = False
    note: Message = NOTHING
    trim: bool = False
    own: bool = False
    held: TargetSchema | None = None

    @property
    def selectable(self) -> bool:
        """Whether it can be ticked."""
        return not self.reason

    @property
    def whole_target(self) -> str:
        """The suggested target, where it is one for text of any length."""
        return "" if self.trim else self.target

    @property
    def suggested(self) -> FieldChoice:
        """What a tick means."""
        return FieldChoice(self.field.name, too_long=TooLong.TRIM if self.trim else TooLong.REFUSE)


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One Dynamics column and the Marketo field that belongs to it.

    Attributes:
        source: The column that is read: for `Form.BASE` the one with the amount in the base currency.
        target: The Marketo field.
        choice: The choice, its direction and winner resolved.
        language: LCID that option labels are written in; 0 for the reading user's.
        new: Whether the Marketo field has still to be created.
    """

    source: SourceField
    target: TargetField
    choice: FieldChoice = _PLAIN
    language: int = 0
    new: bool = False

    @property
    def way(self) -> tuple[str, ...]:
        """What decides how a value looks in Marketo; where it changes, every value has to be sent again."""
        form, language = self.form.value, str(self.language)
        return (self.target.name, self.target.type, self.source.column, form, language, self.too_long)

    @property
    def direction(self) -> Direction:
        """Which way values travel."""
        return self.choice.direction or Direction.TO_MARKETO

    @property
    def winner(self) -> System:
        """Who wins where both sides changed."""
        return self.choice.winner or System.DYNAMICS

    @property
    def overwrite(self) -> Overwrite:
        """What a value may replace."""
        return self.choice.overwrite

    @property
    def too_long(self) -> TooLong:
        """What happens to text that does not fit."""
        return self.choice.too_long

    @property
    def since(self) -> date | None:
        """Since when a record that Marketo had before has to have changed, to get a value; None for any time."""
        return self.choice.since

    @property
    def form(self) -> Form:
        """How values are written; automatic only where there is one way."""
        return self.choice.form or documented_form(self.source.type)


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

"""What the user chooses for one field: where it goes, which way, who wins, and how its value is written.

Everything has a default that follows Adobe's documents, so that a choice of nothing but a name is a whole choice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dynsync_gui.domain.schema import PEOPLE, Entity, System, TargetType


class Direction(StrEnum):
    """Which way a field's values travel."""

    TO_MARKETO = "to-marketo"
    TO_DYNAMICS = "to-dynamics"
    BOTH = "both"

    @property
    def writes_marketo(self) -> bool:
        """Whether Dynamics' value goes to Marketo."""
        return self is not Direction.TO_DYNAMICS

    @property
    def writes_dynamics(self) -> bool:
        """Whether Marketo's value goes to Dynamics."""
        return self is not Direction.TO_MARKETO


class Overwrite(StrEnum):
    """What a value may replace on the other side."""

    ALWAYS = "always"
    """Every later change is taken over, an emptied field included."""
    NOT_BY_EMPTY = "not-by-empty"
    """An empty value never replaces one."""
    ONLY_EMPTY = "only-empty"
    """Only an empty field is filled; what is there stays."""


class TooLong(StrEnum):
    """What happens to a value that the other side's field cannot hold."""

    REFUSE = "refuse"
    """The record is listed as a problem."""
    TRIM = "trim"
    """The text is cut at the longest whole character that fits."""
    LEAVE_OUT = "leave-out"
    """The record goes to Marketo without the value, until it is another one in Dynamics."""


class Form(StrEnum):
    """How a value that has several readings is written; which ones fit depends on the column's type."""

    AUTOMATIC = ""
    """The documented reading: labels of options, names of records, true or false, the amount as entered."""
    LABEL = "label"
    """Options and yes/no: the label."""
    VALUE = "value"
    """Options: the number. Yes/no: true or false."""
    NAME = "name"
    """Lookups: the name of the record."""
    ID = "id"
    """Lookups: the id of the record."""
    BASE = "base"
    """Money: the amount in the organisation's base currency."""


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """One chosen field.

    Attributes:
        name: Logical name of the Dynamics column. A lookup may be chosen twice, as name and as id.
        target: REST name of the Marketo field; empty for the suggested one.
        create: Type of the Marketo field to be created under that name; None where it is there already or suggested.
        label: Display name of the field to be created; empty for the column's own.
        direction: Which way; None for the entity's documented one.
        winner: Who wins where both sides changed; None for the entity's documented one.
        overwrite: What a value may replace.
        too_long: What happens to a value that does not fit.
        form: How the value is written.
        since: Of records that Marketo had before the field was chosen, only those that changed in Dynamics on this day
            (UTC) or later get a value for it; the others with their next change. None for all of them.
    """

    name: str
    target: str = ""
    create: TargetType | None = None
    label: str = ""
    direction: Direction | None = None
    winner: System | None = None
    overwrite: Overwrite = Overwrite.ALWAYS
    too_long: TooLong = TooLong.REFUSE
    form: Form = Form.AUTOMATIC
    since: date | None = None

    @property
    def plain(self) -> bool:
        """Whether nothing but the name was chosen."""
        return self == FieldChoice(self.name)


TWO_WAY: frozenset[Entity] = frozenset(PEOPLE)
"""Tables whose fields travel both ways unless chosen otherwise (Adobe, Dynamics lead sync and contact sync)."""


def first_to_come(choices: Iterable[FieldChoice], today: date) -> FieldChoice | None:
    """The first field that is to be filled since a day that has not come yet (UTC), so for no record; None for none."""
    return next((choice for choice in choices if choice.since is not None and choice.since > today), None)


def documented_winner(entity: Entity) -> System:
    """Who wins where both sides changed a field (Adobe, Dynamics lead sync and contact sync)."""
    return System.MARKETO if entity is Entity.LEAD else System.DYNAMICS

"""What a sync will do, in numbers, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dynsync_gui.domain.fit import FitReport
from dynsync_gui.domain.mapping import NewField
from dynsync_gui.domain.schema import Entity


@dataclass(frozen=True, slots=True)
class EntityPlan:
    """One entity's records, each counted once: read is the sum of the others.

    Attributes:
        entity: Which table.
        read: Records read from Dynamics.
        create: New in Marketo.
        update: In Marketo already, with other values, or to be linked to their Dynamics record.
        unchanged: In Marketo already, with the same values.
        filtered: Kept out by ``new_synctomkto`` = No.
        attention: Will be sent, but hold a value that Marketo's own description rules out.
        folded: Qualified leads whose contact carries the person.
    """

    entity: Entity
    read: int = 0
    create: int = 0
    update: int = 0
    unchanged: int = 0
    filtered: int = 0
    attention: int = 0
    folded: int = 0


@dataclass(frozen=True, slots=True)
class NewObject:
    """A custom object that Marketo gets for an own table, or whose attributes it gets.

    Attributes:
        name: Its API name.
        label: How people call it.
        attributes: How many are created, keys and links with them.
        more: Whether Marketo has the custom object, so that these are added to it.
    """

    name: str
    label: str
    attributes: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class BackFill:
    """What a change of the choice will send of one table.

    Attributes:
        entity: Which table.
        fields: Dynamics columns that were touched.
        records: Records that Marketo has, at most so many are sent.
        calls: Marketo calls that it takes, at most.
        since: When these changed in Dynamics at the earliest; None for all of them.
    """

    entity: Entity
    fields: tuple[str, ...]
    records: int
    calls: int
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan.

    Attributes:
        entities: In the order of the sync.
        duplicates: People that share an e-mail address with another Dynamics record and stay persons of their own.
        new_fields: Fields to be created in Marketo; they can be hidden later, never deleted.
        new_objects: Custom objects to be created or completed; likewise.
        calls: Marketo calls that carrying out will take.
        minutes: How long those calls take at the configured share.
        calls_today: Calls of all programs to this Marketo today, where Marketo tells.
        daily_calls: The daily allowance that was configured.
        examples: Some e-mail addresses that are shared.
        fit: What the fit check found; None where none was made.
        by_file: People that travel in files, which saves calls; 0 where all are sent by calls.
        single_calls: Calls that it would take without files.
    """

    entities: tuple[EntityPlan, ...]
    duplicates: int = 0
    new_fields: tuple[NewField, ...] = ()
    new_objects: tuple[NewObject, ...] = ()
    calls: int = 0
    minutes: float = 0.0
    calls_today: int | None = None
    daily_calls: int = 50_000
    examples: tuple[str, ...] = ()
    fit: FitReport | None = None
    by_file: int = 0
    single_calls: int = 0

    def total(self, name: str) -> int:
        """Sum of one number over all entities."""
        return sum(getattr(entity, name) for entity in self.entities)

"""What is known of one record that somebody asks about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dynsync_gui.domain.errors import ConnectionFailed, GuardStop
from dynsync_gui.domain.explain import FieldView
from dynsync_gui.domain.mapping import EntityMapping
from dynsync_gui.domain.place import Place
from dynsync_gui.domain.ports.dynamics import SourceRecord
from dynsync_gui.domain.report import Problem, RunReport
from dynsync_gui.domain.schema import Entity

Held = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standstill:
    """What holds up the sync as a whole, or a field.

    Attributes:
        guard: The stop that nobody agreed to yet.
        columns: Columns by table that became another kind, and are not synced until they are chosen again.
    """

    guard: GuardStop | None = None
    columns: Mapping[Entity, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything that is known of one record.

    Attributes:
        entity: Its table.
        id: Its Dynamics id.
        live: As Dynamics has it now; None where it has it no more, or does not give the table.
        place: Where the ledger has it; None where it was never read.
        mapping: What of its table is synced; None for nothing.
        lost: Why Dynamics does not give the table; None where it does.
        looked: Whether Dynamics was asked for it; nobody asks for an own table that is not synced.
        held: What Marketo has under its key.
        alike: What Marketo has under its e-mail address and another key, or none.
        survivor: Likewise the record that it was merged into in Dynamics.
        parent: Where what it belongs to stands; None where that is not known.
        owner: Likewise the user who owns it.
        owned: Whether owners are synced.
        namesakes: Other records of Dynamics with its e-mail address.
        views: Its fields on both sides.
        run: The last run; None where none was made.
        standstill: What holds up the sync as a whole.
        leaves_list: Whether it is still to be taken out of a list, as the filter kept it out when it was read.
        list_trouble: Why nobody is taken out of that list; None where that is not known to be so.
    """

    entity: Entity
    id: str
    live: SourceRecord | None
    place: Place | None
    mapping: EntityMapping | None
    lost: ConnectionFailed | None
    looked: bool
    held: Sequence[Held]
    alike: Sequence[Held]
    survivor: Place | None
    parent: Place | None
    owner: Place | None
    owned: bool
    namesakes: Sequence[str]
    views: Sequence[FieldView]
    run: RunReport | None
    standstill: Standstill
    leaves_list: bool
    list_trouble: Problem | None

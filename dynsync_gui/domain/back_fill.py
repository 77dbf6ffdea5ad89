"""What newly chosen fields cost: how many records are sent once more, in how many calls."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dynsync_gui.domain.filter_state import FilterState
from dynsync_gui.domain.schema import Entity

_BATCH = 300
"""Records in one call (Marketo REST, sync leads and sync companies)."""


@dataclass(frozen=True, slots=True)
class BackFill:
    """An estimate.

    Attributes:
        records: Records that are sent once more, as far as they are counted.
        calls: Marketo calls for them.
        uncounted: Tables whose records are not counted.
    """

    records: int
    calls: int
    uncounted: tuple[Entity, ...] = ()


def back_fill(entities: Collection[Entity], states: Mapping[Entity, FilterState], *, use_filter: bool) -> BackFill:
    """Estimate the back-fill of some tables.

    Args:
        entities: Tables with newly chosen fields.
        states: Counts of each table by its filter column.
        use_filter: Whether records that say No are kept out.
    """
    records = calls = 0
    uncounted = []
    for entity in entities:
        state = states.get(entity)
        if state is None or state.blank is None:
            uncounted.append(entity)
            continue
        count = (state.yes or 0) + state.blank + (0 if use_filter else state.no or 0)
        records += count
        calls += -(-count // _BATCH)
    return BackFill(records, calls, tuple(uncounted))

"""What a change of the choice will send: only the fields that were touched, of the records that Marketo has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from math import ceil

from dynsync_gui.domain.mapping import EntityMapping, SyncMapping, touched
from dynsync_gui.domain.plan import BackFill
from dynsync_gui.domain.schema import Entity, Target
from dynsync_gui.engine.planner import BATCH_ROWS, FIELD_CALLS

Changed = Callable[[Entity, date], int]
"""Counts the records of a table that changed on a day or later."""


def back_fills(
    before: SyncMapping, after: SyncMapping, records: Mapping[Entity, int], changed: Changed
) -> tuple[BackFill, ...]:
    """Records and calls of each table whose choice changes, at most: a record without a value is not sent.

    Args:
        before: Today's choice.
        after: The one that is thought of, over the same schemas.
        records: Records of each table that Marketo has.
        changed: Asked where a choice is for records only that changed since a day.
    """
    found = []
    for entity, mapping in after.entities.items():
        pairs = touched(before.entities.get(entity, EntityMapping(entity, ())), mapping)
        if not pairs:
            continue
        count = records.get(entity, 0)
        days = [pair.since for pair in pairs if pair.since is not None]
        since = min(days) if len(days) == len(pairs) else None
        if since is not None and count:
            count = min(count, changed(entity, since))
        batches = ceil(count / BATCH_ROWS)
        # Who gets values for new fields alone is not looked up first.
        alone = entity.target is Target.PERSON and all(pair.new for pair in pairs)
        calls = (batches if alone else 2 * batches) + (FIELD_CALLS if any(pair.new for pair in pairs) else 0)
        found.append(BackFill(entity, tuple(pair.source.name for pair in pairs), count, calls, since))
    return tuple(found)

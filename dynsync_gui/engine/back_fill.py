"""What a change of the choice will send: only the fields that were touched, of the records that Marketo has."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from dynsync_gui.domain.mapping import EntityMapping, SyncMapping
from dynsync_gui.domain.plan import BackFill
from dynsync_gui.domain.schema import Entity, Target
from dynsync_gui.engine.planner import BATCH_ROWS, FIELD_CALLS


def back_fills(before: SyncMapping, after: SyncMapping, records: Mapping[Entity, int]) -> tuple[BackFill, ...]:
    """Records and calls of each table whose choice changes, at most: a record without a value is not sent.

    Args:
        before: Today's choice.
        after: The one that is thought of, over the same schemas.
        records: Records of each table that Marketo has.
    """
    found = []
    for entity, mapping in after.entities.items():
        known = {pair.way for pair in before.entities.get(entity, EntityMapping(entity, ())).fields}
        touched = [pair for pair in mapping.fields if pair.direction.writes_marketo and pair.way not in known]
        if not touched:
            continue
        batches = ceil(records.get(entity, 0) / BATCH_ROWS)
        # Who gets values for new fields alone is not looked up first.
        alone = entity.target is Target.PERSON and all(pair.new for pair in touched)
        calls = (batches if alone else 2 * batches) + (FIELD_CALLS if any(pair.new for pair in touched) else 0)
        names = tuple(pair.source.name for pair in touched)
        found.append(BackFill(entity, names, records.get(entity, 0), calls))
    return tuple(found)

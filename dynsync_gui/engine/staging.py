"""Every table's rows as records for the ledger; an opportunity is one record, and its customer's role another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dynsync_gui.domain.choice import Direction, TooLong
from dynsync_gui.domain.mapping import EntityMapping, FieldMapping
from dynsync_gui.domain.ports.dynamics import SourceRecord
from dynsync_gui.domain.schema import Entity, Target
from dynsync_gui.domain.storage.records import StagedRecord
from dynsync_gui.engine import deals, own_tables, payload
from dynsync_gui.engine.conversion import Conversion
from dynsync_gui.engine.payload import CHANGED, Rules


def stage_all(
    records: Iterable[SourceRecord], mapping: EntityMapping, rules: Rules, conversion: Conversion | None = None
) -> list[StagedRecord]:
    """Turn the records of a table as read into what the ledger keeps of them."""
    conversion = conversion or Conversion(mapping.fields)
    some_later = any(pair.since is not None for pair in mapping.fields)
    one_by_one = stage if some_later else _stage
    return [one for record in records for one in one_by_one(record, mapping, rules, conversion)]


def in_range(records: Iterable[SourceRecord], mapping: EntityMapping, rules: Rules) -> list[StagedRecord]:
    """The same without what a record that Marketo had before gets with its next change only."""
    return [one.narrowed or one for one in stage_all(records, mapping, rules)]


def stage(
    record: SourceRecord, mapping: EntityMapping, rules: Rules, conversion: Conversion | None = None
) -> tuple[StagedRecord, ...]:
    """Turn a record as read into what the ledger keeps of it."""
    whole = _stage(record, mapping, rules, conversion or Conversion(mapping.fields))
    late = late_fields(record, mapping)
    if not late:
        return whole
    some = replace(mapping, fields=tuple(pair for pair in mapping.fields if pair.target.name not in late))
    narrowed = _stage(record, some, rules, Conversion(some.fields))
    return tuple(one._replace(narrowed=less) for one, less in zip(whole, narrowed, strict=True))


def every_value(mapping: EntityMapping) -> EntityMapping:
    """The mapping without the choices that keep a value of Dynamics' from being seen, and seen whole."""
    return replace(mapping, fields=tuple(_seen_whole(pair) for pair in mapping.fields))


def _seen_whole(pair: FieldMapping) -> FieldMapping:
    direction = pair.direction if pair.direction.writes_marketo else Direction.BOTH
    choice = replace(pair.choice, direction=direction, too_long=TooLong.REFUSE, since=None)
    return replace(pair, choice=choice)


def late_fields(record: SourceRecord, mapping: EntityMapping) -> frozenset[str]:
    """Marketo fields that are filled only for records that changed later than this one."""
    day = str(record.values.get(CHANGED) or "")[:10]
    return frozenset(
        pair.target.name for pair in mapping.fields if day and pair.since is not None and day < pair.since.isoformat()
    )


def gone(entity: Entity, id_: str, rules: Rules) -> tuple[StagedRecord, ...]:
    """What is left to say of a record that a full reading no longer met."""
    missing = [payload.farewell(entity, id_, "", rules)]
    if entity is Entity.OPPORTUNITY:
        missing.append(payload.farewell(Entity.CUSTOMER, id_, "", rules))
    return tuple(missing)


def _stage(
    record: SourceRecord, mapping: EntityMapping, rules: Rules, conversion: Conversion
) -> tuple[StagedRecord, ...]:
    entity = record.entity
    if entity is Entity.OPPORTUNITY:
        return deals.stage_opportunity(record, mapping, rules, conversion)
    if entity is Entity.CONNECTION:
        return (deals.stage_stakeholder(record, rules),)
    if entity.target is Target.CUSTOM_OBJECT:
        return (own_tables.stage_row(record, mapping, rules, conversion),)
    return (payload.stage(record, mapping, rules, conversion),)

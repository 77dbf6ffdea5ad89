"""Every table's rows as records for the ledger; an opportunity is one record, and its customer's role another."""

from __future__ import annotations

from collections.abc import Iterable

from dynsync_gui.domain.mapping import EntityMapping
from dynsync_gui.domain.ports import SourceRecord
from dynsync_gui.domain.schema import Entity, Target
from dynsync_gui.domain.storage import StagedRecord
from dynsync_gui.engine import deals, own_tables, payload
from dynsync_gui.engine.conversion import Conversion
from dynsync_gui.engine.payload import Rules


def stage_all(
    records: Iterable[SourceRecord], mapping: EntityMapping, rules: Rules, conversion: Conversion | None = None
) -> list[StagedRecord]:
    """Turn the records of a table as read into what the ledger keeps of them."""
    conversion = conversion or Conversion(mapping.fields)
    return [one for record in records for one in stage(record, mapping, rules, conversion)]


def stage(
    record: SourceRecord, mapping: EntityMapping, rules: Rules, conversion: Conversion | None = None
) -> tuple[StagedRecord, ...]:
    """Turn a record as read into what the ledger keeps of it."""
    entity = record.entity
    if entity is Entity.OPPORTUNITY:
        return deals.stage_opportunity(record, mapping, rules)
    if entity is Entity.CONNECTION:
        return (deals.stage_stakeholder(record, rules),)
    if entity.target is Target.CUSTOM_OBJECT:
        return (own_tables.stage_row(record, mapping, rules),)
    return (payload.stage(record, mapping, rules, conversion or Conversion(mapping.fields)),)


def gone(entity: Entity, id_: str, rules: Rules) -> tuple[StagedRecord, ...]:
    """What is left to say of a record that a full reading no longer met."""
    missing = [payload.farewell(entity, id_, "", rules)]
    if entity is Entity.OPPORTUNITY:
        missing.append(payload.farewell(Entity.CUSTOMER, id_, "", rules))
    return tuple(missing)

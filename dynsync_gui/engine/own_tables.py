"""Rows of an organisation's own tables, which become custom objects of people or companies."""

from __future__ import annotations

from dynsync_gui.domain.convert import clean
from dynsync_gui.domain.mapping import EntityMapping
from dynsync_gui.domain.ports.dynamics import SourceRecord
from dynsync_gui.domain.schema import FILTER_FIELD, PEOPLE, Entity, Target
from dynsync_gui.domain.storage.records import Fit, Skip, StagedRecord
from dynsync_gui.engine import payload
from dynsync_gui.engine.conversion import Conversion
from dynsync_gui.engine.payload import Rules


def stage_row(record: SourceRecord, mapping: EntityMapping, rules: Rules, conversion: Conversion) -> StagedRecord:
    """A row; it hangs on its person, else on its company, else on a row that does."""
    if record.deleted:
        return payload.farewell(record.entity, record.id, record.version, rules)
    values = record.values
    kept_out = mapping.filter and values.get(FILTER_FIELD) is False
    converted = conversion.convert(record)
    parent_entity, parent = _parent(record)
    skip = Skip.FILTERED if kept_out else None if parent else Skip.PARENT
    name = next((str(value) for key, value in values.items() if key.endswith("_name") and value), "")
    return StagedRecord(
        entity=record.entity,
        id=record.id,
        version=record.version,
        payload=None if skip else converted.payload,
        digest=payload.digest(converted.payload, parent),
        name=clean(name) or "",
        created=str(values.get("createdon") or ""),
        parent=parent,
        parent_entity=parent_entity,
        fit=Fit.WHOLE if skip else converted.fit,
        skip=skip,
        spared=conversion.spared,
        refused=frozenset() if skip else converted.refused,
        adapted=() if skip else converted.adapted,
    )


def _parent(record: SourceRecord) -> tuple[Entity, str]:
    """The nearest thing that Marketo knows: contact, lead, account, then a row of another own table."""
    pointed: dict[Entity, str] = {}
    for column, table in sorted(record.points_to.items()):
        entity, value = Entity(table), record.values.get(column)
        if value and (entity in PEOPLE or entity is Entity.ACCOUNT or "_" in entity):
            pointed.setdefault(entity, str(value).lower())
    for entity in (*PEOPLE, Entity.ACCOUNT):
        if entity in pointed:
            return entity, pointed[entity]
    own = next((entity for entity in pointed if entity.target is Target.CUSTOM_OBJECT), None)
    return (own, pointed[own]) if own is not None else (Entity.ACCOUNT, "")

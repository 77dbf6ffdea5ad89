"""Opportunities and the roles of people in them (Adobe, opportunity sync, attribution)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dynsync_gui.domain.convert import clean
from dynsync_gui.domain.fit import Adapted, FitOutcome, FitReason, shortened
from dynsync_gui.domain.mapping import EntityMapping
from dynsync_gui.domain.ports.dynamics import SourceRecord
from dynsync_gui.domain.schema import FILTER_FIELD, PEOPLE, Entity
from dynsync_gui.domain.storage.records import Fit, Skip, StagedRecord
from dynsync_gui.engine import payload
from dynsync_gui.engine.conversion import Conversion
from dynsync_gui.engine.payload import Rules

OPEN, WON = 0, 1
"""``statecode`` of an opportunity (Dataverse, opportunity table); 2 is lost."""

_CLOSED = {WON, 2}

CUSTOMER_ROLE, STAKEHOLDER_ROLE = "Customer", "Stakeholder"
_ROLE_LENGTH = 50


def stage_opportunity(
    record: SourceRecord, mapping: EntityMapping, rules: Rules, conversion: Conversion
) -> tuple[StagedRecord, ...]:
    """An opportunity, and the role of the contact that is its customer."""
    if record.deleted:
        return tuple(
            payload.farewell(entity, record.id, record.version, rules)
            for entity in (Entity.OPPORTUNITY, Entity.CUSTOMER)
        )
    values = record.values
    kept_out = mapping.filter and values.get(FILTER_FIELD) is False
    converted = conversion.convert(_timely(record, mapping))
    state = values.get("statecode")
    sent = converted.payload | {"isClosed": state in _CLOSED, "isWon": state == WON}
    parent_entity, parent = _customer(record)
    owner, team = payload.owner_of(record) if rules.owners else ("", "")
    opportunity = StagedRecord(
        entity=Entity.OPPORTUNITY,
        id=record.id,
        version=record.version,
        payload=None if kept_out else sent,
        digest=payload.digest(sent, parent, owner),
        name=clean(str(values.get("name") or "")) or "",
        created=str(values.get("createdon") or ""),
        parent=parent,
        parent_entity=parent_entity,
        owner=owner,
        team=team,
        fit=Fit.WHOLE if kept_out else converted.fit,
        skip=Skip.FILTERED if kept_out else None,
        spared=conversion.spared,
        refused=frozenset() if kept_out else converted.refused,
        adapted=() if kept_out else converted.adapted,
    )
    contact = _contact(record)
    if contact:
        return opportunity, _role(
            record, Entity.CUSTOMER, Entity.CONTACT, contact, record.id, CUSTOMER_ROLE, primary=True
        )
    return opportunity, _no_role(Entity.CUSTOMER, record, rules)


def stage_stakeholder(record: SourceRecord, rules: Rules) -> StagedRecord:
    """A connection between an opportunity and a person; Dynamics keeps each twice, seen from either side."""
    if record.deleted:
        return payload.farewell(Entity.CONNECTION, record.id, record.version, rules)
    values, tables = record.values, record.points_to
    for deal, person in ((1, 2), (2, 1)):
        deal_column, column = f"_record{deal}id_value", f"_record{person}id_value"
        table = Entity(tables.get(column, ""))
        if tables.get(deal_column) != Entity.OPPORTUNITY or table not in PEOPLE or values.get("statecode"):
            continue
        role_column = f"_record{person}roleid_value"
        name = record.shown.get(role_column) if values.get(role_column) else None
        opportunity, id_ = str(values[deal_column]).lower(), str(values[column]).lower()
        return _role(record, Entity.CONNECTION, table, id_, opportunity, name or STAKEHOLDER_ROLE, primary=False)
    return _no_role(Entity.CONNECTION, record, rules)


def _timely(record: SourceRecord, mapping: EntityMapping) -> SourceRecord:
    """The record with the expected amount and close date while it is open, and the real ones afterwards."""
    values = record.values
    closed = values.get("statecode") in _CLOSED
    instead = _actual(values) if closed else {"actualclosedate": "estimatedclosedate"}
    columns = {pair.source.name: pair.source.column for pair in mapping.fields}
    swapped = {columns.get(name, name): values.get(columns.get(other, other)) for name, other in instead.items()}
    return record._replace(values={**values, **swapped})


def _actual(values: Mapping[str, Any]) -> dict[str, str]:
    """Columns that stand in for others once an opportunity is closed, where they are filled."""
    found = {}
    if values.get("statecode") == WON and values.get("actualvalue") is not None:
        found["estimatedvalue"] = "actualvalue"
    if values.get("actualclosedate") is None:
        found["actualclosedate"] = "estimatedclosedate"
    return found


def _customer(record: SourceRecord) -> tuple[Entity, str]:
    """The account, else the contact whose account is that of the opportunity; with both the account counts."""
    customer = str(record.values.get("_customerid_value") or "").lower()
    account = str(record.values.get("_parentaccountid_value") or "").lower()
    if customer and record.points_to.get("_customerid_value") == Entity.ACCOUNT:
        return Entity.ACCOUNT, customer
    if account:
        return Entity.ACCOUNT, account
    return Entity.CONTACT, _contact(record)


def _contact(record: SourceRecord) -> str:
    is_contact = record.points_to.get("_customerid_value") == Entity.CONTACT
    return str(record.values.get("_customerid_value") or "").lower() if is_contact else ""


def _role(
    record: SourceRecord, entity: Entity, table: Entity, person: str, deal: str, name: str, *, primary: bool
) -> StagedRecord:
    whole = clean(name) or STAKEHOLDER_ROLE
    said = {"role": whole[:_ROLE_LENGTH].strip(), "isPrimary": primary}
    long = Adapted("role", FitOutcome.CHANGED, FitReason.TOO_LONG, shortened(whole))
    return StagedRecord(
        entity=entity,
        id=record.id,
        version=record.version,
        payload=said,
        digest=payload.digest(said, person, deal),
        name=str(said["role"]),
        created=str(record.values.get("createdon") or ""),
        parent=person,
        parent_entity=table,
        deal=deal,
        adapted=(long,) if len(whole) > _ROLE_LENGTH else (),
    )


def _no_role(entity: Entity, record: SourceRecord, rules: Rules) -> StagedRecord:
    """There is no such role, or no longer."""
    gone = payload.farewell(entity, record.id, record.version, rules)
    return gone._replace(skip=Skip.UNRELATED)

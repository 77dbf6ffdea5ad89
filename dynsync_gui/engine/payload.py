"""A Dynamics record as it goes into the ledger: converted, filtered, and with what matching needs to know."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from dynsync_gui.domain.choice import Form, Overwrite
from dynsync_gui.domain.convert import clean, email_of, misfit, to_marketo
from dynsync_gui.domain.fingerprint import LINK, fingerprint
from dynsync_gui.domain.mapping import EntityMapping
from dynsync_gui.domain.ports import SourceRecord
from dynsync_gui.domain.schema import FILTER_FIELD, Entity, EntitySchema
from dynsync_gui.domain.storage import Skip, StagedRecord

QUALIFIED = 1
"""``statecode`` of a qualified lead (Dataverse, lead table)."""

_NEEDED = {
    Entity.ACCOUNT: ("name", "createdon"),
    Entity.CONTACT: ("fullname", "emailaddress1", "createdon", "parentcustomerid", "originatingleadid"),
    Entity.LEAD: ("fullname", "emailaddress1", "createdon", "statecode", "parentcontactid"),
}
"""Columns that matching needs, whether they are synced or not; used where the table has them."""


def columns(mapping: EntityMapping, schema: EntitySchema) -> tuple[str, ...]:
    """Logical names of the columns to read, in a fixed order."""
    names = {pair.source.name for pair in mapping.fields}
    for name in _NEEDED[mapping.entity]:
        known = schema.field(name)
        if known is not None and known.readable:
            names.add(name)
    if mapping.filter:
        names.add(FILTER_FIELD)
    return tuple(sorted(names - {schema.primary_id}))


def wants_shown(mapping: EntityMapping) -> bool:
    """Whether a synced column is a lookup, whose name comes as a formatted value only."""
    return any(pair.source.type.is_lookup and pair.form is Form.NAME for pair in mapping.fields)


def stage(record: SourceRecord, mapping: EntityMapping) -> StagedRecord:
    """Turn a record as read into one for the ledger."""
    if record.deleted:
        version = record.version or "deleted"
        return StagedRecord(record.entity, record.id, version, None, skip=Skip.DELETED)
    values = record.values
    kept_out = mapping.filter and values.get(FILTER_FIELD) is False
    payload = _payload(record, mapping)
    parent = _parent(record) if mapping.linked else ""
    prints = fingerprint({**payload, LINK: parent})
    qualified = record.entity is Entity.LEAD and values.get("statecode") == QUALIFIED
    return StagedRecord(
        entity=record.entity,
        id=record.id,
        version=record.version,
        payload=None if kept_out else payload,
        digest=hashlib.blake2b(prints, digest_size=16).digest(),
        name=clean(str(values.get("fullname") or values.get("name") or "")) or "",
        email=email_of(values.get("emailaddress1")),
        created=str(values.get("createdon") or ""),
        parent=parent,
        link=_link(record, qualified=qualified),
        qualified=qualified,
        misfit=not kept_out and any(misfit(pair, payload.get(pair.target.name)) for pair in mapping.fields),
        skip=Skip.FILTERED if kept_out else None,
        prints=prints,
        spared=frozenset(pair.target.name for pair in mapping.fields if pair.overwrite is Overwrite.ONLY_EMPTY),
        new=frozenset(pair.target.name for pair in mapping.fields if pair.new),
    )


def asked(mapping: EntityMapping, names: tuple[str, ...]) -> tuple[str, ...]:
    """What a cursor stands for: the columns that are read, and how their values are sent."""
    how = [pair.way for pair in mapping.fields if pair.direction.writes_marketo]
    text = json.dumps(how, separators=(",", ":"))
    return (*names, f"={hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}")


def _payload(record: SourceRecord, mapping: EntityMapping) -> dict[str, Any]:
    """Values by Marketo's names; an empty one that may not replace anything is left out."""
    found = {
        pair: to_marketo(pair, record.values.get(pair.source.column), record.shown.get(pair.source.column))
        for pair in mapping.fields
        if pair.direction.writes_marketo
    }
    return {
        pair.target.name: value
        for pair, value in found.items()
        if value is not None or pair.overwrite is not Overwrite.NOT_BY_EMPTY
    }


def _parent(record: SourceRecord) -> str:
    """The account of a contact; a contact whose parent is another contact has none."""
    column = "_parentcustomerid_value"
    value = record.values.get(column)
    if record.entity is Entity.CONTACT and value and record.points_to.get(column, "account") == "account":
        return str(value).lower()
    return ""


def _link(record: SourceRecord, *, qualified: bool) -> str:
    """A qualified lead's contact, or the lead that a contact came from."""
    if record.entity is Entity.CONTACT:
        return str(record.values.get("_originatingleadid_value") or "").lower()
    return str(record.values.get("_parentcontactid_value") or "").lower() if qualified else ""

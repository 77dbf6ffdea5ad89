"""A Dynamics record as it goes into the ledger: converted, filtered, and with what matching needs to know."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dynsync_gui import __version__
from dynsync_gui.domain.choice import Form
from dynsync_gui.domain.convert import clean, email_of
from dynsync_gui.domain.fingerprint import LINK, fingerprint, mark, marked
from dynsync_gui.domain.mapping import EntityMapping
from dynsync_gui.domain.ports.dynamics import SourceRecord
from dynsync_gui.domain.schema import (
    DELETED_FIELD,
    FILTER_FIELD,
    PEOPLE,
    STOPPED_FIELD,
    Entity,
    EntitySchema,
    FieldType,
    SourceField,
    Target,
)
from dynsync_gui.domain.settings import DeletedPolicy, FilteredOut
from dynsync_gui.domain.storage.records import Fit, Match, Skip, StagedRecord
from dynsync_gui.engine.conversion import Conversion

QUALIFIED = 1
"""``statecode`` of a qualified lead (Dataverse, lead table)."""

CHANGED = "modifiedon"
"""When a record changed last, UTC (Dataverse, every table)."""

_NEEDED = {
    Entity.USER: ("fullname", "isdisabled", "createdon"),
    Entity.ACCOUNT: ("name", "createdon", "merged", "masterid"),
    Entity.CONTACT: (
        "fullname", "emailaddress1", "createdon", "parentcustomerid", "originatingleadid", "merged", "masterid",
    ),
    Entity.LEAD: (
        "fullname", "emailaddress1", "createdon", "statecode", "parentcontactid", "parentaccountid",
        "merged", "masterid",
    ),
    Entity.OPPORTUNITY: (
        "name", "createdon", "customerid", "parentaccountid", "statecode", "estimatedvalue", "actualvalue",
        "estimatedclosedate", "actualclosedate",
    ),
    Entity.CONNECTION: ("record1id", "record2id", "record1roleid", "record2roleid", "statecode", "createdon"),
}  # fmt: skip
"""Columns that matching needs, whether they are synced or not; used where the table has them."""

_LINK = mark(LINK)
_OWNED = {Entity.ACCOUNT, Entity.CONTACT, Entity.LEAD, Entity.OPPORTUNITY}


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides how records are taken in, beside the mapping.

    Attributes:
        owners: Whether owners are synced.
        deleted: What happens when a record is deleted in Dynamics.
        marked: Tables whose deleted records can be marked in Marketo.
        filtered: What happens to people when their filter turns to No.
    """

    owners: bool = False
    deleted: DeletedPolicy = DeletedPolicy.LEAVE
    marked: frozenset[Entity] = frozenset(PEOPLE)
    filtered: FilteredOut = FilteredOut.LEAVE


@dataclass(frozen=True, slots=True)
class _Stopped:
    payload: Mapping[str, Any] | None = None
    digest: bytes = b""
    farewell: Match | None = None


_NOT_STOPPED = _Stopped()


@lru_cache(1024)
def _linked(parent: str, owner: str) -> bytes:
    """What a fingerprint holds of what a record hangs on: of many the same."""
    return marked(_LINK, f"{parent}|{owner}")


def columns(mapping: EntityMapping, schema: EntitySchema, rules: Rules) -> tuple[str, ...]:
    """Logical names of the columns to read, in a fixed order."""
    names = {pair.source.name for pair in mapping.fields}
    needed = _NEEDED.get(mapping.entity) or tuple(
        f.name for f in schema.fields if f.custom and (f.type in {FieldType.LOOKUP, FieldType.CUSTOMER} or _names(f))
    )
    for name in (*needed, *(("ownerid",) if rules.owners and mapping.entity in _OWNED else ())):
        known = schema.field(name)
        if known is not None and known.readable:
            names.add(name)
    if mapping.filter:
        names.add(FILTER_FIELD)
    if schema.field(CHANGED) is not None and any(pair.since is not None for pair in mapping.fields):
        names.add(CHANGED)
    return tuple(sorted(names - {schema.primary_id}))


def _names(field: SourceField) -> bool:
    """Whether rows of an own table are called by it (Dataverse, primary name column)."""
    return field.type is FieldType.STRING and field.name.endswith("_name")


def wants_shown(mapping: EntityMapping) -> bool:
    """Whether the name of what a lookup points to is wanted, which comes as a formatted value only."""
    return mapping.entity is Entity.CONNECTION or any(
        pair.source.type.is_lookup and pair.form is Form.NAME for pair in mapping.fields
    )


def stage(record: SourceRecord, mapping: EntityMapping, rules: Rules, conversion: Conversion) -> StagedRecord:
    """Turn a user, an account, a contact or a lead as read into a record for the ledger.

    Args:
        record: As read.
        mapping: Its table's.
        rules: How it is taken in.
        conversion: How its values are converted: by that mapping.
    """
    if record.deleted:
        return farewell(record.entity, record.id, record.version, rules)
    values = record.values
    kept_out = mapping.filter and values.get(FILTER_FIELD) is False
    converted = conversion.convert(record)
    parent = _parent(record) if mapping.linked else ""
    owner, team = owner_of(record) if rules.owners else ("", "")
    master = str(values.get("_masterid_value") or "").lower() if values.get("merged") else ""
    qualified = record.entity is Entity.LEAD and values.get("statecode") == QUALIFIED
    skip = Skip.MERGED if master else Skip.FILTERED if kept_out else None
    prints = fingerprint([*converted.entries, _linked(parent, owner)])
    stopped = _stopped(record.entity, skip, rules) if skip else _NOT_STOPPED
    return StagedRecord(  # by place: names would take four times as long, and there are millions
        record.entity, record.id, record.version, stopped.payload if skip else converted.payload,
        stopped.digest or hashlib.blake2b(prints, digest_size=16).digest(), _name(values),
        email_of(values.get("emailaddress1")), str(values.get("createdon") or ""), parent,
        _link(record, qualified=qualified), qualified or bool(values.get("isdisabled")),
        Fit.WHOLE if skip else converted.fit, skip, b"" if skip else prints, conversion.spared, conversion.new,
        Entity.ACCOUNT, owner, team, "", master, stopped.farewell, None, conversion.source_of(record),
        frozenset() if skip else converted.refused, () if skip else converted.adapted,
    )  # fmt: skip


def _name(values: Mapping[str, Any]) -> str:
    """How people call it."""
    return clean(str(values.get("fullname") or values.get("name") or "")) or ""


def basis(mapping: EntityMapping, asked: tuple[str, ...], rules: Rules) -> bytes:
    """A digest of all that decides what becomes of a row, this program included: where it changes, rows are read anew.

    Args:
        mapping: What is synced, with today's labels.
        asked: What the cursor stands for.
        rules: How records are taken in.
    """
    options = [
        (pair.source.name, option.value, option.label_in(pair.language))
        for pair in mapping.fields
        for option in pair.source.options
    ]
    fields = [(pair.target.name, pair.target.length, pair.overwrite) for pair in mapping.fields]
    told = [__version__, asked, options, fields, mapping.filter, mapping.linked]
    told += [rules.owners, rules.deleted, rules.filtered]
    return hashlib.blake2b(json.dumps(told).encode(), digest_size=16).digest()


def asked(mapping: EntityMapping, names: tuple[str, ...]) -> tuple[str, ...]:
    """What a cursor stands for: the columns that are read, and how their values are sent."""
    how = [
        pair.way if pair.since is None else (*pair.way, pair.since.isoformat())
        for pair in mapping.fields
        if pair.direction.writes_marketo
    ]
    text = json.dumps(how, separators=(",", ":"))
    return (*names, f"={hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}")


def _stopped(entity: Entity, skip: Skip | None, rules: Rules) -> _Stopped:
    """What a person is told when its filter turns to No."""
    if skip is not Skip.FILTERED or entity.target is not Target.PERSON or rules.filtered is FilteredOut.LEAVE:
        return _Stopped()
    marked = rules.filtered is FilteredOut.MARK
    told = {STOPPED_FIELD: True} if marked else {}
    return _Stopped(told, digest(told, "stopped"), Match.TAKE if marked else Match.UNLIST)


def farewell(entity: Entity, id_: str, version: str, rules: Rules) -> StagedRecord:
    """A record that is gone from Dynamics; a role that is gone there is gone in Marketo, too."""
    last: Match | None = None
    if rules.deleted is DeletedPolicy.DELETE or (
        entity.target is Target.ROLE and rules.deleted is not DeletedPolicy.LEAVE
    ):
        last = Match.DELETE
    elif rules.deleted is DeletedPolicy.MARK and entity in rules.marked:
        last = Match.TAKE
    payload = {DELETED_FIELD: True} if last is Match.TAKE else None
    gone = digest(payload or {}, "deleted")
    return StagedRecord(entity, id_, version or "deleted", payload, gone, skip=Skip.DELETED, farewell=last)


def digest(payload: Mapping[str, Any], parent: str, *others: str) -> bytes:
    """A short digest of what is sent, for telling that nothing changed."""
    text = json.dumps([payload, parent, *others], sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def owner_of(record: SourceRecord) -> tuple[str, str]:
    """The user, or else the team, that owns a record."""
    column = "_ownerid_value"
    owner = str(record.values.get(column) or "").lower()
    return ("", owner) if record.points_to.get(column) == "team" else (owner, "")


def _parent(record: SourceRecord) -> str:
    """The account of a lead or a contact; a contact whose parent is another contact has none."""
    if record.entity is Entity.LEAD:
        return str(record.values.get("_parentaccountid_value") or "").lower()
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

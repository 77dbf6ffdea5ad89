"""What of a ledger record goes to Marketo, and whether Marketo holds it already.

Of people and companies only values that changed since both sides agreed are sent. An empty one is sent only where
Marketo held a value of ours before: adopting a person never blanks what Dynamics does not know, and a value cleared in
Dynamics is cleared in Marketo. A field that is only to be filled keeps what it holds. A consent that was withdrawn is
never given back.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from dynsync_gui.domain.convert import same
from dynsync_gui.domain.fingerprint import entries, entry
from dynsync_gui.domain.schema import COMPANY_KEY, MARKS, UNSUBSCRIBED, Target, id_of, key_of
from dynsync_gui.domain.storage.records import SENT_BY_ID, LedgerRecord, Links
from dynsync_gui.engine.linking import link_values

_IN_PARTS = {Target.PERSON, Target.COMPANY}
"""Targets whose records may be sent without the values that Marketo has already."""


def values(record: LedgerRecord, links: Links, company_by: str = COMPANY_KEY) -> dict[str, Any]:
    """Values to be sent, without the key.

    Args:
        record: The record.
        links: What it is to be linked to.
        company_by: The company field that the link of a custom object names.
    """
    ours, spared = record.filled, record.spared
    if ours or spared:
        named = record.payload.items()
        row = {name: value for name, value in named if (value is not None or name in ours) and name not in spared}
    else:  # as nearly all of a first sync
        row = {name: value for name, value in record.payload.items() if value is not None}
    if not row.get(UNSUBSCRIBED, True):
        del row[UNSUBSCRIBED]
    if record.agreed and record.entity.target in _IN_PARTS:
        agreed = entries(record.agreed)
        row = {name: value for name, value in row.items() if entry(name, value) not in agreed}
    if record.reason:
        return row  # what a rule leaves out is told only that
    if ours:
        row |= dict.fromkeys(MARKS & ours, False)  # it was left out, and is there again
    row.update(link_values(record.entity, links, ours, company_by))
    return row


def row(record: LedgerRecord, company_by: str = COMPANY_KEY) -> dict[str, Any]:
    """The row that is sent."""
    sent, target = values(record, record.links, company_by), record.entity.target
    by_id = record.match in SENT_BY_ID
    if target is Target.PERSON or not (by_id or target is Target.ROLE):  # only a person's key can be changed
        sent[key_of(target)] = record.id
    if by_id:
        sent[id_of(target)] = int(record.marketo_id) if id_of(target) == "id" else record.marketo_id
    return sent


def filled(record: LedgerRecord, links: Links) -> frozenset[str]:
    """Marketo fields that hold a value of ours once the record is acknowledged."""
    payload = record.payload
    linked = {} if record.reason else link_values(record.entity, links, record.filled)
    told = _told(_given(payload), _given(linked), bool(payload.get(UNSUBSCRIBED)), record.spared)
    if record.filled:
        marks = frozenset() if record.reason else MARKS
        told |= record.filled - payload.keys() - linked.keys() - marks
    return told


def _given(values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple([name for name, value in values.items() if value is not None])


@lru_cache(1024)
def _told(
    names: tuple[str, ...], linked: tuple[str, ...], unsubscribed: bool, spared: frozenset[str]
) -> frozenset[str]:
    """Names as one set for all records that have the same; a consent that is not withdrawn is not told."""
    told = frozenset(names) if unsubscribed else frozenset(names) - {UNSUBSCRIBED}
    return (told - spared) | frozenset(linked)


def changes(record: LedgerRecord, held: Mapping[str, Any], company_by: str = COMPANY_KEY) -> dict[str, Any]:
    """Values that Marketo holds now and that sending would change."""
    target = record.entity.target
    ours = target in _IN_PARTS and str(held.get(key_of(target)) or "").lower() == record.id
    wanted = record._replace(spared=frozenset(), agreed=record.agreed if ours else b"")
    return {
        name: held.get(name)
        for name, value in values(wanted, record.coming, company_by).items()
        if not same(value, held.get(name)) and not (name in record.spared and held.get(name) not in {None, "", False})
    }

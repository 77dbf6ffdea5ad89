"""What of a ledger record goes to Marketo, and whether Marketo holds it already.

Only values that changed since both sides agreed are sent. An empty one is sent only where Marketo held a value of ours
before: adopting a person never blanks what Dynamics does not know, and a value cleared in Dynamics is cleared in
Marketo. A field that is only to be filled keeps what it holds. A consent that was withdrawn is never given back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dynsync_gui.domain.convert import same
from dynsync_gui.domain.fingerprint import LINK, entries, entry
from dynsync_gui.domain.schema import COMPANY_KEY, KEY_FIELD, Target
from dynsync_gui.domain.storage import LedgerRecord, Match

UNSUBSCRIBED = "unsubscribed"


def key_of(target: Target) -> str:
    """The Marketo field that holds the Dynamics id."""
    return KEY_FIELD if target is Target.PERSON else COMPANY_KEY


def values(record: LedgerRecord, *, linked: bool) -> dict[str, Any]:
    """Values to be sent, without the key.

    Args:
        record: The record.
        linked: Whether to link the person to its company.
    """
    agreed = entries(record.agreed)
    row = {
        name: value
        for name, value in record.payload.items()
        if _counts(record, name, value) and entry(name, value) not in agreed
    }
    there = COMPANY_KEY in record.filled and entry(LINK, record.parent) in agreed
    if linked and record.parent and not there:
        row[COMPANY_KEY] = record.parent
    return row


def row(record: LedgerRecord) -> dict[str, Any]:
    """The row that is sent."""
    sent = values(record, linked=record.company_ready)
    sent[key_of(record.entity.target)] = record.id
    if record.match is Match.ADOPT:
        sent["id"] = int(record.marketo_id)
    return sent


def filled(record: LedgerRecord, *, linked: bool) -> frozenset[str]:
    """Marketo fields that hold a value of ours once the record is acknowledged."""
    ours = {name for name, value in record.payload.items() if value is not None and _counts(record, name, value)}
    link = {COMPANY_KEY} if linked and record.parent else set()
    return frozenset(ours | link | (record.filled - record.payload.keys() - {COMPANY_KEY}))


def changes(record: LedgerRecord, held: Mapping[str, Any]) -> dict[str, Any]:
    """Values that Marketo holds now and that sending would change."""
    ours = str(held.get(key_of(record.entity.target)) or "").lower() == record.id
    wanted = replace(record, spared=frozenset(), agreed=record.agreed if ours else b"")
    return {
        name: held.get(name)
        for name, value in values(wanted, linked=record.company_coming).items()
        if not same(value, held.get(name)) and not (name in record.spared and held.get(name) not in {None, "", False})
    }


def _counts(record: LedgerRecord, name: str, value: Any) -> bool:
    """Whether a value is Marketo's business at all."""
    if name in record.spared or (name == UNSUBSCRIBED and not value):
        return False
    return value is not None or name in record.filled

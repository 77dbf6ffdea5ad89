"""What of a ledger record goes to Marketo, and whether Marketo holds it already.

An empty value is sent only where Marketo held a value of ours before: adopting a person never blanks what Dynamics does
not know, and a value cleared in Dynamics is cleared in Marketo. A consent that was withdrawn is never given back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dynsync_gui.domain.convert import same
from dynsync_gui.domain.schema import COMPANY_KEY, KEY_FIELD, Target
from dynsync_gui.domain.storage import LedgerRecord, Match

UNSUBSCRIBED = "unsubscribed"


def key_of(target: Target) -> str:
    """The Marketo field that holds the Dynamics id."""
    return KEY_FIELD if target is Target.PERSON else COMPANY_KEY


def values(record: LedgerRecord, *, linked: bool) -> dict[str, Any]:
    """Values to be in Marketo after sending, without the key.

    Args:
        record: The record.
        linked: Whether to link the person to its company.
    """
    row = {
        name: value
        for name, value in record.payload.items()
        if (value is not None or name in record.filled) and not (name == UNSUBSCRIBED and not value)
    }
    if linked and record.parent:
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
    names = {name for name, value in values(record, linked=linked).items() if value is not None}
    return frozenset(names | (record.filled if not record.payload else frozenset()))


def changes(record: LedgerRecord, held: Mapping[str, Any]) -> dict[str, Any]:
    """Values that Marketo holds now and that sending would change."""
    wanted = values(record, linked=record.company_coming)
    return {name: held.get(name) for name, value in wanted.items() if not same(value, held.get(name))}

"""What of a ledger record goes to Marketo, and whether Marketo holds it already.

An empty value is sent only where Marketo held a value of ours before: adopting a person never blanks what Dynamics does
not know, and a value cleared in Dynamics is cleared in Marketo. A consent that was withdrawn is never given back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dynsync_gui.domain.convert import same
from dynsync_gui.domain.schema import MARKS, Target, key_of
from dynsync_gui.domain.storage import SENT_BY_ID, LedgerRecord, Links
from dynsync_gui.engine.linking import link_values

UNSUBSCRIBED = "unsubscribed"


def values(record: LedgerRecord, links: Links) -> dict[str, Any]:
    """Values to be in Marketo after sending, without the key.

    Args:
        record: The record.
        links: What it is to be linked to.
    """
    row = {
        name: value
        for name, value in record.payload.items()
        if (value is not None or name in record.filled) and not (name == UNSUBSCRIBED and not value)
    }
    if record.reason:
        return row  # what a rule leaves out is told only that
    row |= dict.fromkeys(MARKS & record.filled, False)  # it was left out, and is there again
    return row | link_values(record.entity, links, record.filled)


def row(record: LedgerRecord) -> dict[str, Any]:
    """The row that is sent."""
    sent = values(record, record.links)
    if record.entity.target is not Target.ROLE:
        sent[key_of(record.entity.target)] = record.id
    if record.match in SENT_BY_ID:
        sent["id"] = int(record.marketo_id)
    return sent


def filled(record: LedgerRecord, links: Links) -> frozenset[str]:
    """Marketo fields that hold a value of ours once the record is acknowledged."""
    sent = values(record, links)
    names = {name for name, value in sent.items() if value is not None and not (name in MARKS and not value)}
    return frozenset(names | ((record.filled - sent.keys()) if not record.payload or record.reason else frozenset()))


def changes(record: LedgerRecord, held: Mapping[str, Any]) -> dict[str, Any]:
    """Values that Marketo holds now and that sending would change."""
    wanted = values(record, record.coming)
    return {name: held.get(name) for name, value in wanted.items() if not same(value, held.get(name))}

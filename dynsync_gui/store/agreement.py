"""What a ledger row says both sides agree on, value by value, and what follows for the next version of the record.

Rows are those of the table ``records`` before the version comes in, with state, digest, agreed, prints, filled,
agreed_prints and marketo_id.
"""

from __future__ import annotations

import sqlite3

from dynsync_gui.domain.fingerprint import changed, common, mark
from dynsync_gui.domain.schema import PEOPLE
from dynsync_gui.domain.storage.records import StagedRecord


def agreed_prints(record: StagedRecord, held: sqlite3.Row | None) -> bytes | None:
    """Values that Marketo holds for sure: what waited in the outbox may have been sent without an answer."""
    if held is None or held["agreed_prints"] is None or record.skip is not None:
        return None
    if held["state"] == "outbox" and held["prints"] is not None:
        return common(held["prints"], held["agreed_prints"])
    return bytes(held["agreed_prints"])


def is_agreed(record: StagedRecord, held: sqlite3.Row | None, agreed: bytes | None) -> bool:
    """Whether nothing has to be sent: a field that is no longer chosen, and an empty value where Marketo got none."""
    if held is not None and agreed is not None and record.prints:
        filled = set(held["filled"].split(","))
        empty = {name for name, value in (record.payload or {}).items() if value is None and name not in filled}
        return changed(record.prints, agreed) <= {mark(name) for name in empty}
    return held is not None and held["agreed"] == record.digest and bool(record.digest)


def only_fills(record: StagedRecord, held: sqlite3.Row | None, agreed: bytes | None) -> bool:
    """Whether a person that Marketo has only gets values for fields that are about to be created.

    Nothing is overwritten then, so that nobody has to look at the person first; it is addressed by Marketo's id, which
    never makes a new one of it.
    """
    if held is None or not agreed or not held["marketo_id"] or record.entity not in PEOPLE or not record.new:
        return False
    return changed(record.prints, agreed) <= {mark(name) for name in record.new}

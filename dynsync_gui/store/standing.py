"""How a version that came in stands to what the ledger holds of its record: pure, a row in and a row out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.findings.records import JOINED
from dynsync_gui.domain.fingerprint import entries
from dynsync_gui.domain.storage.records import Fit, Match, StagedRecord
from dynsync_gui.store.agreement import agreed_prints, is_agreed, only_fills
from dynsync_gui.store.alarms import alarms
from dynsync_gui.store.payloads import packed

Held = sqlite3.Row
"""What the ledger holds of a record, by column."""


class Standing(NamedTuple):
    """What becomes of a version.

    Attributes:
        state: Where it stands.
        reason: The rule that leaves it out.
        match: How it finds its Marketo record, where that is known already.
        agreed: Fingerprint of what both sides agree on for sure; None for nothing.
        spared: Marketo fields that are only filled.
    """

    state: str
    reason: str = ""
    match: str = ""
    agreed: bytes | None = None
    spared: frozenset[str] = frozenset()


def standing(record: StagedRecord, held: Held | None) -> Standing:
    """Where a version goes."""
    if record.skip is not None:
        reason = record.skip.value
        there = held is not None and (held["marketo_id"] or held["away"])
        if record.farewell is not None and held is not None and there and held["agreed"] != record.digest:
            return Standing("outbox", reason, record.farewell.value)
        return Standing("skipped", reason)
    if held is None:
        return Standing("outbox", spared=record.spared)
    if held["code"] == JOINED and held["retry"] == Retry.DECISION:
        return Standing("problem", spared=record.spared)  # another record has its person, until somebody decides
    if _stays_gone(record, held):
        return Standing("unchanged", spared=record.spared)
    agreed = agreed_prints(record, held)
    if is_agreed(record, held, agreed) and not _owes_links(held):
        return Standing("unchanged", agreed=record.prints or agreed, spared=record.spared)
    if held["match"] == Match.TAKE and held["marketo_id"]:  # it has none yet while it is away
        match = Match.TAKE.value
    else:
        match = Match.TAKE.value if only_fills(record, held, agreed) else ""
    spared = record.spared - record.new if match else record.spared
    refused_as_is = held["state"] == "problem" and held["digest"] == record.digest
    state = "problem" if refused_as_is and held["retry"] != Retry.NEXT_RUN else "outbox"
    return Standing(state, "", match, agreed, spared)


def row_of(run: int, record: StagedRecord, held: Held | None, stands: Standing) -> tuple[Any, ...]:
    """The ledger's row, in the order of its columns; of a record that it does not hold only the first ones."""
    payload = None if stands.state == "skipped" else packed(record.payload, sound=record.fit is not Fit.REFUSED)
    first = (
        *(record.entity.value, record.id, run, run, record.version, stands.state, stands.reason, record.name),
        *(record.email, record.created, record.parent_entity.value, record.parent, record.owner, record.team),
        *(record.deal, record.master, record.link, int(record.qualified), int(record.fit), payload, record.digest),
        *(record.prints or None, joined(stands.spared), record.source or None),
    )
    if held is None:
        return first
    agreed = record.digest if stands.state == "unchanged" and not held["gone"] else held["agreed"]
    moved = int(held["parent"] != record.parent or bool(held["carrier"]))
    return (*first, agreed, stands.agreed, alarms(run, record, held), _unsure(held), stands.match, moved)


def _stays_gone(record: StagedRecord, held: Held) -> bool:
    """Whether its person was deleted in Marketo, and the record is as it was then: only a change brings it back."""
    return bool(held["gone"]) and held["version"] == record.version and held["state"] in {"acknowledged", "unchanged"}


def _owes_links(held: Held) -> bool:
    """Whether Marketo is still to be told what the record points to now, which no value of its own tells."""
    return held["state"] == "outbox" and held["prints"] is None


def _unsure(held: Held) -> bytes | None:
    """Fingerprint of what may have reached Marketo without an answer: coming back from there it is no news."""
    under_way = held["prints"] if held["state"] == "outbox" else None
    return b"".join(sorted(entries(held["unsure"] or b"") | entries(under_way or b""))) or None


FIRST = (
    "entity", "id", "run", "seen", "version", "state", "reason", "name", "email", "created", "parent_entity", "parent",
    "owner", "team", "deal", "master", "link", "qualified", "misfit", "payload", "digest", "prints",
    "spared", "source",
)  # fmt: skip
COLUMNS = (*FIRST, "agreed", "agreed_prints", "alarms", "unsure", "match", "moved")
"""Columns of `row_of`; those after the first ones are empty in a new row."""


def joined(names: Iterable[str]) -> str:
    """Names as they are stored."""
    return _joined(frozenset(names))


@lru_cache(1024)
def _joined(names: frozenset[str]) -> str:
    return ",".join(sorted(names))


@lru_cache(256)
def split(names: str) -> frozenset[str]:
    """Names as they were stored by `joined`."""
    return frozenset(filter(None, names.split(",")))

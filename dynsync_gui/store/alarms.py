"""What of a new version is worth asking about when it happens to many records: noted per record, counted per run."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from dynsync_gui.domain.mass_change import Alarm, MassChange, alarms_of
from dynsync_gui.domain.schema import UNSUBSCRIBED, Entity
from dynsync_gui.domain.storage.records import Skip, StagedRecord


def alarms(run: int, record: StagedRecord, held: sqlite3.Row | None) -> str:
    """Alarms of a version, compared with what Marketo holds of the record.

    Args:
        run: The run that read it.
        record: The version.
        held: The ledger's row of the record, or None.

    Returns:
        Their names, joined by commas.
    """
    if held is None or not held["marketo_id"]:
        return ""
    if record.skip is Skip.DELETED:
        return Alarm.DELETED
    noted = frozenset(filter(None, held["alarms"].split(","))) if held["run"] == run else frozenset()
    if record.skip is Skip.FILTERED:
        return Alarm.EXCLUDED if held["state"] != "skipped" or Alarm.EXCLUDED in noted else ""
    if record.skip is not None:
        return ""
    filled = frozenset(held["filled"].split(","))
    payload = record.payload or {}
    found = []
    if any(value is None and name in filled for name, value in payload.items()):
        found.append(Alarm.BLANKED)
    if payload.get(UNSUBSCRIBED) is True and UNSUBSCRIBED not in filled:
        found.append(Alarm.UNSUBSCRIBED)
    if record.owner != held["owner"] and held["owner"] or Alarm.REASSIGNED in noted:  # noqa: RUF021
        found.append(Alarm.REASSIGNED)
    return ",".join(found)


def count_alarms(connection: sqlite3.Connection, run: int) -> tuple[MassChange, ...]:
    """How many records a run would change in ways worth asking about."""
    counts: dict[tuple[Entity, Alarm], int] = {}
    rows = connection.execute(
        "SELECT entity, alarms, count(*) FROM records WHERE run = ? AND alarms <> '' GROUP BY entity, alarms", (run,)
    )
    for entity, names, count in rows:
        for name in names.split(","):
            key = (Entity(entity), Alarm(name))
            counts[key] = counts.get(key, 0) + count
    return alarms_of(counts, held(connection)) if counts else ()


def held(connection: sqlite3.Connection) -> Mapping[Entity, int]:
    """How many records of each table Marketo holds."""
    rows = connection.execute(
        """SELECT entity, count(*) FROM records INDEXED BY records_by_person
            WHERE marketo_id <> '' GROUP BY entity"""
    )
    return {Entity(entity): count for entity, count in rows}

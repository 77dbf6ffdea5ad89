"""Records for a ledger, and what Marketo's taking all of them does to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dynsync_gui.domain.schema import ENTITIES, Entity
from dynsync_gui.domain.storage.records import Acknowledgement, Match, StagedRecord
from dynsync_gui.store.sync_store import SqliteStore

UPSERTS = (Match.CREATE, Match.UPDATE)


def record(entity: Entity = Entity.CONTACT, id_: str = "c1", version: str = "1", **values: Any) -> StagedRecord:
    payload = values.pop("payload", {"firstName": version})
    return StagedRecord(entity, id_, version, payload, digest=repr(payload).encode(), **values)


def send_all(store: SqliteStore, entities: Sequence[Entity] = ENTITIES) -> None:
    store.decide_rest()
    rows = store.outgoing(entities, UPSERTS, 0, 1000)
    store.acknowledge(
        [Acknowledgement(row.seq, row.version, f"m-{row.id}", frozenset(row.payload), row.links.text) for row in rows]
    )
    run = store.runs(1)[0].id
    store.relink(run)

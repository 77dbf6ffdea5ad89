"""What waits of a table that is not synced any more leaves the outbox, until the table is chosen again."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.storage.records import Skip

_OURS = f"state = 'skipped' AND (reason = '{Skip.UNCHOSEN}' OR match NOT IN ('', 'unlist'))"
"""What a rule leaves out besides keeps its reason, and by its match what Marketo is still to be told of it.

These are what the index of them holds, so that nothing else is looked at.
"""


def settle_unchosen(connection: sqlite3.Connection, run: int, chosen: Collection[Entity]) -> None:
    """See `SyncStore.settle_unchosen`; how much of a record arrived is not known, so that it is sent whole one day."""
    tables = sorted(entity.value for entity in chosen)
    marks = ",".join("?" * len(tables))
    connection.execute(
        f"""UPDATE records SET state = 'skipped', agreed = NULL, agreed_prints = NULL,
                   reason = CASE reason WHEN '' THEN '{Skip.UNCHOSEN}' ELSE reason END
             WHERE state = 'outbox' AND entity NOT IN ({marks})""",
        tables,
    )
    connection.execute(
        f"""UPDATE records INDEXED BY records_unchosen SET state = 'outbox', run = ?,
                   match = CASE WHEN reason = '{Skip.UNCHOSEN}' AND match <> 'merge' THEN '' ELSE match END,
                   reason = CASE reason WHEN '{Skip.UNCHOSEN}' THEN '' ELSE reason END
             WHERE {_OURS} AND entity IN ({marks})""",
        (run, *tables),
    )

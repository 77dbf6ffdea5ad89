"""What waits of a table that is not synced any more leaves the outbox, until the table is chosen again."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.storage.records import Skip


def settle_unchosen(connection: sqlite3.Connection, run: int, chosen: Collection[Entity]) -> None:
    """See `SyncStore.settle_unchosen`.

    What a rule leaves out besides keeps its reason. How much of a record arrived is not known, so that it is sent whole
    one day.
    """
    tables = sorted(entity.value for entity in chosen)
    marks = ",".join("?" * len(tables))
    waits = f"state = 'outbox' AND entity NOT IN ({marks})"
    reason = f"CASE reason WHEN '' THEN '{Skip.UNCHOSEN}' ELSE reason END"
    connection.execute(
        f"INSERT OR REPLACE INTO unchosen SELECT seq, entity, {reason}, match FROM records WHERE {waits}", tables
    )
    connection.execute(
        f"""UPDATE records SET state = 'skipped', agreed = NULL, agreed_prints = NULL, reason = {reason}
             WHERE {waits}""",
        tables,
    )
    connection.execute(
        f"""UPDATE records SET state = 'outbox', run = ?,
                   match = CASE WHEN reason = '{Skip.UNCHOSEN}' AND match <> 'merge' THEN '' ELSE match END,
                   reason = CASE reason WHEN '{Skip.UNCHOSEN}' THEN '' ELSE reason END
             WHERE seq IN (SELECT r.seq FROM unchosen u CROSS JOIN records r ON r.seq = u.seq
                            WHERE u.entity IN ({marks})
                              AND (r.state, r.reason, r.match) = ('skipped', u.reason, u.match))""",
        (run, *tables),
    )
    connection.execute(f"DELETE FROM unchosen WHERE entity IN ({marks})", tables)

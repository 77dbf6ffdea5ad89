"""Records that a whole reading met as they were: that they were met is all that is worked out and written of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from dynsync_gui.domain.schema import Entity

_CHUNK = 400


class Meetings:
    """Statements over records that are as both sides agreed; the caller holds the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def meet(self, run: int, entity: Entity, sources: Mapping[str, bytes]) -> frozenset[str]:
        """See `SyncStore.meet`."""
        ids, met, seqs, counted = tuple(sources), [], [], 0
        for start in range(0, len(ids), _CHUNK):
            part = ids[start : start + _CHUNK]
            rows = self._db.execute(
                f"""SELECT seq, id, source, run = ? OR seen = ? FROM records
                     WHERE entity = ? AND id IN ({",".join("?" * len(part))}) AND source IS NOT NULL
                       AND +state IN ('acknowledged', 'unchanged') AND agreed = digest AND carrier = 0""",
                (run, run, entity.value, *part),
            )
            for seq, id_, source, again in rows:
                if source == sources[id_]:
                    met.append(id_)
                    seqs.append((run, seq))
                    counted += not again
        self._db.executemany("UPDATE records SET seen = ? WHERE seq = ?", seqs)
        if counted:
            self._db.execute(
                """INSERT INTO met (run, entity, number) VALUES (?, ?, ?)
                   ON CONFLICT (run, entity) DO UPDATE SET number = number + excluded.number""",
                (run, entity.value, counted),
            )
        return frozenset(met)

    def numbers(self, run: int) -> Mapping[Entity, int]:
        """How many a run met, by table."""
        rows = self._db.execute("SELECT entity, number FROM met WHERE run = ?", (run,))
        return {Entity(entity): number for entity, number in rows}

"""Calls that create people and of which nobody has heard yet, kept so that they outlast the end of a run."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from dynsync_gui.domain.storage.records import Fit
from dynsync_gui.store.urgency import Urgency


class Departures:
    """Statements over the table ``departures``; the caller holds the transaction."""

    def __init__(self, connection: sqlite3.Connection, urgency: Urgency) -> None:
        self._db = connection
        self._urgency = urgency

    def depart(self, seqs: Sequence[int]) -> None:
        """See `SyncStore.depart`."""
        self._db.execute("INSERT OR REPLACE INTO departures (first, seqs) VALUES (?, ?)", (seqs[0], json.dumps(seqs)))

    def hear(self, firsts: Sequence[int]) -> None:
        """See `SyncStore.hear`."""
        self._db.executemany("DELETE FROM departures WHERE first = ?", [(first,) for first in firsts])

    def unheard(self) -> tuple[str, ...]:
        """See `SyncStore.unheard`."""
        rows = self._db.execute(
            f"""SELECT id FROM records WHERE seq IN (SELECT value FROM departures, json_each(seqs))
                   AND state = 'outbox' AND match = 'create' AND misfit <> {Fit.REFUSED}{self._urgency.where}
                 ORDER BY seq"""
        )
        return tuple(id_ for (id_,) in rows)

    def forget(self) -> None:
        """See `SyncStore.forget_unheard`."""
        if not self._urgency.only:  # the others are still to be waited for
            self._db.execute("DELETE FROM departures")

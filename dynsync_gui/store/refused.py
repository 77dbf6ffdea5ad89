"""Records that Marketo refused, or that wait for others: why, how often, and when they are tried again."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.findings.records import JOINED
from dynsync_gui.domain.storage.records import Refusal
from dynsync_gui.store.moments import stored

_KEPT_MATCH = "match IN ('take', 'merge', 'delete', 'unlist')"
_FIRST_WAIT, _GROWTH, _LONGEST_WAIT = 25.0, 5.0, 86_400.0


def waits(tries: int) -> float:
    """Seconds until a record that met passing trouble is tried again: 25, growing to a day."""
    return min(_FIRST_WAIT * _GROWTH ** min(tries, 9), _LONGEST_WAIT)


class Refused:
    """Statements over the table ``problems``; the caller holds the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def refuse(self, rows: Sequence[Refusal], at: datetime) -> None:
        """See `SyncStore.refuse`; who was to adopt a person by its address gives it free."""
        self._db.executemany(
            f"""UPDATE records SET state = 'problem', urgent = 0,
                                   marketo_id = CASE match WHEN 'adopt' THEN '' ELSE marketo_id END,
                                   match = CASE WHEN {_KEPT_MATCH} THEN match ELSE '' END
                 WHERE seq = ? AND version = ? AND state = 'outbox'""",
            [(row.seq, row.version) for row in rows],
        )
        since = stored(at)
        self._db.executemany(
            """INSERT INTO problems (seq, code, field, detail, retry, since) VALUES (?, ?, ?, ?, ?, ?)
               ON CONFLICT (seq) DO UPDATE SET code = excluded.code, field = excluded.field, retry = excluded.retry,
                                               detail = excluded.detail, tries = tries + 1""",
            [(row.seq, row.code, row.field, row.detail[:500], row.retry.value, since) for row in rows],
        )
        passing = [row.seq for row in rows if row.retry is Retry.NEXT_RUN]
        marks = ",".join("?" * len(passing))
        tried = self._db.execute(f"SELECT tries, seq FROM problems WHERE seq IN ({marks})", passing).fetchall()
        self._db.executemany(
            "UPDATE problems SET due = ? WHERE seq = ?",
            [(stored(at + timedelta(seconds=waits(tries))), seq) for tries, seq in tried],
        )

    def try_again(self, ids: Sequence[str]) -> int:
        """See `PlaceStore.try_again`: the next run takes them as passing trouble whose time has come.

        A merge in Marketo is undone on purpose only: for whoever is named.
        """
        named = f"AND r.id IN ({','.join('?' * len(ids))})" if ids else f"AND problems.code <> '{JOINED}'"
        return self._db.execute(
            f"""UPDATE problems SET retry = '{Retry.NEXT_RUN}', due = '' WHERE seq IN (
                  SELECT r.seq FROM records r WHERE r.state = 'problem' {named})""",
            tuple(ids),
        ).rowcount

    def retry(self, run: int, at: datetime) -> None:
        """See `SyncStore.begin_run`; what is due later than any wait lasts was set when the clock was wrong."""
        due = "SELECT seq FROM problems WHERE retry = ? AND (due <= ? OR due > ?)"
        self._db.execute(
            f"""UPDATE records SET state = 'outbox', match = CASE WHEN {_KEPT_MATCH} THEN match ELSE '' END, run = ?
                 WHERE state = 'problem' AND seq IN ({due})""",
            (run, Retry.NEXT_RUN.value, stored(at), stored(at + timedelta(seconds=_LONGEST_WAIT))),
        )

"""Records follow persons that were merged or deleted in Marketo; implements `domain.ends.EndStore`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from dynsync_gui.domain.ends import Feed, PersonEnd
from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.findings.records import DELETED_THERE, JOINED
from dynsync_gui.domain.schema import Entity
from dynsync_gui.store.moments import now
from dynsync_gui.store.standing import joined, split
from dynsync_gui.store.tables import OF_PEOPLE

_CHUNK = 400
_ROLL = "marketo-roll"
_LOST = "marketo_id = '', agreed = NULL, agreed_prints = NULL, filled = '', linked = '', moved = 1"
"""What a record that has no person any more is left with."""


class PersonEnds:
    """Statements over ``records`` and ``cursors``; the caller holds the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def token(self, feed: Feed) -> str:
        """See `EndStore.feed_token`."""
        row = self._db.execute("SELECT delta_link FROM cursors WHERE entity = ?", (feed.value,)).fetchone()
        return str(row[0]) if row else ""

    def looked_at(self) -> datetime | None:
        """See `EndStore.looked_at`; it is kept where a table's cursor has its next link."""
        row = self._db.execute("SELECT next_link FROM cursors WHERE entity = ?", (Feed.DELETED.value,)).fetchone()
        return datetime.fromisoformat(row[0]).astimezone(UTC) if row else None

    def first_run(self) -> datetime:
        """See `EndStore.first_run`."""
        (started,) = self._db.execute("SELECT coalesce(min(started), ?) FROM runs", (now(),)).fetchone()
        return datetime.fromisoformat(started).astimezone(UTC)

    def roll(self) -> str:
        """See `EndStore.roll`; it is kept where a table has its next link."""
        row = self._db.execute("SELECT next_link FROM cursors WHERE entity = ?", (_ROLL,)).fetchone()
        return str(row[0]) if row else ""

    def keep_roll(self, number: str) -> None:
        """See `EndStore.keep_roll`."""
        self._db.execute(
            """INSERT INTO cursors (entity, run, names, next_link, delta_link, complete) VALUES (?, 0, '[]', ?, '', 0)
               ON CONFLICT (entity) DO UPDATE SET next_link = excluded.next_link""",
            (_ROLL, number),
        )

    def absent(self, there: Iterable[Sequence[str]], limit: int) -> tuple[str, ...]:
        """See `EndStore.absent`; the list may be long, and is kept beside the database while it is compared."""
        self._db.execute("CREATE TEMP TABLE there (id TEXT PRIMARY KEY) WITHOUT ROWID")
        try:
            for part in there:
                self._db.executemany("INSERT OR IGNORE INTO there VALUES (?)", [(id_,) for id_ in part])
            rows = self._db.execute(
                f"""SELECT DISTINCT marketo_id FROM records
                     WHERE marketo_id <> '' AND entity IN {OF_PEOPLE} AND match NOT IN ('merge', 'delete')
                       AND marketo_id NOT IN (SELECT id FROM there) LIMIT ?""",
                (limit,),
            )
            return tuple(str(id_) for (id_,) in rows)
        finally:
            self._db.execute("DROP TABLE there")

    def bearers(self, ends: Sequence[PersonEnd]) -> Mapping[Entity, tuple[str, ...]]:
        """See `EndStore.bearers`."""
        found: dict[Entity, tuple[str, ...]] = {}
        persons = [id_ for end in ends if self._has_gone(end.person) for id_ in (end.person, end.into)]
        for start in range(0, len(persons), _CHUNK):
            part = persons[start : start + _CHUNK]
            marks = ",".join("?" * len(part))
            rows = self._db.execute(
                f"""SELECT entity, id FROM records
                     WHERE marketo_id IN ({marks}) AND marketo_id <> '' AND entity IN {OF_PEOPLE} AND reason = ''
                     ORDER BY seq""",
                tuple(part),
            )
            for entity, id_ in rows:
                found[Entity(entity)] = (*found.get(Entity(entity), ()), id_)
        return found

    def keep(self, ends: Sequence[PersonEnd], feed: Feed, token: str) -> None:
        """See `EndStore.keep_ends`."""
        for end in ends:
            if end.into:
                self._follow(end.person, end.into)
            else:
                self._forget(end.person)
        self._db.execute(
            """INSERT INTO cursors (entity, run, names, next_link, delta_link, complete) VALUES (?, 0, '[]', ?, ?, 1)
               ON CONFLICT (entity) DO UPDATE SET delta_link = excluded.delta_link, next_link = excluded.next_link""",
            (feed.value, now(), token),
        )

    def _has_gone(self, person: str) -> bool:
        """Whether it was a record's until now."""
        sql = f"""SELECT 1 FROM records WHERE marketo_id = ? AND marketo_id <> '' AND entity IN {OF_PEOPLE}
                     AND match NOT IN ('merge', 'delete')"""
        return self._db.execute(sql, (person,)).fetchone() is not None

    def _follow(self, person: str, into: str) -> None:
        """Whoever has the one person goes on with the other; a merge of our own is on its way to its end already."""
        rows = self._db.execute(
            f"""SELECT seq, reason FROM records WHERE marketo_id = ? AND marketo_id <> '' AND entity IN {OF_PEOPLE}
                   AND match NOT IN ('merge', 'delete') ORDER BY reason <> '', seq""",
            (person,),
        ).fetchall()
        for seq, reason in rows:
            holder = self._db.execute(
                f"""SELECT seq, reason, entity, id, name, filled FROM records
                     WHERE marketo_id = ? AND marketo_id <> '' AND entity IN {OF_PEOPLE}
                     ORDER BY reason <> '', seq LIMIT 1""",
                (into,),
            ).fetchone()
            if holder is not None and (not holder[1] or reason):
                self._join(seq, reason, holder)
                continue
            if holder is not None:  # it is left out by a rule, and this one is not
                self._db.execute(f"UPDATE records SET state = 'skipped', match = '', {_LOST} WHERE seq = ?", holder[:1])
            if not reason:
                self._send_whole(seq)
            self._db.execute("UPDATE records SET marketo_id = ?, moved = 1 WHERE seq = ?", (into, seq))

    def _send_whole(self, seq: int) -> None:
        """What its person holds now is not known, so that all is sent, to that person."""
        self._db.execute(
            """UPDATE records SET agreed = NULL, agreed_prints = NULL, match = 'take',
                      payload = coalesce(payload, '{}'),
                      state = CASE state WHEN 'problem' THEN state ELSE 'outbox' END WHERE seq = ?""",
            (seq,),
        )

    def _join(self, seq: int, reason: str, holder: Sequence[Any]) -> None:
        """Two records have one person now: the one whose person it was keeps it, and has it filled with its own."""
        (filled,) = self._db.execute("SELECT filled FROM records WHERE seq = ?", (seq,)).fetchone()
        self._send_whole(holder[0])
        self._db.execute(
            "UPDATE records SET filled = ? WHERE seq = ?", (joined(split(filled) | split(holder[5])), holder[0])
        )
        if reason:
            self._db.execute(f"UPDATE records SET state = 'skipped', match = '', {_LOST} WHERE seq = ?", (seq,))
            return
        self._db.execute(
            f"UPDATE records SET state = 'problem', match = '', carrier = ?, {_LOST} WHERE seq = ?", (holder[0], seq)
        )
        self._db.execute(
            """INSERT OR REPLACE INTO problems (seq, code, field, detail, retry, since) VALUES (?, ?, '', ?, ?, ?)""",
            (seq, JOINED, f"{holder[2]} {holder[3]} {holder[4]}".strip(), Retry.DECISION.value, now()),
        )

    def _forget(self, person: str) -> None:
        """What waits to be sent finds out by itself; the rest is created anew when it changes.

        What was to be told to the person, and was refused, cannot be told any more.
        """
        gone = f"marketo_id = ? AND marketo_id <> '' AND entity IN {OF_PEOPLE} AND state <> 'outbox'"
        self._db.execute(
            f"""INSERT OR REPLACE INTO notices (entity, id, code, detail, since)
                SELECT entity, id, ?, ?, ? FROM records WHERE {gone} AND reason = ''""",
            (DELETED_THERE, person, now(), person),
        )
        self._db.execute(
            f"""UPDATE records SET state = CASE reason WHEN '' THEN state ELSE 'skipped' END, match = '', {_LOST}
                 WHERE {gone}""",
            (person,),
        )

    def take_over(self, run: int) -> None:
        """Of two records that became one person in Marketo the other gets it once the one that had it is left out."""
        rows = self._db.execute(
            """SELECT x.seq, y.seq, y.marketo_id, y.filled FROM problems p JOIN records x ON x.seq = p.seq
                 JOIN records y ON y.seq = x.carrier
                WHERE p.code = ? AND x.state = 'problem'
                  AND (y.reason IN ('deleted', 'filtered')
                       OR y.reason = 'merged' AND y.entity = x.entity AND y.master = x.id) ORDER BY x.seq""",
            (JOINED,),
        ).fetchall()
        heirs: dict[int, int] = {}
        for seq, holder, person, filled in rows:
            if holder in heirs:
                self._db.execute("UPDATE records SET carrier = ? WHERE seq = ?", (heirs[holder], seq))
                continue
            heirs[holder] = seq
            self._db.execute(
                """UPDATE records SET state = 'outbox', carrier = 0, run = ?, moved = 1, marketo_id = ?, filled = ?,
                          match = CASE ? WHEN '' THEN '' ELSE 'take' END, payload = coalesce(payload, '{}')
                    WHERE seq = ?""",
                (run, person, filled, person, seq),
            )
            self._db.execute("DELETE FROM problems WHERE seq = ?", (seq,))
            self._db.execute(
                f"UPDATE records SET state = 'skipped', match = '', payload = NULL, {_LOST} WHERE seq = ?", (holder,)
            )

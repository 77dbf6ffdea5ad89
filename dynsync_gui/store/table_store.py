"""How far each table has been read, and what its columns were like."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping

from dynsync_gui.domain.ends import Feed
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.storage.records import Cursor
from dynsync_gui.store.database import telling_storage_errors
from dynsync_gui.store.desk import Desk
from dynsync_gui.store.incoming import CURSORS
from dynsync_gui.store.parts import parts, places


@telling_storage_errors
class TableStore(Desk):
    """What is known of Dynamics' tables."""

    def cursor(self, entity: Entity) -> Cursor:
        """How far an entity has been read."""
        row = self._db.execute(
            "SELECT run, names, next_link, delta_link, complete, whole FROM cursors WHERE entity = ?", (entity.value,)
        ).fetchone()
        return Cursor(row[0], tuple(json.loads(row[1])), row[2], row[3], *map(bool, row[4:])) if row else Cursor()

    def move_cursor(self, entity: Entity, cursor: Cursor) -> None:
        """Keep how far it has been read."""
        names = json.dumps(cursor.names)
        self._db.execute(
            """INSERT OR REPLACE INTO cursors (entity, run, names, next_link, delta_link, complete, whole)
               VALUES (?, ?, ?, ?, ?, ?, ?)""",
            (entity.value, cursor.run, names, cursor.next_link, cursor.delta_link, cursor.complete, cursor.whole),
        )

    def compare_anew(self) -> None:
        """Take nothing for granted of what both sides were said to agree on, and read every table from its beginning.

        What Marketo told is read on from where it was read to: some of it was taken to Dynamics since, and some of it
        is what DynSync wrote itself.
        """
        self._in_parts(self._distrust())
        with self.transaction():
            feeds = [*Feed, *CURSORS]
            self._db.execute(f"DELETE FROM cursors WHERE entity NOT IN ({','.join('?' * len(feeds))})", feeds)

    def _distrust(self) -> Generator[int, None, int]:
        yield from self._incoming.doubt()
        for part, marks in parts(places(self._db, "reason = ''")):
            self._db.execute(
                f"""UPDATE records SET digest = x'', agreed = x'', agreed_prints = NULL, source = NULL
                     WHERE seq IN ({marks})""",
                part,
            )
            yield len(part)
        return 0

    def forget_seen(self, run: int, entity: Entity) -> None:
        """Let a full reading that a run begins anew meet every record again: what it met before may be gone by now."""
        self._in_parts(self._forget_seen(run, entity))

    def _forget_seen(self, run: int, entity: Entity) -> Generator[int, None, int]:
        for part, marks in parts(places(self._db, "entity = ? AND seen = ?", entity.value, run)):
            self._db.execute(f"UPDATE records SET seen = 0 WHERE seq IN ({marks})", part)
            yield len(part)
        # Last, as it tells that there is something to forget.
        self._db.execute("DELETE FROM met WHERE run = ? AND entity = ?", (run, entity.value))
        return 0

    def unseen(self, run: int, entity: Entity, after: int, limit: int) -> tuple[tuple[int, str], ...]:
        """Place and id of records that a full reading did not meet, in ledger order."""
        rows = self._db.execute(
            """SELECT seq, id FROM records WHERE +entity = ? AND seen < ? AND reason <> 'deleted' AND seq > ?
                ORDER BY seq LIMIT ?""",
            (entity.value, run, after, limit),
        )
        return tuple((seq, id_) for seq, id_ in rows)

    def labels(self, entity: Entity) -> Mapping[str, Mapping[int, str]]:
        """Labels of options by column and value, as of the last cycle."""
        found: dict[str, dict[int, str]] = {}
        for name, value, label in self._db.execute("SELECT name, value, label FROM labels WHERE entity = ?", (entity,)):
            found.setdefault(name, {})[value] = label
        return found

    def remember_labels(self, entity: Entity, labels: Mapping[str, Mapping[int, str]]) -> None:
        """Keep them for the next cycle."""
        rows = [(entity, name, value, text) for name, texts in labels.items() for value, text in texts.items()]
        with self.transaction():
            self._db.execute("DELETE FROM labels WHERE entity = ?", (entity,))
            self._db.executemany("INSERT INTO labels (entity, name, value, label) VALUES (?, ?, ?, ?)", rows)

    def types(self, entity: Entity) -> Mapping[str, str]:
        """Types of synced columns by name, as of when they were first synced."""
        return dict(self._db.execute("SELECT name, type FROM types WHERE entity = ?", (entity.value,)).fetchall())

    def remember_types(self, entity: Entity, types: Mapping[str, str]) -> None:
        """Keep the types of columns that are not known yet."""
        with self.transaction():
            self._db.executemany(
                "INSERT OR IGNORE INTO types (entity, name, type) VALUES (?, ?, ?)",
                [(entity.value, name, type_) for name, type_ in types.items()],
            )

    def forget_types(self) -> None:
        """Take every column as it is from now on."""
        with self.transaction():
            self._db.execute("DELETE FROM types")

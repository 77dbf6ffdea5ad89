"""People on their way in files; implements `domain.imports.ImportStore`."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

from dynsync_gui.domain.imports import Departure, Import, Landing, Traveller
from dynsync_gui.domain.schema import PEOPLE, Entity
from dynsync_gui.domain.storage.records import Acknowledgement, LedgerRecord
from dynsync_gui.store.database import telling_storage_errors
from dynsync_gui.store.ledger import Ledger
from dynsync_gui.store.lifecycle import Lifecycle
from dynsync_gui.store.moments import now
from dynsync_gui.store.standing import joined, split
from dynsync_gui.store.tables import OF_PEOPLE
from dynsync_gui.store.urgency import Urgency

_MAY_TRAVEL = "state = 'outbox' AND match IN ('create', 'update') AND reason = '' AND misfit <> 1"
"""Who is sent by key. A value that Marketo rules out is sent by a call, which names the field."""
_STAYS_OUT = """
    UPDATE records SET state = 'skipped', match = ''
     WHERE seq = ? AND state = 'outbox' AND reason <> '' AND marketo_id = ''
"""
"""What a rule left out while it was away, and what never arrived, has nobody to be told of."""
_AT_ONCE, _CHUNK = 5_000, 400


@dataclass(frozen=True, slots=True)
class _Landed:
    """A record of a file; `person` is empty where it did not arrive, `changed` where it is another version by now."""

    seq: int
    entity: str
    version: str
    filled: str
    linked: str
    changed: bool
    person: str


@telling_storage_errors
class Imports:
    """Statements over the tables ``imports`` and ``in_flight``.

    Args:
        connection: The database.
        transaction: All or nothing of what is done inside.
        ledger: Keeps the acknowledgements.
        lifecycle: Sends links again that came while a record was on its way.
        urgency: Told whether anybody is on the way.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        transaction: Callable[[], AbstractContextManager[None]],
        ledger: Ledger,
        lifecycle: Lifecycle,
        urgency: Urgency,
    ) -> None:
        self._db = connection
        self._transaction = transaction
        self._ledger = ledger
        self._lifecycle = lifecycle
        self._urgency = urgency
        self._look()

    def count(self) -> int:
        """See `ImportStore.count`."""
        where = f"{_MAY_TRAVEL}{self._urgency.where} AND entity IN {OF_PEOPLE}"
        (number,) = self._db.execute(f"SELECT count(*) FROM records WHERE {where}").fetchone()
        return int(number)

    def away(self) -> int:
        """See `ImportStore.away`."""
        (number,) = self._db.execute("SELECT count(*) FROM in_flight").fetchone()
        return int(number)

    def candidates(self, after: int, limit: int) -> tuple[LedgerRecord, ...]:
        """See `ImportStore.candidates`."""
        return self._ledger.select(_MAY_TRAVEL, PEOPLE, after, limit)

    def begin(self, rows: Sequence[Departure]) -> tuple[int, frozenset[int]]:
        """See `ImportStore.begin`."""
        with self._transaction():
            number = self._db.execute("INSERT INTO imports (sent) VALUES (?)", (now(),)).lastrowid
            if number is None:
                raise AssertionError("an INSERT has a row id")
            self._db.executemany(
                f"""INSERT INTO in_flight (seq, import, version, digest, person, filled, linked)
                    SELECT seq, ?, version, digest, CASE match WHEN 'update' THEN marketo_id ELSE '' END, ?, ?
                      FROM records WHERE seq = ? AND version = ? AND {_MAY_TRAVEL}""",
                [(number, joined(row.filled), row.linked, row.seq, row.version) for row in rows],
            )
            left = self._db.execute("SELECT seq FROM in_flight WHERE import = ?", (number,)).fetchall()
        self._urgency.away = True
        return number, frozenset(seq for (seq,) in left)

    def keep_batch(self, number: int, batch: str) -> None:
        """See `ImportStore.keep_batch`."""
        with self._transaction():
            self._db.execute("UPDATE imports SET batch = ? WHERE number = ?", (batch, number))

    def open(self) -> tuple[Import, ...]:
        """See `ImportStore.open`."""
        rows = self._db.execute("SELECT number, batch, sent FROM imports ORDER BY number")
        return tuple(Import(row[0], row[1], datetime.fromisoformat(row[2]).astimezone(UTC)) for row in rows)

    def travellers(self, number: int) -> Mapping[str, Traveller]:
        """See `ImportStore.travellers`."""
        rows = self._db.execute(
            "SELECT r.id, r.entity, f.person FROM in_flight f JOIN records r ON r.seq = f.seq WHERE f.import = ?",
            (number,),
        )
        return {id_: Traveller(Entity(entity), person) for id_, entity, person in rows}

    def land(self, run: int, number: int, ids: Mapping[str, str], failed: Collection[str]) -> Landing:
        """See `ImportStore.land`; so many at a time, each time all or nothing."""
        counts: Counter[Entity] = Counter()
        overtaken, landing = False, True
        while landing:
            with self._transaction():
                rows = self._db.execute(
                    """SELECT r.seq, r.id, r.entity, f.version, f.filled, f.linked,
                              r.state = 'outbox' AND r.match IN ('create', 'update')
                              AND r.version = f.version AND r.digest IS f.digest
                         FROM in_flight f JOIN records r ON r.seq = f.seq WHERE f.import = ? LIMIT ?""",
                    (number, _AT_ONCE),
                ).fetchall()
                people = [
                    _Landed(seq, entity, version, filled, linked, not same, "" if id_ in failed else ids.get(id_, ""))
                    for seq, id_, entity, version, filled, linked, same in rows
                ]
                counts += self._settle(run, people)
                landing = len(rows) == _AT_ONCE
                if not landing:
                    self._forget(number)
            overtaken = overtaken or any(one.changed for one in people)
        self._look()
        return Landing(counts, overtaken)

    def _settle(self, run: int, people: Sequence[_Landed]) -> Counter[Entity]:
        """Acknowledge who arrived.

        Who changed while away is not acknowledged, but what is in Marketo by now is kept, so that the newer version
        finds it. Whose person went into another one meanwhile keeps that, or gave it up.
        """
        taken = [one for one in people if one.person and not one.changed]
        self._db.executemany("DELETE FROM in_flight WHERE seq = ?", [(one.seq,) for one in people])
        self._ledger.acknowledge(
            [Acknowledgement(one.seq, one.version, one.person, split(one.filled), one.linked) for one in taken]
        )
        self._db.executemany(
            """UPDATE records SET marketo_id = ?, filled = ?, moved = 1
                WHERE seq = ? AND marketo_id IN ('', ?) AND state <> 'problem'""",
            [(one.person, one.filled, one.seq, one.person) for one in people if one.person and one.changed],
        )
        self._db.executemany(_STAYS_OUT, [(one.seq,) for one in people])
        for start in range(0, len(taken), _CHUNK):
            self._lifecycle.send_links(run, [one.seq for one in taken[start : start + _CHUNK]])
        return Counter(Entity(one.entity) for one in taken)

    def call_back(self, number: int) -> None:
        """See `ImportStore.call_back`."""
        with self._transaction():
            rows = self._db.execute("SELECT seq FROM in_flight WHERE import = ?", (number,)).fetchall()
            self._db.executemany(_STAYS_OUT, rows)
            self._forget(number)
        self._look()

    def _forget(self, number: int) -> None:
        self._db.execute("DELETE FROM in_flight WHERE import = ?", (number,))
        self._db.execute("DELETE FROM imports WHERE number = ?", (number,))

    def _look(self) -> None:
        (self._urgency.away,) = map(bool, self._db.execute("SELECT EXISTS (SELECT 1 FROM in_flight)").fetchone())

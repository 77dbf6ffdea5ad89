"""What matching asks of the ledger about people, and what it found out; the caller holds the transaction."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Generator, Iterator, Mapping, Sequence

from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.storage.records import Decision, Match, SharedEmail
from dynsync_gui.store.parts import parts, places
from dynsync_gui.store.payloads import KEPT
from dynsync_gui.store.standing import joined
from dynsync_gui.store.tables import OF_PEOPLE, OF_ROLES
from dynsync_gui.store.urgency import Urgency

_UNMATCHED = f"""
    records INDEXED BY records_unmatched
     WHERE state = 'outbox' AND match = '' AND email <> '' AND entity IN {OF_PEOPLE}
"""
"""People to be found by e-mail: exactly what that index holds, so that nothing else is looked at."""
_CREATE = "UPDATE OR ROLLBACK records SET match = 'create', agreed_prints = NULL, spared = ''"


class Decisions:
    """Statements over what is not decided yet.

    Args:
        connection: The database.
        urgency: Whether only urgent records are looked at.
    """

    def __init__(self, connection: sqlite3.Connection, urgency: Urgency) -> None:
        self._db = connection
        self._urgency = urgency

    def undecided_emails(self, entity: Entity, after: int, limit: int) -> tuple[SharedEmail, ...]:
        """See `SyncStore.undecided_emails`."""
        index = "records_urgent" if self._urgency.only else "records_by_state"
        met = self._db.execute(
            f"""SELECT email, seq FROM records INDEXED BY {index}
                 WHERE state = 'outbox' AND match = '' AND email <> ''{self._urgency.where} AND entity = ? AND seq > ?
                 ORDER BY seq LIMIT ?""",
            (entity.value, after, limit),
        ).fetchall()
        if not met:
            return ()
        first: dict[str, int] = {}
        for email, seq in met:
            first.setdefault(email, seq)
        sharing: dict[str, list[tuple[bool, str, str, int]]] = {email: [] for email in first}
        marks = ",".join("?" * len(first))
        for email, *order in self._db.execute(
            f"""SELECT email, entity <> 'contact', created, id, seq FROM {_UNMATCHED}{self._urgency.where}
                   AND email IN ({marks})""",
            tuple(first),
        ):
            sharing[email].append(tuple(order))
        return tuple(
            SharedEmail(email, tuple(seq for *_, seq in sorted(sharing[email])), seq) for email, seq in first.items()
        )

    def claimed(self, persons: Sequence[str]) -> frozenset[str]:
        """See `SyncStore.claimed`."""
        marks = ",".join("?" * len(persons))
        rows = self._db.execute(
            f"""SELECT marketo_id FROM records
                 WHERE marketo_id IN ({marks}) AND marketo_id <> '' AND entity IN {OF_PEOPLE}""",
            tuple(persons),
        )
        return frozenset(row[0] for row in rows)

    def reopen_emails(self, emails: Sequence[str]) -> int:
        """See `SyncStore.reopen_emails`."""
        marks = ",".join("?" * len(emails))
        return self._db.execute(
            f"""UPDATE records SET match = '' WHERE email IN ({marks}) AND state = 'outbox' AND match = 'create'
                   AND marketo_id = '' AND entity IN {OF_PEOPLE}""",
            tuple(emails),
        ).rowcount

    def decide(self, decisions: Sequence[Decision]) -> None:
        """See `SyncStore.decide`."""
        settled, waiting, spared, roles, more = [], [], [], [], []
        only_filled = self._spared([one.seq for one in decisions])
        for one in decisions:
            if "-" in one.marketo_id:
                roles.append((one.marketo_id, one.seq))
            before = json.dumps(one.before, separators=(",", ":")) if one.before else None
            if one.unchanged:
                settled.append((one.marketo_id, one.marketo_id, joined(one.filled), one.linked, one.seq))
                continue
            waiting.append((one.match.value, *(one.marketo_id,) * 4, before, one.match.value, one.seq))
            if one.filled:
                more.append((joined(one.filled), one.seq))
            if names := only_filled.get(one.seq):  # what was found empty is filled
                kept = names - (one.before or {}).keys() if one.match is not Match.CREATE else frozenset()
                spared.append((joined(kept), one.seq))
        # Which connection a role stands for may change, as Dynamics keeps each twice: the one before lets go of it.
        self._db.executemany(
            f"""UPDATE records SET marketo_id = '', agreed = NULL, agreed_prints = NULL,
                                   state = CASE match WHEN 'delete' THEN 'skipped' ELSE state END
                WHERE marketo_id = ? AND marketo_id <> '' AND seq <> ? AND entity IN {OF_ROLES}""",
            roles,
        )
        self._db.executemany(
            f"""UPDATE records SET state = 'unchanged', moved = max(moved, marketo_id <> ?), marketo_id = ?, filled = ?,
                                   linked = ?, agreed = digest, payload = {KEPT}, match = '',
                                   agreed_prints = coalesce(prints, agreed_prints), prints = NULL, unsure = NULL
                WHERE seq = ? AND state = 'outbox'""",
            settled,
        )
        self._db.executemany(
            """UPDATE records SET match = ?, moved = max(moved, ? <> '' AND marketo_id <> ?),
                                  marketo_id = CASE WHEN ? = '' THEN marketo_id ELSE ? END, before = ?,
                                  agreed_prints = CASE WHEN ? = 'update' THEN agreed_prints END
                WHERE seq = ? AND state = 'outbox'""",
            waiting,
        )
        self._db.executemany("UPDATE records SET spared = ? WHERE seq = ?", spared)
        self._db.executemany("UPDATE records SET filled = ? WHERE seq = ? AND state = 'outbox'", more)

    def _spared(self, seqs: Sequence[int]) -> Mapping[int, frozenset[str]]:
        marks = ",".join("?" * len(seqs))
        rows = self._db.execute(f"SELECT seq, spared FROM records WHERE spared <> '' AND seq IN ({marks})", seqs)
        return {seq: frozenset(names.split(",")) for seq, names in rows}

    def decide_rest(self, entities: Sequence[Entity] = ()) -> Generator[int, None, int]:
        """See `SyncStore.decide_rest`; of some tables only, where they are named. In steps (`Desk._in_parts`)."""
        of_these = f" AND entity IN ({','.join('?' * len(entities))})" if entities else ""
        rest = f"state = 'outbox' AND match = ''{of_these}{self._urgency.where}"
        yield from self._create(places(self._db, rest, *entities))
        return 0

    def decide_new(self, seqs: Sequence[int]) -> None:
        """See `SyncStore.decide_new`."""
        for _ in self._create(array("q", seqs)):
            pass

    def _create(self, seqs: array[int]) -> Iterator[int]:
        for part, marks in parts(seqs):
            self._db.execute(f"{_CREATE} WHERE seq IN ({marks})", part)
            yield len(part)

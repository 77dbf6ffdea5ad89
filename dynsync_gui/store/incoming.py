"""Changes of Marketo's persons that wait to be taken to Dynamics; implements `domain.incoming.IncomingStore`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from dynsync_gui.domain.findings.records import CHANGE_REFUSED, CHANGE_UNFIT, STAYS_UNSUBSCRIBED
from dynsync_gui.domain.fingerprint import entries, entry, holds, replaced, without
from dynsync_gui.domain.incoming import Incoming, Kept
from dynsync_gui.domain.mass_change import Alarm
from dynsync_gui.domain.ports.marketo import ChangeOrder, PersonChange
from dynsync_gui.domain.schema import UNSUBSCRIBED, Entity
from dynsync_gui.domain.storage.records import StagedRecord
from dynsync_gui.store.parts import parts, places
from dynsync_gui.store.standing import joined, split
from dynsync_gui.store.tables import OF_PEOPLE

_MARK = "marketo"
"""The name under which the cursor of Marketo's changes is kept beside those of Dynamics' tables."""

_FILE = "marketo-file"
"""Likewise of a file of changes: its number, and the moment at which it ends on both clocks."""

CURSORS = (_MARK, _FILE)

_MAIL_ALLOWED = frozenset({entry(UNSUBSCRIBED, False)})
_BY_PERSON = "marketo_id <> ''"
"""What SQLite has to be told so that it takes the index, which leaves out who has no person."""


class _Written(NamedTuple):
    """What of a person may have been written by DynSync.

    Attributes:
        seq: Place of the record that it belongs to.
        agreed: The values that both sides agreed on.
        copied: Those of the copy that the database was restored from, until all that was told since is read.
        touched: Whether the record changed since that copy, so that it may have been written with any value.
        muted: Whether a person of ours may have gone into it since.
        unsubscribed: Whether it is told already that the person stays so, though Dynamics allows mail again.
    """

    seq: int
    agreed: frozenset[bytes]
    copied: frozenset[bytes]
    touched: bool
    muted: bool
    unsubscribed: bool

    def wrote(self, change: PersonChange) -> bool:
        """Whether a change is an echo; after the copy was made, only what somebody did by hand surely is none.

        A consent that was withdrawn is news all the same.
        """
        told = self.unsubscribed if change.field == UNSUBSCRIBED else self.muted
        if told or self._held(self.agreed, change):
            return True
        if change.by_hand is not False:
            return False
        return self._held(self.copied, change) or (self.touched and change.field != UNSUBSCRIBED)

    @staticmethod
    def _held(prints: frozenset[bytes], change: PersonChange) -> bool:
        return change.after is not None and holds(prints, change.field, change.after)


class IncomingChanges:
    """Statements over the table ``incoming``; the caller holds the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def token(self) -> str:
        """See `IncomingStore.change_token`."""
        row = self._db.execute("SELECT delta_link FROM cursors WHERE entity = ?", (_MARK,)).fetchone()
        return str(row[0]) if row else ""

    def keep(self, changes: Sequence[PersonChange], token: str, *, more: bool) -> None:
        """See `IncomingStore.keep_changes`."""
        self._allow_mail({change.person for change in changes if _allows_mail(change)})
        records = self._records_of({change.person for change in changes})
        theirs = [(change, record) for change in changes for record in records.get(change.person, ())]
        self._db.executemany(
            "INSERT OR IGNORE INTO incoming (seq, field, before) VALUES (?, ?, ?)",
            [(record.seq, change.field, change.before) for change, record in theirs if not record.wrote(change)],
        )
        if self._db.execute("SELECT 1 FROM incoming LIMIT 1").fetchone():
            self._db.executemany(
                "UPDATE incoming SET after = ? WHERE seq = ? AND field = ?",
                [(change.after, record.seq, change.field) for change, record in theirs],
            )
        touched = {(record.seq, change.field) for change, record in theirs}
        self._retake(sorted(touched), "? AND field = ?")
        self._db.execute(
            """INSERT INTO cursors (entity, run, names, next_link, delta_link, complete) VALUES (?, 0, '[]', '', ?, 1)
               ON CONFLICT (entity) DO UPDATE SET delta_link = excluded.delta_link""",
            (_MARK, token),
        )
        if not more:
            self._db.execute("DELETE FROM muted")
            self._db.execute("DELETE FROM copied")

    def order(self) -> ChangeOrder | None:
        """See `IncomingStore.change_order`."""
        row = self._db.execute("SELECT next_link, delta_link, names FROM cursors WHERE entity = ?", (_FILE,)).fetchone()
        if row is None:
            return None
        told = json.loads(row[2])
        until, looked = told if isinstance(told, list) else (told, None)  # an earlier version kept the one moment alone
        return ChangeOrder(
            row[0], row[1], datetime.fromisoformat(until), datetime.fromisoformat(looked) if looked else None
        )

    def keep_order(self, order: ChangeOrder | None) -> None:
        """See `IncomingStore.keep_order`."""
        self._db.execute("DELETE FROM cursors WHERE entity = ?", (_FILE,))
        if order is not None:
            moments = [order.until.isoformat(), order.looked.isoformat() if order.looked else None]
            self._db.execute(
                """INSERT INTO cursors (entity, run, names, next_link, delta_link, complete)
                   VALUES (?, 0, ?, ?, ?, 0)""",
                (_FILE, json.dumps(moments), order.id, order.ends),
            )

    def mute_survivors(self) -> None:
        """See `IncomingStore.mute_survivors`."""
        self._db.execute(
            "INSERT OR IGNORE INTO muted SELECT carrier FROM records WHERE match = 'merge' AND state = 'outbox'"
        )

    def survivors(self) -> Collection[str]:
        """See `IncomingStore.survivors`."""
        rows = self._db.execute(
            "SELECT marketo_id FROM muted m CROSS JOIN records r ON r.seq = m.seq WHERE marketo_id <> ''"
        )
        return [person for (person,) in rows]

    def about_to_merge(self) -> Mapping[str, int]:
        """See `IncomingStore.about_to_merge`; where one has gone into the same person already nobody can tell."""
        rows = self._db.execute(
            """SELECT marketo_id, carrier FROM muted m CROSS JOIN records r ON r.carrier = m.seq AND r.carrier <> 0
                WHERE match = 'merge' AND marketo_id <> ''
                  AND NOT EXISTS (SELECT 1 FROM records g WHERE g.carrier <> 0 AND g.carrier = r.carrier
                                     AND g.marketo_id = '')"""
        )
        return dict(rows.fetchall())

    def listen_to(self, seqs: Collection[int]) -> None:
        """See `IncomingStore.listen_to`."""
        self._db.executemany("DELETE FROM muted WHERE seq = ?", [(seq,) for seq in seqs])

    def doubt(self) -> Iterator[int]:
        """Remember what both sides agreed on, as what is read on from here was dealt with in part already.

        In steps (`Desk._in_parts`); what was remembered and is no longer agreed on stays.
        """
        self._db.execute("DELETE FROM incoming")
        for part, marks in parts(places(self._db, f"{_BY_PERSON} AND entity IN {OF_PEOPLE}")):
            self._db.execute(
                f"""INSERT INTO copied SELECT seq, version, agreed_prints FROM records WHERE seq IN ({marks})
                    ON CONFLICT (seq) DO UPDATE SET version = excluded.version, agreed = excluded.agreed
                     WHERE excluded.agreed IS NOT NULL""",
                part,
            )
            yield len(part)

    def _records_of(self, persons: Collection[str]) -> Mapping[str, list[_Written]]:
        """The records that persons belong to."""
        marks = ",".join("?" * len(persons))
        rows = self._db.execute(
            f"""SELECT r.marketo_id, r.seq, r.agreed_prints, c.agreed, c.version <> r.version,
                       r.seq IN (SELECT seq FROM muted),
                       EXISTS (SELECT 1 FROM notices n WHERE n.entity = r.entity AND n.id = r.id
                                  AND n.code = '{STAYS_UNSUBSCRIBED}')
                  FROM records r LEFT JOIN copied c ON c.seq = r.seq
                 WHERE r.marketo_id IN ({marks}) AND {_BY_PERSON} AND r.entity IN {OF_PEOPLE}
                   AND r.state <> 'skipped' AND r.match <> 'merge'""",
            tuple(persons),
        )
        found: dict[str, list[_Written]] = {}
        for person, seq, agreed, copied, *yes in rows:
            written = _Written(seq, entries(agreed or b""), entries(copied or b""), *map(bool, yes))
            found.setdefault(person, []).append(written)
        return found

    def _allow_mail(self, persons: Collection[str]) -> None:
        """Tell no longer that persons stay unsubscribed: somebody allowed mail to them in Marketo, too."""
        self._db.executemany(
            f"""DELETE FROM notices WHERE code = ?
                   AND (entity, id) IN (SELECT entity, id FROM records WHERE marketo_id = ? AND {_BY_PERSON})""",
            [(STAYS_UNSUBSCRIBED, person) for person in persons],
        )

    def retake(self, records: Sequence[StagedRecord]) -> None:
        """Look again at what was kept aside of records that come in another version; before that is in the ledger."""
        rows = ((one.entity.value, one.id, one.version) for one in records)
        self._retake(rows, "(SELECT seq FROM records WHERE entity = ? AND id = ? AND version <> ?)")

    def _retake(self, rows: Iterable[tuple[Any, ...]], seq: str) -> None:
        if self._db.execute("SELECT 1 FROM incoming WHERE kept <> '' LIMIT 1").fetchone():
            self._db.executemany(f"UPDATE incoming SET kept = '' WHERE kept <> '' AND seq = {seq}", rows)

    def waiting(self, entity: Entity, after: int, limit: int) -> tuple[Incoming, ...]:
        """See `IncomingStore.incoming`."""
        rows = self._db.execute(
            """SELECT r.seq, r.id, r.marketo_id, json_group_array(json_array(i.field, i.before)),
                      CASE WHEN r.state = 'outbox' THEN r.payload END, r.agreed_prints, r.unsure
                 FROM incoming i CROSS JOIN records r ON r.seq = i.seq
                WHERE r.entity = ? AND i.seq > ? AND i.kept = '' AND r.marketo_id <> ''
                GROUP BY i.seq ORDER BY i.seq LIMIT ?""",
            (entity.value, after, limit),
        )
        return tuple(
            Incoming(
                *(seq, id_, person, _by_field(json.loads(before)), json.loads(payload) if payload else None),
                *(agreed or b"", unsure or b""),
            )
            for seq, id_, person, before, payload, agreed, unsure in rows
        )

    def alarm(self, entity: Entity, fields: Sequence[str]) -> None:
        """See `IncomingStore.alarm`; a field that was empty before may have been empty all the time for Dynamics."""
        marks = ",".join("?" * len(fields))
        self._db.execute(
            f"""UPDATE incoming SET alarm = CASE
                       WHEN field NOT IN ({marks}) THEN ''
                       WHEN field = '{UNSUBSCRIBED}' THEN iif(after IN ('true', '1'), '{Alarm.OPTED_OUT}', '')
                       WHEN after = '' AND NOT EXISTS (
                            SELECT 1 FROM incoming b WHERE b.seq = incoming.seq AND b.field = incoming.field
                               AND b.before = '') THEN '{Alarm.EMPTIED}'
                       ELSE '' END
                 WHERE kept = '' AND seq IN (SELECT seq FROM records WHERE entity = ?)""",
            (*fields, entity.value),
        )

    def alarms(self) -> Mapping[tuple[Entity, Alarm], int]:
        """How many records changes would touch in ways worth asking about."""
        rows = self._db.execute(
            """SELECT r.entity, i.alarm, count(DISTINCT i.seq) FROM incoming i CROSS JOIN records r ON r.seq = i.seq
                WHERE i.alarm <> '' AND i.kept = '' GROUP BY 1, 2"""
        )
        return {(Entity(entity), Alarm(name)): count for entity, name, count in rows}

    def settle(self, seqs: Sequence[int]) -> None:
        """See `IncomingStore.settle_incoming`."""
        self._db.executemany("DELETE FROM incoming WHERE seq = ?", [(seq,) for seq in seqs])
        self._unlist(seqs)

    def keep_aside(self, seq: int, kept: Mapping[str, Kept]) -> None:
        """See `IncomingStore.keep_aside`."""
        rows = self._db.execute("SELECT field, before FROM incoming WHERE seq = ? AND kept = ''", (seq,)).fetchall()
        self._db.execute("DELETE FROM incoming WHERE seq = ? AND kept = ''", (seq,))
        self._unlist([seq])
        self._db.executemany(
            "INSERT INTO incoming (seq, field, before, kept) VALUES (?, ?, ?, ?)",
            [(seq, field, before, kept[field].value) for field, before in rows if field in kept],
        )

    def _unlist(self, seqs: Sequence[int]) -> None:
        """Tell no longer that a change was not taken, where none is left."""
        self._db.executemany(
            """DELETE FROM notices WHERE code IN (?, ?)
                  AND (entity, id) = (SELECT entity, id FROM records WHERE seq = ?)
                  AND NOT EXISTS (SELECT 1 FROM incoming WHERE seq = ? AND kept IN (?, ?))""",
            [(CHANGE_REFUSED, CHANGE_UNFIT, seq, seq, Kept.REFUSED, Kept.UNFIT) for seq in seqs],
        )

    def insist(self, seq: int, name: str, value: Any, held: Any) -> None:
        """See `IncomingStore.insist`."""
        row = self._db.execute(
            "SELECT state, payload, agreed_prints, before FROM records WHERE seq = ? AND marketo_id <> ''", (seq,)
        ).fetchone()
        if row is None or row[0] not in {"outbox", "acknowledged", "unchanged"}:
            return
        state, payload, agreed, before = row
        lost = {**json.loads(before or "{}"), name: held}
        values = {**(json.loads(payload or "{}") if state == "outbox" else {}), name: value}
        self._db.execute(
            """UPDATE records SET state = 'outbox', match = CASE match WHEN '' THEN 'take' ELSE match END, payload = ?,
                      prints = CASE state WHEN 'outbox' THEN prints ELSE agreed_prints END, agreed_prints = ?,
                      before = ?
                WHERE seq = ?""",
            (_json(values), without(agreed or b"", name), _json(lost), seq),
        )

    def keep_held(self, seq: int, values: Mapping[str, Any]) -> None:
        """See `IncomingStore.keep_held`."""
        row = self._db.execute("SELECT filled, agreed_prints, prints FROM records WHERE seq = ?", (seq,)).fetchone()
        empty = {name for name, value in values.items() if value in (None, "")}
        if row is not None:
            filled = (split(row[0]) | values.keys()) - empty
            agreed, coming = (prints and replaced(prints, values) for prints in row[1:])
            self._db.execute(
                "UPDATE records SET filled = ?, agreed_prints = ?, prints = ? WHERE seq = ?",
                (joined(filled), agreed, coming, seq),
            )

    def let_marketo_win(self, seq: int, values: Mapping[str, Any]) -> None:
        """See `IncomingStore.let_marketo_win`."""
        row = self._db.execute("SELECT payload FROM records WHERE seq = ? AND state = 'outbox'", (seq,)).fetchone()
        if row and row[0]:
            payload = json.loads(row[0]) | values
            self._db.execute("UPDATE records SET payload = ? WHERE seq = ?", (_json(payload), seq))


def _allows_mail(change: PersonChange) -> bool:
    named = change.field == UNSUBSCRIBED and change.after is not None
    return named and holds(_MAIL_ALLOWED, UNSUBSCRIBED, change.after or "")


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, separators=(",", ":"))


def _by_field(pairs: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    held: dict[str, list[str]] = {}
    for field, before in pairs:
        held.setdefault(field, []).append(before)
    return {field: tuple(values) for field, values in held.items()}

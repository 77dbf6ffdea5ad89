"""Values that Marketo refused and that somebody chose to leave out: each until it is another one in Dynamics."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from dynsync_gui.domain.fingerprint import entry, without
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.storage.records import Fit, StagedRecord

_CHUNK = 400
Key = tuple[Entity, str]


@dataclass(slots=True)
class _Kept:
    seq: int
    prints: dict[str, bytes] = field(default_factory=dict)


class Withheld:
    """Statements over the table ``withheld``; the caller holds the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def withhold(self, ids: Collection[str], since: str) -> tuple[str, ...]:
        """Take the value that a problem names out of what waits to be sent.

        Args:
            ids: Records that were set aside; none for all of them.
            since: The time, as it is stored.

        Returns:
            The ids of those whose problem names a value.
        """
        named = f"AND r.id IN ({','.join('?' * len(ids))})" if ids else ""
        rows = self._db.execute(
            f"""SELECT r.seq, r.id, r.payload, r.prints, r.digest, p.field
                  FROM problems p JOIN records r ON r.seq = p.seq
                 WHERE r.state = 'problem' AND r.reason = '' AND p.field <> '' {named}""",
            tuple(ids),
        ).fetchall()
        found = []
        for seq, id_, text, prints, digest, asked in rows:
            payload = json.loads(text or "{}")
            name = next((name for name in payload if name.lower() == asked.lower()), "")
            if not name:
                continue
            found.append(id_)
            self._db.execute(
                "INSERT OR REPLACE INTO withheld (seq, field, print, since) VALUES (?, ?, ?, ?)",
                (seq, name, entry(name, payload.pop(name)), since),
            )
            self._db.execute(
                "UPDATE records SET payload = ?, prints = ?, digest = ? WHERE seq = ?",
                (
                    json.dumps(payload, separators=(",", ":")),
                    prints and without(prints, name),
                    _less(digest, name),
                    seq,
                ),
            )
        return tuple(found)

    def taken_off(self, records: Sequence[StagedRecord]) -> Sequence[StagedRecord]:
        """Records as read without what is withheld of them; a value that is another one now is so no longer."""
        if not self._db.execute("SELECT EXISTS (SELECT 1 FROM withheld)").fetchone()[0]:
            return records
        kept: dict[Key, _Kept] = {}
        for entity in dict.fromkeys(record.entity for record in records):
            kept |= self._of(entity, [record.id for record in records if record.entity is entity])
        if not kept:
            return records
        return [
            self._less(record, kept[key]) if (key := (record.entity, record.id)) in kept else record
            for record in records
        ]

    def of(self, entity: Entity, ids: Sequence[str]) -> Mapping[str, Mapping[str, bytes]]:
        """What is withheld of records, by id and Marketo field, as `fingerprint.entry`."""
        return {id_: one.prints for (_, id_), one in self._of(entity, ids).items()}

    def give_up(self, entity: Entity, id_: str) -> None:
        """Withhold nothing of a record any more."""
        self._db.execute(
            "DELETE FROM withheld WHERE seq IN (SELECT seq FROM records WHERE entity = ? AND id = ?)", (entity, id_)
        )

    def _of(self, entity: Entity, ids: Sequence[str]) -> dict[Key, _Kept]:
        found: dict[Key, _Kept] = {}
        for start in range(0, len(ids), _CHUNK):
            part = ids[start : start + _CHUNK]
            marks = ",".join("?" * len(part))
            for id_, seq, name, print_ in self._db.execute(
                f"""SELECT r.id, w.seq, w.field, w.print FROM withheld w JOIN records r ON r.seq = w.seq
                     WHERE r.entity = ? AND r.id IN ({marks})""",
                (entity.value, *part),
            ):
                found.setdefault((entity, id_), _Kept(seq)).prints[name] = print_
        return found

    def _less(self, record: StagedRecord, kept: _Kept) -> StagedRecord:
        if record.skip is not None:
            return record
        payload = dict(record.payload or {})
        for name, print_ in kept.prints.items():
            if name not in payload or entry(name, payload[name]) != print_:
                self._db.execute("DELETE FROM withheld WHERE seq = ? AND field = ?", (kept.seq, name))
                continue
            del payload[name]
            prints = without(record.prints, name)
            record = record._replace(payload=payload, prints=prints, digest=_less(record.digest, name))
            record = _unrefused(record, name)
        return record


def _unrefused(record: StagedRecord, name: str) -> StagedRecord:
    """A record of which nothing is refused any more once the one value is out; whether one is altered, is looked at."""
    refused = record.refused - {name}
    return record._replace(refused=refused, fit=Fit.ALTERED if record.refused and not refused else record.fit)


def _less(digest: bytes, name: str) -> bytes:
    """The digest of a record without a value, whose own was this."""
    return hashlib.blake2b((digest or b"") + name.encode(), digest_size=16).digest()

"""The ledger: one row per Dynamics record, and where its latest version stands."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.schema import COMPANY_KEY, PEOPLE, Entity
from dynsync_gui.domain.storage import (
    Acknowledgement,
    Decision,
    LedgerRecord,
    Match,
    Refusal,
    SharedEmail,
    StagedRecord,
)
from dynsync_gui.store.agreement import agreed_prints, is_agreed, only_fills

_PEOPLE = "('" + "', '".join(PEOPLE) + "')"
_ID_CHUNK = 400

_LEDGER_RECORD = """
    SELECT r.seq, r.entity, r.id, r.version, r.payload, r.email, r.created, r.parent, r.match, r.marketo_id, r.filled,
           coalesce(p.marketo_id <> '', 0), coalesce(p.marketo_id <> '' OR p.state = 'outbox', 0),
           r.agreed_prints, r.spared
      FROM records r LEFT JOIN records p ON r.parent <> '' AND p.entity = 'account' AND p.id = r.parent
"""


def now() -> str:
    """The time as it is stored: UTC, ISO 8601, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Ledger:
    """Statements over the table ``records``; the caller holds the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def stage(self, run: int, records: Sequence[StagedRecord]) -> None:
        """Take versions in; see `SyncStore.stage`."""
        known = self._known(records)
        superseded = 0
        rows = []
        for record in records:
            held = known.get((record.entity.value, record.id))
            if held and held["run"] == run:
                if held["version"] != record.version:
                    superseded += 1
                elif held["digest"] == record.digest:
                    continue
            agreed = agreed_prints(record, held)
            state, reason = self._state(record, held, agreed)
            if state == "unchanged" and record.prints:  # a field that is no longer chosen is forgotten with that
                agreed = record.prints
            fills = state == "outbox" and only_fills(record, held, agreed)
            spared = record.spared - record.new if fills else record.spared
            payload = None if state == "skipped" else json.dumps(record.payload, separators=(",", ":"))
            rows.append(
                (
                    *(record.entity.value, record.id, run, record.version, state, reason, record.name),
                    *(record.email, record.created, record.parent, record.link, record.qualified, record.misfit),
                    *(payload, record.digest, record.prints, agreed, _joined(spared)),
                    Match.ADOPT.value if fills else "",
                )
            )
        self._db.executemany(
            """INSERT INTO records (entity, id, run, version, state, reason, name, email, created, parent, link,
                                    qualified, misfit, payload, digest, prints, agreed_prints, spared, match)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (entity, id) DO UPDATE SET
                   run = excluded.run, version = excluded.version, state = excluded.state, reason = excluded.reason,
                   name = excluded.name, email = excluded.email, created = excluded.created,
                   parent = excluded.parent, link = excluded.link, qualified = excluded.qualified,
                   misfit = excluded.misfit, payload = excluded.payload, digest = excluded.digest,
                   prints = excluded.prints, agreed_prints = excluded.agreed_prints, spared = excluded.spared,
                   match = excluded.match, before = NULL""",
            rows,
        )
        self._db.executemany(
            """DELETE FROM problems WHERE seq IN
               (SELECT seq FROM records WHERE entity = ? AND id = ? AND state <> 'problem')""",
            [key for key, held in known.items() if held["state"] == "problem"],
        )
        if superseded:
            self._db.execute("UPDATE runs SET superseded = superseded + ? WHERE id = ?", (superseded, run))

    def _known(self, records: Sequence[StagedRecord]) -> Mapping[tuple[str, str], sqlite3.Row]:
        found: dict[tuple[str, str], sqlite3.Row] = {}
        for start in range(0, len(records), _ID_CHUNK):
            part = records[start : start + _ID_CHUNK]
            marks = ",".join("?" * len(part))
            cursor = self._db.execute(
                f"""SELECT r.entity, r.id, r.run, r.version, r.state, r.digest, r.agreed, r.prints, r.agreed_prints,
                           r.filled, r.marketo_id, p.retry
                      FROM records r LEFT JOIN problems p ON p.seq = r.seq
                     WHERE r.entity = ? AND r.id IN ({marks})""",
                (part[0].entity.value, *(record.id for record in part)),
            )
            cursor.row_factory = sqlite3.Row
            found.update({(row["entity"], row["id"]): row for row in cursor})
        return found

    @staticmethod
    def _state(record: StagedRecord, held: sqlite3.Row | None, agreed: bytes | None) -> tuple[str, str]:
        if record.skip is not None:
            return "skipped", record.skip.value
        if is_agreed(record, held, agreed):
            return "unchanged", ""
        refused_as_is = held is not None and held["state"] == "problem" and held["digest"] == record.digest
        if refused_as_is and held is not None and held["retry"] == Retry.WHEN_CHANGED:
            return "problem", ""
        return "outbox", ""

    def fold_leads(self) -> int:
        """See `SyncStore.fold_leads`."""
        return self._db.execute(
            """UPDATE records SET state = 'skipped', reason = 'folded', payload = NULL
                WHERE entity = 'lead' AND state = 'outbox' AND qualified = 1
                  AND (EXISTS (SELECT 1 FROM records c WHERE c.entity = 'contact' AND c.id = records.link
                                                         AND records.link <> '' AND c.state <> 'skipped')
                    OR EXISTS (SELECT 1 FROM records c WHERE c.link = records.id AND c.link <> ''
                                                         AND c.entity = 'contact' AND c.state <> 'skipped'))"""
        ).rowcount

    def inherit_persons(self) -> int:
        """See `SyncStore.inherit_persons`."""
        rows = self._db.execute(
            """SELECT c.seq, l.seq, l.marketo_id FROM records l
                 JOIN records c ON c.entity = 'contact' AND c.state = 'outbox' AND c.marketo_id = ''
                               AND (c.id = l.link OR (c.link <> '' AND c.link = l.id))
                WHERE l.entity = 'lead' AND l.state = 'skipped' AND l.reason = 'folded' AND l.marketo_id <> ''"""
        ).fetchall()
        taken: set[str] = set()
        for contact, lead, person in rows:
            if person not in taken:
                taken.add(person)
                self._db.execute("UPDATE records SET match = 'adopt', marketo_id = ? WHERE seq = ?", (person, contact))
                self._db.execute(
                    "UPDATE records SET marketo_id = '', agreed = NULL, agreed_prints = NULL WHERE seq = ?", (lead,)
                )
        return len(taken)

    def undecided(self, entities: Sequence[Entity], after: int, limit: int) -> tuple[LedgerRecord, ...]:
        """See `SyncStore.undecided`."""
        return self._select("r.state = 'outbox' AND r.match = ''", entities, after, limit)

    def outgoing(self, entities: Sequence[Entity], adopt: bool, after: int, limit: int) -> tuple[LedgerRecord, ...]:
        """See `SyncStore.outgoing`."""
        wanted = "= 'adopt'" if adopt else "IN ('create', 'update')"
        return self._select(f"r.state = 'outbox' AND r.match {wanted}", entities, after, limit)

    def records_at(self, seqs: Sequence[int]) -> tuple[LedgerRecord, ...]:
        """See `SyncStore.records_at`."""
        marks = ",".join("?" * len(seqs))
        rows = self._db.execute(f"{_LEDGER_RECORD} WHERE r.seq IN ({marks}) ORDER BY r.seq", seqs)
        return tuple(_ledger_record(row) for row in rows)

    def _select(self, where: str, entities: Sequence[Entity], after: int, limit: int) -> tuple[LedgerRecord, ...]:
        marks = ",".join("?" * len(entities))
        rows = self._db.execute(
            f"{_LEDGER_RECORD} WHERE {where} AND r.entity IN ({marks}) AND r.seq > ? ORDER BY r.seq LIMIT ?",
            (*(entity.value for entity in entities), after, limit),
        )
        return tuple(_ledger_record(row) for row in rows)

    def undecided_emails(self, after: str, limit: int) -> tuple[SharedEmail, ...]:
        """See `SyncStore.undecided_emails`."""
        rows = self._db.execute(
            f"""SELECT email, seq FROM records
                 WHERE state = 'outbox' AND match = '' AND entity IN {_PEOPLE} AND email IN (
                       SELECT DISTINCT email FROM records
                        WHERE email > ? AND state = 'outbox' AND match = '' AND entity IN {_PEOPLE}
                        ORDER BY email LIMIT ?)
                 ORDER BY email, entity <> 'contact', created, id""",
            (after, limit),
        )
        grouped: dict[str, list[int]] = {}
        for email, seq in rows:
            grouped.setdefault(email, []).append(seq)
        return tuple(SharedEmail(email, tuple(seqs)) for email, seqs in grouped.items())

    def decide(self, decisions: Sequence[Decision]) -> None:
        """See `SyncStore.decide`."""
        settled, waiting, spared = [], [], []
        only_filled = self._spared([one.seq for one in decisions])
        for one in decisions:
            before = json.dumps(one.before, separators=(",", ":")) if one.before else None
            if one.unchanged:
                settled.append((one.marketo_id, _joined(one.filled), one.seq))
                continue
            waiting.append((one.match.value, one.marketo_id, one.marketo_id, before, one.match.value, one.seq))
            if names := only_filled.get(one.seq):  # what was found empty is filled
                kept = names - (one.before or {}).keys() if one.match is not Match.CREATE else frozenset()
                spared.append((_joined(kept), one.seq))
        self._db.executemany(
            """UPDATE records SET state = 'unchanged', marketo_id = ?, filled = ?, agreed = digest, payload = NULL,
                                  agreed_prints = coalesce(prints, agreed_prints), prints = NULL
                WHERE seq = ? AND state = 'outbox'""",
            settled,
        )
        self._db.executemany(
            """UPDATE records SET match = ?, marketo_id = CASE WHEN ? = '' THEN marketo_id ELSE ? END, before = ?,
                                  agreed_prints = CASE WHEN ? = 'update' THEN agreed_prints END
                WHERE seq = ? AND state = 'outbox'""",
            waiting,
        )
        self._db.executemany("UPDATE records SET spared = ? WHERE seq = ?", spared)

    def _spared(self, seqs: Sequence[int]) -> Mapping[int, frozenset[str]]:
        marks = ",".join("?" * len(seqs))
        rows = self._db.execute(f"SELECT seq, spared FROM records WHERE spared <> '' AND seq IN ({marks})", seqs)
        return {seq: frozenset(names.split(",")) for seq, names in rows}

    def decide_rest(self) -> None:
        """See `SyncStore.decide_rest`."""
        self._db.execute(
            """UPDATE records SET match = 'create', agreed_prints = NULL, spared = ''
                WHERE state = 'outbox' AND match = ''"""
        )

    def acknowledge(self, rows: Sequence[Acknowledgement]) -> None:
        """See `SyncStore.acknowledge`."""
        self._relink([row.seq for row in rows])
        self._db.executemany(
            """INSERT INTO journal (run, at, entity, id, marketo_id, before)
               SELECT run, ?, entity, id, ?, before FROM records
                WHERE seq = ? AND version = ? AND state = 'outbox' AND before IS NOT NULL""",
            [(now(), row.marketo_id, row.seq, row.version) for row in rows],
        )
        self._db.executemany(
            """UPDATE records SET state = 'acknowledged', marketo_id = ?, filled = ?, agreed = digest,
                                  agreed_prints = coalesce(prints, agreed_prints), prints = NULL,
                                  payload = NULL, before = NULL, match = ''
                WHERE seq = ? AND version = ? AND state = 'outbox'""",
            [(row.marketo_id, _joined(row.filled), row.seq, row.version) for row in rows],
        )
        self._db.executemany("DELETE FROM problems WHERE seq = ?", [(row.seq,) for row in rows])

    def _relink(self, seqs: Sequence[int]) -> None:
        """A company that is new in Marketo: people who arrived before it are sent once more, only to be linked."""
        marks = ",".join("?" * len(seqs))
        new = self._db.execute(
            f"SELECT run, id FROM records WHERE entity = 'account' AND marketo_id = '' AND seq IN ({marks})",
            seqs,
        ).fetchall()
        self._db.executemany(
            f"""UPDATE records SET state = 'outbox', match = 'update', payload = '{{}}', run = ?
                 WHERE parent = ? AND entity = 'contact' AND state IN ('acknowledged', 'unchanged')
                   AND instr(filled, '{COMPANY_KEY}') = 0""",
            new,
        )

    def refuse(self, rows: Sequence[Refusal]) -> None:
        """See `SyncStore.refuse`."""
        self._db.executemany(
            "UPDATE records SET state = 'problem' WHERE seq = ? AND version = ? AND state = 'outbox'",
            [(row.seq, row.version) for row in rows],
        )
        self._db.executemany(
            """INSERT INTO problems (seq, code, field, detail, retry, since) VALUES (?, ?, ?, ?, ?, ?)
               ON CONFLICT (seq) DO UPDATE SET code = excluded.code, field = excluded.field,
                                               detail = excluded.detail, retry = excluded.retry""",
            [(row.seq, row.code, row.field, row.detail[:500], row.retry.value, now()) for row in rows],
        )


def _joined(names: Iterable[str]) -> str:
    return ",".join(sorted(names))


def _ledger_record(row: Sequence[Any]) -> LedgerRecord:
    return LedgerRecord(
        seq=row[0],
        entity=Entity(row[1]),
        id=row[2],
        version=row[3],
        payload=json.loads(row[4] or "{}"),
        email=row[5],
        created=row[6],
        parent=row[7],
        match=Match(row[8]),
        marketo_id=row[9],
        filled=frozenset(filter(None, row[10].split(","))),
        company_ready=bool(row[11]),
        company_coming=bool(row[12]),
        agreed=row[13] or b"",
        spared=frozenset(filter(None, row[14].split(","))),
    )

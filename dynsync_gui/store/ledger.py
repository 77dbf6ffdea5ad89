"""The ledger: one row per Dynamics record, and where its latest version stands."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from dynsync_gui.domain.findings.records import DELETED_THERE
from dynsync_gui.domain.schema import PEOPLE, Entity
from dynsync_gui.domain.storage.records import (
    Acknowledgement,
    Decision,
    LedgerRecord,
    Match,
    SharedEmail,
    Skip,
    StagedRecord,
)
from dynsync_gui.store.adapted import Adaptations
from dynsync_gui.store.links import NAMED, LinkFinder, Pointers
from dynsync_gui.store.many import HERE, execute_many
from dynsync_gui.store.parts import parts, places
from dynsync_gui.store.payloads import Payload, size
from dynsync_gui.store.standing import COLUMNS, FIRST, joined, row_of, split, standing
from dynsync_gui.store.urgency import Urgency
from dynsync_gui.store.withheld import Withheld

_ROLES = f"('{Entity.CUSTOMER}', '{Entity.CONNECTION}')"
_PEOPLE = "('" + "', '".join(PEOPLE) + "')"
_UNMATCHED = f"""
    records INDEXED BY records_unmatched
     WHERE state = 'outbox' AND match = '' AND email <> '' AND entity IN {_PEOPLE}
"""
"""People to be found by e-mail: exactly what that index holds, so that nothing else is looked at."""

_ID_CHUNK = 2_500
_NO_END = 2**63 - 1
_OVER = f"""
    ON CONFLICT (entity, id) DO UPDATE SET
        {", ".join(f"{name} = excluded.{name}" for name in COLUMNS[2:-1])}, moved = max(moved, excluded.moved),
        before = NULL
"""
_STAGE, _STAGE_NEW = (
    f"INSERT OR ROLLBACK INTO records ({', '.join(columns)}) VALUES {HERE} {_OVER}" for columns in (COLUMNS, FIRST)
)
_KEPT = f"CASE WHEN entity IN {_ROLES} OR match = 'merge' THEN payload END"
"""A role is known by what it says, so that it has to be said whole again when an end of it moves; and a lead whose
person went to a contact may get it back."""
_SAME = f"""
    UPDATE records SET run = ?, seen = ?, version = ?, state = 'unchanged', reason = '', match = '', payload = {_KEPT},
                       before = NULL, alarms = '', source = ?
     WHERE entity = ? AND id = ?
"""
_TAKEN = f"""
    WITH answer (place, sent_version, person, names, links, at) AS (VALUES {HERE})
    UPDATE OR ROLLBACK records SET state = CASE reason WHEN '' THEN 'acknowledged' ELSE 'skipped' END,
                       moved = CASE WHEN marketo_id <> person AND moved = 0 THEN {NAMED} ELSE moved END,
                       marketo_id = person, filled = names, linked = links,
                       agreed = CASE WHEN person = '' THEN NULL ELSE digest END,
                       agreed_prints = CASE WHEN person <> '' THEN coalesce(prints, agreed_prints) END,
                       prints = NULL, unsure = NULL, payload = {_KEPT}, before = NULL, match = '', sent = at, urgent = 0
      FROM answer WHERE seq = place AND version = sent_version AND state = 'outbox'
"""
_CREATE = "UPDATE OR ROLLBACK records SET match = 'create', agreed_prints = NULL, spared = ''"
_OUTGOING = """
    SELECT seq, entity, id, version, payload, email, created, parent_entity, parent, owner, deal, match, marketo_id,
           filled, reason, carrier, agreed_prints, spared, name
      FROM records
"""
_POINTERS = itemgetter(1, 7, 8, 9, 10)
_NOBODY: tuple[str, frozenset[str]] = "", frozenset()
_MATCHES = {match.value: match for match in Match}
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def now() -> str:
    """The time as it is stored: UTC, ISO 8601, whole seconds."""
    return datetime.now(UTC).strftime(_TIME)


class Ledger:
    """Statements over the table ``records``; the caller holds the transaction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        links: LinkFinder,
        urgency: Urgency,
        withheld: Withheld,
        adapted: Adaptations,
    ) -> None:
        self._db = connection
        self._links = links
        self._urgency = urgency
        self._withheld = withheld
        self._adapted = adapted

    def stage(self, run: int, records: Sequence[StagedRecord]) -> None:
        """Take versions in; see `SyncStore.stage`."""
        known = self._known(records)
        superseded = 0
        rows: list[tuple[Any, ...]] = []
        new: list[tuple[Any, ...]] = []
        same, seen = [], []
        coming = self._withheld.taken_off(
            [record if record.narrowed is None else _narrowed(record, known) for record in records]
        )
        self._adapted.keep(coming)
        for record in coming:
            held = known.get((record.entity, record.id))
            if held and held["run"] == run:
                if held["version"] != record.version:
                    superseded += 1
                elif held["digest"] == record.digest:
                    seen.append((run, record.entity.value, record.id))
                    continue
            if held is None and record.skip is Skip.UNRELATED:
                continue
            stands = standing(record, held)
            if stands.state == "unchanged" and held and held["digest"] == record.digest and not held["carrier"]:
                same.append((run, run, record.version, record.source or None, record.entity.value, record.id))
            else:
                (new if held is None else rows).append(row_of(run, record, held, stands))
        self._db.executemany("UPDATE records SET seen = ? WHERE entity = ? AND id = ?", seen)
        self._db.executemany(_SAME, same)
        execute_many(self._db, _STAGE, rows)
        execute_many(self._db, _STAGE_NEW, new)
        if self._urgency.only:
            self._db.executemany(
                "UPDATE records SET urgent = 1 WHERE entity = ? AND id = ? AND state = 'outbox'",
                [(record.entity.value, record.id) for record in records],
            )
        self._db.executemany(
            """DELETE FROM problems WHERE seq IN
               (SELECT seq FROM records WHERE entity = ? AND id = ? AND state <> 'problem')""",
            [key for key, held in known.items() if held["code"] is not None],
        )
        if superseded:
            self._db.execute("UPDATE runs SET superseded = superseded + ? WHERE id = ?", (superseded, run))

    def _known(self, records: Sequence[StagedRecord]) -> Mapping[tuple[str, str], sqlite3.Row]:
        found: dict[tuple[str, str], sqlite3.Row] = {}
        away = "r.seq IN (SELECT seq FROM in_flight)" if self._urgency.away else "0"
        for entity in dict.fromkeys(record.entity for record in records):
            ids = [record.id for record in records if record.entity is entity]
            for start in range(0, len(ids), _ID_CHUNK):
                part = ids[start : start + _ID_CHUNK]
                marks = ",".join("?" * len(part))
                cursor = self._db.execute(
                    f"""SELECT r.entity, r.id, r.run, r.version, r.state, r.digest, r.agreed, r.marketo_id, r.match,
                               r.parent, r.carrier, r.owner, r.filled, r.prints, r.agreed_prints, r.alarms, r.unsure,
                               {away} AS away, p.retry, p.code,
                               EXISTS (SELECT 1 FROM notices n WHERE n.entity = r.entity AND n.id = r.id
                                          AND n.code = '{DELETED_THERE}') AS gone
                          FROM records r LEFT JOIN problems p ON p.seq = r.seq
                         WHERE r.entity = ? AND r.id IN ({marks})""",
                    (entity.value, *part),
                )
                cursor.row_factory = sqlite3.Row
                found.update({(row["entity"], row["id"]): row for row in cursor})
        return found

    def undecided(self, entities: Sequence[Entity], after: int, limit: int) -> tuple[LedgerRecord, ...]:
        """See `SyncStore.undecided`."""
        return self.select("state = 'outbox' AND match = ''", entities, after, limit)

    def outgoing(
        self, entities: Sequence[Entity], matches: Sequence[Match], after: int, limit: int
    ) -> tuple[LedgerRecord, ...]:
        """See `SyncStore.outgoing`."""
        wanted = ",".join(f"'{match.value}'" for match in matches)
        where = f"state = 'outbox' AND match IN ({wanted})"
        if Match.CREATE in matches:
            return self.select(where, entities, after, limit)
        return self.select(f"{where} AND match <> '' AND match <> 'create'", entities, after, limit, "records_known")

    def misfits(self, entity: Entity, after: int, limit: int) -> tuple[LedgerRecord, ...]:
        """See `SyncStore.misfits`."""
        return self.select("state = 'outbox' AND misfit > 0", (entity,), after, limit, "records_misfit")

    def contacts_of_leads(self, run: int) -> tuple[str, ...]:
        """See `SyncStore.contacts_of_leads`."""
        rows = self._db.execute(
            """SELECT DISTINCT link FROM records l
                WHERE entity = 'lead' AND qualified = 1 AND link <> '' AND run = ? AND NOT EXISTS (
                      SELECT 1 FROM records c WHERE c.entity = 'contact' AND c.id = l.link)""",
            (run,),
        )
        return tuple(row[0] for row in rows)

    def records_at(self, seqs: Sequence[int]) -> tuple[LedgerRecord, ...]:
        """See `SyncStore.records_at`."""
        marks = ",".join("?" * len(seqs))
        return self._linked(self._db.execute(f"{_OUTGOING} WHERE seq IN ({marks}) ORDER BY seq", seqs).fetchall())

    def select(
        self, where: str, entities: Sequence[Entity], after: int, limit: int, index: str = "records_by_state"
    ) -> tuple[LedgerRecord, ...]:
        """Records that count now and for which a condition of ours holds, in ledger order, as an index gives them."""
        # Each table by itself, so that an index gives the order: in one go all that waits would be sorted each time.
        rows: list[tuple[Any, ...]] = []
        last, index = _NO_END, "records_urgent" if self._urgency.only else index
        for entity in entities:
            found = self._db.execute(
                f"""{_OUTGOING} INDEXED BY {index}
                     WHERE {where}{self._urgency.where} AND entity = ? AND seq > ? AND seq <= ?
                     ORDER BY seq LIMIT ?""",
                (entity.value, after, last, limit),
            ).fetchall()
            rows += found
            last = found[-1][0] if len(found) == limit else last
        return self._linked(sorted(rows, key=itemgetter(0))[:limit])

    def _linked(self, rows: Sequence[Sequence[Any]]) -> tuple[LedgerRecord, ...]:
        """Rows as records, with what they point to."""
        carriers = self._persons_at([row[15] for row in rows if row[15]])
        named = [_POINTERS(row) for row in rows]  # of many records the same, or nothing at all
        distinct = {one: Pointers(Entity(one[0]), *one[1:]) for one in named}
        links = dict(zip(distinct, self._links.resolve(tuple(distinct.values())), strict=True))
        return tuple(
            LedgerRecord(
                *(row[0], distinct[pointers].entity, row[2], row[3], Payload(row[4]), row[5], row[6], row[8]),
                *(_MATCHES[row[11]], row[12], split(row[13]), row[16] or b"", split(row[17]), row[14]),
                *(
                    links[pointers].ready,
                    links[pointers].coming,
                    *carriers.get(row[15], _NOBODY),
                    row[18],
                    size(row[4]),
                ),
            )
            for row, pointers in zip(rows, named, strict=True)
        )

    def _persons_at(self, seqs: Sequence[int]) -> Mapping[int, tuple[str, frozenset[str]]]:
        marks = ",".join("?" * len(seqs))
        rows = self._db.execute(f"SELECT seq, marketo_id, filled FROM records WHERE seq IN ({marks})", seqs)
        return {seq: (person, split(filled)) for seq, person, filled in rows}

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
                 WHERE marketo_id IN ({marks}) AND marketo_id <> '' AND entity IN {_PEOPLE}""",
            tuple(persons),
        )
        return frozenset(row[0] for row in rows)

    def reopen_emails(self, emails: Sequence[str]) -> int:
        """See `SyncStore.reopen_emails`."""
        marks = ",".join("?" * len(emails))
        return self._db.execute(
            f"""UPDATE records SET match = '' WHERE email IN ({marks}) AND state = 'outbox' AND match = 'create'
                   AND marketo_id = '' AND entity IN {_PEOPLE}""",
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
                WHERE marketo_id = ? AND marketo_id <> '' AND seq <> ? AND entity IN {_ROLES}""",
            roles,
        )
        self._db.executemany(
            f"""UPDATE records SET state = 'unchanged', moved = max(moved, marketo_id <> ?), marketo_id = ?, filled = ?,
                                   linked = ?, agreed = digest, payload = {_KEPT}, match = '',
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

    def acknowledge(self, rows: Sequence[Acknowledgement]) -> None:
        """See `SyncStore.acknowledge`."""
        if not rows:
            return
        at, seqs = now(), [row.seq for row in rows]
        marks = ",".join("?" * len(seqs))
        found = self._db.execute(
            f"SELECT seq FROM records INDEXED BY records_overwriting WHERE before IS NOT NULL AND seq IN ({marks})",
            seqs,
        )
        overwriting = {seq for (seq,) in found}
        self._db.executemany(
            """INSERT INTO journal (run, at, entity, id, marketo_id, before)
               SELECT run, ?, entity, id, ?, before FROM records
                WHERE seq = ? AND version = ? AND state = 'outbox' AND before IS NOT NULL""",
            [(at, row.marketo_id, row.seq, row.version) for row in rows if row.seq in overwriting],
        )
        answers = [(one.seq, one.version, one.marketo_id, joined(one.filled), one.linked, at) for one in rows]
        execute_many(self._db, _TAKEN, answers)
        self._db.execute(f"DELETE FROM problems WHERE seq IN ({marks})", seqs)
        self._db.executemany(  # what one removes and another says anew is one role in Marketo, and stays
            f"""UPDATE records SET state = 'skipped', match = '', marketo_id = '', agreed = NULL, agreed_prints = NULL
                 WHERE marketo_id = ? AND seq <> ? AND state = 'outbox' AND match = 'delete' AND entity IN {_ROLES}""",
            [(row.marketo_id, row.seq) for row in rows if row.marketo_id and row.linked.rpartition("|")[2]],
        )

    def hurry(self, entity: Entity, number: int) -> tuple[str, ...]:
        """See `UrgentStore.hurry`."""
        rows = self._db.execute(
            "SELECT seq, id FROM records WHERE state = 'outbox' AND entity = ? ORDER BY seq LIMIT ?",
            (entity.value, number),
        ).fetchall()
        self._db.executemany("UPDATE records SET urgent = 1 WHERE seq = ?", [(seq,) for seq, _ in rows])
        return tuple(id_ for _, id_ in rows)

    def forget_agreement(self, entity: Entity, id_: str) -> None:
        """See `UrgentStore.forget_agreement`."""
        self._db.execute(
            """UPDATE records SET digest = x'', agreed = NULL, agreed_prints = NULL, source = NULL
                WHERE entity = ? AND id = ?""",
            (entity.value, id_),
        )
        self._db.execute(
            "DELETE FROM notices WHERE entity = ? AND id = ? AND code = ?", (entity.value, id_, DELETED_THERE)
        )


def _narrowed(record: StagedRecord, known: Mapping[tuple[str, str], sqlite3.Row]) -> StagedRecord:
    """What of a record goes to Marketo, which may have taken it before fields were chosen that it gets later."""
    held = known.get((record.entity, record.id))
    took = held is not None and held["agreed"] is not None
    return record.narrowed if record.narrowed is not None and took else record

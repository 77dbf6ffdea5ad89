"""The ledger: one row per Dynamics record, and where its latest version stands."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from dynsync_gui.domain.findings.records import DELETED_THERE
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.storage.records import Acknowledgement, LedgerRecord, Match, Skip, StagedRecord
from dynsync_gui.store.adapted import Adaptations
from dynsync_gui.store.links import NAMED, LinkFinder, Pointers
from dynsync_gui.store.many import HERE, execute_many
from dynsync_gui.store.moments import now
from dynsync_gui.store.payloads import KEPT, Payload, size
from dynsync_gui.store.standing import COLUMNS, FIRST, joined, row_of, split, standing
from dynsync_gui.store.tables import OF_ROLES
from dynsync_gui.store.urgency import Urgency
from dynsync_gui.store.withheld import Withheld

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
_SAME = f"""
    UPDATE records SET run = ?, seen = ?, version = ?, state = 'unchanged', reason = '', match = '', payload = {KEPT},
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
                       prints = NULL, unsure = NULL, payload = {KEPT}, before = NULL, match = '', sent = at, urgent = 0
      FROM answer WHERE seq = place AND version = sent_version AND state = 'outbox'
"""
_OUTGOING = """
    SELECT seq, entity, id, version, payload, email, created, parent_entity, parent, owner, deal, match, marketo_id,
           filled, reason, carrier, agreed_prints, spared, name
      FROM records
"""
_POINTERS = itemgetter(1, 7, 8, 9, 10)
_NOBODY: tuple[str, frozenset[str]] = "", frozenset()
_MATCHES = {match.value: match for match in Match}


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
            if stands.state == "unchanged" and held and _is_as_it_was(record, held):
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
                               r.parent, r.carrier, r.owner, r.team, r.link, r.qualified, r.filled, r.prints,
                               r.agreed_prints, r.alarms, r.unsure, {away} AS away, p.retry, p.code,
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
        distinct = {one: Pointers(Entity(one[0]), *one[1:]) for one in dict.fromkeys(named)}
        links = dict(zip(distinct, self._links.resolve(tuple(distinct.values())), strict=True))
        return tuple(
            LedgerRecord(  # by place: names would take several times as long
                seq, distinct[one].entity, id_, version, Payload(text), email, created, parent, _MATCHES[match],
                marketo_id, split(filled), prints or b"", split(spared), reason, links[one].ready, links[one].coming,
                *carriers.get(carrier, _NOBODY), name, size(text),
            )
            for one, (
                seq, _, id_, version, text, email, created, _, parent, _, _, match, marketo_id, filled, reason, carrier,
                prints, spared, name,
            ) in zip(named, rows, strict=True)
        )  # fmt: skip

    def _persons_at(self, seqs: Sequence[int]) -> Mapping[int, tuple[str, frozenset[str]]]:
        marks = ",".join("?" * len(seqs))
        rows = self._db.execute(f"SELECT seq, marketo_id, filled FROM records WHERE seq IN ({marks})", seqs)
        return {seq: (person, split(filled)) for seq, person, filled in rows}

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
                 WHERE marketo_id = ? AND seq <> ? AND state = 'outbox' AND match = 'delete'
                   AND entity IN {OF_ROLES}""",
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


def _is_as_it_was(record: StagedRecord, held: sqlite3.Row) -> bool:
    """Whether a version says what the ledger holds: a lead may be qualified though none of its values changed."""
    bonds = held["link"] == record.link and held["qualified"] == record.qualified and held["team"] == record.team
    return bool(bonds and held["digest"] == record.digest and not held["carrier"])


def _narrowed(record: StagedRecord, known: Mapping[tuple[str, str], sqlite3.Row]) -> StagedRecord:
    """What of a record goes to Marketo, which may have taken it before fields were chosen that it gets later."""
    held = known.get((record.entity, record.id))
    took = held is not None and held["agreed"] is not None
    return record.narrowed if record.narrowed is not None and took else record

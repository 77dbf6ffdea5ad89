"""Who carries a person on, who owns something, what waits for whom: set-based statements over the ledger.

The caller holds the transaction.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Generator, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.schema import Entity, Target
from dynsync_gui.domain.storage.records import Refusal
from dynsync_gui.store.links import NAMED, LinkFinder, Pointers, Resolved
from dynsync_gui.store.parts import parts, places
from dynsync_gui.store.tables import OF_PEOPLE
from dynsync_gui.store.urgency import Urgency

PARENT_MISSING = "parent-missing"
_SETTLED = "('acknowledged', 'unchanged')"
_CHUNK = 400
_LONGEST_CHAIN = 5

_CARRIES = """(c.state <> 'skipped' AND c.reason <> 'deleted' OR c.reason = 'merged'
               OR c.reason = 'filtered' AND c.seq = records.carrier)"""
"""A contact that is kept out carries no lead, but one that carried it already and stays as it was."""

_CONTACT_OF_LEAD = f"""
    coalesce((SELECT c.seq FROM records c
               WHERE c.entity = 'contact' AND c.id = records.link AND records.link <> '' AND {_CARRIES}),
             (SELECT c.seq FROM records c
               WHERE c.link = records.id AND c.link <> '' AND c.entity = 'contact' AND {_CARRIES}
               ORDER BY c.seq LIMIT 1))
"""


class Lifecycle:
    """Statements that follow records through their lives.

    Args:
        connection: The database.
        links: Follows pointers.
        urgency: Whether only urgent records are looked at.
    """

    def __init__(self, connection: sqlite3.Connection, links: LinkFinder, urgency: Urgency) -> None:
        self._db = connection
        self._links = links
        self._urgency = urgency

    def follow(self, run: int) -> Generator[int, None, int]:
        """See `SyncStore.follow_life`; in steps (`Desk._in_parts`)."""
        self._give_back(run)
        yield from self._fold()
        self._release()
        yield from self._point_to_survivors(run)
        self._inherit()
        self._merge(run)
        return 0

    def _give_back(self, run: int) -> None:
        """A lead whose contact was deleted carries its person again; one that still has its own only stands alone.

        What came from the contact is emptied where the lead is empty.
        """
        rows = self._db.execute(
            """SELECT l.seq, c.seq, c.marketo_id, l.marketo_id, c.filled
                 FROM records l JOIN records c ON c.seq = l.carrier
                WHERE l.carrier <> 0 AND +l.entity = 'lead' AND c.reason = 'deleted'
                  AND (l.reason = 'folded' OR l.state = 'outbox' AND l.reason = '') ORDER BY +l.seq"""
        ).fetchall()
        given: set[int] = set()
        for lead, contact, person, own, filled in rows:
            taken = person if contact not in given and not own else ""
            self._db.execute(
                """UPDATE records SET state = 'outbox', reason = '', carrier = 0, run = ?, moved = 1, marketo_id = ?,
                          match = CASE WHEN ? = '' THEN '' ELSE 'take' END, payload = coalesce(payload, '{}'),
                          filled = CASE WHEN ? = '' THEN filled ELSE ? END
                    WHERE seq = ?""",
                (run, taken or own, taken, taken, filled, lead),
            )
            if own:
                continue
            given.add(contact)
            self._db.execute(
                """UPDATE records SET state = 'skipped', match = '', marketo_id = '', agreed = NULL,
                                      agreed_prints = NULL, payload = NULL,
                          filled = '', moved = 1
                    WHERE seq = ?""",
                (contact,),
            )

    def _fold(self) -> Iterator[int]:
        """A qualified lead's person is that of its contact, however long ago it arrived."""
        folded = places(
            self._db,
            f"""entity = 'lead' AND qualified = 1 AND match NOT IN ('merge', 'delete')
                AND (reason = '' OR reason = 'folded' AND carrier = 0) AND {_CONTACT_OF_LEAD} IS NOT NULL""",
        )
        for part, marks in parts(folded):
            self._db.execute(f"DELETE FROM problems WHERE seq IN ({marks})", part)
            self._db.execute(
                f"""UPDATE records SET carrier = {_CONTACT_OF_LEAD}, state = 'skipped', reason = 'folded', match = '',
                           moved = 1
                     WHERE seq IN ({marks})""",
                part,
            )
            yield len(part)

    def _release(self) -> None:
        """What came in anew and is no longer carried by another record stands for itself again."""
        self._db.execute(
            """UPDATE records INDEXED BY records_carried_waiting SET carrier = 0, moved = 1
                WHERE carrier <> 0 AND state = 'outbox' AND reason = '' AND match NOT IN ('merge', 'delete')"""
        )

    def _point_to_survivors(self, run: int) -> Iterator[int]:
        """What was merged in Dynamics, and what was folded into that, is carried by the last survivor."""
        merged = places(self._db, "master <> '' AND (carrier = 0 OR run = ?) AND reason = 'merged'", run)
        for part, marks in parts(merged):
            self._db.execute(
                f"""UPDATE records SET moved = 1, carrier = coalesce((SELECT m.seq FROM records m
                           WHERE m.entity = records.entity AND m.id = records.master AND m.seq <> records.seq), 0)
                     WHERE seq IN ({marks})""",
                part,
            )
            yield len(part)
        for _ in range(_LONGEST_CHAIN):
            changed = self._db.execute(
                """UPDATE records SET moved = 1,
                                      carrier = (SELECT c.carrier FROM records c WHERE c.seq = records.carrier)
                    WHERE carrier <> 0 AND EXISTS (SELECT 1 FROM records c WHERE c.seq = records.carrier
                                                     AND c.carrier <> 0 AND c.carrier <> records.seq)"""
            ).rowcount
            if not changed:
                return

    def _inherit(self) -> None:
        """Who carries a person on and has none of its own takes it over, key and all.

        What came from the record before is emptied where the one that carries it on is empty.
        """
        rows = self._db.execute(
            f"""SELECT k.seq, c.seq, k.marketo_id, k.filled
                  FROM records k INDEXED BY records_carried_person CROSS JOIN records c ON c.seq = k.carrier
                 WHERE k.carrier <> 0 AND +k.entity IN {OF_PEOPLE} AND k.marketo_id <> ''
                   AND c.marketo_id = '' AND c.state = 'outbox'
                   AND c.seq NOT IN (SELECT seq FROM in_flight) ORDER BY k.seq"""
        ).fetchall()
        taken: set[int] = set()
        for carried, carrier, person, filled in rows:
            if carrier in taken:
                continue
            taken.add(carrier)
            self._db.execute(
                "UPDATE records SET match = 'take', marketo_id = ?, filled = ?, moved = 1 WHERE seq = ?",
                (person, filled, carrier),
            )
            self._db.execute(
                """UPDATE records SET state = 'skipped', match = '', marketo_id = '', agreed = NULL,
                                      agreed_prints = NULL, moved = 1
                    WHERE seq = ?""",
                (carried,),
            )

    def _merge(self, run: int) -> None:
        """Both have a person: one goes into the other, unless a rule keeps the carrier out."""
        self._db.execute(
            f"""UPDATE records SET state = 'outbox', match = 'merge', run = ?
                 WHERE carrier <> 0 AND entity IN {OF_PEOPLE} AND marketo_id <> '' AND state = 'skipped'
                   AND EXISTS (SELECT 1 FROM records c WHERE c.seq = records.carrier AND c.marketo_id <> ''
                                  AND c.marketo_id <> records.marketo_id AND c.state <> 'skipped'
                                  AND c.match <> 'adopt' AND (c.match <> 'take' OR c.agreed IS NOT NULL))""",
            (run,),
        )

    def judge_owners(self, run: int) -> None:
        """See `SyncStore.judge_owners`."""
        owns = "EXISTS (SELECT 1 FROM records o WHERE o.owner = records.id AND o.state <> 'skipped')"
        user = f"entity = '{Entity.USER}' AND qualified = 1 AND marketo_id = ''"
        self._db.execute(
            f"""UPDATE records SET state = 'skipped', reason = 'owns-nothing', match = ''
                 WHERE {user} AND state = 'outbox' AND NOT {owns}"""
        )
        self._db.execute(
            f"""UPDATE records SET state = 'outbox', reason = '', run = ?
                 WHERE {user} AND state = 'skipped' AND reason = 'owns-nothing' AND {owns}""",
            (run,),
        )

    def relink(self, run: int) -> Generator[int, None, int]:
        """See `SyncStore.relink`; in steps (`Desk._in_parts`).

        Children of what moved, and theirs: a contact's account is the company of its opportunities, too.
        """
        changed = 0
        while moved := self._moved():
            children = self._children(moved)
            for part, _ in parts(children):
                self._revive(run, part)
                yield len(part)
            children.extend(self._children(children))
            for part, _ in parts(children):
                changed += self.send_links(run, part)
                yield len(part)
            marks = ",".join("?" * len(moved))
            self._db.execute(f"UPDATE records SET moved = 0 WHERE seq IN ({marks})", moved)
            yield len(moved)
        return changed

    def _moved(self) -> array[int]:
        rows = self._db.execute(f"SELECT seq FROM records WHERE moved = 1 ORDER BY seq LIMIT {_CHUNK}")
        return array("q", (seq for (seq,) in rows))

    def _children(self, seqs: array[int]) -> array[int]:
        """Places of what names records, some perhaps twice; there may be as many as there are people."""
        found = array("q")
        for part, marks in parts(seqs):
            rows = self._db.execute(
                f"""SELECT entity, id FROM records WHERE seq IN ({marks})
                    UNION SELECT entity, id FROM records WHERE carrier <> 0 AND carrier IN ({marks})""",
                (*part, *part),
            )
            by_entity: dict[str, list[str]] = {}
            for entity, id_ in rows:
                by_entity.setdefault(entity, []).append(id_)
            for entity, ids in by_entity.items():
                found.extend(self._naming(entity, ids))
        return found

    def _naming(self, entity: str, ids: Sequence[str]) -> array[int]:
        """Places of what names these records of a table; not of what waits anyway and leads to nothing else."""
        marks = ",".join("?" * len(ids))
        below = f"parent <> '' AND parent IN ({marks}) AND parent_entity = ? AND (state <> 'outbox' OR {NAMED})"
        found = places(self._db, below, *ids, entity)
        if entity == Entity.USER:
            found.extend(places(self._db, f"owner <> '' AND owner IN ({marks}) AND state <> 'outbox'", *ids))
        if entity == Entity.OPPORTUNITY:
            found.extend(places(self._db, f"deal <> '' AND deal IN ({marks})", *ids))
        return found

    def _revive(self, run: int, seqs: Sequence[int]) -> None:
        """What waited for one of these, or was left out with it, is tried again."""
        marks = ",".join("?" * len(seqs))
        waiting = f"""seq IN ({marks}) AND (reason IN ('parent', 'double') AND state = 'skipped'
                      OR state = 'problem' AND seq IN (SELECT seq FROM problems WHERE code = '{PARENT_MISSING}'))"""
        self._db.execute(
            f"UPDATE records SET state = 'outbox', reason = '', carrier = 0, match = '', run = ? WHERE {waiting}",
            (run, *seqs),
        )
        self._db.execute(f"DELETE FROM problems WHERE code = '{PARENT_MISSING}' AND seq IN ({marks})", seqs)

    def send_links(self, run: int, seqs: Sequence[int]) -> int:
        """Nothing but links is sent, and to people by Marketo's id, so that nobody is made of a link alone.

        Who was deleted in Marketo has none, and comes back whole.
        """
        marks = ",".join("?" * len(seqs))
        rows = self._db.execute(
            f"""SELECT entity, parent_entity, parent, owner, deal, seq, linked FROM records
                 WHERE seq IN ({marks}) AND state IN {_SETTLED} AND reason = ''
                   AND (marketo_id <> '' OR entity NOT IN {OF_PEOPLE})""",
            seqs,
        ).fetchall()
        found = self._links.resolve([Pointers(Entity(row[0]), *row[1:5]) for row in rows])
        late = [(run, row[5]) for row, now in zip(rows, found, strict=True) if _differs(Entity(row[0]), row[6], now)]
        self._db.executemany(
            f"""UPDATE records SET state = 'outbox', payload = coalesce(payload, '{{}}'), run = ?,
                       match = CASE WHEN deal <> '' THEN 'create' WHEN entity IN {OF_PEOPLE} THEN 'take'
                                    ELSE 'update' END
                 WHERE seq = ?""",
            late,
        )
        return len(late)

    def waiting(self, entities: Sequence[Entity]) -> list[Refusal]:
        """Records whose required parent is not there yet."""
        return [
            Refusal(row[5], row[6], PARENT_MISSING, retry=Retry.AFTER_PARENT)
            for part in self._outgoing(entities)
            for row, now in part
            if now.missing
        ]

    def leave_out(self, entities: Sequence[Entity]) -> None:
        """See `SyncStore.leave_out`."""
        for part in self._outgoing(entities):
            self._db.executemany(
                "UPDATE records SET state = 'skipped', reason = 'parent', match = '' WHERE seq = ?",
                [(row[5],) for row, now in part if now.left_out],
            )
        self._drop_doubles()

    def _outgoing(self, entities: Sequence[Entity]) -> Iterator[list[tuple[tuple[Any, ...], Resolved]]]:
        for entity in entities:  # each by itself, so that an index gives the order
            after = 0
            while rows := self._db.execute(
                f"""SELECT entity, parent_entity, parent, owner, deal, seq, version FROM records
                     WHERE state = 'outbox' AND match NOT IN ('delete', 'merge') AND reason = ''{self._urgency.where}
                       AND entity = ? AND seq > ? ORDER BY seq LIMIT {_CHUNK}""",
                (entity.value, after),
            ).fetchall():
                after = rows[-1][5]
                found = self._links.resolve([Pointers(entity, *row[1:5]) for row in rows])
                yield list(zip(rows, found, strict=True))

    def _drop_doubles(self) -> None:
        """Of several roles that say the same of one person and one opportunity, only the first is sent.

        When the first says something else, or is gone, the next one takes over what is in Marketo.
        """
        rows = self._db.execute(
            """SELECT entity, parent_entity, parent, owner, deal, seq, payload, state, carrier FROM records
                WHERE deal <> '' AND deal IN (SELECT deal FROM records INDEXED BY records_deal_waiting
                                      WHERE state = 'outbox' AND deal <> ''
                               UNION SELECT d.deal FROM records x INDEXED BY records_to_delete
                                      JOIN records d ON d.carrier = x.seq
                                      WHERE x.state = 'outbox' AND x.match = 'delete'
                                        AND d.carrier <> 0 AND d.deal <> '')
                  AND (state <> 'skipped' OR reason = 'double') AND reason <> 'deleted'
                ORDER BY deal, state = 'skipped', state IN ('outbox', 'problem'), seq"""
        )
        part: list[tuple[Any, ...]] = []
        for _, of_one_deal in groupby(rows, key=itemgetter(4)):
            part += of_one_deal
            if len(part) >= _CHUNK:
                self._drop_doubles_among(part)
                part = []
        self._drop_doubles_among(part)

    def _drop_doubles_among(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Of all roles of some opportunities."""
        first: dict[tuple[int | str, str, str], int] = {}
        doubles, again = [], []
        found = self._links.resolve([Pointers(Entity(row[0]), *row[1:5]) for row in rows])
        for row, now in zip(rows, found, strict=True):
            role = str(json.loads(row[6] or "{}").get("role") or "")
            carrier = first.setdefault((now.person or row[2] or -row[5], row[4], role.lower()), row[5])
            if carrier != row[5] and row[7] != "skipped":
                doubles.append((carrier, row[5]))
            elif carrier == row[5] and row[7] == "skipped":
                again.append((row[8], row[5]))
        self._db.executemany(
            "UPDATE records SET state = 'skipped', reason = 'double', match = '', carrier = ? WHERE seq = ?", doubles
        )
        self._db.executemany(
            """UPDATE records SET state = 'outbox', reason = '', match = '', carrier = 0,
                      marketo_id = coalesce((SELECT c.marketo_id FROM records c WHERE c.seq = ?), '')
                WHERE seq = ?""",
            again,
        )
        self._db.executemany(
            """UPDATE records SET marketo_id = '', agreed = NULL,
                      state = CASE match WHEN 'delete' THEN 'skipped' ELSE state END
                WHERE seq = ?""",
            [(carrier,) for carrier, _ in again],
        )


def _differs(entity: Entity, linked: str, now: Resolved) -> bool:
    """Whether Marketo has to be told of other links; nobody but an opportunity can be detached from a company."""
    if now.missing:
        return False
    company, _, others = now.ready.text.partition("|")
    told_company, _, told_others = linked.partition("|")
    leaves = bool(company) or entity.target is Target.OPPORTUNITY
    return others != told_others or (leaves and company != told_company)

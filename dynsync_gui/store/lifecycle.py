"""Who carries a person on, who owns something, what waits for whom: set-based statements over the ledger.

The caller holds the transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.schema import PEOPLE, Entity
from dynsync_gui.domain.storage.records import Refusal
from dynsync_gui.store.links import NAMED, LinkFinder, Pointers, Resolved
from dynsync_gui.store.urgency import Urgency

PARENT_MISSING = "parent-missing"
_PEOPLE = "('" + "', '".join(PEOPLE) + "')"
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

    def follow(self, run: int) -> None:
        """See `SyncStore.follow_life`."""
        self._give_back(run)
        self._fold()
        self._release()
        self._point_to_survivors(run)
        self._inherit()
        self._merge(run)

    def _give_back(self, run: int) -> None:
        """A lead whose contact was deleted carries its person again; one that still has its own only stands alone."""
        rows = self._db.execute(
            """SELECT l.seq, c.seq, c.marketo_id, l.marketo_id FROM records l JOIN records c ON c.seq = l.carrier
                WHERE l.entity = 'lead' AND c.reason = 'deleted'
                  AND (l.reason = 'folded' OR l.state = 'outbox' AND l.reason = '') ORDER BY l.seq"""
        ).fetchall()
        given: set[int] = set()
        for lead, contact, person, own in rows:
            taken = person if contact not in given and not own else ""
            self._db.execute(
                """UPDATE records SET state = 'outbox', reason = '', carrier = 0, run = ?, moved = 1, marketo_id = ?,
                          match = CASE WHEN ? = '' THEN '' ELSE 'take' END, payload = coalesce(payload, '{}')
                    WHERE seq = ?""",
                (run, taken or own, taken, lead),
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

    def _fold(self) -> None:
        """A qualified lead's person is that of its contact, however long ago it arrived."""
        where = f"""entity = 'lead' AND qualified = 1 AND match NOT IN ('merge', 'delete')
                    AND (reason = '' OR reason = 'folded' AND carrier = 0) AND {_CONTACT_OF_LEAD} IS NOT NULL"""
        self._db.execute(f"DELETE FROM problems WHERE seq IN (SELECT seq FROM records WHERE {where})")
        self._db.execute(
            f"""UPDATE records SET carrier = {_CONTACT_OF_LEAD}, state = 'skipped', reason = 'folded', match = '',
                       moved = 1
                 WHERE {where}"""
        )

    def _release(self) -> None:
        """What came in anew and is no longer carried by another record stands for itself again."""
        self._db.execute(
            """UPDATE records INDEXED BY records_carried_waiting SET carrier = 0, moved = 1
                WHERE carrier <> 0 AND state = 'outbox' AND reason = '' AND match NOT IN ('merge', 'delete')"""
        )

    def _point_to_survivors(self, run: int) -> None:
        """What was merged in Dynamics, and what was folded into that, is carried by the last survivor."""
        self._db.execute(
            """UPDATE records SET moved = 1, carrier = coalesce((SELECT m.seq FROM records m
                       WHERE m.entity = records.entity AND m.id = records.master AND m.seq <> records.seq), 0)
                WHERE master <> '' AND (carrier = 0 OR run = ?) AND reason = 'merged'""",
            (run,),
        )
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
                 WHERE k.carrier <> 0 AND +k.entity IN {_PEOPLE} AND k.marketo_id <> ''
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
                 WHERE carrier <> 0 AND entity IN {_PEOPLE} AND marketo_id <> '' AND state = 'skipped'
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

    def relink(self, run: int) -> int:
        """See `SyncStore.relink`."""
        changed = 0
        while True:
            moved = [row[0] for row in self._db.execute(f"SELECT seq FROM records WHERE moved = 1 LIMIT {_CHUNK}")]
            if not moved:
                return changed
            changed += self._relink(run, moved)
            marks = ",".join("?" * len(moved))
            self._db.execute(f"UPDATE records SET moved = 0 WHERE seq IN ({marks})", moved)

    def _relink(self, run: int, moved: Sequence[int]) -> int:
        """Children of what moved, and theirs: a contact's account is the company of its opportunities, too."""
        children = self._children(moved)
        self._revive(run, children)
        children |= self._children(list(children))
        seqs = sorted(children)
        changed = 0
        for start in range(0, len(seqs), _CHUNK):
            changed += self.send_links(run, seqs[start : start + _CHUNK])
        return changed

    def _children(self, seqs: Sequence[int]) -> set[int]:
        found: set[int] = set()
        for start in range(0, len(seqs), _CHUNK):
            part = seqs[start : start + _CHUNK]
            marks = ",".join("?" * len(part))
            rows = self._db.execute(
                f"""SELECT entity, id FROM records WHERE seq IN ({marks})
                    UNION SELECT entity, id FROM records WHERE carrier <> 0 AND carrier IN ({marks})""",
                (*part, *part),
            )
            by_entity: dict[str, list[str]] = {}
            for entity, id_ in rows:
                by_entity.setdefault(entity, []).append(id_)
            for entity, ids in by_entity.items():
                found |= self._naming(entity, ids)
        return found

    def _naming(self, entity: str, ids: Sequence[str]) -> set[int]:
        """Places of what names these records of a table; not of what waits anyway and leads to nothing else."""
        marks = ",".join("?" * len(ids))
        below = f"""SELECT seq FROM records WHERE parent <> '' AND parent IN ({marks}) AND parent_entity = ?
                       AND (state <> 'outbox' OR {NAMED})"""
        found = {seq for (seq,) in self._db.execute(below, (*ids, entity))}
        if entity == Entity.USER:
            owned = f"SELECT seq FROM records WHERE owner <> '' AND owner IN ({marks}) AND state <> 'outbox'"
            found.update(seq for (seq,) in self._db.execute(owned, ids))
        if entity == Entity.OPPORTUNITY:
            roles = f"SELECT seq FROM records WHERE deal <> '' AND deal IN ({marks})"
            found.update(seq for (seq,) in self._db.execute(roles, ids))
        return found

    def _revive(self, run: int, children: set[int]) -> None:
        """What waited for one of these, or was left out with it, is tried again."""
        seqs = list(children)
        for start in range(0, len(seqs), _CHUNK):
            part = seqs[start : start + _CHUNK]
            marks = ",".join("?" * len(part))
            waiting = f"""seq IN ({marks}) AND (reason IN ('parent', 'double') AND state = 'skipped'
                          OR state = 'problem' AND seq IN (SELECT seq FROM problems WHERE code = '{PARENT_MISSING}'))"""
            self._db.execute(
                f"UPDATE records SET state = 'outbox', reason = '', carrier = 0, match = '', run = ? WHERE {waiting}",
                (run, *part),
            )
            self._db.execute(f"DELETE FROM problems WHERE code = '{PARENT_MISSING}' AND seq IN ({marks})", part)

    def send_links(self, run: int, seqs: Sequence[int]) -> int:
        """Nothing but links is sent, and to people by Marketo's id, so that nobody is made of a link alone.

        Who was deleted in Marketo has none, and comes back whole.
        """
        marks = ",".join("?" * len(seqs))
        rows = self._db.execute(
            f"""SELECT entity, parent_entity, parent, owner, deal, seq, linked FROM records
                 WHERE seq IN ({marks}) AND state IN {_SETTLED} AND reason = ''
                   AND (marketo_id <> '' OR entity NOT IN {_PEOPLE})""",
            seqs,
        ).fetchall()
        found = self._links.resolve([Pointers(Entity(row[0]), *row[1:5]) for row in rows])
        late = [(run, row[5]) for row, now in zip(rows, found, strict=True) if _differs(row[6], now)]
        self._db.executemany(
            f"""UPDATE records SET state = 'outbox', payload = coalesce(payload, '{{}}'), run = ?,
                       match = CASE WHEN deal <> '' THEN 'create' WHEN entity IN {_PEOPLE} THEN 'take' ELSE 'update' END
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
        names, after = ",".join(f"'{entity}'" for entity in entities), 0
        while True:
            rows = self._db.execute(
                f"""SELECT entity, parent_entity, parent, owner, deal, seq, version FROM records
                     WHERE state = 'outbox' AND match NOT IN ('delete', 'merge') AND reason = ''{self._urgency.where}
                       AND entity IN ({names}) AND seq > ? ORDER BY seq LIMIT {_CHUNK}""",
                (after,),
            ).fetchall()
            if not rows:
                return
            after = rows[-1][5]
            yield list(
                zip(rows, self._links.resolve([Pointers(Entity(row[0]), *row[1:5]) for row in rows]), strict=True)
            )

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
        ).fetchall()
        first: dict[tuple[int | str, str, str], int] = {}
        doubles, again = [], []
        for start in range(0, len(rows), _CHUNK):
            part = rows[start : start + _CHUNK]
            found = self._links.resolve([Pointers(Entity(row[0]), *row[1:5]) for row in part])
            for row, now in zip(part, found, strict=True):
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


def _differs(linked: str, now: Resolved) -> bool:
    """Whether Marketo has to be told of other links; a person cannot be detached from a company, only moved."""
    if now.missing:
        return False
    company, _, others = now.ready.text.partition("|")
    told_company, _, told_others = linked.partition("|")
    return others != told_others or (bool(company) and company != told_company)

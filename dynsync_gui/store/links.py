"""What records point to in Marketo: found in the ledger for a whole batch at once, along folded and merged records."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from dynsync_gui.domain.schema import Entity, Target
from dynsync_gui.domain.storage.records import NOWHERE, Fit, Links, StagedRecord

_CHUNK = 400
_NODE = "SELECT seq, entity, id, state, marketo_id, match, misfit, parent_entity, parent, carrier FROM records"
NAMED = f"""
    (EXISTS (SELECT 1 FROM records c WHERE c.parent <> '' AND c.parent = records.id)
     OR entity = '{Entity.USER}' AND EXISTS (SELECT 1 FROM records c WHERE c.owner <> '' AND c.owner = records.id)
     OR entity = '{Entity.OPPORTUNITY}' AND EXISTS (SELECT 1 FROM records c WHERE c.deal <> '' AND c.deal = records.id)
     OR EXISTS (SELECT 1 FROM records c WHERE c.carrier <> 0 AND c.carrier = records.seq))
"""
"""Whether others have to be looked at when a record arrives; most of a first sync are named by nobody."""
_Key = tuple[str, str]


class Pointers(NamedTuple):
    """What a record names, as Dynamics has it."""

    entity: Entity
    parent_entity: str = ""
    parent: str = ""
    owner: str = ""
    deal: str = ""

    @property
    def keys(self) -> Iterable[_Key]:
        """Table and id of everything it names."""
        named = ((self.parent_entity, self.parent), (Entity.USER, self.owner), (Entity.OPPORTUNITY, self.deal))
        return ((str(entity), id_) for entity, id_ in named if id_)


class Resolved(NamedTuple):
    """What a record points to: now, and once everything that waits has arrived; and what it must not be without.

    Attributes:
        missing: Whether something that Marketo requires is not there.
        left_out: Whether that is left out by a rule, so that waiting for it is in vain.
        person: Place of the record that carries the person; 0 where it is not known.
    """

    ready: Links = NOWHERE
    coming: Links = NOWHERE
    missing: bool = False
    left_out: bool = False
    person: int = 0


class _Node(NamedTuple):
    seq: int
    entity: str
    id: str
    state: str
    marketo_id: str
    match: str
    misfit: int
    parent_entity: str
    parent: str
    carrier: int

    @property
    def there(self) -> bool:
        return bool(self.marketo_id)

    @property
    def coming(self) -> bool:
        """Whether it is to be counted on: what Marketo rules out is linked once it came all the same."""
        waits = self.state == "outbox" and self.match != "delete"
        return self.there or (waits and self.misfit != Fit.REFUSED)


_At = Callable[[str, str], _Node | None]


class LinkFinder:
    """Follows pointers through the ledger; three or four statements a batch."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def of_staged(self, records: Sequence[StagedRecord]) -> tuple[Links, ...]:
        """What records as read point to now."""
        pointers = [Pointers(r.entity, r.parent_entity, r.parent, r.owner, r.deal) for r in records]
        return tuple(one.ready for one in self.resolve(pointers))

    def resolve(self, pointers: Sequence[Pointers]) -> tuple[Resolved, ...]:
        """What each of them points to."""
        nodes, by_seq = self._reached(pointers)

        def at(entity: str, id_: str) -> _Node | None:
            node = nodes.get((entity, id_)) if id_ else None
            return by_seq.get(node.carrier, node) if node is not None and node.carrier else node

        return tuple(_resolved(one, at) for one in pointers)

    def _reached(self, pointers: Sequence[Pointers]) -> tuple[Mapping[_Key, _Node], Mapping[int, _Node]]:
        nodes: dict[_Key, _Node] = {}
        by_seq: dict[int, _Node] = {}
        wanted = {key for one in pointers for key in one.keys}
        # A contact leads on to its account, and a row of a second table over one of a first to a person.
        onward = any(one.entity.target in {Target.OPPORTUNITY, Target.CUSTOM_OBJECT} for one in pointers)
        for depth in range(3):
            found = [node for node in self._nodes(wanted) if node.seq not in by_seq]
            carriers = {node.carrier for node in found if node.carrier} - by_seq.keys()
            for node in found:
                nodes[(node.entity, node.id)] = by_seq[node.seq] = node
            carrying = self._at(carriers)
            by_seq.update({node.seq: node for node in carrying})
            if not onward or depth == 2:
                break
            wanted = {(node.parent_entity, node.parent) for node in (*found, *carrying) if node.parent} - nodes.keys()
        return nodes, by_seq

    def _nodes(self, keys: Iterable[_Key]) -> list[_Node]:
        by_entity: dict[str, list[str]] = {}
        for entity, id_ in keys:
            by_entity.setdefault(entity, []).append(id_)
        found = []
        for entity, ids in by_entity.items():
            for start in range(0, len(ids), _CHUNK):
                part = ids[start : start + _CHUNK]
                marks = ",".join("?" * len(part))
                rows = self._db.execute(f"{_NODE} WHERE entity = ? AND id IN ({marks})", (entity, *part))
                found += [_Node._make(row) for row in rows]
        return found

    def _at(self, seqs: Iterable[int]) -> list[_Node]:
        wanted, found = list(seqs), []
        for start in range(0, len(wanted), _CHUNK):
            part = wanted[start : start + _CHUNK]
            marks = ",".join("?" * len(part))
            found += [_Node._make(row) for row in self._db.execute(f"{_NODE} WHERE seq IN ({marks})", part)]
        return found


def _resolved(one: Pointers, at: _At) -> Resolved:
    target = one.entity.target
    owner = None if target in {Target.ROLE, Target.CUSTOM_OBJECT} else at(Entity.USER, one.owner)
    parent = at(one.parent_entity, one.parent)
    deal = at(Entity.OPPORTUNITY, one.deal)
    baseless = not one.parent
    if target is Target.CUSTOM_OBJECT and parent is not None and Entity(parent.entity).target is Target.CUSTOM_OBJECT:
        baseless = not parent.parent
        parent = at(parent.parent_entity, parent.parent)
    company = parent if parent is not None and parent.entity == Entity.ACCOUNT else None
    if target is Target.OPPORTUNITY and company is None and parent is not None:
        company = at(parent.parent_entity, parent.parent)
    person = parent if target in {Target.ROLE, Target.CUSTOM_OBJECT} and parent is not company else None
    company_id = company.marketo_id if company is not None and target is Target.CUSTOM_OBJECT else ""
    missing, left_out = False, False
    if target in {Target.ROLE, Target.CUSTOM_OBJECT}:
        needed = [person or company, *([deal] if target is Target.ROLE else ())]
        missing = any(node is None or not node.there for node in needed)
        left_out = baseless or any(node is not None and not node.there and node.state == "skipped" for node in needed)
    return Resolved(
        Links(
            company.id if company is not None and company.there else "",
            owner.id if owner is not None and owner.there else "",
            person.marketo_id if person is not None else "",
            deal.id if deal is not None and deal.there else "",
            company_id,
        ),
        Links(
            company.id if company is not None and company.coming else "",
            owner.id if owner is not None and owner.coming else "",
            person.marketo_id if person is not None else "",
            deal.id if deal is not None and deal.coming else "",
            company_id,
        ),
        missing,
        left_out,
        person.seq if person is not None else 0,
    )

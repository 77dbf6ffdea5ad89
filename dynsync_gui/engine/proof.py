"""Compares both sides after a sync: every eligible record once in Marketo, with equal values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.convert import same
from dynsync_gui.domain.fingerprint import entry
from dynsync_gui.domain.mapping import EntityMapping
from dynsync_gui.domain.ports.dynamics import DynamicsReader, SourceRecord
from dynsync_gui.domain.ports.marketo import MarketoReader, TooManyMatches
from dynsync_gui.domain.report import Difference, Proof
from dynsync_gui.domain.schema import (
    COMPANY_KEY,
    MARKS,
    OPPORTUNITY_KEY,
    OWNER_KEY,
    PEOPLE,
    UNSUBSCRIBED,
    Entity,
    EntitySchema,
    Target,
    key_of,
)
from dynsync_gui.domain.storage.records import Links, StagedRecord
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.domain.text import msg
from dynsync_gui.engine import payload
from dynsync_gui.engine.linking import link_values
from dynsync_gui.engine.matching import CHUNK
from dynsync_gui.engine.payload import Rules
from dynsync_gui.engine.staging import every_value, in_range, stage_all
from dynsync_gui.engine.workload import Schemas

_LISTED = 200
MISSING = msg("is not in Marketo")
DOUBLED = msg("is in Marketo more than once")
UNEQUAL = msg("has another value in Marketo")
KEPT = msg("is kept as Marketo has it, by a rule of the choice")

_LINKS = {
    Target.COMPANY: (OWNER_KEY,),
    Target.PERSON: (COMPANY_KEY, OWNER_KEY),
    Target.OPPORTUNITY: (COMPANY_KEY, OWNER_KEY, "isClosed", "isWon"),
}
_ROLE = (OPPORTUNITY_KEY, "leadId", "role", "isPrimary")
_Key = str | tuple[Any, ...]
_Held = Mapping[_Key, list[Mapping[str, Any]]]


class Seen(NamedTuple):
    """A record of Dynamics.

    Attributes:
        record: As it goes to Marketo.
        values: Dynamics' values whatever the choice makes of them, as Marketo would get them if it had room for all.
    """

    record: StagedRecord
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Compared:
    """A record on both sides.

    Attributes:
        seen: As Dynamics has it.
        mapping: What of its table is synced.
        wanted: What Marketo should hold.
        found: What Marketo holds under its key.
        stays: Fields of which Marketo does not let go, though it should.
        lacks: Links of a person to what Dynamics names and Marketo does not have, or cannot have.
    """

    seen: Seen
    mapping: EntityMapping
    wanted: Mapping[str, Any]
    found: Sequence[Mapping[str, Any]]
    stays: frozenset[str] = frozenset()
    lacks: tuple[str, ...] = ()

    @property
    def _others(self) -> list[str]:
        held = self.found[0]
        return [name for name, value in self.wanted.items() if not same(value, held.get(name))]

    @property
    def unequal(self) -> list[str]:
        """Fields of which Marketo should hold something else, in the one record that it has."""
        if len(self.found) != 1:
            return []
        return [name for name in self._others if name not in self.stays]

    @property
    def kept(self) -> list[str]:
        """Fields that differ though nothing else is wanted in Marketo, in the one record that it has."""
        if len(self.found) != 1:
            return []
        names, values, held = (pair.target.name for pair in self.mapping.fields), self.seen.values, self.found[0]
        differing = [name for name in names if not same(values.get(name), held.get(name))]
        by_rule = [name for name in differing if name not in self.wanted or same(self.wanted[name], held.get(name))]
        stays = [name for name in self._others if name in self.stays]
        return [*by_rule, *stays, *(name for name in self.lacks if not held.get(name))]


class Auditor:
    """Reads Dynamics afresh and looks every record up in Marketo.

    Args:
        dynamics: Read again, page by page.
        marketo: Asked for the keys of each page.
        store: Tells which records a rule leaves out and which are problems.
        rules: How records are taken in.
        schemas: Marketo's fields today, and what becomes of an organisation's own tables.
        token: Stops it.
    """

    def __init__(
        self,
        dynamics: DynamicsReader,
        marketo: MarketoReader,
        store: SyncStore,
        rules: Rules,
        schemas: Schemas,
        token: CancelToken,
    ) -> None:
        self._dynamics = dynamics
        self._marketo = marketo
        self._store = store
        self._rules = rules
        self._own = schemas.own
        self._marks = sorted(mark for mark in MARKS if schemas.persons.field(mark) is not None)
        self._token = token
        self._eligible = self._once = self._equal = self._kept = self._skipped = self._problems = 0
        self._differences: list[Difference] = []
        self._by_rule: list[Difference] = []

    def prove(self, work: Sequence[tuple[EntitySchema, EntityMapping]]) -> Proof:
        """Compare every entity."""
        for schema, mapping in work:
            names = payload.columns(mapping, schema, self._rules)
            shown = payload.wants_shown(mapping)
            link = ""
            while True:
                self._token.checkpoint()
                page = self._dynamics.read_page(schema, names, link, track=False, shown=shown, page_size=CHUNK)
                self._compare_all(page.records, mapping)
                if not page.next_link:
                    break
                link = page.next_link
            self._all_met(schema, mapping)
        listed = (*self._differences, *self._by_rule)[:_LISTED]
        return Proof(self._eligible, self._once, self._equal, self._skipped, self._problems, listed, self._kept)

    def _compare_all(self, records: Sequence[SourceRecord], mapping: EntityMapping) -> None:
        """Compare records of a table, and what else each of them stands for."""
        staged = in_range(records, mapping, self._rules)
        whole = stage_all(records, every_value(mapping), self._rules)
        seen = [Seen(one, full.payload or {}) for one, full in zip(staged, whole, strict=True)]
        for entity in dict.fromkeys(one.entity for one in staged):
            self._compare(entity, mapping, [one for one in seen if one.record.entity is entity])

    def _compare(self, entity: Entity, mapping: EntityMapping, seen: Sequence[Seen]) -> None:
        staged = [one.record for one in seen]
        states = self._store.states(entity, [record.id for record in staged])
        links = self._store.links_of(staged)
        held = self._held(entity, mapping, staged, links)
        withheld = self._store.withheld(entity, [record.id for record in staged])
        for one, linked in zip(seen, links, strict=True):
            record = one.record
            state, filled = states.get(record.id, ("unknown", frozenset()))
            if state == "skipped" or (state == "unknown" and record.skip is not None):
                self._skipped += state == "skipped"
            elif state == "problem":
                self._problems += 1
            else:
                self._eligible += 1
                both = self._both(one, mapping, filled, linked, held)
                left_out = withheld.get(record.id, {})
                wanted = {name: it for name, it in both.wanted.items() if left_out.get(name) != entry(name, it)}
                self._judge(replace(both, wanted=wanted))

    def _both(self, one: Seen, mapping: EntityMapping, filled: frozenset[str], links: Links, held: _Held) -> Compared:
        """A record with what Marketo should hold, and holds: a person without an account is of no company there."""
        record = one.record
        wanted = wanted_of(record, filled, links, self._company_by(record.entity))
        found = held.get(key_in(record, links), [])
        if record.entity not in PEOPLE:
            return Compared(one, mapping, wanted, found)
        wanted |= dict.fromkeys(self._marks, False)
        stays: frozenset[str] = frozenset()
        lacks = [OWNER_KEY] if (record.owner or record.team) and not links.owner else []
        if mapping.linked and not links.company:
            wanted[COMPANY_KEY] = None
            stays = filled & {COMPANY_KEY}
            lacks += [COMPANY_KEY] if record.parent else []
        return Compared(one, mapping, wanted, found, stays, tuple(lacks))

    def _company_by(self, entity: Entity) -> str:
        """The company field that a custom object's rows are linked by."""
        return self._own[entity].company_by if entity in self._own else COMPANY_KEY

    def _all_met(self, schema: EntitySchema, mapping: EntityMapping) -> None:
        """What a table holds was compared."""

    def _held(
        self, entity: Entity, mapping: EntityMapping, staged: Sequence[StagedRecord], links: Sequence[Links]
    ) -> _Held:
        """What Marketo holds of a page's records, by key; of roles by their opportunities."""
        target = entity.target
        names = {pair.target.name for pair in mapping.fields}
        found: dict[_Key, list[Mapping[str, Any]]] = {}
        if target is Target.ROLE:
            deals = sorted({linked.opportunity for linked in links} - {""})
            for row in self._found(target, OPPORTUNITY_KEY, deals, _ROLE, ""):
                ends = (row.get(OPPORTUNITY_KEY), str(row.get("leadId")), row.get("role"))
                found.setdefault(ends, []).append(row)
            return found
        key, own = key_of(target), self._own.get(entity)
        fields = sorted({key, *(() if own is None else own.links), *_LINKS.get(target, ())} | names)
        fields += self._marks if target is Target.PERSON else []
        kind = own.name if own is not None else ""
        for row in self._found(target, key, [record.id for record in staged], fields, kind):
            found.setdefault(str(row.get(key) or "").lower(), []).append(row)
        return found

    def _found(
        self, target: Target, by: str, values: Sequence[str], fields: Sequence[str], kind: str
    ) -> tuple[Mapping[str, Any], ...]:
        if not values:
            return ()
        try:
            return self._marketo.find(target, by, values, fields, kind)
        except TooManyMatches:
            if len(values) == 1:
                raise
            half = len(values) // 2
            first, second = (self._found(target, by, part, fields, kind) for part in (values[:half], values[half:]))
            return first + second

    def _judge(self, one: Compared) -> None:
        entity, id_ = one.seen.record.entity, one.seen.record.id
        if len(one.found) != 1:
            _list(self._differences, Difference(entity, id_, MISSING if not one.found else DOUBLED))
            return
        self._once += 1
        unequal, kept = one.unequal, one.kept
        self._equal += not unequal and not kept
        self._kept += bool(kept) and not unequal
        _list(self._differences, *(Difference(entity, id_, UNEQUAL, name) for name in unequal))
        of_rules = (Difference(entity, id_, KEPT, name, explained=True, by_rule=True) for name in kept)
        _list(self._by_rule, *of_rules)


def _list(listed: list[Difference], *differences: Difference) -> None:
    listed += differences[: _LISTED - len(listed)]


def key_in(record: StagedRecord, links: Links) -> _Key:
    """Under what `Auditor` finds a record in Marketo."""
    if record.entity.target is Target.ROLE:
        return links.opportunity, links.person, (record.payload or {}).get("role")
    return record.id


def wanted_of(record: StagedRecord, filled: frozenset[str], links: Links, company_by: str) -> dict[str, Any]:
    """What Marketo has to hold: every value of ours, and nothing where a value of ours was cleared.

    A field that is only filled may hold what was there before.
    """
    wanted = {
        name: value
        for name, value in (record.payload or {}).items()
        if name not in record.spared
        and (value is not None or name in filled)
        and not (name == UNSUBSCRIBED and not value)
    }
    return wanted | link_values(record.entity, links, filled, company_by)

"""Compares both sides after a sync: every eligible record once in Marketo, with equal values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.convert import same
from dynsync_gui.domain.fingerprint import entry
from dynsync_gui.domain.mapping import EntityMapping
from dynsync_gui.domain.ports.dynamics import DynamicsReader
from dynsync_gui.domain.ports.marketo import MarketoReader, TooManyMatches
from dynsync_gui.domain.report import Difference, Proof
from dynsync_gui.domain.schema import (
    COMPANY_KEY,
    OPPORTUNITY_KEY,
    OWNER_KEY,
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
from dynsync_gui.engine.own_types import OwnType
from dynsync_gui.engine.payload import Rules
from dynsync_gui.engine.staging import in_range

_LISTED = 200
MISSING = msg("is not in Marketo")
DOUBLED = msg("is in Marketo more than once")
UNEQUAL = msg("has another value in Marketo")


_LINKS = {
    Target.COMPANY: (OWNER_KEY,),
    Target.PERSON: (COMPANY_KEY, OWNER_KEY),
    Target.OPPORTUNITY: (COMPANY_KEY, OWNER_KEY, "isClosed", "isWon"),
}
_ROLE = (OPPORTUNITY_KEY, "leadId", "role", "isPrimary")
_Key = str | tuple[Any, ...]


class Auditor:
    """Reads Dynamics afresh and looks every record up in Marketo.

    Args:
        dynamics: Read again, page by page.
        marketo: Asked for the keys of each page.
        store: Tells which records a rule leaves out and which are problems.
        rules: How records are taken in.
        own: What becomes of an organisation's own tables.
        token: Stops it.
    """

    def __init__(
        self,
        dynamics: DynamicsReader,
        marketo: MarketoReader,
        store: SyncStore,
        rules: Rules,
        own: Mapping[Entity, OwnType],
        token: CancelToken,
    ) -> None:
        self._dynamics = dynamics
        self._marketo = marketo
        self._store = store
        self._rules = rules
        self._own = own
        self._token = token
        self._eligible = self._once = self._equal = self._skipped = self._problems = 0
        self._differences: list[Difference] = []

    def prove(self, work: Sequence[tuple[EntitySchema, EntityMapping]]) -> Proof:
        """Compare every entity."""
        for schema, mapping in work:
            names = payload.columns(mapping, schema, self._rules)
            shown = payload.wants_shown(mapping)
            link = ""
            while True:
                self._token.checkpoint()
                page = self._dynamics.read_page(schema, names, link, track=False, shown=shown, page_size=CHUNK)
                staged = in_range(page.records, mapping, self._rules)
                for entity in dict.fromkeys(one.entity for one in staged):
                    self._compare(entity, mapping, [one for one in staged if one.entity is entity])
                if not page.next_link:
                    break
                link = page.next_link
            self._all_met(schema, mapping)
        return Proof(self._eligible, self._once, self._equal, self._skipped, self._problems, tuple(self._differences))

    def _compare(self, entity: Entity, mapping: EntityMapping, staged: Sequence[StagedRecord]) -> None:
        states = self._store.states(entity, [record.id for record in staged])
        links = self._store.links_of(staged)
        held = self._held(entity, mapping, staged, links)
        withheld = self._store.withheld(entity, [record.id for record in staged])
        company_by = self._company_by(entity)
        for record, linked in zip(staged, links, strict=True):
            state, filled = states.get(record.id, ("unknown", frozenset()))
            if state == "skipped" or (state == "unknown" and record.skip is not None):
                self._skipped += state == "skipped"
            elif state == "problem":
                self._problems += 1
            else:
                self._eligible += 1
                wanted = wanted_of(record, filled, linked, company_by)
                left_out = withheld.get(record.id, {})
                wanted = {name: one for name, one in wanted.items() if left_out.get(name) != entry(name, one)}
                self._judge(record, wanted, held.get(key_in(record, linked), []))

    def _company_by(self, entity: Entity) -> str:
        """The company field that a custom object's rows are linked by."""
        return self._own[entity].company_by if entity in self._own else COMPANY_KEY

    def _all_met(self, schema: EntitySchema, mapping: EntityMapping) -> None:
        """What a table holds was compared."""

    def _held(
        self, entity: Entity, mapping: EntityMapping, staged: Sequence[StagedRecord], links: Sequence[Links]
    ) -> Mapping[_Key, list[Mapping[str, Any]]]:
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

    def _judge(self, record: StagedRecord, wanted: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> None:
        if len(found) != 1:
            self._list(Difference(record.entity, record.id, MISSING if not found else DOUBLED))
            return
        self._once += 1
        unequal = [name for name, value in wanted.items() if not same(value, found[0].get(name))]
        if not unequal:
            self._equal += 1
        self._list(*(Difference(record.entity, record.id, UNEQUAL, name) for name in unequal))

    def _list(self, *differences: Difference) -> None:
        self._differences += differences[: _LISTED - len(self._differences)]


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

"""Compares both sides now, all of it or a sample, and looks the reason of every difference up in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dynsync_gui.domain.certificate import EntityCount
from dynsync_gui.domain.explain import Cause
from dynsync_gui.domain.findings.records import COMPANY_KEPT, DELETED_THERE, NOTICES
from dynsync_gui.domain.fingerprint import entries, entry
from dynsync_gui.domain.mapping import EntityMapping
from dynsync_gui.domain.place import Place
from dynsync_gui.domain.report import Difference
from dynsync_gui.domain.schema import (
    COMPANY_KEY,
    DELETED_FIELD,
    KEY_FIELD,
    MARKS,
    PEOPLE,
    Entity,
    EntitySchema,
    Target,
    in_cycle_order,
)
from dynsync_gui.domain.storage.records import StagedRecord
from dynsync_gui.domain.text import Message, msg
from dynsync_gui.engine import payload
from dynsync_gui.engine.explaining.fields import Sides
from dynsync_gui.engine.explaining.way_back import WayBack
from dynsync_gui.engine.matching import CHUNK
from dynsync_gui.engine.proof import DOUBLED, MISSING, UNEQUAL, Auditor, Compared, Seen

AT_ONCE = 100

_NEW = msg("is newer than the last sync")
_CHANGED = msg("changed in Dynamics since the last sync")
_GONE = msg("was deleted in Dynamics since the last sync")
_WAITS = msg("waits to be sent")
_REMOVED = msg("was deleted or merged in Marketo after DynSync had sent it")
_OVERWRITTEN = msg("was changed in Marketo after DynSync had sent it, or Marketo blocks updates of the field")
_MARKED = msg("says that the record is left out, though it is synced: sync this one record now")
_UNMARKED = msg("does not say that the record was deleted in Dynamics: sync this one record now")
_PHRASES: Mapping[Cause, Message] = {
    Cause.RETURNING: msg("was changed in Marketo since the last sync, and the next one takes it to Dynamics"),
    Cause.NOT_TAKEN: msg("was changed in Marketo, and Dynamics did not take it"),
    Cause.NOT_ALLOWED: msg("was changed in Marketo, and an account lacks a right to bring that to Dynamics"),
    Cause.OVERWRITTEN: _OVERWRITTEN,
    Cause.CHANGED: msg("was changed in Marketo, and the next sync sends Dynamics' value again"),
}


@dataclass
class _Count:
    looked_at: int = 0
    equal: int = 0
    different: int = 0
    unexplained: int = 0
    skipped: int = 0
    kept: int = 0


class Certifier(Auditor):
    """An audit whose differences have reasons; nothing is written."""

    def certify(
        self,
        work: Sequence[tuple[EntitySchema, EntityMapping]],
        back: WayBack,
        on_difference: Callable[[Difference], None],
        sample: int = 0,
    ) -> tuple[EntityCount, ...]:
        """Compare every table.

        Args:
            work: Tables and what of them is synced.
            back: What is known of changes that people made in Marketo.
            on_difference: Told each difference; of a large world there may be more than memory should hold.
            sample: Most records of a table, chosen at random among those that the sync knows; 0 for all there are.

        Returns:
            Numbers per table.
        """
        self._back = back
        self._looked = False
        self._tell = on_difference
        self._counts: dict[Entity, _Count] = {}
        self._met: set[int] = set()
        if sample:
            for schema, mapping in work:
                self._some(schema, mapping, sample)
        else:
            self.prove(work)
        return tuple(
            EntityCount(entity, one.looked_at, one.equal, one.different, one.unexplained, one.skipped, one.kept)
            for entity in in_cycle_order(self._counts)
            for one in [self._counts[entity]]
        )

    def _some(self, schema: EntitySchema, mapping: EntityMapping, sample: int) -> None:
        ids = self._store.sample(mapping.entity, sample)
        names, shown = payload.columns(mapping, schema, self._rules), payload.wants_shown(mapping)
        for start in range(0, len(ids), AT_ONCE):
            self._token.checkpoint()
            part = ids[start : start + AT_ONCE]
            records = self._dynamics.read_records(schema, names, part, shown=shown)
            self._compare_all(records, mapping)
            self._count_gone(mapping.entity, set(part) - {record.id for record in records})

    def _all_met(self, schema: EntitySchema, mapping: EntityMapping) -> None:
        """List what Marketo has of a table and Dynamics has no more, and people whose mark says nothing of that."""
        after = 0
        while rows := self._store.in_marketo(mapping.entity, after, AT_ONCE):
            after = rows[-1][0]
            unmet = [id_ for seq, id_ in rows if seq not in self._met]
            if unmet:
                there = self._dynamics.read_records(schema, (), unmet, shown=False)  # it may have moved between pages
                self._count_gone(mapping.entity, set(unmet) - {record.id for record in there})
        self._met.clear()
        if DELETED_FIELD in self._marks and schema.entity in PEOPLE:
            self._all_marked(schema.entity)

    def _all_marked(self, entity: Entity) -> None:
        after = 0
        while rows := self._store.marked(entity, after, CHUNK):
            self._token.checkpoint()
            after = rows[-1][0]
            ids = [id_ for _, id_ in rows]
            for person in self._found(Target.PERSON, KEY_FIELD, ids, (KEY_FIELD, DELETED_FIELD), ""):
                if not person.get(DELETED_FIELD):
                    self._count(entity, Difference(entity, str(person[KEY_FIELD]), _UNMARKED, DELETED_FIELD))

    def _count_gone(self, entity: Entity, ids: Collection[str]) -> None:
        for place in self._store.places(sorted(ids)):
            if place.entity is entity and place.marketo_id and place.reason != "deleted":
                self._count(entity, Difference(entity, place.id, _GONE, explained=True))

    def _compare(self, entity: Entity, mapping: EntityMapping, seen: Sequence[Seen]) -> None:
        staged = [one.record for one in seen]
        places = {one.id: one for one in self._store.places([record.id for record in staged]) if one.entity is entity}
        self._met |= {place.seq for place in places.values()}
        links = self._store.links_of(staged)
        held = self._held(entity, mapping, staged, links)
        compared: list[tuple[Compared, Place | None]] = []
        for one, linked in zip(seen, links, strict=True):
            record, place = one.record, places.get(one.record.id)
            if record.skip is not None or (place is not None and place.state == "skipped" and _seen(place, record)):
                count = self._counts.setdefault(entity, _Count())
                count.looked_at += 1
                count.skipped += 1
                continue
            filled = place.filled if place else frozenset[str]()
            compared.append((self._both(one, mapping, filled, linked, held), place))
        if entity in PEOPLE:
            self._look([one for one, _ in compared])
        for both, place in compared:
            self._count(entity, *self._differences_of(both, place))

    def _look(self, compared: Sequence[Compared]) -> None:
        """Ask what people changed in Marketo; what stays by a rule is on nearly every page, and is asked for once."""
        if any(one.unequal for one in compared) or (not self._looked and any(one.kept for one in compared)):
            self._back.look()
            self._looked = True

    def _differences_of(self, one: Compared, place: Place | None) -> list[Difference]:
        record, mapping = one.seen.record, one.mapping
        if len(one.found) != 1:
            reason, known = _missing(record, place) if not one.found else (DOUBLED, False)
            return [Difference(record.entity, record.id, reason, explained=known)]
        late = [pair.target.name for pair in mapping.fields if pair.since and pair.target.name not in one.wanted]
        sides = Sides(mapping, None, place, one.found[0], self._back, late)
        return [
            self._lacking(one, place, name)
            if name in one.lacks and not one.found[0].get(name)
            else _of_field(one, sides, name)
            for name in (*one.unequal, *one.kept)
        ]

    def _lacking(self, one: Compared, place: Place | None, name: str) -> Difference:
        """A person without its company or its owner: for good where a rule leaves that out, or where a team owns it."""
        record, of_company = one.seen.record, name == COMPANY_KEY
        differs = partial(Difference, record.entity, record.id, field=name, explained=True)
        if record.team and not of_company:
            return differs(NOTICES["team-owner"].title, by_rule=True)
        table, id_ = (Entity.ACCOUNT, record.parent) if of_company else (Entity.USER, record.owner)
        other = next((one for one in self._store.places([id_]) if one.entity is table), None)
        name_ = (other.name if other is not None else "") or id_
        missing = msg("It is in Marketo without its owner “{name}”.", name=name_)
        if of_company:
            missing = msg("It is in Marketo without its company “{name}”.", name=name_)
        by_rule = other is None or other.state == "skipped"
        reason = (None if by_rule else _reason(record, place)) or missing
        return differs(reason, by_rule=by_rule)

    def _count(self, entity: Entity, *differences: Difference) -> None:
        count = self._counts.setdefault(entity, _Count())
        count.looked_at += 1
        count.equal += not differences
        count.kept += bool(differences) and all(one.by_rule for one in differences)
        count.different += any(not one.by_rule for one in differences)
        count.unexplained += any(not one.explained for one in differences)
        for one in differences:
            self._tell(one)


def _missing(record: StagedRecord, place: Place | None) -> tuple[Message, bool]:
    """Why a record is not in Marketo, and whether the sync knows it."""
    reason = _reason(record, place)
    if reason is not None:
        return reason, True
    if place is not None and DELETED_THERE in place.notices:
        return NOTICES[DELETED_THERE].title, True
    return (_REMOVED, False) if place is not None and place.marketo_id else (MISSING, False)


def _of_field(one: Compared, sides: Sides, name: str) -> Difference:
    """A field that differs, with the reason."""
    record, place = one.seen.record, sides.place
    differs = partial(Difference, record.entity, record.id, field=name)
    pair = next((one for one in sides.mapping.fields if one.target.name == name), None)
    if pair is not None:
        found = sides.reason(pair, one.seen.values.get(name))
        if found.cause.by_rule:
            return differs(found.finding, explained=True, by_rule=True)
        if found.known or found.cause is Cause.OVERWRITTEN:
            return differs(_PHRASES[found.cause], explained=found.known)
    elif name in one.stays:
        return differs(NOTICES[COMPANY_KEPT].title, explained=True, by_rule=True)
    elif name not in MARKS and place is not None and _was_sent(place, name, one.wanted.get(name)):
        return differs(_OVERWRITTEN)
    reason = _reason(record, place)
    return differs(reason or (_MARKED if name in MARKS else UNEQUAL), explained=reason is not None)


def _was_sent(place: Place, name: str, wanted: Any) -> bool:
    """Whether Marketo took a value that no column of the record's own holds, such as a link."""
    if name == COMPANY_KEY and not wanted:
        return False  # Marketo lets go of no company
    return entry(name, wanted) in entries(place.agreed) or str(wanted or "") in place.linked.split("|")


def _reason(record: StagedRecord, place: Place | None) -> Message | None:
    """Why a record may be missing or another one for now; None where it has no reason to be."""
    if place is None:
        return _NEW
    if not _seen(place, record):
        return _CHANGED
    if place.problem is not None:
        return place.problem.title
    return _WAITS if place.state == "outbox" else None


def _seen(place: Place, record: StagedRecord) -> bool:
    return place.version == record.version

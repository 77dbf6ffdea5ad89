"""Looks one record up on both sides and in the ledger, and says why it is not, or not so, in Marketo. It only reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.convert import email_of
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.explain import Answer, Cause, Explanation, FieldView, Step, id_in
from dynsync_gui.domain.mapping import EntityMapping, SyncMapping
from dynsync_gui.domain.place import Place
from dynsync_gui.domain.ports.dynamics import Carrying, DynamicsReader, SourceRecord
from dynsync_gui.domain.ports.marketo import MarketoReader
from dynsync_gui.domain.report import Problem
from dynsync_gui.domain.schema import (
    COMPANY_KEY,
    FILTER_FIELD,
    KEY_FIELD,
    MARKS,
    OWNER_KEY,
    PEOPLE,
    Entity,
    Target,
    in_cycle_order,
    key_of,
)
from dynsync_gui.domain.settings import FilteredOut
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.domain.text import msg
from dynsync_gui.engine import payload
from dynsync_gui.engine.conversion import Conversion
from dynsync_gui.engine.explaining.chain import Chain
from dynsync_gui.engine.explaining.fields import Sides, field_views
from dynsync_gui.engine.explaining.subject import Held, Standstill, Subject
from dynsync_gui.engine.explaining.way_back import WayBack
from dynsync_gui.engine.payload import Rules
from dynsync_gui.engine.quarantine import LIST_MISSING, LIST_OUT
from dynsync_gui.engine.staging import every_value, late_fields, stage
from dynsync_gui.engine.workload import Schemas

MOST = 20
"""Records that one address may mean; more are left out."""

_Key = tuple[Entity, str]


class Explainer:
    """Answers about single records.

    Args:
        dynamics: Asked for the record as it is now.
        marketo: Asked for what it became.
        store: The ledger.
        schemas: Both sides' tables today.
        mapping: What is synced.
        rules: How records are taken in.
        standstill: What holds up the sync as a whole.
    """

    def __init__(
        self,
        dynamics: DynamicsReader,
        marketo: MarketoReader,
        store: SyncStore,
        schemas: Schemas,
        mapping: SyncMapping,
        rules: Rules,
        standstill: Standstill,
    ) -> None:
        self._dynamics = dynamics
        self._marketo = marketo
        self._store = store
        self._schemas = schemas
        self._mapping = mapping
        self._rules = rules
        self._standstill = standstill
        self._back = WayBack(marketo, store, mapping)
        persons = schemas.persons
        self._key_known = persons.field(KEY_FIELD) is not None and KEY_FIELD in persons.searchable

    def explain(self, asked: str) -> Answer:
        """Explain every record that an e-mail address or a Dynamics id may mean.

        Raises:
            ConnectionFailed: A system does not answer.
        """
        id_ = id_in(asked)
        email = "" if id_ else email_of(asked)
        places = self._store.places([id_]) if id_ else self._store.places_of_email(email)
        known = {(one.entity, one.id): one for one in places if one.entity is not Entity.CUSTOMER}
        live = self._by_id(id_, [key[0] for key in known]) if id_ else self._by_email(email, known)
        keys: list[_Key] = sorted(
            {*known, *live}, key=lambda key: (PEOPLE.index(key[0]) if key[0] in PEOPLE else 9, key[1])
        )
        alike = self._persons("email", [email]) if email and "," not in email else ()
        if not keys:
            return Answer(asked, (self._stranger(id_, alike),))
        return Answer(asked, tuple(self._explain(key, keys, known, live, alike) for key in keys[:MOST]))

    def _explain(
        self,
        key: _Key,
        keys: Sequence[_Key],
        known: Mapping[_Key, Place],
        live: Mapping[_Key, SourceRecord],
        alike: Sequence[Held],
    ) -> Explanation:
        entity, id_ = key
        place, record, mapping = known.get(key), live.get(key), self._mapping.entities.get(entity)
        if place is None:
            place = next((one for one in self._store.places([id_]) if one.entity is entity), None)
        held = self._held(entity, id_, mapping)
        views: tuple[FieldView, ...] = ()
        if record is not None and mapping is not None and len(held) == 1:
            wanted = self._wanted(record, mapping)
            target, late = self._schemas.targets.get(entity.target), late_fields(record, mapping)
            kept_out = mapping.filter and record.values.get(FILTER_FIELD) is False
            sides = Sides(mapping, target, place, held[0], self._back, late, kept_out=kept_out)
            views = field_views(wanted, sides)
        master = str(record.values.get("_masterid_value") or "").lower() if record is not None else ""
        named = [id_ for id_ in (master, *((place.parent, place.owner) if place is not None else ())) if id_]
        others = {(one.entity, one.id): one for one in self._store.places(named)}
        runs = self._store.runs(1)
        leaves = place is not None and place.leaves_list and self._rules.filtered is FilteredOut.UNLIST
        return Chain(
            Subject(
                entity=entity,
                id=id_,
                live=record,
                place=place,
                mapping=mapping,
                lost=self._schemas.lost.get(entity),
                looked=entity in self._schemas.tables,
                held=held,
                alike=alike,
                survivor=others.get((entity, master)),
                parent=others.get((place.parent_entity, place.parent)) if place else None,
                owner=others.get((Entity.USER, place.owner)) if place else None,
                owned=self._rules.owners and self._schemas.persons.field(OWNER_KEY) is not None,
                namesakes=[
                    f"{other.value} {other_id}"
                    for other, other_id in keys
                    if other_id != id_ and (other, other_id) in live
                ],
                views=views,
                run=runs[0] if runs else None,
                standstill=self._standstill,
                leaves_list=leaves,
                list_trouble=self._list_trouble() if leaves else None,
            )
        ).explain()

    def _list_trouble(self) -> Problem | None:
        return next((one for one in self._store.problems() if one.code in {LIST_MISSING, LIST_OUT}), None)

    def _by_id(self, id_: str, entities: Sequence[Entity]) -> Mapping[_Key, SourceRecord]:
        """The record of an id: where the ledger has it, else in the first table that has it."""
        for entity in entities or in_cycle_order((*PEOPLE, *self._schemas.tables)):
            for record in self._read(entity, [id_]):
                return {(entity, id_): record}
        return {}

    def _by_email(self, email: str, known: Mapping[_Key, Place]) -> Mapping[_Key, SourceRecord]:
        """People with the address now, and those that had it when they were read."""
        found: dict[_Key, SourceRecord] = {}
        for entity in PEOPLE:
            schema = self._schemas.tables.get(entity)
            if schema is None:
                continue
            page = self._dynamics.read_page(
                schema,
                self._columns(entity),
                "",
                track=False,
                shown=True,
                page_size=MOST,
                where=Carrying("emailaddress1", (email,)),
            )
            found |= {(entity, record.id): record for record in page.records}
            missing = [id_ for table, id_ in known if table is entity and (entity, id_) not in found]
            found |= {(entity, record.id): record for record in self._read(entity, missing[:MOST])}
        return found

    def _read(self, entity: Entity, ids: Sequence[str]) -> Sequence[SourceRecord]:
        schema = self._schemas.tables.get(entity)
        if schema is None or not ids:
            return ()
        return self._dynamics.read_records(schema, self._columns(entity), ids, shown=True)

    def _columns(self, entity: Entity) -> tuple[str, ...]:
        mapping = self._mapping.entities.get(entity) or EntityMapping(entity, (), filter=False)
        return payload.columns(mapping, self._schemas.tables[entity], self._rules)

    def _wanted(self, record: SourceRecord, mapping: EntityMapping) -> Mapping[str, Any]:
        """Dynamics' values of now, whether or not a rule leaves the record or a value out."""
        told = every_value(mapping)
        staged = next(one for one in stage(record, told, self._rules) if one.entity is record.entity)
        if staged.skip is None and staged.payload is not None:  # who is left out may be sent a farewell
            return staged.payload
        return Conversion(told.fields).convert(record).payload

    def _held(self, entity: Entity, id_: str, mapping: EntityMapping | None) -> Sequence[Held]:
        """What Marketo has under the record's key."""
        target, own = entity.target, self._schemas.own.get(entity)
        if target is Target.PERSON:
            return self._persons(KEY_FIELD, [id_]) if self._key_known else ()
        if target is Target.ROLE or mapping is None:
            return ()
        key = key_of(target)
        fields = sorted({key, *(pair.target.name for pair in mapping.fields)})
        try:
            return self._marketo.find(target, key, [id_], fields, own.name if own is not None else "")
        except ConnectionFailed:
            return ()  # Marketo does not let this object be read: the ledger's word has to do

    def _persons(self, by: str, values: Sequence[str]) -> Sequence[Held]:
        known = {field.name for field in self._schemas.persons.fields}
        names = {pair.target.name for entity in PEOPLE for pair in self._pairs(entity)} | {
            "email",
            COMPANY_KEY,
            OWNER_KEY,
            *MARKS,
        }
        keys = {"id", "updatedAt", *((KEY_FIELD,) if self._key_known else ())}
        return self._marketo.find(Target.PERSON, by, values, sorted((names & known) | keys))

    def _pairs(self, entity: Entity) -> Sequence[Any]:
        mapping = self._mapping.entities.get(entity)
        return mapping.fields if mapping is not None else ()

    def _stranger(self, id_: str, persons: Sequence[Held]) -> Explanation:
        """Dynamics has no such record, and never had one that the sync saw."""
        title = msg("In Dynamics")
        if not persons:
            verdict = msg("Neither Dynamics nor Marketo has it.")
            cure = msg("Look whether it is written as in Dynamics, and whether DynSync's account may see it there.")
            cause = Cause.NOWHERE
        else:
            ids = ", ".join(str(row.get("id")) for row in persons)
            verdict = msg("Only Marketo has it, as number {ids}. DynSync brings nothing new to Dynamics.", ids=ids)
            cure = msg("Create the person in Dynamics if it belongs there: the two are then linked by their address.")
            cause = Cause.ONLY_IN_MARKETO
        step = Step("dynamics", CheckState.FAILED, title, verdict, cure)
        person = str(persons[0].get("id")) if persons else ""
        return Explanation(None, id_, "", person, (step,), (), cause, verdict, cure)

"""Compares both sides after a sync: every eligible record once in Marketo, with equal values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.convert import same
from dynsync_gui.domain.mapping import EntityMapping
from dynsync_gui.domain.ports import DynamicsReader, MarketoReader, SourceRecord
from dynsync_gui.domain.report import Difference, Proof
from dynsync_gui.domain.schema import COMPANY_KEY, EntitySchema
from dynsync_gui.domain.storage import StagedRecord, SyncStore
from dynsync_gui.domain.text import msg
from dynsync_gui.engine import outgoing, payload
from dynsync_gui.engine.matching import CHUNK

_LISTED = 200
_MISSING = msg("is not in Marketo")
_DOUBLED = msg("is in Marketo more than once")
_UNEQUAL = msg("has another value in Marketo")


class Auditor:
    """Reads Dynamics afresh and looks every record up in Marketo.

    Args:
        dynamics: Read again, page by page.
        marketo: Asked for the keys of each page.
        store: Tells which records a rule leaves out and which are problems.
        token: Stops it.
    """

    def __init__(self, dynamics: DynamicsReader, marketo: MarketoReader, store: SyncStore, token: CancelToken) -> None:
        self._dynamics = dynamics
        self._marketo = marketo
        self._store = store
        self._token = token
        self._eligible = self._once = self._equal = self._skipped = self._problems = 0
        self._differences: list[Difference] = []

    def prove(self, work: Sequence[tuple[EntitySchema, EntityMapping]]) -> Proof:
        """Compare every entity."""
        for schema, mapping in work:
            names = payload.columns(mapping, schema)
            shown = payload.wants_shown(mapping)
            link = ""
            while True:
                self._token.checkpoint()
                page = self._dynamics.read_page(schema, names, link, track=False, shown=shown, page_size=CHUNK)
                self._compare(page.records, mapping)
                if not page.next_link:
                    break
                link = page.next_link
        return Proof(
            self._eligible, self._once, self._equal, self._skipped, self._problems, tuple(self._differences[:_LISTED])
        )

    def _compare(self, records: Sequence[SourceRecord], mapping: EntityMapping) -> None:
        if not records:
            return
        entity = mapping.entity
        key = outgoing.key_of(entity.target)
        fields = sorted({key, "id", COMPANY_KEY} | {pair.target.name for pair in mapping.fields})
        staged = [payload.stage(record, mapping) for record in records]
        states = self._store.states(entity, [record.id for record in staged])
        companies = self._store.company_ready([record.parent for record in staged if record.parent])
        held: dict[str, list[Mapping[str, Any]]] = {}
        for row in self._marketo.find(entity.target, key, [record.id for record in staged], fields):
            held.setdefault(str(row.get(key) or "").lower(), []).append(row)
        for record in staged:
            state, filled = states.get(record.id, ("unknown", frozenset()))
            if state == "skipped":
                self._skipped += 1
            elif state == "problem":
                self._problems += 1
            else:
                self._eligible += 1
                wanted = _wanted(record, filled, linked=record.parent in companies)
                self._judge(record, wanted, held.get(record.id, []))

    def _judge(self, record: StagedRecord, wanted: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> None:
        if len(found) != 1:
            self._differences.append(Difference(record.entity, record.id, _MISSING if not found else _DOUBLED))
            return
        self._once += 1
        unequal = [name for name, value in wanted.items() if not same(value, found[0].get(name))]
        if not unequal:
            self._equal += 1
        self._differences += [Difference(record.entity, record.id, _UNEQUAL, name) for name in unequal]


def _wanted(record: StagedRecord, filled: frozenset[str], *, linked: bool) -> dict[str, Any]:
    """What Marketo has to hold: every value of ours, and nothing where a value of ours was cleared.

    A field that is only filled may hold what was there before.
    """
    wanted = {
        name: value
        for name, value in (record.payload or {}).items()
        if name not in record.spared
        and (value is not None or name in filled)
        and not (name == outgoing.UNSUBSCRIBED and not value)
    }
    for name in record.spared:
        wanted.pop(name, None)
    if linked and record.parent:
        wanted[COMPANY_KEY] = record.parent
    return wanted

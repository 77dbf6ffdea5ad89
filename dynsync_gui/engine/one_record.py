"""Reads one record now, with the parents that it needs, so that it can be sent before all others."""

from __future__ import annotations

from collections.abc import Mapping

from dynsync_gui.domain.mapping import SyncMapping
from dynsync_gui.domain.ports.dynamics import DynamicsReader
from dynsync_gui.domain.schema import Entity, EntitySchema
from dynsync_gui.domain.storage.records import StagedRecord
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine import payload
from dynsync_gui.engine.payload import Rules
from dynsync_gui.engine.staging import gone, stage_all

_DEEPEST = 3
"""An opportunity's contact has an account, which has an owner."""


class OneRecord:
    """Stages single records.

    Args:
        dynamics: Where to read.
        store: Where to stage.
        run: The run's number.
        tables: Dynamics' tables of today.
        mapping: What is synced.
        rules: How records are taken in.
    """

    def __init__(
        self,
        dynamics: DynamicsReader,
        store: SyncStore,
        run: int,
        tables: Mapping[Entity, EntitySchema],
        mapping: SyncMapping,
        rules: Rules,
    ) -> None:
        self._dynamics = dynamics
        self._store = store
        self._run = run
        self._tables = tables
        self._mapping = mapping
        self._rules = rules

    def read(self, entity: Entity, id_: str) -> bool:
        """Stage a record whole, and what it hangs on where Marketo lacks that; False where Dynamics has it no more."""
        self._store.forget_agreement(entity, id_)
        staged = self._staged(entity, id_)
        if not staged:
            if any(place.entity is entity for place in self._store.places([id_])):
                self._store.stage(self._run, gone(entity, id_, self._rules))
            return False
        self._parents(staged, _DEEPEST)
        self._store.stage(self._run, staged)
        return True

    def _parents(self, staged: tuple[StagedRecord, ...], depth: int) -> None:
        """What they hang on comes first, from the top."""
        for one in staged if depth else ():
            for entity, id_ in ((one.parent_entity, one.parent), (Entity.USER, one.owner)):
                known = any(place.entity is entity and place.marketo_id for place in self._store.places([id_]))
                if not id_ or known:
                    continue
                parents = self._staged(entity, id_)
                self._parents(parents, depth - 1)
                self._store.stage(self._run, parents)

    def _staged(self, entity: Entity, id_: str) -> tuple[StagedRecord, ...]:
        schema, mapping = self._tables.get(entity), self._mapping.entities.get(entity)
        if schema is None or mapping is None:
            return ()
        names, shown = payload.columns(mapping, schema, self._rules), payload.wants_shown(mapping)
        records = self._dynamics.read_records(schema, names, [id_], shown=shown)
        return tuple(stage_all(records, mapping, self._rules))

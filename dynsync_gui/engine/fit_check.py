"""Reads Dynamics as a first sync would, into a ledger that vanishes, and says which values do not fit Marketo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.fit import FitReport
from dynsync_gui.domain.mapping import EntityMapping, SyncMapping
from dynsync_gui.domain.ports.dynamics import DynamicsReader, SourceRecord
from dynsync_gui.domain.report import RunKind
from dynsync_gui.domain.schema import Entity, EntitySchema
from dynsync_gui.domain.storage.records import StagedRecord
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine import payload
from dynsync_gui.engine.fit import Withheld, fit_report
from dynsync_gui.engine.payload import Rules
from dynsync_gui.engine.quarantine import quarantines
from dynsync_gui.engine.reading import Reading
from dynsync_gui.engine.sampling import newest
from dynsync_gui.engine.staging import stage_all
from dynsync_gui.engine.workload import Schemas, work_of

SAMPLE = 500
"""Records of each table that a sample looks at."""

_IDS = 100

OnRead = Callable[[Entity, int, int | None], None]
_Table = tuple[EntitySchema, EntityMapping]


class FitCheck:
    """One check. It writes to neither system.

    Args:
        dynamics: Where to read.
        store: An empty ledger.
        token: Stops it.
        on_read: Told a table, how many of its records are read, and of how many, where that is known.
        withheld: Tells values that the sync will leave out of single records.
    """

    def __init__(
        self,
        dynamics: DynamicsReader,
        store: SyncStore,
        token: CancelToken,
        on_read: OnRead,
        withheld: Withheld = lambda _entity, _ids: {},
    ) -> None:
        self._dynamics = dynamics
        self._store = store
        self._token = token
        self._on_read = on_read
        self._withheld = withheld
        self._rules = Rules(owners=True)
        self._run = store.begin_run(RunKind.FIRST).id

    def check(self, schemas: Schemas, mapping: SyncMapping, *, everything: bool) -> FitReport:
        """Read all records, or the newest of each table, and judge those that would be sent.

        Raises:
            ConnectionFailed: Dynamics gives none of the tables.
        """
        work = work_of(schemas, mapping)
        lost: list[ConnectionFailed] = []
        rows: dict[Entity, int] = {}
        read = self._read if everything else self._sample
        for schema, one in work:
            try:
                read(schema, one)
            except ConnectionFailed as failure:
                if not quarantines(failure):
                    raise
                lost.append(failure)
            else:
                rows[schema.entity] = self._store.count_records(self._run, schema.entity)
        if lost and not rows:
            raise lost[0]
        if not everything:
            self._bring_contacts({schema.entity: (schema, one) for schema, one in work if schema.entity in rows})
        self._store.follow_life(self._run)
        self._store.judge_owners(self._run)
        if everything:  # of a sample nobody knows what its rows belong to
            self._store.leave_out(tuple(schemas.own))
        self._store.decide_rest()
        return fit_report(self._store, mapping, rows, complete=everything and not lost, withheld=self._withheld)

    def _read(self, schema: EntitySchema, mapping: EntityMapping) -> None:
        told = lambda entity, done: self._on_read(entity, done, None)  # noqa: E731
        Reading(self._dynamics, self._store, self._run, self._rules, self._token, told).read(schema, mapping)

    def _sample(self, schema: EntitySchema, mapping: EntityMapping) -> None:
        names, shown = payload.columns(mapping, schema, self._rules), payload.wants_shown(mapping)
        self._on_read(schema.entity, 0, SAMPLE)
        records = newest(self._dynamics, schema, names, SAMPLE, self._token, shown=shown)
        self._store.stage(self._run, self._staged(records, mapping))
        self._on_read(schema.entity, len(records), len(records))

    def _bring_contacts(self, tables: dict[Entity, _Table]) -> None:
        """The contacts of sampled qualified leads: such a lead is sent only where its contact is not."""
        if not tables.keys() >= {Entity.LEAD, Entity.CONTACT}:
            return
        schema, mapping = tables[Entity.CONTACT]
        names, shown = payload.columns(mapping, schema, self._rules), payload.wants_shown(mapping)
        for ids in self._linked_contacts():
            self._token.checkpoint()
            records = self._dynamics.read_records(schema, names, ids, shown=shown)
            self._store.stage(self._run, self._staged(records, mapping))

    def _linked_contacts(self) -> Sequence[Sequence[str]]:
        links = self._store.contacts_of_leads(self._run)
        return [links[start : start + _IDS] for start in range(0, len(links), _IDS)]

    def _staged(self, records: Sequence[SourceRecord], mapping: EntityMapping) -> list[StagedRecord]:
        return stage_all(records, mapping, self._rules)

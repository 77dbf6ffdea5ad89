"""Reads both sides into the ledger and counts what a run will do. It has no way to write to either system."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ConnectionFailed
from dynsync_gui.domain.mapping import SyncMapping
from dynsync_gui.domain.plan import Plan
from dynsync_gui.domain.ports.apart import StartApart
from dynsync_gui.domain.ports.dynamics import DynamicsReader
from dynsync_gui.domain.ports.marketo import MarketoReader
from dynsync_gui.domain.report import RunKind, RunReport, RunState
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.settings import DeletedPolicy, LimitSettings
from dynsync_gui.domain.storage.records import Notice
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine.calls import CallCount
from dynsync_gui.engine.ends import Ends
from dynsync_gui.engine.fit import Withheld, fit_report
from dynsync_gui.engine.matching import Matching
from dynsync_gui.engine.own_types import OwnType, new_objects
from dynsync_gui.engine.payload import Rules
from dynsync_gui.engine.people_files import ROWS_A_SECOND, by_file, calls_by_file
from dynsync_gui.engine.quarantine import TABLE_OUT, quarantines
from dynsync_gui.engine.reading import PARTLY_VISIBLE, Reading
from dynsync_gui.engine.workload import Schemas, kept_tables, work_of

BATCH_ROWS = 300
"""Rows a call may hold (Marketo REST, sync calls)."""

SECONDS_A_CALL = 1.0
"""What a call of 300 rows is taken to last, for the forecast."""

FIELD_CALLS = 6
FIELD_SECONDS = 15.0
"""Creating fields takes one call, and asking until Marketo offers them, as forecast."""

OnPhase = Callable[[RunState], None]
OnDone = Callable[[Entity | None, int], None]


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes plans.

    Attributes:
        dynamics: Where to read.
        marketo: The reading half of Marketo.
        store: Where records are staged: a private one for a preview, the profile's for a run.
        limits: DynSync's share of Marketo's limits.
        rules: How records are taken in.
        token: Pauses and stops it.
        on_phase: Told when a phase begins.
        on_done: Told how many records of an entity (all people when None) the phase has done.
        left: Calls that are left of today's share; what the way that people travel depends on.
        start: Starts a process of its own for large tables; None for none.
    """

    dynamics: DynamicsReader
    marketo: MarketoReader
    store: SyncStore
    limits: LimitSettings
    rules: Rules
    token: CancelToken
    on_phase: OnPhase
    on_done: OnDone
    left: Callable[[], int] = lambda: sys.maxsize
    start: StartApart | None = None

    def prepare(self, schemas: Schemas, mapping: SyncMapping) -> tuple[CallCount, RunReport]:
        """Read and match everything that is not read and matched yet.

        Returns:
            What counts the calls, and the run that it all belongs to.
        """
        run = self.store.unfinished_run()
        if run is None:
            first = not self.store.had_first_sync()
            run = self.store.begin_run(RunKind.FIRST if first else RunKind.CYCLE)
        calls = CallCount(self.marketo, self.store, run.id)
        self.store.advance_run(run.id, RunState.READING)
        self.on_phase(RunState.READING)
        self._read(schemas, mapping, run.id)
        self.store.settle_unchosen(run.id, kept_tables(schemas, mapping))
        self.store.advance_run(run.id, RunState.MATCHING)
        self.on_phase(RunState.MATCHING)
        self.matching(schemas, mapping, run.id, calls).match()
        calls.keep()
        with self.store.stoppable(self.token):
            self.store.note_standing(unmarked=self.rules.deleted is DeletedPolicy.MARK)
        self.store.remember_fields(run.id, mapping.new_fields)
        self.store.advance_run(run.id, RunState.WRITING)
        return calls, self.store.report(run.id)

    def matching(self, schemas: Schemas, mapping: SyncMapping, run: int, calls: CallCount) -> Matching:
        """What finds the Marketo records of a run's outgoing records."""
        told = lambda done: self._matched(calls, done)  # noqa: E731
        look = self.ends(schemas, mapping, run).look
        return Matching(
            self.marketo, self.store, run, schemas, mapping, self.limits.in_flight, self.token, told, look=look
        )

    def ends(self, schemas: Schemas, mapping: SyncMapping, run: int) -> Ends:
        """What finds out which persons were merged or deleted in Marketo."""
        work = work_of(schemas, mapping)
        return Ends(self.dynamics, self.marketo, self.store, run, work, self.rules, self.token)

    def _read(self, schemas: Schemas, mapping: SyncMapping, run: int) -> None:
        """Read every table; one that Dynamics does not give is left out with a notice, unless it gives none at all."""
        reading = Reading(self.dynamics, self.store, run, self.rules, self.token, self.on_done, self.start)
        work, lost = work_of(schemas, mapping), dict(schemas.lost)
        self.store.forget_notices(PARTLY_VISIBLE)
        for schema, entity_mapping in work:
            try:
                reading.read(schema, entity_mapping)
            except ConnectionFailed as failure:
                if not quarantines(failure):
                    raise
                lost[schema.entity] = failure
        if lost and len(lost) >= len(work):
            raise next(iter(lost.values()))
        self.store.forget_notices(TABLE_OUT)
        self.store.notice([Notice(entity, "", TABLE_OUT, failure.detail) for entity, failure in lost.items()])

    def _matched(self, calls: CallCount, done: int) -> None:
        calls.keep()
        self.on_done(None, done)

    def plan(
        self,
        run: RunReport,
        mapping: SyncMapping,
        own: Mapping[Entity, OwnType],
        withheld: Withheld = lambda _entity, _ids: {},
    ) -> Plan:
        """Count what a prepared run will do.

        Args:
            run: It.
            mapping: What is synced.
            own: What becomes of an organisation's own tables.
            withheld: Tells values that it will leave out of single records, where this ledger does not know.
        """
        shared, examples = self.store.shared_emails(20)
        new_fields = self.store.wanted_fields(run.id)
        single, people = single_calls(self.store), self.store.imports.count
        filed = people() if by_file(self.limits.bulk, single, self.left(), people) else 0
        calls = single - ceil(filed / BATCH_ROWS) + calls_by_file(filed) if filed else single
        calls += FIELD_CALLS if new_fields else 0
        entities = self.store.entity_plans(run.id)
        rows = {entity.entity: entity.read for entity in entities if entity.entity in mapping.entities}
        return Plan(
            entities=entities,
            duplicates=shared,
            new_fields=new_fields,
            new_objects=new_objects(self.store, own, mapping),
            calls=calls,
            minutes=_minutes(calls, self.limits, filed / ROWS_A_SECOND + (FIELD_SECONDS if new_fields else 0.0)),
            calls_today=self.marketo.calls_today(),
            daily_calls=self.limits.daily_calls,
            examples=examples,
            fit=fit_report(self.store, mapping, rows, complete=True, withheld=withheld),
            by_file=filed,
            single_calls=single,
        )


def single_calls(store: SyncStore) -> int:
    """Calls that sending the whole outbox takes without files."""
    return sum(ceil(store.count_outgoing(entity) / BATCH_ROWS) for entity in store.entities())


def _minutes(calls: int, limits: LimitSettings, besides: float) -> float:
    """Calls at the configured share, of which the first 20 seconds' worth is free at once, and seconds besides."""
    by_rate = max(0, calls - limits.calls_per_20s) * 20 / limits.calls_per_20s
    by_latency = calls * SECONDS_A_CALL / limits.in_flight
    return round((max(by_rate, by_latency) + besides) / 60, 1)

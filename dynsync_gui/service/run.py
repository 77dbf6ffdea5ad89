"""One run from start to end: schemas, reading, matching, new fields, writing, report, message."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from dynsync_gui.domain.canary import CanaryCount
from dynsync_gui.domain.errors import Cancelled, DynSyncError, GuardStop
from dynsync_gui.domain.events import CanaryStep, Event, RunEnded
from dynsync_gui.domain.findings.marketo import QUOTA
from dynsync_gui.domain.mapping import SyncMapping
from dynsync_gui.domain.ports.connections import Connection, RateWindow
from dynsync_gui.domain.ports.profile import Mailer
from dynsync_gui.domain.report import RunKind, RunReport, RunState
from dynsync_gui.domain.schema import ENTITIES, KEY_FIELD, Entity, Target, in_cycle_order
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import FilteredOut, Settings
from dynsync_gui.domain.storage.records import Cursor
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine.calls import CallCount
from dynsync_gui.engine.canary import Canary
from dynsync_gui.engine.ends import Ends
from dynsync_gui.engine.executor import Executor
from dynsync_gui.engine.matching import Matching
from dynsync_gui.engine.one_record import OneRecord
from dynsync_gui.engine.overtaking import Overtaking, Wishes
from dynsync_gui.engine.own_types import OwnType, made_types
from dynsync_gui.engine.people_files import by_file
from dynsync_gui.engine.planner import Planner, single_calls
from dynsync_gui.engine.proof import Auditor
from dynsync_gui.engine.reading import Reading
from dynsync_gui.engine.retyped import remember_types, retyped, without_retyped
from dynsync_gui.engine.workload import Schemas, describe, kept_tables, mapping_of, rules_of, work_of
from dynsync_gui.service.bringing_back import BringingBack
from dynsync_gui.service.choices import note_lost_fields
from dynsync_gui.service.cycles import QUOTA_CODE
from dynsync_gui.service.express import Express
from dynsync_gui.service.guarding import guard_changes_back, guard_mass_changes
from dynsync_gui.service.jobs import BackgroundJob
from dynsync_gui.service.letters import end_message
from dynsync_gui.service.progress import ProgressMeter, quota_day
from dynsync_gui.service.workplace import Workplace

log = logging.getLogger(__name__)

MOST_WAITING = 250_000
"""Records that may wait while Marketo takes no more calls today; then Dynamics is read no further either."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a plan leaves for the run that carries it out."""

    planner: Planner
    schemas: Schemas
    mapping: SyncMapping
    run: RunReport
    calls: CallCount


class Runner:
    """Carries out one job over an open connection and store.

    Args:
        workplace: What the service works with.
        connection: Both systems.
        store: The profile's memory, or a private one for a plan.
        settings: Whose.
        window: Call times, for the quota shown.
        job: The job whose token stops it.
        emit: Takes its events.
        wishes: Records that somebody wants to be synced before all others.
    """

    def __init__(
        self,
        workplace: Workplace,
        connection: Connection,
        store: SyncStore,
        settings: Settings,
        window: RateWindow,
        job: BackgroundJob,
        emit: Callable[[Event], None],
        wishes: Wishes,
    ) -> None:
        self._workplace = workplace
        self._connection = connection
        self._store = store
        self._settings = settings
        self._job = job
        self._wishes = wishes
        self._schemas: Schemas | None = None
        self._own: Mapping[Entity, OwnType] = {}
        self._emit = emit
        self._window = window
        calls = lambda: (connection.marketo.calls_made(), window.count_day(quota_day()))  # noqa: E731
        self.meter = ProgressMeter(job.number, emit, calls, settings.limits.daily_calls)

    def prepare(self, before: SyncMapping | None = None) -> tuple[Planner, Prepared]:
        """Read and match; writes to neither system.

        Args:
            before: What this run read by, before Marketo told of other fields.
        """
        token = self._job.token
        native_sync, defaults = self._settings.enable.native_sync, self._workplace.defaults()
        dynamics, marketo, objects = self._connection.dynamics, self._connection.marketo, self._settings.synced_objects
        schemas = describe(dynamics, marketo, defaults, token, native_sync, objects)
        if marketo.used_up() and sum(self._outgoing().values()) >= MOST_WAITING:
            raise GuardStop(QUOTA_CODE, QUOTA, "enough is read until then")
        changed = retyped(self._store, schemas.tables)
        note_lost_fields(self._store, schemas, self._settings, defaults, changed)
        chosen = mapping_of(schemas, self._settings.fields, native_sync, objects)
        mapping = without_retyped(chosen, changed)
        remember_types(mapping, self._store)
        if before is not None:
            self._read_anew(before, mapping)
        planner = Planner(
            dynamics,
            marketo,
            self._store,
            self._settings.limits,
            rules_of(self._settings, schemas),
            token,
            self._phase,
            self._done,
            self._calls_left,
            self._workplace.start_apart,
        )
        calls, run = planner.prepare(schemas, mapping)
        written = {entity.target for entity, waiting in self._outgoing().items() if waiting}
        if marketo.outdated(tuple(Target) if self._wishes else written):
            return self.prepare(mapping)  # nothing is written by what Marketo told an hour ago
        guard_mass_changes(self._store, self._settings, run.id)
        return planner, Prepared(planner, schemas, mapping, run, calls)

    def _read_anew(self, before: SyncMapping, mapping: SyncMapping) -> None:
        """Let whole tables be read whose fields go elsewhere now: what waits of them holds the old fields."""
        run = self._store.unfinished_run()
        for entity, one in mapping.entities.items():
            if run is not None and before.entities.get(entity) != one:
                self._store.move_cursor(entity, Cursor(run.id))

    def carry_out(self, prepared: Prepared) -> RunReport:
        """Create the fields that are missing, then send everything.

        Raises:
            DynSyncError: It could not go on; the run is kept as stopped, with its outbox.
            Cancelled: It was told to stop; likewise.
        """
        run = prepared.run.id
        marketo, store = self._connection.marketo, self._store
        guard = lambda: guard_changes_back(store, self._settings, run)  # noqa: E731
        back = BringingBack(self._connection, store, self._ends(prepared), guard, self._job.token)
        work = work_of(prepared.schemas, prepared.mapping)
        try:
            store.advance_run(run, RunState.WRITING)
            self._land(prepared)
            back.bring(prepared.run, work)
            if store.undecided(store.entities(), 0, 1):  # what Marketo told has made some outgoing that were not
                self._matching(prepared).match()
            totals = self._outgoing()
            self.meter.begin(RunState.WRITING, dict(totals))
            if any(totals.values()) and (fields := store.wanted_fields(run)):
                marketo.create_fields(fields)
            own = made_types(marketo, store, prepared.schemas.own, prepared.mapping)
            self._own = {**prepared.schemas.own, **own}
            first = self._executor(prepared, own)
            with closing(self._express(prepared, first).overtaking(store, self._wishes)) as overtaking:
                executor = self._executor(prepared, own, overtaking)
                careful = self._settings.enable.canary and prepared.run.kind is RunKind.FIRST
                if careful:
                    Canary(store, marketo, run, first.write, self._stepped).climb()
                executor.write()
                while overtaking.went() or executor.reopened or careful:  # others want what is there only now
                    careful = False
                    self._matching(prepared).match()
                    executor.write()
            store.settle_unchosen(run, kept_tables(prepared.schemas, prepared.mapping))  # links moved meanwhile
            back.remember(prepared.run, work)
        except (Cancelled, DynSyncError):
            store.end_run(run, RunState.STOPPED)
            raise
        self.meter.tell()
        return store.end_run(run, RunState.DONE)

    def _land(self, prepared: Prepared) -> None:
        """Bring in who is on the way: what changed in Marketo is told by persons, who have to be known by then."""
        if prepared.run.kind is RunKind.FIRST or not self._store.imports.open():
            return
        self.meter.begin(RunState.WRITING, self._outgoing())
        executor = self._executor(prepared, {})
        executor.land()
        if executor.reopened:
            self._matching(prepared).match()

    def _executor(
        self, prepared: Prepared, own: Mapping[Entity, OwnType], overtaking: Overtaking | None = None
    ) -> Executor:
        fields = self._settings.fields
        executor = Executor(
            self._connection.marketo,
            self._store,
            prepared.run.id,
            own,
            prepared.calls,
            self._settings.limits.in_flight,
            self._job.token,
            problem_of=self._workplace.problem_of,
            on_written=lambda entity, settled: self._written(executor, entity, settled),
            look=self._ends(prepared).look,
            overtaking=overtaking,
            filtered_list=fields.filtered_list if fields.filtered_out is FilteredOut.UNLIST else "",
            by_file=self._by_file,
            on_away=self.meter.depart,
        )
        return executor

    def _by_file(self) -> bool:
        """Whether people travel in files from here on."""
        calls, people = single_calls(self._store), self._store.imports.count
        return by_file(self._settings.limits.bulk, calls, self._calls_left(), people)

    def _calls_left(self) -> int:
        """Calls that are left of today's share."""
        return self._settings.limits.daily_calls - self._window.count_day(quota_day())

    def _matching(self, prepared: Prepared) -> Matching:
        """Matching after the first write: by then persons can be found by their key, which the run has created."""
        if self._schemas is None:
            schemas = prepared.schemas
            known = KEY_FIELD in schemas.persons.searchable
            persons = schemas.persons if known else self._connection.marketo.describe(Target.PERSON)
            self._schemas = replace(schemas, targets={**schemas.targets, Target.PERSON: persons})
        return prepared.planner.matching(self._schemas, prepared.mapping, prepared.run.id, prepared.calls)

    def _ends(self, prepared: Prepared) -> Ends:
        return prepared.planner.ends(prepared.schemas, prepared.mapping, prepared.run.id)

    def _express(self, prepared: Prepared, executor: Executor) -> Express:
        """What may overtake this run."""
        dynamics, store, run = self._connection.dynamics, self._store, prepared.run.id
        rules = rules_of(self._settings, prepared.schemas)
        return Express(
            Reading(dynamics, store, run, rules, self._job.token, lambda _entity, _read: None),
            OneRecord(dynamics, store, run, prepared.schemas.tables, prepared.mapping, rules),
            work_of(prepared.schemas, prepared.mapping),
            lambda: self._matching(prepared),
            executor,
            lambda: guard_mass_changes(store, self._settings, run),
        )

    def _stepped(self, rung: int, counts: Sequence[CanaryCount]) -> None:
        self._emit(CanaryStep(self._job.number, rung, tuple(counts)))

    def finish(self, prepared: Prepared, report: RunReport, secrets: Secrets) -> RunEnded:
        """Prove a rehearsal, and tell whoever asked to be told of a first sync."""
        proof = None
        if self._settings.rehearsal:
            auditor = Auditor(
                self._connection.dynamics,
                self._connection.marketo,
                self._store,
                rules_of(self._settings, prepared.schemas),
                replace(prepared.schemas, own=self._own),
                self._job.token,
            )
            proof = auditor.prove(work_of(prepared.schemas, prepared.mapping))
        mailed, failure = tell_first_sync(self._store, self._settings, secrets, self._workplace.mailer)
        return RunEnded(self._job.number, report, proof, mailed, failure)

    def _written(self, executor: Executor, entity: Entity, settled: int) -> None:
        self.meter.problems = max(self.meter.problems, executor.refused)
        self.meter.add(entity, settled)

    def _phase(self, phase: RunState) -> None:
        if phase is RunState.MATCHING:
            self.meter.begin(phase, dict(self._outgoing()))
        else:
            self.meter.begin(phase, dict.fromkeys(ENTITIES))

    def _outgoing(self) -> dict[Entity, int]:
        tables = in_cycle_order((*ENTITIES, *self._store.entities()))
        return {entity: self._store.count_outgoing(entity) for entity in tables}

    def _done(self, entity: Entity | None, done: int) -> None:
        self.meter.reached(entity or Entity.CONTACT, done)


def tell_first_sync(
    store: SyncStore, settings: Settings, secrets: Secrets, mailer: Mailer
) -> tuple[str, DynSyncError | None]:
    """Send the end-of-sync message once; a message that cannot be sent never fails a sync.

    Returns:
        Who was mailed (empty for nobody), and why it could not be sent.
    """
    report = store.unmailed_run()
    if report is None or not settings.enable.email:
        return "", None
    if not settings.mail.sends:
        store.mark_mailed(report.id)
        return "", None
    subject, body = end_message(report, problems=store.problems(), settings=settings)
    try:
        mailer.send(settings, secrets, settings.enable.email, subject, body)
    except DynSyncError as error:
        log.warning("the end-of-sync message could not be sent: %s", error.code)
        return "", error
    store.mark_mailed(report.id)
    return settings.enable.email, None

"""Questions and orders about single records; implements `service.api.RecordsApi`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from dynsync_gui.domain.errors import settings_error
from dynsync_gui.domain.events import Event, Explained
from dynsync_gui.domain.explain import id_in
from dynsync_gui.domain.report import RunKind, RunState
from dynsync_gui.domain.schema import ENTITIES, KEY_FIELD, Entity
from dynsync_gui.domain.text import msg
from dynsync_gui.engine.calls import CallCount
from dynsync_gui.engine.ends import Ends
from dynsync_gui.engine.executor import Executor
from dynsync_gui.engine.matching import Matching
from dynsync_gui.engine.one_record import OneRecord
from dynsync_gui.engine.overtaking import Wish, Wishes
from dynsync_gui.engine.workload import work_of
from dynsync_gui.service.asking import Asking, Desk
from dynsync_gui.service.jobs import BackgroundJob, Lane
from dynsync_gui.service.recognition import see_identity

LEASE_SECONDS = 10.0
"""How long an order waits for a sync of another process."""

_LOOK_EVERY = 0.1


class Records:
    """See `service.api.RecordsApi`.

    Args:
        asking: Answers the questions.
        wishes: Where a sync that is under way finds what goes first.
        running: The sync of this process, if one is under way.
    """

    def __init__(self, asking: Asking, wishes: Wishes, running: Callable[[], BackgroundJob | None]) -> None:
        self._asking = asking
        self._wishes = wishes
        self._running = running

    def why(self, asked: str) -> BackgroundJob:
        """Last event `Explained`."""
        return self._asking.why(asked)

    def reconcile(self, sample: int = 0, path: Path | None = None) -> BackgroundJob:
        """Last event `Reconciled`."""
        return self._asking.reconcile(sample, path)

    def withhold(self, ids: Sequence[str] = ()) -> BackgroundJob:
        """Last event `ProblemsRead`."""
        return self._asking.withhold(ids)

    def retry(self, ids: Sequence[str] = ()) -> BackgroundJob:
        """Last event `ProblemsRead`."""
        return self._asking.retry(ids)

    def sync_one(self, entity: Entity, id_: str) -> BackgroundJob:
        """Last event `Explained`."""

        def work(job: BackgroundJob) -> Event:
            bare = id_in(id_)
            if not bare:
                raise settings_error(
                    msg("“{asked}” is no Dynamics id.", asked=id_[:100]),
                    msg("Name the table and the id, such as contact:1b2c3d4e-0000-4000-8000-000000000000."),
                    code="asked",
                )
            passed = self._passed_on(job, Wish(entity, bare))
            with self._asking.desk(job, people=entity in {*ENTITIES, Entity.USER}) as desk:
                if entity not in {*desk.mapping.entities, *desk.schemas.tables, *desk.schemas.lost}:
                    raise settings_error(
                        msg("There is no table “{table}” to be synced.", table=entity.value),
                        msg("Take one of {tables}.", tables=", ".join(desk.mapping.entities)),
                        code="asked",
                    )
                if not passed:
                    with self._asking.profile().lease(LEASE_SECONDS, job.token):
                        self._send(desk, job, entity, bare)
                answer = desk.explain(bare)
                found = [one.entity for one in answer.explanations if one.entity is not None]
                if found and entity not in found:
                    raise settings_error(
                        msg("Dynamics has no such record in “{table}”.", table=entity.value),
                        msg("It is one of another table: {record}.", record=f"{found[0].value}:{bare}"),
                        code="asked",
                    )
                return Explained(job.number, answer)

        return self._asking.lanes.run(Lane.INTERACTIVE, work)

    def _passed_on(self, job: BackgroundJob, wish: Wish) -> bool:
        """Let the sync that is under way do it, if there is one and it comes to it."""
        running = self._running()
        if running is None:
            return False
        self._wishes.add(wish)
        while not wish.done.is_set() and self._running() is running:
            job.token.wait(_LOOK_EVERY)
        self._wishes.drop(wish)
        return wish.done.is_set()

    def _send(self, desk: Desk, job: BackgroundJob, entity: Entity, id_: str) -> None:
        """A run of one record, or a part of the run that stands unfinished."""
        store, marketo, settings = desk.store, desk.connection.marketo, desk.settings
        see_identity(self._asking.profile(), settings, desk.connection.dynamics)
        unfinished = store.unfinished_run()
        if unfinished is None and not store.had_first_sync():
            raise settings_error(msg("Nothing was synced yet."), msg("Start the first sync."), code="not-started")
        run = unfinished or store.begin_run(RunKind.CYCLE, retries=False)
        calls = CallCount(marketo, store, run.id)
        one = OneRecord(desk.connection.dynamics, store, run.id, desk.schemas.tables, desk.mapping, desk.rules)
        work = work_of(desk.schemas, desk.mapping)
        look = Ends(desk.connection.dynamics, marketo, store, run.id, work, desk.rules, job.token).look
        executor = Executor(
            marketo,
            store,
            run.id,
            desk.schemas.own,
            calls,
            settings.limits.in_flight,
            job.token,
            problem_of=self._asking.workplace.problem_of,
            on_written=lambda _entity, _settled: None,
            look=look,
        )
        with store.urgent():
            one.read(entity, id_)
            if store.urgent_waiting():
                if desk.schemas.persons.field(KEY_FIELD) is None:
                    marketo.create_fields(desk.mapping.new_fields)
                in_flight, told = settings.limits.in_flight, lambda _matched: None
                Matching(
                    marketo, store, run.id, desk.schemas, desk.mapping, in_flight, job.token, told, look=look
                ).match()
                executor.write()
        calls.keep()
        if unfinished is None:
            store.end_run(run.id, RunState.DONE)

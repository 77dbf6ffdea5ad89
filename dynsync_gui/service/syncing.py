"""Runs of the sync: a plan, the first sync, what is undone, cycles; one at a time, and how one is paused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

from dynsync_gui.domain.errors import StoreFailed, settings_error
from dynsync_gui.domain.events import Event, PlanReady, RunEnded
from dynsync_gui.domain.ports.connections import Connection
from dynsync_gui.domain.ports.profile import Profile
from dynsync_gui.domain.report import RunKind
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.domain.text import msg
from dynsync_gui.engine.overtaking import Wishes
from dynsync_gui.service.choices import require_days
from dynsync_gui.service.cycles import follow
from dynsync_gui.service.fitting import withheld_values
from dynsync_gui.service.jobs import BackgroundJob, Lane, Lanes
from dynsync_gui.service.opening import Opening
from dynsync_gui.service.recognition import see_identity
from dynsync_gui.service.run import Prepared, Runner, tell_first_sync
from dynsync_gui.service.safekeeping import keep_copy, mend, open_mended
from dynsync_gui.service.standing import set_up
from dynsync_gui.service.workplace import Workplace

LEASE_SECONDS = 10.0
"""How long a run waits for another one of the same profile."""


@dataclass
class _Draft:
    """A plan that was shown, and the private ledger that it was made in."""

    settings: Settings
    store: SyncStore
    prepared: Prepared


class Syncing:
    """Part of the service; see `service.api.SyncApi` for what each public method does.

    Args:
        workplace: What the service works with.
        lanes: Run the jobs.
        opening: Opens both systems.
        wishes: Records that somebody wants to be synced before all others.
        emit: Takes the jobs' events.
        profile: The profile that is worked on.
        keep: Keeps settings and secrets in a profile.
    """

    def __init__(
        self,
        workplace: Workplace,
        lanes: Lanes,
        opening: Opening,
        wishes: Wishes,
        emit: Callable[[Event], None],
        profile: Callable[[], Profile],
        keep: Callable[..., None],
    ) -> None:
        self._workplace, self._lanes, self._opening, self._wishes = workplace, lanes, opening, wishes
        self._emit, self._profile, self._keep = emit, profile, keep
        self.running: BackgroundJob | None = None
        self._draft: _Draft | None = None

    def plan(self, settings: Settings, secrets: Secrets) -> BackgroundJob:
        """`Progress`, last event `PlanReady`."""
        return self._lanes.run(Lane.SYNC, lambda job: self._plan(job, settings, secrets))

    def start(self, settings: Settings, secrets: Secrets, *, session_only: bool = False) -> BackgroundJob:
        """Keep settings and secrets, then run; last event `RunEnded`."""
        return self._lanes.run(Lane.SYNC, lambda job: self._start(job, settings, secrets, session_only=session_only))

    def go_on(self) -> BackgroundJob:
        """Go on with what is undone, or run the next cycle; last event `RunEnded`."""
        return self._lanes.run(Lane.SYNC, self._go_on)

    def follow(self) -> BackgroundJob:
        """Go on as `go_on`, and again and again, until cancelled."""

        def work(job: BackgroundJob) -> Event:
            settings = set_up(self._profile())
            if settings.rehearsal:
                raise settings_error(
                    msg("A rehearsal is one run."), msg("Connect your systems, or make a single run."), code="rehearsal"
                )
            return follow(job, settings.background.every_minutes, self._go_on, self._emit)

        return self._lanes.run(Lane.CYCLES, work)

    def pause(self) -> None:
        """Let the running sync stand still."""
        if self.running is not None:
            self.running.token.pause()

    def resume(self) -> None:
        """Let it go on."""
        if self.running is not None:
            self.running.token.resume()

    @property
    def paused(self) -> bool:
        """Whether the running sync stands still."""
        return self.running is not None and self.running.token.paused

    def forget_plan(self) -> None:
        """Put the plan that was shown aside."""
        draft, self._draft = self._draft, None
        if draft is not None:
            draft.store.close()

    def _plan(self, job: BackgroundJob, settings: Settings, secrets: Secrets) -> Event:
        require_days(settings.fields)
        self.forget_plan()
        store = self._workplace.open_store(None)
        try:
            with self._opening.connected(settings, secrets, job) as connection:
                runner = self._runner(connection, store, settings, job)
                planner, prepared = runner.prepare()
                with withheld_values(self._workplace, settings) as withheld:
                    plan = planner.plan(prepared.run, prepared.mapping, prepared.schemas.own, withheld)
        except BaseException:
            store.close()
            raise
        self._draft = _Draft(settings, store, prepared)
        return PlanReady(job.number, plan)

    def _start(self, job: BackgroundJob, settings: Settings, secrets: Secrets, *, session_only: bool) -> Event:
        profile = self._workplace.profile(settings.rehearsal)
        with self._leading(profile, job):
            self._keep(profile, settings, secrets, session_only=session_only)
            draft, self._draft = self._draft, None
            if draft is not None:
                fits = draft.settings.fields == settings.fields and not profile.database.exists()
                with closing(draft.store):
                    if fits:
                        draft.store.copy_to(profile.database, job.token)
            return self._run(profile, settings, secrets, job)

    def _go_on(self, job: BackgroundJob) -> RunEnded:
        profile = self._profile()
        settings = set_up(profile)
        if settings.rehearsal:
            return self._rehearse_again(job, settings)
        secrets = profile.secrets().read()
        with self._leading(profile, job):
            return self._run(profile, settings, secrets, job)

    def _rehearse_again(self, job: BackgroundJob, stored: Settings) -> RunEnded:
        """The rehearsal systems live as long as the program: a rehearsal starts over."""
        settings, secrets = self._workplace.rehearsal.start(job.token)
        settings = replace(settings, fields=stored.fields, enable=stored.enable, mail=stored.mail)
        profile = self._workplace.profile(True)
        with self._leading(profile, job):
            self._keep(profile, settings, secrets, session_only=True)
            return self._run(profile, settings, secrets, job)

    def _run(self, profile: Profile, settings: Settings, secrets: Secrets, job: BackgroundJob) -> RunEnded:
        """One run; once more where it turns out on the way, or at its end, that the database is damaged."""
        try:
            return self._run_once(profile, settings, secrets, job)
        except StoreFailed as failure:
            mend(self._workplace, profile, failure, job.token)
        return self._run_once(profile, settings, secrets, job)

    def _run_once(self, profile: Profile, settings: Settings, secrets: Secrets, job: BackgroundJob) -> RunEnded:
        profile.require_room()
        with closing(open_mended(self._workplace, profile, job.token)) as store:
            # A message that could not be sent at the end of the first sync is tried once more with each run.
            tell_first_sync(store, settings, secrets, self._workplace.mailer)
            shelf = profile.shelf()
            with self._opening.connected(settings, secrets, job, attended=False, shelf=shelf) as connection:
                see_identity(profile, settings, connection.dynamics)
                runner = self._runner(connection, store, settings, job)
                planner, prepared = runner.prepare()
                if prepared.run.kind is RunKind.FIRST:
                    plan = planner.plan(prepared.run, prepared.mapping, prepared.schemas.own)
                    self._emit(PlanReady(job.number, plan))
                report = runner.carry_out(prepared)
                ended = runner.finish(prepared, report, secrets)
            keep_copy(profile, store, job.token)
            return ended

    def _runner(self, connection: Connection, store: SyncStore, settings: Settings, job: BackgroundJob) -> Runner:
        window = self._workplace.profile(settings.rehearsal).rate_window()
        return Runner(self._workplace, connection, store, settings, window, job, self._emit, self._wishes)

    @contextmanager
    def _leading(self, profile: Profile, job: BackgroundJob) -> Iterator[None]:
        with profile.lease(LEASE_SECONDS, job.token):
            self.running = job
            try:
                yield
            finally:
                self.running = None

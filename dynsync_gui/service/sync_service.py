"""What a window or a command line may ask, answered by background jobs; implements `service.api.SyncApi`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from dynsync_gui.domain.checks import Check
from dynsync_gui.domain.events import (
    CheckChanged,
    ChecksEnded,
    Described,
    EnvironmentsFound,
    Event,
    MailSent,
    ProblemsRead,
    ProfileRead,
    RehearsalReady,
)
from dynsync_gui.domain.ports.profile import Profile
from dynsync_gui.domain.renewal import Renewal, system_of
from dynsync_gui.domain.report import Problem, Status
from dynsync_gui.domain.schema import Entity, System
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.setup import HalfDone
from dynsync_gui.engine.overtaking import Wishes
from dynsync_gui.engine.workload import Schemas, describe
from dynsync_gui.service.api import Listener
from dynsync_gui.service.asking import Asking
from dynsync_gui.service.background import Background
from dynsync_gui.service.checking import run_checks
from dynsync_gui.service.choice_history import ChoiceHistory
from dynsync_gui.service.choices import accept_columns, require_days
from dynsync_gui.service.csv_safe import write_problems
from dynsync_gui.service.field_jobs import FieldJobs
from dynsync_gui.service.guarding import accept_guard
from dynsync_gui.service.jobs import BackgroundJob, Lane, Lanes
from dynsync_gui.service.letters import test_message
from dynsync_gui.service.opening import Opening
from dynsync_gui.service.recognition import confirm, same_addresses
from dynsync_gui.service.records import Records
from dynsync_gui.service.renewal import renew, require_passed
from dynsync_gui.service.standing import problems_of, set_up, status_of
from dynsync_gui.service.syncing import LEASE_SECONDS, Syncing
from dynsync_gui.service.updates import Updates
from dynsync_gui.service.workplace import Workplace
from dynsync_gui.system.redaction import keep_out


class SyncService:
    """See `service.api.SyncApi` for what each method does."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()
        self._lanes = Lanes(self._emit)
        self._opening = Opening(workplace, self._emit)
        fields = FieldJobs(self._lanes, workplace, self._opening, self._emit)
        self.find_tables, self.sample, self.check_fit = fields.find_tables, fields.sample, fields.check_fit
        self.read_filter, self.create_filter = fields.read_filter, fields.create_filter
        self._rehearsing = False
        self._schemas: Schemas | None = None
        self._wishes = Wishes()
        syncing = Syncing(workplace, self._lanes, self._opening, self._wishes, self._emit, self._profile, self._keep)
        self.plan, self.start, self.go_on, self.follow = syncing.plan, syncing.start, syncing.go_on, syncing.follow
        self.pause, self.resume = syncing.pause, syncing.resume
        self._syncing = syncing
        self.updates = Updates(workplace, self._lanes)
        self.background = Background(workplace, self._lanes, lambda: syncing.running is not None)
        choices = ChoiceHistory(self._lanes, workplace, self._profile, self._known_schemas, self._opening)
        self.choice_history, self.save_choice, self.restore_choice = choices.read, choices.save, choices.restore
        self.export_choice, self.import_choice = choices.write, choices.take_in
        self.estimate_choice = choices.estimate
        self.records = Records(
            Asking(workplace, self._opening, self._lanes, self._profile, self.status),
            self._wishes,
            lambda: syncing.running,
        )

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear every event from now on."""
        with self._lock:
            self._listeners.append(listener)
        return lambda: self._forget(listener)

    def read_profile(self) -> BackgroundJob:
        """Last event `ProfileRead`; the rehearsal's profile where nothing real was set up."""
        return self._lanes.run(Lane.INTERACTIVE, self._read_profile)

    def prepare_rehearsal(self) -> BackgroundJob:
        """Last event `RehearsalReady`."""
        return self._lanes.run(Lane.INTERACTIVE, self._prepare_rehearsal)

    def check(self, settings: Settings, secrets: Secrets | None, *, only: System | None = None) -> BackgroundJob:
        """`CheckChanged` for each check, last event `ChecksEnded`."""
        return self._lanes.run(Lane.INTERACTIVE, lambda job: self._check(job, settings, secrets, only))

    def confirm_identity(
        self, name: str, settings: Settings | None = None, secrets: Secrets | None = None
    ) -> BackgroundJob:
        """Take the present systems as the confirmed ones; last event `ProfileRead`."""

        def work(job: BackgroundJob) -> Event:
            profile = self._profile()
            known = settings or set_up(profile)
            with (
                profile.lease(LEASE_SECONDS, job.token),
                self._opening.connected(known, secrets or profile.secrets().read(), job) as connection,
            ):
                confirm(profile, known, connection.dynamics, name)
            return ProfileRead(job.number, known, self.status())

        return self._lanes.run(Lane.INTERACTIVE, work)

    def environments(self, settings: Settings, secrets: Secrets) -> BackgroundJob:
        """Last event `EnvironmentsFound`."""

        def work(job: BackgroundJob) -> Event:
            return EnvironmentsFound(job.number, self._opening.environments(settings, secrets, job))

        return self._lanes.run(Lane.INTERACTIVE, work)

    def describe(self, settings: Settings, secrets: Secrets | None) -> BackgroundJob:
        """Last event `Described`."""

        def work(job: BackgroundJob) -> Event:
            schemas = self._describe(settings, secrets, job)
            return Described(job.number, schemas.offers, schemas.tables, schemas.targets, schemas.languages)

        return self._lanes.run(Lane.INTERACTIVE, work)

    def keep(self, settings: Settings, secrets: Secrets, *, session_only: bool = False) -> BackgroundJob:
        """Only keep settings and secrets; last event `ProfileRead`."""

        def work(job: BackgroundJob) -> Event:
            self._keep(self._workplace.profile(settings.rehearsal), settings, secrets, session_only=session_only)
            return ProfileRead(job.number, settings, self.status())

        return self._lanes.run(Lane.INTERACTIVE, work)

    def keep_half_done(self, left: HalfDone) -> BackgroundJob:
        """Keep a set-up that is left half-way; last event `ProfileRead`."""

        def work(job: BackgroundJob) -> Event:
            self._workplace.profile(False).write_half_done(left)
            return self._read_profile(job)

        return self._lanes.run(Lane.INTERACTIVE, work)

    def renew(self, renewal: Renewal) -> BackgroundJob:
        """Change one secret, or sign in again; last event `ProfileRead`."""

        def work(job: BackgroundJob) -> Event:
            def prove(settings: Settings, secrets: Secrets) -> None:
                if renewal.name == "mail_password":
                    self._workplace.mailer.send(settings, secrets, settings.enable.email, *test_message())
                else:
                    require_passed(self._check(job, settings, secrets, system_of(renewal.name)).checks)

            keep_out([renewal.value])
            profile = self._profile()
            settings = renew(profile, set_up(profile), renewal, prove)
            if settings.dynamics.sign_in.is_person:
                self._workplace.sign_in(settings.rehearsal).keep()
            return ProfileRead(job.number, settings, self.status())

        return self._lanes.run(Lane.INTERACTIVE, work)

    def accept_guard(self, id_: str) -> BackgroundJob:
        """Agree to what a mass change guard stopped; last event `ProfileRead`."""

        def work(job: BackgroundJob) -> Event:
            profile = self._profile()
            settings = set_up(profile)
            with (
                profile.lease(LEASE_SECONDS, job.token),
                closing(self._workplace.open_store(profile.database)) as store,
            ):
                accept_guard(store, settings, id_)
            return ProfileRead(job.number, settings, self.status())

        return self._lanes.run(Lane.INTERACTIVE, work)

    @property
    def paused(self) -> bool:
        """Whether the running sync stands still."""
        return self._syncing.paused

    def status(self) -> Status:
        """Runs and state of the profile."""
        return status_of(self._workplace, self._profile())

    def read_problems(self) -> BackgroundJob:
        """Last event `ProblemsRead`."""
        return self._lanes.run(Lane.INTERACTIVE, lambda job: ProblemsRead(job.number, self.problems(), self.status()))

    def problems(self) -> tuple[Problem, ...]:
        """All records set aside, then those worth a look."""
        return problems_of(self._workplace, self._profile())

    def export_problems(self, path: Path) -> BackgroundJob:
        """Write them as CSV; last event `ProblemsRead`."""

        def work(job: BackgroundJob) -> Event:
            problems = self.problems()
            write_problems(path, problems)
            return ProblemsRead(job.number, problems, self.status())

        return self._lanes.run(Lane.INTERACTIVE, work)

    def send_test_mail(self, settings: Settings, secrets: Secrets) -> BackgroundJob:
        """Last event `MailSent`."""

        def work(job: BackgroundJob) -> Event:
            to = settings.enable.email
            if settings.mail.sends:
                self._workplace.mailer.send(settings, secrets, to, *test_message())
            return MailSent(job.number, to, by_mail=settings.mail.sends)

        return self._lanes.run(Lane.INTERACTIVE, work)

    def close(self) -> None:
        """Cancel everything, wait for the threads, stop the rehearsal systems."""
        self._lanes.close()
        self._syncing.forget_plan()
        self._workplace.rehearsal.stop()
        self._workplace.close()

    def _known_schemas(self, job: BackgroundJob, own: Sequence[str] = ()) -> Schemas:
        """The schemas that were described last, else today's; with own tables that are named, where they are there."""
        profile = self._profile()
        if self._schemas is not None and {Entity(name) for name in own} <= self._schemas.tables.keys():
            return self._schemas
        settings = set_up(profile)
        custom = tuple(dict.fromkeys((*settings.synced_objects.custom, *own)))
        settings = replace(settings, objects=replace(settings.objects, custom=custom))
        return self._describe(settings, profile.secrets().read(), job)

    def _describe(self, settings: Settings, secrets: Secrets | None, job: BackgroundJob) -> Schemas:
        native_sync, defaults = settings.enable.native_sync, self._workplace.defaults()
        with self._opening.connected(settings, secrets, job) as connection:
            schemas = describe(
                connection.dynamics, connection.marketo, defaults, job.token, native_sync, settings.synced_objects
            )
        self._schemas = schemas
        return schemas

    def _read_profile(self, job: BackgroundJob) -> Event:
        real = self._workplace.profile(False)
        settings, left = real.read_settings(), real.read_half_done()
        if settings is None:
            settings = self._workplace.profile(True).read_settings()
            self._rehearsing = settings is not None
        return ProfileRead(job.number, settings, self.status(), left)

    def _prepare_rehearsal(self, job: BackgroundJob) -> Event:
        settings, secrets = self._workplace.rehearsal.start(job.token)
        self._syncing.forget_plan()
        return RehearsalReady(job.number, settings, secrets)

    def _check(
        self, job: BackgroundJob, settings: Settings, secrets: Secrets | None, only: System | None
    ) -> ChecksEnded:
        def report(check: Check) -> None:
            self._emit(CheckChanged(job.number, check))

        with self._opening.connected(settings, secrets, job) as connection:
            checks, card = run_checks(self._workplace, connection, settings, report, only)
        return ChecksEnded(job.number, checks, card)

    def _keep(self, profile: Profile, settings: Settings, secrets: Secrets, *, session_only: bool) -> None:
        """Keep what was entered; the record of a sync between other systems is put aside, never mixed in."""
        require_days(settings.fields)
        profile.secrets(session_only=session_only).write(secrets)
        earlier = profile.read_settings()
        moved = earlier is not None and not same_addresses(earlier, settings)
        if moved:
            profile.put_database_aside()
        profile.write_settings(settings)
        profile.write_half_done(None)
        if earlier is not None and earlier.fields != settings.fields:
            accept_columns(self._workplace, profile)
        if settings.dynamics.sign_in.is_person and not session_only:
            self._workplace.sign_in(settings.rehearsal).keep()
        if moved:
            profile.write_confirmed(None)  # other addresses are confirmed anew, with their own identity card
        self._rehearsing = settings.rehearsal

    def _profile(self) -> Profile:
        return self._workplace.profile(self._rehearsing)

    def _emit(self, event: Event) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener(event)

    def _forget(self, listener: Listener) -> None:
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

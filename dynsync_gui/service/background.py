"""Syncs while the window is closed: what the settings ask for, and what the platform's scheduler does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from dynsync_gui.domain.errors import Finding, GuardStop, SecretsUnavailable, SettingsError
from dynsync_gui.domain.events import BackgroundRead, Event, Removed
from dynsync_gui.domain.findings.background import BACKGROUND
from dynsync_gui.domain.ports.profile import Profile
from dynsync_gui.domain.schedule import BackgroundRun, BackgroundState, Entry, Registration, interval_of, next_run
from dynsync_gui.domain.settings import BackgroundSettings, Settings
from dynsync_gui.service.jobs import BackgroundJob, Lane, Lanes
from dynsync_gui.service.workplace import Workplace

_RUN, _WINDOW = "background", "window"


class Background:
    """See `service.api.BackgroundApi` for what each method does. It is about the real profile, never a rehearsal's.

    Args:
        workplace: What it works with.
        lanes: Where its jobs run.
        running: Whether this process syncs right now.
    """

    def __init__(self, workplace: Workplace, lanes: Lanes, running: Callable[[], bool]) -> None:
        self._workplace, self._lanes, self._running = workplace, lanes, running
        self._entry: Entry | None = None

    def read(self, *, anew: bool = True) -> BackgroundJob:
        """Last event `BackgroundRead`; asking a scheduler starts its program, so that looking often is not `anew`."""
        return self._lanes.run(Lane.INTERACTIVE, lambda job: self._told(job, anew=anew))

    def choose(self, *, keep_syncing: bool, every_minutes: int) -> BackgroundJob:
        """Register or unregister, and keep the choice; last event `BackgroundRead`."""

        def work(job: BackgroundJob) -> Event:
            settings = self._set_up()
            wanted = replace(settings, background=BackgroundSettings(keep_syncing, every_minutes))
            self._fit(wanted)
            self._profile().write_settings(wanted)
            return self._told(job)

        return self._lanes.run(Lane.INTERACTIVE, work)

    def apply(self) -> BackgroundJob:
        """Make the scheduler do what the settings ask for; last event `BackgroundRead`."""

        def work(job: BackgroundJob) -> Event:
            self._fit(self._set_up())
            return self._told(job)

        return self._lanes.run(Lane.INTERACTIVE, work)

    def note_run(self, run: BackgroundRun) -> None:
        """Remember how a run of the scheduler ended."""
        self._workplace.notes.write(_RUN, run.to_note())

    def note_explained(self) -> BackgroundJob:
        """Remember that the user knows what closing the window does; last event `BackgroundRead`."""

        def work(job: BackgroundJob) -> Event:
            self._workplace.notes.write(_WINDOW, {"explained": "yes"})
            return self._told(job)

        return self._lanes.run(Lane.INTERACTIVE, work)

    def remove(self, *, all_profiles: bool, everything: bool) -> BackgroundJob:
        """Take DynSync out of the scheduler, and on request off the disk; last event `Removed`."""
        return self._lanes.run(Lane.INTERACTIVE, lambda job: self._remove(job, all_profiles, everything))

    def _told(self, job: BackgroundJob, *, anew: bool = True) -> Event:
        profile, scheduler, notes = self._profile(), self._workplace.scheduler, self._workplace.notes
        settings, entry = profile.read_settings(), self._entry
        if anew or entry is None:
            entry = self._entry = scheduler.state()
        due = None
        if entry.registration is Registration.ON:
            due = next_run(datetime.now(UTC), entry.every_minutes, scheduler.offset)
        state = BackgroundState(
            entry,
            wanted=settings is not None and settings.background.keep_syncing,
            next_run=due,
            last=BackgroundRun.from_note(notes.read(_RUN)),
            syncing=not self._running() and profile.leased(),
            explained=bool(notes.read(_WINDOW)),
        )
        return BackgroundRead(job.number, state)

    def _fit(self, settings: Settings) -> None:
        wanted = settings.background
        if not wanted.keep_syncing:
            self._workplace.scheduler.unregister()
            return
        if not self._signs_in_alone(settings):
            raise SettingsError("background-secrets", BACKGROUND["background-secrets"])
        self._workplace.scheduler.register(interval_of(wanted.every_minutes))

    def _signs_in_alone(self, settings: Settings) -> bool:
        """Whether a process that knows nothing but the profile can sign in to both systems."""
        if settings.dynamics.sign_in.is_person and not self._workplace.sign_in(False).protected:
            return False
        profile = self._profile()
        return profile.keeps_secrets and bool(profile.secrets().read().marketo_client_secret)

    def _remove(self, job: BackgroundJob, all_profiles: bool, everything: bool) -> Event:
        scheduler, profile = self._workplace.scheduler, self._profile()
        if everything and profile.leased():
            raise GuardStop("background-syncing", BACKGROUND["background-syncing"])
        if all_profiles:
            entries = scheduler.unregister_all()
        else:
            entries = int(scheduler.state().registration not in {Registration.OFF, Registration.UNAVAILABLE})
            scheduler.unregister()
        if not everything:
            return Removed(job.number, entries)
        keychain: Finding | None = None
        try:
            profile.secrets().delete()
        except SecretsUnavailable as closed:
            keychain = closed.finding
        self._workplace.sign_in(False).forget()
        return Removed(job.number, entries, everything=True, left=profile.remove(), keychain=keychain)

    def _set_up(self) -> Settings:
        settings = self._profile().read_settings()
        if settings is None:
            raise SettingsError("background-rehearsal", BACKGROUND["background-rehearsal"])
        return settings

    def _profile(self) -> Profile:
        return self._workplace.profile(False)

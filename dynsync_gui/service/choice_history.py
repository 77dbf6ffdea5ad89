"""The choice of fields over time, and on its way to another profile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

from dynsync_gui.domain.choice_file import read_choice, write_choice
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure, settings_error
from dynsync_gui.domain.events import ChoiceEstimated, ChoiceImported, ChoicesRead, Event
from dynsync_gui.domain.ports.dynamics import DynamicsReader
from dynsync_gui.domain.ports.profile import Profile
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import FieldSettings, Settings
from dynsync_gui.domain.text import msg
from dynsync_gui.engine.back_fill import back_fills
from dynsync_gui.engine.workload import Schemas, mapping_of
from dynsync_gui.service.choices import accept_columns
from dynsync_gui.service.jobs import BackgroundJob, Lane, Lanes
from dynsync_gui.service.opening import Opening
from dynsync_gui.service.workplace import Workplace
from dynsync_gui.system.whole_file import read_text, write_whole


class ChoiceHistory:
    """The part of `service.api.SyncApi` about the choice; see there for what each method does.

    Args:
        lanes: Where its jobs run.
        workplace: What the service works with.
        profile: The profile in use.
        schemas: The schemas that were described last, else today's.
        opening: Opens both systems.
    """

    def __init__(
        self,
        lanes: Lanes,
        workplace: Workplace,
        profile: Callable[[], Profile],
        schemas: Callable[[BackgroundJob], Schemas],
        opening: Opening,
    ) -> None:
        self._lanes = lanes
        self._workplace = workplace
        self._profile = profile
        self._schemas = schemas
        self._opening = opening

    def read(self) -> BackgroundJob:
        """Last event `ChoicesRead`."""
        return self._run(lambda job: ChoicesRead(job.number, self._profile().read_choices()))

    def save(self, fields: FieldSettings) -> BackgroundJob:
        """Keep another choice as a new version; last event `ChoicesRead`.

        A run that is under way goes on with the choice that it began with.
        """

        def work(job: BackgroundJob) -> Event:
            profile = self._profile()
            settings = profile.read_settings()
            if settings is None:
                raise settings_error(
                    msg("Nothing is set up in this profile yet."), msg("Set DynSync up first."), code="not-set-up"
                )
            profile.write_settings(replace(settings, fields=fields))
            accept_columns(self._workplace, profile)
            return ChoicesRead(job.number, profile.read_choices())

        return self._run(work)

    def restore(self, number: int) -> BackgroundJob:
        """Take a version again, as a new one; last event `ChoicesRead`.

        A run that is under way goes on with the choice that it began with.
        """

        def work(job: BackgroundJob) -> Event:
            profile = self._profile()
            settings = profile.read_settings()
            version = next((one for one in profile.read_choices() if one.number == number), None)
            if settings is None or version is None:
                raise settings_error(
                    msg("There is no version {number} of the choice.", number=str(number)),
                    msg("Take one that “dynsync fields history” lists."),
                    code="choice-version",
                )
            profile.write_settings(replace(settings, fields=version.fields))
            return ChoicesRead(job.number, profile.read_choices())

        return self._run(work)

    def estimate(self, settings: Settings, secrets: Secrets | None = None) -> BackgroundJob:
        """Say what a changed choice would send; last event `ChoiceEstimated`."""

        def work(job: BackgroundJob) -> Event:
            profile = self._profile()
            today = profile.read_settings()
            if today is None or not profile.database.exists():
                return ChoiceEstimated(job.number, ())
            schemas, native_sync = self._schemas(job), settings.enable.native_sync
            before, after = (mapping_of(schemas, one.fields, native_sync) for one in (today, settings))
            with closing(self._workplace.open_store(profile.database)) as store:
                records = {entity: store.count_linked(entity) for entity in after.entities}

            def changed(entity: Entity, since: date) -> int:
                with self._opening.connected(settings, secrets, job) as connection:
                    return _counted(connection.dynamics, entity, since, records[entity])

            return ChoiceEstimated(job.number, back_fills(before, after, records, changed))

        return self._run(work)

    def write(self, path: Path, settings: Settings) -> BackgroundJob:
        """Write a choice to a file; last event `ChoiceImported`."""

        def work(job: BackgroundJob) -> Event:
            write_whole(path, write_choice(settings.fields).encode())
            return ChoiceImported(job.number, settings.fields)

        return self._run(work)

    def take_in(self, path: Path) -> BackgroundJob:
        """Read a choice from a file and hold it against the schemas; last event `ChoiceImported`."""

        def work(job: BackgroundJob) -> Event:
            text = read_text(path, msg("Take a file that DynSync exported."))
            today = self._schemas(job)
            return ChoiceImported(job.number, read_choice(text, today.tables, today.targets, today.offers))

        return self._run(work)

    def _run(self, work: Callable[[BackgroundJob], Event]) -> BackgroundJob:
        return self._lanes.run(Lane.INTERACTIVE, work)


def _counted(dynamics: DynamicsReader, entity: Entity, since: date, most: int) -> int:
    """Records that changed since a day; all of them where Dynamics does not let this user count."""
    try:
        return dynamics.count_changed(entity, since)
    except TemporaryFailure:
        raise
    except ConnectionFailed:
        return most

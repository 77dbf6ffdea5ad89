"""The choice of fields over time, and on its way to another profile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from dynsync_gui.domain.choice_file import own_tables_in, read_choice, write_choice
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
from dynsync_gui.service.choices import accept_columns, require_days
from dynsync_gui.service.jobs import BackgroundJob, Lane, Lanes
from dynsync_gui.service.opening import Opening
from dynsync_gui.service.standing import set_up
from dynsync_gui.service.workplace import Workplace
from dynsync_gui.system.whole_file import read_text, write_whole

_EVER = date(1900, 1, 1)
"""All records changed since: Dataverse keeps no moment before."""


class ChoiceHistory:
    """The part of `service.api.SyncApi` about the choice; see there for what each method does.

    Args:
        lanes: Where its jobs run.
        workplace: What the service works with.
        profile: The profile in use.
        schemas: The schemas that were described last, else today's; with own tables that are named.
        opening: Opens both systems.
    """

    def __init__(
        self,
        lanes: Lanes,
        workplace: Workplace,
        profile: Callable[[], Profile],
        schemas: Callable[[BackgroundJob, Sequence[str]], Schemas],
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
            settings = set_up(profile)
            require_days(fields)
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
            require_days(version.fields)
            profile.write_settings(replace(settings, fields=version.fields))
            return ChoicesRead(job.number, profile.read_choices())

        return self._run(work)

    def estimate(self, settings: Settings, secrets: Secrets | None = None) -> BackgroundJob:
        """Say what a changed choice would send; last event `ChoiceEstimated`."""

        def work(job: BackgroundJob) -> Event:
            require_days(settings.fields)
            profile = self._profile()
            today = profile.read_settings()
            if today is None or not profile.database.exists():
                return ChoiceEstimated(job.number, ())
            native_sync, own = settings.enable.native_sync, settings.synced_objects.custom
            schemas = self._schemas(job, own)
            before, after = (
                mapping_of(schemas, one.fields, native_sync, one.synced_objects) for one in (today, settings)
            )
            with closing(self._workplace.open_store(profile.database)) as store:
                records = {entity: store.count_linked(entity) for entity in after.entities}
            if added := after.entities.keys() - before.entities.keys():
                with self._opening.connected(settings, secrets, job) as connection:
                    records |= {entity: _counted(connection.dynamics, entity, _EVER, 0) for entity in added}

            def changed(entity: Entity, since: date) -> int:
                with self._opening.connected(settings, secrets, job) as connection:
                    return _counted(connection.dynamics, entity, since, records[entity])

            return ChoiceEstimated(job.number, back_fills(before, after, records, changed))

        return self._run(work)

    def write(self, path: Path, settings: Settings) -> BackgroundJob:
        """Write a choice to a file; last event `ChoiceImported`."""

        def work(job: BackgroundJob) -> Event:
            write_whole(path, write_choice(settings.fields, settings.objects.custom).encode())
            return ChoiceImported(job.number, settings.fields)

        return self._run(work)

    def take_in(self, path: Path) -> BackgroundJob:
        """Read a choice from a file and hold it against the schemas; last event `ChoiceImported`."""

        def work(job: BackgroundJob) -> Event:
            text = read_text(path, msg("Take a file that DynSync exported."))
            schemas, today = self._schemas(job, own_tables_in(text)), datetime.now(UTC).date()
            return ChoiceImported(job.number, read_choice(text, schemas.tables, schemas.targets, schemas.offers, today))

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

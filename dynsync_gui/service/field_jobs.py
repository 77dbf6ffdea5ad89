"""What page 2 may ask beside the choice itself, as background jobs: samples, the fit check, the filter columns."""

from __future__ import annotations

from collections.abc import Callable

from dynsync_gui.domain.events import Event, TablesFound
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.service.filtering import Filtering
from dynsync_gui.service.fitting import Fitting
from dynsync_gui.service.jobs import BackgroundJob, Lane, Lanes
from dynsync_gui.service.opening import Opening
from dynsync_gui.service.workplace import Workplace


class FieldJobs:
    """See `service.api.SyncApi` for what each method does.

    Args:
        lanes: Where jobs run.
        workplace: What the service works with.
        opening: Opens both systems.
        emit: Takes the events of progress.
    """

    def __init__(self, lanes: Lanes, workplace: Workplace, opening: Opening, emit: Callable[[Event], None]) -> None:
        self._lanes = lanes
        self._opening = opening
        self._filtering = Filtering(opening)
        self._fitting = Fitting(workplace, opening, emit)

    def find_tables(self, settings: Settings, secrets: Secrets | None) -> BackgroundJob:
        """Last event `TablesFound`."""

        def work(job: BackgroundJob) -> Event:
            with self._opening.connected(settings, secrets, job) as connection:
                return TablesFound(job.number, connection.dynamics.related_tables())

        return self._lanes.run(Lane.INTERACTIVE, work)

    def sample(self, settings: Settings, secrets: Secrets | None) -> BackgroundJob:
        """Last event `Sampled`."""
        return self._lanes.run(Lane.INTERACTIVE, lambda job: self._fitting.sample(settings, secrets, job))

    def check_fit(self, settings: Settings, secrets: Secrets | None, *, everything: bool = False) -> BackgroundJob:
        """`FitProgress`, last event `FitChecked`."""
        return self._lanes.run(
            Lane.INTERACTIVE, lambda job: self._fitting.check(settings, secrets, job, everything=everything)
        )

    def read_filter(self, settings: Settings, secrets: Secrets | None) -> BackgroundJob:
        """Last event `FilterRead`."""
        return self._lanes.run(Lane.INTERACTIVE, lambda job: self._filtering.read(settings, secrets, job))

    def create_filter(
        self, settings: Settings, secrets: Secrets | None, entity: Entity, *, default: bool
    ) -> BackgroundJob:
        """Create the filter column in a table; last event `FilterRead`."""
        return self._lanes.run(
            Lane.INTERACTIVE, lambda job: self._filtering.create(settings, secrets, entity, job, default=default)
        )

"""Looks at real values before anything is written: samples of every column, and the check whether values fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

from dynsync_gui.domain.errors import ConnectionFailed, StoreFailed
from dynsync_gui.domain.events import Event, FitChecked, FitProgress, Sampled
from dynsync_gui.domain.ports.dynamics import DynamicsReader
from dynsync_gui.domain.sample import ColumnSample
from dynsync_gui.domain.schema import ENTITIES, Entity
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.engine.fit import Withheld
from dynsync_gui.engine.fit_check import FitCheck
from dynsync_gui.engine.quarantine import quarantines
from dynsync_gui.engine.sampling import read_sample
from dynsync_gui.engine.workload import chosen_tables, describe, mapping_of
from dynsync_gui.service.choices import require_days
from dynsync_gui.service.jobs import BackgroundJob
from dynsync_gui.service.opening import Opening
from dynsync_gui.service.recognition import same_addresses
from dynsync_gui.service.safekeeping import DAMAGED_CODE
from dynsync_gui.service.workplace import Workplace


class Fitting:
    """Looks at values.

    Args:
        workplace: What the service works with.
        opening: Opens both systems.
        emit: Takes the events of progress.
    """

    def __init__(self, workplace: Workplace, opening: Opening, emit: Callable[[Event], None]) -> None:
        self._workplace = workplace
        self._opening = opening
        self._emit = emit

    def sample(self, settings: Settings, secrets: Secrets | None, job: BackgroundJob) -> Sampled:
        """A glance at every column; a table that cannot be read has none."""
        with self._opening.connected(settings, secrets, job) as connection:
            dynamics = connection.dynamics
            tables = chosen_tables(settings.synced_objects, settings.enable.native_sync)
            with ThreadPoolExecutor(len(ENTITIES), "sample") as pool:
                found = pool.map(lambda entity: _sample(dynamics, entity, job), tables)
                samples = dict(zip(tables, found, strict=True))
        return Sampled(job.number, {entity: sample for entity, sample in samples.items() if sample is not None})

    def check(self, settings: Settings, secrets: Secrets | None, job: BackgroundJob, *, everything: bool) -> FitChecked:
        """Which values of a sample, or of all records, Marketo would refuse or change."""
        require_days(settings.fields)
        native_sync, objects = settings.enable.native_sync, settings.synced_objects

        def told(entity: Entity, done: int, total: int | None) -> None:
            self._emit(FitProgress(job.number, entity, done, total))

        with (
            self._opening.connected(settings, secrets, job) as connection,
            closing(self._workplace.open_store(None)) as store,
            withheld_values(self._workplace, settings) as withheld,
        ):
            dynamics, defaults = connection.dynamics, self._workplace.defaults()
            schemas = describe(dynamics, connection.marketo, defaults, job.token, native_sync, objects)
            mapping = mapping_of(schemas, settings.fields, native_sync, objects)
            check = FitCheck(dynamics, store, job.token, told, withheld)
            return FitChecked(job.number, check.check(schemas, mapping, everything=everything))


@contextmanager
def withheld_values(workplace: Workplace, settings: Settings) -> Iterator[Withheld]:
    """What tells the values that somebody left out of single records, in an earlier sync of these two systems."""
    profile = workplace.profile(settings.rehearsal)
    stored = profile.read_settings()
    if stored is None or not same_addresses(stored, settings) or not profile.database.exists():
        yield lambda _entity, _ids: {}
        return
    try:
        store = workplace.open_store(profile.database)
    except StoreFailed as failure:
        if failure.code != DAMAGED_CODE:
            raise
        yield lambda _entity, _ids: {}  # the next run mends it
        return

    def told(entity: Entity, ids: Sequence[str]) -> Mapping[str, Mapping[str, bytes]]:
        try:
            return store.withheld(entity, ids)
        except StoreFailed as failure:
            if failure.code != DAMAGED_CODE:
                raise
            return {}  # likewise

    with closing(store):
        yield told


def _sample(dynamics: DynamicsReader, entity: Entity, job: BackgroundJob) -> Mapping[str, ColumnSample] | None:
    try:
        return read_sample(dynamics, dynamics.describe(entity), job.token)
    except ConnectionFailed as failure:
        if not quarantines(failure):
            raise
        return None

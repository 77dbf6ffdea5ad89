"""What the field page has done in the background: samples, the filter's counts, the fit check, an added table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from dynsync_gui.domain.events import (
    ChecksEnded,
    Described,
    Event,
    FilterRead,
    FitChecked,
    FitProgress,
    JobCancelled,
    JobFailed,
    Sampled,
    TablesFound,
)
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.service.api import Job
from dynsync_gui.ui.bridge import Bridge

Access = Callable[[], tuple[Settings, Secrets | None]]
"""Settings with the present choice, and secrets; None for the kept ones."""


class Work(StrEnum):
    """One kind of work; of each kind only one runs at a time."""

    SAMPLE = "sample"
    FILTER = "filter"
    FIT = "fit"
    TABLES = "tables"
    DESCRIBE = "describe"
    RIGHTS = "rights"


_ENDS = FilterRead | FitChecked | Sampled | TablesFound | Described | ChecksEnded | JobFailed | JobCancelled


class FieldJobs(QObject):
    """Starts jobs and hears their events.

    Attributes:
        told: An event of a job, with its kind of work.
    """

    told = Signal(object, object)

    def __init__(self, bridge: Bridge, access: Access, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._api, self._access = bridge.api, access
        self._jobs: dict[Work, Job] = {}
        bridge.heard.connect(self._hear)

    def runs(self, work: Work) -> bool:
        """Whether such a job runs."""
        return work in self._jobs

    def look(self) -> None:
        """Read samples and the filter's counts."""
        self.read_filter()
        self._begin(Work.SAMPLE, self._api.sample(*self._access()))

    def read_filter(self) -> None:
        """Read the filter's counts."""
        self._begin(Work.FILTER, self._api.read_filter(*self._access()))

    def create_filter(self, entity: Entity, *, default: bool) -> None:
        """Create the filter column in a table, then read them all again."""
        self._begin(Work.FILTER, self._api.create_filter(*self._access(), entity, default=default))

    def find_tables(self) -> None:
        """Look for own tables that can be synced."""
        self._begin(Work.TABLES, self._api.find_tables(*self._access()))

    def describe(self, table: Entity) -> None:
        """Read the schemas, with one more own table."""
        settings, secrets = self._access()
        objects = replace(settings.objects, custom=(*settings.objects.custom, table.value))
        self._begin(Work.DESCRIBE, self._api.describe(replace(settings, objects=objects), secrets))

    def check_rights(self) -> None:
        """Check what both accounts may do with the tables of the present choice."""
        self._begin(Work.RIGHTS, self._api.check(*self._access()))

    def check_fit(self, *, everything: bool) -> None:
        """Check the values of the present choice."""
        self._begin(Work.FIT, self._api.check_fit(*self._access(), everything=everything))

    def stop(self, *works: Work) -> None:
        """Cancel such jobs, or all; nothing is heard of them any more."""
        for work in works or tuple(self._jobs):
            if (job := self._jobs.pop(work, None)) is not None:
                job.cancel()

    def _begin(self, work: Work, job: Job) -> None:
        self.stop(work)
        self._jobs[work] = job

    def _hear(self, event: Event) -> None:
        work = next((work for work, job in self._jobs.items() if job.number == event.job), None)
        if work is None:
            return
        if isinstance(event, _ENDS):
            del self._jobs[work]
        elif not isinstance(event, FitProgress):
            return
        self.told.emit(work, event)

"""What is done with the list of problems: saved as a file, sent again."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from dynsync_gui.domain.events import Event, JobFailed, ProblemsRead
from dynsync_gui.domain.text import tr
from dynsync_gui.service.api import Job, SyncApi
from dynsync_gui.ui.widgets.save_dialog import ask_where
from dynsync_gui.ui.windows.problems import Problems


class ProblemWork(QObject):
    """Does what the page of problems asks for, and says there how it went.

    Attributes:
        retried: The records are ready to be sent again with the next sync.
    """

    retried = Signal()

    def __init__(self, api: SyncApi, problems: Problems) -> None:
        super().__init__(problems)
        self._api, self._problems = api, problems
        self._export: Job | None = None
        self._exported = ""
        self._retrying: Job | None = None
        problems.export_wanted.connect(self._ask_where)
        problems.retry_wanted.connect(lambda ids: self._again(api.records.retry(ids)))
        problems.without_wanted.connect(lambda ids: self._again(api.records.withhold(ids)))

    @property
    def busy(self) -> bool:
        """Whether an answer is waited for."""
        return self._export is not None or self._retrying is not None

    def export_to(self, path: str) -> None:
        """Write the problems into a file the user chose."""
        self._exported = path
        self._export = self._api.export_problems(Path(path))

    def hear(self, event: Event) -> None:
        """Any event of the service; others' are ignored."""
        exported = self._export is not None and event.job == self._export.number
        retried = self._retrying is not None and event.job == self._retrying.number
        if not exported and not retried:
            return
        if isinstance(event, JobFailed):
            self._problems.banner.tell("bad", str(event.error.finding.title), str(event.error.finding.cure))
        elif not isinstance(event, ProblemsRead):
            return
        elif exported:
            self._problems.banner.tell("good", tr("The list was saved."), self._exported)
        else:
            self.retried.emit()
        self._export, self._retrying = (None, self._retrying) if exported else (self._export, None)

    def _ask_where(self) -> None:
        ask_where(self._problems, tr("Export as CSV"), "CSV (*.csv)", "dynsync-problems.csv", self.export_to)

    def _again(self, job: Job) -> None:
        self._retrying = job
        self._problems.banner.tell("accent", tr("These records are sent again with the sync that begins now."))

"""Sees what another process of DynSync does with this profile, which tells this one nothing by itself."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from dynsync_gui.domain.events import BackgroundRead, Event, JobCancelled, JobFailed
from dynsync_gui.domain.schedule import BackgroundState
from dynsync_gui.service.api import Job
from dynsync_gui.ui.bridge import Bridge

INTERVAL_MS = 20_000


class BackgroundWatch(QObject):
    """Looks now and then; rests until it is started.

    Attributes:
        seen: What there is; told after every look.
        state: As it was last seen; None before the first look.
    """

    seen = Signal(object)

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._api = bridge.api.background
        self._job: Job | None = None
        self.state: BackgroundState | None = None
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(lambda: self.look(anew=False))
        bridge.heard.connect(self._heard)

    def start(self) -> None:
        """Look now, and again and again."""
        self.look()
        self._timer.start()

    def stop(self) -> None:
        """Rest."""
        self._timer.stop()

    def look(self, *, anew: bool = True) -> None:
        """Look once.

        Args:
            anew: Ask the scheduler itself, and do not be content with its last answer.
        """
        if self._job is None:
            self._job = self._api.read(anew=anew)

    def _heard(self, event: Event) -> None:
        over = isinstance(event, BackgroundRead | JobFailed | JobCancelled)
        if over and self._job is not None and event.job == self._job.number:
            self._job = None
        if isinstance(event, BackgroundRead):
            self.state = event.state
            self.seen.emit(event.state)

"""Where the service's threads end and the window's thread begins."""

from __future__ import annotations

import threading
import time
from collections import deque

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from dynsync_gui.domain.events import Event, Progress
from dynsync_gui.service.api import SyncApi

INTERVAL = 0.1
"""Seconds between two deliveries of progress."""


class Bridge(QObject):
    """Hears the service on its threads and tells the window on its own, in order.

    Progress is passed on at most ten times a second: of several reports of one job in a row only the last is kept.

    Attributes:
        heard: An event, always on the thread of the window.
        closed: The service has stopped; nothing is heard any more.
    """

    heard = Signal(object)
    closed = Signal()
    _wake = Signal()

    def __init__(self, api: SyncApi, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.api = api
        self._lock = threading.Lock()
        self._waiting: deque[Event] = deque()
        self._open = True
        self._last = 0.0
        self._closer: threading.Thread | None = None
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._deliver)
        self._wake.connect(self._arrived, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = api.subscribe(self._hear)

    def close(self) -> None:
        """Stop listening and stop the service, on a thread of its own; `closed` follows."""
        with self._lock:
            if not self._open:
                return
            self._open = False
            self._waiting.clear()
        self._timer.stop()
        self._unsubscribe()
        self._closer = threading.Thread(target=self._close, name="dynsync-close")
        self._closer.start()

    def join(self) -> None:
        """Wait for the thread that closed the service; quick once `closed` was told."""
        if self._closer is not None:
            self._closer.join()

    def _close(self) -> None:
        try:
            self.api.close()
        finally:
            self.closed.emit()

    def _hear(self, event: Event) -> None:
        """Runs on the service's threads. The lock keeps `close` from overtaking the signal."""
        with self._lock:
            if not self._open:
                return
            quiet = bool(self._waiting) and isinstance(event, Progress)
            if quiet and isinstance(self._waiting[-1], Progress) and self._waiting[-1].job == event.job:
                self._waiting[-1] = event
            else:
                self._waiting.append(event)
            if not quiet:
                self._wake.emit()

    def _arrived(self) -> None:
        if not self._open or not self._waiting:
            return
        rest = self._last + INTERVAL - time.monotonic()
        with self._lock:
            only_progress = all(isinstance(event, Progress) for event in self._waiting)
        if only_progress and rest > 0:
            if not self._timer.isActive():
                self._timer.start(round(rest * 1000) + 1)
            return
        self._deliver()

    def _deliver(self) -> None:
        self._timer.stop()
        with self._lock:
            events, self._waiting = self._waiting, deque()
        if any(isinstance(event, Progress) for event in events):
            self._last = time.monotonic()
        for event in events:
            if not self._open:
                return
            self.heard.emit(event)

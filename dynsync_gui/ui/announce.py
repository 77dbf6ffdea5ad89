"""Tells screen readers what changes by itself, at most every five seconds."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

PAUSE = 5.0
"""Seconds between two announcements."""


def speak(widget: QWidget, text: str) -> None:
    """Hand a text to the screen reader."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))


class Announcer(QObject):
    """Announces the last thing that was said since the announcement before.

    Args:
        widget: The window that speaks.
        say: What speaks; a test puts a list's ``append`` here.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        widget: QWidget,
        say: Callable[[str], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(widget)
        self._say = say or (lambda text: speak(widget, text))
        self._clock = clock
        self._last = -PAUSE
        self._waiting = ""
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.flush)

    def announce(self, text: str) -> None:
        """Say it now, or once the pause is over if nothing newer comes."""
        self._waiting = text
        rest = self._last + PAUSE - self._clock()
        if rest <= 0:
            self.flush()
        elif not self._timer.isActive():
            self._timer.start(round(rest * 1000))

    def flush(self) -> None:
        """Say what waits."""
        self._timer.stop()
        if self._waiting:
            text, self._waiting = self._waiting, ""
            self._last = self._clock()
            self._say(text)

"""Whom DynSync waits for, why, and how long still."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from dynsync_gui.domain.events import Waiting
from dynsync_gui.domain.ports.listening import WaitCause
from dynsync_gui.domain.wait_words import waiting_told
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.widgets.boxes import row
from dynsync_gui.ui.widgets.text import Text


class Waits(QWidget):
    """Counts down; hidden while nobody is waited for.

    Attributes:
        tick: Runs while somebody is waited for, once a second.
    """

    def __init__(self) -> None:
        super().__init__()
        self._waits: dict[WaitCause, Waiting] = {}
        self._text = Text("", tone="attention")
        line = row(Picture("pending", "attention", 16), self._text)
        line.setStretch(1, 1)
        self.setLayout(line)
        self.tick = QTimer(self, interval=1000)
        self.tick.timeout.connect(self._count_down)
        self.hide()

    def hear(self, waiting: Waiting) -> str:
        """A vendor has to be waited for, or no longer; returns what is said."""
        self._waits.pop(waiting.cause, None)
        if waiting.seconds:
            self._waits[waiting.cause] = waiting
        self._show()
        return waiting_told(waiting) if waiting.seconds else ""

    def end(self, *causes: WaitCause) -> None:
        """Nobody is waited for any more; for these causes only, where some are named."""
        for cause in causes or tuple(WaitCause):
            self._waits.pop(cause, None)
        self._show()

    def _count_down(self) -> None:
        left = [replace(waiting, seconds=waiting.seconds - 1) for waiting in self._waits.values()]
        self._waits = {waiting.cause: waiting for waiting in left if waiting.seconds > 0}
        self._show()

    def _show(self) -> None:
        """What holds up everything goes first."""
        waiting = next((self._waits[cause] for cause in WaitCause if cause in self._waits), None)
        if waiting is None:
            self.tick.stop()
        else:
            self._text.say(waiting_told(waiting))
            if not self.tick.isActive():
                self.tick.start()
        self.setVisible(waiting is not None)

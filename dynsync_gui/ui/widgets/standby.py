"""What the window shows while there is nothing else to show."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.banner import Banner
from dynsync_gui.ui.widgets.boxes import column
from dynsync_gui.ui.widgets.text import Text


class Standby(QWidget):
    """A text, or what is wrong, below the logo.

    Attributes:
        banner: What is wrong.
    """

    def __init__(self) -> None:
        super().__init__()
        self._text = Text("", "muted", wrap=False)
        self.banner = Banner()
        layout = column(self, gap=2 * GRID, margin=6 * GRID)
        layout.addStretch(1)
        for part in (Picture("logo", "accent", 96), self._text):
            layout.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self.banner)
        layout.addStretch(2)

    def say(self, text: str) -> None:
        """Show a text alone."""
        self.banner.hide()
        self._text.say(text)

    def complain(self, title: str, cure: str, **actions: object) -> None:
        """Show what is wrong and what to do; the actions are those of `Banner.tell`."""
        self._text.say("")
        self.banner.tell("bad", title, cure, **actions)  # type: ignore[arg-type]

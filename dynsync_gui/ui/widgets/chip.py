"""A chip: a state as icon, word and colour."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy

from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.text import Text


class Chip(QFrame):
    """Icon and word in the colour of a role."""

    def __init__(self, icon: str = "info", word: str = "", tone: str = "muted") -> None:
        super().__init__()
        self.setProperty("kind", "chip")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID, 2, GRID, 2)
        layout.setSpacing(GRID // 2)
        self._picture = Picture(icon, tone, 14)
        self._word = Text(word, tone=tone, wrap=False)
        layout.addWidget(self._picture)
        layout.addWidget(self._word)

    def show_state(self, icon: str, word: str, tone: str) -> None:
        """Show another state."""
        self._picture.show_icon(icon, tone)
        self._word.say(word, tone)

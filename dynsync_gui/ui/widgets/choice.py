"""A radio button the size of a card, with a sentence that says what the choice means."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QRadioButton

from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import TOP, column, row
from dynsync_gui.ui.widgets.text import Text, restyle

_INDENT = 30
"""Where the text of a radio button begins."""


class ChoiceCard(QFrame):
    """One of several cards, of which one is chosen; the whole card can be clicked."""

    def __init__(self, icon: str, label: str, meaning: str) -> None:
        super().__init__()
        self.setProperty("kind", "choice")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.button = QRadioButton(label)
        self.button.setAccessibleName(label)
        self.button.setAccessibleDescription(meaning)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * GRID, GRID + 2, 2 * GRID, GRID + 2)
        layout.setSpacing(GRID + 4)
        words = column(gap=2)
        words.addWidget(self.button)
        hint = Text(meaning, "hint")
        below = row(hint)
        below.setContentsMargins(_INDENT, 0, 0, 0)
        words.addLayout(below)
        words.addStretch(1)
        layout.addLayout(words, 1)
        layout.addWidget(Picture(icon, "accent", 24), 0, TOP)
        self.button.toggled.connect(self._mark)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click anywhere chooses."""
        if self.rect().contains(event.position().toPoint()) and self.isEnabled():
            self.button.click()

    def _mark(self, chosen: bool) -> None:
        self.setProperty("chosen", chosen)
        restyle(self)

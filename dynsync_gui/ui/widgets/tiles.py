"""Numbers that tell something, side by side."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QWidget

from dynsync_gui.domain.text import number
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import TOP, column
from dynsync_gui.ui.widgets.text import Text

_WIDTH = 168


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its meaning."""

    icon: str
    tone: str
    count: int
    meaning: str


class Tile(QFrame):
    """One number."""

    def __init__(self, figure: Figure) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        tone = figure.tone if figure.count else "muted"
        words = column(gap=0)
        words.addWidget(Text(number(figure.count), "figure", wrap=False))
        words.addWidget(Text(figure.meaning, "muted"))
        words.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID + 4, GRID + 2, GRID, GRID + 2)
        layout.setSpacing(GRID + 2)
        layout.addWidget(Picture(figure.icon, tone, 20), 0, TOP)
        layout.addLayout(words, 1)
        self.setAccessibleName(f"{number(figure.count)} {figure.meaning}")


class Tiles(QWidget):
    """As many columns of numbers as there is room for."""

    def __init__(self) -> None:
        super().__init__()
        self._tiles: list[Tile] = []
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GRID)

    def show_figures(self, figures: list[Figure]) -> None:
        """Show these numbers instead of others."""
        for tile in self._tiles:
            self._grid.removeWidget(tile)
            tile.deleteLater()
        self._tiles = [Tile(figure) for figure in figures]
        self._columns = 0
        self._arrange(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the room."""
        self._arrange(event.size().width())
        super().resizeEvent(event)

    def _arrange(self, width: int) -> None:
        columns = max(1, min(3, width // _WIDTH, len(self._tiles)))
        if columns == self._columns:
            return
        for place in range(3):
            self._grid.setColumnStretch(place, 1 if place < columns else 0)
        for place, tile in enumerate(self._tiles):
            self._grid.addWidget(tile, place // columns, place % columns)
            tile.show()
        self._columns = columns

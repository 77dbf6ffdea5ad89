"""Buttons in a line that breaks where the window is too narrow for them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dynsync_gui.ui.theme import GRID


class Flow(QWidget):
    """Lays widgets out as words in a paragraph.

    A widget and not a layout: PySide frees layouts that are written in Python at the wrong moment.
    """

    def __init__(self, *widgets: QWidget, gap: int = GRID) -> None:
        super().__init__()
        self._parts, self._gap = widgets, gap
        for widget in widgets:
            widget.setParent(self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def heightForWidth(self, width: int) -> int:
        """Height of all lines."""
        return self._arrange(width, move=False)

    def sizeHint(self) -> QSize:
        """One line."""
        sizes = [part.sizeHint() for part in self._shown()]
        width = sum(size.width() for size in sizes) + self._gap * max(0, len(sizes) - 1)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def minimumSizeHint(self) -> QSize:
        """As wide as the widest."""
        sizes = [part.sizeHint() for part in self._shown()]
        return QSize(max((size.width() for size in sizes), default=0), max((s.height() for s in sizes), default=0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put them where they belong."""
        super().resizeEvent(event)
        self._arrange(event.size().width(), move=True)

    def event(self, event: QEvent) -> bool:
        """A part was shown, hidden, or has another text."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._arrange(self.width(), move=True)
        return super().event(event)

    def _shown(self) -> list[QWidget]:
        return [part for part in self._parts if not part.isHidden()]

    def _arrange(self, width: int, *, move: bool) -> int:
        place, line = QPoint(0, 0), 0
        for part in self._shown():
            size = part.sizeHint()
            if line and place.x() + size.width() > width:
                place, line = QPoint(0, place.y() + line + self._gap), 0
            if move:
                part.setGeometry(QRect(place, size))
            place.setX(place.x() + size.width() + self._gap)
            line = max(line, size.height())
        return place.y() + line

"""Boxes on the 8-pixel grid: columns that fold, cards, rows."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from dynsync_gui.ui.theme import GRID


def column(parent: QWidget | None = None, *, gap: int = GRID, margin: int = 0) -> QVBoxLayout:
    """A column of things with one distance between them."""
    layout = QVBoxLayout(parent) if parent is not None else QVBoxLayout()
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(gap)
    return layout


def row(*parts: QWidget | QLayout | None, gap: int = GRID) -> QHBoxLayout:
    """Things side by side; None takes what room is left."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(gap)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        elif isinstance(part, QWidget):
            layout.addWidget(part)
        else:
            layout.addLayout(part)
    return layout


class Card(QFrame):
    """A surface with rounded corners; what stands on it belongs together."""

    def __init__(self, kind: str = "card", *, gap: int = GRID, margin: int = 2 * GRID) -> None:
        super().__init__()
        self.setProperty("kind", kind)
        self.body = column(self, gap=gap, margin=margin)


class Columns(QWidget):
    """Things of equal width side by side; one below the other where that would be too narrow."""

    def __init__(self, *parts: QWidget, gap: int = 2 * GRID) -> None:
        super().__init__()
        self._parts = parts
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(gap)
        for part in parts:
            self._layout.addWidget(part, 1)

    def minimumSizeHint(self) -> QSize:
        """As narrow as its widest part: it folds before anything is cut."""
        widest = max((part.minimumSizeHint().width() for part in self._parts), default=0)
        return QSize(widest, super().minimumSizeHint().height() if self._folded() else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold or unfold."""
        widest = max((part.minimumSizeHint().width() for part in self._parts), default=0)
        room = event.size().width() - self._layout.spacing() * (len(self._parts) - 1)
        wide = room >= widest * len(self._parts)
        wanted = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._layout.direction() != wanted:
            self._layout.setDirection(wanted)
            self.updateGeometry()
        super().resizeEvent(event)

    def _folded(self) -> bool:
        return self._layout.direction() == QBoxLayout.Direction.TopToBottom


def drop(layout: QLayout, widgets: list[Any]) -> None:
    """Take widgets out of a layout and let them go."""
    for widget in widgets:
        layout.removeWidget(widget)
        widget.hide()
        widget.deleteLater()
    widgets.clear()


def tab_through(first: QWidget, *rest: QWidget) -> None:
    """Let Tab lead from one to the next: what is made late would come behind all that was there before."""
    for before, after in pairwise((first, *rest)):
        QWidget.setTabOrder(before, after)


LEFT = Qt.AlignmentFlag.AlignLeft
TOP = Qt.AlignmentFlag.AlignTop

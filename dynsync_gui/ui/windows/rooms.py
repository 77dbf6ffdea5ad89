"""The side panel of the main window, and the view that it shows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QScrollArea, QStackedWidget, QWidget

from dynsync_gui.ui.icons import IconButton
from dynsync_gui.ui.mnemonics import deal, reword
from dynsync_gui.ui.widgets.boxes import column, row
from dynsync_gui.ui.widgets.side import Side


def link(icon: str, text: str) -> IconButton:
    """A button of the side panel."""
    return IconButton(icon, text, kind="nav", role="accent")


class Rooms(QWidget):
    """Views, one at a time, each behind its link.

    Attributes:
        links: The links to the views, in order.
        rehearsal: The chip that says that all of this is a rehearsal.

    Args:
        parent: In what they are: whatever changes its place is looked at anew by the style, with all that is in it.
        views: Link and view of each.
        foot: Further links, at the foot of the panel.
    """

    def __init__(self, parent: QWidget, views: Sequence[tuple[IconButton, QWidget]], foot: Sequence[QWidget]) -> None:
        super().__init__(parent)
        self.links = [button for button, _ in views]
        self._names = [button.text() for button in self.links]
        self._views = QStackedWidget(self)
        group = QButtonGroup(self)
        panel = QWidget()
        inner = column(panel, gap=4)
        for place, (button, view) in enumerate(views):
            button.setCheckable(True)
            group.addButton(button, place)
            inner.addWidget(button)
            self._views.addWidget(_scrolling(self._views, view))
        self.links[0].setChecked(True)
        group.idClicked.connect(self.show_view)
        side = Side(panel, *foot)
        self.rehearsal = side.rehearsal
        layout = row(side, self._views, gap=0)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def show_view(self, place: int) -> None:
        """Show one view as it was left."""
        self.links[place].setChecked(True)
        self._views.setCurrentIndex(place)
        deal(self)

    def show_top(self, place: int) -> None:
        """Show one view from its top."""
        self.show_view(place)
        area = self._views.widget(place)
        if isinstance(area, QScrollArea):
            area.verticalScrollBar().setValue(0)

    def count(self, place: int, shown: str) -> None:
        """Write a number behind the name of a view; an empty text takes it away."""
        reword(self.links[place], self._names[place] + (f"  {shown}" if shown else ""))


def _scrolling(parent: QWidget, view: QWidget) -> QScrollArea:
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setProperty("kind", "body")
    area.setWidget(view)
    return area

"""Chooses one thing of a list that is searched."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton, QWidget

from dynsync_gui.domain.text import tr
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import column, row
from dynsync_gui.ui.widgets.reading_table import table_of
from dynsync_gui.ui.widgets.searched_table import SearchedTable
from dynsync_gui.ui.widgets.text import Text

_MOVES = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


class SearchDialog(QDialog):
    """Typing searches, the arrows move in the list, Enter takes. Whoever derives from it says what is chosen at first.

    Args:
        parent: The window it belongs to.
        model: The list.
        title: Title of the window.
        asked: What is to be chosen.
        searched: What is looked for, in the empty search.
        listed: Name of the list.
        take: What the button says.

    Attributes:
        above: What is said of all of them, above the list; hidden until it says something.
        said: What is said of the chosen one, below it; likewise.
    """

    def __init__(
        self, parent: QWidget, model: SearchedTable, *, title: str, asked: str, searched: str, listed: str, take: str
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self.resize(640, 480)
        self._list = model
        self.search = QLineEdit()
        self.search.setPlaceholderText(searched)
        self.search.setAccessibleName(searched)
        self.search.setClearButtonEnabled(True)
        self.table = table_of(model, listed)
        self.table.setSelectionMode(self.table.SelectionMode.SingleSelection)
        self.above, self.said = Text("", "muted"), Text("", "muted")
        self.take, self.stay = QPushButton(take), QPushButton(tr("Cancel"))
        layout = column(self, gap=GRID + 4, margin=2 * GRID)
        layout.addWidget(Text(asked, "section"))
        layout.addWidget(self.above)
        layout.addWidget(self.search)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.said)
        layout.addLayout(row(None, self.stay, self.take))
        for text in (self.above, self.said):
            text.hide()
        for button in (self.take, self.stay):
            button.setAccessibleName(button.text())
        self.take.setProperty("kind", "filled")
        self.take.setDefault(True)
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._search)
        self.table.doubleClicked.connect(self.accept)
        self.take.clicked.connect(self.accept)
        self.stay.clicked.connect(self.reject)
        self.finished.connect(self.deleteLater)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrows move in the list while the search has the focus."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _MOVES:
            self.table.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def go_first(self) -> None:
        """Choose what is chosen at first of those that the search leaves."""
        found = self._list.rowCount() > 0
        if found:
            self.table.setCurrentIndex(self._list.index(0, 0))
        self.take.setEnabled(found)

    def _search(self, text: str) -> None:
        self._list.show_rows(text)
        self.go_first()

"""Chooses another Marketo field for a row: searched by name, those that cannot take it with the reason."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton, QWidget

from dynsync_gui.domain.mapping import TargetOption
from dynsync_gui.domain.text import number, tr
from dynsync_gui.ui.mnemonics import deal
from dynsync_gui.ui.theme import GRID, roles
from dynsync_gui.ui.widgets.boxes import column, row
from dynsync_gui.ui.widgets.searched_table import Index, SearchedTable
from dynsync_gui.ui.widgets.text import Text, hover
from dynsync_gui.ui.windows.problems import table_of
from dynsync_gui.ui.words import TARGET_TYPE


class TargetModel(SearchedTable):
    """Marketo's fields; prepared for the search as the rows of the page are.

    Args:
        options: The fields, in the order of the list.
        marks: A word for some of them (suggested, chosen now), by name.
    """

    def __init__(self, options: Sequence[TargetOption], marks: dict[str, str]) -> None:
        cells = [
            (option.label, option.name, _type(option), str(option.reason) or marks.get(option.name, ""))
            for option in options
        ]
        super().__init__((tr("Field in Marketo"), tr("Name"), tr("Type"), tr("Note")), cells)
        self._options = options

    def option_at(self, row: int) -> TargetOption:
        """The field of a visible row."""
        return self._options[self._shown[row]]

    def row_of(self, name: str) -> int:
        """The visible row of a field; the first one where it is not seen, -1 where none is."""
        rows = [row for row, place in enumerate(self._shown) if self._options[place].name == name]
        return next(iter(rows), 0 if self._shown else -1)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Texts; what cannot be taken is muted, and says why."""
        place = self._shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cells[place][index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return hover(self._cells[place][index.column()]) or None
        if role == Qt.ItemDataRole.ForegroundRole and self._options[place].reason:
            return QColor(roles().muted)
        return None


class TargetDialog(QDialog):
    """Typing searches, the arrows move in the list, Enter takes.

    Args:
        parent: The window it belongs to.
        field: What the row is called.
        options: Marketo's fields for it.
        chosen: Name of the present one.
        suggested: Name of the suggested one; empty where none of these is.

    Attributes:
        taken: The user takes the field of that name.
    """

    taken = Signal(str)

    def __init__(
        self, parent: QWidget, field: str, options: Sequence[TargetOption], chosen: str, suggested: str
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Field in Marketo"))
        self.setModal(True)
        self.resize(640, 480)
        self._chosen = chosen
        self.model = TargetModel(options, {suggested: tr("suggested"), chosen: tr("chosen now")})
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search fields"))
        self.search.setAccessibleName(tr("Search fields"))
        self.search.setClearButtonEnabled(True)
        self.table = table_of(self.model, tr("Fields in Marketo"))
        self.table.setSelectionMode(self.table.SelectionMode.SingleSelection)
        self.said = Text("", "muted")
        self.take, self.stay = QPushButton(tr("Take this field")), QPushButton(tr("Cancel"))
        self._build(field)
        self._go_to_chosen()
        deal(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrows move in the list while the search has the focus."""
        moves = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in moves:
            self.table.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def accept(self) -> None:
        """Take the current field, where it can be taken."""
        if self.take.isEnabled():
            self.taken.emit(self.model.option_at(self.table.currentIndex().row()).name)
            super().accept()

    def _build(self, field: str) -> None:
        layout = column(self, gap=GRID + 4, margin=2 * GRID)
        layout.addWidget(Text(tr("Where does “{field}” go?", field=field), "section"))
        layout.addWidget(self.search)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.said)
        layout.addLayout(row(None, self.stay, self.take))
        for button in (self.take, self.stay):
            button.setAccessibleName(button.text())
        self.take.setProperty("kind", "filled")
        self.take.setDefault(True)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(2, header.ResizeMode.ResizeToContents)
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._search)
        self.table.selectionModel().currentRowChanged.connect(self._describe)
        self.table.doubleClicked.connect(self.accept)
        self.take.clicked.connect(self.accept)
        self.stay.clicked.connect(self.reject)
        self.finished.connect(self.deleteLater)

    def _search(self, text: str) -> None:
        self.model.show_rows(text)
        self._go_to_chosen()

    def _go_to_chosen(self) -> None:
        row_ = self.model.row_of(self._chosen)
        if row_ >= 0:
            self.table.setCurrentIndex(self.model.index(row_, 0))
        self._describe()

    def _describe(self, *_: QModelIndex) -> None:
        index = self.table.currentIndex()
        if not index.isValid() or not self.model.rowCount():
            self.said.say(tr("No field is like that."), "muted")
            self.take.setEnabled(False)
            return
        option = self.model.option_at(index.row())
        self.take.setEnabled(not option.reason)
        self.said.say(
            str(option.reason) or f"{option.label} ({option.name})", "attention" if option.reason else "muted"
        )


def _type(option: TargetOption) -> str:
    name = str(TARGET_TYPE[option.type])
    return f"{name} {number(option.length)}" if option.length else name

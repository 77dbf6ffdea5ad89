"""Chooses another Marketo field for a row: searched by name, those that cannot take it with the reason."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from dynsync_gui.domain.mapping import TargetOption
from dynsync_gui.domain.text import number, tr
from dynsync_gui.ui.mnemonics import deal
from dynsync_gui.ui.theme import roles
from dynsync_gui.ui.widgets.search_dialog import SearchDialog
from dynsync_gui.ui.widgets.searched_table import Index, SearchedTable
from dynsync_gui.ui.widgets.text import hover
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


class TargetDialog(SearchDialog):
    """Chooses a field.

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
        self.model = TargetModel(options, {suggested: tr("suggested"), chosen: tr("chosen now")})
        self._chosen = chosen
        super().__init__(
            parent,
            self.model,
            title=tr("Field in Marketo"),
            asked=tr("Where does “{field}” go?", field=field),
            searched=tr("Search fields"),
            listed=tr("Fields in Marketo"),
            take=tr("Take this field"),
        )
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(2, header.ResizeMode.ResizeToContents)
        self.table.selectionModel().currentRowChanged.connect(self._describe)
        self.said.show()
        self.go_first()
        deal(self)

    def accept(self) -> None:
        """Take the current field, where it can be taken."""
        if self.take.isEnabled():
            self.taken.emit(self.model.option_at(self.table.currentIndex().row()).name)
            super().accept()

    def go_first(self) -> None:
        """Choose the present one, or the first one where that is not seen."""
        row = self.model.row_of(self._chosen)
        if row >= 0:
            self.table.setCurrentIndex(self.model.index(row, 0))
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

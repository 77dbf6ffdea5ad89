"""A list in columns, of which only the rows are shown that hold every word of a search."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex


class SearchedTable(QAbstractTableModel):
    """Texts in rows; prepared for the search, so that it keeps up with typing.

    Args:
        headers: Names of the columns.
        cells: The texts, in the order of the list.
    """

    def __init__(self, headers: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
        super().__init__()
        self._headers = headers
        self._cells = cells
        self._search = [" ".join(row).casefold() for row in cells]
        self._shown = list(range(len(cells)))

    def show_rows(self, search: str) -> None:
        """Show the rows that hold every word."""
        words = search.casefold().split()
        self.beginResetModel()
        self._shown = [place for place, text in enumerate(self._search) if all(word in text for word in words)]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Visible rows."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """As many as there are names."""
        return 0 if parent.isValid() else len(self._headers)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Names of the columns."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headers[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Texts."""
        shown = role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}
        return self._cells[self._shown[index.row()]][index.column()] if shown else None

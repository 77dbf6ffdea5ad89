"""All runs, the last one first."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QTableView, QWidget

from dynsync_gui.domain.report import RunReport
from dynsync_gui.domain.text import number, tr
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import column
from dynsync_gui.ui.widgets.reading_table import table_of
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.words import PHASE, RUN, exact

Index = QModelIndex | QPersistentModelIndex


class RunModel(QAbstractTableModel):
    """A line for each run."""

    def __init__(self, runs: tuple[RunReport, ...]) -> None:
        super().__init__()
        self._runs = runs
        self._names = (
            tr("Started"),
            tr("Run"),
            tr("State"),
            tr("Read"),
            tr("Taken"),
            tr("Same"),
            tr("Left out"),
            tr("To look at"),
            tr("To send"),
        )

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Runs."""
        return 0 if parent.isValid() else len(self._runs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """When, what, and the numbers."""
        return 0 if parent.isValid() else len(self._names)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Names of the columns."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._names[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Texts."""
        if role not in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return None
        run = self._runs[index.row()]
        numbers = (run.read, run.acknowledged, run.unchanged, run.skipped, run.problems, run.outbox)
        words = (exact(run.started)[:16], str(RUN[run.kind]), str(PHASE[run.state]))
        return (*words, *(number(value) for value in numbers))[index.column()]


class History(QWidget):
    """The table of runs."""

    def __init__(self) -> None:
        super().__init__()
        self._layout = column(self, gap=2 * GRID, margin=3 * GRID)
        self._layout.addWidget(Text(tr("History"), "title"))
        self._table: QTableView | None = None
        self.show_runs(())

    def show_runs(self, runs: tuple[RunReport, ...]) -> None:
        """Show these runs."""
        if self._table is not None:
            self._layout.removeWidget(self._table)
            self._table.deleteLater()
        self._table = table_of(RunModel(runs), tr("History"))
        header = self._table.horizontalHeader()
        header.setSectionResizeMode(
            header.ResizeMode.ResizeToContents if len(runs) < 200 else header.ResizeMode.Stretch
        )
        header.setStretchLastSection(True)
        self._layout.addWidget(self._table, 1)

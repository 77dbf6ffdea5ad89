"""Earlier choices of fields: who kept them when, what changed, and a way back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QPushButton, QWidget

from dynsync_gui.domain.choice_changes import ChoiceVersion, changes
from dynsync_gui.domain.text import number, tr
from dynsync_gui.ui.mnemonics import deal
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import column, row
from dynsync_gui.ui.widgets.reading_table import table_of
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.words import exact

Index = QModelIndex | QPersistentModelIndex


class VersionModel(QAbstractTableModel):
    """A line for each version, the newest first."""

    def __init__(self, versions: Sequence[ChoiceVersion]) -> None:
        super().__init__()
        self.versions = tuple(reversed(versions))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Versions."""
        return 0 if parent.isValid() else len(self.versions)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number, when, who, how much changed."""
        return 0 if parent.isValid() else 4

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Names of the columns."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (tr("Version"), tr("Kept"), tr("By"), tr("Changes"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Texts."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        version = self.versions[index.row()]
        name = number(version.number)
        if index.row() == 0:
            name = tr("{number}, in use", number=name)
        return (name, exact(version.at)[:16], version.who, number(len(version.changes)))[index.column()]


class ChoiceHistory(QDialog):
    """Choose a version, read the differences, take it back.

    Args:
        parent: The window it belongs to.
        versions: The oldest first; the last one is in use.

    Attributes:
        wanted: The user wants this earlier choice (`FieldSettings`).
    """

    wanted = Signal(object)

    def __init__(self, parent: QWidget, versions: Sequence[ChoiceVersion]) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Earlier choices"))
        self.setModal(True)
        self.resize(600, 480)
        self._versions = versions
        self.model = VersionModel(versions)
        self.table = table_of(self.model, tr("Earlier choices"))
        self.table.setSelectionMode(self.table.SelectionMode.SingleSelection)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(tr("Differences"))
        self.take, self.stay = QPushButton(tr("Show this choice")), QPushButton(tr("Close"))
        self._build()
        self.table.setCurrentIndex(self.model.index(0, 0))
        self._describe()
        self.table.setFocus()
        deal(self)

    def accept(self) -> None:
        """Take the chosen version."""
        if self.take.isEnabled():
            self.wanted.emit(self.model.versions[self.table.currentIndex().row()].fields)
            super().accept()

    def _build(self) -> None:
        layout = column(self, gap=GRID + 4, margin=2 * GRID)
        layout.addWidget(Text(tr("Earlier choices"), "section"))
        told = tr("Each choice that was saved, with what changed. An earlier one is shown first and kept only by Save.")
        layout.addWidget(Text(told, "muted"))
        layout.addWidget(self.table, 2)
        layout.addWidget(self.text, 1)
        layout.addLayout(row(None, self.stay, self.take))
        for button in (self.take, self.stay):
            button.setAccessibleName(button.text())
        self.take.setProperty("kind", "filled")
        self.take.setDefault(True)
        self.stay.setAutoDefault(False)
        self.table.selectionModel().currentRowChanged.connect(self._describe)
        self.take.clicked.connect(self.accept)
        self.stay.clicked.connect(self.reject)
        self.finished.connect(self.deleteLater)

    def _describe(self, *_: QModelIndex) -> None:
        index = self.table.currentIndex()
        self.take.setEnabled(index.isValid() and index.row() > 0)
        if not index.isValid():
            self.text.setPlainText(tr("No choice was kept yet."))
            return
        version = self.model.versions[index.row()]
        parts = [_listed(tr("What changed with it"), [str(text) for text in version.changes])]
        if index.row():
            newest = self.model.versions[0].fields
            back = [str(text) for text in changes(newest, version.fields)]
            parts.append(_listed(tr("What going back to it changes"), back))
        self.text.setPlainText("\n\n".join(parts))


def _listed(title: str, lines: Sequence[str]) -> str:
    shown = lines or [tr("Nothing: this is how it began.")]
    return "\n".join([title, *(f"• {line}" for line in shown)])

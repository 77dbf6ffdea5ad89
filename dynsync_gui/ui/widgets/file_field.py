"""A field for the place of a file, with a button that lets one be chosen."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton, QWidget

from dynsync_gui.domain.text import tr
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import row


class FileField(QWidget):
    """Line edit and the button that opens the system's file dialog.

    Args:
        label: What the file is called, for the button's name and the dialog's title.
        pattern: Names that the dialog shows, such as ``*.pem *.pfx``.

    Attributes:
        chosen: A file was chosen in the dialog.
    """

    chosen = Signal()

    def __init__(self, label: str, pattern: str) -> None:
        super().__init__()
        self._label, self._pattern = label, pattern
        self.edit = QLineEdit()
        self.edit.setAcceptDrops(False)
        self.edit.setDragEnabled(False)
        self.choose = QPushButton(tr("Choose"))
        self.choose.setAccessibleName(tr("Choose: {field}", field=label))
        self.choose.setAutoDefault(False)
        self.choose.clicked.connect(self._ask)
        line = row(self.edit, self.choose, gap=GRID // 2)
        line.setStretch(0, 1)
        self.setLayout(line)
        self.setFocusProxy(self.edit)

    def set_read_only(self, read_only: bool) -> None:
        """Lock the field."""
        self.edit.setReadOnly(read_only)
        self.choose.setEnabled(not read_only)

    def take(self, path: str) -> None:
        """Put a chosen file into the field."""
        self.edit.setText(path)
        self.edit.setFocus()
        self.chosen.emit()

    def _ask(self) -> None:
        dialog = QFileDialog(self, self._label)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(f"{self._label} ({self._pattern})")
        dialog.fileSelected.connect(self.take)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

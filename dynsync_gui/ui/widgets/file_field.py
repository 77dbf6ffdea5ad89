"""A field for the place of a file, with a button that lets one be chosen."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton, QWidget

from dynsync_gui.domain.text import tr
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import row


class FileField(QWidget):
    """Line edit and the button that opens the system's file dialog; a file can be dropped on it, too.

    Args:
        label: What the file is called, for the button's name and the dialog's title.
        pattern: Names that the dialog shows, such as ``*.pem *.pfx``.

    Attributes:
        chosen: A file was chosen in the dialog, or dropped.
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
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one file of this computer, and nothing else."""
        if _dropped(event.mimeData()) and not self.edit.isReadOnly():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Put the dropped file into the field."""
        path = _dropped(event.mimeData())
        if path and not self.edit.isReadOnly():
            event.acceptProposedAction()
            self.take(path)

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


def _dropped(data: QMimeData) -> str:
    """The one file that is dragged; empty for anything else."""
    urls = data.urls()
    return urls[0].toLocalFile() if len(urls) == 1 and urls[0].isLocalFile() else ""

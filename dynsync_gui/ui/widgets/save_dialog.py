"""The question where a file is to be saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from PySide6.QtWidgets import QFileDialog, QWidget


def ask_where(parent: QWidget, title: str, kind: str, name: str, then: Callable[[str], None]) -> None:
    """Ask, without holding up the window.

    Args:
        parent: The window or page that asks.
        title: Title of the dialog.
        kind: Kind of the file with its pattern, as Qt writes filters.
        name: Suggested name; its ending is added to a name without one.
        then: Told the path that was chosen.
    """
    dialog = QFileDialog(parent, title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilter(kind)
    dialog.setDefaultSuffix(PurePath(name).suffix.removeprefix("."))
    dialog.selectFile(name)
    dialog.fileSelected.connect(then)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()

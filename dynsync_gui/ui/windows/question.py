"""A question with two answers, asked without stopping the window."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import column, row
from dynsync_gui.ui.widgets.text import Text


class Question(QDialog):
    """Asks before something is lost; `accepted` means go ahead, Esc means stay.

    Args:
        parent: The window it belongs to.
        title: The question.
        meaning: What follows from going ahead.
        go: Text of the button that goes ahead.
        stay: Text of the button that does not; it is the filled one.
    """

    def __init__(self, parent: QWidget, title: str, meaning: str, go: str, stay: str) -> None:
        super().__init__(parent)
        self.setWindowTitle("DynSync")
        self.setModal(True)
        layout = column(self, gap=GRID, margin=3 * GRID)
        layout.addWidget(Text(title, "section"))
        layout.addWidget(Text(meaning))
        go_button, stay_button = QPushButton(go), QPushButton(stay)
        for button, name, act in ((go_button, "go", self.accept), (stay_button, "stay", self.reject)):
            button.setObjectName(name)
            button.setAccessibleName(button.text())
            button.clicked.connect(act)
        stay_button.setProperty("kind", "filled")
        stay_button.setDefault(True)
        layout.addSpacing(GRID)
        layout.addLayout(row(None, go_button, stay_button))
        self.setMinimumWidth(400)
        self.finished.connect(self.deleteLater)

"""The panel at the left of the wizard and of the main window."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import LEFT, column, row
from dynsync_gui.ui.widgets.chip import Chip
from dynsync_gui.ui.widgets.text import Text

WIDTH = 208


class Side(QFrame):
    """Logo and name above, things to choose below, the rest at the foot.

    Attributes:
        rehearsal: The chip that says that all of this is a rehearsal.
    """

    def __init__(self, middle: QWidget, *foot: QWidget) -> None:
        super().__init__()
        self.setProperty("kind", "side")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        layout = column(self, gap=4, margin=GRID + 4)
        name = Text("DynSync", "section", wrap=False)
        head = row(Picture("logo", "accent", 40), name, None, gap=GRID + 2)
        head.setContentsMargins(GRID // 2, GRID // 2, 0, 2 * GRID)
        layout.addLayout(head)
        self.rehearsal = Chip("flask", tr("Rehearsal"), "good")
        self.rehearsal.hide()
        layout.addWidget(self.rehearsal, 0, LEFT)
        layout.addWidget(middle)
        layout.addStretch(1)
        for part in foot:
            layout.addWidget(part)
        self._fit()

    def _fit(self) -> None:
        """As wide as usual, or as its longest word needs."""
        self.setFixedWidth(max(WIDTH, self.minimumSizeHint().width()))

"""What this copy of DynSync is, and the licences of everything it is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QPlainTextEdit, QSplitter, QWidget

from dynsync_gui import __version__
from dynsync_gui.domain.licences import Part
from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.mnemonics import deal
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import column, row
from dynsync_gui.ui.widgets.text import Text

ReadParts = Callable[[], Sequence[Part]]
"""Gives the software that this copy is made of; nothing where it runs from its source."""


class AboutWindow(QDialog):
    """Name and version above; a list of parts at the left, the licence of the chosen one at the right.

    Attributes:
        parts: The list.
        licence: The text.
    """

    def __init__(self, parts: Sequence[Part], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self.setWindowTitle(tr("About DynSync"))
        self.resize(760, 560)
        layout = column(self, gap=GRID, margin=2 * GRID)
        words = column(gap=0)
        words.addWidget(Text(f"DynSync {__version__}", "section", wrap=False))
        words.addWidget(Text(tr("Keeps the same people in Microsoft Dynamics 365 and Adobe Marketo Engage.")))
        layout.addLayout(row(Picture("logo", "accent", 48), words, None, gap=2 * GRID))
        layout.addWidget(Text(self._licence_of_all(), "muted"))
        self.parts = QListWidget()
        self.parts.setAccessibleName(tr("Parts"))
        self.parts.addItems([f"{part.name} {part.version}".strip() for part in parts])
        self.licence = QPlainTextEdit(readOnly=True)
        self.licence.setAccessibleName(tr("Licence"))
        self.licence.setTabChangesFocus(True)
        self.parts.currentRowChanged.connect(self._show)
        both = QSplitter(Qt.Orientation.Horizontal)
        both.addWidget(self.parts)
        both.addWidget(self.licence)
        both.setStretchFactor(1, 1)
        both.setSizes([220, 540])
        both.setVisible(bool(parts))
        layout.addWidget(both, 1)
        if not parts:
            layout.addStretch(1)
        buttons = QDialogButtonBox()
        close = buttons.addButton(tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setAccessibleName(tr("Close"))
        buttons.rejected.connect(self.close)
        layout.addWidget(buttons)
        self.parts.setCurrentRow(0)
        deal(self)

    def _licence_of_all(self) -> str:
        if not self._parts:
            return tr("DynSync is under the MIT licence. This copy runs from its source and brings no other software.")
        return tr("DynSync is under the MIT licence. It is made with the software below, each under its own licence.")

    def _show(self, place: int) -> None:
        part = self._parts[place]
        self.licence.setPlainText(f"{part.name} {part.version}\n{part.licence}\n\n{part.text}")

"""A button that can stay pressed, and has room for what it says then."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QPushButton

from dynsync_gui.ui.mnemonics import plain


class PressButton(QPushButton):
    """As wide as its text is while it is pressed, when the style sheet makes it bold; Qt measures only the thin one."""

    def sizeHint(self) -> QSize:
        """The size that no press changes."""
        size = super().sizeHint()
        if self.isCheckable():
            size.setWidth(size.width() + heavier_by(self))
        return size


def heavier_by(button: QPushButton) -> int:
    """How much wider a button's text is in bold."""
    bold = QFont(button.font())
    bold.setWeight(QFont.Weight.DemiBold)
    text = plain(button.text())
    return max(0, QFontMetrics(bold).horizontalAdvance(text) - button.fontMetrics().horizontalAdvance(text))

"""Labels and what is shown on hover: plain text only, so that a value from a CRM is never taken for markup."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from dynsync_gui.ui.theme import figures

LINE = 72
"""Longest line of running text, in characters."""


class Text(QLabel):
    """A paragraph that wraps, at most `LINE` characters wide.

    Args:
        content: What it says.
        kind: Its place in the type scale (`stylesheet`): title, section, strong, label, hint, muted, figure.
        tone: Colour role, where its meaning has one.
        wrap: Whether it may take several lines.
    """

    def __init__(self, content: str = "", kind: str = "", tone: str = "", *, wrap: bool = True) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.setProperty("kind", kind)
        self.setProperty("tone", tone)
        if kind == "figure":
            self.setFont(figures(self.font()))
        policy = self.sizePolicy()
        policy.setHeightForWidth(wrap)  # alone: Qt's balanced height, taken for the least, made a page scroll that fits
        self.setSizePolicy(policy)
        self.setText(content)

    def say(self, content: str, tone: str | None = None) -> None:
        """Change the text, and its colour role where one is given."""
        if tone is not None and tone != self.property("tone"):
            self.setProperty("tone", tone)
            restyle(self)
        if content != self.text():
            self.setText(content)

    def heightForWidth(self, width: int) -> int:
        """Height at a width; lines stay short in a wide place."""
        if not self.wordWrap():
            return super().heightForWidth(width)
        return super().heightForWidth(min(width, self._limit()) + self.contentsMargins().right())

    def sizeHint(self) -> QSize:
        """Qt's balance of width and height, but the same in every place, however much of that is left empty.

        What asks for more room the more it gets makes a scroll bar come and go without end.
        """
        if not self.wordWrap():
            return super().sizeHint()
        metrics = self.fontMetrics()
        wide = metrics.averageCharWidth() * 80
        taken = self._wrapped(wide)
        for part, lines in ((2, 4), (4, 2)):
            if taken.height() < lines * metrics.lineSpacing() and taken.width() > wide // part:
                taken = self._wrapped(wide // part)
        return taken

    def minimumSizeHint(self) -> QSize:
        """As wide as the longest word, and the same in every place, too."""
        hint = super().minimumSizeHint()
        return hint if not self.wordWrap() else QSize(hint.width() - self.contentsMargins().right(), hint.height())

    def _wrapped(self, width: int) -> QSize:
        flags = self.alignment() | Qt.TextFlag.TextWordWrap
        return self.fontMetrics().boundingRect(QRect(0, 0, width, 2_000), int(flags), self.text()).size()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep lines short in a wide place."""
        if self.wordWrap():
            self.setContentsMargins(0, 0, max(0, event.size().width() - self._limit()), 0)
        super().resizeEvent(event)

    def _limit(self) -> int:
        return self.fontMetrics().averageCharWidth() * LINE + 8


def hover(content: str) -> str:
    """A text to be shown on hover as it is: Qt takes what looks like markup for markup there."""
    if "<" not in content:
        return content
    lines = "<br>".join(escape(line) for line in content.splitlines())
    return f"<qt>{lines}</qt>"


def restyle(widget: QWidget) -> None:
    """Let the style sheet see a changed property."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def rule() -> QFrame:
    """A hairline."""
    line = QFrame()
    line.setProperty("kind", "rule")
    return line

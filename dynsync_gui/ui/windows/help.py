"""The offline help, in a window of its own beside the work."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QUrl, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QWidget

from dynsync_gui.domain.text import tr
from dynsync_gui.ui.theme import GRID, roles
from dynsync_gui.ui.widgets.boxes import column

ReadHelp = Callable[[str], str]
"""Gives a topic's page as HTML in the language in use."""


class HelpWindow(QDialog):
    """Shows one topic at a time; links lead to other topics and nowhere else.

    Attributes:
        about_wanted: The user asks what DynSync is made of.
    """

    about_wanted = Signal()

    def __init__(self, read_help: ReadHelp, parent: QWidget) -> None:
        super().__init__(parent)
        self._read = read_help
        self.setWindowTitle(tr("Help"))
        self.resize(560, 520)
        self.browser = QTextBrowser()
        self.browser.setAccessibleName(tr("Help"))
        self.browser.setOpenLinks(False)
        self.browser.anchorClicked.connect(self._follow)
        buttons = QDialogButtonBox()
        close = buttons.addButton(tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setAccessibleName(tr("Close"))
        self.about = buttons.addButton(tr("About DynSync"), QDialogButtonBox.ButtonRole.HelpRole)
        self.about.setAccessibleName(tr("About DynSync"))
        self.about.clicked.connect(self.about_wanted)
        buttons.rejected.connect(self.close)
        layout = column(self, margin=2 * GRID)
        layout.addWidget(self.browser)
        layout.addWidget(buttons)

    def show_topic(self, topic: str) -> None:
        """Show a topic, with links in a colour that can be read."""
        document = self.browser.document()
        document.setDefaultStyleSheet(
            f"a {{ color: {roles().accent}; }} h1 {{ font-size: x-large; }} h2 {{ font-size: medium; }}"
            " table { margin-top: 8px; }"
        )
        self.browser.setHtml(self._read(topic))
        self.show()
        self.activateWindow()

    def _follow(self, url: QUrl) -> None:
        if url.isRelative() and url.fileName().endswith(".html"):
            self.show_topic(url.fileName().removesuffix(".html"))

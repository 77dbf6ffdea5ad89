"""The letter to the colleague who can put things right: read, copy, save, or open in the mail program."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QUrl, QUrlQuery
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QComboBox, QDialog, QPlainTextEdit, QPushButton, QWidget

from dynsync_gui.domain.checks import Check
from dynsync_gui.domain.letter import Letter, colleague, letter, owners_of
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import IconButton
from dynsync_gui.ui.mnemonics import deal, reword
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import column, row
from dynsync_gui.ui.widgets.field_row import FieldRow
from dynsync_gui.ui.widgets.flow import Flow
from dynsync_gui.ui.widgets.save_dialog import ask_where
from dynsync_gui.ui.widgets.text import Text

_LONGEST = 2_000 if sys.platform == "win32" else 30_000
"""Characters of an address that every mail program is handed whole; Windows cuts longer ones."""


class LetterDialog(QDialog):
    """One letter for each colleague who has something to do.

    Args:
        parent: The window it belongs to.
        checks: All checks of a test.
        settings: What was tested.
    """

    def __init__(self, parent: QWidget, checks: Sequence[Check], settings: Settings) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("A message to the right colleague"))
        self.setModal(True)
        self.resize(600, 520)
        self.letters = [found for owner in owners_of(checks) if (found := letter(checks, owner, settings))]
        self.to = QComboBox()
        for each in self.letters:
            self.to.addItem(str(colleague(each.owner)))
        self.subject = Text("", "strong")
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(tr("The message"))
        self.copy = IconButton("copy", tr("Copy"))
        self.save = IconButton("export", tr("Save"))
        self.mail = IconButton("mail", tr("Open in the mail program"))
        self.done_button = QPushButton(tr("Close"))
        self.result_text = Text("", "muted")
        self._build()
        self._show(0)
        deal(self)
        self.finished.connect(self.deleteLater)

    @property
    def shown(self) -> Letter:
        """The letter that is shown."""
        return self.letters[max(0, self.to.currentIndex())]

    def mail_address(self) -> QUrl:
        """The letter for the mail program; whom it goes to is left to the user.

        A letter that is too long to be handed over whole is left out: the mail has its subject then.
        """
        whole = _mail_to(self.shown.subject, self.shown.body.replace("\n", "\r\n"))
        return whole if len(whole.toEncoded().data()) <= _LONGEST else _mail_to(self.shown.subject, "")

    def save_to(self, path: str) -> None:
        """Write the letter into a file that the user chose."""
        try:
            Path(path).write_text(f"{self.shown.subject}\n\n{self.shown.body}", encoding="utf-8")
        except OSError:
            self.result_text.say(tr("The file cannot be written there. Choose another folder."), "bad")
        else:
            self.result_text.say(tr("The message was saved."), "good")

    def _build(self) -> None:
        layout = column(self, gap=GRID + 4, margin=2 * GRID)
        layout.addWidget(FieldRow("letter.to", tr("Colleague"), self.to))
        layout.addWidget(self.subject)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.result_text)
        layout.addWidget(Flow(self.copy, self.save, self.mail))
        layout.addLayout(row(None, self.done_button))
        self.done_button.setAccessibleName(self.done_button.text())
        for button in (self.copy, self.save, self.mail):
            button.setAutoDefault(False)
        self.to.currentIndexChanged.connect(self._show)
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self._ask_where)
        self.mail.clicked.connect(self._mail)
        self.done_button.clicked.connect(self.accept)

    def _show(self, _place: int) -> None:
        self.subject.say(self.shown.subject)
        self.text.setPlainText(self.shown.body)
        self.result_text.say("", "muted")
        reword(self.copy, tr("Copy"))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(f"{self.shown.subject}\n\n{self.shown.body}")
        reword(self.copy, tr("Copied"))

    def _mail(self) -> None:
        address = self.mail_address()
        whole = QUrlQuery(address).hasQueryItem("body")
        if not whole:
            QGuiApplication.clipboard().setText(self.shown.body)
        if QDesktopServices.openUrl(address):
            told = tr("The message is too long for the mail program to take over. It was copied: paste it there.")
            self.result_text.say("" if whole else told, "attention")
        else:
            self.result_text.say(tr("No mail program opened. Copy the message instead."), "attention")

    def _ask_where(self) -> None:
        ask_where(self, tr("Save"), tr("Text") + " (*.txt)", "dynsync-letter.txt", self.save_to)


def _mail_to(subject: str, body: str) -> QUrl:
    query = QUrlQuery()
    for name, value in (("subject", subject), ("body", body)):
        if value:
            query.addQueryItem(name, bytes(QUrl.toPercentEncoding(value).data()).decode("ascii"))
    address = QUrl("mailto:")
    address.setQuery(query)
    return address

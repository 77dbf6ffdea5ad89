"""Who hears of the end of a sync, and how."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QButtonGroup, QComboBox, QLineEdit, QPushButton, QWidget

from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import MailKind, MailSecurity, MailSettings, Settings
from dynsync_gui.domain.setup import Missing
from dynsync_gui.domain.text import msg, tr
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import Card, Columns, column, row
from dynsync_gui.ui.widgets.choice import ChoiceCard
from dynsync_gui.ui.widgets.field_row import FieldRow
from dynsync_gui.ui.widgets.secret_field import SecretField
from dynsync_gui.ui.widgets.text import Text


class MailForm(Card):
    """E-mail address, a notice or one of the ways of an e-mail, and a test.

    Attributes:
        rows: The fields by their names.
        test_wanted: The user wants a test message.
        help_wanted: The user asks for help; carries the topic.
    """

    test_wanted = Signal()
    help_wanted = Signal(str)

    def __init__(self, settings: Settings) -> None:
        super().__init__(gap=GRID + 4)
        self.email, self.host, self.username = QLineEdit(), QLineEdit(), QLineEdit()
        self.email.setPlaceholderText("admin@contoso.com")
        self.host.setPlaceholderText("smtp.contoso.com")
        self.port = QLineEdit()
        self.port.setValidator(QIntValidator(1, 65535, self.port))
        self.security = QComboBox()
        self.security.addItem("STARTTLS", MailSecurity.STARTTLS)
        self.security.addItem("TLS", MailSecurity.TLS)
        self.password = SecretField(tr("Password for the mail server"))
        self.notice = ChoiceCard(
            "computer", tr("A notice on this computer"), tr("No mail server needed. It is shown while DynSync is open.")
        )
        self.server = ChoiceCard("mail", tr("An e-mail"), tr("Sent through your own mail server."))
        self.dynamics = ChoiceCard(
            "dynamics",
            tr("An e-mail through Dynamics"),
            tr("Sent by the account that DynSync signs in with, which needs the right to send e-mail there."),
        )
        self.graph = ChoiceCard(
            "person", tr("An e-mail through Microsoft 365"), tr("Sent from the mailbox of the person who signs in.")
        )
        self.test = QPushButton(tr("Send a test"))
        self.result = Text("")
        self.rows = self._rows()
        self._build()
        self.fill(settings)

    def fill(self, settings: Settings) -> None:
        """Show settings."""
        mail = settings.mail
        self.email.setText(settings.enable.email)
        self.host.setText(mail.host)
        self.port.setText(str(mail.port))
        self.security.setCurrentIndex(self.security.findData(mail.security))
        self.username.setText(mail.username)
        ways = {MailKind.DYNAMICS: self.dynamics, MailKind.GRAPH: self.graph}
        chosen = ways.get(mail.kind, self.server if mail.host else self.notice)
        chosen.button.setChecked(True)
        self._server.setVisible(chosen is self.server)
        self.offer(settings)

    def offer(self, settings: Settings) -> None:
        """Offer a person's mailbox only where a person signs in."""
        person = settings.dynamics.sign_in.is_person
        self.graph.setVisible(person)
        if self.graph.button.isChecked() and not person:
            self.notice.button.setChecked(True)

    def settings(self) -> MailSettings:
        """What is entered; without a host when a notice is wanted."""
        for card, kind in ((self.dynamics, MailKind.DYNAMICS), (self.graph, MailKind.GRAPH)):
            if card.button.isChecked():
                return MailSettings(kind=kind)
        if not self.server.button.isChecked():
            return MailSettings()
        return MailSettings(
            host=self.host.text().strip(),
            port=int(self.port.text() or MailSettings().port),
            security=MailSecurity(self.security.currentData()),
            username=self.username.text().strip(),
        )

    def secrets(self, kept: Secrets) -> Secrets:
        """The secrets with the mail server's password as it is entered."""
        by_mail = self.server.button.isChecked()
        return replace(kept, mail_password=self.password.value(kept.mail_password) if by_mail else "")

    def missing(self) -> Missing | None:
        """A mail server was chosen, but not named."""
        if self.server.button.isChecked() and not self.host.text().strip():
            return Missing("mail.host", msg("Enter the mail server, or choose the notice on this computer."))
        return None

    def say(self, text: str, tone: str) -> None:
        """Say how the test went."""
        self.result.say(text, tone)

    def _rows(self) -> dict[str, FieldRow]:
        spoken = tr("User name for the mail server")
        rows = (
            FieldRow("email", tr("E-mail address"), self.email, hint=tr("Used to tell you the end of the first sync.")),
            FieldRow("mail.host", tr("Mail server"), self.host, topic="mail"),
            FieldRow("mail.port", tr("Port"), self.port),
            FieldRow("mail.security", tr("Protection"), self.security),
            FieldRow("mail.username", tr("User name"), self.username, spoken=spoken, hint=tr("Also the sender.")),
            FieldRow("mail.password", tr("Password"), self.password, spoken=tr("Password for the mail server")),
        )
        for line in rows:
            line.help_wanted.connect(self.help_wanted)
            if isinstance(line.target, QLineEdit):
                line.target.textEdited.connect(lambda _text, line=line: line.note(""))
        return {line.key: line for line in rows}

    def _build(self) -> None:
        group = QButtonGroup(self)
        for card in (self.notice, self.server, self.dynamics, self.graph):
            group.addButton(card.button)
            card.button.toggled.connect(self._forget_result)
        self.server.button.toggled.connect(self._switch)
        self._server = QWidget()
        fields = column(self._server, gap=GRID + 4)
        fields.addWidget(self.rows["mail.host"])
        fields.addWidget(Columns(self.rows["mail.port"], self.rows["mail.security"]))
        fields.addWidget(Columns(self.rows["mail.username"], self.rows["mail.password"]))
        self.test.setObjectName("test-mail")
        self.test.setAccessibleName(self.test.text())
        self.test.setAutoDefault(False)
        self.test.clicked.connect(self.test_wanted)
        test = row(self.test, self.result, gap=GRID + 4)
        test.setStretch(1, 1)
        self.body.addWidget(Text(tr("How you hear of it"), "section"))
        self.body.addWidget(self.rows["email"])
        self.body.addWidget(Columns(self.notice, self.server))
        self.body.addWidget(Columns(self.dynamics, self.graph))
        self.body.addWidget(self._server)
        self.body.addLayout(test)

    def _switch(self, by_mail: bool) -> None:
        self._server.setVisible(by_mail)
        self.rows["mail.host"].note("")

    def _forget_result(self) -> None:
        self.result.say("", "")

"""Changes one password or secret of a finished set-up, or lets a person sign in again; nothing else is asked."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton

from dynsync_gui.domain.events import CheckChanged, Event, JobCancelled, JobFailed, ProfileRead
from dynsync_gui.domain.renewal import SIGN_IN, Renewal, refused_secret, renewable
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.text import msg, tr
from dynsync_gui.service.api import Job
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import Card
from dynsync_gui.ui.widgets.field_row import FieldRow
from dynsync_gui.ui.widgets.flow import Flow
from dynsync_gui.ui.widgets.secret_field import SecretField
from dynsync_gui.ui.widgets.text import Text

_NAMES = {
    SIGN_IN: msg("Sign-in to Dynamics"),
    "dynamics_password": msg("Password for Dynamics"),
    "dynamics_client_secret": msg("Client secret for Dynamics"),
    "marketo_client_secret": msg("Client secret for Marketo"),
    "proxy_password": msg("Password for the proxy"),
    "mail_password": msg("Password for the mail server"),
}


class RenewalCard(Card):
    """Hidden until something is to be changed.

    Attributes:
        wanted: The user wants this `Renewal`.
        renewed: It works and is kept; carries whether a stopped sync is to go on.
        job: The test that runs.
    """

    wanted = Signal(object)
    renewed = Signal(bool)

    def __init__(self) -> None:
        super().__init__(gap=GRID + 4)
        self.job: Job | None = None
        self._settings = Settings()
        self._goes_on = False
        self.which, self.secret, self.expires = QComboBox(), SecretField(tr("The new secret")), QLineEdit()
        self.expires.setPlaceholderText("2027-03-31")
        self.rows = {
            "which": FieldRow("renewal.which", tr("What is changed"), self.which),
            "secret": FieldRow("renewal.secret", tr("The new secret"), self.secret),
            "expires": FieldRow(
                "renewal.expires",
                tr("Secret valid until"),
                self.expires,
                hint=tr("Optional. DynSync reminds you 30, 14, 7 and 1 days before."),
            ),
        }
        self.keep, self.close_ = QPushButton(tr("Test and keep")), QPushButton(tr("Leave as it is"))
        self.result = Text("")
        self.body.addWidget(Text(tr("Change a password or secret"), "section"))
        for part in (*self.rows.values(), self.result):
            self.body.addWidget(part)
        self.body.addWidget(Flow(self.keep, self.close_))
        for button, name in ((self.keep, "renewal-keep"), (self.close_, "renewal-close")):
            button.setObjectName(name)
            button.setAccessibleName(button.text())
        self.which.currentIndexChanged.connect(self._switched)
        self.secret.edit.textEdited.connect(lambda: self.rows["secret"].note(""))
        self.expires.textEdited.connect(lambda: self.rows["expires"].note(""))
        self.keep.clicked.connect(self._keep)
        self.close_.clicked.connect(self.end)
        self.hide()

    def ask(self, settings: Settings, code: str = "") -> bool:
        """Ask for what is to be changed.

        Args:
            settings: The stored ones.
            code: Of the refusal that stopped a sync; empty where the user asked for the change.

        Returns:
            Whether there is something to ask for.
        """
        name = refused_secret(code, settings) if code else renewable(settings)[0]
        if not name:
            return False
        self._settings, self._goes_on = settings, bool(code)
        self.which.blockSignals(True)
        self.which.clear()
        for each in renewable(settings):
            certificate = each == "dynamics_client_secret" and settings.dynamics.certificate
            self.which.addItem(tr("Password of the certificate file") if certificate else str(_NAMES[each]), each)
        self.which.setCurrentIndex(self.which.findData(name))
        self.which.blockSignals(False)
        self._switched()
        self.show()
        return True

    def focus(self) -> None:
        """Start where something has to be entered."""
        (self.keep if self._name == SIGN_IN else self.secret.edit).setFocus()

    def follow(self, job: Job) -> None:
        """The service tries it."""
        self.job = job
        self.keep.setEnabled(False)
        self.result.say(tr("Testing"), "muted")

    def hear(self, event: Event) -> str:
        """Take any event; returns what to announce, empty for nothing."""
        if self.job is None or event.job != self.job.number:
            return ""
        match event:
            case CheckChanged(check=check):
                self.result.say(tr("Testing: {check}", check=str(check.title)), "muted")
            case ProfileRead():
                goes_on = self._goes_on
                self.end()
                self.renewed.emit(goes_on)
                return tr("It works and is kept.")
            case JobFailed(error=error):
                self._rest()
                self.result.say(f"{error.finding.title} {error.finding.cure}".strip(), "bad")
                self.focus()
                return self.result.text()
            case JobCancelled():
                self._rest()
            case _:
                pass
        return ""

    def end(self) -> None:
        """Nothing is changed any more, and nothing of it stays on the screen; a test that runs is stopped."""
        job = self.job
        self._rest()
        self.secret.hold(held=False)
        self.hide()
        if job is not None:
            job.cancel()

    @property
    def _name(self) -> str:
        return str(self.which.currentData())

    def _rest(self) -> None:
        self.job = None
        self.keep.setEnabled(True)
        self.result.say("", "")

    def _switched(self) -> None:
        self.secret.hold(held=False)
        self.expires.clear()
        self.rows["secret"].note("")
        dated = self._name == "dynamics_client_secret" and not self._settings.dynamics.certificate
        self.rows["secret"].setVisible(self._name != SIGN_IN)
        self.rows["expires"].setVisible(dated)
        self.result.say("", "")

    def _keep(self) -> None:
        value, day = self.secret.value(""), self.expires.text().strip()
        if self._name != SIGN_IN and not value:
            self.rows["secret"].complain(tr("Enter the new secret."))
            self.secret.edit.setFocus()
            return
        expires = None
        if day and not self.rows["expires"].isHidden():
            try:
                expires = date.fromisoformat(day)
            except ValueError:
                self.rows["expires"].complain(tr("Write the day as in 2027-03-31, or leave it empty."))
                self.expires.setFocus()
                return
        self.wanted.emit(Renewal(self._name, value, expires))

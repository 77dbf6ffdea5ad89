"""What has to be entered for Dynamics: the address, and one of four ways to sign in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from dynsync_gui.domain.addresses import dynamics_address
from dynsync_gui.domain.prompts import Environment
from dynsync_gui.domain.schema import System
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import DynamicsSettings, SignIn
from dynsync_gui.domain.setup import Missing
from dynsync_gui.domain.text import msg, tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.widgets.boxes import LEFT, TOP, column, row
from dynsync_gui.ui.widgets.field_row import FieldRow
from dynsync_gui.ui.widgets.file_field import FileField
from dynsync_gui.ui.widgets.fold import Fold
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.wizard.environments import EnvironmentChoice
from dynsync_gui.ui.wizard.forms import SystemForm

_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_WAYS = {
    SignIn.APPLICATION: (
        msg("Application"),
        msg("Best for a sync that runs by itself: no person's password, and it goes on when people leave."),
        "dynamics-application",
    ),
    SignIn.BROWSER: (
        msg("Browser on this computer"),
        msg("You sign in on Microsoft's own page. A second step, such as a code on your phone, is fine."),
        "dynamics-browser",
    ),
    SignIn.DEVICE: (
        msg("Code on another device"),
        msg("For a computer without a browser: you enter a short code on a phone or another computer."),
        "dynamics-device",
    ),
    SignIn.PASSWORD: (
        msg("User name and password"),
        msg("As in Adobe's guide, for an account without a second step. Microsoft is retiring this way by and by."),
        "dynamics-user",
    ),
}
"""Name, when to choose it, and help topic of each way to sign in."""


class DynamicsForm(SystemForm):
    """Address and sign-in of Dynamics."""

    def __init__(self) -> None:
        super().__init__(System.DYNAMICS)
        self._kept = DynamicsSettings()
        self.add("dynamics.url", tr("Address"), spoken=tr("Address of Dynamics"), topic="dynamics-address")
        self.environments = EnvironmentChoice()
        self.body.addWidget(self.environments)
        self.sign_in, self.proof = _choice(), _choice()
        for way, (name, _, _) in _WAYS.items():
            self.sign_in.addItem(str(name), way)
        self.proof.addItem(tr("Client secret"), "")
        self.proof.addItem(tr("Certificate file"), "certificate")
        self.add_row(
            FieldRow(
                "dynamics.sign_in",
                tr("Sign in with"),
                self.sign_in,
                topic="dynamics-application",
                ask=tr("About this way"),
            )
        )
        self.add("dynamics.username", tr("User name"), spoken=tr("User name for Dynamics"), topic="dynamics-user")
        self.add("dynamics.password", tr("Password"), spoken=tr("Password for Dynamics"), secret=True)
        self.add("dynamics.client_id", tr("Client id"), spoken=tr("Client id for Dynamics"), topic="own-registration")
        self.add_row(FieldRow("dynamics.proof", tr("It proves itself with"), self.proof))
        self.certificate = FileField(tr("Certificate file"), "*.pem *.pfx *.p12")
        self.add_file(
            FieldRow("dynamics.certificate", tr("Certificate file"), self.certificate, topic="dynamics-certificate")
        )
        self.add("dynamics.client_secret", tr("Client secret"), spoken=tr("Client secret for Dynamics"), secret=True)
        self.add(
            "dynamics.secret_expires",
            tr("Secret valid until"),
            spoken=tr("Last day of the client secret"),
            hint=tr("Optional. DynSync reminds you 30, 14, 7 and 1 days before."),
        )
        self.more = Fold(tr("Another tenant"))
        self.add(
            "dynamics.tenant",
            tr("Tenant"),
            spoken=tr("Tenant to sign in to"),
            topic="own-registration",
            hint=tr("Its id or domain. Blank for the tenant of the environment, which is right for nearly everybody."),
            into=self.more.body,
        )
        self.body.addWidget(self.more)
        self.notice = self._notice()
        self.body.addWidget(self.notice)
        self.finish()
        self._wire()
        self._show_fields()

    def fill(self, settings: DynamicsSettings, secrets: Secrets) -> None:
        """Show settings; secrets stay with the flow, the fields only say that they are kept."""
        self._kept = settings
        expires = settings.secret_expires
        for key, text in (
            ("dynamics.url", settings.url),
            ("dynamics.username", settings.username),
            ("dynamics.client_id", settings.client_id),
            ("dynamics.certificate", settings.certificate),
            ("dynamics.tenant", settings.tenant),
            ("dynamics.secret_expires", expires.isoformat() if expires else ""),
        ):
            self.set_text(key, text)
        self.secret("dynamics.password").hold(bool(secrets.dynamics_password))
        self.secret("dynamics.client_secret").hold(bool(secrets.dynamics_client_secret))
        _choose(self.sign_in, settings.sign_in)
        _choose(self.proof, "certificate" if settings.certificate else "")
        self.more.open(open_=bool(settings.tenant))
        self.environments.forget()
        self._show_fields()

    def settings(self) -> DynamicsSettings:
        """What is entered; what belongs to another way to sign in is left out."""
        way = self.way
        return replace(
            self._kept,
            url=self.text("dynamics.url"),
            sign_in=way,
            username=self.text("dynamics.username") if way is not SignIn.APPLICATION else "",
            client_id=self.text("dynamics.client_id"),
            tenant=self.text("dynamics.tenant"),
            certificate=self.text("dynamics.certificate") if self.by_certificate else "",
            secret_expires=_day(self.text("dynamics.secret_expires")) if self._asks_for_day else None,
        )

    def secrets(self, kept: Secrets) -> Secrets:
        """The secrets with those of the chosen way as they are entered."""
        password, secret = self.secret("dynamics.password"), self.secret("dynamics.client_secret")
        return replace(
            kept,
            dynamics_password=password.value(kept.dynamics_password) if self.way is SignIn.PASSWORD else "",
            dynamics_client_secret="" if self.way.is_person else secret.value(kept.dynamics_client_secret),
        )

    def missing(self) -> Missing | None:
        """What only this form can know to be missing."""
        if self.by_certificate and not self.text("dynamics.certificate"):
            return Missing("dynamics.certificate", msg("Choose the file that holds the certificate and its key."))
        day = self.text("dynamics.secret_expires")
        if self._asks_for_day and day and _day(day) is None:
            return Missing("dynamics.secret_expires", msg("Write the day as in 2027-03-31, or leave it empty."))
        return None

    def settings_of_person(self) -> DynamicsSettings:
        """What is entered, for a sign-in by a person: in the browser, where another way was chosen."""
        found = self.settings()
        if found.sign_in.is_person:
            return found
        return DynamicsSettings(found.url, SignIn.BROWSER, tenant=found.tenant)

    @property
    def way(self) -> SignIn:
        """How DynSync is to sign in."""
        return SignIn(self.sign_in.currentData())

    @property
    def by_certificate(self) -> bool:
        """Whether an application signs in with a certificate."""
        return self.way is SignIn.APPLICATION and bool(self.proof.currentData())

    @property
    def _asks_for_day(self) -> bool:
        return self.way is SignIn.APPLICATION and not self.by_certificate

    def normalise(self) -> None:
        """Make the address exact and say what was changed."""
        self.exact("dynamics.url", dynamics_address(self.text("dynamics.url"), self.trusted))

    def _wire(self) -> None:
        self.sign_in.currentIndexChanged.connect(self._switched)
        self.proof.currentIndexChanged.connect(self._changed_proof)
        self.environments.chosen.connect(self._take_environment)
        self.line_edit("dynamics.url").setPlaceholderText("https://contoso.crm.dynamics.com")
        self.line_edit("dynamics.url").editingFinished.connect(self.normalise)
        self.line_edit("dynamics.secret_expires").setPlaceholderText("2027-03-31")
        self.line_edit("dynamics.secret_expires").editingFinished.connect(self._look_at_day)
        self.line_edit("dynamics.client_secret").editingFinished.connect(self._look_at_secret)

    def _take_environment(self, environment: Environment) -> None:
        self.set_text("dynamics.url", environment.url)
        self.rows["dynamics.url"].note(tr("This is “{name}”.", name=environment.name))
        self.edited.emit()

    def _look_at_secret(self) -> None:
        if not self.by_certificate and _GUID.fullmatch(self.text("dynamics.client_secret")):
            self.rows["dynamics.client_secret"].complain(
                tr("This looks like the secret's ID. DynSync needs its value.")
            )

    def _look_at_day(self) -> None:
        missing = self.missing()
        if missing is not None and missing.field == "dynamics.secret_expires":
            self.rows[missing.field].complain(str(missing.text))

    def _notice(self) -> QWidget:
        self._notice_text = Text("", "hint")
        button = QPushButton(tr("Use a registration of your own"))
        button.setProperty("kind", "link")
        button.setAccessibleName(button.text())
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self.help_wanted.emit("own-registration"))
        words = column(gap=2)
        words.addWidget(self._notice_text)
        words.addWidget(button, 0, LEFT)
        picture = Picture("info", "accent", 16)
        layout = row(picture, words)
        layout.setAlignment(picture, TOP)
        layout.setStretch(1, 1)
        notice = QWidget()
        notice.setLayout(layout)
        return notice

    def _switched(self) -> None:
        self._show_fields()
        self.edited.emit()

    def _changed_proof(self) -> None:
        """A secret is not the password of a certificate's file: never send one where the other belongs."""
        self.secret("dynamics.client_secret").hold(held=False)
        self._switched()

    def _show_fields(self) -> None:
        way, certificate = self.way, self.by_certificate
        application = way is SignIn.APPLICATION
        for key, shown in (
            ("username", not application),
            ("password", way is SignIn.PASSWORD),
            ("proof", application),
            ("certificate", certificate),
            ("client_secret", not way.is_person),
            ("secret_expires", self._asks_for_day),
        ):
            self.rows[f"dynamics.{key}"].setVisible(shown)
        optional = tr("Optional")
        self.rows["dynamics.username"].set_hint(optional if way.is_person else "")
        self.rows["dynamics.client_id"].set_hint("" if application else optional)
        self.rows["dynamics.client_secret"].set_hint(optional if certificate or not application else "")
        if certificate:
            self.rows["dynamics.client_secret"].rename(
                tr("Password of the file"), tr("Password of the certificate file")
            )
        else:
            self.rows["dynamics.client_secret"].rename(tr("Client secret"), tr("Client secret for Dynamics"))
        self.notice.setVisible(not application)
        self._notice_text.say(_sample_id(way))
        _, when, topic = _WAYS[way]
        self.rows["dynamics.sign_in"].set_hint(str(when))
        self.rows["dynamics.sign_in"].topic = topic


def _sample_id(way: SignIn) -> str:
    if way.is_person:
        return tr(
            "The client id may stay blank. DynSync then signs in with the public id of Microsoft's own samples, which "
            "some organisations do not allow."
        )
    return tr(
        "Client id and secret may stay blank. DynSync then signs in with the public id of Microsoft's own samples, "
        "which some organisations do not allow."
    )


def _choice() -> QComboBox:
    box = QComboBox()
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(24)
    return box


def _choose(box: QComboBox, data: object) -> None:
    """Choose something as the user would, but without being heard."""
    box.blockSignals(True)
    box.setCurrentIndex(box.findData(data))
    box.blockSignals(False)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

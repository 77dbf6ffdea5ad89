"""What has to be entered for each of the two systems."""

from __future__ import annotations

import re

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QWidget

from dynsync_gui.domain.addresses import Address, dynamics_address, marketo_address
from dynsync_gui.domain.schema import System
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import DynamicsSettings, MarketoSettings, SignIn
from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import LEFT, TOP, Card, column, row
from dynsync_gui.ui.widgets.check_list import CheckList
from dynsync_gui.ui.widgets.field_row import FieldRow
from dynsync_gui.ui.widgets.secret_field import SecretField
from dynsync_gui.ui.widgets.text import Text, rule
from dynsync_gui.ui.words import SYSTEM

_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


class SystemForm(Card):
    """The fields of one system, and the checks of its connection below them.

    Attributes:
        edited: The user changed something.
        help_wanted: The user asks for help; carries the topic.
        rows: The fields by their names in the set-up flow.
        trusted: Hosts that the settings name besides the vendors' own.
    """

    edited = Signal()
    help_wanted = Signal(str)

    def __init__(self, system: System) -> None:
        super().__init__(gap=GRID + 4)
        self.rows: dict[str, FieldRow] = {}
        self.trusted: tuple[str, ...] = ()
        self.body.addLayout(row(Picture(system.value, "accent", 24), Text(SYSTEM[system], "section"), None))
        self.checks = CheckList()
        self._line = rule()
        self._line.hide()

    def finish(self) -> None:
        """Put the checks below the fields."""
        self.body.addWidget(self._line)
        self.body.addWidget(self.checks)
        self.body.addStretch(1)

    def add(self, key: str, label: str, *, spoken: str, topic: str = "", hint: str = "", secret: bool = False) -> None:
        """Add a field."""
        field: QWidget = SecretField(spoken) if secret else QLineEdit()
        line = FieldRow(key, label, field, spoken=spoken, topic=topic, hint=hint)
        self.add_row(line)
        if isinstance(line.target, QLineEdit):
            line.target.textEdited.connect(lambda: self._changed(line))
            line.target.editingFinished.connect(lambda: _show_start(line))
        if secret and key == "dynamics.client_secret":
            assert isinstance(line.target, QLineEdit)  # noqa: S101
            line.target.editingFinished.connect(lambda: self._look_at_secret(line))

    def add_row(self, line: FieldRow) -> None:
        """Add a field with its row."""
        line.help_wanted.connect(self.help_wanted)
        self.rows[line.key] = line
        self.body.addWidget(line)

    def text(self, key: str) -> str:
        """What stands in a field, without outer blanks."""
        field = self.rows[key].target
        assert isinstance(field, QLineEdit)  # noqa: S101
        return field.text().strip()

    def set_text(self, key: str, text: str) -> None:
        """Put something into a field, as the user would, but without being heard."""
        field = self.rows[key].target
        assert isinstance(field, QLineEdit)  # noqa: S101
        field.setText(text)
        field.setCursorPosition(0)
        self.rows[key].note("")

    def secret(self, key: str) -> SecretField:
        """The field of a secret."""
        field = self.rows[key].field
        assert isinstance(field, SecretField)  # noqa: S101
        return field

    def lock(self, locked: bool) -> None:
        """Make everything read-only (rehearsal), or free again."""
        for line in self.rows.values():
            if isinstance(line.field, SecretField):
                line.field.set_read_only(locked)
            elif isinstance(line.field, QLineEdit):
                line.field.setReadOnly(locked)
            else:
                line.field.setEnabled(not locked)

    def exact(self, key: str, address: Address) -> None:
        """Show an address as DynSync understood it, and say what was changed."""
        if address.usable and address.url != self.text(key):
            self.set_text(key, address.url)
        if address.usable:
            self.rows[key].note(str(address.note))
        elif address.note:
            self.rows[key].complain(str(address.note))

    def show_checks(self, shown: bool) -> None:
        """Show the place of the checks, or forget them."""
        self._line.setVisible(shown)
        if not shown:
            self.checks.forget()

    def _changed(self, line: FieldRow) -> None:
        line.note("")
        self.edited.emit()

    def _look_at_secret(self, line: FieldRow) -> None:
        if _GUID.fullmatch(self.text(line.key)):
            line.complain(tr("This looks like the secret's ID. DynSync needs its value."))


def _show_start(line: FieldRow) -> None:
    """A long id is recognised by its beginning."""
    if isinstance(line.target, QLineEdit) and not line.target.hasFocus():
        line.target.setCursorPosition(0)


class DynamicsForm(SystemForm):
    """Address and sign-in of Dynamics."""

    def __init__(self) -> None:
        super().__init__(System.DYNAMICS)
        self.add("dynamics.url", tr("Address"), spoken=tr("Address of Dynamics"), topic="dynamics-address")
        self.sign_in = QComboBox()
        self.sign_in.addItem(tr("Application id and secret"), SignIn.APPLICATION)
        self.sign_in.addItem(tr("User name and password"), SignIn.PASSWORD)
        self.sign_in.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.sign_in.setMinimumContentsLength(12)
        self.add_row(FieldRow("dynamics.sign_in", tr("Sign in with"), self.sign_in, topic="dynamics-application"))
        self.add("dynamics.username", tr("User name"), spoken=tr("User name for Dynamics"), topic="dynamics-user")
        self.add("dynamics.password", tr("Password"), spoken=tr("Password for Dynamics"), secret=True)
        self.add("dynamics.client_id", tr("Client id"), spoken=tr("Client id for Dynamics"), topic="own-registration")
        self.add("dynamics.client_secret", tr("Client secret"), spoken=tr("Client secret for Dynamics"), secret=True)
        self.notice = self._notice()
        self.body.addWidget(self.notice)
        self.finish()
        self.sign_in.currentIndexChanged.connect(self._switched)
        url = self.rows["dynamics.url"].target
        assert isinstance(url, QLineEdit)  # noqa: S101
        url.setPlaceholderText("https://contoso.crm.dynamics.com")
        url.editingFinished.connect(self.normalise)
        self._show_fields()

    def fill(self, settings: DynamicsSettings, secrets: Secrets) -> None:
        """Show settings; secrets stay with the flow, the fields only say that they are kept."""
        self.set_text("dynamics.url", settings.url)
        self.set_text("dynamics.username", settings.username)
        self.set_text("dynamics.client_id", settings.client_id)
        self.secret("dynamics.password").hold(bool(secrets.dynamics_password))
        self.secret("dynamics.client_secret").hold(bool(secrets.dynamics_client_secret))
        self.sign_in.blockSignals(True)
        self.sign_in.setCurrentIndex(self.sign_in.findData(settings.sign_in))
        self.sign_in.blockSignals(False)
        self._show_fields()

    def settings(self) -> DynamicsSettings:
        """What is entered."""
        password = self.by_password
        return DynamicsSettings(
            url=self.text("dynamics.url"),
            sign_in=SignIn.PASSWORD if password else SignIn.APPLICATION,
            username=self.text("dynamics.username") if password else "",
            client_id=self.text("dynamics.client_id"),
        )

    @property
    def by_password(self) -> bool:
        """Whether a person signs in, not an application."""
        return bool(self.sign_in.currentData() == SignIn.PASSWORD)

    def normalise(self) -> None:
        """Make the address exact and say what was changed."""
        self.exact("dynamics.url", dynamics_address(self.text("dynamics.url"), self.trusted))

    def _notice(self) -> QWidget:
        text = Text(
            tr(
                "Client id and secret may stay blank. DynSync then signs in with the public id of Microsoft's own "
                "samples, which some organisations do not allow."
            ),
            "hint",
        )
        button = QPushButton(tr("Use a registration of your own"))
        button.setProperty("kind", "link")
        button.setAccessibleName(button.text())
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self.help_wanted.emit("own-registration"))
        words = column(gap=2)
        words.addWidget(text)
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

    def _show_fields(self) -> None:
        password = self.by_password
        self.rows["dynamics.username"].setVisible(password)
        self.rows["dynamics.password"].setVisible(password)
        self.notice.setVisible(password)
        optional = tr("Optional") if password else ""
        for key in ("dynamics.client_id", "dynamics.client_secret"):
            self.rows[key].set_hint(optional)
        self.rows["dynamics.sign_in"].topic = "dynamics-user" if password else "dynamics-application"


class MarketoForm(SystemForm):
    """Address and API service of Marketo."""

    def __init__(self) -> None:
        super().__init__(System.MARKETO)
        self.add("marketo.endpoint", tr("Address"), spoken=tr("Address of Marketo"), topic="marketo-address")
        self.add("marketo.client_id", tr("Client id"), spoken=tr("Client id for Marketo"), topic="marketo-service")
        self.add("marketo.client_secret", tr("Client secret"), spoken=tr("Client secret for Marketo"), secret=True)
        self.finish()
        endpoint = self.rows["marketo.endpoint"].target
        assert isinstance(endpoint, QLineEdit)  # noqa: S101
        endpoint.setPlaceholderText("https://123-ABC-456.mktorest.com")
        endpoint.editingFinished.connect(self.normalise)

    def fill(self, settings: MarketoSettings, secrets: Secrets) -> None:
        """Show settings; the secret stays with the flow."""
        self.set_text("marketo.endpoint", settings.endpoint)
        self.set_text("marketo.client_id", settings.client_id)
        self.secret("marketo.client_secret").hold(bool(secrets.marketo_client_secret))

    def settings(self) -> MarketoSettings:
        """What is entered."""
        return MarketoSettings(endpoint=self.text("marketo.endpoint"), client_id=self.text("marketo.client_id"))

    def normalise(self) -> None:
        """Make the address exact and say what was changed."""
        self.exact("marketo.endpoint", marketo_address(self.text("marketo.endpoint"), self.trusted))

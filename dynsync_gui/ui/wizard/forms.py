"""What has to be entered for a system; Marketo's fields (those of Dynamics: `dynamics_form`)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from dynsync_gui.domain.addresses import Address, marketo_address
from dynsync_gui.domain.schema import System
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import MarketoSettings
from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import Card, row
from dynsync_gui.ui.widgets.check_list import CheckList
from dynsync_gui.ui.widgets.field_row import FieldRow
from dynsync_gui.ui.widgets.file_field import FileField
from dynsync_gui.ui.widgets.secret_field import SecretField
from dynsync_gui.ui.widgets.text import Text, rule
from dynsync_gui.ui.words import SYSTEM


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
            if isinstance(line.field, SecretField | FileField):
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


def _show_start(line: FieldRow) -> None:
    """A long id is recognised by its beginning."""
    if isinstance(line.target, QLineEdit) and not line.target.hasFocus():
        line.target.setCursorPosition(0)


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

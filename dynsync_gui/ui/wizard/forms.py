"""The fields of a system; Marketo's (those of Dynamics: `dynamics_form`)."""

from __future__ import annotations

from dynsync_gui.domain.addresses import Address, marketo_address
from dynsync_gui.domain.schema import System
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import MarketoSettings
from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.widgets.boxes import row
from dynsync_gui.ui.widgets.check_list import CheckList
from dynsync_gui.ui.widgets.text import Text, rule
from dynsync_gui.ui.wizard.form import Form
from dynsync_gui.ui.words import SYSTEM


class SystemForm(Form):
    """The fields of one system, and the checks of its connection below them.

    Attributes:
        trusted: Hosts that the settings name besides the vendors' own.
    """

    def __init__(self, system: System) -> None:
        super().__init__()
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


class MarketoForm(SystemForm):
    """Address and API service of Marketo."""

    def __init__(self) -> None:
        super().__init__(System.MARKETO)
        self.add("marketo.endpoint", tr("Address"), spoken=tr("Address of Marketo"), topic="marketo-address")
        self.add("marketo.client_id", tr("Client id"), spoken=tr("Client id for Marketo"), topic="marketo-service")
        self.add("marketo.client_secret", tr("Client secret"), spoken=tr("Client secret for Marketo"), secret=True)
        self.finish()
        endpoint = self.line_edit("marketo.endpoint")
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

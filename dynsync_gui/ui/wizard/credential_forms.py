"""Everything that is entered on page 1: the two systems side by side, and the network below them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dynsync_gui.domain.checks import Check
from dynsync_gui.domain.schema import System
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.setup import Missing
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import Columns, column
from dynsync_gui.ui.widgets.check_list import CheckRow
from dynsync_gui.ui.widgets.field_row import FieldRow
from dynsync_gui.ui.wizard.dynamics_form import DynamicsForm
from dynsync_gui.ui.wizard.forms import MarketoForm, SystemForm
from dynsync_gui.ui.wizard.network_form import NetworkForm


class CredentialForms(QWidget):
    """Three forms that are filled, read and locked together.

    Attributes:
        edited: The user changed something.
        help_wanted: The user asks for help; carries the topic.
        rows: All fields by their names in the set-up flow.
    """

    edited = Signal()
    help_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.dynamics, self.marketo, self.network = DynamicsForm(), MarketoForm(), NetworkForm()
        self._forms = (self.dynamics, self.marketo, self.network)
        self.rows: dict[str, FieldRow] = {key: line for form in self._forms for key, line in form.rows.items()}
        layout = column(self, gap=2 * GRID)
        layout.addWidget(Columns(self.dynamics, self.marketo))
        layout.addWidget(self.network)
        for form in self._forms:
            form.edited.connect(self.edited)
            form.help_wanted.connect(self.help_wanted)

    def fill(self, settings: Settings, secrets: Secrets) -> None:
        """Show settings; secrets stay with the flow, the fields only say that they are kept."""
        self.dynamics.trusted = self.marketo.trusted = settings.network.trusted_hosts
        self.dynamics.fill(settings.dynamics, secrets)
        self.marketo.fill(settings.marketo, secrets)
        self.network.fill(settings.network, secrets)

    def settings(self, kept: Settings) -> Settings:
        """The settings with what is entered here."""
        return replace(
            kept,
            dynamics=self.dynamics.settings(),
            marketo=self.marketo.settings(),
            network=self.network.settings(),
        )

    def settings_of_person(self, kept: Settings) -> Settings:
        """The same, for a person who signs in."""
        return replace(self.settings(kept), dynamics=self.dynamics.settings_of_person())

    def secrets(self, kept: Secrets) -> Secrets:
        """The secrets with those that are entered here."""
        secret = self.marketo.secret("marketo.client_secret").value(kept.marketo_client_secret)
        return replace(self.network.secrets(self.dynamics.secrets(kept)), marketo_client_secret=secret)

    def missing(self) -> Missing | None:
        """The first thing that only a form can know to be missing."""
        return self.dynamics.missing() or self.network.missing()

    def normalise(self) -> None:
        """Make the addresses exact and say what was changed."""
        for form in self._forms:
            form.normalise()

    def lock(self, locked: bool) -> None:
        """Make everything read-only (rehearsal), or free again; practice systems need no way through a network."""
        for form in self._forms:
            form.lock(locked)
        self.network.setVisible(not locked)
        self.dynamics.environments.setVisible(not locked)

    def hold_secrets(self) -> None:
        """Empty the fields of secrets: the flow has them."""
        for form in self._forms:
            form.hold_secrets()

    def show_check(self, check: Check) -> None:
        """Show a check below its system."""
        form: SystemForm = self.dynamics if check.system is System.DYNAMICS else self.marketo
        form.show_checks(True)
        form.checks.show_check(check)

    def forget_checks(self) -> None:
        """The checks do not hold any more."""
        for form in (self.dynamics, self.marketo):
            form.show_checks(False)

    def fold_checks(self) -> None:
        """Put what passed behind one line."""
        for form in (self.dynamics, self.marketo):
            form.checks.fold()

    def row_of(self, check: str) -> CheckRow | None:
        """The row of a check."""
        return self.dynamics.checks.row_of(check) or self.marketo.checks.row_of(check)

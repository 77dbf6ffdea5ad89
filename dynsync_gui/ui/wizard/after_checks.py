"""What a test's outcome asks of the user: a letter, a choice, or the confirmation of changed systems."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from dynsync_gui.domain.checks import Check, CheckState
from dynsync_gui.domain.guards import CODE
from dynsync_gui.domain.letter import owners_of
from dynsync_gui.domain.settings import NativeSync, Settings
from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import IconButton
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import column, row
from dynsync_gui.ui.widgets.identity_guard import IdentityGuard
from dynsync_gui.ui.windows.letter import LetterDialog
from dynsync_gui.ui.wizard.native_choice import NativeChoice

_NATIVE = "marketo.native-sync"
_OPEN = {CheckState.FAILED, CheckState.ATTENTION}


class AfterChecks(QWidget):
    """Hidden until a test has ended with something to do."""

    def __init__(self) -> None:
        super().__init__()
        self._checks: tuple[Check, ...] = ()
        self._settings = Settings()
        self.letter = IconButton("mail", tr("Write to the right colleague"))
        self.letter.setObjectName("letter")
        self.letter.setAutoDefault(False)
        self.native, self.guard = NativeChoice(), IdentityGuard()
        layout = column(self, gap=2 * GRID)
        layout.addLayout(row(self.letter, None))
        layout.addWidget(self.native)
        layout.addWidget(self.guard)
        self.letter.clicked.connect(self.write)
        self.hide()

    def show_checks(self, checks: tuple[Check, ...], settings: Settings) -> None:
        """Show what these checks ask for.

        Args:
            checks: All checks of a test.
            settings: What was tested.
        """
        self._checks, self._settings = checks, settings
        found = {check.id: check for check in checks if check.state in _OPEN}
        self.letter.setVisible(bool(owners_of(checks)))
        if _NATIVE in found:
            self.native.ask(settings.enable.native_sync)
        if CODE in found:
            self.guard.ask(str(found[CODE].finding))
        self.setVisible(not all(part.isHidden() for part in (self.letter, self.native, self.guard)))

    def forget(self) -> None:
        """The checks do not hold any more."""
        self._checks = ()
        self.native.hide()
        self.guard.end()
        self.hide()

    @property
    def undecided(self) -> bool:
        """Whether the user has not yet chosen to go on beside Marketo's own sync."""
        return not self.native.isHidden() and self._settings.enable.native_sync is NativeSync.STOP

    def use(self, settings: Settings) -> None:
        """Take the settings with the choice in them."""
        self._settings = settings

    def write(self) -> LetterDialog:
        """Open the letters."""
        dialog = LetterDialog(self.window(), self._checks, self._settings)
        dialog.open()
        return dialog

"""Asks for the organisation's name before DynSync goes on between other systems than the confirmed ones."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPushButton

from dynsync_gui.domain.errors import DynSyncError
from dynsync_gui.domain.events import Event, JobFailed, ProfileRead
from dynsync_gui.domain.guards import CODE
from dynsync_gui.domain.text import tr
from dynsync_gui.service.api import Job
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import LEFT, Card
from dynsync_gui.ui.widgets.field_row import FieldRow
from dynsync_gui.ui.widgets.text import Text


class IdentityGuard(Card):
    """Hidden until a system is another one than was confirmed.

    Attributes:
        typed: The user confirms with this name.
        confirmed: The service took the name; what was stopped may go on.
        job: The confirmation that runs.
    """

    typed = Signal(str)
    confirmed = Signal()

    def __init__(self) -> None:
        super().__init__("banner", margin=GRID + 4)
        self.setProperty("tone", "attention")
        self.job: Job | None = None
        self._title = Text("", "strong")
        self._advice = Text(
            tr("If that is right, type the organisation's name as Dynamics has it. If not, check the addresses.")
        )
        self.name = QLineEdit()
        self.row = FieldRow("identity.name", tr("The organisation's name"), self.name)
        self.confirm = QPushButton(tr("Confirm these systems"))
        self.confirm.setObjectName("confirm-identity")
        self.confirm.setAccessibleName(self.confirm.text())
        self.confirm.setAutoDefault(False)
        for part in (self._title, self._advice, self.row):
            self.body.addWidget(part)
        self.body.addWidget(self.confirm, 0, LEFT)
        self.confirm.clicked.connect(self._confirm)
        self.name.textEdited.connect(lambda: self.row.note(""))
        self.hide()

    @staticmethod
    def stops(error: DynSyncError) -> bool:
        """Whether an error is about the systems being other ones."""
        return error.code == CODE

    def ask(self, title: str) -> None:
        """Say what changed, and ask for the name."""
        self._title.say(title)
        self.setAccessibleName(f"{title} {self._advice.text()}")
        self.name.clear()
        self.row.note("")
        self.confirm.setEnabled(True)
        self.show()

    def follow(self, job: Job) -> None:
        """The service compares the name with the systems."""
        self.job = job
        self.confirm.setEnabled(False)
        self.row.note(tr("Looking at both systems"))

    def hear(self, event: Event) -> bool:
        """Take an event of the confirmation; returns whether it was one."""
        if self.job is None or event.job != self.job.number:
            return False
        match event:
            case ProfileRead():
                self.end()
                self.confirmed.emit()
            case JobFailed(error=error):
                self.job = None
                self.confirm.setEnabled(True)
                self.complain(f"{error.finding.title} {error.finding.cure}".strip())
            case _:
                return False
        return True

    def complain(self, text: str) -> None:
        """Say why it does not go on."""
        self.row.complain(text)
        self.name.setFocus()

    def end(self) -> None:
        """Nothing is asked any more; a confirmation that runs is stopped."""
        job, self.job = self.job, None
        if job is not None:
            job.cancel()
        self.hide()

    def _confirm(self) -> None:
        name = self.name.text().strip()
        if name:
            self.typed.emit(name)
        else:
            self.complain(tr("Type the name of the organisation."))

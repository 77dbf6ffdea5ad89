"""What can be changed after the set-up, without setting up again."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dynsync_gui.domain.events import BackgroundRead, Downloaded, Event, JobFailed, UpdateRead
from dynsync_gui.domain.releases import UpdateKind, UpdateState
from dynsync_gui.domain.schedule import BackgroundState
from dynsync_gui.domain.settings import BackgroundSettings
from dynsync_gui.domain.text import tr
from dynsync_gui.service.api import Job
from dynsync_gui.ui.bridge import Bridge
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.background import BackgroundCard
from dynsync_gui.ui.widgets.boxes import column
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.widgets.updates import UpdateCard


class SettingsView(QWidget):
    """Cards that act at once, each with the answer of what it acts on.

    Attributes:
        newer: A look for updates found something, or nothing.
        not_applied: What was chosen in the set-up could not be carried out; carries the finding.
    """

    newer = Signal(bool)
    not_applied = Signal(object)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._api = bridge.api.background
        self._choosing: Job | None = None
        self._applying = False
        self.background = BackgroundCard(acts=True)
        self._updates = bridge.api.updates
        self._looking: Job | None = None
        self._found: UpdateState | None = None
        self.updates = UpdateCard()
        self.rehearsal = Text(tr("A rehearsal is not kept in step: its sample systems end with DynSync."))
        layout = column(self, gap=2 * GRID, margin=3 * GRID)
        layout.addWidget(Text(tr("Settings"), "title"))
        layout.addWidget(self.background)
        layout.addWidget(self.rehearsal)
        layout.addWidget(self.updates)
        layout.addStretch(1)
        self.rehearsal.hide()
        self.background.chosen.connect(self._choose)
        self.updates.look_wanted.connect(self.look_for_updates)
        self.updates.download_wanted.connect(self._download)
        bridge.heard.connect(self._heard)

    def show_rehearsal(self, *, rehearsal: bool) -> None:
        """Show what there is to choose for a rehearsal, or for real systems."""
        self.background.setVisible(not rehearsal)
        self.rehearsal.setVisible(rehearsal)

    def apply(self) -> None:
        """Carry out what was chosen in the set-up."""
        self._choosing, self._applying = self._api.apply(), True

    def show_state(self, state: BackgroundState) -> None:
        """What the scheduler holds; a choice under way is not undone by it."""
        if self._choosing is None:
            every = state.entry.every_minutes or self.background.settings().every_minutes
            self.background.fill(BackgroundSettings(state.wanted, every))
        self.background.show_state(state)

    def look_for_updates(self) -> None:
        """Look for a newer DynSync, where an address is set."""
        if self._looking is None:
            self.updates.show_working(None)
            self._looking = self._updates.look()

    def _download(self) -> None:
        if self._looking is None:
            self.updates.show_working(self._found)
            self._looking = self._updates.download()

    def _choose(self) -> None:
        chosen = self.background.settings()
        self._choosing = self._api.choose(keep_syncing=chosen.keep_syncing, every_minutes=chosen.every_minutes)

    def _heard(self, event: Event) -> None:
        if self._looking is not None and event.job == self._looking.number:
            self._looking = None
            self._update_told(event)
        if self._choosing is None or event.job != self._choosing.number:
            return
        if isinstance(event, BackgroundRead):
            self._choosing = None
            self.show_state(event.state)
        elif isinstance(event, JobFailed):
            self._choosing = None
            self.background.keep.setChecked(False)
            self.background.refuse(event.error.finding)
            if self._applying:
                self.not_applied.emit(event.error.finding)
        self._applying = False

    def _update_told(self, event: Event) -> None:
        match event:
            case UpdateRead(state=state):
                self._found = state
                self.updates.show_state(state)
                self.newer.emit(state.kind is UpdateKind.NEWER)
            case Downloaded():
                self.updates.show_downloaded(event)
            case JobFailed(error=error):
                self.updates.refuse(error.finding)
            case _:
                pass

"""The choice to keep syncing while the window is closed, and how that stands, in words."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QPushButton

from dynsync_gui.domain.errors import Finding
from dynsync_gui.domain.findings.background import BACKGROUND
from dynsync_gui.domain.schedule import INTERVALS, BackgroundRun, BackgroundState, Registration
from dynsync_gui.domain.settings import BackgroundSettings
from dynsync_gui.domain.text import ntr, tr
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import LEFT, Card, row
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.words import ago, exact

_STANDS_IN_THE_WAY = {Registration.FOREIGN: "scheduler-foreign", Registration.UNAVAILABLE: "scheduler-missing"}


class BackgroundCard(Card):
    """A tick, how often, and what the scheduler says.

    Args:
        acts: Whether a change acts at once, so that there is something to tell and to mend; else it is collected.

    Attributes:
        chosen: The user changed something.
    """

    chosen = Signal()

    def __init__(self, *, acts: bool) -> None:
        super().__init__(gap=GRID)
        self._acts = acts
        self.keep = QCheckBox(tr("Keep syncing when the window is closed"))
        self.keep.setObjectName("keep-syncing")
        self.keep.setAccessibleName(self.keep.text())
        self.every = QComboBox()
        self.every.setObjectName("every-minutes")
        self.every.setAccessibleName(tr("How often"))
        for minutes in INTERVALS:
            self.every.addItem(ntr("Every minute", "Every {n} minutes", minutes), minutes)
        self.mend = QPushButton(tr("Mend it"))
        self.mend.setObjectName("mend")
        self.mend.setAccessibleName(self.mend.text())
        self.mend.setAutoDefault(False)
        hint = Text(
            tr("This computer starts DynSync while you are signed in. What it slept through is made up for once."),
            "hint",
        )
        self.stands, self.last = Text(""), Text("", "muted")
        self.body.addWidget(Text(tr("While the window is closed"), "section"))
        self.body.addWidget(self.keep, 0, LEFT)
        self.body.addLayout(row(self.every, None))
        for part in (hint, self.stands, self.last):
            self.body.addWidget(part)
        self.body.addWidget(self.mend, 0, LEFT)
        self.stands.hide()
        self.last.hide()
        self.mend.hide()
        self.keep.toggled.connect(self.every.setEnabled)
        self.keep.clicked.connect(self.chosen)
        self.every.activated.connect(self.chosen)
        self.mend.clicked.connect(self.chosen)

    def fill(self, settings: BackgroundSettings) -> None:
        """Show a choice."""
        self.keep.setChecked(settings.keep_syncing)
        self.every.setCurrentIndex(max(0, self.every.findData(settings.every_minutes)))
        self.every.setEnabled(settings.keep_syncing)

    def settings(self) -> BackgroundSettings:
        """The choice as it stands; off where nothing could start it."""
        return BackgroundSettings(
            keep_syncing=self.keep.isChecked() and self.keep.isEnabled(), every_minutes=int(self.every.currentData())
        )

    def show_state(self, state: BackgroundState) -> None:
        """Say how it stands, and offer what can be done about it."""
        registration = state.entry.registration
        code = _STANDS_IN_THE_WAY.get(registration)
        self.keep.setEnabled(code is None)
        self.every.setEnabled(code is None and self.keep.isChecked())
        lost = state.wanted and registration is Registration.OFF
        self.mend.setVisible(self._acts and (lost or registration is Registration.DAMAGED))
        if code is not None:
            self._say_finding(BACKGROUND[code], "attention")
        elif not self._acts:
            self._say("", "")
        elif not self.mend.isHidden():
            self._say(tr("It stands still: its scheduled task was changed, or DynSync was moved."), "attention")
        elif state.next_run is not None:
            time = state.next_run.astimezone().strftime("%H:%M")
            self._say(tr("It is on. The next sync is at {time}.", time=time), "")
        else:
            self._say("", "")
        self.last.setVisible(state.last is not None)
        if state.last is not None:
            self.last.say(last_run(state.last), "bad" if state.last.title else "")
            self.last.setToolTip(exact(state.last.started))

    def refuse(self, finding: Finding) -> None:
        """Say why the choice could not be carried out."""
        self._say_finding(finding, "bad")

    def _say_finding(self, finding: Finding, tone: str) -> None:
        self._say(f"{finding.title} {finding.cure}".strip(), tone)

    def _say(self, text: str, tone: str) -> None:
        self.stands.say(text, tone)
        self.stands.setVisible(bool(text))


def last_run(run: BackgroundRun) -> str:
    """How the last run of the scheduler ended."""
    when = ago(run.started)
    if run.title:
        return tr("Last sync in the background, {ago}: {reason} {cure}", ago=when, reason=run.title, cure=run.cure)
    if run.status:
        return tr("Last sync in the background, {ago}: some records need a look.", ago=when)
    return tr("Last sync in the background, {ago}: everything is in order.", ago=when)

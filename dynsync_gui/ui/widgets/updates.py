"""Whether there is a newer DynSync, what is new in it, and its download."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from dynsync_gui.domain.errors import Finding
from dynsync_gui.domain.events import Downloaded
from dynsync_gui.domain.releases import UpdateKind, UpdateState
from dynsync_gui.domain.text import language, number, tr
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import Card
from dynsync_gui.ui.widgets.flow import Flow
from dynsync_gui.ui.widgets.text import Text

_MOST_NOTES = 2_000


class UpdateCard(Card):
    """Hidden where no address is set.

    Attributes:
        look_wanted: The user wants to look now.
        download_wanted: The user wants the newer one.
    """

    look_wanted = Signal()
    download_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(gap=GRID)
        self.stands, self.notes = Text("", "strong"), Text("")
        self.result = Text("")
        self.look = QPushButton(tr("Look for updates"))
        self.download = QPushButton(tr("Download it"))
        for button, name, signal in (
            (self.look, "look", self.look_wanted),
            (self.download, "download", self.download_wanted),
        ):
            button.setObjectName(name)
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
            button.clicked.connect(signal)
        self.body.addWidget(Text(tr("Updates"), "section"))
        for part in (self.stands, self.notes, self.result, Flow(self.download, self.look)):
            self.body.addWidget(part)
        self.notes.hide()
        self.result.hide()
        self.download.hide()
        self.hide()

    def show_state(self, state: UpdateState) -> None:
        """What a look found."""
        self.setVisible(state.kind is not UpdateKind.OFF)
        newer = state.release if state.kind is UpdateKind.NEWER else None
        if newer is not None:
            values = {"version": newer.version, "installed": state.installed}
            self.stands.say(tr("There is a newer DynSync, {version}. This is {installed}.", **values))
            self.notes.say(newer.notes_in(language())[:_MOST_NOTES])
        else:
            self.stands.say(tr("This is the newest DynSync, {version}.", version=state.installed))
        self.notes.setVisible(newer is not None)
        self.download.setVisible(newer is not None)
        self._ready("", "")

    def show_working(self, state: UpdateState | None) -> None:
        """A look, or the download of what was found."""
        self.look.setEnabled(False)
        self.download.setEnabled(False)
        artefact = state.artefact if state is not None else None
        if artefact is not None:
            size = number(artefact.size / 1e6)
            self._say(tr("Downloading {file}, {size} MB", file=artefact.name, size=size), "muted")
        else:
            self._say(tr("Looking for updates"), "muted")

    def show_downloaded(self, event: Downloaded) -> None:
        """It is there; installing it is up to the user."""
        self._ready(tr("It is in “{file}”. Close DynSync and open it to install.", file=str(event.path)), "good")

    def refuse(self, finding: Finding) -> None:
        """Why it is not to be had, or not to be trusted."""
        self.show()
        self._ready(f"{finding.title} {finding.cure}".strip(), "bad")

    def _ready(self, text: str, tone: str) -> None:
        self.look.setEnabled(True)
        self.download.setEnabled(True)
        self._say(text, tone)

    def _say(self, text: str, tone: str) -> None:
        self.result.say(text, tone)
        self.result.setVisible(bool(text))

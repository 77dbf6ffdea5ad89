"""What to do where Marketo's own CRM sync is connected: people only, or stop."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup

from dynsync_gui.domain.settings import NativeSync
from dynsync_gui.domain.text import tr
from dynsync_gui.ui.widgets.boxes import Card, Columns
from dynsync_gui.ui.widgets.choice import ChoiceCard
from dynsync_gui.ui.widgets.text import Text


class NativeChoice(Card):
    """Hidden until the other sync was found.

    Attributes:
        chosen: The user chose; carries `NativeSync`.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.stop = ChoiceCard(
            "stop",
            tr("Stop here"),
            tr("Two syncs would fight over the same records. Have Marketo Support remove the connection first."),
        )
        self.people = ChoiceCard(
            "person",
            tr("People only"),
            tr("DynSync brings people and leaves companies alone. Right where Marketo's own sync brings no people."),
        )
        self._message = Text("", "hint", "bad")
        group = QButtonGroup(self)
        for card in (self.stop, self.people):
            group.addButton(card.button)
        self.body.addWidget(Text(tr("Marketo is already connected to a CRM"), "section"))
        self.body.addWidget(
            Text(tr("Marketo's own sync keeps companies to itself, so DynSync cannot write them. What do you want?"))
        )
        self.body.addWidget(Columns(self.stop, self.people))
        self.body.addWidget(self._message)
        self.stop.button.setChecked(True)
        self._message.hide()
        self.people.button.toggled.connect(self._toggled)
        self.hide()

    def ask(self, present: NativeSync) -> None:
        """Show the choice as it stands."""
        card = self.people if present is NativeSync.PEOPLE else self.stop
        card.button.setChecked(True)
        self.complain("")
        self.show()

    def complain(self, text: str) -> None:
        """Say what is missing; an empty text takes it back."""
        self._message.say(text)
        self._message.setVisible(bool(text))
        if text:
            self.people.button.setFocus()

    def _toggled(self, people: bool) -> None:
        self.complain("")
        self.chosen.emit(NativeSync.PEOPLE if people else NativeSync.STOP)

"""The identity card: which two systems these are, as a person recognises them."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QWidget

from dynsync_gui.domain.checks import EnvironmentKind, IdentityCard, SystemIdentity
from dynsync_gui.domain.identity_words import counts_told
from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import LEFT, Card, Columns, column, row
from dynsync_gui.ui.widgets.chip import Chip
from dynsync_gui.ui.widgets.text import Text, rule
from dynsync_gui.ui.words import KIND, SYSTEM


class SystemCard(QWidget):
    """One system: mark, name, address, kind, counts, familiar names."""

    def __init__(self, identity: SystemIdentity) -> None:
        super().__init__()
        layout = column(self, gap=4)
        icon, word, tone = KIND[identity.kind]
        layout.addLayout(
            row(Picture(identity.system.value, "accent", 20), Text(SYSTEM[identity.system], "hint", wrap=False), None)
        )
        layout.addWidget(Text(identity.name or identity.id, "section"))
        rehearsal = identity.kind is EnvironmentKind.REHEARSAL
        strange = identity.named_host and not rehearsal
        layout.addWidget(Text(identity.address, tone="bad" if strange else "muted"))
        if strange:
            warning = tr(
                "This is not an address of Microsoft or Adobe. It is used because it was named in the settings."
            )
            mark = row(Picture("attention", "bad", 16), Text(warning, "hint", "bad"), gap=4)
            mark.setStretch(1, 1)
            layout.addLayout(mark)
        layout.addWidget(Chip(icon, str(word), tone), 0, LEFT)
        if counts := counts_told(identity):
            layout.addWidget(Text(counts))
        if identity.familiar:
            names = ", ".join(identity.familiar)
            layout.addWidget(Text(tr("You may know: {names}", names=names), "hint"))
        layout.addStretch(1)


class IdentityView(Card):
    """Both systems, and the tick that they are the right ones."""

    def __init__(self) -> None:
        super().__init__()
        self.confirm = QCheckBox(tr("These are the right two systems"))
        self.confirm.setObjectName("card")
        self.confirm.setAccessibleName(self.confirm.text())
        self._message = Text("", "hint", "bad")
        self._message.hide()
        self._columns: QWidget | None = None
        self.body.addWidget(Text(tr("DynSync found these two systems"), "section"))
        self.body.addWidget(rule())
        self.body.addWidget(self.confirm, 0, LEFT)
        self.body.addWidget(self._message)
        self.hide()

    def show_card(self, card: IdentityCard) -> None:
        """Show both systems; the tick is taken back by the caller where it must be."""
        if self._columns is not None:
            self.body.removeWidget(self._columns)
            self._columns.deleteLater()
        self._columns = Columns(SystemCard(card.dynamics), SystemCard(card.marketo), gap=3 * GRID)
        self.body.insertWidget(1, self._columns)
        self.show()

    def complain(self, text: str) -> None:
        """Say what is missing; an empty text takes it back."""
        self._message.say(text)
        self._message.setVisible(bool(text))
        self.confirm.setAccessibleDescription(text)

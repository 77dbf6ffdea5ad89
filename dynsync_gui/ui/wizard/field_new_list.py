"""The fields that will be created in Marketo, and the list for a Marketo admin who has to do it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from dynsync_gui.domain.mapping import MOST_NEW_FIELDS, NewField
from dynsync_gui.domain.text import ntr, tr
from dynsync_gui.ui.icons import IconButton
from dynsync_gui.ui.mnemonics import reword
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import Card
from dynsync_gui.ui.widgets.flow import Flow
from dynsync_gui.ui.widgets.save_dialog import ask_where
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.words import TARGET_TYPE


class NewFieldList(Card):
    """Says what will be created; copies or saves it as a list."""

    def __init__(self) -> None:
        super().__init__(margin=GRID + 4, gap=GRID)
        self._fields: tuple[NewField, ...] = ()
        self.said, self.list, self.result = Text(""), Text("", "hint"), Text("", "muted")
        self.copy = IconButton("copy", tr("Copy the list"))
        self.save = IconButton("export", tr("Save the list"))
        self.body.addWidget(self.said)
        self.body.addWidget(self.list)
        self.body.addWidget(
            Text(
                tr(
                    "Where your Marketo lets no program create fields, give the list to your Marketo administrator. "
                    "Once the fields are there, they are found by their names."
                ),
                "muted",
            )
        )
        self._buttons = Flow(self.copy, self.save)
        self.body.addWidget(self._buttons)
        self.body.addWidget(self.result)
        self.result.hide()
        for button in (self.copy, self.save):
            button.setAutoDefault(False)
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self._ask_where)

    def show_fields(self, fields: Sequence[NewField]) -> None:
        """Show these."""
        self._fields = tuple(fields)
        self.said.say(
            ntr(
                "{n} person field will be created in Marketo when you press Start; {most} are allowed in all. It can "
                "be hidden later, never deleted.",
                "{n} person fields will be created in Marketo when you press Start; {most} are allowed in all. They "
                "can be hidden later, never deleted.",
                len(self._fields),
                most=MOST_NEW_FIELDS,
            )
            if self._fields
            else tr("No field has to be created in Marketo.")
        )
        self.list.say("\n".join(f"{field.label} ({field.name}), {TARGET_TYPE[field.type]}" for field in self._fields))
        for part in (self.list, self._buttons):
            part.setVisible(bool(self._fields))
        self.result.hide()
        reword(self.copy, tr("Copy the list"))

    def letter(self) -> str:
        """What a Marketo admin needs to know."""
        head = tr("Create these person fields in Marketo under Admin, Field Management, New Custom Field:")
        lines = [
            tr(
                "{label}: API name {name}, type {type}",
                label=field.label,
                name=field.name,
                type=TARGET_TYPE[field.type],
            )
            for field in self._fields
        ]
        return "\n".join([head, "", *lines, ""])

    def save_to(self, path: str) -> None:
        """Write the list into a file that the user chose."""
        self.result.show()
        try:
            Path(path).write_text(self.letter(), encoding="utf-8")
        except OSError:
            self.result.say(tr("The file cannot be written there. Choose another folder."), "bad")
        else:
            self.result.say(tr("The list was saved."), "good")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.letter())
        reword(self.copy, tr("Copied"))

    def _ask_where(self) -> None:
        ask_where(self, tr("Save"), tr("Text") + " (*.txt)", "dynsync-marketo-fields.txt", self.save_to)

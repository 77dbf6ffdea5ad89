"""A field that Marketo does not have yet: its label, its name, its type."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QPushButton, QWidget

from dynsync_gui.domain.mapping import NewField
from dynsync_gui.domain.schema import TargetSchema, TargetType
from dynsync_gui.domain.text import tr
from dynsync_gui.ui.mnemonics import deal
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import column, row
from dynsync_gui.ui.widgets.field_row import FieldRow
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.words import TARGET_TYPE

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}")
"""REST names that Marketo takes (Adobe, lead field schema)."""
_LABEL = re.compile(r"[\w ]{1,255}")
"""Display names: Marketo refuses special characters."""


class NewFieldDialog(QDialog):
    """Asks for a field that will be created when the sync starts.

    Args:
        parent: The window it belongs to.
        field: What the row is called.
        proposal: What the fields begin with.
        types: Types that can hold the values, the suggested one first.
        known: Marketo's fields today.
        taken: Names of fields that other rows create.

    Attributes:
        wanted: The user wants this `NewField`.
    """

    wanted = Signal(object)

    def __init__(
        self,
        parent: QWidget,
        field: str,
        proposal: NewField,
        types: Sequence[TargetType],
        known: TargetSchema,
        taken: Collection[str],
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("New field in Marketo"))
        self.setModal(True)
        self._known, self._taken = known, {name.casefold() for name in taken}
        self.label, self.name, self.type = QLineEdit(proposal.label), QLineEdit(proposal.name), QComboBox()
        for kind in types:
            self.type.addItem(str(TARGET_TYPE[kind]), kind.value)
        self.type.setCurrentIndex(max(0, self.type.findData(proposal.type.value)))
        self.label_row = FieldRow("new.label", tr("Name shown in Marketo"), self.label)
        self.name_row = FieldRow(
            "new.name", tr("Name for programs"), self.name, hint=tr("Letters, digits and _, such as dealerRegion.")
        )
        self.type_row = FieldRow("new.type", tr("Type"), self.type)
        self.take, self.stay = QPushButton(tr("Create it at Start")), QPushButton(tr("Cancel"))
        self._build(field)
        deal(self)

    def accept(self) -> None:
        """Take the field, or say what is wrong with it."""
        label, name = self.label.text().strip(), self.name.text().strip()
        wrong = {self.label_row: self._wrong_label(label), self.name_row: self._wrong_name(name)}
        for each, text in wrong.items():
            each.complain(text) if text else each.note("")
        first = next((each for each, text in wrong.items() if text), None)
        if first is not None:
            first.target.setFocus()
            return
        self.wanted.emit(NewField(name, label, TargetType(self.type.currentData())))
        super().accept()

    def _wrong_label(self, label: str) -> str:
        if not _LABEL.fullmatch(label):
            return tr("Use letters, digits and blanks only.")
        if any(field.label.casefold() == label.casefold() for field in self._known.fields):
            return tr("Marketo has a field of that name. Choose another one.")
        return ""

    def _wrong_name(self, name: str) -> str:
        if not _NAME.fullmatch(name):
            return tr("Begin with a letter, then use letters, digits and _ only.")
        if self._known.alike(name) is not None or name.casefold() in self._taken:
            return tr("Marketo has a field of that name. Choose another one.")
        return ""

    def _build(self, field: str) -> None:
        layout = column(self, gap=GRID + 4, margin=2 * GRID)
        layout.addWidget(Text(tr("A new field for “{field}”", field=field), "section"))
        layout.addWidget(
            Text(
                tr("It is created when you press Start. It can be hidden in Marketo later, never deleted."),
                "muted",
            )
        )
        for part in (self.label_row, self.name_row, self.type_row):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addLayout(row(None, self.stay, self.take))
        for button in (self.take, self.stay):
            button.setAccessibleName(button.text())
        self.take.setProperty("kind", "filled")
        self.take.setDefault(True)
        self.take.clicked.connect(self.accept)
        self.stay.clicked.connect(self.reject)
        self.finished.connect(self.deleteLater)
        self.setMinimumWidth(440)
        self.label.selectAll()

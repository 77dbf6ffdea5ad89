"""Asks before the filter column is created in a table of Dynamics."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QPushButton, QRadioButton, QWidget

from dynsync_gui.domain.schema import FILTER_FIELD
from dynsync_gui.domain.text import tr
from dynsync_gui.ui.mnemonics import deal
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import column, row
from dynsync_gui.ui.widgets.text import Text


class CreateFilterDialog(QDialog):
    """Names the table and asks what new records say.

    Args:
        parent: The window it belongs to.
        table: What the table is called, with its logical name.

    Attributes:
        wanted: The user wants the column, with this default.
    """

    wanted = Signal(bool)

    def __init__(self, parent: QWidget, table: str) -> None:
        super().__init__(parent)
        self.setWindowTitle("DynSync")
        self.setModal(True)
        self.no = QRadioButton(tr("No, until somebody or a workflow says Yes"))
        self.yes = QRadioButton(tr("Yes, until somebody says No"))
        self.no.setChecked(True)
        self.create_button, self.stay = QPushButton(tr("Create and publish")), QPushButton(tr("Cancel"))
        layout = column(self, gap=GRID, margin=3 * GRID)
        layout.addWidget(Text(tr("Create the filter column in “{table}”?", table=table), "section"))
        layout.addWidget(
            Text(
                tr(
                    "Dynamics gets a Yes/No column {name} in this table, for everybody, and it is published at once. "
                    "Records that are there already stay empty, and empty ones are synced.",
                    name=FILTER_FIELD,
                )
            )
        )
        layout.addSpacing(GRID)
        layout.addWidget(Text(tr("What does a new record say?"), "strong"))
        for button in (self.no, self.yes):
            button.setAccessibleName(button.text())
            layout.addWidget(button)
        layout.addWidget(
            Text(
                tr("No is the safer one: with Yes, a record is in Marketo before a workflow can say No."),
                "hint",
            )
        )
        layout.addSpacing(GRID)
        layout.addLayout(row(None, self.create_button, self.stay))
        for push, act in ((self.create_button, self.accept), (self.stay, self.reject)):
            push.setAccessibleName(push.text())
            push.clicked.connect(act)
        self.stay.setProperty("kind", "filled")
        self.stay.setDefault(True)
        self.accepted.connect(lambda: self.wanted.emit(self.yes.isChecked()))
        self.finished.connect(self.deleteLater)
        self.setMinimumWidth(460)
        deal(self)

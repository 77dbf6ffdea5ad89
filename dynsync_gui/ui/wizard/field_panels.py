"""What stands above the tables: the filter, the fit check, the new fields, each behind a button; undo and redo."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from dynsync_gui.domain.text import tr
from dynsync_gui.ui.icons import IconButton
from dynsync_gui.ui.mnemonics import reword
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import column, row
from dynsync_gui.ui.widgets.flow import Flow
from dynsync_gui.ui.wizard.field_new_list import NewFieldList
from dynsync_gui.ui.wizard.filter_panel import FilterPanel
from dynsync_gui.ui.wizard.fit_panel import FitPanel


class FieldPanels(QWidget):
    """At most one panel is open.

    Attributes:
        turned: A panel was opened or closed; carries the open one, or None.
    """

    turned = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.filter, self.fit, self.new = FilterPanel(), FitPanel(), NewFieldList()
        self._parts: dict[QPushButton, QWidget] = {}
        panels: tuple[tuple[str, QWidget], ...] = (("filter", self.filter), ("proof", self.fit), ("plus", self.new))
        for icon, panel in panels:
            button = IconButton(icon, " ", kind="filter")
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, button=button: self._turn(button))
            panel.hide()
            self._parts[button] = panel
        self.filter_button, self.fit_button, self.new_button = self._parts
        self.undo = IconButton("undo", label=tr("Undo"))
        self.redo = IconButton("redo", label=tr("Redo"))
        line = row(Flow(*self._parts, gap=GRID), self.undo, self.redo)
        line.setStretch(0, 1)
        for button in (self.undo, self.redo):
            button.setAutoDefault(False)
            line.setAlignment(button, Qt.AlignmentFlag.AlignTop)
        layout = column(self, gap=GRID)
        layout.addLayout(line)
        for part in self._parts.values():
            layout.addWidget(part)
        self.name_filter(tr("Filter"))
        self.name_fit(tr("Check the values"))
        self.name_new(0)

    def name_filter(self, text: str) -> None:
        """What the filter's button says."""
        reword(self.filter_button, text)

    def name_fit(self, text: str) -> None:
        """What the fit check's button says."""
        reword(self.fit_button, text)

    def name_new(self, count: int) -> None:
        """How many fields will be created."""
        reword(self.new_button, tr("New in Marketo: {count}", count=count))

    def close_open(self) -> bool:
        """Close the panel that is open; whether there was one."""
        button = next((button for button in self._parts if button.isChecked()), None)
        if button is not None:
            button.setFocus()
            button.click()
        return button is not None

    def _turn(self, chosen: QPushButton) -> None:
        for button, part in self._parts.items():
            shown = button is chosen and chosen.isChecked()
            button.setChecked(shown)
            part.setVisible(shown)
        self.turned.emit(self._parts[chosen] if chosen.isChecked() else None)

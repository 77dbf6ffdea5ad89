"""The filter column: where it is there, whom it keeps out, and what happens to people who are in Marketo already."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton

from dynsync_gui.domain.filter_state import FilterColumn, FilterState
from dynsync_gui.domain.schema import FILTER_FIELD, Entity
from dynsync_gui.domain.settings import FieldSettings, FilteredOut
from dynsync_gui.domain.text import Message, msg, tr
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import LEFT, TOP, Card, Columns, column, drop, row, tab_through
from dynsync_gui.ui.widgets.field_row import FieldRow
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.words import entity_name

_STATES = {
    FilterColumn.PRESENT: ("passed", "good", msg("The column {name} is there.")),
    FilterColumn.MISSING: ("skipped", "muted", msg("There is no such column, so nobody is kept out here.")),
    FilterColumn.OTHER_TYPE: ("attention", "attention", msg("The column {name} is no Yes/No column and is not used.")),
    FilterColumn.OTHER_PREFIX: (
        "attention",
        "attention",
        msg("Only {name} is there. The filter has to begin with new_."),
    ),
}
"""Icon, colour role and sentence for what a table has."""
_TURNED = {
    FilteredOut.LEAVE: msg("Leave them as they are"),
    FilteredOut.MARK: msg("Mark them as no longer kept up to date"),
    FilteredOut.UNLIST: msg("Remove them from a list"),
}


class FilterPanel(Card):
    """One line for each table, and the rules for all.

    Attributes:
        use_wanted: The filter is to be obeyed, or not.
        turned_wanted: What happens to people in Marketo, and the name of the list.
        create_wanted: The user wants the column in this table.
        again_wanted: The user wants it read again.
    """

    use_wanted = Signal(bool)
    turned_wanted = Signal(object, str)
    create_wanted = Signal(object)
    again_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(margin=GRID + 4, gap=GRID)
        self.use = QCheckBox(tr("Obey the filter column {name}", name=FILTER_FIELD))
        self.use.setObjectName("filter.use")
        self.use.setAccessibleName(self.use.text())
        rule = tr("Only an explicit No keeps a record out. Yes, an empty value and a missing column let it through.")
        self.use.setAccessibleDescription(rule)
        self.said = Text("", "muted")
        self.again = QPushButton(tr("Read again"))
        self.help = QPushButton(tr("How the filter works"))
        self.help.setProperty("kind", "link")
        self._rows = column(gap=GRID)
        self._lines: list[_TableLine] = []
        self.turned, self.list_name = QComboBox(), QLineEdit()
        for way, text in _TURNED.items():
            self.turned.addItem(str(text), way.value)
        self.turned_row = FieldRow("filter.turned", tr("People in Marketo who turn to No"), self.turned)
        self.list_row = FieldRow("filter.list", tr("Static list in Marketo"), self.list_name)
        self.body.addWidget(self.use, 0, LEFT)
        self.body.addWidget(Text(rule, "muted"))
        self.body.addWidget(self.help, 0, LEFT)
        self.body.addLayout(self._rows)
        head = row(self.said, self.again)
        head.setStretch(0, 1)
        self.body.addLayout(head)
        self.body.addWidget(Columns(self.turned_row, self.list_row))
        for button in (self.again, self.help):
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
        self.use.clicked.connect(self.use_wanted)
        self.turned.activated.connect(self._turned)
        self.list_name.editingFinished.connect(self._turned)
        self.again.clicked.connect(self.again_wanted)
        self.show_reading()

    def show_settings(self, fields: FieldSettings) -> None:
        """Show what is chosen."""
        self.use.setChecked(fields.filter)
        self.turned.setCurrentIndex(max(0, self.turned.findData(fields.filtered_out.value)))
        if self.list_name.text() != fields.filtered_list:
            self.list_name.setText(fields.filtered_list)
        self.turned_row.setVisible(fields.filter)
        self.list_row.setVisible(fields.filter and fields.filtered_out is FilteredOut.UNLIST)
        lacking = fields.filtered_out is FilteredOut.UNLIST and not fields.filtered_list
        self.list_row.note(tr("Enter the name of the list as Marketo shows it.") if lacking else "")

    def show_reading(self) -> None:
        """The tables are being read."""
        self.said.say(tr("Reading the filter column of each table"), "muted")
        self.said.show()
        self.again.hide()

    def show_failed(self, title: str) -> None:
        """They could not be read."""
        self.said.say(title, "bad")
        self.said.show()
        self.again.show()

    def show_states(self, states: Mapping[Entity, FilterState], labels: Mapping[Entity, str]) -> None:
        """Show what each table has."""
        self.said.hide()
        self.again.hide()
        drop(self._rows, self._lines)
        for entity, state in states.items():
            line = _TableLine(state, entity_name(entity, labels.get(entity, "")))
            line.make.clicked.connect(lambda _=False, entity=entity: self.create_wanted.emit(entity))
            self._rows.addWidget(line)
            self._lines.append(line)
            line.show()
        tab_through(self.help, *(line.make for line in self._lines))

    def _turned(self) -> None:
        self.turned_wanted.emit(FilteredOut(self.turned.currentData()), self.list_name.text().strip())


class _TableLine(Card):
    """What one table has, whom it keeps out, what to know, and the button that creates it."""

    def __init__(self, state: FilterState, name: str) -> None:
        super().__init__("plain", margin=0, gap=4)
        icon, tone, text = _STATES[state.column]
        words = column(gap=2)
        words.addWidget(Text(name, "strong"))
        found = state.found or FILTER_FIELD
        words.addWidget(Text(str(Message(text.text, {"name": found}))))
        if counts := _counts(state):
            words.addWidget(Text(counts, "muted"))
        self.make = QPushButton(tr("Create the column"))
        self.make.setAccessibleName(tr("Create the column: {table}", table=name))
        self.make.setAutoDefault(False)
        self.make.setVisible(state.column is not FilterColumn.PRESENT and state.may_create)
        picture = Picture(icon, tone, 18)
        line = row(picture, words, self.make, gap=GRID + 2)
        line.setAlignment(picture, TOP)
        line.setAlignment(self.make, TOP)
        line.setStretch(1, 1)
        self.body.addLayout(line)
        if state.column is not FilterColumn.PRESENT and state.reason:
            words.addWidget(Text(str(state.reason), "hint"))
        for warning in state.warnings:
            sign = Picture("attention", "attention", 16)
            below = row(sign, Text(str(warning), "hint"), gap=GRID)
            below.setAlignment(sign, TOP)
            below.setStretch(1, 1)
            below.setContentsMargins(18 + GRID + 2, 0, 0, 0)
            self.body.addLayout(below)


def _counts(state: FilterState) -> str:
    """Live numbers, with what each means."""
    parts = []
    if state.no is not None:
        parts.append(tr("{count} No: kept out", count=state.no))
    if state.yes is not None:
        parts.append(tr("{count} Yes: synced", count=state.yes))
    if state.blank is not None:
        parts.append(tr("{count} empty: synced", count=state.blank))
    if state.default is not None:
        parts.append(tr("New records say Yes") if state.default else tr("New records say No"))
    return " · ".join(parts)


def kept_out(states: Mapping[Entity, FilterState]) -> int | None:
    """How many records say No; None where no table is counted."""
    counts = [state.no for state in states.values() if state.no is not None]
    return sum(counts) if counts else None

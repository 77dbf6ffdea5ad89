"""The rows of the field page, filtered within a frame.

A proxy model asks Python for every row at every keystroke; a list of prepared search strings does not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.edits import RowKey
from dynsync_gui.domain.mapping import FieldOffer
from dynsync_gui.domain.sample import ColumnSample
from dynsync_gui.domain.schema import TargetSchema
from dynsync_gui.domain.text import tr
from dynsync_gui.ui.widgets.field_words import Note, goal_of, note_of, sample_words, traits, type_words

Index = QModelIndex | QPersistentModelIndex
SECOND_LINE = Qt.ItemDataRole.UserRole
"""Role of the muted line below a cell's text."""
TONE = Qt.ItemDataRole.UserRole + 1
"""Role of the second line's colour: bad, attention, or muted."""


class View(StrEnum):
    """Which rows are wanted."""

    ALL = "all"
    SELECTED = "selected"
    CUSTOM = "custom"
    REQUIRED = "required"
    PROBLEMS = "problems"
    LEFT_OUT = "left-out"


class FieldModel(QAbstractTableModel):
    """Rows of one table. It only shows; a wish to tick goes out as a signal.

    Args:
        offers: What can become of each column.
        targets: Marketo's fields for this table.

    Attributes:
        tick_wanted: The user wants these rows ticked (True) or not (False).
    """

    tick_wanted = Signal(object, bool)

    def __init__(self, offers: Collection[FieldOffer], targets: TargetSchema, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._offers = {offer.field.name: offer for offer in offers if not offer.is_filter}
        self._targets = targets
        self._rows = [RowKey(name) for name in self._offers]
        self._choices: Mapping[RowKey, FieldChoice] = {}
        self._notes: Mapping[str, Note] = {}
        self._samples: Mapping[str, ColumnSample] = {}
        self._cells: dict[RowKey, tuple[tuple[str, str], ...]] = {}
        self._tones: dict[RowKey, str] = {}
        self._search: dict[RowKey, str] = {}
        self._wanted: tuple[str, View] = ("", View.ALL)
        self._shown = self._rows
        self._prepare(self._rows)

    @property
    def chosen(self) -> frozenset[RowKey]:
        """The ticked rows."""
        return frozenset(self._choices)

    def show_choices(self, choices: Mapping[RowKey, FieldChoice], notes: Mapping[str, Note]) -> None:
        """Show what is chosen, and what is wrong with it by column name."""
        before, old_notes = self._choices, self._notes
        self._choices, self._notes = dict(choices), dict(notes)
        changed = [
            key
            for key in self._rows
            if before.get(key) != choices.get(key) or old_notes.get(key.name) != notes.get(key.name)
        ]
        seconds = {key for key in choices if key.second}
        if seconds != {key for key in self._rows if key.second}:
            self._rows = [
                key
                for name in self._offers
                for key in (RowKey(name), RowKey(name, second=True))
                if not key.second or key in seconds
            ]
            changed = self._rows
        self._prepare(changed)
        if changed is self._rows:
            self.show_rows(*self._wanted)
        elif changed and self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, 3))

    def show_samples(self, samples: Mapping[str, ColumnSample]) -> None:
        """Show what the columns hold."""
        self._samples = samples
        self._prepare(self._rows)
        self.show_rows(*self._wanted)

    def count(self, view: View) -> int:
        """How many rows a view has, whatever is searched for."""
        return sum(self._belongs(key, view) for key in self._rows)

    def show_rows(self, search: str, view: View) -> None:
        """Show the rows of a view that hold every word of the search."""
        self._wanted = (search, view)
        words = search.casefold().split()
        self.beginResetModel()
        self._shown = [
            key for key in self._rows if self._belongs(key, view) and all(word in self._search[key] for word in words)
        ]
        self.endResetModel()

    def key_at(self, row: int) -> RowKey:
        """The key of a visible row."""
        return self._shown[row]

    def offer_at(self, row: int) -> FieldOffer:
        """The field of a visible row."""
        return self._offers[self._shown[row].name]

    def offer(self, key: RowKey) -> FieldOffer:
        """The field of a row, seen or not."""
        return self._offers[key.name]

    def row_of(self, key: RowKey) -> int:
        """The visible row of a key; -1 where it is not seen."""
        return self._shown.index(key) if key in self._shown else -1

    def can_tick(self, row: int) -> bool:
        """Whether a visible row can be ticked; a tick can always be taken away."""
        return self.offer_at(row).selectable or self._shown[row] in self._choices

    def toggle(self, row: int) -> None:
        """Ask for a visible row's tick, or for it to be taken away."""
        if self.can_tick(row):
            key = self._shown[row]
            self.tick_wanted.emit(frozenset({key}), key not in self._choices)

    def in_view(self) -> frozenset[RowKey]:
        """The visible rows that can be synced."""
        return frozenset(key for key in self._shown if self._offers[key.name].selectable)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Visible rows."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Field, type, values, target."""
        return 0 if parent.isValid() else 4

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Names of the columns."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (tr("Field in Dynamics"), tr("Type"), tr("Values"), tr("Field in Marketo"))[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """What cannot be synced can be read but not ticked."""
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if index.isValid() and index.column() == 0 and self.can_tick(index.row()):
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Texts, ticks, and what a screen reader says."""
        key, column = self._shown[index.row()], index.column()
        first, second = self._cells[key][column]
        if role == Qt.ItemDataRole.DisplayRole:
            return first
        if role == SECOND_LINE:
            return second
        if role == TONE:
            return self._tones[key] if column == 3 else "muted"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(key, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part for part in (first, second) if part) if column > 1 else None
        if role == Qt.ItemDataRole.CheckStateRole and column == 0 and self.can_tick(index.row()):
            return Qt.CheckState.Checked if key in self._choices else Qt.CheckState.Unchecked
        return None

    def _prepare(self, keys: Collection[RowKey]) -> None:
        """Put rows into words, once for every change and not for every paint."""
        for key in keys:
            offer, choice = self._offers[key.name], self._choices.get(key)
            field, goal = offer.field, goal_of(offer, choice, self._targets)
            note = self._notes.get(key.name) or note_of(offer, choice, goal)
            label = tr("{field}: id of the record", field=field.label) if key.second else field.label
            name = tr("can't be synced") if not offer.selectable else goal.label
            held = sample_words(self._samples.get(key.name))
            cells = ((label, field.name), (type_words(field), traits(field)), held, (name, note.text))
            self._cells[key], self._tones[key] = cells, note.tone
            words = [part for cell in cells for part in cell]
            self._search[key] = " ".join([*words, goal.field.name]).casefold()

    def _spoken(self, key: RowKey, column: int) -> str:
        first, second = self._cells[key][column]
        text = f"{first}, {second}" if second else first
        if column or not self._offers[key.name].selectable:
            return text
        return tr("{field}, selected", field=text) if key in self._choices else tr("{field}, not selected", field=text)

    def _belongs(self, key: RowKey, view: View) -> bool:
        match view:
            case View.ALL:
                return True
            case View.SELECTED:
                return key in self._choices
            case View.CUSTOM:
                return self._offers[key.name].field.custom
            case View.REQUIRED:
                return self._offers[key.name].field.required
            case View.PROBLEMS:
                return self._tones[key] != "muted"
            case View.LEFT_OUT:
                return not self._offers[key.name].selectable

"""The rows of the field page, filtered within a frame.

A proxy model asks Python for every row at every keystroke; a list of prepared search strings does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from dynsync_gui.domain.mapping import FieldOffer
from dynsync_gui.domain.schema import SourceField
from dynsync_gui.domain.text import number, tr
from dynsync_gui.ui.words import TYPE

Index = QModelIndex | QPersistentModelIndex
SECOND_LINE = Qt.ItemDataRole.UserRole
"""Role of the muted line below a cell's text."""


class View(StrEnum):
    """Which rows are wanted."""

    ALL = "all"
    SELECTED = "selected"
    CUSTOM = "custom"
    LEFT_OUT = "left-out"


class FieldModel(QAbstractTableModel):
    """Rows of one entity.

    Attributes:
        ticked: The user changed the choice.
    """

    ticked = Signal()

    def __init__(self, offers: Iterable[FieldOffer], chosen: frozenset[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.offers = tuple(offer for offer in offers if not offer.is_filter)
        self.chosen = set(chosen)
        self._cells = [_cells(offer) for offer in self.offers]
        self._search = [
            f"{offer.field.label} {offer.field.name} {offer.target_label} {offer.target}".casefold()
            for offer in self.offers
        ]
        self._shown = list(range(len(self.offers)))

    def count(self, view: View) -> int:
        """How many rows a view has, whatever is searched for."""
        return sum(self._belongs(offer, view) for offer in self.offers)

    def show_rows(self, search: str, view: View) -> None:
        """Show the rows of a view that hold every word of the search."""
        words = search.casefold().split()
        self.beginResetModel()
        self._shown = [
            place
            for place, text in enumerate(self._search)
            if self._belongs(self.offers[place], view) and all(word in text for word in words)
        ]
        self.endResetModel()

    def offer_at(self, row: int) -> FieldOffer:
        """The field of a visible row."""
        return self.offers[self._shown[row]]

    def toggle(self, row: int) -> None:
        """Tick a visible row, or take its tick away."""
        offer = self.offer_at(row)
        if offer.selectable:
            self.choose(self.chosen ^ {offer.field.name})

    def all_in_view(self) -> set[str]:
        """The choice with every visible row that can be synced added."""
        return self.chosen | {self.offers[p].field.name for p in self._shown if self.offers[p].selectable}

    def choose(self, names: Iterable[str]) -> None:
        """Tick exactly these."""
        wanted = set(names)
        if wanted == self.chosen:
            return
        self.chosen = wanted
        if self._shown:
            role = [Qt.ItemDataRole.CheckStateRole]
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, 0), role)
        self.ticked.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Visible rows."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Field, type, target, note."""
        return 0 if parent.isValid() else 4

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Names of the columns."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (tr("Field in Dynamics"), tr("Type"), tr("Field in Marketo"), tr("Note"))[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """What cannot be synced can be read but not ticked."""
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if index.isValid() and index.column() == 0 and self.offer_at(index.row()).selectable:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Texts, ticks, and what a screen reader says."""
        place, column = self._shown[index.row()], index.column()
        first, second = self._cells[place][column]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return first
            case Qt.ItemDataRole.UserRole:
                return second
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(place, column)
            case Qt.ItemDataRole.ToolTipRole:
                return first if column == 3 else None
            case Qt.ItemDataRole.CheckStateRole if column == 0 and self.offers[place].selectable:
                ticked = self.offers[place].field.name in self.chosen
                return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        return None

    def _spoken(self, place: int, column: int) -> str:
        first, second = self._cells[place][column]
        text = f"{first}, {second}" if second else first
        if column or not self.offers[place].selectable:
            return text
        ticked = self.offers[place].field.name in self.chosen
        return tr("{field}, selected", field=text) if ticked else tr("{field}, not selected", field=text)

    def _belongs(self, offer: FieldOffer, view: View) -> bool:
        match view:
            case View.ALL:
                return True
            case View.SELECTED:
                return offer.field.name in self.chosen
            case View.CUSTOM:
                return offer.field.custom
            case View.LEFT_OUT:
                return not offer.selectable


def _cells(offer: FieldOffer) -> tuple[tuple[str, str], ...]:
    field = offer.field
    if not offer.selectable:
        target = ("", "")
    elif offer.new:
        target = (tr("new: {field}", field=offer.target_label), tr("can be hidden later, never deleted"))
    else:
        target = (offer.target_label or offer.target, "")
    return (
        (field.label, field.name),
        (_type(field), tr("required") if field.required else ""),
        target,
        (str(offer.reason or offer.note), ""),
    )


def _type(field: SourceField) -> str:
    name = str(TYPE[field.type])
    return f"{name} {number(field.max_length)}" if field.max_length else name

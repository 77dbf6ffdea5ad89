"""One entity's fields: search, views, the filter's rule, the table."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QLineEdit, QPushButton, QWidget

from dynsync_gui.domain.mapping import FieldOffer
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.text import number, tr
from dynsync_gui.ui.icons import IconButton, Picture
from dynsync_gui.ui.mnemonics import reword
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import LEFT, TOP, Card, column, row
from dynsync_gui.ui.widgets.field_model import FieldModel, View
from dynsync_gui.ui.widgets.field_table import FieldTable
from dynsync_gui.ui.widgets.flow import Flow
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.words import ENTITY


class FieldTab(QWidget):
    """The fields of one entity.

    Attributes:
        chosen: The user ticked other fields.
        filter_used: The user wants the filter field obeyed, or not.
        filter: The tick of the filter field; None where Dynamics has no such field.
    """

    chosen = Signal()
    filter_used = Signal(bool)

    def __init__(self, entity: Entity, offers: tuple[FieldOffer, ...], chosen: frozenset[str]) -> None:
        super().__init__()
        self.entity = entity
        self.model = FieldModel(offers, chosen, self)
        self._before: list[set[str]] = []
        self._last = set(chosen)
        self.filter: QCheckBox | None = None
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search fields"))
        self.search.setAccessibleName(tr("Search fields"))
        self.search.setClearButtonEnabled(True)
        self.table = FieldTable(self.model, str(ENTITY[entity]))
        self.detail = Text("", "hint")
        self.all = QPushButton(tr("Select all in view"))
        self.undo = IconButton("undo", tr("Undo"))
        self._views = self._view_buttons()
        self._build(next((offer for offer in offers if offer.is_filter), None))
        self._wire()
        self._count()

    def _build(self, filter_: FieldOffer | None) -> None:
        layout = column(self, gap=GRID + 4)
        layout.setContentsMargins(0, GRID + 4, 0, 0)
        layout.addWidget(self._filter_row(filter_))
        tools = row(self.search, self.all, self.undo)
        tools.setStretch(0, 1)
        layout.addLayout(tools)
        layout.addWidget(Flow(*self._views.values(), gap=4))
        layout.addWidget(self.table, 1)
        layout.addWidget(self.detail)
        for button in (self.all, self.undo):
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
        self.undo.setEnabled(False)

    def _wire(self) -> None:
        self.search.textChanged.connect(self._show)
        self.model.ticked.connect(self._ticked)
        self.all.clicked.connect(lambda: self.model.choose(self.model.all_in_view()))
        self.undo.clicked.connect(self._undo)
        self.table.selectionModel().currentRowChanged.connect(self._describe)

    def _view_buttons(self) -> dict[View, QPushButton]:
        group = QButtonGroup(self)
        buttons = {}
        for view in View:
            button = QPushButton()
            button.setCheckable(True)
            button.setProperty("kind", "filter")
            button.setAutoDefault(False)
            button.clicked.connect(self._show)
            group.addButton(button)
            buttons[view] = button
        buttons[View.ALL].setChecked(True)
        return buttons

    def _filter_row(self, offer: FieldOffer | None) -> Card:
        card = Card(margin=GRID + 4, gap=4)
        words = column(gap=4)
        if offer is None:
            words.addWidget(Text(tr("Dynamics has no field new_synctomkto here, so no record is kept out."), "muted"))
        elif not offer.selectable:
            words.addWidget(Text(f"{offer.field.label} (new_synctomkto)", "strong"))
            words.addWidget(Text(str(offer.reason), "muted"))
        else:
            label = offer.field.label
            self.filter = QCheckBox(tr("Use the filter field"))
            self.filter.setObjectName(f"filter.{self.entity.value}")
            self.filter.setAccessibleName(self.filter.text())
            self.filter.toggled.connect(self.filter_used)
            words.addWidget(self.filter, 0, LEFT)
            rule = tr("Only an explicit No in “{label}” keeps a record out. Yes and blank are synced.", label=label)
            words.addWidget(Text(rule, "muted"))
            self.filter.setAccessibleDescription(rule)
        picture = Picture("filter", "accent", 20)
        line = row(picture, words, gap=GRID + 4)
        line.setAlignment(picture, TOP)
        line.setStretch(1, 1)
        card.body.addLayout(line)
        return card

    def _show(self) -> None:
        self.model.show_rows(self.search.text(), self._view())
        self.detail.say(tr("No field is like that.") if not self.model.rowCount() else "")

    def _view(self) -> View:
        return next((view for view, button in self._views.items() if button.isChecked()), View.ALL)

    def _ticked(self) -> None:
        self._before.append(self._last)
        self._last = set(self.model.chosen)
        self.undo.setEnabled(True)
        self._count()
        self.chosen.emit()

    def _undo(self) -> None:
        self._last = self._before.pop()
        self.model.blockSignals(True)
        self.model.choose(self._last)
        self.model.blockSignals(False)
        self.table.viewport().update()
        if not self._before:
            self.table.setFocus()
        self.undo.setEnabled(bool(self._before))
        self._count()
        self.chosen.emit()

    def _count(self) -> None:
        names = {
            View.ALL: tr("All"),
            View.SELECTED: tr("Selected"),
            View.CUSTOM: tr("Custom"),
            View.LEFT_OUT: tr("Can't be synced"),
        }
        for view, button in self._views.items():
            reword(button, f"{names[view]} {number(self.model.count(view))}")

    def _describe(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        offer = self.model.offer_at(index.row())
        self.detail.say(str(offer.reason or offer.note) or f"{offer.field.label} → {offer.target_label}")

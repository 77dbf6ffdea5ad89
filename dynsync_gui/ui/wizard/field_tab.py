"""One table's fields: search, views, the list, and the chosen row below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QPushButton, QWidget

from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.edits import RowKey
from dynsync_gui.domain.mapping import FieldOffer
from dynsync_gui.domain.sample import ColumnSample
from dynsync_gui.domain.schema import Entity, TargetSchema
from dynsync_gui.domain.text import number, tr
from dynsync_gui.ui.mnemonics import reword
from dynsync_gui.ui.pressed import PressButton
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import column, row
from dynsync_gui.ui.widgets.field_model import FieldModel, View
from dynsync_gui.ui.widgets.field_table import FieldTable
from dynsync_gui.ui.widgets.field_words import Goal, Note, goal_of, note_of
from dynsync_gui.ui.widgets.flow import Flow
from dynsync_gui.ui.wizard.field_detail import Detail, FieldDetail


class FieldTab(QWidget):
    """The fields of one table. It shows a choice and tells what the user wants of it.

    Attributes:
        tick_wanted: Rows to be ticked (True) or not (False).
        changed: A row and the choice that the user wants for it.
        target_wanted: The user wants another Marketo field for the current row.
        new_wanted: The user wants a new Marketo field for the current row.
    """

    tick_wanted = Signal(object, bool)
    changed = Signal(object, object)
    target_wanted = Signal()
    new_wanted = Signal()

    def __init__(
        self,
        entity: Entity,
        name: str,
        offers: Iterable[FieldOffer],
        targets: TargetSchema,
        languages: Iterable[int] = (),
    ) -> None:
        super().__init__()
        self.entity, self.name = entity, name
        self._targets = targets
        self._choices: Mapping[RowKey, FieldChoice] = {}
        self._notes: Mapping[str, Note] = {}
        self._language = 0
        self.model = FieldModel(tuple(offers), targets, self)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search fields"))
        self.search.setAccessibleName(tr("Search fields"))
        self.search.setClearButtonEnabled(True)
        self.table = FieldTable(self.model, name)
        self.detail = FieldDetail(tuple(languages))
        self.all = QPushButton(tr("Select all in view"))
        self._views = self._view_buttons()
        self._build()
        self._wire()

    @property
    def current(self) -> RowKey | None:
        """The current row."""
        index = self.table.currentIndex()
        return self.model.key_at(index.row()) if index.isValid() else None

    def show_choices(
        self, choices: Mapping[RowKey, FieldChoice], notes: Mapping[str, Note], *, language: int = 0
    ) -> None:
        """Show what is chosen and what is wrong with it."""
        self._choices, self._notes, self._language = choices, notes, language
        kept = self.current
        self.model.show_choices(choices, notes)
        if kept is not None:
            self.table.go_to(kept)
        self._count()
        self._describe()

    def show_samples(self, samples: Mapping[str, ColumnSample]) -> None:
        """Show what the columns hold."""
        kept = self.current
        self.model.show_samples(samples)
        if kept is not None:
            self.table.go_to(kept)

    def goal(self, key: RowKey) -> Goal:
        """Where a row goes."""
        return goal_of(self.model.offer(key), self._choices.get(key), self._targets)

    def go_to(self, key: RowKey) -> None:
        """Bring a row into view, whatever hides it, and put the focus there."""
        if self.model.row_of(key) < 0:
            self.search.clear()
            self._views[View.ALL].setChecked(True)
            self._show()
        self.table.go_to(key)
        self.table.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down leads from the search into the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Down:
            if self.model.rowCount():
                self.table.go_to(self.current or self.model.key_at(0))
                self.table.setFocus()
            return True
        return super().eventFilter(watched, event)

    def go_to_search(self) -> None:
        """Go to the search."""
        self.search.setFocus()
        self.search.selectAll()

    def _build(self) -> None:
        layout = column(self, gap=GRID)
        layout.setContentsMargins(0, GRID, 0, 0)
        tools = row(self.search, self.all)
        tools.setStretch(0, 1)
        layout.addLayout(tools)
        layout.addWidget(Flow(*self._views.values(), gap=4))
        layout.addWidget(self.table, 1)
        layout.addWidget(self.detail)
        self.all.setAccessibleName(self.all.text())
        self.all.setAutoDefault(False)

    def _wire(self) -> None:
        self.search.textChanged.connect(self._show)
        self.search.installEventFilter(self)
        self.all.clicked.connect(self._all)
        self.model.tick_wanted.connect(self.tick_wanted)
        self.model.modelReset.connect(self._describe)
        self.table.selectionModel().currentRowChanged.connect(self._describe)
        self.table.change_wanted.connect(self.target_wanted)
        self.detail.changed.connect(self.changed)
        self.detail.target_wanted.connect(self.target_wanted)
        self.detail.new_wanted.connect(self.new_wanted)

    def _view_buttons(self) -> dict[View, PressButton]:
        group = QButtonGroup(self)
        buttons = {}
        for view in View:
            button = PressButton()
            button.setCheckable(True)
            button.setProperty("kind", "filter")
            button.setAutoDefault(False)
            button.clicked.connect(self._show)
            group.addButton(button)
            buttons[view] = button
        buttons[View.ALL].setChecked(True)
        return buttons

    def _show(self) -> None:
        kept = self.current
        self.model.show_rows(self.search.text(), self._view())
        if kept is not None:
            self.table.go_to(kept)
        self._describe()
        self._name_all()

    def _view(self) -> View:
        return next((view for view, button in self._views.items() if button.isChecked()), View.ALL)

    def _all(self) -> None:
        self.tick_wanted.emit(self.model.in_view(), not self._all_ticked())

    def _all_ticked(self) -> bool:
        seen = self.model.in_view()
        return bool(seen) and seen <= self._choices.keys()

    def _name_all(self) -> None:
        reword(self.all, tr("Untick all in view") if self._all_ticked() else tr("Select all in view"))

    def _count(self) -> None:
        names = {
            View.ALL: tr("All"),
            View.SELECTED: tr("Selected"),
            View.CUSTOM: tr("Custom"),
            View.REQUIRED: tr("Required"),
            View.PROBLEMS: tr("Needs a look"),
            View.LEFT_OUT: tr("Can't be synced"),
        }
        for view, button in self._views.items():
            reword(button, f"{names[view]} {number(self.model.count(view))}")
        self._name_all()

    def _describe(self, *_: QModelIndex) -> None:
        key = self.current
        if key is None:
            empty = not self.model.rowCount()
            self.detail.show_nothing(tr("No field is like that.") if empty else tr("Choose a row to see its rules."))
            return
        offer, choice = self.model.offer(key), self._choices.get(key)
        goal, note = self.goal(key), self._notes.get(key.name)
        also_id = RowKey(key.name, second=True) in self._choices
        detail = Detail(self.entity, key, offer, choice, goal, note or note_of(offer, choice, goal), also_id)
        self.detail.show_row(detail, self._language)

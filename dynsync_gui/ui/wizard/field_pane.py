"""The whole choice of fields: a tab for each table, with filter, fit check and new fields above them.

The page of the set-up and the window for later changes both show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QTabWidget, QWidget

from dynsync_gui.domain.choice import FieldChoice
from dynsync_gui.domain.edits import RowKey
from dynsync_gui.domain.fit_words import reason_words
from dynsync_gui.domain.mapping import ChoiceProblem, NewField
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.settings import FieldSettings, FilteredOut
from dynsync_gui.domain.text import number, tr
from dynsync_gui.ui.icons import IconButton, icon
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import column
from dynsync_gui.ui.widgets.field_words import Note
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.wizard.field_checks import FieldChecks
from dynsync_gui.ui.wizard.field_jobs import Access, FieldJobs
from dynsync_gui.ui.wizard.field_new import NewFieldDialog
from dynsync_gui.ui.wizard.field_panels import FieldPanels
from dynsync_gui.ui.wizard.field_tab import FieldTab
from dynsync_gui.ui.wizard.field_target import TargetDialog
from dynsync_gui.ui.wizard.own_table import OwnTables
from dynsync_gui.ui.words import entity_name

if TYPE_CHECKING:
    from dynsync_gui.domain.sheet import FieldSheet
    from dynsync_gui.ui.bridge import Bridge


class FieldPane(QWidget):
    """Shows a `FieldSheet` and changes it.

    Attributes:
        changed: The choice is another one.
        rearranged: Something appeared or went, so that Alt letters have to be dealt anew.
        said: Something for a screen reader.
        help_wanted: The user asks for help; carries the topic.
    """

    changed = Signal()
    rearranged = Signal()
    said = Signal(str)
    help_wanted = Signal(str)

    def __init__(self, bridge: Bridge, access: Access) -> None:
        super().__init__()
        self.sheet: FieldSheet | None = None
        self.panels = FieldPanels()
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(tr("Kinds of records"))
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setElideMode(self.tabs.elideMode().ElideNone)
        self.tabs.tabBar().setUsesScrollButtons(True)
        self.tabs.tabBar().setExpanding(False)
        self.add_table = IconButton("plus", label=tr("Add a table"))
        self.add_table.setAutoDefault(False)
        self.tabs.setCornerWidget(self.add_table)
        self.jobs = FieldJobs(bridge, access, self)
        self.checks = FieldChecks(self, self.panels, self.jobs)
        self.own = OwnTables(self, self.jobs)
        self._status = Text("", "muted")
        self._status.hide()
        self._warning = Text("", "hint", "attention")
        self._warning.hide()
        self._problems: dict[Entity, tuple[ChoiceProblem, ...]] = {}
        layout = column(self, gap=GRID)
        layout.addWidget(self.panels)
        layout.addWidget(self._status)
        layout.addWidget(self._warning)
        layout.addWidget(self.tabs, 1)
        self._wire()

    def open(self, sheet: FieldSheet) -> None:
        """Show these rows, and begin to read what they hold."""
        self.sheet = sheet
        self.note("")
        self.warn(())
        self.checks.open(sheet)
        self._rebuild()

    def close_sheet(self) -> None:
        """Show nothing, and stop what runs."""
        self.jobs.stop()
        self.sheet = None
        self._clear()

    def tab(self, entity: Entity) -> FieldTab | None:
        """The tab of a table."""
        return next((tab for tab in self.all_tabs() if tab.entity is entity), None)

    def all_tabs(self) -> Iterator[FieldTab]:
        """The tabs in their order."""
        for place in range(self.tabs.count()):
            tab = self.tabs.widget(place)
            if isinstance(tab, FieldTab):
                yield tab

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc ends a search, then closes what is open above the tables; only then it leaves the page."""
        if event.key() == Qt.Key.Key_Escape and (self._end_search() or self.panels.close_open()):
            return
        super().keyPressEvent(event)

    def _end_search(self) -> bool:
        tab = self.tabs.currentWidget()
        searching = isinstance(tab, FieldTab) and tab.search.hasFocus() and bool(tab.search.text())
        if isinstance(tab, FieldTab) and searching:
            tab.search.clear()
        return searching

    def blocking(self) -> ChoiceProblem | None:
        """The first problem that has to be solved before going on."""
        found = (problem for tab in self.all_tabs() for problem in self._problems.get(tab.entity, ()))
        return next((problem for problem in found if problem.blocking), None)

    def go_to(self, entity: Entity, name: str) -> None:
        """Go to a table's row, or to its search where no row is meant."""
        tab = self.tab(entity)
        if tab is None:
            return
        self.tabs.setCurrentWidget(tab)
        tab.go_to(RowKey(name)) if name else tab.go_to_search()

    def focus(self) -> None:
        """Go to the search of the table that is shown."""
        tab = self.tabs.currentWidget()
        if isinstance(tab, FieldTab):
            tab.go_to_search()

    def adopt(self, fields: FieldSettings) -> None:
        """Take another choice as a whole, as one step that can be taken back."""
        if self.sheet is not None:
            self.sheet.edits.change(fields)
            self._rebuild()
            self.changed.emit()

    def table_added(self, entity: Entity) -> None:
        """Show a table that the sheet has got, and read what it holds."""
        self._rebuild()
        self.changed.emit()
        self.go_to(entity, "")
        self.jobs.look()
        self.said.emit(tr("{table} is synced as well.", table=self.sheet.label(entity) if self.sheet else entity))

    @property
    def status(self) -> str:
        """What it says at the moment."""
        return self._status.text()

    def note(self, text: str) -> None:
        """Say something that is worth knowing and stops nobody; nothing where the text is empty."""
        self._status.say(text)
        self._status.setVisible(bool(text))

    def warn(self, found: Sequence[str]) -> None:
        """Say what the accounts lack for tables that were added; nothing where they lack nothing."""
        self._warning.say("\n".join(found))
        self._warning.setVisible(bool(found))
        if found:
            self.said.emit(self._warning.text())

    def edited(self, entity: Entity | None = None) -> None:
        """Show the sheet again after a change, of one table or of all."""
        self._refresh(entity)
        self.changed.emit()

    def change_target(self, entity: Entity, key: RowKey) -> None:
        """Ask for another Marketo field for a row."""
        tab, sheet = self.tab(entity), self.sheet
        if tab is None or sheet is None or not tab.model.offer(key).selectable or entity not in sheet.tables:
            return
        if tab.model.offer(key).own:  # an attribute is called like its column
            return
        offer, goal = tab.model.offer(key), tab.goal(key)
        dialog = TargetDialog(
            self.window(), offer.field.label, sheet.options(entity, key), goal.field.name, offer.target
        )
        dialog.taken.connect(lambda name: self._sent(entity, key, name))
        dialog.open()

    def _sent(self, entity: Entity, key: RowKey, name: str) -> None:
        if self.sheet is not None:
            self.sheet.send(entity, key, name)
            self.edited(entity)

    def _new_field(self) -> None:
        tab, sheet = self.tabs.currentWidget(), self.sheet
        if not isinstance(tab, FieldTab) or sheet is None or (key := tab.current) is None:
            return
        entity, draft = tab.entity, sheet.draft(tab.entity, key)
        if draft is None:
            return

        def create(field: NewField) -> None:
            sheet.create(entity, key, field)
            self.edited(entity)

        label = tab.model.offer(key).field.label
        dialog = NewFieldDialog(self.window(), label, draft.field, draft.types, sheet.known(entity), draft.taken)
        dialog.wanted.connect(create)
        dialog.open()

    def _clear(self) -> None:
        while self.tabs.count():
            tab = self.tabs.widget(0)
            self.tabs.removeTab(0)
            if tab is not None:
                tab.deleteLater()

    def _rebuild(self) -> None:
        place = max(0, self.tabs.currentIndex())
        self._clear()
        sheet = self.sheet
        if sheet is None:
            return
        for entity in sheet.entities:
            name = entity_name(entity, sheet.label(entity))
            tab = FieldTab(entity, name, sheet.rows(entity), sheet.known(entity), sheet.languages)
            self._wire_tab(tab)
            self.tabs.addTab(tab, name)
        self.tabs.setCurrentIndex(min(place, self.tabs.count() - 1))
        self.checks.show_samples()
        self._refresh()

    def _refresh(self, entity: Entity | None = None) -> None:
        sheet = self.sheet
        if sheet is None:
            return
        misfits: dict[Entity, dict[str, Note]] = {}
        for misfit in sheet.misfits():
            misfits.setdefault(misfit.entity, {})[misfit.field] = Note(
                "muted" if misfit.outcome.chosen else "attention", reason_words(misfit)
            )
        for place, tab in enumerate(self.all_tabs()):
            if entity is None or tab.entity is entity:
                self._problems[tab.entity] = sheet.problems(tab.entity)
            notes = {**misfits.get(tab.entity, {}), **_notes(self._problems[tab.entity])}
            choices = sheet.edits.choices(tab.entity)
            tab.show_choices(choices, notes, language=sheet.settings.language)
            self.tabs.setTabText(place, f"{tab.name}  {number(len(choices))}")
            wrong = any(problem.blocking for problem in self._problems[tab.entity])
            self.tabs.setTabIcon(place, icon("attention", "attention") if wrong else QIcon())
        self.checks.show_settings()
        self.panels.undo.setEnabled(sheet.edits.can_undo)
        self.panels.redo.setEnabled(sheet.edits.can_redo)
        self.rearranged.emit()

    def _wire(self) -> None:
        self.tabs.currentChanged.connect(self.rearranged)
        self.panels.filter.help.clicked.connect(lambda: self.help_wanted.emit("filter"))
        self.panels.turned.connect(self.rearranged)
        self.panels.undo.clicked.connect(self._undo)
        self.panels.redo.clicked.connect(self._redo)
        for keys, act in (
            (["Ctrl+F"], self.focus),
            (["Ctrl+Z"], self._undo),
            (["Ctrl+Y", "Ctrl+Shift+Z"], self._redo),  # whichever the platform's programs use
        ):
            shortcut = QShortcut(self)
            shortcut.setKeys([QKeySequence(key) for key in keys])
            shortcut.activated.connect(act)

    def _wire_tab(self, tab: FieldTab) -> None:
        entity = tab.entity

        def tick(keys: frozenset[RowKey], on: bool) -> None:
            if self.sheet is not None:
                self.sheet.edits.tick(entity, keys, on=on)
                self.edited(entity)

        def put(key: RowKey, choice: FieldChoice) -> None:
            if self.sheet is not None:
                self.sheet.edits.put(entity, key, choice)
                self.edited(entity)

        def also_id(wanted: bool) -> None:
            if self.sheet is not None and tab.current is not None:
                self.sheet.also_id(entity, tab.current, wanted=wanted)
                self.edited(entity)

        def retarget() -> None:
            if tab.current is not None:
                self.change_target(entity, tab.current)

        def speak(language: int) -> None:
            if self.sheet is not None:
                self.sheet.edits.change(replace(self.sheet.settings, language=language))
                self.edited()

        tab.tick_wanted.connect(tick)
        tab.changed.connect(put)
        tab.detail.id_wanted.connect(also_id)
        tab.detail.language_wanted.connect(speak)
        tab.detail.more.toggled.connect(self.rearranged)
        tab.target_wanted.connect(retarget)
        tab.new_wanted.connect(self._new_field)
        tab.table.selectionModel().currentRowChanged.connect(self.rearranged)

    def use_filter(self, use: bool) -> None:
        """Obey the filter, or not."""
        if self.sheet is not None:
            self.sheet.edits.change(replace(self.sheet.settings, filter=use))
            self.edited()

    def turn_out(self, way: FilteredOut, name: str) -> None:
        """What happens to people whose record turns to No."""
        if self.sheet is not None:
            self.sheet.edits.change(replace(self.sheet.settings, filtered_out=way, filtered_list=name))
            self.edited()

    def _undo(self) -> None:
        if self.sheet is not None and self.sheet.edits.can_undo:
            self._stepped(self.sheet.edits.undo(), tr("Taken back"))

    def _redo(self) -> None:
        if self.sheet is not None and self.sheet.edits.can_redo:
            self._stepped(self.sheet.edits.redo(), tr("Done again"))

    def _stepped(self, entity: Entity | None, told: str) -> None:
        tab = self.tab(entity) if entity is not None else None
        if tab is not None:
            self.tabs.setCurrentWidget(tab)
        focused = self.window().focusWidget()
        self._rebuild() if entity is None else self._refresh(entity)
        self.changed.emit()
        self.said.emit(told)
        if focused in {self.panels.undo, self.panels.redo} and not focused.isEnabled():
            self.focus()


def _notes(problems: tuple[ChoiceProblem, ...]) -> Mapping[str, Note]:
    """The first problem of each row, in words."""
    found: dict[str, Note] = {}
    for problem in problems:
        tone = "bad" if problem.blocking else "attention"
        found.setdefault(problem.field, Note(tone, f"{problem.title} {problem.cure}".strip()))
    return found

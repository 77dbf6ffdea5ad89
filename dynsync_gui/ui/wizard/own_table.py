"""One more table on the field page: an own one of the organisation that belongs to people or accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from dynsync_gui.domain.checks import Check, CheckState
from dynsync_gui.domain.edits import Offers
from dynsync_gui.domain.events import ChecksEnded, Described, Event, JobFailed, TablesFound
from dynsync_gui.domain.ports.dynamics import RelatedTable
from dynsync_gui.domain.schema import Entity, EntitySchema, Target
from dynsync_gui.domain.text import tr
from dynsync_gui.ui.mnemonics import deal
from dynsync_gui.ui.widgets.search_dialog import SearchDialog
from dynsync_gui.ui.widgets.searched_table import SearchedTable
from dynsync_gui.ui.wizard.field_jobs import FieldJobs, Work
from dynsync_gui.ui.words import entity_name

if TYPE_CHECKING:
    from dynsync_gui.ui.wizard.field_pane import FieldPane


_OPEN = {CheckState.ATTENTION, CheckState.FAILED}


def lacking(tables: Iterable[Entity], checks: Sequence[Check]) -> list[Check]:
    """Checks about the rights on own tables that did not pass."""
    own = [table for table in tables if table.target is Target.CUSTOM_OBJECT]
    of_rights = {f"dynamics.{about}.{table}" for table in own for about in ("read", "reach")}
    of_rights |= {"marketo.custom-rows", "marketo.custom-objects"}
    return [check for check in checks if check.id in of_rights and check.state in _OPEN]


class TableModel(SearchedTable):
    """Tables by label and logical name, and what their rows belong to."""

    def __init__(self, tables: Sequence[RelatedTable]) -> None:
        labels = {table.entity: table.label for table in tables}
        cells = [
            (one.label, one.entity.value, ", ".join(entity_name(to, labels.get(to, "")) for to in one.hangs_on))
            for one in tables
        ]
        super().__init__((tr("Table in Dynamics"), tr("Name"), tr("Belongs to")), cells)
        self._tables = tables

    def table_at(self, row: int) -> RelatedTable:
        """The table of a visible row."""
        return self._tables[self._shown[row]]


class OwnTableDialog(SearchDialog):
    """Chooses a table.

    Attributes:
        taken: The user wants this table to be synced.
    """

    taken = Signal(object)

    def __init__(self, parent: QWidget, tables: Sequence[RelatedTable]) -> None:
        self.model = TableModel(tables)
        super().__init__(
            parent,
            self.model,
            title=tr("Add a table"),
            asked=tr("Which table is to be synced as well?"),
            searched=tr("Search tables"),
            listed=tr("Tables in Dynamics"),
            take=tr("Take this table"),
        )
        self.above.say(
            tr(
                "Its rows become a custom object in Marketo, linked to the person or the company that they belong to. "
                "They travel to Marketo only."
            )
        )
        self.above.show()
        self.go_first()
        deal(self)

    def accept(self) -> None:
        """Take the current table."""
        if self.take.isEnabled():
            self.taken.emit(self.model.table_at(self.table.currentIndex().row()))
            super().accept()


class OwnTables(QObject):
    """Between the button, the jobs and the tabs."""

    def __init__(self, pane: FieldPane, jobs: FieldJobs) -> None:
        super().__init__(pane)
        self._pane, self._jobs = pane, jobs
        self._wanted: RelatedTable | None = None
        jobs.told.connect(self._told)
        pane.add_table.clicked.connect(self.look)

    def look(self) -> None:
        """Ask Dynamics which tables there are."""
        if self._pane.sheet is not None and not self._jobs.runs(Work.TABLES):
            self._pane.note(tr("Looking for tables that belong to people or accounts"))
            self._jobs.find_tables()

    def add(self, table: RelatedTable) -> None:
        """Sync a table as well."""
        sheet = self._pane.sheet
        if sheet is not None and table.entity in sheet.offers:
            self._show(table.entity, sheet.offers, sheet.tables)
        elif sheet is not None:
            self._wanted = table
            self._pane.note(tr("Reading the columns of “{table}”", table=table.label))
            self._jobs.describe(table.entity)

    def _told(self, work: Work, event: Event) -> None:
        if work not in {Work.TABLES, Work.DESCRIBE, Work.RIGHTS}:
            return
        wanted = self._wanted
        match event:
            case ChecksEnded(checks=checks) if self._pane.sheet is not None:
                found = lacking(self._pane.sheet.entities, checks)
                self._pane.warn([f"{check.finding} {check.cure}".strip() for check in found])
            case JobFailed(error=error) if work is Work.RIGHTS:
                told = f"{error.finding.title} {error.finding.cure}".strip()
                self._pane.warn([tr("What your accounts may do could not be checked: {reason}", reason=told)])
            case TablesFound(tables=tables):
                self._offer(tables)
            case Described(offers=offers, tables=tables) if wanted is not None and wanted.entity in offers:
                self._show(wanted.entity, offers, tables)
            case Described() if wanted is not None:
                self._pane.note(tr("Dynamics does not give “{table}” to this account.", table=wanted.label))
            case JobFailed(error=error):
                self._pane.note(f"{error.finding.title} {error.finding.cure}".strip())
            case _:
                self._pane.note("")

    def _offer(self, tables: Sequence[RelatedTable]) -> None:
        sheet = self._pane.sheet
        if sheet is None:
            return
        synced = {entity for entity in sheet.offers if sheet.edits.choices(entity)}
        more = [table for table in tables if table.entity not in synced]
        if not more:
            self._pane.note(tr("Dynamics has no further table that belongs to people or accounts."))
            return
        self._pane.note("")
        dialog = OwnTableDialog(self._pane.window(), more)
        dialog.taken.connect(self.add)
        dialog.open()

    def _show(self, entity: Entity, offers: Offers, tables: Mapping[Entity, EntitySchema]) -> None:
        if self._pane.sheet is not None:
            self._pane.sheet.add_table(entity, offers[entity], tables[entity])
            self._pane.note("")
            self._pane.table_added(entity)
            self._jobs.check_rights()

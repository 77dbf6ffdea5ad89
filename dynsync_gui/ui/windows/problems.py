"""Records that need a look, grouped by cause."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QPushButton, QTableView, QWidget

from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.report import Problem
from dynsync_gui.domain.text import msg, ntr, tr
from dynsync_gui.ui.icons import IconButton, Picture
from dynsync_gui.ui.mnemonics import reword
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.banner import Banner
from dynsync_gui.ui.widgets.boxes import TOP, Card, column, drop, row
from dynsync_gui.ui.widgets.flow import Flow
from dynsync_gui.ui.widgets.reading_table import table_of
from dynsync_gui.ui.widgets.text import Text, hover
from dynsync_gui.ui.words import ENTITY, exact

Index = QModelIndex | QPersistentModelIndex
_RETRY = {
    Retry.WHEN_CHANGED: msg("Sent again once the record is changed in Dynamics."),
    Retry.NEXT_RUN: msg("Sent again with the next sync."),
    Retry.AFTER_PARENT: msg("Sent again once the record it belongs to has arrived."),
    Retry.DECISION: msg("Waits for your decision."),
}

_WITHOUT = msg("Everything else of them is sent. The value follows when it is changed in Dynamics.")


class ProblemModel(QAbstractTableModel):
    """The records of one cause."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self._problems = problems

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Records."""
        return 0 if parent.isValid() else len(self._problems)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Name, kind, field, since."""
        return 0 if parent.isValid() else 4

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Names of the columns."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (tr("Record"), tr("Kind"), tr("Field"), tr("Since"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Texts; the Dynamics id and the vendor's own words on hover."""
        problem = self._problems[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            name = problem.name or problem.id
            return (name, str(ENTITY[problem.entity]), problem.field, exact(problem.since)[:16])[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return hover("\n".join(part for part in (problem.id, problem.code, problem.detail) if part))
        return None


class CauseCard(Card):
    """One cause: how many, what it is, what to do; the records on wish.

    Attributes:
        retry_wanted: The user wants these records to be sent again.
        without_wanted: The user wants them to be sent without the value that Marketo refuses.
    """

    retry_wanted = Signal()
    without_wanted = Signal()

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self.ids = tuple(problem.id for problem in problems)
        self.retry = QPushButton(tr("Retry"))
        self.retry.setAccessibleName(tr("Retry: {cause}", cause=str(problems[0].title)))
        self.retry.setProperty("kind", "link")
        self.retry.setVisible(problems[0].aside)
        self.retry.clicked.connect(self.retry_wanted)
        self.without = QPushButton(tr("Send without this value"))
        self.without.setAccessibleName(tr("Send without this value: {cause}", cause=str(problems[0].title)))
        self.without.setAccessibleDescription(str(_WITHOUT))
        self.without.setToolTip(str(_WITHOUT))
        self.without.setProperty("kind", "link")
        self.without.setVisible(all(problem.aside and problem.field for problem in problems))
        self.without.clicked.connect(self.without_wanted)
        self._problems = problems
        first = problems[0]
        title = str(first.title)
        self._table: QTableView | None = None
        self._button = QPushButton(tr("Show the records"))
        self._button.setAccessibleName(tr("Show the records: {cause}", cause=title))
        self._button.setProperty("kind", "link")
        self._button.clicked.connect(self._toggle)
        words = column(gap=4)
        words.addWidget(Text(title, "strong"))
        if first.cure:
            words.addWidget(Text(str(first.cure)))
        count = ntr("{n} record", "{n} records", len(problems))
        words.addWidget(Text(f"{count} · {_RETRY[first.retry]}" if first.aside else count, "hint"))
        picture = Picture("attention", "attention", 20) if first.aside else Picture("info", "accent", 20)
        words.addWidget(Flow(self._button, self.retry, self.without))
        line = row(picture, words, gap=GRID + 4)
        line.setAlignment(picture, TOP)
        line.setStretch(1, 1)
        self.body.addLayout(line)

    def _toggle(self) -> None:
        if self._table is None:
            self._table = table_of(ProblemModel(self._problems), tr("Records"))
            self._table.setMinimumHeight(min(8, len(self._problems) + 1) * 32)
            self.body.addWidget(self._table)
            self._table.setFocus()
        else:
            self._table.setVisible(self._table.isHidden())
        reword(self._button, tr("Show the records") if self._table.isHidden() else tr("Hide the records"))


class Problems(QWidget):
    """All causes, most records first.

    Attributes:
        export_wanted: The user wants the list as a file.
        retry_wanted: The user wants records to be sent again; carries their ids, none for all.
        without_wanted: The user wants records to be sent without the value that Marketo refuses; carries their ids.
    """

    export_wanted = Signal()
    retry_wanted = Signal(tuple)
    without_wanted = Signal(tuple)

    def __init__(self) -> None:
        super().__init__()
        self.export = IconButton("export", tr("Export as CSV"))
        self.export.clicked.connect(self.export_wanted)
        self.retry_all = IconButton("update", tr("Retry all"))
        self.retry_all.clicked.connect(lambda: self.retry_wanted.emit(()))
        self.banner = Banner()
        self.about = Text("", "muted")
        self._causes, self._notices = column(gap=GRID + 4), column(gap=GRID + 4)
        self._cards: list[CauseCard] = []
        self._notice_cards: list[CauseCard] = []
        self._worth_knowing = Text(tr("Worth knowing"), "section")
        layout = column(self, gap=2 * GRID, margin=3 * GRID)
        words = column(gap=4)
        words.addWidget(Text(tr("Records that need a look"), "title"))
        words.addWidget(self.about)
        head = row(words, self.retry_all, self.export)
        head.setStretch(0, 1)
        head.setAlignment(self.export, TOP)
        head.setAlignment(self.retry_all, TOP)
        layout.addLayout(head)
        layout.addWidget(self.banner)
        layout.addLayout(self._causes)
        layout.addWidget(self._worth_knowing)
        layout.addLayout(self._notices)
        layout.addStretch(1)
        self.show_problems(())

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """Group and show them: what was set aside, then what is in step but worth knowing."""
        listed = list(problems)
        drop(self._causes, self._cards)
        drop(self._notices, self._notice_cards)
        for group in _by_cause(problem for problem in listed if problem.aside):
            card = CauseCard(group)
            card.retry_wanted.connect(lambda ids=card.ids: self.retry_wanted.emit(ids))
            card.without_wanted.connect(lambda ids=card.ids: self.without_wanted.emit(ids))
            self._cards.append(card)
            self._causes.addWidget(self._cards[-1])
        for group in _by_cause(problem for problem in listed if not problem.aside):
            self._notice_cards.append(CauseCard(group))
            self._notices.addWidget(self._notice_cards[-1])
        self._worth_knowing.setVisible(bool(self._notice_cards))
        self.export.setVisible(bool(listed))
        self.retry_all.setVisible(len(self._cards) > 0)
        self.about.say(
            tr("Everything else is in step. These wait here until their reason is gone.")
            if self._cards
            else tr("There are none. Every record has arrived or was left out by a rule.")
        )


def _by_cause(problems: Iterable[Problem]) -> list[list[Problem]]:
    """Problems of one cause together, the most frequent cause first."""
    groups: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.code, problem.title.text), []).append(problem)
    return sorted(groups.values(), key=len, reverse=True)

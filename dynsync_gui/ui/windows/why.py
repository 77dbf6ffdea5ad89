"""Why a person is not, or not so, in Marketo: one question, and the chain of its answer."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from dynsync_gui.domain.events import Event, Explained, JobCancelled, JobFailed, Waiting
from dynsync_gui.domain.explain import Explanation, FieldView, Step
from dynsync_gui.domain.text import msg, tr
from dynsync_gui.service.api import Job
from dynsync_gui.ui.announce import Announcer
from dynsync_gui.ui.bridge import Bridge
from dynsync_gui.ui.icons import IconButton, Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.banner import Banner
from dynsync_gui.ui.widgets.boxes import TOP, Card, column, drop, row, tab_through
from dynsync_gui.ui.widgets.field_row import FieldRow
from dynsync_gui.ui.widgets.reading_table import table_of
from dynsync_gui.ui.widgets.text import Text, hover
from dynsync_gui.ui.widgets.waits import Waits
from dynsync_gui.ui.windows.compare import Compare
from dynsync_gui.ui.words import CHECK, ENTITY

Index = QModelIndex | QPersistentModelIndex
_COLUMNS = (msg("Field"), msg("In Dynamics"), msg("Sent"), msg("In Marketo"))
_LINE = 32


class DifferenceModel(QAbstractTableModel):
    """Fields that are not the same on both sides; on hover why, and which rule holds."""

    def __init__(self, views: list[FieldView]) -> None:
        super().__init__()
        self._views = views

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Fields."""
        return 0 if parent.isValid() else len(self._views)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Name and the three values."""
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Names of the columns."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return str(_COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Values as texts; what was sent is not always known for sure."""
        view = self._views[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return (view.label, view.dynamics, "?" if view.sent is None else view.sent, view.marketo)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return hover(f"{view.finding}\n{view.rule}")
        return None


class StepRow(QWidget):
    """One link of the chain: icon and word, what it is about, what was found, what to do."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        icon, word, tone = CHECK[step.state]
        picture = Picture(icon, tone, 16)
        words = column(gap=2)
        head = row(Text(str(step.title), "strong", wrap=False), Text(str(word), "hint", tone, wrap=False), None)
        words.addLayout(head)
        words.addWidget(Text(str(step.finding)))
        if step.cure:
            words.addWidget(Text(str(step.cure), "hint"))
        line = row(picture, words)
        line.setAlignment(picture, TOP)
        line.setStretch(1, 1)
        self.setLayout(line)
        self.setAccessibleName(f"{step.title}: {word}. {step.finding} {step.cure}".strip())
        if step.detail:
            self.setToolTip(hover(f"{step.code} {step.detail}".strip()))


class Answered(Card):
    """The answer about one record.

    Attributes:
        sync_wanted: The user wants this record to be brought over now.
        stops: What Tab leads to, in its order.
    """

    sync_wanted = Signal()

    def __init__(self, one: Explanation) -> None:
        super().__init__(gap=GRID + 4)
        if one.entity is not None:
            self.body.addWidget(Text(one.name or one.id, "section"))
            self.body.addWidget(Text(f"{ENTITY[one.entity]} · {one.id}", "hint"))
        self.verdict = Banner()
        self.verdict.tell("good" if one.in_step else "attention", str(one.verdict), str(one.cure))
        self.body.addWidget(self.verdict)
        self.sync = IconButton("update", tr("Sync this record now"))
        self.sync.setVisible(one.entity is not None)
        self.sync.clicked.connect(self.sync_wanted)
        self.body.addLayout(row(self.sync, None))
        self.stops: list[QWidget] = [self.sync]
        for step in one.steps:
            self.body.addWidget(StepRow(step))
        different = [view for view in one.fields if not view.equal]
        if different:
            self.fields = table_of(DifferenceModel(different), tr("Fields that are not the same"))
            self.fields.setMinimumHeight((min(8, len(different)) + 1) * _LINE)
            self.body.addWidget(self.fields)
            self.stops.append(self.fields)


class Why(QWidget):
    """Asks about one person or record.

    Args:
        bridge: The service, and what it tells.
    """

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._api = bridge.api
        self._job: Job | None = None
        self._cards: list[Answered] = []
        self._announcer = Announcer(self)
        self.field = QLineEdit()
        self.asked = FieldRow(
            "asked",
            tr("E-mail address or Dynamics id"),
            self.field,
            hint=tr("The id stands in the address of the record's page in Dynamics."),
        )
        self.ask = IconButton("search", tr("Ask"))
        self.banner = Banner()
        self.waits = Waits()
        self._order = QWidget()
        self._order.setLayout(row(self.waits))
        self._order.hide()
        layout = column(self, gap=2 * GRID, margin=3 * GRID)
        layout.addWidget(Text(tr("Why is this person not in Marketo, or not so?"), "title"))
        layout.addWidget(self.asked)
        layout.addLayout(row(self.ask, None))
        layout.addWidget(self.banner)
        layout.addWidget(self._order)
        self._answers = column(gap=2 * GRID)
        layout.addLayout(self._answers)
        self.compare = Compare(bridge)
        layout.addWidget(self.compare)
        layout.addStretch(1)
        self.ask.clicked.connect(self._ask)
        self.field.returnPressed.connect(self._ask)
        bridge.heard.connect(self._heard)

    @property
    def waiting(self) -> bool:
        """Whether an answer is under way."""
        return self._job is not None

    def _ask(self) -> None:
        text = self.field.text().strip()
        if not text:
            self.asked.complain(tr("Enter an e-mail address or an id."))
            self.field.setFocus()
            return
        if self._job is not None:
            self._job.cancel()
        self._order.hide()
        self.asked.note("")
        drop(self._answers, self._cards)
        self.banner.tell("accent", tr("Looking on both sides"))
        self._job = self._api.records.why(text)

    def _sync(self, one: Explanation) -> None:
        if one.entity is None:
            return
        drop(self._answers, self._cards)
        self.banner.tell("accent", tr("Bringing this record over"))
        self._order.show()
        self.ask.setFocus()
        self._job = self._api.records.sync_one(one.entity, one.id)

    def _heard(self, event: Event) -> None:
        if isinstance(event, Waiting):
            self._waited(event)
        if self._job is None or event.job != self._job.number:
            return
        match event:
            case Explained(answer=answer):
                self._job = None
                self.banner.hide()
                for one in answer.explanations:
                    self._cards.append(Answered(one))
                    self._cards[-1].sync_wanted.connect(lambda one=one: self._sync(one))
                    self._answers.addWidget(self._cards[-1])
                    self._cards[-1].show()
                tab_through(self.ask, *(stop for card in self._cards for stop in card.stops))
                self._announcer.announce(" ".join(card.verdict.says for card in self._cards))
            case JobFailed(error=error):
                self._job = None
                self.banner.tell("bad", str(error.finding.title), str(error.finding.cure))
                self._announcer.announce(self.banner.says)
            case JobCancelled():
                self._job = None
                self.banner.hide()
            case _:
                return
        self._order.hide()

    def _waited(self, event: Waiting) -> None:
        """Of a sync that is under way, too: it brings the record over, and may have waited before that was wanted."""
        said = self.waits.hear(event)
        if said and not self._order.isHidden():
            self._announcer.announce(said)

"""Later changes of the choice of fields: the page of the set-up again, with today's choice, beside the running sync."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QFrame, QProgressBar, QPushButton, QScrollArea, QWidget

from dynsync_gui.domain.events import (
    ChoiceEstimated,
    ChoiceImported,
    ChoicesRead,
    Described,
    Event,
    JobCancelled,
    JobFailed,
    RehearsalReady,
)
from dynsync_gui.domain.schema import Target
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import FieldSettings, Settings
from dynsync_gui.domain.sheet import FieldSheet
from dynsync_gui.domain.text import tr
from dynsync_gui.service.api import Job
from dynsync_gui.ui.announce import Announcer
from dynsync_gui.ui.bridge import Bridge
from dynsync_gui.ui.icons import IconButton
from dynsync_gui.ui.mnemonics import deal
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.banner import Banner
from dynsync_gui.ui.widgets.boxes import column, row
from dynsync_gui.ui.widgets.flow import Flow
from dynsync_gui.ui.widgets.save_dialog import ask_where
from dynsync_gui.ui.widgets.text import Text, rule
from dynsync_gui.ui.windows.back_fill import BackFillPane
from dynsync_gui.ui.windows.choice_history import ChoiceHistory
from dynsync_gui.ui.windows.question import Question
from dynsync_gui.ui.wizard.field_pane import FieldPane

_FILE = "DynSync (*.toml)"
_PAUSE_MS = 400
"""After the last change, before the estimate is asked for."""


class FieldChoiceWindow(QDialog):
    """Nothing is kept before Save.

    Args:
        parent: The window it belongs to.
        bridge: To the service.
        settings: What is stored.

    Attributes:
        saved: Another choice is kept now; carries it.
        help_wanted: The user asks for help; carries the topic.
    """

    saved = Signal(object)
    help_wanted = Signal(str)

    def __init__(self, parent: QWidget, bridge: Bridge, settings: Settings) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Fields that are synced"))
        self.setModal(True)
        self.resize(920, 680)
        self.setMinimumSize(640, 480)
        self.api, self._bridge = bridge.api, bridge
        self._settings = settings
        self._secrets: Secrets | None = None
        self._kept = settings.fields
        self._job: Job | None = None
        self._done: Callable[[Event], None] = self._described
        self._restarted = False
        self._estimating: Job | None = None
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._ask_cost)
        self._announcer = Announcer(self)
        self.banner = Banner()
        self.status = Text(tr("Reading the fields of both systems"), "muted")
        self.busy = QProgressBar()
        self.pane = FieldPane(bridge, self._access)
        self.back_fill = BackFillPane()
        self.estimate = self.back_fill.said
        self.history = IconButton("history", tr("History"))
        self.bring, self.export = IconButton("plus", tr("Import")), IconButton("export", tr("Export"))
        self.help = IconButton("help", tr("Help"))
        self.close_button, self.save = QPushButton(tr("Close")), QPushButton(tr("Save"))
        self._build()
        self._wire()
        self._describe()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask first where something would be lost."""
        event.ignore()
        self.reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F1 helps."""
        if event.key() == Qt.Key.Key_F1:
            self.help.click()
        else:
            super().keyPressEvent(event)

    def reject(self) -> None:
        """Close, or Esc."""
        if not self._dirty():
            self._leave()
            return
        question = Question(
            self,
            tr("Close without saving?"),
            tr("What you changed here is not kept. The sync goes on as before."),
            go=tr("Close without saving"),
            stay=tr("Stay"),
        )
        question.accepted.connect(self._leave)
        question.open()

    def import_from(self, path: str) -> None:
        """Read a choice from a file that the user chose."""
        self._begin(self.api.import_choice(Path(path)), self._imported)

    def export_to(self, path: str) -> None:
        """Write the choice as it is shown into a file that the user chose."""
        told = tr("The choice was written to a file. It holds no secrets.")
        self._begin(self.api.export_choice(Path(path), self._wanted()), lambda _: self._tell("good", told, path))

    def show_versions(self, event: ChoicesRead) -> None:
        """Open the history."""
        dialog = ChoiceHistory(self, event.versions)
        dialog.wanted.connect(self._take_back)
        dialog.open()

    def _build(self) -> None:
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setAccessibleName(self.status.text())
        inside = QWidget()
        inside.setProperty("kind", "body")
        body = column(inside, gap=GRID)
        body.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        for part in (self.banner, self.status, self.busy):
            body.addWidget(part)
        body.addWidget(self.pane, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        head = column(gap=4)
        head.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, GRID)
        head.addWidget(Text(tr("Fields that are synced"), "title"))
        about = tr("New fields are sent for records that are there already. Fields without a tick stop.")
        head.addWidget(Text(about, "muted"))
        foot = column(gap=GRID)
        foot.setContentsMargins(2 * GRID, GRID + 4, 2 * GRID, GRID + 4)
        foot.addWidget(self.back_fill)
        line = row(Flow(self.history, self.bring, self.export, self.help), self.close_button, self.save)
        line.setStretch(0, 1)
        foot.addLayout(line)
        layout = column(self, gap=0)
        layout.addLayout(head)
        layout.addWidget(area, 1)
        layout.addWidget(rule())
        layout.addLayout(foot)
        self.save.setProperty("kind", "filled")
        self.save.setDefault(True)
        for button in (self.close_button, self.save):
            button.setAccessibleName(button.text())
        for button in (self.history, self.bring, self.export, self.help, self.close_button):
            button.setAutoDefault(False)

    def _wire(self) -> None:
        self._bridge.heard.connect(self._hear)
        self.pane.changed.connect(self._changed)
        self.back_fill.changed.connect(self._changed)
        self.pane.rearranged.connect(self._deal)
        self.pane.help_wanted.connect(self.help_wanted)
        self.pane.said.connect(self._announcer.announce)
        self.history.clicked.connect(lambda: self._begin(self.api.choice_history(), self._versions))
        self.bring.clicked.connect(self._ask_from)
        self.export.clicked.connect(self._ask_to)
        self.help.clicked.connect(lambda: self.help_wanted.emit("fields"))
        self.close_button.clicked.connect(self.reject)
        self.save.clicked.connect(self._save)

    def _access(self) -> tuple[Settings, Secrets | None]:
        fields = self.pane.sheet.settings if self.pane.sheet is not None else self._kept
        return replace(self._settings, fields=fields), self._secrets

    def _wanted(self) -> Settings:
        """With the choice as it is shown, its new fields for the records that are meant."""
        sheet = self.pane.sheet
        fields = sheet.limited(self._kept, self.back_fill.since) if sheet is not None else self._kept
        return replace(self._settings, fields=fields)

    def _begin(self, job: Job, done: Callable[[Event], None]) -> None:
        self._job, self._done = job, done

    def _describe(self) -> None:
        self.banner.hide()
        self._wait(waiting=True)
        self._begin(self.api.describe(self._settings, self._secrets), self._described)

    def _wait(self, *, waiting: bool) -> None:
        self.status.setVisible(waiting)
        self.busy.setVisible(waiting)
        self.pane.setVisible(not waiting)
        self._show_state()

    def _hear(self, event: Event) -> None:
        if self._estimating is not None and event.job == self._estimating.number:
            if isinstance(event, ChoiceEstimated) and self._dirty():
                self.back_fill.show_cost(event.back_fills)
                self._deal()
            elif isinstance(event, JobFailed):
                self.back_fill.show_failed(str(event.error.finding.title))
            return
        if self._job is None or event.job != self._job.number:
            return
        if isinstance(event, JobFailed):
            self._job = None
            self._failed(event)
        elif isinstance(event, JobCancelled | Described | ChoicesRead | ChoiceImported | RehearsalReady):
            self._job = None
            self._done(event)
        self._deal()

    def _failed(self, event: JobFailed) -> None:
        finding = event.error.finding
        reading = self._done == self._described
        if reading and self._settings.rehearsal and not self._restarted:
            # The practice systems of an earlier session are gone; they are made anew.
            self._restarted = True
            self._begin(self.api.prepare_rehearsal(), self._rehearsed)
            return
        if reading or self.pane.sheet is None:
            self._wait(waiting=False)
            self.pane.hide()
            self.banner.tell("bad", str(finding.title), str(finding.cure), again=(tr("Try again"), self._describe))
            self._announcer.announce(self.banner.says)
        else:
            self._tell("bad", str(finding.title), str(finding.cure))

    def _rehearsed(self, event: Event) -> None:
        if isinstance(event, RehearsalReady):
            self._settings, self._secrets = event.settings, event.secrets
            self._describe()

    def _described(self, event: Event) -> None:
        if isinstance(event, Described):
            own = self._settings.objects.custom
            sheet = FieldSheet(event.offers, event.tables, event.targets, self._kept, event.languages, own)
            self._wait(waiting=False)
            self.pane.open(sheet)
            self.pane.focus()
            self._changed()

    def _versions(self, event: Event) -> None:
        if isinstance(event, ChoicesRead):
            self.show_versions(event)

    def _imported(self, event: Event) -> None:
        if isinstance(event, ChoiceImported):
            self._show_choice(event.fields, tr("The choice of the file is shown."))

    def _take_back(self, fields: FieldSettings) -> None:
        self._show_choice(fields, tr("The earlier choice is shown."))

    def _show_choice(self, fields: FieldSettings, told: str) -> None:
        """Show another choice; own tables that it has and the page has not are described first."""
        sheet = self.pane.sheet
        named = {
            entity for entity, choices in fields.chosen.items() if choices and entity.target is Target.CUSTOM_OBJECT
        }
        if sheet is None or named <= sheet.offers.keys():
            self.pane.adopt(fields)
            self._tell("accent", told, tr("Look at it, then save it."))
            return

        def described(event: Event) -> None:
            if isinstance(event, Described):
                for entity in named & event.offers.keys():
                    sheet.know_table(entity, event.offers[entity], event.tables[entity])
                self.pane.adopt(fields)
                self._tell("accent", told, tr("Look at it, then save it."))

        self._begin(self.api.describe(replace(self._settings, fields=fields), self._secrets), described)

    def _save(self) -> None:
        sheet, problem = self.pane.sheet, self.pane.blocking()
        if sheet is None:
            return
        if problem is not None:
            self._tell("bad", str(problem.title), str(problem.cure))
            self.pane.go_to(problem.entity, problem.field)
            return
        if self.back_fill.wrong:
            self._tell("bad", self.back_fill.wrong)
            self.back_fill.day.setFocus()
            return
        fields = self._wanted().fields
        self.save.setEnabled(False)
        self._begin(self.api.save_choice(fields), lambda _: self._was_saved(fields))

    def _was_saved(self, fields: FieldSettings) -> None:
        self._kept = fields
        if self.pane.sheet is not None and self.pane.sheet.settings != fields:
            self.pane.adopt(fields)
        self._changed()
        self._tell("good", tr("The choice is saved."), tr("The next sync follows it."))
        self.saved.emit(fields)
        self.close_button.setFocus()

    def _changed(self) -> None:
        self.banner.hide()
        self._pause.start()
        self._show_state()

    def _show_state(self) -> None:
        self.save.setEnabled(self._dirty())
        self.export.setEnabled(self.pane.sheet is not None)
        self.bring.setEnabled(self.pane.sheet is not None)
        if not self._dirty():
            self.back_fill.forget()

    def _ask_cost(self) -> None:
        """Let the service say what the change will send."""
        asks = self._dirty() and not self.back_fill.wrong
        self._estimating = self.api.estimate_choice(self._wanted(), self._secrets) if asks else None

    def _dirty(self) -> bool:
        return self.pane.sheet is not None and self.pane.sheet.settings != self._kept

    def _tell(self, tone: str, title: str, advice: str = "") -> None:
        self.banner.tell(tone, title, advice)
        self._announcer.announce(self.banner.says)

    def _deal(self) -> None:
        self._show_state()
        deal(self, (self.save, self.close_button, self.history, self.bring, self.export, self.help))

    def _leave(self) -> None:
        self.pane.jobs.stop()
        self._pause.stop()
        for job in (self._job, self._estimating):
            if job is not None:
                job.cancel()
        self._job = self._estimating = None
        self.done(0)
        self.deleteLater()

    def _ask_from(self) -> None:
        dialog = QFileDialog(self, tr("Import"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptOpen)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(_FILE)
        dialog.fileSelected.connect(self.import_from)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask_to(self) -> None:
        ask_where(self, tr("Export"), _FILE, "dynsync-fields.toml", self.export_to)

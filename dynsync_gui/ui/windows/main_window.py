"""What the window is once the set-up is done: where the sync stands, problems, history."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QFrame, QScrollArea, QStackedWidget, QWidget

from dynsync_gui.domain.events import (
    CanaryStep,
    CycleEnded,
    Event,
    JobCancelled,
    JobFailed,
    MailSent,
    ProblemsRead,
    ProfileRead,
    Progress,
    RunEnded,
    Waiting,
)
from dynsync_gui.domain.report import RunKind, RunState, Status
from dynsync_gui.domain.text import number, tr
from dynsync_gui.service.api import Job
from dynsync_gui.ui.announce import Announcer
from dynsync_gui.ui.bridge import Bridge
from dynsync_gui.ui.icons import IconButton
from dynsync_gui.ui.mnemonics import deal, reword
from dynsync_gui.ui.widgets.boxes import column, row
from dynsync_gui.ui.widgets.side import Side
from dynsync_gui.ui.windows.history import History
from dynsync_gui.ui.windows.notice import DesktopNotice
from dynsync_gui.ui.windows.overview import Overview
from dynsync_gui.ui.windows.problems import Problems
from dynsync_gui.ui.windows.why import Why


class MainView(QWidget):
    """Side panel and the views.

    Attributes:
        setup_wanted: The user wants to set up again.
        help_wanted: The user asks for help; carries the topic.
    """

    setup_wanted = Signal()
    help_wanted = Signal(str)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.setProperty("kind", "window")
        self.api = bridge.api
        self.announcer = Announcer(self)
        self.notice = DesktopNotice(self)
        self._run: Job | None = None
        self._resting = False
        self._rehearsal = False
        self._reading: Job | None = None
        self._export: Job | None = None
        self._agreeing: Job | None = None
        self._exported = ""
        self._retrying: Job | None = None
        self.overview, self.problems, self.history = Overview(), Problems(), History()
        self.why = Why(bridge)
        self.views = QStackedWidget()
        self.nav = [
            IconButton("overview", tr("Overview"), kind="nav", role="accent"),
            IconButton("problems", tr("To look at"), kind="nav", role="accent"),
            IconButton("history", tr("History"), kind="nav", role="accent"),
            IconButton("search", tr("Ask why"), kind="nav", role="accent"),
        ]
        self.setup = IconButton("settings", tr("Set up again"), kind="nav", role="accent")
        self.help = IconButton("help", tr("Help"), kind="nav", role="accent")
        self._build()
        self._wire()
        deal(self)
        bridge.heard.connect(self.hear)

    def show_status(self, status: Status) -> None:
        """Open where an earlier session left it."""
        self.overview.show_status(status)
        deal(self)
        self._reading = self.api.read_problems()
        if not self._rehearsal and status.state != "new":
            self.keep_in_step()

    def follow(self, job: Job, first: Event | None = None) -> None:
        """Watch a running sync.

        Args:
            job: The sync.
            first: An event of it that was heard already.
        """
        self._run = job
        self.setup.setEnabled(False)
        self.overview.show_started()
        self._show_view(0)
        self.overview.pause.setFocus()
        if first is not None:
            self.hear(first)

    def keep_in_step(self) -> None:
        """Run cycle after cycle from now on; a rehearsal is one run."""
        if self._rehearsal:
            self.follow(self.api.go_on())
        elif not self.running:
            self._rest_over()
            self._run, self._resting = self.api.follow(), True
            self.overview.show_looking()
            deal(self)

    def come_back(self) -> None:
        """The set-up was left without a start."""
        if not self._rehearsal:
            self.keep_in_step()

    def show_rehearsal(self, *, rehearsal: bool) -> None:
        """Say at the side that these are the practice systems, or not."""
        self._rehearsal = rehearsal
        self._side.rehearsal.setVisible(rehearsal)

    @property
    def running(self) -> bool:
        """Whether a sync of this window runs; between two cycles none does."""
        return self._run is not None and not self._resting

    def hear(self, event: Event) -> None:
        """Any event of the service."""
        if self._run is not None and event.job == self._run.number:
            self._run_told(event)
        elif self.overview.guard.hear(event):
            pass
        elif self._agreeing is not None and event.job == self._agreeing.number:
            self._agreed(event)
        elif isinstance(event, ProblemsRead):
            self._problems_told(event)
        elif isinstance(event, JobFailed) and self._retrying is not None and event.job == self._retrying.number:
            self._retrying = None
            self.problems.banner.tell("bad", str(event.error.finding.title), str(event.error.finding.cure))
        elif isinstance(event, JobFailed) and self._export is not None and event.job == self._export.number:
            self._export = None
            self.problems.banner.tell("bad", str(event.error.finding.title), str(event.error.finding.cure))
        if not isinstance(event, Progress):
            deal(self)

    def _run_told(self, event: Event) -> None:
        match event:
            case Progress() if self._resting and not any(entity.done for entity in event.entities.values()):
                pass  # a look that finds nothing changes nothing on the screen
            case Progress():
                self._begin_work()
                self.overview.show_progress(event)
                self.announcer.announce(self.overview.progress.sentence(event))
            case CanaryStep():
                self.announcer.announce(self.overview.progress.show_step(event))
            case Waiting():
                self.announcer.announce(self.overview.show_waiting(event))
            case CycleEnded():
                self._rest(event)
            case RunEnded():
                self._over()
                self.overview.show_ended(event)
                self._tell_end(event)
                self.overview.go_on.setFocus()
                self.announcer.announce(self.overview.state.text())
                if not self._rehearsal and event.report.state is RunState.DONE:
                    self.keep_in_step()
            case JobFailed(error=error):
                self._over()
                self.overview.show_error(error)
                if error.code == "quota" and not self._rehearsal:
                    self.keep_in_step()
                self.announcer.announce(self.overview.banner.says or self.overview.guard.accessibleName())
            case JobCancelled():
                self._over()
                self.overview.show_stopped()
            case _:
                pass

    def _rest(self, event: CycleEnded) -> None:
        """Between two cycles: where it stands, and when it goes on."""
        self._resting = True
        self.setup.setEnabled(True)
        self.overview.show_cycle(event)
        if event.ended is not None:
            self._tell_end(event.ended)
        self._reading = self.api.read_problems()

    def _begin_work(self) -> None:
        if self._resting:
            self._resting = False
            self.setup.setEnabled(False)
            self.overview.show_started()

    def _rest_over(self) -> None:
        run, self._run, self._resting = self._run, None, False
        if run is not None:
            run.cancel()

    def _tell_end(self, ended: RunEnded) -> None:
        """Say who was mailed; without a mail server the desktop gives the notice."""
        if ended.mail_failure is not None:
            self._mail_told(JobFailed(ended.job, ended.mail_failure))
        elif ended.mailed_to:
            self._mail_told(MailSent(ended.job, ended.mailed_to, by_mail=True))
        elif ended.report.kind is RunKind.FIRST:
            self.notice.give(self, self.overview.state.text())
            self._mail_told(MailSent(ended.job, "", by_mail=False))

    def _mail_told(self, event: Event) -> None:
        match event:
            case MailSent(to=to, by_mail=True):
                self.overview.show_mail(tr("An e-mail was sent to {address}.", address=to), "muted")
            case MailSent():
                self.overview.show_mail(tr("A notice was shown on this computer."), "muted")
            case JobFailed(error=error):
                text = tr("The sync is done, but its e-mail was not sent: {reason}", reason=str(error.finding.title))
                self.overview.show_mail(text, "attention")
            case _:
                pass

    def _problems_told(self, event: ProblemsRead) -> None:
        self.problems.show_problems(event.problems)
        self.history.show_runs(event.status.runs)
        count = sum(problem.aside for problem in event.problems)
        reword(self.nav[1], tr("To look at") + (f"  {number(count)}" if count else ""))
        if self._export is not None and event.job == self._export.number:
            self._export = None
            self.problems.banner.tell("good", tr("The list was saved."), self._exported)
        if self._retrying is not None and event.job == self._retrying.number:
            self._retrying = None
            self.keep_in_step()
        if not self.running and self._reading is not None and event.job == self._reading.number:
            self._reading = None

    def _over(self) -> None:
        self._run, self._resting = None, False
        self.setup.setEnabled(True)
        self._reading = self.api.read_problems()

    def _build(self) -> None:
        group = QButtonGroup(self)
        links = QWidget()
        inner = column(links, gap=4)
        for place, button in enumerate(self.nav):
            button.setCheckable(True)
            group.addButton(button, place)
            inner.addWidget(button)
        self.nav[0].setChecked(True)
        group.idClicked.connect(self._show_view)
        for view in (self.overview, self.problems, self.history, self.why):
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            view.setProperty("kind", "body")
            area.setWidget(view)
            self.views.addWidget(area)
        self._side = Side(links, self.setup, self.help)
        layout = row(self._side, self.views, gap=0)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def _wire(self) -> None:
        self.overview.go_on_wanted.connect(self.keep_in_step)
        self.overview.guard.typed.connect(self._confirm_identity)
        self.overview.guard.confirmed.connect(self.keep_in_step)
        self.overview.agreed.connect(self._agree)
        self.overview.pause_wanted.connect(self._pause)
        self.overview.resume_wanted.connect(self._resume)
        self.overview.stop_wanted.connect(self._stop)
        self.overview.problems_wanted.connect(lambda: self._show_view(1))
        self.problems.export_wanted.connect(self._ask_where)
        self.problems.retry_wanted.connect(self._retry)
        self.setup.clicked.connect(self._set_up_again)
        self.help.clicked.connect(lambda: self.help_wanted.emit("enable"))

    def _show_view(self, place: int) -> None:
        self.nav[place].setChecked(True)
        self.views.setCurrentIndex(place)
        deal(self)

    def _set_up_again(self) -> None:
        self._rest_over()
        self.setup_wanted.emit()

    def _confirm_identity(self, name: str) -> None:
        self.overview.guard.follow(self.api.confirm_identity(name))

    def _agree(self, id_: str) -> None:
        self._agreeing = self.api.accept_guard(id_)

    def _agreed(self, event: Event) -> None:
        if isinstance(event, JobFailed):
            self._agreeing = None
            self.overview.show_error(event.error)
        elif isinstance(event, ProfileRead):
            self._agreeing = None
            self.keep_in_step()

    def _pause(self) -> None:
        self.api.pause()
        self.overview.show_paused(paused=True)
        deal(self)
        self.announcer.announce(tr("Paused"))

    def _resume(self) -> None:
        self.api.resume()
        self.overview.show_paused(paused=False)
        deal(self)

    def _stop(self) -> None:
        if self._run is not None:
            self._run.cancel()
            self.overview.show_stopping()

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, tr("Export as CSV"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("CSV (*.csv)")
        dialog.setDefaultSuffix("csv")
        dialog.selectFile("dynsync-problems.csv")
        dialog.fileSelected.connect(self.export_to)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _retry(self, ids: tuple[str, ...]) -> None:
        self._retrying = self.api.records.retry(ids)
        self.problems.banner.tell("accent", tr("These records are sent again with the sync that begins now."))

    def export_to(self, path: str) -> None:
        """Write the problems into a file the user chose."""
        self._exported = path
        self._export = self.api.export_problems(Path(path))

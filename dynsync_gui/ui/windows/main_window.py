"""What the window is once the set-up is done: where the sync stands, problems, history."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from dynsync_gui.domain.errors import DynSyncError, Finding
from dynsync_gui.domain.events import (
    CanaryStep,
    CycleEnded,
    Event,
    JobCancelled,
    JobFailed,
    ProblemsRead,
    ProfileRead,
    Progress,
    RunEnded,
    Waiting,
)
from dynsync_gui.domain.expiry import entered_expiry
from dynsync_gui.domain.ports.listening import WaitCause
from dynsync_gui.domain.report import RunKind, RunState, Status
from dynsync_gui.domain.schedule import BackgroundRun, BackgroundState
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.text import number, tr
from dynsync_gui.service.api import Job
from dynsync_gui.ui.announce import Announcer
from dynsync_gui.ui.bridge import Bridge
from dynsync_gui.ui.mnemonics import deal
from dynsync_gui.ui.widgets.banner import Banner
from dynsync_gui.ui.widgets.boxes import row
from dynsync_gui.ui.windows.background_watch import BackgroundWatch
from dynsync_gui.ui.windows.main_views import MainViews
from dynsync_gui.ui.windows.notice import DesktopNotice
from dynsync_gui.ui.windows.problem_work import ProblemWork
from dynsync_gui.ui.windows.rooms import Rooms, link
from dynsync_gui.ui.windows.tray import Tray

_OVERVIEW, _PROBLEMS, _SETTINGS = 0, 1, 3


class MainView(QWidget):
    """Side panel and the views.

    Attributes:
        setup_wanted: The user wants to set up again.
        fields_wanted: The user wants to change which fields are synced.
        help_wanted: The user asks for help; carries the topic.
    """

    setup_wanted = Signal()
    fields_wanted = Signal()
    help_wanted = Signal(str)

    def __init__(self, bridge: Bridge, views: MainViews, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "window")
        self.api = bridge.api
        self.announcer = Announcer(self)
        self.notice = DesktopNotice(self)
        self._run: Job | None = None
        self._resting = False
        self._rehearsal = False
        self._reading: Job | None = None
        self._agreeing: Job | None = None
        self.overview, self.problems, self.history = views.overview, views.problems, views.history
        self.sign_in, self.expiry = views.sign_in, Banner()
        self.settings = views.settings
        self.watch = BackgroundWatch(bridge, self)
        self._refresh: Job | None = None
        self._background: tuple[bool, BackgroundRun | None] | None = None
        self.why = views.why
        self.renewal = views.renewal
        self._settings: Settings | None = None
        self.problem_work = ProblemWork(bridge.api, self.problems)
        self.renew = link("shield", tr("Change a secret"))
        self.setup = link("plug", tr("Set up again"))
        self.fields = link("field", tr("Fields"))
        self.help = link("help", tr("Help"))
        rooms = [
            (link("overview", tr("Overview")), self.overview),
            (link("problems", tr("To look at")), self.problems),
            (link("history", tr("History")), self.history),
            (link("settings", tr("Settings")), self.settings),
            (link("search", tr("Ask why")), self.why),
        ]
        self.rooms = Rooms(self, rooms, (self.fields, self.renew, self.setup, self.help))
        self._build()
        self._wire()
        deal(self)
        self._bridge = bridge
        self.sign_in.given_up.connect(bridge.heard)

    def listen(self) -> None:
        """Hear what the service tells from now on."""
        self._bridge.heard.connect(self.hear)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F1 helps."""
        if event.key() == Qt.Key.Key_F1:
            self.help.click()
        else:
            super().keyPressEvent(event)

    def show_status(self, status: Status) -> None:
        """Open where an earlier session left it."""
        self.overview.show_status(status)
        self.settings.look_for_updates()
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
        self.renewal.end()
        self.overview.show_started()
        self.rooms.show_view(_OVERVIEW)
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
        self.rooms.rehearsal.setVisible(rehearsal)
        self.settings.show_rehearsal(rehearsal=rehearsal)
        if rehearsal:
            self.watch.stop()
        else:
            self.watch.start()

    def attend(self, tray: Tray) -> None:
        """Stand beside the clock, too."""
        self.notice.use(tray.icon)
        self.overview.stands.connect(tray.show_state)
        self.overview.offers.connect(tray.offer)
        tray.sync_wanted.connect(self.keep_in_step)
        tray.pause_wanted.connect(self._pause)
        tray.resume_wanted.connect(self._resume)

    def use(self, settings: Settings | None) -> None:
        """Take the stored settings: warn of the end of the application's secret, and offer to change what they use."""
        self._settings = settings
        self.renew.setVisible(settings is not None and not settings.rehearsal)
        known = entered_expiry(settings.dynamics) if settings is not None else None
        warning = known.warning(datetime.now(UTC).date()) if known is not None else None
        self.expiry.hide()
        if warning is not None:
            change = (tr("Change it"), self._renew)
            self.expiry.tell("attention", str(warning.title), str(warning.cure), renew=change)
            self.announcer.announce(self.expiry.says)
        deal(self)

    @property
    def running(self) -> bool:
        """Whether a sync of this window runs; between two cycles none does."""
        return self._run is not None and not self._resting

    def hear(self, event: Event) -> None:
        """Any event of the service."""
        if asked := self.sign_in.hear(event, self.overview.guard.job, self.renewal.job):
            self._show_above()
            self.announcer.announce(asked)
        if isinstance(event, ProfileRead) and self.renewal.job and event.job == self.renewal.job.number:
            self.use(event.settings)
        if told := self.renewal.hear(event):
            self.announcer.announce(told)
        if self._run is not None and event.job == self._run.number:
            self._run_told(event)
        elif self.overview.guard.hear(event):
            pass
        elif self._agreeing is not None and event.job == self._agreeing.number:
            self._agreed(event)
        elif isinstance(event, ProblemsRead):
            self._problems_told(event)
        self.problem_work.hear(event)
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
                if event.cause is WaitCause.UNHEARD:
                    self._begin_work()
                if said := self.overview.progress.waits.hear(event):
                    self.announcer.announce(said)
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
                self._run_failed(error)
            case JobCancelled():
                self._over()
                self.overview.show_stopped()
            case _:
                pass

    def _run_failed(self, error: DynSyncError) -> None:
        self._over()
        if error.code == "lease-held":
            self.overview.show_background()
            self._background = (True, None)
            self.announcer.announce(self.overview.state.text())
            self.watch.look(anew=False)
            return
        self.overview.show_error(error)
        if error.code == "quota" and not self._rehearsal:
            self.keep_in_step()
        if self._settings is not None and self.renewal.ask(self._settings, error.code):
            self.renewal.focus()
        self.announcer.announce(self.overview.banner.says or self.overview.guard.accessibleName())

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
            reason = str(ended.mail_failure.finding.title)
            text = tr("The sync is done, but its e-mail was not sent: {reason}", reason=reason)
            self.overview.show_mail(text, "attention")
        elif ended.mailed_to:
            self.overview.show_mail(tr("An e-mail was sent to {address}.", address=ended.mailed_to), "muted")
        elif ended.report.kind is RunKind.FIRST:
            self.notice.give(self, self.overview.state.text())
            self.overview.show_mail(tr("A notice was shown on this computer."), "muted")

    def _problems_told(self, event: ProblemsRead) -> None:
        self.problems.show_problems(event.problems)
        self.history.show_runs(event.status.runs)
        count = sum(problem.aside for problem in event.problems)
        self.rooms.count(_PROBLEMS, number(count) if count else "")
        if self._refresh is not None and event.job == self._refresh.number:
            self._refresh = None
            self._show_background(event.status)
        if not self.running and self._reading is not None and event.job == self._reading.number:
            self._reading = None

    def _over(self) -> None:
        self._run, self._resting = None, False
        self.setup.setEnabled(True)
        self._reading = self.api.read_problems()

    def _build(self) -> None:
        for part in (self.sign_in, self.expiry, self.renewal):
            self.overview.above.addWidget(part)
        self.setLayout(row(self.rooms))

    def _wire(self) -> None:
        self.overview.go_on_wanted.connect(self.keep_in_step)
        self.overview.guard.typed.connect(self._confirm_identity)
        self.overview.guard.confirmed.connect(self.keep_in_step)
        self.overview.agreed.connect(self._agree)
        self.overview.pause_wanted.connect(self._pause)
        self.overview.resume_wanted.connect(self._resume)
        self.overview.stop_wanted.connect(self._stop)
        self.overview.problems_wanted.connect(lambda: self.rooms.show_view(_PROBLEMS))
        self.settings.not_applied.connect(self._tell_not_applied)
        self.settings.newer.connect(lambda found: self.rooms.count(_SETTINGS, "1" if found else ""))
        self.watch.seen.connect(self.settings.show_state)
        self.watch.seen.connect(self._background_seen)
        self.problem_work.retried.connect(self.keep_in_step)
        self.setup.clicked.connect(self._set_up_again)
        self.renew.clicked.connect(self._renew)
        self.renewal.wanted.connect(lambda renewal: self.renewal.follow(self.api.renew(renewal)))
        self.renewal.renewed.connect(self._renewed)
        self.fields.clicked.connect(self.fields_wanted)
        self.help.clicked.connect(lambda: self.help_wanted.emit("enable"))

    def _tell_not_applied(self, finding: Finding) -> None:
        """Say it where the user is: the settings are another page."""
        title = tr("DynSync does not sync while its window is closed.")
        self.overview.banner.tell("attention", title, f"{finding.title} {finding.cure}")

    def _background_seen(self, state: BackgroundState) -> None:
        """What another process did shows in the runs and problems, too."""
        before, self._background = self._background, (state.syncing, state.last)
        nothing_yet = before is None and not state.syncing and not (state.last and state.last.title)
        if not nothing_yet and before != self._background and not self.running:
            self._refresh = self.api.read_problems()

    def _show_background(self, status: Status) -> None:
        """Where the sync stands after another process did something."""
        if self.running or not self.overview.guard.isHidden():
            return
        self.overview.banner.hide()
        self.overview.show_status(status)
        last = self._background[1] if self._background else None
        newest = status.runs[0].started if status.runs else None
        if status.state != "running" and last and last.title and (newest is None or last.started > newest):
            self.overview.show_background_trouble(last)

    def _set_up_again(self) -> None:
        self._rest_over()
        self.setup_wanted.emit()

    def _show_above(self) -> None:
        """What has to be done first stands at the top of the overview."""
        self.rooms.show_top(_OVERVIEW)

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

    def _renew(self) -> None:
        if self._settings is not None and self.renewal.ask(self._settings):
            self._show_above()
            self.renewal.focus()

    def _renewed(self, goes_on: bool) -> None:
        if goes_on and not self.running:
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

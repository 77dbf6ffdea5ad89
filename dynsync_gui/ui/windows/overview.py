"""Where the sync stands, in one sentence, with what can be done now."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from dynsync_gui.domain.canary import CODE as CANARY
from dynsync_gui.domain.errors import DynSyncError
from dynsync_gui.domain.events import CycleEnded, Progress, RunEnded
from dynsync_gui.domain.mass_change import CODE as MASS_CHANGE
from dynsync_gui.domain.ports.listening import WaitCause
from dynsync_gui.domain.report import RunReport, RunState, Status
from dynsync_gui.domain.schedule import BackgroundRun
from dynsync_gui.domain.text import ntr, tr
from dynsync_gui.ui.icons import IconButton, Picture
from dynsync_gui.ui.mnemonics import reword
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.banner import Banner
from dynsync_gui.ui.widgets.boxes import TOP, column, row
from dynsync_gui.ui.widgets.flow import Flow
from dynsync_gui.ui.widgets.identity_guard import IdentityGuard
from dynsync_gui.ui.widgets.progress_pane import ProgressPane
from dynsync_gui.ui.widgets.report_view import ReportView
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.words import RUN, ago, clock_time, exact


class Overview(QWidget):
    """State, progress, report.

    Attributes:
        go_on_wanted, pause_wanted, resume_wanted, stop_wanted, problems_wanted: What the user asks for.
        agreed: The user agrees to an unusually large change; carries its id.
        above: Where the window puts what has to be done first.
        stands: How the sync stands has changed; carries the icon and the sentence.
        offers: What can be done has changed; carries whether to sync, to pause and to resume.
    """

    go_on_wanted = Signal()
    pause_wanted = Signal()
    resume_wanted = Signal()
    stop_wanted = Signal()
    problems_wanted = Signal()
    agreed = Signal(str)
    stands = Signal(str, str)
    offers = Signal(bool, bool, bool)

    def __init__(self) -> None:
        super().__init__()
        self._mark = Picture("clock", "muted", 40)
        self.state = Text("", "title")
        self.fresh = Text("", "muted")
        self._moment: datetime | None = None
        self.banner = Banner()
        self.guard = IdentityGuard()
        self.progress = ProgressPane()
        self.report = ReportView()
        self.mail = Text("", "muted")
        self.go_on = IconButton("play", tr("Go on"), kind="filled", role="on_accent")
        self.pause = IconButton("pause", tr("Pause"))
        self.resume = IconButton("play", tr("Resume"), kind="filled", role="on_accent")
        self.stop = IconButton("stop", tr("Stop"))
        self.problems = IconButton("problems", tr("See what needs a look"))
        self.above = column(gap=2 * GRID)
        self._build()
        self._buttons()

    def show_status(self, status: Status) -> None:
        """Where an earlier session left it."""
        last = status.runs[0] if status.runs else None
        sentence, icon, tone = _state(status.state, last)
        self._say(sentence, icon, tone)
        self.progress.hide()
        self.report.setVisible(last is not None)
        self.mail.hide()
        if last is not None:
            self.report.show_report(last, None)
            self._freshness(last)
        can_go = status.state != "running"
        self._buttons(self.go_on if can_go else None, self.problems if last and last.problems else None)
        self._name_go_on(interrupted=status.state == "interrupted" or bool(last and last.outbox))

    def show_started(self) -> None:
        """A run began."""
        self.banner.hide()
        self.guard.end()
        self.report.hide()
        self.mail.hide()
        self.progress.show()
        self._say(tr("Syncing"), "update", "accent")
        self.fresh.say(tr("You can close this window; what is undone goes on when you come back."))
        self._buttons(self.pause, self.stop)

    def show_progress(self, progress: Progress) -> None:
        """A snapshot of the running sync; nobody asks to slow down any more."""
        self.progress.waits.end(WaitCause.SLOWED)
        self.progress.show_progress(progress)

    def show_paused(self, *, paused: bool) -> None:
        """Standing still, or going on."""
        if paused:
            self._say(tr("Paused"), "pause", "attention")
            self._buttons(self.resume, self.stop)
            self.resume.setFocus()
        else:
            self._say(tr("Syncing"), "update", "accent")
            self._buttons(self.pause, self.stop)
            self.pause.setFocus()

    def show_stopping(self) -> None:
        """Stop was pressed; what is in flight ends first."""
        self._say(tr("Stopping after the request in flight"), "clock", "muted")
        self._buttons()

    def show_stopped(self) -> None:
        """A run was stopped before it had a report; what it had done is kept."""
        self.progress.waits.end()
        self.progress.hide()
        self._say(tr("Stopped. What was done is kept."), "pause", "attention")
        self._name_go_on(interrupted=True)
        self._buttons(self.go_on)

    def show_ended(self, ended: RunEnded) -> None:
        """A run is over."""
        self.progress.waits.end()
        report = ended.report
        sentence, icon, tone = _outcome(report)
        self._say(sentence, icon, tone)
        self.progress.hide()
        self.report.show()
        self.report.show_report(report, ended.proof)
        self._freshness(report)
        self._name_go_on(interrupted=report.state is not RunState.DONE or bool(report.outbox))
        self._buttons(self.go_on, self.problems if report.problems else None)

    def show_looking(self) -> None:
        """A look at what changed; the last run stays in sight."""
        self.banner.hide()
        self.fresh.say(tr("Looking for changes"))
        self._buttons(self.stop)

    def show_cycle(self, event: CycleEnded) -> None:
        """Between two cycles."""
        if event.ended is not None and event.ended.report.read:
            self.show_ended(event.ended)
        elif event.failure is not None:
            self.progress.waits.end()
            self.progress.hide()
            self.banner.tell("attention", str(event.failure.finding.title), _what_then(event))
            self._say(tr("Waiting for the next try. What was done is kept."), "clock", "attention")
        goes_on = event.until or event.next_run
        self.fresh.say(tr("Goes on at {time}", time=clock_time(goes_on)))
        self.fresh.setToolTip(exact(goes_on))
        shown = event.ended is not None and event.ended.report.problems
        self._buttons(self.go_on, self.stop, self.problems if shown else None)

    def show_error(self, error: DynSyncError) -> None:
        """A run could not go on; what it had done is kept."""
        self.progress.waits.end()
        if self.guard.stops(error):
            self.guard.ask(str(error.finding.title))
            self.guard.name.setFocus()
        elif error.code in {MASS_CHANGE, CANARY}:
            agree = (tr("That is meant: go on"), lambda: self.agreed.emit(error.detail))
            self.banner.tell("attention", str(error.finding.title), str(error.finding.cure), agree=agree)
        else:
            self.banner.tell("bad", str(error.finding.title), str(error.finding.cure))
        icon, tone = ("attention", "attention") if self.guard.stops(error) else ("failed", "bad")
        self._say(tr("The sync stands still. What was done is kept."), icon, tone)
        self._name_go_on(interrupted=True)
        self._buttons(None if self.guard.stops(error) else self.go_on)

    def show_background(self) -> None:
        """Another process of DynSync syncs this profile; there is nothing to do but to wait."""
        self.progress.waits.end()
        self.banner.hide()
        self.guard.end()
        self.progress.hide()
        self._say(*_in_background())
        self._buttons()

    def show_background_trouble(self, run: BackgroundRun) -> None:
        """A sync in the background could not run."""
        self.banner.tell("bad", run.title, run.cure)
        self._say(tr("The sync in the background stands still."), "failed", "bad")

    def show_mail(self, text: str, tone: str) -> None:
        """How the message at the end fared."""
        self.mail.say(text, tone)
        self.mail.show()

    def _build(self) -> None:
        layout = column(self, gap=2 * GRID, margin=3 * GRID)
        layout.addLayout(self.above)
        words = column(gap=4)
        words.addWidget(self.state)
        words.addWidget(self.fresh)
        head = row(self._mark, words, gap=2 * GRID)
        head.setAlignment(self._mark, TOP)
        head.setStretch(1, 1)
        layout.addLayout(head)
        layout.addWidget(Flow(self.go_on, self.resume, self.pause, self.stop, self.problems))
        for part in (self.banner, self.guard, self.progress, self.report, self.mail):
            part.hide()
            layout.addWidget(part)
        layout.addStretch(1)
        for button, signal in (
            (self.go_on, self.go_on_wanted),
            (self.pause, self.pause_wanted),
            (self.resume, self.resume_wanted),
            (self.stop, self.stop_wanted),
            (self.problems, self.problems_wanted),
        ):
            button.clicked.connect(signal)

    def _buttons(self, *shown: QPushButton | None) -> None:
        for button in (self.go_on, self.pause, self.resume, self.stop, self.problems):
            button.setVisible(button in shown)
        self.offers.emit(self.go_on in shown, self.pause in shown, self.resume in shown)

    def _name_go_on(self, *, interrupted: bool) -> None:
        reword(self.go_on, tr("Go on") if interrupted else tr("Sync now"))

    def _say(self, sentence: str, icon: str, tone: str) -> None:
        self.state.say(sentence)
        self._mark.show_icon(icon, tone)
        self.stands.emit(icon, sentence)

    def _freshness(self, report: RunReport) -> None:
        self._moment = report.ended or report.started
        kind = str(RUN[report.kind])
        self.fresh.say(tr("{run}, {ago}", run=kind, ago=ago(self._moment)))
        self.fresh.setToolTip(exact(self._moment))


def _outcome(report: RunReport) -> tuple[str, str, str]:
    in_step = report.acknowledged + report.unchanged
    sentence = ntr("{n} record is in step.", "{n} records are in step.", in_step)
    if report.state is RunState.STOPPED or report.outbox:
        rest = ntr("{n} is still to be sent.", "{n} are still to be sent.", report.outbox)
        return f"{sentence} {rest}", "pause", "attention"
    if report.state is RunState.FAILED:
        return tr("The sync stands still. What was done is kept."), "attention", "attention"
    if report.problems:
        rest = ntr("{n} needs a look.", "{n} need a look.", report.problems)
        return f"{sentence} {rest}", "attention", "attention"
    return sentence, "passed", "good"


def _what_then(event: CycleEnded) -> str:
    """What is to be done about a cycle's trouble: nothing, where waiting for Marketo's new day mends it."""
    if event.failure is None or event.until is None:
        return str(event.failure.finding.cure) if event.failure is not None else ""
    return tr(
        "Marketo takes calls again at {until} by this computer's clock. DynSync goes on by itself, and reads Dynamics "
        "meanwhile.",
        until=clock_time(event.until),
    )


def _in_background() -> tuple[str, str, str]:
    return tr("DynSync is syncing in the background."), "update", "accent"


def _state(state: str, last: RunReport | None) -> tuple[str, str, str]:
    if state == "interrupted":
        return tr("The last sync was interrupted. It goes on where it was."), "pause", "attention"
    if state == "running":
        return _in_background()
    if last is not None:
        return _outcome(last)
    return tr("Ready for the first sync."), "clock", "accent"

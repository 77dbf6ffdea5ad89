"""Page 3: the plan, the warnings, and the start."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox

from dynsync_gui.domain.errors import DynSyncError
from dynsync_gui.domain.events import BackgroundRead, Event, JobCancelled, JobFailed, MailSent, PlanReady, Progress
from dynsync_gui.domain.settings import BackgroundSettings
from dynsync_gui.domain.setup import Missing, SetupFlow, Step
from dynsync_gui.domain.text import tr
from dynsync_gui.service.api import Job
from dynsync_gui.ui.bridge import Bridge
from dynsync_gui.ui.widgets.background import BackgroundCard
from dynsync_gui.ui.widgets.boxes import LEFT
from dynsync_gui.ui.widgets.identity_guard import IdentityGuard
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.wizard.mail_form import MailForm
from dynsync_gui.ui.wizard.page import StepPage
from dynsync_gui.ui.wizard.plan_view import PlanView
from dynsync_gui.ui.wizard.warnings import Warnings


class EnablePage(StepPage):
    """Shows what will happen, and starts it.

    Attributes:
        started: The first sync runs: its job and the first event that it told.
    """

    started = Signal(object, object)
    step = Step.ENABLE
    topic = "enable"

    def __init__(self, flow: SetupFlow, bridge: Bridge) -> None:
        super().__init__(
            flow, bridge, tr("Enable the sync"), tr("Nothing has been written so far. This is what will be.")
        )
        self._start: Job | None = None
        self._session_only = False
        self._mail: Job | None = None
        self.plan = PlanView()
        self.warnings = Warnings()
        self.accept = QCheckBox(tr("I have read this"))
        self.accept.setObjectName("accept")
        self.accept.setAccessibleName(self.accept.text())
        self.canary = QCheckBox(tr("Begin with a few records"))
        self.canary.setObjectName("canary")
        self.canary.setAccessibleName(self.canary.text())
        steps = tr("10, 100, 1,000 of each table, then all. DynSync stops by itself if Marketo refuses too many.")
        self.canary.setAccessibleDescription(steps)
        self.canary.setChecked(flow.draft.settings.enable.canary)
        self._accept_message = Text("", "hint", "bad")
        self._accept_message.hide()
        self.mail = MailForm(flow.draft.settings)
        self.guard = IdentityGuard()
        self.background = BackgroundCard(acts=False)
        self.background.fill(flow.draft.settings.background)
        if not flow.draft.settings.enable.accept:  # not chosen yet: whoever sets up a sync wants it to go on
            self.background.keep.setChecked(True)
        self._scheduler: Job | None = None
        for part in (self.banner, self.guard, self.plan, self.warnings):
            self.body.addWidget(part)
        self.warnings.body.addWidget(self.accept, 0, LEFT)
        self.warnings.body.addWidget(self._accept_message)
        self.body.addWidget(self.canary, 0, LEFT)
        self.body.addWidget(Text(steps, "hint"))
        self.body.addWidget(self.mail)
        self.body.addWidget(self.background)
        self.body.addStretch(1)
        self.plan.stop_wanted.connect(self._stop_plan)
        self.plan.again_wanted.connect(self._make_plan)
        self.mail.test_wanted.connect(self._test_mail)
        self.mail.help_wanted.connect(self.help_wanted)
        self.mail.server.button.toggled.connect(self.deal_letters)
        self.accept.toggled.connect(self._accept_message.hide)
        self.guard.typed.connect(self._confirm_identity)
        self.guard.confirmed.connect(lambda: self._begin(session_only=self._session_only))
        bridge.heard.connect(self._heard_others)

    @property
    def jobs(self) -> tuple[Job | None, ...]:
        """The plan, the test message and the confirmation; a start is a run, which asks nobody."""
        return (*super().jobs, self._mail, self.guard.job)

    @property
    def starting(self) -> bool:
        """Whether Start was pressed and the service has not answered yet."""
        return self._start is not None

    def enter(self) -> None:
        """Make the plan, unless there is one of this very choice."""
        self.banner.hide()
        self.mail.offer(self.flow.draft.settings)
        self.background.setVisible(not self.flow.draft.settings.rehearsal)
        if not self.flow.draft.settings.rehearsal:
            self._scheduler = self.api.background.read()
        if not self.mail.email.text():
            self.mail.email.setText(self.flow.draft.settings.enable.email)
        if self.flow.draft.plan is None:
            self._make_plan()
        else:
            self._show_plan()

    def leave(self) -> None:
        """A plan in the making is of no use any more."""
        self.collect()
        self.stop_job()
        self.mail.password.hold()

    def stop_job(self) -> None:
        """Cancel everything that runs for this page."""
        super().stop_job()
        self.guard.end()
        for job in (self._start, self._mail):
            if job is not None:
                job.cancel()
        self._start = self._mail = None

    def collect(self) -> None:
        """Hand what is entered to the flow."""
        draft = self.flow.draft
        background = BackgroundSettings() if draft.settings.rehearsal else self.background.settings()
        draft.settings = replace(draft.settings, mail=self.mail.settings(), background=background)
        draft.secrets = self.mail.secrets(draft.secrets)
        self.flow.enable(self.mail.email.text(), accept=self.accept.isChecked())
        enable = replace(draft.settings.enable, canary=self.canary.isChecked())
        draft.settings = replace(draft.settings, enable=enable)

    def validatePage(self) -> bool:
        """Start sync; the window takes over once the service has begun."""
        self.collect()
        missing = (*self.flow.missing(self.step), *filter(None, [self.mail.missing()]))
        if missing:
            self.complain(missing[0])
        elif not self.starting:
            self._begin(session_only=False)
        return False

    def complain(self, missing: Missing) -> None:
        """Point to the plan, the tick or the field."""
        text = str(missing.text)
        if missing.field in self.mail.rows:
            line = self.mail.rows[missing.field]
            line.complain(text)
            self.point_to(line.target, line)
        elif missing.field == "accept":
            self._accept_message.say(text)
            self._accept_message.show()
            self.accept.setAccessibleDescription(text)
            self.point_to(self.accept, self._accept_message)
        else:
            self.point_to(self.plan.stop if self.plan.again.isHidden() else self.plan.again)
        self.announcer.announce(text)

    def on_event(self, event: Event) -> None:
        """The plan in the making."""
        match event:
            case Progress():
                self.plan.show_working(event)
                self.announcer.announce(tr("Making the plan"))
            case PlanReady(plan=plan):
                self.job = None
                self.flow.draft.plan = plan
                self._show_plan()
                self.announcer.announce(tr("The plan is ready."))
            case JobFailed(error=error):
                self.job = None
                self.plan.show_stopped()
                self.tell_error(error)
            case _:
                pass

    def _make_plan(self) -> None:
        self.banner.hide()
        self.warnings.show_plan(None)
        self.plan.show_working()
        self.plan.stop.setFocus()
        self.job = self.api.plan(self.flow.draft.settings, self.flow.draft.secrets)

    def _stop_plan(self) -> None:
        StepPage.stop_job(self)
        self.plan.show_stopped()
        self.deal_letters()
        self.plan.again.setFocus()

    def _show_plan(self) -> None:
        plan = self.flow.draft.plan
        if plan is None:
            return
        focused = self.plan.stop.hasFocus() or not self.isAncestorOf(self.focusWidget() or self)
        self.plan.show_plan(plan)
        self.warnings.show_plan(plan)
        if focused:
            self.accept.setFocus()
        self.area.verticalScrollBar().setValue(0)

    def _begin(self, *, session_only: bool) -> None:
        self._session_only = session_only
        self.guard.end()
        self.banner.tell("accent", tr("Starting the sync"))
        self.point_to(self.banner)
        draft = self.flow.draft
        self._start = self.api.start(draft.settings, draft.secrets, session_only=session_only)

    def _test_mail(self) -> None:
        self.collect()
        missing = [row for row in self.flow.missing(self.step) if row.field == "email"]
        missing += filter(None, [self.mail.missing()])
        if missing:
            self.complain(missing[0])
            return
        self.mail.say(tr("Sending"), "muted")
        self._mail = self.api.send_test_mail(self.flow.draft.settings, self.flow.draft.secrets)

    def _heard_others(self, event: Event) -> None:
        if self._mail is not None and event.job == self._mail.number:
            self._mail_told(event)
        elif self._start is not None and event.job == self._start.number:
            self._start_told(event)
        elif self._scheduler is not None and event.job == self._scheduler.number:
            self._scheduler = None
            if isinstance(event, BackgroundRead):
                self.background.show_state(event.state)
        elif self.guard.hear(event):
            pass
        else:
            return
        self.deal_letters()

    def _mail_told(self, event: Event) -> None:
        match event:
            case MailSent(to=to, by_mail=True):
                self.mail.say(tr("Sent to {address}. Look into the inbox.", address=to), "good")
            case MailSent():
                self.mail.say(tr("A notice was shown on this computer."), "good")
            case JobFailed(error=error):
                self.mail.say(f"{error.finding.title} {error.finding.cure}", "bad")
            case _:
                return
        self._mail = None
        self.announcer.announce(self.mail.result.text())

    def _start_told(self, event: Event) -> None:
        job, self._start = self._start, None
        match event:
            case JobFailed(error=error):
                self._start_refused(error)
            case JobCancelled():
                self.banner.hide()
            case _:
                self.started.emit(job, event)

    def _confirm_identity(self, name: str) -> None:
        draft = self.flow.draft
        self.guard.follow(self.api.confirm_identity(name, draft.settings, draft.secrets))

    def _start_refused(self, error: DynSyncError) -> None:
        if self.guard.stops(error):
            self.banner.hide()
            self.guard.ask(str(error.finding.title))
            self.point_to(self.guard.name, self.guard)
            self.announcer.announce(self.guard.accessibleName())
            return
        if not error.code.startswith("keychain"):
            self.tell_error(error)
            return
        self.banner.tell(
            "attention",
            str(error.finding.title),
            str(error.finding.cure),
            again=(tr("Try again"), lambda: self._begin(session_only=False)),
            session=(tr("Keep for this session only"), lambda: self._begin(session_only=True)),
        )
        self.point_to(self.banner)
        self.announcer.announce(self.banner.says)

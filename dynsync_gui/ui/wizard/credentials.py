"""Page 1: which two systems, and the proof that DynSync reaches them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup

from dynsync_gui.domain.checks import CheckState, IdentityCard
from dynsync_gui.domain.events import CheckChanged, ChecksEnded, Event, JobFailed, RehearsalReady
from dynsync_gui.domain.prompts import Environment
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import NativeSync, Settings
from dynsync_gui.domain.setup import Missing, SetupFlow, Step
from dynsync_gui.domain.text import ntr, tr
from dynsync_gui.service.api import Job
from dynsync_gui.ui.bridge import Bridge
from dynsync_gui.ui.widgets.boxes import Columns
from dynsync_gui.ui.widgets.choice import ChoiceCard
from dynsync_gui.ui.widgets.identity import IdentityView
from dynsync_gui.ui.wizard.after_checks import AfterChecks
from dynsync_gui.ui.wizard.credential_forms import CredentialForms
from dynsync_gui.ui.wizard.needs import needs
from dynsync_gui.ui.wizard.page import StepPage
from dynsync_gui.ui.wizard.trial import Trial
from dynsync_gui.ui.words import CHECK


class CredentialsPage(StepPage):
    """Rehearse or connect; enter, test, confirm.

    Attributes:
        rehearsing: The user chose the practice systems, or the own ones.
    """

    rehearsing = Signal(bool)
    step = Step.CREDENTIALS
    topic = "dynamics-address"

    def __init__(self, flow: SetupFlow, bridge: Bridge) -> None:
        super().__init__(
            flow,
            bridge,
            tr("Connect both systems"),
            tr("Nothing is written anywhere before you press Start sync on the last page."),
        )
        self._own: tuple[Settings, Secrets] = (flow.draft.settings, flow.draft.secrets)
        self._fingerprint = ""
        self.rehearse = ChoiceCard(
            "flask", tr("Rehearse with sample data"), tr("Two practice systems on this computer. No account needed.")
        )
        self.connect_own = ChoiceCard("plug", tr("Connect my systems"), tr("Your own Dynamics 365 and Marketo Engage."))
        self.forms, self.trial = CredentialForms(), Trial()
        self.dynamics, self.marketo = self.forms.dynamics, self.forms.marketo
        self.test, self.stop, self.status = self.trial.test, self.trial.stop, self.trial.status
        self._rows = self.forms.rows
        self.after = AfterChecks()
        self.identity = IdentityView()
        self._build()
        self._wire(bridge)
        self.forms.fill(*self._own)
        rehearsal = flow.draft.settings.rehearsal
        (self.rehearse if rehearsal else self.connect_own).button.setChecked(True)
        self._lock(rehearsal)

    @property
    def jobs(self) -> tuple[Job | None, ...]:
        """The test, the search for environments, and the confirmation of other systems."""
        return (*super().jobs, self.dynamics.environments.job, self.after.guard.job)

    def enter(self) -> None:
        """Start in the first field that is empty, unless the page was here before."""
        if self.flow.draft.proven:
            return
        missing = self.flow.missing_inputs()
        if missing and missing[0].field in self._rows:
            self._rows[missing[0].field].target.setFocus()
        else:
            self.test.setFocus()

    def tell_half_done(self, step: str) -> None:
        """Say that a set-up was left half-way, and where it goes on."""
        self.banner.tell(
            "accent",
            tr("You left the set-up at “{step}”.", step=step),
            tr("Enter the secrets again and test: they are not kept before the end. Then DynSync goes on there."),
        )

    def leave(self) -> None:
        """The flow holds the secrets now, the fields need not."""
        self.stop_job()
        self.dynamics.environments.stop()
        self.forms.hold_secrets()

    def validatePage(self) -> bool:
        """Next: these very inputs have passed and are confirmed."""
        self.collect()
        missing = self.forms.missing()
        if missing is not None:
            self.complain(missing)
            return False
        if self.flow.draft.proven and self.after.undecided:
            self._ask_to_choose()
            return False
        return super().validatePage()

    def complain(self, missing: Missing) -> None:
        """Point to the field, the test or the tick."""
        text = str(missing.text)
        if missing.field in self._rows:
            line = self._rows[missing.field]
            line.complain(text)
            self.point_to(line.target, line)
        elif missing.field == "card" and not self.after.guard.isHidden():
            text = tr("Type the organisation's name and confirm it first.")
            self.after.guard.complain(text)
            self.point_to(self.after.guard.name, self.after.guard)
        elif missing.field == "card":
            self.identity.complain(text)
            self.point_to(self.identity.confirm, self.identity)
        else:
            self.status.say(text, "bad")
            self.point_to(self.test)
        self.announcer.announce(text)

    def start_rehearsal(self) -> None:
        """Prepare the practice systems and fill the page with what reaches them."""
        self.rehearse.button.setChecked(True)

    def on_event(self, event: Event) -> None:
        """Checks as they change; the rehearsal when it is ready."""
        if self.after.guard.hear(event):
            if self.job is not None and event.job == self.job.number:  # else the test goes on in a new job
                self.job = None
            return
        match event:
            case CheckChanged(check=check):
                self.forms.show_check(check)
                if check.state is not CheckState.PENDING:
                    self.announcer.announce(f"{check.title}: {CHECK[check.state][1]}")
            case ChecksEnded():
                self._ended(event)
            case RehearsalReady(settings=settings, secrets=secrets):
                self.job = None
                self._take(replace(settings, rehearsal=True, fields=self.flow.draft.settings.fields), secrets)
                self.status.say(tr("The practice systems are ready. Test them now."), "")
                self.test.setEnabled(True)
                self.point_to(self.test)
            case JobFailed(error=error):
                if error.code == "sign-in.stopped":
                    self._outdated()
                self.trial.rest()
                self.status.say("", "")
                self.tell_error(error)
            case _:
                pass

    def _build(self) -> None:
        group = QButtonGroup(self)
        for card in (self.rehearse, self.connect_own):
            group.addButton(card.button)
        self._needs = needs()
        parts = (Columns(self.rehearse, self.connect_own), self._needs, self.forms, self.banner, self.after, self.trial)
        for part in (*parts, self.identity):
            self.body.addWidget(part)
        self.body.addStretch(1)

    def _wire(self, bridge: Bridge) -> None:
        self.forms.edited.connect(self._edited)
        self.forms.help_wanted.connect(self.help_wanted)
        self.dynamics.environments.wanted.connect(self._find_environments)
        self.dynamics.environments.chosen.connect(self._take_environment)
        for fold in (self.dynamics.more, self.forms.network.fold):
            fold.folded.connect(self.deal_letters)
        self.rehearse.button.toggled.connect(self._switch)
        self.test.clicked.connect(self._test)
        self.stop.clicked.connect(self._cancel_test)
        self.after.native.chosen.connect(self._choose_native)
        self.after.guard.typed.connect(self._confirm_identity)
        self.after.guard.confirmed.connect(self._test)
        self.identity.confirm.toggled.connect(self._confirm)
        bridge.heard.connect(self._environments_told)

    def collect(self) -> None:
        """Hand what is entered to the flow."""
        draft = self.flow.draft
        self.flow.enter(self.forms.settings(draft.settings), self.forms.secrets(draft.secrets))

    def _edited(self) -> None:
        self.collect()
        if not self.flow.draft.proven:
            self._outdated()
        self.deal_letters()

    def _outdated(self) -> None:
        """What the page shows of an earlier test does not hold for these inputs."""
        self.stop_job()
        self.trial.rest()
        self.banner.hide()
        self.status.say("", "")
        self.forms.forget_checks()
        self.after.forget()
        self.identity.hide()
        self.identity.confirm.setChecked(False)

    def _test(self) -> None:
        self.forms.normalise()
        self.collect()
        missing = [*filter(None, [self.forms.missing()]), *self.flow.missing_inputs()]
        if missing:
            self.complain(missing[0])
            return
        self.flow.forget_proof()
        self._outdated()
        self._fingerprint = self.flow.fingerprint()
        self.dynamics.environments.stop()
        self.trial.begin()
        self.deal_letters()
        self.job = self.api.check(self.flow.draft.settings, self.flow.draft.secrets)

    def _cancel_test(self) -> None:
        self._outdated()
        self.status.say(tr("The test was stopped."), "muted")
        self.test.setFocus()

    def _find_environments(self) -> None:
        missing = self.forms.network.missing()
        if missing is not None:
            self.complain(missing)
            return
        self.collect()
        draft = self.flow.draft
        self.dynamics.environments.follow(
            self.api.environments(self.forms.settings_of_person(draft.settings), draft.secrets)
        )

    def _environments_told(self, event: Event) -> None:
        if told := self.dynamics.environments.hear(event):
            self.announcer.announce(told)
            self.point_to(self.dynamics.environments.list, self.dynamics.environments)
            self.deal_letters()

    def _take_environment(self, _environment: Environment) -> None:
        """The address is there; go on with what is missing next."""
        missing = self.flow.missing_inputs()
        target = self._rows[missing[0].field].target if missing and missing[0].field in self._rows else self.test
        self.point_to(target)

    def _ended(self, event: ChecksEnded) -> None:
        self.job = None
        self.trial.rest()
        passed = self.flow.accept_checks(self._fingerprint, event.checks, event.card)
        failed = [check for check in event.checks if check.state is CheckState.FAILED]
        self.after.show_checks(event.checks, self.flow.draft.settings)
        if passed and event.card is not None:
            self.status.say(tr("All checks passed."), "good")
            self.forms.fold_checks()
            self.deal_letters()
            self._ask_to_confirm(event.card)
        else:
            text = ntr(
                "{n} check did not pass. See what to do there.", "{n} checks did not pass. See there.", len(failed)
            )
            self.status.say(text, "bad")
            self._show_failed(failed[0].id if failed else "")
        self.announcer.announce(self.status.text())

    def _ask_to_confirm(self, card: IdentityCard) -> None:
        """The right two systems? Where they are other ones than before, their name has to be typed first."""
        if self.after.guard.isHidden():
            if self.after.undecided:
                self.status.say(tr("Choose what to do beside Marketo's own sync."), "attention")
            self.identity.show_card(card)
            self.point_to(self.identity.confirm, self.identity)
        else:
            self.status.say(tr("Confirm the systems first."), "attention")
            self.point_to(self.after.guard.name, self.after.guard)

    def _confirm_identity(self, name: str) -> None:
        draft = self.flow.draft
        self.job = self.api.confirm_identity(name, draft.settings, draft.secrets)
        self.after.guard.follow(self.job)

    def _ask_to_choose(self) -> None:
        text = tr("Choose “People only” to go on, or have the other sync removed.")
        self.after.native.complain(text)
        self.point_to(self.after.native.people.button, self.after.native)
        self.announcer.announce(text)

    def _choose_native(self, choice: NativeSync) -> None:
        """What can be synced depends on it, so the fields are read anew."""
        draft = self.flow.draft
        if choice is not draft.settings.enable.native_sync:
            draft.settings = replace(draft.settings, enable=replace(draft.settings.enable, native_sync=choice))
            draft.offers, draft.plan = {}, None
        self.after.use(draft.settings)

    def _show_failed(self, id_: str) -> None:
        if line := self.forms.row_of(id_):
            self.point_to(line)

    def _confirm(self, confirmed: bool) -> None:
        self.identity.complain("")
        self.flow.confirm_card(confirmed=confirmed)

    def _switch(self, rehearsal: bool) -> None:
        if rehearsal == self.flow.draft.settings.rehearsal:
            return
        if rehearsal:
            self.collect()
            self._own = (self.flow.draft.settings, self.flow.draft.secrets)
            self._take(Settings(rehearsal=True, fields=self._own[0].fields), Secrets())
            self.test.setEnabled(False)
            self.status.say(tr("Starting the practice systems"), "muted")
            self.job = self.api.prepare_rehearsal()
        else:
            self._take(*self._own)

    def _take(self, settings: Settings, secrets: Secrets) -> None:
        self.flow.enter(settings, secrets)
        self._outdated()
        self.dynamics.environments.stop()
        self.forms.fill(settings, secrets)
        self._lock(settings.rehearsal)
        self.deal_letters()

    def _lock(self, locked: bool) -> None:
        self._needs.setVisible(not locked)
        self.rehearsing.emit(locked)
        self.forms.lock(locked)

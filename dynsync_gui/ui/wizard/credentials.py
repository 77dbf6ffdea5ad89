"""Page 1: which two systems, and the proof that DynSync reaches them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton

from dynsync_gui.domain.checks import CheckState
from dynsync_gui.domain.events import CheckChanged, ChecksEnded, Event, JobFailed, RehearsalReady
from dynsync_gui.domain.schema import System
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.setup import Missing, SetupFlow, Step
from dynsync_gui.domain.text import ntr, tr
from dynsync_gui.ui.bridge import Bridge
from dynsync_gui.ui.icons import Picture
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import TOP, Card, Columns, row
from dynsync_gui.ui.widgets.choice import ChoiceCard
from dynsync_gui.ui.widgets.identity import IdentityView
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.wizard.forms import DynamicsForm, MarketoForm
from dynsync_gui.ui.wizard.page import StepPage
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
        self.dynamics, self.marketo = DynamicsForm(), MarketoForm()
        self.test = QPushButton(tr("Test the connections"))
        self.stop = QPushButton(tr("Stop the test"))
        self.status = Text("")
        self.identity = IdentityView()
        self._build()
        self._wire()
        self._fill(*self._own)
        rehearsal = flow.draft.settings.rehearsal
        (self.rehearse if rehearsal else self.connect_own).button.setChecked(True)
        self._lock(rehearsal)

    def enter(self) -> None:
        """Start in the first field that is empty, unless the page was here before."""
        if self.flow.draft.proven:
            return
        missing = self.flow.missing_inputs()
        if missing and missing[0].field in self._rows:
            self._rows[missing[0].field].target.setFocus()
        else:
            self.test.setFocus()

    def leave(self) -> None:
        """The flow holds the secrets now, the fields need not."""
        self.stop_job()
        for form in (self.dynamics, self.marketo):
            for line in form.rows:
                if line.endswith(("secret", "password")):
                    form.secret(line).hold()

    def validatePage(self) -> bool:
        """Next: these very inputs have passed and are confirmed."""
        self.collect()
        return super().validatePage()

    def complain(self, missing: Missing) -> None:
        """Point to the field, the test or the tick."""
        text = str(missing.text)
        if missing.field in self._rows:
            line = self._rows[missing.field]
            line.complain(text)
            self.point_to(line.target, line)
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
        match event:
            case CheckChanged(check=check):
                form = self.dynamics if check.system is System.DYNAMICS else self.marketo
                form.show_checks(True)
                form.checks.show_check(check)
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
                self._idle()
                self.status.say("", "")
                self.tell_error(error)
            case _:
                pass

    def _build(self) -> None:
        group = QButtonGroup(self)
        for card in (self.rehearse, self.connect_own):
            group.addButton(card.button)
        self._rows = self.dynamics.rows | self.marketo.rows
        self.stop.hide()
        for button, name in ((self.test, "test"), (self.stop, "stop-test")):
            button.setObjectName(name)
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
        tests = row(self.test, self.stop, self.status, gap=GRID + 4)
        tests.setStretch(2, 1)
        self.body.addWidget(Columns(self.rehearse, self.connect_own))
        self._needs = _needs()
        self.body.addWidget(self._needs)
        self.body.addWidget(Columns(self.dynamics, self.marketo))
        self.body.addWidget(self.banner)
        self.body.addLayout(tests)
        self.body.addWidget(self.identity)
        self.body.addStretch(1)

    def _wire(self) -> None:
        for form in (self.dynamics, self.marketo):
            form.edited.connect(self._edited)
            form.help_wanted.connect(self.help_wanted)
        self.rehearse.button.toggled.connect(self._switch)
        self.test.clicked.connect(self._test)
        self.stop.clicked.connect(self._cancel_test)
        self.identity.confirm.toggled.connect(self._confirm)

    def collect(self) -> None:
        """Hand what is entered to the flow."""
        kept = self.flow.draft.secrets
        secrets = replace(
            kept,
            dynamics_password=self.dynamics.secret("dynamics.password").value(kept.dynamics_password)
            if self.dynamics.by_password
            else "",
            dynamics_client_secret=self.dynamics.secret("dynamics.client_secret").value(kept.dynamics_client_secret),
            marketo_client_secret=self.marketo.secret("marketo.client_secret").value(kept.marketo_client_secret),
        )
        settings = replace(self.flow.draft.settings, dynamics=self.dynamics.settings(), marketo=self.marketo.settings())
        self.flow.enter(settings, secrets)

    def _edited(self) -> None:
        self.collect()
        if not self.flow.draft.proven:
            self._outdated()
        self.deal_letters()

    def _outdated(self) -> None:
        """What the page shows of an earlier test does not hold for these inputs."""
        self.stop_job()
        self._idle()
        self.banner.hide()
        self.status.say("", "")
        for form in (self.dynamics, self.marketo):
            form.show_checks(False)
        self.identity.hide()
        self.identity.confirm.setChecked(False)

    def _test(self) -> None:
        self.dynamics.normalise()
        self.marketo.normalise()
        self.collect()
        missing = self.flow.missing_inputs()
        if missing:
            self.complain(missing[0])
            return
        self.flow.forget_proof()
        self._outdated()
        self._fingerprint = self.flow.fingerprint()
        self.status.say(tr("Testing both connections"), "muted")
        self.stop.show()
        self.stop.setFocus()
        self.test.hide()
        self.deal_letters()
        self.job = self.api.check(self.flow.draft.settings, self.flow.draft.secrets)

    def _cancel_test(self) -> None:
        self._outdated()
        self.status.say(tr("The test was stopped."), "muted")
        self.test.setFocus()

    def _idle(self) -> None:
        focus = self.stop.hasFocus()
        self.test.show()
        self.test.setEnabled(True)
        if focus:
            self.test.setFocus()
        self.stop.hide()

    def _ended(self, event: ChecksEnded) -> None:
        self.job = None
        self._idle()
        passed = self.flow.accept_checks(self._fingerprint, event.checks, event.card)
        failed = [check for check in event.checks if check.state is CheckState.FAILED]
        if passed and event.card is not None:
            self.status.say(tr("All checks passed."), "good")
            for form in (self.dynamics, self.marketo):
                form.checks.fold()
            self.deal_letters()
            self.identity.show_card(event.card)
            self.point_to(self.identity.confirm, self.identity)
        else:
            text = ntr(
                "{n} check did not pass. See what to do there.", "{n} checks did not pass. See there.", len(failed)
            )
            self.status.say(text, "bad")
            self._show_failed(failed[0].id if failed else "")
        self.announcer.announce(self.status.text())

    def _show_failed(self, id_: str) -> None:
        for form in (self.dynamics, self.marketo):
            if line := form.checks.row_of(id_):
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
        self._fill(settings, secrets)
        self._lock(settings.rehearsal)

    def _fill(self, settings: Settings, secrets: Secrets) -> None:
        self.dynamics.trusted = self.marketo.trusted = settings.network.trusted_hosts
        self.dynamics.fill(settings.dynamics, secrets)
        self.marketo.fill(settings.marketo, secrets)

    def _lock(self, locked: bool) -> None:
        self._needs.setVisible(not locked)
        self.rehearsing.emit(locked)
        self.dynamics.lock(locked)
        self.marketo.lock(locked)


def _needs() -> Card:
    """What somebody has to have at hand, in three lines."""
    card = Card(gap=GRID // 2)
    card.body.addWidget(Text(tr("What you need first"), "strong"))
    for icon, line in (
        ("shield", tr("Administrator rights in Dynamics 365 and in Marketo Engage.")),
        (
            "person",
            tr(
                "For Dynamics an application user or a user who may read accounts, contacts and leads; for Marketo an "
                "API service whose role may read and write people, companies and their schema."
            ),
        ),
        ("info", tr("Marketo's own solution for Dynamics is not needed. Where its sync runs, switch it off first.")),
    ):
        picture = Picture(icon, "accent", 16)
        words = Text(line, "muted")
        layout = row(picture, words)
        layout.setAlignment(picture, TOP)
        layout.setStretch(1, 1)
        card.body.addLayout(layout)
    return card

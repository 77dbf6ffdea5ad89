"""Page 2: which fields are synced, where they go, and by which rules."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar

from dynsync_gui.domain.events import Described, Event, JobFailed
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.setup import Missing, SetupFlow, Step
from dynsync_gui.domain.sheet import FieldSheet
from dynsync_gui.domain.text import tr
from dynsync_gui.ui.bridge import Bridge
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.wizard.field_jobs import Work
from dynsync_gui.ui.wizard.field_pane import FieldPane
from dynsync_gui.ui.wizard.field_tab import FieldTab
from dynsync_gui.ui.wizard.page import StepPage


class FieldsPage(StepPage):
    """The field pane over the set-up flow."""

    step = Step.FIELDS
    topic = "fields"

    def __init__(self, flow: SetupFlow, bridge: Bridge) -> None:
        super().__init__(
            flow,
            bridge,
            tr("Choose the fields to sync"),
            tr("What Marketo's own sync would take is ticked. You can change this later."),
        )
        self.status = Text("", "muted")
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setAccessibleName(tr("Reading the fields of both systems"))
        self._missing = Text("", "hint", "bad")
        self.pane = FieldPane(bridge, self._access)
        self.tabs = self.pane.tabs
        for part in (self.banner, self.status, self.busy, self._missing):
            part.hide()
            self.body.addWidget(part)
        self.body.addWidget(self.pane, 1)
        self.pane.changed.connect(self._changed)
        self.pane.rearranged.connect(self.deal_letters)
        self.pane.help_wanted.connect(self.help_wanted)
        self.pane.said.connect(self.announcer.announce)
        self._shown: object = None

    def enter(self) -> None:
        """Read the live schemas, unless they are known for these systems."""
        offers = self.flow.draft.offers
        if offers and offers is self._shown:
            self.pane.focus()
        else:
            self._describe()

    def leave(self) -> None:
        """Reading the schemas is of no use any more; a fit check goes on."""
        super().stop_job()
        if self.pane.jobs.runs(Work.TABLES):
            self.pane.note("")
        self.pane.jobs.stop(Work.TABLES, Work.DESCRIBE)

    def stop_job(self) -> None:
        """Stop everything."""
        super().stop_job()
        self.pane.jobs.stop()

    def complain(self, missing: Missing) -> None:
        """Say it above the tabs, and go where it can be put right."""
        if not self.flow.draft.offers:
            return
        self._missing.say(str(missing.text))
        self._missing.show()
        self.announcer.announce(str(missing.text))
        problem = self.pane.blocking()
        if problem is not None:
            self.pane.go_to(problem.entity, problem.field)
        else:
            self.pane.focus()

    def validatePage(self) -> bool:
        """Next: the fields are known, at least one is ticked, and nothing is wrong with the choice."""
        if not self.flow.draft.offers or not super().validatePage():
            return False
        if self.pane.jobs.runs(Work.DESCRIBE):  # a plan without that table would not be of what is started
            self.announcer.announce(self.pane.status)
            return False
        problem = self.pane.blocking()
        if problem is not None:
            self.complain(Missing("fields", problem.title))
        return problem is None

    def on_event(self, event: Event) -> None:
        """The schemas, or why there are none."""
        match event:
            case Described(offers=offers, tables=tables, targets=targets, languages=languages):
                self.job = None
                self.flow.accept_offers(offers)
                self._shown = offers
                self._wait(waiting=False)
                fields = self.flow.draft.settings.fields
                own = self.flow.draft.settings.objects.custom
                self.pane.open(FieldSheet(offers, tables, targets, fields, languages, own))
                self.pane.focus()
            case JobFailed(error=error):
                self.job = None
                self._wait(waiting=False)
                self.pane.hide()
                self.tell_error(error)
                self.banner.tell(
                    "bad",
                    str(error.finding.title),
                    str(error.finding.cure),
                    again=(tr("Try again"), self._describe),
                )
            case _:
                pass

    def tab(self, entity: Entity) -> FieldTab | None:
        """The tab of a table."""
        return self.pane.tab(entity)

    def _access(self) -> tuple[Settings, Secrets | None]:
        return self.flow.draft.settings, self.flow.draft.secrets

    def _describe(self) -> None:
        self.banner.hide()
        self._missing.hide()
        self.pane.close_sheet()
        self._wait(waiting=True)
        self.job = self.api.describe(self.flow.draft.settings, self.flow.draft.secrets)

    def _wait(self, *, waiting: bool) -> None:
        self.status.say(tr("Reading the fields of both systems"))
        self.status.setVisible(waiting)
        self.busy.setVisible(waiting)
        self.pane.setVisible(not waiting)

    def _changed(self) -> None:
        if (sheet := self.pane.sheet) is not None:
            if sheet.offers is not self._shown:  # a table was added
                self.flow.accept_offers(sheet.offers)
                self._shown = sheet.offers
            self.flow.take_fields(sheet.settings)
        self._missing.hide()

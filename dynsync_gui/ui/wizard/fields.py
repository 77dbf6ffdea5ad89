"""Page 2: which fields are synced."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QProgressBar, QTabWidget

from dynsync_gui.domain.events import Described, Event, JobFailed
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.setup import Missing, SetupFlow, Step
from dynsync_gui.domain.text import number, tr
from dynsync_gui.ui.bridge import Bridge
from dynsync_gui.ui.widgets.text import Text
from dynsync_gui.ui.wizard.field_tab import FieldTab
from dynsync_gui.ui.wizard.page import StepPage
from dynsync_gui.ui.words import ENTITY

ORDER = (Entity.LEAD, Entity.CONTACT, Entity.ACCOUNT)
"""People first: they are what an admin looks for."""


class FieldsPage(StepPage):
    """A tab for each entity, made from the live schemas."""

    step = Step.FIELDS
    topic = "fields"

    def __init__(self, flow: SetupFlow, bridge: Bridge) -> None:
        super().__init__(
            flow,
            bridge,
            tr("Choose the fields to sync"),
            tr("What Marketo's own sync would take is ticked. You can change this later."),
        )
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(tr("Kinds of records"))
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setElideMode(self.tabs.elideMode().ElideNone)
        self.tabs.tabBar().setUsesScrollButtons(True)
        self.tabs.tabBar().setExpanding(False)
        self.status = Text("", "muted")
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setAccessibleName(tr("Reading the fields of both systems"))
        self._missing = Text("", "hint", "bad")
        for part in (self.banner, self.status, self.busy, self._missing):
            part.hide()
            self.body.addWidget(part)
        self.body.addWidget(self.tabs, 1)
        self.tabs.currentChanged.connect(self.deal_letters)
        search = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        search.activated.connect(self._search)
        self._shown: object = None

    def enter(self) -> None:
        """Read the live schemas, unless they are known for these systems."""
        offers = self.flow.draft.offers
        if offers and offers is self._shown:
            self._focus()
        elif offers:
            self._show()
        else:
            self._describe()

    def leave(self) -> None:
        """Reading is of no use any more."""
        self.stop_job()

    def complain(self, missing: Missing) -> None:
        """Say it above the tabs."""
        if not self.flow.draft.offers:
            return
        self._missing.say(str(missing.text))
        self._missing.show()
        self.announcer.announce(str(missing.text))
        self._focus()

    def validatePage(self) -> bool:
        """Next: the fields are known and at least one is ticked."""
        return bool(self.flow.draft.offers) and super().validatePage()

    def on_event(self, event: Event) -> None:
        """The schemas, or why there are none."""
        match event:
            case Described(offers=offers):
                self.job = None
                self.flow.accept_offers(offers)
                self._show()
            case JobFailed(error=error):
                self.job = None
                self._wait(waiting=False)
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
        """The tab of an entity."""
        tabs = [self.tabs.widget(place) for place in range(self.tabs.count())]
        return next((tab for tab in tabs if isinstance(tab, FieldTab) and tab.entity is entity), None)

    def _describe(self) -> None:
        self.banner.hide()
        self._clear()
        self._wait(waiting=True)
        self.job = self.api.describe(self.flow.draft.settings, self.flow.draft.secrets)

    def _wait(self, *, waiting: bool) -> None:
        self.status.say(tr("Reading the fields of both systems"))
        self.status.setVisible(waiting)
        self.busy.setVisible(waiting)
        self.tabs.setVisible(not waiting)

    def _clear(self) -> None:
        while self.tabs.count():
            tab = self.tabs.widget(0)
            self.tabs.removeTab(0)
            if tab is not None:
                tab.deleteLater()

    def _show(self) -> None:
        self._wait(waiting=False)
        self._clear()
        offers = self.flow.draft.offers
        self._shown = offers
        for entity in ORDER:
            if entity in offers:
                tab = FieldTab(entity, offers[entity], self.flow.chosen(entity))
                tab.chosen.connect(self._chosen)
                tab.filter_used.connect(self._use_filter)
                self.tabs.addTab(tab, "")
                if tab.filter is not None:
                    tab.filter.setChecked(self.flow.draft.settings.fields.filter)
        self._count()
        self._focus()

    def _chosen(self) -> None:
        for place in range(self.tabs.count()):
            tab = self.tabs.widget(place)
            if isinstance(tab, FieldTab):
                self.flow.choose(tab.entity, frozenset(tab.model.chosen))
        self._missing.hide()
        self._count()

    def _use_filter(self, use: bool) -> None:
        self.flow.use_filter(use=use)
        for place in range(self.tabs.count()):
            tab = self.tabs.widget(place)
            if isinstance(tab, FieldTab) and tab.filter is not None:
                tab.filter.setChecked(use)

    def _count(self) -> None:
        for place in range(self.tabs.count()):
            tab = self.tabs.widget(place)
            if isinstance(tab, FieldTab):
                self.tabs.setTabText(place, f"{ENTITY[tab.entity]}  {number(len(tab.model.chosen))}")

    def _focus(self) -> None:
        tab = self.tabs.currentWidget()
        if isinstance(tab, FieldTab):
            tab.search.setFocus()

    def _search(self) -> None:
        tab = self.tabs.currentWidget()
        if isinstance(tab, FieldTab):
            tab.search.setFocus()
            tab.search.selectAll()

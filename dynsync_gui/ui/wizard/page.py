"""What the three pages have in common: heading, scrolling body, a job at a time, and what Next does."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractButton, QFrame, QScrollArea, QWidget, QWizardPage

from dynsync_gui.domain.errors import DynSyncError
from dynsync_gui.domain.events import Event, Progress
from dynsync_gui.domain.setup import Missing, SetupFlow, Step
from dynsync_gui.service.api import Job
from dynsync_gui.ui.announce import Announcer
from dynsync_gui.ui.bridge import Bridge
from dynsync_gui.ui.mnemonics import deal
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.banner import Banner
from dynsync_gui.ui.widgets.boxes import column
from dynsync_gui.ui.widgets.fold import reveal
from dynsync_gui.ui.widgets.sign_in_panel import SignInPanel
from dynsync_gui.ui.widgets.text import Text, rule


class StepPage(QWizardPage):
    """A thin page over the set-up flow.

    Attributes:
        help_wanted: The user asks for help; carries the topic.
        outer: Buttons of the wizard, whose Alt letters the page must not take.
    """

    help_wanted = Signal(str)
    step: Step
    topic: str

    def __init__(self, flow: SetupFlow, bridge: Bridge, title: str, about: str) -> None:
        super().__init__()
        self.flow, self.api = flow, bridge.api
        self.job: Job | None = None
        self.outer: tuple[QAbstractButton, ...] = ()
        self.announcer = Announcer(self)
        self.banner = Banner()
        self.sign_in = SignInPanel()
        self.setAccessibleName(title)
        self.setProperty("kind", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.heading = Text(title, "title")
        self.about = Text(about, "muted")
        layout = column(self, gap=0)
        head = column(gap=4)
        head.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, GRID + 4)
        head.addWidget(self.heading)
        head.addWidget(self.about)
        layout.addLayout(head)
        self._contents = QWidget()
        self._contents.setProperty("kind", "body")
        self.body = column(self._contents, gap=2 * GRID)
        self.body.setContentsMargins(3 * GRID, 0, 3 * GRID, 2 * GRID)
        self.body.addWidget(self.sign_in)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(self._contents)
        layout.addWidget(self.area, 1)
        layout.addWidget(rule())
        self._target: QWidget | None = None
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._scroll_to_target)
        bridge.heard.connect(self._heard)
        self.sign_in.given_up.connect(bridge.heard)

    @property
    def jobs(self) -> tuple[Job | None, ...]:
        """What runs for the page; somebody may have to sign in for each."""
        return (self.job,)

    def enter(self) -> None:
        """The page is shown."""

    def leave(self) -> None:
        """The page is left in either direction."""

    def on_event(self, event: Event) -> None:
        """An event of the page's own job."""

    def complain(self, missing: Missing) -> None:
        """Say what is missing where it is missing, and put the focus there."""
        self.announcer.announce(str(missing.text))

    def validatePage(self) -> bool:
        """Next: only when the flow has nothing against it."""
        missing = self.flow.missing(self.step)
        if missing:
            self.complain(missing[0])
        return not missing

    def deal_letters(self) -> None:
        """Give what is visible now its Alt letters."""
        deal(self, self.outer)

    def stop_job(self) -> None:
        """Cancel the page's job, if one runs; its last events are ignored."""
        job, self.job = self.job, None
        if job is not None:
            job.cancel()

    def tell_error(self, error: DynSyncError) -> None:
        """Say what happened and what to do."""
        self.banner.tell("bad", str(error.finding.title), str(error.finding.cure))
        self.point_to(self.banner)
        self.announcer.announce(self.banner.says)

    def point_to(self, widget: QWidget, around: QWidget | None = None) -> None:
        """Scroll so far that the widget, or more around it, can be seen; focus it where it takes the focus."""
        reveal(around or widget)
        if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus:
            widget.setFocus(Qt.FocusReason.OtherFocusReason)
        self._target = around or widget
        self._later.start()

    def _scroll_to_target(self) -> None:
        """Runs once the layout has come to rest."""
        target, self._target = self._target, None
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        if target is not None and self._contents.isAncestorOf(target):
            self.area.ensureWidgetVisible(target, 0, 3 * GRID)

    def _heard(self, event: Event) -> None:
        waited = not self.sign_in.isHidden()
        if asked := self.sign_in.hear(event, *self.jobs):
            self.announcer.announce(asked)
            self.point_to(self.sign_in)
            self.deal_letters()
        elif waited and self.sign_in.isHidden():
            self.point_to(self.window().focusWidget() or self.heading)
        if self.job is not None and event.job == self.job.number:
            self.on_event(event)
            if not isinstance(event, Progress):
                self.deal_letters()

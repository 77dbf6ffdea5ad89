"""The set-up: three thin pages over one flow."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMargins, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLayout, QWidget, QWizard

from dynsync_gui.domain.events import Event
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.setup import HalfDone, SetupDraft, SetupFlow, Step, half_done
from dynsync_gui.domain.text import tr
from dynsync_gui.service.api import Job
from dynsync_gui.ui.bridge import Bridge
from dynsync_gui.ui.icons import IconButton
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.field_row import FieldRow
from dynsync_gui.ui.widgets.secret_field import SecretEdit
from dynsync_gui.ui.widgets.side import Side
from dynsync_gui.ui.widgets.step_list import StepList
from dynsync_gui.ui.widgets.text import restyle
from dynsync_gui.ui.windows.question import Question
from dynsync_gui.ui.wizard.credentials import CredentialsPage
from dynsync_gui.ui.wizard.enable import EnablePage
from dynsync_gui.ui.wizard.fields import FieldsPage
from dynsync_gui.ui.wizard.page import StepPage

_BUTTON = QWizard.WizardButton


class SetupWizard(QWizard):
    """Walks through the three pages; no secret is stored before the first sync has begun.

    Attributes:
        started: The first sync runs: its job and the first event that it told.
        left: The user left; carries what is to be kept (`HalfDone`), or None.
        help_wanted: The user asks for help; carries the topic.
    """

    started = Signal(object, object)
    left = Signal(object)
    help_wanted = Signal(str)
    _built = False

    def __init__(
        self,
        bridge: Bridge,
        settings: Settings | None = None,
        parent: QWidget | None = None,
        *,
        going_on_at: Step | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setWizardStyle(QWizard.WizardStyle.ModernStyle)
        self.setOptions(QWizard.WizardOption.NoBackButtonOnStartPage | QWizard.WizardOption.ExtendedWatermarkPixmap)
        self.flow = SetupFlow(SetupDraft(settings=settings or Settings()))
        self._first = self.flow.draft.settings
        self.credentials = CredentialsPage(self.flow, bridge)
        self.fields = FieldsPage(self.flow, bridge)
        self.enable = EnablePage(self.flow, bridge)
        self._pages: list[StepPage] = [self.credentials, self.fields, self.enable]
        names = [tr("Credentials"), tr("Fields"), tr("Enable sync")]
        self.steps = StepList(names)
        self.help = IconButton("help", tr("Help"), kind="nav", role="accent")
        self.help.setAutoDefault(False)
        self._side = Side(self.steps, self.help)
        self.setSideWidget(self._side)
        self._side.rehearsal.setVisible(self._first.rehearsal)
        self.credentials.rehearsing.connect(self._side.rehearsal.setVisible)
        for page in self._pages:
            self.addPage(page)
            page.help_wanted.connect(self.help_wanted)
        self._shown = -1
        self._going_on_at = going_on_at
        self._name_buttons()
        self.help.clicked.connect(self.ask_help)
        self.currentIdChanged.connect(self._turned)
        self.enable.started.connect(self._started)
        bridge.heard.connect(self._go_on_there)
        self._built = True
        if going_on_at is not None:
            self.credentials.tell_half_done(names[list(Step).index(going_on_at)])

    @property
    def page_now(self) -> StepPage:
        """The page that is shown."""
        return self._pages[max(0, self.currentId())]

    def wipe(self) -> None:
        """Forget every secret: in the fields and in the flow."""
        for page in self._pages:
            page.stop_job()
        for edit in self.findChildren(SecretEdit):
            edit.clear()
        self.flow.draft.secrets = Secrets()

    def reject(self) -> None:
        """Cancel or Esc: ask only if something would be lost."""
        if not self._would_lose():
            self._leave()
            return
        question = Question(
            self,
            tr("Leave the set-up?"),
            tr(
                "Next time DynSync goes on here. It keeps what you entered, but no password and no secret. Nothing was "
                "written to Dynamics or Marketo."
            ),
            go=tr("Leave"),
            stay=tr("Stay"),
        )
        question.accepted.connect(self._leave)
        question.open()

    def ask_help(self) -> None:
        """Open the help for the field that has the focus, else for the page."""
        widget: QWidget | None = self.focusWidget()
        while widget is not None and not isinstance(widget, FieldRow):
            widget = widget.parentWidget()
        topic = widget.topic if isinstance(widget, FieldRow) else ""
        self.help_wanted.emit(topic or self.page_now.topic)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F1 helps."""
        if event.key() == Qt.Key.Key_F1:
            self.ask_help()
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Trim the frame whenever Qt has laid it out."""
        done = super().event(event)
        if self._built and event.type() in {QEvent.Type.Show, QEvent.Type.StyleChange, QEvent.Type.LayoutRequest}:
            self._flatten()
        return done

    def minimumSizeHint(self) -> QSize:
        """Small: the pages scroll."""
        return QSize(480, 360)

    def _would_lose(self) -> bool:
        self.credentials.collect()
        draft = self.flow.draft
        if draft.settings.rehearsal:
            return False
        return draft.settings != self._first or bool(draft.secrets.values())

    def half_done(self) -> HalfDone | None:
        """What is worth keeping of a set-up that is left now; None where nothing would be lost."""
        return half_done(self.flow.draft.settings, self.page_now.step) if self._would_lose() else None

    def _go_on_there(self, _event: Event) -> None:
        """Turn to the page where the set-up was left, as soon as those before it are done again."""
        if self._going_on_at is not Step.ENABLE or self.page_now is not self.fields or not self.flow.draft.offers:
            return
        self._going_on_at = None
        self.next()

    def _leave(self) -> None:
        left = self.half_done()
        self.wipe()
        self.left.emit(left)

    def _started(self, job: Job, event: Event) -> None:
        self.enable.job = None
        self.wipe()
        self.started.emit(job, event)

    def _turned(self, number: int) -> None:
        if 0 <= self._shown < len(self._pages):
            self._pages[self._shown].leave()
        self._shown = number
        if number < 0:
            return
        page = self._pages[number]
        self.steps.show_current(number)
        self.setWindowTitle(page.heading.text())
        self._deal(page)
        self._flatten()
        page.enter()

    def _deal(self, page: StepPage) -> None:
        self._name_buttons()
        page.outer = (*self._buttons(self._pages.index(page)), self.help)
        page.deal_letters()

    def _buttons(self, place: int) -> list[QAbstractButton]:
        """Those that a page shows: a hidden one must not keep a letter from the page."""
        last = place == len(self._pages) - 1
        shown = [_BUTTON.FinishButton if last else _BUTTON.NextButton, _BUTTON.CancelButton]
        if place:
            shown.insert(1, _BUTTON.BackButton)
        return [self.button(which) for which in shown]

    def _name_buttons(self) -> None:
        texts = {
            _BUTTON.CancelButton: tr("Cancel"),
            _BUTTON.BackButton: tr("Back"),
            _BUTTON.NextButton: tr("Next"),
            _BUTTON.FinishButton: tr("Start sync"),
        }
        for which, text in texts.items():
            self.setButtonText(which, text)
            self.button(which).setAccessibleName(text)
        for which in (_BUTTON.NextButton, _BUTTON.FinishButton):
            self.button(which).setProperty("kind", "filled")
            restyle(self.button(which))
        self.setButtonLayout(
            [_BUTTON.Stretch, _BUTTON.CancelButton, _BUTTON.BackButton, _BUTTON.NextButton, _BUTTON.FinishButton]
        )

    def _flatten(self) -> None:
        """The pages and the side panel bring their own distances; only the buttons need the wizard's.

        Qt lays the wizard out anew whenever its style changes, so this is done again each time.
        """
        frame, holder = self.credentials.parentWidget(), self._side.parentWidget()
        ground = frame.parentWidget() if frame is not None else None
        # Kept, because PySide drops what it handed out of a widget as soon as that widget's wrapper is gone.
        self._parts = (frame, holder, ground)
        if frame is None or ground is None or holder is None:
            return
        grid = ground.layout()
        if grid is None:
            return
        for layout in (grid, frame.layout(), holder.layout()):
            _space(layout, QMargins(), 0)
        # Not by `itemAt`: PySide keeps what that hands out, and the wizard deletes it when it lays itself out anew.
        for buttons in grid.findChildren(QHBoxLayout):
            _space(buttons, QMargins(3 * GRID, GRID + 4, 3 * GRID, GRID + 4), GRID)
        for child in ground.children():
            if type(child) is QWidget and child.maximumHeight():
                child.setFixedHeight(0)  # Qt's own dark line above the buttons; the pages end in a lighter one


def _space(layout: QLayout | None, margins: QMargins, gap: int) -> None:
    """Set distances only where they differ: setting them asks for a new layout, which would ask for this again."""
    if layout is not None and (layout.contentsMargins() != margins or layout.spacing() != gap):
        layout.setContentsMargins(margins)
        layout.setSpacing(gap)

"""Finds the address of Dynamics by a sign-in: the environments that a person may use, by name."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from dynsync_gui.domain.events import EnvironmentsFound, Event, JobCancelled, JobFailed
from dynsync_gui.domain.prompts import Environment
from dynsync_gui.domain.text import ntr, tr
from dynsync_gui.service.api import Job
from dynsync_gui.ui.icons import IconButton
from dynsync_gui.ui.mnemonics import reword
from dynsync_gui.ui.widgets.boxes import column, row
from dynsync_gui.ui.widgets.text import Text, hover
from dynsync_gui.ui.words import KIND

_ROWS_SHOWN = 5


class EnvironmentChoice(QWidget):
    """A button, and below it what it found.

    Attributes:
        wanted: The user wants the list.
        chosen: The user chose an `Environment`.
        job: The search that runs.
    """

    wanted = Signal()
    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.job: Job | None = None
        self.button = IconButton("search", tr("Find it by signing in"), role="accent", kind="link")
        self.button.setObjectName("find-environments")
        self.button.setAutoDefault(False)
        self.message = Text("", "hint")
        self.list = _Names()
        self.list.setObjectName("environments")
        self.list.setAccessibleName(tr("Your environments"))
        layout = column(self, gap=4)
        layout.addLayout(row(self.button, None))
        layout.addWidget(self.message)
        layout.addWidget(self.list)
        self.button.clicked.connect(self._pressed)
        self.list.taken.connect(self._take)
        self.forget()

    def follow(self, job: Job) -> None:
        """The service asks Microsoft; a person may have to sign in first."""
        self.forget()
        self.job = job
        reword(self.button, tr("Stop looking"))
        self._say(tr("Looking for the environments that you may use"))

    def hear(self, event: Event) -> str:
        """Take any event; returns what to announce, empty for nothing."""
        if self.job is None or event.job != self.job.number:
            return ""
        match event:
            case EnvironmentsFound(environments=found):
                self._end()
                return self._show(found)
            case JobFailed(error=error):
                self._end()
                return self._say(f"{error.finding.title} {error.finding.cure}".strip(), "bad")
            case JobCancelled():
                self.forget()
            case _:
                pass
        return ""

    def forget(self) -> None:
        """Nothing is looked for, and nothing is offered."""
        self._end()
        self.list.hide()
        self._say("")

    def stop(self) -> None:
        """Stop looking."""
        job = self.job
        self.forget()
        if job is not None:
            job.cancel()

    def _pressed(self) -> None:
        if self.job is None:
            self.wanted.emit()
        else:
            self.stop()

    def _end(self) -> None:
        self.job = None
        reword(self.button, tr("Find it by signing in"))

    def _show(self, found: tuple[Environment, ...]) -> str:
        if not found:
            return self._say(
                tr(
                    "Microsoft knows no environment for this person. Ask your Dynamics admin to add you as a user, or "
                    "for the address."
                ),
                "attention",
            )
        self.list.offer(found)
        self.list.setFocus()
        return self._say(
            ntr("You may use {n} environment. Choose it.", "You may use {n} environments. Choose one.", len(found))
        )

    def _take(self, environment: Environment) -> None:
        self.forget()
        self.chosen.emit(environment)

    def _say(self, text: str, tone: str = "") -> str:
        self.message.say(text, tone)
        self.message.setVisible(bool(text))
        return text


class _Names(QListWidget):
    """The environments; Enter, Space or a click takes one."""

    taken = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._offered: tuple[Environment, ...] = ()
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.itemClicked.connect(self._take)

    def offer(self, found: tuple[Environment, ...]) -> None:
        """Show these."""
        self.clear()
        self._offered = found
        for environment in found:
            host = environment.url.removeprefix("https://")
            below = f"{KIND[environment.kind][1]} · {host if environment.enabled else tr('cannot be used now')}"
            item = QListWidgetItem(f"{environment.name}\n{below}", self)
            item.setToolTip(hover(environment.url))
            if not environment.enabled:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
        self.setCurrentRow(0)
        shown = min(len(found), _ROWS_SHOWN)
        self.setFixedHeight(self.sizeHintForRow(0) * shown + 2 * self.frameWidth() + 8)
        self.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space take the current one and go no further; the wizard would turn the page."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self._take(self.currentItem())
            return
        super().keyPressEvent(event)

    def _take(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.taken.emit(self._offered[self.row(item)])

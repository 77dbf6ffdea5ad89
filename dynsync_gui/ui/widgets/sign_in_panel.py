"""What a person has to do elsewhere while a sign-in waits: calm, with the time that is left."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from shiboken6 import isValid

from dynsync_gui.domain.errors import DynSyncError
from dynsync_gui.domain.events import Event, JobCancelled, JobFailed, SignInEnded, SignInPrompt
from dynsync_gui.domain.findings.sign_in import SIGN_IN
from dynsync_gui.domain.settings import SignIn
from dynsync_gui.domain.text import tr
from dynsync_gui.service.api import Job
from dynsync_gui.ui.icons import IconButton, Picture
from dynsync_gui.ui.mnemonics import reword
from dynsync_gui.ui.theme import GRID
from dynsync_gui.ui.widgets.boxes import LEFT, TOP, Card, column, row
from dynsync_gui.ui.widgets.flow import Flow
from dynsync_gui.ui.widgets.text import Text


class SignInPanel(Card):
    """Hidden until a sign-in waits.

    Attributes:
        given_up: The user gave up; carries how the job has ended by that (`JobFailed`).
    """

    given_up = Signal(object)

    def __init__(self) -> None:
        super().__init__("banner", margin=GRID + 4)
        self._title = Text("", "strong")
        self._advice = Text("")
        self.code = Text("", "code", wrap=False)
        self.address = QLineEdit()
        self.address.setObjectName("sign-in-address")
        self.address.setReadOnly(True)
        self.address.setAccessibleName(tr("Address of the sign-in page"))
        self.left = Text("", "muted")
        self._kept = Text(
            tr(
                "This computer has no protected place for the sign-in, so it lasts until DynSync is closed. For a sync "
                "that runs by itself, choose an application."
            ),
            "hint",
        )
        self.copy_code = IconButton("copy", tr("Copy the code"))
        self.copy_link = IconButton("link", tr("Copy the link"))
        self.stop = QPushButton(tr("Stop signing in"))
        self._ends = 0.0
        self._job: Job | None = None
        self._before: QWidget | None = None
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(self._count_down)
        self._build()
        self.hide()

    def hear(self, event: Event, *jobs: Job | None) -> str:
        """Take any event; returns what to announce, empty for nothing.

        Args:
            event: As it comes.
            jobs: Those for which somebody at this window may sign in.
        """
        match event:
            case SignInPrompt():
                for job in jobs:
                    if job is not None and job.number == event.job:
                        self._job = job
                        return self._show_prompt(event)
            case SignInEnded() | JobFailed() | JobCancelled() if self._job and event.job == self._job.number:
                self.end()
            case _:
                pass
        return ""

    def _show_prompt(self, prompt: SignInPrompt) -> str:
        device = prompt.kind is SignIn.DEVICE
        if device:
            self._title.say(tr("Enter this code on the sign-in page"))
            self._advice.say(tr("Open the address below on any device, enter the code and sign in there."))
        else:
            self._title.say(tr("Sign in in the browser that opens"))
            self._advice.say(tr("If none opens, copy the link into a browser on this computer."))
        self.code.say(prompt.code)
        self.code.setAccessibleName(" ".join(prompt.code))
        self.address.setText(prompt.address)
        self.address.setCursorPosition(0)
        reword(self.copy_code, tr("Copy the code"))
        reword(self.copy_link, tr("Copy the link"))
        for part in (self.code, self.copy_code):
            part.setVisible(device)
        self._kept.setVisible(not prompt.kept)
        self._ends = time.monotonic() + prompt.seconds
        self._count_down()
        self._tick.start()
        self.show()
        spoken = f"{self._title.text()}. {self.code.accessibleName() if device else ''} {self._advice.text()}"
        self.setAccessibleName(spoken)
        self._before = self.window().focusWidget()
        (self.copy_code if device else self.copy_link).setFocus()
        return spoken

    def end(self) -> None:
        """The sign-in waits no more; nothing of it stays on the screen."""
        self._tick.stop()
        had_focus = self.isAncestorOf(self.window().focusWidget() or self)
        self.hide()
        self._job = None
        self.code.say("")
        self.address.clear()
        before, self._before = self._before, None
        if had_focus and before is not None and isValid(before):
            before.setFocus()

    def _build(self) -> None:
        words = column()
        for part in (self._title, self._advice):
            words.addWidget(part)
        words.addWidget(self.code, 0, LEFT)
        words.addWidget(self.address)
        words.addWidget(self.left)
        words.addWidget(self._kept)
        words.addWidget(Flow(self.copy_code, self.copy_link, self.stop))
        picture = Picture("person", "accent", 20)
        top = row(picture, words, gap=GRID + 4)
        top.setAlignment(picture, TOP)
        top.setStretch(1, 1)
        self.body.addLayout(top)
        self.stop.setAccessibleName(self.stop.text())
        for button in (self.copy_code, self.copy_link, self.stop):
            button.setAutoDefault(False)
        self.copy_code.clicked.connect(lambda: self._copy(self.copy_code, self.code.text()))
        self.copy_link.clicked.connect(lambda: self._copy(self.copy_link, self.address.text()))
        self.stop.clicked.connect(self._give_up)

    def _give_up(self) -> None:
        job = self._job
        self.end()
        if job is not None:
            job.cancel()
            stopped = DynSyncError("sign-in.stopped", SIGN_IN["sign-in.stopped"])
            self.given_up.emit(JobFailed(job.number, stopped))

    def _copy(self, button: QPushButton, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        reword(button, tr("Copied"))

    def _count_down(self) -> None:
        seconds = max(0, math.ceil(self._ends - time.monotonic()))
        if not seconds:
            self._tick.stop()
        minutes, rest = divmod(seconds, 60)
        self.left.say(tr("{minutes}:{seconds} left to sign in", minutes=minutes, seconds=f"{rest:02d}"))

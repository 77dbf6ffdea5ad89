"""DynSync beside the clock: how it stands, by shape and colour, and the few things one wants from there."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from dynsync_gui.domain.schedule import BackgroundState
from dynsync_gui.domain.text import ntr, tr
from dynsync_gui.ui.icons import renderer
from dynsync_gui.ui.theme import LIGHT
from dynsync_gui.ui.windows.question import Question

_SIZES = (16, 20, 22, 24, 32, 48, 64)
_BADGE = 0.6
"""Part of the icon's width that its badge takes."""


class TrayState(Enum):
    """How DynSync stands; the badge of each has a shape and a colour of its own."""

    IDLE = ("", "")
    SYNCING = ("tray-syncing", LIGHT.accent)
    PAUSED = ("tray-paused", LIGHT.muted)
    ATTENTION = ("tray-attention", LIGHT.attention)
    PROBLEM = ("tray-problem", LIGHT.bad)


_OF_ICONS = {
    "update": TrayState.SYNCING,
    "pause": TrayState.PAUSED,
    "attention": TrayState.ATTENTION,
    "failed": TrayState.PROBLEM,
}


class Tray(QObject):
    """The icon and its menu.

    Attributes:
        open_wanted, sync_wanted, pause_wanted, resume_wanted, quit_wanted: What the user asks for.
        icon: The icon itself.
        state: What it shows.
    """

    open_wanted = Signal()
    sync_wanted = Signal()
    pause_wanted = Signal()
    resume_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.state = TrayState.IDLE
        self.icon = QSystemTrayIcon(tray_icon(self.state), self)
        self._menu = QMenu()
        self.open = self._add(tr("Open DynSync"), self.open_wanted)
        self._menu.setDefaultAction(self.open)
        self.sync = self._add(tr("Sync now"), self.sync_wanted)
        self.pause = self._add(tr("Pause"), self.pause_wanted)
        self.resume = self._add(tr("Resume"), self.resume_wanted)
        self._menu.addSeparator()
        self.quit = self._add(tr("Quit DynSync"), self.quit_wanted)
        self.icon.setContextMenu(self._menu)
        self.icon.activated.connect(self._clicked)
        self.icon.messageClicked.connect(self.open_wanted)
        self.show_state("clock", "")

    @staticmethod
    def available() -> bool:
        """Whether this desktop has a place for it."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show_state(self, picture: str, sentence: str) -> None:
        """Show how the sync stands.

        Args:
            picture: Icon that the overview shows for it.
            sentence: The overview's sentence.
        """
        state = _OF_ICONS.get(picture, TrayState.IDLE)
        if state is not self.state:
            self.state = state
            self.icon.setIcon(tray_icon(state))
        self.icon.setToolTip(f"DynSync: {sentence}" if sentence else "DynSync")

    def offer(self, sync: bool, pause: bool, resume: bool) -> None:
        """Offer what can be done now: sync, pause the running sync, resume it."""
        self.sync.setEnabled(sync)
        self.pause.setVisible(not resume)
        self.pause.setEnabled(pause)
        self.resume.setVisible(resume)

    def close(self) -> None:
        """Take the icon away at once; some desktops keep one whose program has gone."""
        self.icon.hide()
        self._menu.deleteLater()

    def _add(self, text: str, signal: object) -> QAction:
        action = self._menu.addAction(text)
        action.triggered.connect(signal)
        return action

    def _clicked(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in {QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick}:
            self.open_wanted.emit()


def explained(window: QWidget, state: BackgroundState | None) -> Question:
    """What closing the window does, for the first time; to accept means to quit instead."""
    meaning = [tr("You find it beside the clock. Quit DynSync from there.")]
    if state is not None and state.next_run is not None:
        meaning.append(
            ntr(
                "It syncs every minute, even after you quit.",
                "It syncs every {n} minutes, even after you quit.",
                state.entry.every_minutes,
            )
        )
    else:
        meaning.append(tr("It syncs by itself once you turn that on in its settings."))
    title = tr("DynSync stays when its window is closed")
    return Question(window, title, " ".join(meaning), tr("Quit DynSync"), tr("Close the window"))


def tray_icon(state: TrayState) -> QIcon:
    """The logo, with the state's badge cut into its corner: legible on a light panel as on a dark one."""
    badge, colour = state.value
    result = QIcon()
    for size in _SIZES:
        pixmap = QPixmap(QSize(size, size))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer("logo", colour or LIGHT.accent).render(painter, QRectF(pixmap.rect()))
        if badge:
            side = size * _BADGE
            place = QRectF(size - side, size - side, side, side)
            rim = max(1.0, size / 24)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
            painter.drawEllipse(place.adjusted(-rim, -rim, rim, rim))
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            renderer(badge, colour).render(painter, place)
        painter.end()
        result.addPixmap(pixmap)
    return result

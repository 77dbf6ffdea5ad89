"""A notice of the desktop, for whoever looks elsewhere when a sync ends."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from dynsync_gui.ui.icons import icon

_ATTENTION_MS = 10_000


class DesktopNotice(QObject):
    """Gives notices; where the desktop has no place for them, the window asks for attention in its own way."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._tray: QSystemTrayIcon | None = None

    def use(self, tray: QSystemTrayIcon) -> None:
        """Speak from an icon that is there already."""
        self._tray = tray

    def give(self, window: QWidget, text: str) -> None:
        """Say a sentence beside the clock and mark the window in the task bar."""
        QApplication.alert(window, _ATTENTION_MS)
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(icon("logo", size=32), self)
            self._tray.messageClicked.connect(window.activateWindow)
        self._tray.show()
        self._tray.showMessage("DynSync", text, icon("logo", size=32), _ATTENTION_MS)

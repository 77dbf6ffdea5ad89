"""One window a profile: a second start shows the first one's, which may be out of sight beside the clock."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_PATIENCE_MS = 1_000
_ANYBODY = -1


class FirstWindow(QObject):
    """What the first start of a profile is told by later ones.

    Args:
        parent: As long as this lives, it listens.
        profile_id: As the profile has it.

    Attributes:
        wanted: Somebody started DynSync once more.
    """

    wanted = Signal()

    def __init__(self, parent: QObject, profile_id: str) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._called)
        if not self._server.listen(_name(profile_id)):
            # Left by one that died: nobody answers there, or this start would have ended.
            QLocalServer.removeServer(_name(profile_id))
            self._server.listen(_name(profile_id))

    def close(self) -> None:
        """Listen no more, and leave nothing behind."""
        self._server.close()

    def _called(self) -> None:
        while (caller := self._server.nextPendingConnection()) is not None:
            caller.disconnected.connect(caller.deleteLater)
            caller.disconnectFromServer()
            self.wanted.emit()


def call_first(profile_id: str) -> bool:
    """Ask the first window of a profile to come forward; returns whether there is one."""
    _let_others_come_forward()
    socket = QLocalSocket()
    socket.connectToServer(_name(profile_id))
    found = socket.waitForConnected(_PATIENCE_MS)
    if found and socket.state() is not QLocalSocket.LocalSocketState.UnconnectedState:
        socket.waitForDisconnected(_PATIENCE_MS)
    return found


def _let_others_come_forward() -> None:
    """Give this start's right to be in front away (Microsoft, AllowSetForegroundWindow, ASFW_ANY).

    Windows only blinks where a program asks for it that has no such right.
    """
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415  only there

        ctypes.WinDLL("user32").AllowSetForegroundWindow(_ANYBODY)


def _name(profile_id: str) -> str:
    return f"dynsync-{profile_id}"

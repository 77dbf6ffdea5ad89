"""Opens windows over a scripted service, and does in them what a person's hands would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from dynsync_gui.domain.events import ProblemsRead, ProfileRead
from dynsync_gui.ui.start import Window
from tests.ui import demo_world as world
from tests.ui.scripted_service import ScriptedService

Wait = Callable[[Callable[[], bool]], Any]


class Stage:
    """Windows, and the hands that fill them.

    Args:
        language: Language of the field labels that Dynamics would give.
        wait: Waits until something holds, while events are handled.
    """

    def __init__(self, language: str, wait: Wait) -> None:
        self._language, self._wait = language, wait
        self.made: list[tuple[Window, ScriptedService]] = []

    def open(self, **scripts: Any) -> tuple[Window, ScriptedService]:
        """A new window on the first page."""
        service = ScriptedService(**scripts)
        window = Window(service, lambda topic: f"<h1>{topic}</h1>")
        self.made.append((window, service))
        window.show()
        self._wait(lambda: window.wizard is not None)
        return window, service

    def open_stored(self, status: Any = world.STATUS, **scripts: Any) -> tuple[Window, ScriptedService]:
        """A window on a profile that an earlier session left."""
        profile = [lambda job: ProfileRead(job, world.SETTINGS, status)]
        read = [lambda job: ProblemsRead(job, world.PROBLEMS, status)]
        service = ScriptedService(**{"read_profile": profile, "read_problems": read, **scripts})
        window = Window(service, lambda topic: f"<h1>{topic}</h1>")
        self.made.append((window, service))
        window.show()
        self._wait(lambda: window.main is not None and window.main._reading is None)
        return window, service

    def fill(self, window: Window) -> None:
        """Enter everything on the first page."""
        self.type(window, "dynamics.url", world.OWN.dynamics.url)
        self.type(window, "dynamics.client_id", world.OWN.dynamics.client_id)
        self.type(window, "dynamics.client_secret", world.OWN_SECRETS.dynamics_client_secret)
        self.type(window, "marketo.endpoint", world.OWN.marketo.endpoint)
        self.type(window, "marketo.client_id", world.OWN.marketo.client_id)
        self.type(window, "marketo.client_secret", world.OWN_SECRETS.marketo_client_secret)

    def start(self, window: Window) -> None:
        """Agree on the last page and press Start sync."""
        page = window.wizard.enable
        page.accept.setChecked(True)
        self.type(window, "email", "admin@contoso.com")
        page.validatePage()
        self._wait(lambda: window.main is not None)

    @staticmethod
    def front(window: Window) -> QWidget:
        """The dialog in front of a window, else the window."""
        dialogs = [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]
        return dialogs[-1] if dialogs else window

    @staticmethod
    def type(window: Window, key: str, text: str) -> None:
        """Enter something into a field, as typing does."""
        edit = window.findChild(QLineEdit, key)
        edit.setText(text)
        edit.textEdited.emit(text)
        edit.setCursorPosition(0)

"""Walks the whole wizard with the real service by keyboard alone; run by `test_window.py` in a process of its own.

Usage: walk.py PROFILE LANGUAGE KEYS PICTURES [cancel]; `KEYS` is ``xdotool`` (a real screen) or ``qt`` (offscreen).
Each step waits for a condition of the window and then presses keys: Alt and the underlined letter, Space, or typing.
Prints one JSON line: what the window said at its end.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from dynsync_gui import app
from dynsync_gui.ui.mnemonics import letter

Step = tuple[Callable[[], bool], Callable[[], None]]


class Keyboard:
    """Presses keys as a person does, at whatever has the focus."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def alt(self, part: Any) -> None:
        char = letter(part.text())
        assert char, f"no letter on {part.text()!r}"
        if self._kind == "xdotool":
            self._xdotool("key", "--clearmodifiers", f"alt+{char}")
        else:
            QTest.keyClick(self._focus(), char, Qt.KeyboardModifier.AltModifier)

    def space(self) -> None:
        if self._kind == "xdotool":
            self._xdotool("key", "space")
        else:
            QTest.keyClick(self._focus(), Qt.Key.Key_Space)

    def type(self, text: str) -> None:
        if self._kind == "xdotool":
            self._xdotool("type", "--delay", "4", text)
        else:
            QTest.keyClicks(self._focus(), text)

    @staticmethod
    def _xdotool(*arguments: str) -> None:
        # Not waited for: the window has to take the keys meanwhile.
        threading.Thread(target=subprocess.run, args=(["xdotool", *arguments],), daemon=True).start()

    @staticmethod
    def _focus() -> QWidget:
        return QApplication.focusWidget() or QApplication.activeWindow() or QApplication.topLevelWidgets()[0]


class Walk:
    """Takes one step at a time."""

    def __init__(self, window: Any, keyboard: Keyboard, pictures: Path, *, cancel: bool) -> None:
        self._window, self._keys, self._pictures, self._cancel = window, keyboard, pictures, cancel
        self._steps = self._all()
        self._next: Step | None = next(self._steps)
        self._taken = 0
        self.found: dict[str, Any] = {}
        self._timer = QTimer(window, interval=60)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        if self._next is None:
            return
        if not self._window.isActiveWindow():
            self._window.activateWindow()
        condition, act = self._next
        if not condition():
            return
        self._taken += 1
        self._window.grab().save(str(self._pictures / f"{self._taken:02}.png"))
        self._next = None
        act()
        self._next = next(self._steps, None)

    def _all(self) -> Iterator[Step]:
        window, keys = self._window, self._keys
        yield lambda: self._page("credentials") and self._ready(self._wizard.credentials.test), self._test
        yield self._wizard.credentials.identity.confirm.hasFocus, keys.space
        yield self._wizard.credentials.identity.confirm.isChecked, self._forward
        yield lambda: self._page("fields") and bool(self._wizard.flow.draft.offers), self._forward
        if self._cancel:
            yield lambda: self._page("enable") and self._wizard.flow.draft.plan is not None, self._give_up
            return
        yield (
            lambda: self._page("enable") and self._wizard.flow.draft.plan is not None,
            self._accept,
        )
        yield self._wizard.enable.accept.isChecked, self._go_to_email
        yield self._wizard.enable.mail.email.hasFocus, self._address
        yield lambda: self._wizard.enable.mail.email.text().endswith(".example"), self._forward
        yield (
            lambda: window.main is not None and not window.main.running and window.main.overview.report.isVisible(),
            (self._finish),
        )

    @property
    def _wizard(self) -> Any:
        return self._window.wizard

    def _page(self, name: str) -> bool:
        return self._wizard is not None and self._wizard.page_now is getattr(self._wizard, name)

    @staticmethod
    def _ready(button: QWidget) -> bool:
        return button.isVisible() and button.isEnabled() and button.hasFocus()

    def _forward(self) -> None:
        wizard = self._wizard
        which = wizard.WizardButton.FinishButton if self._page("enable") else wizard.WizardButton.NextButton
        self._keys.alt(wizard.button(which))

    def _test(self) -> None:
        self._keys.alt(self._wizard.credentials.test)

    def _accept(self) -> None:
        self._keys.alt(self._wizard.enable.accept)

    def _go_to_email(self) -> None:
        self._keys.alt(self._label_of_email())

    def _give_up(self) -> None:
        self._keys.alt(self._wizard.button(self._wizard.WizardButton.CancelButton))

    def _label_of_email(self) -> QLabel:
        email = self._wizard.enable.mail.email
        return next(label for label in self._window.findChildren(QLabel) if label.buddy() is email)

    def _address(self) -> None:
        email = self._wizard.enable.mail.email
        if email.text():
            return
        self._keys.type("admin@contoso.example")

    def _finish(self) -> None:
        overview = self._window.main.overview
        words = [label.text() for label in overview.findChildren(QLabel) if label.isVisible() and label.text()]
        self.found = {"state": overview.state.text(), "words": words}
        self._window.close()


def main(profile: str, language: str, keys: str, pictures: str, end: str = "start") -> int:
    walks: list[Walk] = []
    opening = app.open_window

    def opened(*arguments: Any, **more: Any) -> Any:
        window = opening(*arguments, **more)
        window.activateWindow()
        walks.append(Walk(window, Keyboard(keys), Path(pictures), cancel=end == "cancel"))
        return window

    app.open_window = opened  # type: ignore[assignment]
    status = app.main(["--profile", profile, "--language", language, "--rehearse", "--records", "300"])
    left = [
        thread.name for thread in threading.enumerate() if thread is not threading.main_thread() and not thread.daemon
    ]
    print(json.dumps({"status": status, "threads": left, **walks[0].found}))
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

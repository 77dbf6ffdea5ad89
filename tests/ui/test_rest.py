from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from tests.ui.scenes import Scenes

ROOT = Path(__file__).resolve().parents[2]


class Watch(QObject):
    """Counts the events that mean work."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[QEvent.Type] = Counter()
        self._passes = 0

    def rested(self) -> bool:
        """Whether the work of showing the window is over, however slow the machine: counted in turns of the loop."""
        self._passes += 1
        return self._passes > 30

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.LayoutRequest, QEvent.Type.Paint, QEvent.Type.Resize}:
            self.seen[event.type()] += 1
            self._passes = 0
        return False


@pytest.mark.parametrize("scene", ["page1_passed", "page2_fields", "page3_mail", "finished", "problems"])
def test_an_idle_window_does_nothing(scenes: Scenes, qtbot: Any, qapp: QApplication, scene: str) -> None:
    getattr(scenes, scene)()
    watch = Watch()
    qapp.installEventFilter(watch)
    qtbot.waitUntil(watch.rested)
    watch.seen.clear()
    qtbot.wait(300)
    qapp.removeEventFilter(watch)
    assert sum(watch.seen.values()) <= 6, watch.seen  # a caret may blink


@pytest.mark.parametrize(
    ("door", "left"),
    [
        pytest.param(
            "dynsync_gui.ui.start",
            ("requests", "msal", "keyring", "urllib3", "sqlite3", "ssl"),
            id="the window needs nothing of the engine's",
        ),
        pytest.param(
            "dynsync_gui.app",
            tuple(f"dynsync_gui.{room}" for room in ("composition", "connectors", "engine", "store", "ui.wizard")),
            id="before the first paint nothing but what it shows",
        ),
        pytest.param(
            "dynsync_gui.composition",
            ("requests", "msal", "keyring", "smtplib", "email", "importlib_metadata"),
            id="the service needs no library that is seldom wanted",
        ),
    ],
)
def test_what_is_not_needed_yet_is_not_loaded(door: str, left: tuple[str, ...]) -> None:
    code = f"import sys, {door}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert door in loaded
    assert [name for name in loaded if any(f"{name}.".startswith(f"{room}.") for room in left)] == []

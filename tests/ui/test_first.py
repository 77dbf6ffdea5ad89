from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject

from dynsync_gui.ui.windows.first import FirstWindow, call_first

ROOT = Path(__file__).resolve().parents[2]
CALL = "import sys; from dynsync_gui.ui.windows.first import call_first; sys.exit(0 if call_first(sys.argv[1]) else 3)"


@pytest.fixture
def profile_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # where the socket is made on Linux and macOS
    return f"{os.getpid():012x}"


def second(profile_id: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", CALL, profile_id], cwd=ROOT)


def test_a_second_start_calls_the_first_and_ends(qtbot: Any, profile_id: str) -> None:
    parent = QObject()
    first = FirstWindow(parent, profile_id)
    with qtbot.waitSignal(first.wanted):
        caller = second(profile_id)
    assert caller.wait(60) == 0
    first.close()
    assert not call_first(profile_id)
    parent.deleteLater()
    qtbot.wait(0)


def test_another_profile_is_another_first(qtbot: Any, profile_id: str) -> None:
    parent = QObject()
    FirstWindow(parent, profile_id)
    assert second("f" * 12).wait(60) == 3
    parent.deleteLater()
    qtbot.wait(0)


@pytest.mark.only_on("linux")
def test_one_that_was_killed_stands_in_nobodys_way(qtbot: Any, profile_id: str) -> None:
    code = (
        "import sys, time; from PySide6.QtCore import QCoreApplication, QObject; "
        "from dynsync_gui.ui.windows.first import FirstWindow; app = QCoreApplication([]); "
        "parent = QObject(); first = FirstWindow(parent, sys.argv[1]); print('ready', flush=True); app.exec()"
    )
    dead = subprocess.Popen([sys.executable, "-c", code, profile_id], cwd=ROOT, stdout=subprocess.PIPE)
    assert dead.stdout is not None
    assert dead.stdout.readline() == b"ready\n"
    dead.send_signal(signal.SIGKILL)
    dead.wait(60)
    dead.stdout.close()
    assert not call_first(profile_id)
    parent = QObject()
    first = FirstWindow(parent, profile_id)
    with qtbot.waitSignal(first.wanted):
        caller = second(profile_id)
    assert caller.wait(60) == 0
    parent.deleteLater()
    qtbot.wait(0)

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dynsync_gui.system.programs import console_name
from dynsync_gui.system.schedule.program import background_command

ARGUMENTS = ("--profile", "/home/zoe/a b", "sync", "--once", "--background")


def test_a_checkout_starts_its_own_code_with_its_own_python(tmp_path: Path) -> None:
    command = background_command(tmp_path)
    assert command.words[-5:] == ("--profile", str(tmp_path), "sync", "--once", "--background")
    words = [*command.words[:-5], "--version"]
    done = subprocess.run(words, cwd=command.folder, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("DynSync ")


def test_a_bundle_starts_the_console_program_beside_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/dynsync/dynsync-gui")
    command = background_command(Path("/home/zoe/a b"))
    assert Path(command.words[0]) == Path("/opt/dynsync") / console_name()
    assert command.words[1:] == ("--profile", str(Path("/home/zoe/a b")), *ARGUMENTS[2:])


def test_on_windows_a_bundle_starts_the_window_itself_for_no_console_must_flash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/programs/dynsync.com")
    monkeypatch.setattr(sys, "platform", "win32")
    assert Path(background_command(Path("/home/zoe/a b")).words[0]) == Path("/programs/DynSync.exe")

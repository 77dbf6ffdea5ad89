"""The demonstration: the wizard where there is a screen, the same three steps in the terminal where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from steps.console import ROOT, run, say
from steps.debian import provide_qt

PROBLEMS = 1
"""Exit status of a sync that is done and lists records to look at: the rehearsal world has some on purpose."""


def demo(python: Path, *, no_screen: bool, records: int | None, seed: int | None) -> int:
    """Run the main job on the rehearsal systems and return the exit status."""
    options = [f"--{name}={value}" for name, value in (("records", records), ("seed", seed)) if value is not None]
    if not no_screen and has_screen(sys.platform, os.environ):
        provide_qt(screen=True)
        if _opens_windows(python):
            say("The wizard opens in a window of its own.")
            return run([python, "-m", "dynsync_gui.app", "--rehearse", *options])
        say("No window can be opened here; the demonstration runs in the terminal.")
    status = run([python, "-m", "dynsync_gui.cli", "demo", *options])
    return 0 if status == PROBLEMS else status


def has_screen(platform: str, environment: Mapping[str, str]) -> bool:
    """Whether windows can be expected to appear before somebody."""
    if platform == "linux":
        return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
    return "SSH_CONNECTION" not in environment


def _opens_windows(python: Path) -> bool:
    """Try, in a process of its own: where Qt finds no screen it ends the whole process."""
    trial = [str(python), "-c", "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"]
    try:
        return subprocess.run(trial, cwd=ROOT, capture_output=True, check=False, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False

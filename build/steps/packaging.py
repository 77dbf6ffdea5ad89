"""Programs that run without Python: one folder with the window and the command line."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from steps.console import ROOT, Stop, need, run, say

DIST = ROOT / "dist"
WORK = ROOT / ".cache" / "pyinstaller"


def package(python: Path) -> int:
    """Build `dist/DynSync` and start its command line once."""
    spec = ROOT / "build" / "dynsync.spec"
    shutil.rmtree(DIST / "DynSync", ignore_errors=True)
    folders: list[str | Path] = ["--distpath", DIST, "--workpath", WORK]
    need(
        [python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *folders, spec],
        "The programs could not be built; PyInstaller's words above tell why.",
    )
    program = DIST / "DynSync" / ("dynsync.exe" if os.name == "nt" else "dynsync")
    if run([program, "--help"]):
        raise Stop(f"{program.relative_to(ROOT)} was built, but does not start.")
    size = sum(
        path.stat().st_size for path in (DIST / "DynSync").rglob("*") if path.is_file() and not path.is_symlink()
    )
    say(f"Built {program.parent.relative_to(ROOT)} ({size / 1e6:.0f} MB, {sys.platform}).")
    return 0

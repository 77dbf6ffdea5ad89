"""The virtual environment in `.venv`: made, brought up to date by the lock files, and found again in an instant."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from steps.console import ROOT, need, say
from steps.debian import install

VENV = ROOT / ".venv"
LOCKS = {"runtime": ROOT / "build" / "requirements.txt", "dev": ROOT / "build" / "requirements-dev.txt"}
"""What each kind of use needs; `dev` holds everything of `runtime`."""

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""Version of the Python that runs this; the environment gets the same."""


def python_of(venv: Path) -> Path:
    """The interpreter of a virtual environment."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stamp(lock: Path) -> str:
    """What an environment is made of: a digest of its lock file, of the Python and of where the project lies."""
    made_of = hashlib.sha256(lock.read_bytes().replace(b"\r\n", b"\n"))
    made_of.update(f"{PYTHON} {platform.machine()} {sys.platform} {ROOT}".encode())
    return made_of.hexdigest()


def ready(kind: str) -> Path:
    """The environment's interpreter, after making or updating the environment where that is needed.

    Args:
        kind: ``runtime`` or ``dev``.

    Raises:
        Stop: With what to do, when it cannot be made.
    """
    python = python_of(VENV)
    if python.exists() and any(_is_stamped(each) for each in {kind, "dev"}):
        return python
    if not _is_usable(python):
        _make()
    say("Fetching the libraries, which takes about half a minute the first time ...")
    need(
        [
            *(python, "-m", "pip", "install", "-qq", "--disable-pip-version-check"),
            *("--require-hashes", "--only-binary", ":all:", "-r", LOCKS[kind]),
        ],
        "Not all libraries could be fetched; pip's words above tell which. "
        "Check the connection and, in a company network, the proxy (HTTPS_PROXY), then run the command again.",
    )
    _make_importable(python)
    _stamp_file(kind).write_text(stamp(LOCKS[kind]), encoding="ascii")
    return python


def _stamp_file(kind: str) -> Path:
    return VENV / f"dynsync-{kind}.stamp"


def _is_stamped(kind: str) -> bool:
    try:
        return _stamp_file(kind).read_text(encoding="ascii") == stamp(LOCKS[kind])
    except OSError:
        return False


def _is_usable(python: Path) -> bool:
    """Whether the environment is of the present Python and still works; a system's update may have broken it."""
    try:
        made_with = (VENV / "pyvenv.cfg").read_text(encoding="utf-8")
        asked = [str(python), "-c", "import pip, sys; print('{}.{}'.format(*sys.version_info))"]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer == PYTHON and f"version = {PYTHON}." in made_with


def _make() -> None:
    """Make an empty environment with this Python; an unusable one is removed first."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        _get_venv_module()
    if VENV.exists():
        say("The environment in .venv is of another Python, or incomplete; it is made anew.")
        shutil.rmtree(VENV)
    # The environment that runs this file, if any, may be the one just removed.
    base = getattr(sys, "_base_executable", sys.executable)
    need([base, "-m", "venv", VENV], "The virtual environment in .venv could not be made.")


def _get_venv_module() -> None:
    """Debian and Ubuntu keep the part of Python that makes environments in a package of its own."""
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    install([package], "This Python cannot make virtual environments.")
    importlib.invalidate_caches()


def _make_importable(python: Path) -> None:
    """Let the environment's Python find the project in place, and start it as `dynsync` and `dynsync-gui`."""
    asked = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    libraries = Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
    encoding = "utf-8" if sys.version_info >= (3, 13) else "locale"  # as site.py reads it
    (libraries / "dynsync.pth").write_text(f"{ROOT}\n", encoding=encoding)
    for name, module in {"dynsync": "dynsync_gui.cli", "dynsync-gui": "dynsync_gui.app"}.items():
        if os.name == "nt":
            starter = python.parent / f"{name}.cmd"
            starter.write_text(f'@"%~dp0python.exe" -m {module} %*\n', encoding="ascii")
        else:
            starter = python.parent / name
            starter.write_text(f'#!/bin/sh\nexec "$(dirname "$0")/python" -m {module} "$@"\n', encoding="ascii")
            starter.chmod(0o755)

"""Tries what was packaged by really installing it."""

from __future__ import annotations

import hashlib
import math
import subprocess
from pathlib import Path

from steps import bundling, debian, packaging
from steps.bundling import DIST
from steps.cache import cache
from steps.console import ROOT, Stop, say

WAYS = {
    "linux": "linux: the .deb in a clean Debian",
    "windows": "windows: installer and MSI under wine",
    "windows-if-changed": "windows-if-changed: that, if packaging, libraries or start-up changed since it went well",
    "rough": "rough: the built programs without network, on a read-only or full disk, and in odd folders",
}

_DECIDING = (
    "build/bundle/*", "build/entries/*", "build/windows/*", "build/dynsync.spec", "build/requirements*.txt",
    "build/steps/bundling.py", "build/steps/signing.py", "build/steps/unattended.py", "build/steps/wi*.py",
    "pyproject.toml", "dynsync_gui/*.py", "dynsync_gui/selftest/*.py", "dynsync_gui/system/**/*.py",
    "dynsync_gui/ui/start.py", "dynsync_gui/ui/trial.py", "tests/e2e/walk.py",
)  # fmt: skip
"""What can change how DynSync is installed and starts on Windows, and how that is tried."""


WHOLE, SHORT, MAKING = 560, 200, 150
"""Seconds that two processors need, at the most, for all that is tried under wine, for the short form of it (a silent
installation, the self-tests, a silent removal), and before either where no Windows is in the cache."""


class NotHere(Exception):  # noqa: N818  not a fault but a reason
    """What a trial needs cannot be had on this computer."""


def prove(python: Path, what: str, seconds: float = math.inf) -> int:
    """Try one kind of package.

    Args:
        python: The environment's interpreter.
        what: A key of `WAYS`.
        seconds: How long ``windows-if-changed`` may take; what does not fit is not begun, and that is said.
    """
    if what == "linux":
        return _linux(python)
    if what == "rough":
        from steps import rough_trial

        return rough_trial.prove(_bundle(python))
    # Compared with what went well here before, not with another commit: a clean clone has none to compare with, and a
    # computer without the mark has not seen it go well. Only a proof leaves one.
    whole, shortly = (cache() / f"windows-{form}-{_digest()}" for form in ("proved", "proved-shortly"))
    if what == "windows-if-changed" and whole.exists():
        say("Nothing changed that decides how DynSync is installed on Windows; not tried again.")
        return 0
    from steps import wine

    left = seconds - (0 if wine.is_cached() else MAKING)
    short = left < WHOLE
    if short and shortly.exists():
        say("Nothing changed that decides how DynSync is installed on Windows; the short form went well before.")
        return 0
    if left < SHORT:
        say(
            f"NOT TRIED: the Windows installers; {seconds:.0f} seconds are left. build/dev.py prove windows tries them."
        )
        return 0
    try:
        status = _windows(python, short=short)
    except NotHere as reason:
        say(f"SKIPPED: the Windows product was NOT tried. {reason}")
        return 0
    if status == 0:
        mark = shortly if short else whole
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    return status


def _linux(python: Path) -> int:
    from steps import clean_root, first_paint, linux_packages, unattended
    from steps.testing import screen, session_bus

    folder = _bundle(python)
    unattended.prove(folder)
    with screen() as display, session_bus() as bus:
        first_paint.measure(folder / "DynSync", display, bus)
    return clean_root.prove(linux_packages.deb(folder, quick=True), DIST / "pictures")


def _bundle(python: Path) -> Path:
    """This platform's bundle, built anew, with both self-tests passed."""
    folder = bundling.bundle(python)
    packaging.self_test(folder)
    return folder


def _windows(python: Path, *, short: bool) -> int:
    from steps import windows_trial, wine

    try:
        if lacking := windows_trial.lacking():
            debian.install(lacking, "The Windows installers are made and tried under wine.")
        wine.ready(python)
    except (Stop, OSError, subprocess.SubprocessError) as reason:
        raise NotHere(str(reason)) from reason
    try:
        return windows_trial.prove(python, short=short)
    except subprocess.TimeoutExpired as late:
        raise Stop(f"A Windows program did not end: {late}") from late


def _digest() -> str:
    digest = hashlib.sha256()
    for pattern in _DECIDING:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]

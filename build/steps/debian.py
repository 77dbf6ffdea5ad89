"""Packages of the system: what is missing, and how it gets there on Debian and Ubuntu."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence

from steps.console import Stop, run_quietly, say

QT = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
}
"""Libraries that Qt always loads, with their Debian packages."""

QT_SCREEN = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libX11-xcb.so.1": "libx11-xcb1",
}
"""Libraries that Qt loads to show windows on an X server."""

_APT = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]


def missing(libraries: Mapping[str, str], loads: Callable[[str], bool] | None = None) -> dict[str, str]:
    """The libraries, with their packages, that this system does not have.

    Args:
        libraries: Package by library.
        loads: Tells whether a library is there; tries to load it by default.
    """
    there = loads or _loads
    return {library: package for library, package in libraries.items() if not there(library)}


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def provide_qt(*, screen: bool) -> None:
    """See to it that Qt finds its shared libraries; Windows and macOS have them.

    Args:
        screen: Whether windows are to be shown on an X server.

    Raises:
        Stop: With the exact command, where the right to install is missing.
    """
    if sys.platform != "linux":
        return
    lacking = missing({**QT, **(QT_SCREEN if screen else {})})
    if lacking:
        install(sorted(lacking.values()), f"Qt needs {', '.join(sorted(lacking))}, which this system lacks.")
        if still := missing(lacking):
            raise Stop(f"Qt still misses {', '.join(sorted(still))} after its packages were installed.")


def install(packages: Sequence[str], reason: str) -> None:
    """Install Debian packages with the rights of root, else name the command.

    Raises:
        Stop: With `reason` and the command, where it cannot be done here.
    """
    if not shutil.which("apt-get"):
        raise Stop(f"{reason} On Debian and Ubuntu these packages bring it: {' '.join(packages)}")
    if os.geteuid() != 0:
        raise Stop(f"{reason} Run this, then the command again:\n  {command(packages)}")
    say(f"{reason} Installing {' '.join(packages)} ...")
    silent = {"DEBIAN_FRONTEND": "noninteractive"}
    run_quietly([*_APT, "update"], silent)  # old lists may do, too
    if run_quietly([*_APT, "install", "--yes", "--no-install-recommends", *packages], silent):
        raise Stop(f"The packages could not be installed. Try yourself:\n  {command(packages)}")


def command(packages: Sequence[str]) -> str:
    """What to type to install packages."""
    return f"sudo apt-get install --no-install-recommends {' '.join(packages)}"

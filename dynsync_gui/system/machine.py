"""Which kind of computer this is, as release files name it, and who uses it."""

from __future__ import annotations

import getpass
import platform
import sys

_SYSTEMS = {"win32": "windows", "darwin": "macos", "linux": "linux"}
_MACHINES = {"amd64": "x64", "x86_64": "x64", "arm64": "arm64", "aarch64": "arm64"}


def platform_tag(system: str = sys.platform, machine: str = "") -> str:
    """Such as ``windows-x64``.

    Args:
        system: As `sys.platform` has it.
        machine: As `platform.machine` has it; asked of this computer where empty.
    """
    found = (machine or platform.machine()).lower()
    return f"{_SYSTEMS.get(system, system)}-{_MACHINES.get(found, found)}"


def user_name() -> str:
    """Who is signed in to this computer; empty where nobody says."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no name in the environment, and none known for the number
        return ""

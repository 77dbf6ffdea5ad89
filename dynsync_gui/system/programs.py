"""The programs of an installed DynSync: the window, and the command line beside it."""

from __future__ import annotations

import sys
from pathlib import Path

WINDOW = "DynSync"


def console_name(platform: str = sys.platform) -> str:
    """File name of the command line.

    Windows and macOS do not tell ``DynSync`` from ``dynsync``. On Windows a program that ends in ``.com`` is what
    ``dynsync`` starts at a prompt, before the ``.exe``; on macOS it gets a longer name.
    """
    return {"win32": "dynsync.com", "darwin": "dynsync-terminal"}.get(platform, "dynsync")


def is_installed() -> bool:
    """Whether this is a built product, not code that a Python runs."""
    return bool(getattr(sys, "frozen", False))


def console_program() -> Path:
    """The command line that stands beside the running program; only where `is_installed`."""
    return Path(sys.executable).with_name(console_name())


def window_program() -> Path:
    """The window's program beside the running one; only where `is_installed`."""
    return Path(sys.executable).with_name(f"{WINDOW}.exe" if sys.platform == "win32" else WINDOW)

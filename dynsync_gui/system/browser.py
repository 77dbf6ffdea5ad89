"""Opens an address in the browser of this computer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress

_PATIENCE = 1.0
_opened: list[subprocess.Popen[bytes]] = []
"""Programs that were started and may still run; Python complains when it loses sight of them."""


def open_browser(address: str) -> bool:
    """Open an address and return at once; never in a browser of the terminal.

    Args:
        address: An ``https`` address.

    Returns:
        Whether some browser was told. The person may still have to copy the address.
    """
    if not address.startswith("https://"):
        return False
    if sys.platform == "win32":
        with suppress(OSError):
            os.startfile(address)  # noqa: S606  an https address, checked above
            return True
        return False
    return _told(address)


def _told(address: str) -> bool:
    has_screen = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    program = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if not has_screen or program is None:
        return False
    _opened[:] = [process for process in _opened if process.poll() is None]
    quiet = subprocess.DEVNULL
    try:
        process = subprocess.Popen([program, address], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    except OSError:
        return False
    _opened.append(process)
    try:
        return process.wait(_PATIENCE) == 0
    except subprocess.TimeoutExpired:
        return True

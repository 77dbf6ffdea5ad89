"""How soon the built window is there, as somebody who looks at the screen would time it."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from steps.console import Stop, say

STARTS = 5
_SECONDS = 120.0


def measure(program: Path, display: str) -> float:
    """Start a window several times and tell the median seconds until it is painted; the first start warms the disk.

    Args:
        program: The window's program.
        display: The screen.
    """
    with tempfile.TemporaryDirectory(prefix="dynsync-start-") as home:
        variables = {"PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8", "DISPLAY": display}
        taken = [_once(program, variables) for _ in range(STARTS + 1)]
    median = statistics.median(taken[1:])
    say(f"first paint of {program.name}: cold {taken[0]:.2f} s, warm {median:.2f} s (median of {STARTS})")
    return median


def _once(program: Path, variables: dict[str, str]) -> float:
    began = time.monotonic()
    process = subprocess.Popen([program], env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return wait(process.pid, variables, began)
    finally:
        process.terminate()
        process.wait()


def wait(process: int, variables: Mapping[str, str], began: float) -> float:
    """Look until a process has painted its window; returns the seconds since it began, without those of the last look.

    Args:
        process: Its number.
        variables: Name the screen.
        began: When it was started, by `time.monotonic`.

    Raises:
        Stop: No window was painted in time.
    """
    while True:
        window = _asked(["xdotool", "search", "--onlyvisible", "--pid", str(process)], variables).split()
        looked = time.monotonic() - began
        if window and int(_asked(["import", "-window", window[0], "-format", "%k", "info:"], variables) or 0) > 50:
            return looked
        if looked > _SECONDS:
            raise Stop("The window was not painted.")


def _asked(command: list[str], variables: Mapping[str, str]) -> str:
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    return re.sub(r"[^\d\s]", "", done.stdout)

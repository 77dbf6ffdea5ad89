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
from typing import Any

from steps.console import Stop, say

STARTS = 5
_SECONDS = 120.0


def measure(program: Path, display: str, bus: str) -> float:
    """Start a window several times and tell the median seconds until it is painted; the first start warms the disk.

    Args:
        program: The window's program.
        display: The screen.
        bus: The address of the session's bus.
    """
    with tempfile.TemporaryDirectory(prefix="dynsync-start-") as home:
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "LANG": "C.UTF-8",
            "DISPLAY": display,
            "DBUS_SESSION_BUS_ADDRESS": bus,
        }
        taken = [_once(program, variables) for _ in range(STARTS + 1)]
    median = statistics.median(taken[1:])
    say(f"first paint of {program.name}: cold {taken[0]:.2f} s, warm {median:.2f} s (median of {STARTS})")
    return median


def _once(program: Path, variables: dict[str, str]) -> float:
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen([program], env=variables, stdout=told, stderr=told)
        try:
            return wait(process, variables, began)
        except Stop as why:
            told.seek(0)
            raise Stop(f"{why}\n{told.read()}".rstrip()) from None
        finally:
            process.terminate()
            process.wait()


def wait(process: subprocess.Popen[Any], variables: Mapping[str, str], began: float) -> float:
    """Look until a process has painted its window; returns the seconds since it began, without those of the last look.

    Args:
        process: The program.
        variables: Name the screen.
        began: When it was started, by `time.monotonic`.

    Raises:
        Stop: No window was painted in time, or ever will be, as the program has ended.
    """
    while True:
        window = _asked(["xdotool", "search", "--onlyvisible", "--pid", str(process.pid)], variables).split()
        looked = time.monotonic() - began
        counted = _asked(["import", "-window", window[0], "-format", "%k", "info:"], variables) if window else ""
        colours = int(counted or 0)
        if colours > 50:
            return looked
        if (status := process.poll()) is not None:
            raise Stop(f"The program ended with {status} before its window was painted.")
        if looked > _SECONDS:
            raise Stop(f"The window was not painted: {len(window)} windows, {colours} colours in {looked:.0f} s.")


def _asked(command: list[str], variables: Mapping[str, str]) -> str:
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    return re.sub(r"[^\d\s]", "", done.stdout)

"""What a trial under wine looks at: windows on its screen, and the registry, programs and secrets of its Windows."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from steps.console import Stop, say
from steps.wine import Wine

_UNINSTALL = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\DynSync"
_COUNT_SECRETS = (
    "import ctypes; count, found = ctypes.c_uint32(), ctypes.c_void_p();"
    "ctypes.WinDLL('advapi32').CredEnumerateW(None, 0, ctypes.byref(count), ctypes.byref(found)); print(count.value)"
)


def need(holds: bool, what: str) -> None:
    """Raise Stop where something does not hold."""
    if not holds:
        raise Stop(f"Not so: {what}.")


def wait(condition: Callable[[], bool], what: str, seconds: float) -> None:
    """Look until something holds, and say so; raises Stop where it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        need(time.monotonic() < end, what)
        time.sleep(0.5)
    say(f"    {what}")


def window(name: str = "^DynSync$") -> str:
    """The number of a window on the screen; empty where there is none."""
    done = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", name], capture_output=True, text=True, check=False
    )
    return done.stdout.split()[0] if done.stdout.split() else ""


def painted(picture: Path) -> bool:
    """Take a picture of the window; whether it shows more than a few colours."""
    picture.unlink(missing_ok=True)
    if number := window():  # without one, import would wait for somebody to click on one
        subprocess.run(["import", "-window", number, str(picture)], capture_output=True, check=False)
    if not picture.exists():
        return False
    told = subprocess.run(
        ["identify", "-format", "%k", str(picture)], capture_output=True, text=True, check=False
    ).stdout
    return int(re.sub(r"\D", "", told) or 0) > 50


def home(windows: Wine) -> Path:
    """The folder of its user."""
    (found,) = [path for path in windows.inside("users").iterdir() if path.name != "Public"]
    return found


def uninstall_entry(windows: Wine, hive: str = "HKCU") -> str:
    """What Windows lists of the installation of one user (``HKCU``) or of everyone (``HKLM``)."""
    return windows.run("reg", "query", rf"{hive}\{_UNINSTALL}", "/reg:64").stdout.decode("utf-8", "replace")


def secrets(windows: Wine) -> int:
    """How many items the Credential Manager holds."""
    return int(windows.run(windows.python / "python.exe", "-c", _COUNT_SECRETS).stdout)


def self_test(windows: Wine, program: Path) -> None:
    """Run a program's self-test, in which everything has to pass."""
    done = windows.run(program, "--self-test", "--json")
    try:
        checks = {each["id"]: each for each in json.loads(done.stdout)["checks"]}
    except ValueError:
        raise Stop(f"{program.name} --self-test said: {done.stdout + done.stderr!r}") from None
    for name, check in checks.items():
        need(check["state"] == "passed", f"{program.name} --self-test, {name}: {check['finding']}")

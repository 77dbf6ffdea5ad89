"""Tries the Windows installers under wine as an administrator and a user would: install, start, upgrade, remove."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bundle import identity
from steps import bundling, windows_installers, wine
from steps.bundling import DIST
from steps.console import ROOT, Stop, say
from steps.testing import screen
from steps.wine import Wine

OLDER = "0.0.9"
"""Version of the installer that is upgraded from."""

_KEY = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\DynSync"


def prove(python: Path, *, pictures: Path = DIST / "windows" / "pictures") -> int:
    """Build the Windows product under wine and try both of its installers.

    Args:
        python: The environment's interpreter.
        pictures: Where pictures of the window go.

    Raises:
        Stop: Something is not as it has to be.
    """
    original = wine.ready(python)
    dist = DIST / "windows"
    older = dist / "older"
    older.mkdir(parents=True, exist_ok=True)
    pictures.mkdir(exist_ok=True)
    folder = bundling.bundle(python, dist, original.interpret)
    newest = windows_installers.make(folder, dist, quick=True)
    before = windows_installers.setup(folder, older, quick=True, version=OLDER)
    with screen() as display, tempfile.TemporaryDirectory(prefix="dynsync-wine-") as trial:
        os.environ["DISPLAY"] = display
        windows = wine.copy(original, Path(trial) / "prefix")
        try:
            _try_setup(windows, before, newest[0], pictures)
            _try_msi(windows, newest[1])
            walk(windows, pictures)
        finally:
            wine.remove(windows)
    say("The Windows installers do what they have to, under wine.")
    return 0


def _try_setup(windows: Wine, before: Path, newest: Path, pictures: Path) -> None:
    programs = _home(windows) / "AppData/Local/Programs/DynSync"
    settings = _home(windows) / "AppData/Local/DynSync/settings.toml"
    say("- installing silently, for one user")
    _need(windows.run(before, "/S").returncode == 0, "the silent installation ended well")
    _need((programs / "DynSync.exe").is_file(), "the window's program is there")
    entry = _uninstall_entry(windows)
    _need(
        OLDER in entry and "EstimatedSize" in entry and "QuietUninstallString" in entry,
        "Windows lists version and size",
    )
    _need(bool(list(_home(windows).rglob("DynSync.lnk"))), "the Start menu has an entry")
    say("- self-test of both installed programs")
    for name in ("dynsync.com", "DynSync.exe"):
        _self_test(windows, programs / name)
    say("- the window, on the platform plugin of Windows")
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text("# kept\n", encoding="utf-8")
    running = windows.start(programs / "DynSync.exe", "--profile", r"C:\trial", "--rehearse", "--records", "200")
    _wait(lambda: bool(_window()), "the window opens", 60)
    _wait(lambda: _painted(pictures / "installed.png"), "the window is painted", 30)
    say("- upgrading while it is open")
    _need(windows.start(newest, "/S").wait(timeout=180) == 0, "the silent upgrade ended well")
    _need(running.wait(timeout=30) is not None, "the old window was closed")
    _need(identity.VERSION in _uninstall_entry(windows), "Windows lists the new version")
    _need(settings.read_text("utf-8") == "# kept\n", "the settings are kept")
    _wait(lambda: bool(_window()), "the window is open again", 60)
    _wait(lambda: _painted(pictures / "upgraded.png"), "the new window is painted", 30)
    _self_test(windows, programs / "dynsync.com")
    say("- removing silently, while it is open")
    windows.run(programs / "uninstall.exe", "/S")
    _wait(lambda: not programs.exists(), "nothing of the program is left", 60)
    _need(not _window(), "the window was closed")
    _need(not list(_home(windows).rglob("DynSync.lnk")), "the Start menu has no entry")
    _need("DisplayName" not in _uninstall_entry(windows), "Windows lists nothing")
    _need(settings.exists(), "the settings are kept")
    say("- by hand: nothing but Enter leads from the file to the window")
    windows.start(newest)
    _wait(_pressed_on, "the window is open", 180)
    windows.run(programs / "uninstall.exe", "/S")
    _wait(lambda: not programs.exists(), "nothing of the program is left", 60)


def _pressed_on() -> bool:
    """Press Enter where the installer is in front; whether the window is there."""
    if _window():
        return True
    if setup := _window("^DynSync Setup *$"):
        subprocess.run(
            ["xdotool", "windowactivate", "--sync", setup, "key", "Return"], capture_output=True, check=False
        )
    return False


def _try_msi(windows: Wine, package: Path) -> None:
    say("- the MSI, for all users, silently")
    programs = windows.inside("Program Files", "DynSync")
    _need(windows.run("msiexec", "/i", package, "/qn").returncode == 0, "the MSI was installed")
    _self_test(windows, programs / "dynsync.com")
    _need(windows.run("msiexec", "/x", package, "/qn").returncode == 0, "the MSI was removed")
    _wait(lambda: not any(programs.rglob("*")), "nothing of the program is left", 30)
    chosen = windows.inside("chosen")
    words = ["/qn", r"INSTALLDIR=C:\chosen", "ADDLOCAL=Main"]
    _need(windows.run("msiexec", "/i", package, *words).returncode == 0, "the MSI takes its properties")
    _need((chosen / "dynsync.com").is_file(), "INSTALLDIR chooses the folder")
    _need(not list(windows.inside("ProgramData").rglob("DynSync.lnk")), "ADDLOCAL leaves the Start menu alone")
    windows.run("msiexec", "/x", package, "/qn")


def walk(windows: Wine, pictures: Path) -> None:
    """Walk the wizard to a finished sync on the platform plugin of Windows, with the source and the Windows Python.

    Args:
        windows: Where it runs.
        pictures: Where a picture of each step goes.
    """
    say("- the wizard by keyboard, to a finished sync, on the platform plugin of Windows")
    taken = windows.inside("pictures")
    taken.mkdir(exist_ok=True)
    code = (
        "import os, runpy, sys; sys.dont_write_bytecode = True; root, trust, walk = sys.argv[1:4];"
        "sys.path.insert(0, root);"
        "os.environ['PYTHONPATH'] = root; os.environ['PYTHONDONTWRITEBYTECODE'] = '1'; runpy.run_path(trust);"
        "sys.argv = [walk, r'C:\\walk', 'en', 'qt', r'C:\\pictures']; runpy.run_path(walk, run_name='__main__')"
    )
    files = [ROOT, ROOT / "build/windows/wine_trust.py", ROOT / "tests/e2e/walk.py"]
    try:
        done = windows.run(windows.python / "python.exe", "-c", code, *(f"Z:{file}" for file in files), seconds=240)
    except subprocess.TimeoutExpired:
        subprocess.run(["import", "-window", "root", str(pictures / "stuck.png")], check=False)
        raise Stop(f"The walk came to a stand; {pictures / 'stuck.png'} shows where.") from None
    for picture in sorted(taken.glob("*.png")):
        shutil.copy(picture, pictures / f"walk-{picture.name}")
    told = done.stdout.decode("utf-8", "replace")
    _need(done.returncode == 0 and "records are in step" in told, f"the walk ends with a sync: {told}{done.stderr!r}")


def _self_test(windows: Wine, program: Path) -> None:
    done = windows.run(program, "--self-test", "--json")
    try:
        checks = {each["id"]: each for each in json.loads(done.stdout)["checks"]}
    except ValueError:
        raise Stop(f"{program.name} --self-test said: {done.stdout + done.stderr!r}") from None
    for name, check in checks.items():
        _need(check["state"] == "passed", f"{program.name} --self-test, {name}: {check['finding']}")


def _uninstall_entry(windows: Wine) -> str:
    return windows.run("reg", "query", rf"HKCU\{_KEY}").stdout.decode("utf-8", "replace")


def _home(windows: Wine) -> Path:
    (home,) = [path for path in windows.inside("users").iterdir() if path.name != "Public"]
    return home


def _window(name: str = "^DynSync$") -> str:
    """The number of a window on the screen; empty where there is none."""
    done = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", name], capture_output=True, text=True, check=False
    )
    return done.stdout.split()[0] if done.stdout.split() else ""


def _painted(picture: Path) -> bool:
    """Take a picture of the window; whether it shows more than a few colours."""
    subprocess.run(["import", "-window", _window(), str(picture)], capture_output=True, check=False)
    if not picture.exists():
        return False
    told = subprocess.run(
        ["identify", "-format", "%k", str(picture)], capture_output=True, text=True, check=False
    ).stdout
    return int(re.sub(r"\D", "", told) or 0) > 50


def _wait(condition: Callable[[], bool], what: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        _need(time.monotonic() < end, what)
        time.sleep(0.5)
    say(f"    {what}")


def _need(holds: bool, what: str) -> None:
    if not holds:
        raise Stop(f"Not so: {what}.")


def lacking() -> list[str]:
    """Packages that the trial needs and this system lacks."""
    programs = {
        "makensis": "nsis",
        "wixl": "wixl",
        "Xvfb": "xvfb",
        "openbox": "openbox",
        "xdotool": "xdotool",
        "import": "imagemagick",
    }
    return sorted({package for program, package in programs.items() if not shutil.which(program)})

"""Tries the Windows installers under wine as an administrator and a user would: install, start, upgrade, remove."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from steps import bundling, windows_installers, windows_setup_trial, wine
from steps.bundling import DIST
from steps.console import ROOT, Stop, say
from steps.testing import screen
from steps.windows_seeing import need, self_test, wait
from steps.windows_setup_trial import OLDER
from steps.wine import Wine

_VAULT = """
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from dataclasses import asdict
from dynsync_gui.domain.errors import SecretsUnavailable
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.system.secrets import KeychainSecrets
room = 1280 - len(json.dumps(asdict(Secrets()), separators=(",", ":")))
vault, fits = KeychainSecrets("trial"), Secrets(dynamics_password="x" * room)
vault.write(fits)
print(vault.read() == fits)
try:
    vault.write(Secrets(dynamics_password="x" * (room + 1)))
except SecretsUnavailable as full:
    print(full.code, vault.read() == fits)
vault.delete()
"""
"""Fills the vault of Windows to the last letter; UTF-16 has two bytes for each."""


def prove(python: Path, *, short: bool = False, pictures: Path = DIST / "windows" / "pictures") -> int:
    """Build the Windows product under wine and try its installers.

    Args:
        python: The environment's interpreter.
        short: Only install silently, run the self-tests and remove silently.
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
    with screen() as display, tempfile.TemporaryDirectory(prefix="dynsync-wine-") as trial:
        os.environ["DISPLAY"] = display
        windows = wine.copy(original, Path(trial) / "prefix")
        try:
            if short:
                windows_setup_trial.try_shortly(windows, newest[0])
            else:
                before = windows_installers.setup(folder, older, quick=True, version=OLDER)
                windows_setup_trial.try_all(windows, before, newest[0], pictures)
                _try_msi(windows, windows_installers.msi(folder, older, version=OLDER), newest[1])
                _try_task(windows)
                _try_vault(windows)
                walk(windows, pictures)
        finally:
            wine.remove(windows)
    say(
        "The Windows installer works, under wine."
        if short
        else "The Windows installers do what they have to, under wine."
    )
    return 0


def _try_msi(windows: Wine, before: Path, newest: Path) -> None:
    say("- the MSI, for all users, silently, over an older one")
    programs = windows.inside("Program Files", "DynSync")
    for package in (before, newest):
        need(windows.run("msiexec", "/i", package, "/qn").returncode == 0, f"{package.name} was installed")
    self_test(windows, programs / "dynsync.com")
    need(windows.run("msiexec", "/i", before, "/qn").returncode != 0, "an older one is refused")
    need(
        windows.run(DIST / "windows" / f"{newest.stem}-Setup.exe", "/S", "/AllUsers").returncode == 7, "Setup leaves it"
    )
    need(windows.run("msiexec", "/x", newest, "/qn").returncode == 0, "the MSI was removed")
    wait(lambda: not any(programs.rglob("*")), "nothing of the program is left", 180)
    chosen = windows.inside("chosen")
    words = ["/qn", r"INSTALLDIR=C:\chosen", "ADDLOCAL=Main"]
    need(windows.run("msiexec", "/i", newest, *words).returncode == 0, "the MSI takes its properties")
    need((chosen / "dynsync.com").is_file(), "INSTALLDIR chooses the folder")
    need(not list(windows.inside("ProgramData").rglob("DynSync.lnk")), "ADDLOCAL leaves the Start menu alone")
    windows.run("msiexec", "/x", newest, "/qn")


def _try_task(windows: Wine) -> None:
    """Wine's Task Scheduler takes a definition, and can tell nothing of it."""
    say("- the Task Scheduler takes the task of a background sync")
    code = (
        "import sys; sys.dont_write_bytecode = True; sys.path.insert(0, sys.argv[1]);"
        "from dynsync_gui.system.schedule import program, task_scheduler;"
        "command = program.Command((r'C:\\Programs & more\\DynSync.exe', 'sync'), r'C:\\Programs & more');"
        "task = task_scheduler.TaskScheduler('0123456789ab', command).definition(5);"
        "open(r'C:\\task.xml', 'w', encoding='utf-16').write(task)"
    )
    need(windows.run(windows.python / "python.exe", "-c", code, f"Z:{ROOT}").returncode == 0, "there is a definition")
    windows.run("schtasks", "/create", "/tn", "DynSync trial", "/xml", r"C:\task.xml", "/f")
    task = windows.inside("windows", "system32", "tasks", "DynSync trial")
    need(task.is_file(), "the task is there")
    windows.run("schtasks", "/delete", "/tn", "DynSync trial", "/f")
    need(not task.exists(), "the task can be deleted")


def _try_vault(windows: Wine) -> None:
    say("- the Credential Manager takes secrets up to its 2,560 bytes, and keeps them where more are refused")
    done = windows.run(windows.python / "python.exe", "-c", _VAULT, f"Z:{ROOT}")
    need(done.stdout.split() == [b"True", b"keychain-full", b"True"], f"the vault holds its limit: {done}")


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
        done = windows.run(windows.python / "python.exe", "-c", code, *(f"Z:{file}" for file in files), seconds=600)
    except subprocess.TimeoutExpired:
        subprocess.run(["import", "-window", "root", str(pictures / "stuck.png")], check=False)
        raise Stop(f"The walk came to a stand; {pictures / 'stuck.png'} shows where.") from None
    for picture in sorted(taken.glob("*.png")):
        shutil.copy(picture, pictures / f"walk-{picture.name}")
    told = done.stdout.decode("utf-8", "replace")
    need(done.returncode == 0 and "records are in step" in told, f"the walk ends with a sync: {told}{done.stderr!r}")


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

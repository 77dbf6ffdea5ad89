"""Tries the installer to double-click under wine: install, start, upgrade, two copies, remove."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bundle import identity
from steps.console import say
from steps.unattended import SECRETS, answers
from steps.windows_seeing import home, need, painted, secrets, self_test, uninstall_entry, wait, window
from steps.wine import Wine

ODD = "Zoë Müller 日本 & Co"
"""A folder with blanks, accents and letters of another script."""

OLDER = "0.0.9"
"""Version of the installer that is upgraded from."""


def try_shortly(windows: Wine, newest: Path) -> None:
    """Install silently, see that both programs work, and remove them silently."""
    programs = _programs(windows)
    _install(windows, newest, identity.VERSION)
    _self_tests(windows)
    _remove(windows, programs)


def try_all(windows: Wine, before: Path, newest: Path, pictures: Path) -> None:
    """Everything that people do with it.

    Args:
        windows: Where it is tried.
        before: The installer of an older version.
        newest: That of this version.
        pictures: Where pictures of the window go.
    """
    _install(windows, before, OLDER)
    _self_tests(windows)
    _upgrade_and_remove(windows, newest, pictures)
    _by_hand(windows, newest)
    _remove_data(windows)
    _for_everyone(windows, before, newest)


def _programs(windows: Wine) -> Path:
    return home(windows) / "AppData/Local/Programs/DynSync"


def _install(windows: Wine, installer: Path, version: str) -> None:
    say("- installing silently, for one user")
    need(windows.run(installer, "/S").returncode == 0, "the silent installation ended well")
    need((_programs(windows) / "DynSync.exe").is_file(), "the window's program is there")
    entry = uninstall_entry(windows)
    need(
        version in entry and "EstimatedSize" in entry and "QuietUninstallString" in entry,
        "Windows lists version and size",
    )
    need(bool(list(home(windows).rglob("DynSync.lnk"))), "the Start menu has an entry")


def _self_tests(windows: Wine) -> None:
    say("- self-test of both installed programs")
    for name in ("dynsync.com", "DynSync.exe"):
        self_test(windows, _programs(windows) / name)


def _upgrade_and_remove(windows: Wine, newest: Path, pictures: Path) -> None:
    programs = _programs(windows)
    settings = home(windows) / "AppData/Local/DynSync/settings.toml"
    say("- the window, on the platform plugin of Windows")
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text("# kept\n", encoding="utf-8")
    running = windows.start(programs / "DynSync.exe", "--profile", r"C:\trial", "--rehearse", "--records", "200")
    wait(lambda: bool(window()), "the window opens", 180)
    wait(lambda: painted(pictures / "installed.png"), "the window is painted", 120)
    say("- upgrading while it is open")
    need(windows.start(newest, "/S").wait(timeout=300) == 0, "the silent upgrade ended well")
    need(running.wait(timeout=120) == 0, "the old window was closed in order")
    need(identity.VERSION in uninstall_entry(windows), "Windows lists the new version")
    need(settings.read_text("utf-8") == "# kept\n", "the settings are kept")
    wait(lambda: bool(window()), "the window is open again", 180)
    wait(lambda: painted(pictures / "upgraded.png"), "the new window is painted", 120)
    self_test(windows, programs / "dynsync.com")
    say("- removing silently, while it is open")
    _remove(windows, programs)
    need(not window(), "the window was closed")
    need(settings.exists(), "the settings are kept")


def _remove(windows: Wine, programs: Path, *switches: str) -> None:
    windows.run(programs / "uninstall.exe", "/S", *switches)
    wait(lambda: not programs.exists(), "nothing of the program is left", 180)
    need(not list(home(windows).rglob("DynSync.lnk")), "the Start menu has no entry")
    need("DisplayName" not in uninstall_entry(windows), "Windows lists nothing")


def _by_hand(windows: Wine, newest: Path) -> None:
    say("- by hand: nothing but Enter leads from the file to the window")
    windows.start(newest)
    wait(_pressed_on, "the window is open", 300)


def _pressed_on() -> bool:
    """Press Enter where the installer is in front; whether the window is there."""
    if window():
        return True
    if setup := window("^DynSync Setup *$"):
        subprocess.run(
            ["xdotool", "windowactivate", "--sync", setup, "key", "Return"], capture_output=True, check=False
        )
    return False


def _remove_data(windows: Wine) -> None:
    say("- set up without a question, then removed with settings and secrets")
    programs, profile = _programs(windows), home(windows) / "AppData/Local/DynSync"
    (profile / "settings.toml").unlink()
    windows.inside("answers.toml").write_text(
        answers("https://127.0.0.1:9", "https://127.0.0.1:9/rest"), encoding="utf-8"
    )
    windows.run(programs / "dynsync.com", "setup", "--answers", r"C:\answers.toml", **SECRETS)
    need((profile / "settings.toml").is_file(), "the answers are kept")
    need(secrets(windows) == 1, "the Credential Manager holds the secrets")
    _remove(windows, programs, "/RemoveData")
    need(not profile.exists() and secrets(windows) == 0, "settings and secrets went, too")


def _for_everyone(windows: Wine, before: Path, newest: Path) -> None:
    say("- for everyone: in place of the own copy, which is in an odd folder; upgraded without a switch")
    everyone, odd = windows.inside("Program Files", "DynSync"), windows.inside(ODD)
    # By a command line of its own: NSIS takes a folder with blanks last and without quotes only.
    code = f"import subprocess, sys; sys.exit(subprocess.call('\"' + sys.argv[1] + r'\" /S /D=C:\\{ODD}'))"
    setup = f"Z:{before}".replace("/", "\\")
    need(windows.run(windows.python / "python.exe", "-c", code, setup).returncode == 0, "/D= is taken")
    need(windows.run(odd / "dynsync.com", "--help").returncode == 0, "it starts in an odd folder")
    need(windows.run(before, "/S", "/AllUsers").returncode == 0, "the installation for everyone ended well")
    need(not odd.exists() and "DisplayName" not in uninstall_entry(windows), "the own copy went")
    need(windows.run(newest, "/S").returncode == 0, "the upgrade ended well")
    need(identity.VERSION in uninstall_entry(windows, "HKLM"), "the copy of everyone was upgraded")
    need(not _programs(windows).exists(), "there is no second copy")
    windows.run(everyone / "uninstall.exe", "/S")
    wait(lambda: not everyone.exists(), "nothing of the program is left", 180)

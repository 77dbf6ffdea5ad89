"""Tries the built programs where a computer is not as it should be: they say so plainly, and show no traceback."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from steps import first_paint
from steps.console import Stop, say
from steps.testing import screen
from steps.unattended import SECRETS, answers

ODD = "Zoë Müller 日本 & Co"
"""A name with blanks, accents and letters of another script."""

_SYSTEMS = ("https://contoso.crm.dynamics.com", "https://123-ABC-456.mktorest.com/rest")
_SECONDS = 120


def prove(folder: Path) -> int:
    """Try a bundle of this platform; Linux with the rights of root only, since disks and networks are taken away.

    Args:
        folder: The bundle.

    Raises:
        Stop: Something was not said, or not plainly.
    """
    if os.geteuid() != 0:
        raise Stop("Only root can take the network and the disk away from a program.")
    with tempfile.TemporaryDirectory(prefix="dynsync-rough-") as made:
        place = Path(made)
        (place / "answers.toml").write_text(answers(*_SYSTEMS), encoding="utf-8")
        _odd_folders(folder, place)
        _no_network(folder, place)
        _full_disk(folder, place)
        with screen() as display:
            _read_only_home(folder, place, display)
            _second_start(folder, place, display)
    say("The built programs say plainly what is wrong with a computer.")
    return 0


def _odd_folders(folder: Path, place: Path) -> None:
    home = place / ODD
    home.mkdir()
    installed = home / "Programs 程序" / "DynSync"
    installed.parent.mkdir()
    shutil.copytree(folder, installed, symlinks=True)
    told = _run([installed / "dynsync", "demo", "--records", "200"], home, {0, 1}, TMPDIR=str(home))
    _need("Proof: all" in told, "the rehearsal runs in an odd folder", told)
    profile = home / "Profil été"
    _run([installed / "dynsync", "demo", "--records", "200", "--profile", profile], home, {0, 1})
    _need((profile / "rehearsal" / "dynsync.db").is_file(), "the profile is kept in an odd folder", "")
    shutil.rmtree(installed)


def _no_network(folder: Path, place: Path) -> None:
    home = place / "offline"
    home.mkdir()
    alone = ["unshare", "--net", "bash", "-euc", 'ip link set lo up; exec "$@"', "offline"]
    setup = [folder / "dynsync", "--secrets", "env", "setup", "--answers", place / "answers.toml"]
    told = _run([*alone, *setup], home, {3}, **SECRETS)
    _need("login.microsoftonline.com" in told or "contoso" in told, "a missing network is named with the host", told)
    _run([*alone, folder / "dynsync", "--self-test"], home, {0, 1})
    say("    without a network: the host that was not reached is named; the self-test needs none")


def _read_only_home(folder: Path, place: Path, display: str) -> None:
    home = place / "read-only"
    home.mkdir()
    locked = ["unshare", "--mount", "bash", "-euc", 'mount -t tmpfs -o ro none "$HOME"; exec "$@"', "locked"]
    setup = [folder / "dynsync", "--secrets", "env", "setup", "--answers", place / "answers.toml"]
    told = _run([*locked, *setup], home, {2}, **SECRETS)
    _need("cannot write in" in told, "a home that cannot be written is named", told)
    _run([*locked, folder / "dynsync", "status"], home, {0, 1, 2})
    _run([*locked, folder / "dynsync", "--self-test"], home, {0, 1})
    _ended(_opened([*locked, folder / "DynSync"], home, display))
    say("    with a read-only home: it is named; window, status and self-test work")


def _full_disk(folder: Path, place: Path) -> None:
    home = place / "full"
    home.mkdir()
    full = ["unshare", "--mount", "bash", "-euc", 'mount -t tmpfs -o size=300k none "$HOME"; exec "$@"', "full"]
    told = _run([*full, folder / "dynsync", "demo", "--records", "2000", "--profile", home / "profile"], home, {2, 5})
    _need("room" in told, "a full disk is named", told)
    say("    with a full disk: it is named")


def _second_start(folder: Path, place: Path, display: str) -> None:
    home = place / "twice"
    home.mkdir()
    first = _opened([folder / "DynSync"], home, display)
    variables = {**os.environ, "DISPLAY": display}
    shown = ["xdotool", "search", "--sync", "--onlyvisible", "--pid", str(first.pid)]
    try:
        (window,) = subprocess.run(shown, env=variables, capture_output=True, text=True, check=True).stdout.split()
        subprocess.run(["xdotool", "windowminimize", "--sync", window], env=variables, check=True)
        _run([folder / "DynSync"], home, {0}, DISPLAY=display)
        found = subprocess.run(shown, env=variables, capture_output=True, text=True, timeout=_SECONDS, check=True)
        _need(found.stdout.split() == [window], "the first window comes forward", found.stdout)
    finally:
        _ended(first)
    say("    started twice: the first window comes forward")


def _run(words: Sequence[str | Path], home: Path, expected: set[int], **variables: str) -> str:
    """Run a program and give back all it said; it has to end as expected and without a traceback."""
    done = subprocess.run(
        [str(word) for word in words],
        env=_environment(home, **variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    told = done.stdout + done.stderr
    _need("Traceback" not in told, "there is no traceback", told)
    _need(done.returncode in expected, f"the exit status is one of {sorted(expected)}, not {done.returncode}", told)
    return told


def _opened(words: Sequence[str | Path], home: Path, display: str) -> subprocess.Popen[str]:
    """Start the window and wait until it is painted, so that it is asked to close only when it can hear it."""
    variables = _environment(home, DISPLAY=display)
    began = time.monotonic()
    process = subprocess.Popen(
        [str(word) for word in words],
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        first_paint.wait(process, variables, began)
    except Stop as why:
        process.kill()
        told, _ = process.communicate()
        raise Stop(f"Not so: the window opens. {why}\n{told}") from None
    return process


def _ended(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    told, _ = process.communicate(timeout=_SECONDS)
    _need("Traceback" not in told, "there is no traceback", told)
    _need(process.returncode == 0, f"the window closes in order, not with {process.returncode}", told)


def _environment(home: Path, **variables: str) -> dict[str, str]:
    """Variables of a user with nothing but a home."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "DYNSYNC_LANGUAGE": "en", **variables}


def _need(holds: bool, what: str, told: str) -> None:
    if not holds:
        raise Stop(f"Not so: {what}.\n{told}".rstrip())

"""Tries the built programs where a computer is not as it should be: they say so plainly, and show no traceback."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from steps.console import Stop, say

ODD = "Zoë Müller 日本 & Co"
"""A name with blanks, accents and letters of another script."""

_ANSWERS = """\
[dynamics]
url = "https://contoso.crm.dynamics.com"
sign_in = "application"
client_id = "11111111-2222-3333-4444-555555555555"
tenant = "22222222-3333-4444-5555-666666666666"
[marketo]
endpoint = "https://123-ABC-456.mktorest.com/rest"
client_id = "33333333-4444-5555-6666-777777777777"
[enable]
email = "admin@contoso.com"
accept = true
"""
_SECRETS = {"DYNSYNC_DYNAMICS_CLIENT_SECRET": "a" * 40, "DYNSYNC_MARKETO_CLIENT_SECRET": "b" * 32}
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
        (place / "answers.toml").write_text(_ANSWERS, encoding="utf-8")
        _odd_folders(folder, place)
        _no_network(folder, place)
        _read_only_home(folder, place)
        _full_disk(folder, place)
        _second_start(folder, place)
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
    told = _run([*alone, *setup], home, {3}, **_SECRETS)
    _need("login.microsoftonline.com" in told or "contoso" in told, "a missing network is named with the host", told)
    _run([*alone, folder / "dynsync", "--self-test"], home, {0, 1})
    say("    without a network: the host that was not reached is named; the self-test needs none")


def _read_only_home(folder: Path, place: Path) -> None:
    home = place / "read-only"
    home.mkdir()
    locked = ["unshare", "--mount", "bash", "-euc", 'mount -t tmpfs -o ro none "$HOME"; exec "$@"', "locked"]
    setup = [folder / "dynsync", "--secrets", "env", "setup", "--answers", place / "answers.toml"]
    told = _run([*locked, *setup], home, {2}, **_SECRETS)
    _need("cannot write in" in told, "a home that cannot be written is named", told)
    _run([*locked, folder / "dynsync", "status"], home, {0, 1, 2})
    _run([*locked, folder / "dynsync", "--self-test"], home, {0, 1})
    _window([*locked, folder / "DynSync"], home)
    say("    with a read-only home: it is named; window, status and self-test work")


def _full_disk(folder: Path, place: Path) -> None:
    home = place / "full"
    home.mkdir()
    full = ["unshare", "--mount", "bash", "-euc", 'mount -t tmpfs -o size=300k none "$HOME"; exec "$@"', "full"]
    told = _run([*full, folder / "dynsync", "demo", "--records", "2000", "--profile", home / "profile"], home, {2, 5})
    _need("room" in told, "a full disk is named", told)
    say("    with a full disk: it is named")


def _second_start(folder: Path, place: Path) -> None:
    home = place / "twice"
    home.mkdir()
    first = _started([folder / "DynSync"], home)
    try:
        second = _open([folder / "DynSync"], home)
        if second.returncode is None:
            _ended(second)
        _need(second.returncode == 0, f"a second start ends in order, not with {second.returncode}", "")
    finally:
        _ended(first)
    say("    started twice: the second start does no harm")


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


def _window(words: Sequence[str | Path], home: Path) -> None:
    """Open a window, let it stand for some seconds and close it in order."""
    _ended(_started(words, home))


def _started(words: Sequence[str | Path], home: Path) -> subprocess.Popen[str]:
    process = _open(words, home)
    _need(process.returncode is None, "the window stays open", "")
    return process


def _open(words: Sequence[str | Path], home: Path) -> subprocess.Popen[str]:
    """Start the window and look after some seconds whether it ended already, and with what words."""
    process = subprocess.Popen(
        [str(word) for word in words],
        env=_environment(home, QT_QPA_PLATFORM="offscreen"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        told, _ = process.communicate(timeout=5)
        _need("Traceback" not in told, "there is no traceback", told)
    return process


def _ended(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    told, _ = process.communicate(timeout=30)
    _need("Traceback" not in told, "there is no traceback", told)
    _need(process.returncode == 0, f"the window closes in order, not with {process.returncode}", told)


def _environment(home: Path, **variables: str) -> dict[str, str]:
    """Variables of a user with nothing but a home."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "DYNSYNC_LANGUAGE": "en", **variables}


def _need(holds: bool, what: str, told: str) -> None:
    if not holds:
        raise Stop(f"Not so: {what}.\n{told}".rstrip())

"""The test run: on Linux with a real keychain and a real screen, both made for it alone."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

from steps.console import ROOT, Stop, run, say

KEYCHAIN = ROOT / "build" / "with_keyring.sh"
_KEYCHAIN_PROGRAMS = {"dbus-run-session": "dbus", "gnome-keyring-daemon": "gnome-keyring"}
_SCREEN_PROGRAMS = {"Xvfb": "xvfb", "openbox": "openbox", "xdotool": "xdotool"}


def shares() -> list[list[str]]:
    """What runs beside each other, each share with a keychain and a screen of its own; the last one holds the rest.

    The window keeps a processor busy, the service takes longest and goes in three parts, and the others mostly wait:
    for calls that Marketo's limits hold back, for bounds that have to be over, for programs that start. Two
    processors have enough to do with all of them at once.
    """
    folders = sorted(f"tests/{each.name}" for each in (ROOT / "tests").iterdir() if any(each.glob("test_*.py")))
    service = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests" / "service").glob("test_*.py"))
    killing = [path for path in service if path.endswith("kill.py")]
    service = [path for path in service if path not in killing]
    apart = [["tests/ui"], killing, service[::2], service[1::2], ["tests/e2e", "tests/resources", "tests/simulators"]]
    taken = {"tests/service", *(each for share in apart for each in share)}
    return [*apart, [each for each in folders if each not in taken]]


def run_tests(python: Path, arguments: Sequence[str]) -> int:
    """Run pytest, as completely as this system can, and return its exit status; without arguments in shares."""
    if arguments:
        return _run_share(python, arguments)
    *apart, rest = shares()
    with ThreadPoolExecutor(len(apart)) as pool, contextlib.ExitStack() as stack:
        told = [stack.enter_context(tempfile.TemporaryFile()) for _ in apart]
        beside = [pool.submit(_run_share, python, share, said) for share, said in zip(apart, told, strict=True)]
        statuses = [_run_share(python, rest)]
        for share, said in zip(beside, told, strict=True):
            statuses.append(share.result())
            said.seek(0)
            sys.stdout.flush()
            shutil.copyfileobj(said, sys.stdout.buffer)
            sys.stdout.flush()
    return next((status for status in statuses if status), 0)


def _run_share(python: Path, arguments: Sequence[str], output: IO[bytes] | None = None) -> int:
    environment = {"QT_QPA_PLATFORM": "offscreen"}
    keychain = False
    with contextlib.ExitStack() as stack:
        if sys.platform == "linux":
            if _has(_KEYCHAIN_PROGRAMS, "The keychain tests are left out"):
                keychain = True
                environment["DYNSYNC_TEST_KEYCHAIN"] = "1"
            if _has(_SCREEN_PROGRAMS, "The tests on a screen are left out"):
                environment |= {"DISPLAY": stack.enter_context(screen()), "DYNSYNC_TEST_SCREEN": "1"}
        pytest: list[str | Path] = [python, "-m", "pytest", *arguments]
        if keychain:
            return run(in_keychain(pytest, environment), output=output)
        return run(pytest, environment, output=output)


def in_keychain(command: Sequence[str | Path], environment: Mapping[str, str]) -> list[str | Path]:
    """The command as it runs in the session of a keychain made for it.

    The session itself must not know a screen, neither the user's nor the one made for the tests: a locked keychain
    would ask for its password there, and wait for ever.
    """
    variables = [f"{name}={value}" for name, value in environment.items()]
    return ["env", "-u", "DISPLAY", "-u", "WAYLAND_DISPLAY", "bash", KEYCHAIN, "env", *variables, *command]


def _has(programs: Mapping[str, str], otherwise: str) -> bool:
    lacking = sorted({package for program, package in programs.items() if not shutil.which(program)})
    if lacking:
        say(f"{otherwise}: this system lacks {', '.join(lacking)}.")
    return not lacking


@contextlib.contextmanager
def screen() -> Iterator[str]:
    """An X server with a window manager that nobody sees; yields its name, such as ``:4``."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        reader, writer = os.pipe()
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
            pass_fds=[writer],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(_end, server)
        os.close(writer)
        with os.fdopen(reader) as told:
            number = told.readline().strip()
        if not number:
            raise Stop("Xvfb, the screen for the tests, did not start.")
        name = f":{number}"
        manager = subprocess.Popen(
            ["openbox"],
            env={**os.environ, "DISPLAY": name, "HOME": folder, "XDG_CACHE_HOME": folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(_end, manager)
        yield name


@contextlib.contextmanager
def session_bus() -> Iterator[str]:
    """A bus as every desktop has one; yields its address. Without it each program would start one of its own."""
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    bus = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        address = bus.stdout.readline().decode().strip() if bus.stdout else ""
        if not address:
            raise Stop("dbus-daemon, the bus of a session, did not start.")
        yield address
    finally:
        _end(bus)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

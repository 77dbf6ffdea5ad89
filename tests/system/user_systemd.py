"""Runs inside a mount namespace of its own with a real systemd of a user; started by `test_schedule_systemd.py`.

Prints one JSON object: what was seen at each step. Nothing is looked for again and again: the bus, systemd and the
program that it starts each tell when they are there.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from dynsync_gui.system.schedule.program import Command
from dynsync_gui.system.schedule.systemd import SystemdTimers

ID = "0123456789ab"
ARGUMENTS = ["--profile", "/home/Zoë B/50% “off” $HOME \\ 'x' ${A}", "sync"]
_SECONDS = 60.0
"""How long something that has to come may take."""
_END = "\n.\n"


class Program:
    """What the timer starts: it writes its arguments into a pipe that has a name."""

    def __init__(self, folder: Path) -> None:
        pipe = folder / "said"
        os.mkfifo(pipe)
        # Open for writing, too: so it neither ends nor holds up the program when nobody has the other end.
        self._said = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
        self.path = folder / "a program & 100% $HOME"
        self.path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" . > "{pipe}"\n')
        self.path.chmod(0o700)

    def arguments(self) -> list[str]:
        """Those of its first start since it was last asked, as soon as there is one; nothing where none comes."""
        if not select.select([self._said], [], [], _SECONDS)[0]:
            return []
        return os.read(self._said, 64 * 1024).decode().partition(_END)[0].splitlines()

    def forget(self) -> None:
        """Forget starts that nobody asked about: the timer may be due at any minute."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._said, 64 * 1024)


@contextlib.contextmanager
def session(folder: Path) -> Iterator[None]:
    """A bus and a systemd of a user, for as long as the context lasts."""
    runtime = Path(os.environ["XDG_RUNTIME_DIR"])
    Path("/run/systemd/system").mkdir(parents=True)
    runtime.mkdir(mode=0o700, parents=True)
    words = ["dbus-daemon", "--session", f"--address=unix:path={runtime}/bus", "--nofork", "--print-address"]
    with contextlib.ExitStack() as stack:
        bus = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        stack.callback(_end, bus)
        assert bus.stdout is not None
        assert bus.stdout.readline(), "the bus did not start"
        told = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        told.bind(str(folder / "notify"))
        told.settimeout(_SECONDS)
        variables = {**os.environ, "NOTIFY_SOCKET": str(folder / "notify")}
        systemd = subprocess.Popen([os.environ["SYSTEMD"], "--user", "--log-target=null"], env=variables)
        stack.callback(_end, systemd)
        while "READY=1" not in told.recv(4096).decode().splitlines():
            pass
        yield


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.communicate()


def ask(*words: str) -> str:
    return subprocess.run(["systemctl", "--user", *words], capture_output=True, text=True, check=False).stdout.strip()


def steps(folder: Path) -> dict[str, object]:
    seen: dict[str, object] = {}
    program = Program(folder)
    timers = SystemdTimers(ID, Command((str(program.path), *ARGUMENTS), str(folder)))
    name = f"dynsync-{ID}"
    seen["before"] = timers.state().registration
    timers.register(15)
    state = timers.state()
    seen["registered"] = [state.registration, state.every_minutes]
    seen["persistent"] = ask("show", "-p", "Persistent", "--value", f"{name}.timer")
    seen["calendar"] = ask("show", "-p", "TimersCalendar", "--value", f"{name}.timer")
    ask("start", f"{name}.service")
    seen["arguments"] = program.arguments()
    units = [str(path) for path in (Path(os.environ["XDG_CONFIG_HOME"]) / "systemd" / "user").glob(f"{name}.*")]
    seen["verified"] = subprocess.run(
        ["systemd-analyze", "--user", "verify", *units], capture_output=True, text=True, check=False
    ).stderr
    away = program.path.rename(folder / "away")
    ask("start", f"{name}.service")
    seen["without its program"] = ask("show", "-p", "Result", "-p", "ConditionResult", f"{name}.service").split()
    away.rename(program.path)
    # A run that was missed while the computer was off: the timer's own memory says yesterday.
    ask("stop", f"{name}.timer")
    program.forget()
    stamp = Path(os.environ["XDG_DATA_HOME"]) / "systemd" / "timers" / f"stamp-{name}.timer"
    os.utime(stamp, (time.time() - 86_400,) * 2)
    ask("start", f"{name}.timer")
    seen["caught up"] = program.arguments()
    ask("stop", f"{name}.timer")
    seen["stopped by hand"] = timers.state().registration
    timers.register(5)
    seen["mended"] = timers.state().registration
    timers.unregister()
    seen["after"] = timers.state().registration
    seen["stamp left"] = stamp.exists()
    seen["known"] = ask("list-unit-files", "--no-legend", f"{name}.*")
    timers.register(5)
    seen["all"] = timers.unregister_all()
    seen["end"] = timers.state().registration
    return seen


if __name__ == "__main__":
    place = Path(sys.argv[1])
    with session(place):
        print(json.dumps(steps(place)))

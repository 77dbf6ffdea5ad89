"""Runs inside a mount namespace of its own with a real systemd of a user; started by `test_schedule_systemd.py`.

Prints one JSON object: what was seen at each step.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dynsync_gui.system.schedule.program import Command
from dynsync_gui.system.schedule.systemd import SystemdTimers

ID = "0123456789ab"
ARGUMENTS = ["--profile", "/home/Zoë B/50% “off” $HOME \\ 'x' ${A}", "sync"]


def wait_for(condition: Callable[[], bool]) -> bool:
    """Wait, within bounds, until something of another process holds."""
    for _ in range(1200):
        if condition():
            return True
        time.sleep(0.05)
    return False


def ask(*words: str) -> str:
    return subprocess.run(["systemctl", "--user", *words], capture_output=True, text=True, check=False).stdout.strip()


def steps(folder: Path) -> dict[str, object]:
    seen: dict[str, object] = {}
    out = folder / "said"
    program = folder / "a program & 100% $HOME"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{out}.new"; mv "{out}.new" "{out}"\n')
    program.chmod(0o700)
    timers = SystemdTimers(ID, Command((str(program), *ARGUMENTS), str(folder)))
    name = f"dynsync-{ID}"
    seen["before"] = timers.state().registration
    timers.register(15)
    state = timers.state()
    seen["registered"] = [state.registration, state.every_minutes]
    seen["persistent"] = ask("show", "-p", "Persistent", "--value", f"{name}.timer")
    seen["calendar"] = ask("show", "-p", "TimersCalendar", "--value", f"{name}.timer")
    ask("start", f"{name}.service")
    seen["arguments"] = out.read_text(encoding="utf-8").splitlines() if wait_for(out.exists) else []
    units = [str(path) for path in (Path(os.environ["XDG_CONFIG_HOME"]) / "systemd" / "user").glob(f"{name}.*")]
    seen["verified"] = subprocess.run(
        ["systemd-analyze", "--user", "verify", *units], capture_output=True, text=True, check=False
    ).stderr
    program.rename(folder / "away")
    ask("start", f"{name}.service")
    seen["without its program"] = ask("show", "-p", "Result", "-p", "ConditionResult", f"{name}.service").split()
    (folder / "away").rename(program)
    # A run that was missed while the computer was off: the timer's own memory says yesterday.
    out.unlink()
    stamp = Path(os.environ["XDG_DATA_HOME"]) / "systemd" / "timers" / f"stamp-{name}.timer"
    ask("stop", f"{name}.timer")
    os.utime(stamp, (time.time() - 86_400,) * 2)
    ask("start", f"{name}.timer")
    seen["caught up"] = wait_for(out.exists)
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
    print(json.dumps(steps(Path(sys.argv[1]))))

"""Measurements that need a process of their own: started by name, answered in one line of JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from steps.console import ROOT


def measured(module: str, **arguments: Any) -> dict[str, Any]:
    """Let `measure` of a module of this package run in a process of its own; returns what it found."""
    command = [sys.executable, str(ROOT / "build" / "bench.py"), "--child", module, json.dumps(arguments)]
    environment = {**os.environ, "BENCH_STARTED": repr(time.time())}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(module: str, arguments: str) -> None:
    """The other end of `measured`."""
    found = import_module(f"benchmarks.{module}").measure(**json.loads(arguments))
    if found is not None:
        print(json.dumps(found))


def memory() -> float:
    """Resident memory of this process in MB; 0 where the system does not tell."""
    return _resident(Path("/proc/self"))


def memory_of_all() -> float:
    """The same of this process and of those that it started."""
    own = f"PPid:\t{os.getpid()}\n"
    started = [folder for folder in Path("/proc").glob("[0-9]*") if own in _status(folder)]
    return memory() + sum(map(_resident, started))


def _resident(process: Path) -> float:
    lines = [line for line in _status(process).splitlines() if line.startswith("VmRSS")]
    return int(lines[0].split()[1]) / 1024 if lines else 0.0


def _status(process: Path) -> str:
    try:
        return (process / "status").read_text()
    except OSError:  # it has ended, or the system does not tell
        return ""

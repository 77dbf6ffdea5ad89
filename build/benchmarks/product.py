"""DynSync as one contestant: without a window, in a process of its own, told by words what to do next."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.child import memory_of_all
from benchmarks.systems import Systems
from steps.console import ROOT

OFF = 0
"""In place of calls in 20 seconds: no limit."""


@dataclass(frozen=True, slots=True)
class Job:
    """What one run did.

    Attributes:
        seconds: From its order to its end.
        cpu: Seconds of a processor that it took, its second process included.
        taken: Records that Marketo took.
        unchanged: Records that were as both sides agreed.
        memory: Resident MB of both processes, by tenths of the run.
    """

    seconds: float
    cpu: float
    taken: int
    unchanged: int
    memory: tuple[float, ...]


class Product:
    """A running DynSync."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def order(self, word: str) -> None:
        """Tell it to ``start`` or to ``go on``."""
        if self.process.stdin is None:
            raise AssertionError("asked for as a pipe")
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def ended(self) -> Job:
        """Wait for the end of what was ordered."""
        if self.process.stdout is None:
            raise AssertionError("asked for as a pipe")
        told = json.loads(self.process.stdout.readline())
        return Job(**{**told, "memory": tuple(told["memory"])})

    def run(self, word: str) -> Job:
        """Order something and wait for its end."""
        self.order(word)
        return self.ended()


@contextmanager
def dynsync(systems: Systems, folder: Path, calls: int = OFF, in_flight: int = 10) -> Iterator[Product]:
    """Start DynSync on a profile.

    Args:
        systems: What it connects.
        folder: Of the profile.
        calls: Its share of Marketo's calls in 20 seconds; `OFF` for none.
        in_flight: Calls at the same time.
    """
    arguments = json.dumps({"ready": systems.ready, "folder": str(folder), "calls": calls, "in_flight": in_flight})
    command = [sys.executable, str(ROOT / "build" / "bench.py"), "--child", "product", arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            yield Product(process)
        finally:
            if process.stdin:
                process.stdin.close()


def measure(ready: dict[str, Any], folder: str, calls: int, in_flight: int) -> None:
    """The process itself: carries out one order a line."""
    from dynsync_gui.composition import Options, open_service
    from dynsync_gui.domain.events import RunEnded
    from dynsync_gui.domain.settings import LimitSettings, ObjectSettings
    from dynsync_gui.rehearsal import reached_by
    from dynsync_gui.store.rate_window import StoredRateWindow
    from dynsync_gui.system.secrets import SecretSource

    if calls == OFF:
        StoredRateWindow.reserve = lambda *_: 0.0  # type: ignore[method-assign]
    settings, secrets = reached_by(ready)
    settings = replace(
        settings,
        limits=LimitSettings(calls or 100, in_flight),
        enable=replace(settings.enable, accept=True),
        objects=ObjectSettings(owners=False, opportunities=False),  # what the script of a user does, too
        rehearsal=False,  # the proof at its end is a second reading and no part of the sync
    )
    service = open_service(Options(Path(folder), SecretSource.SESSION))
    for line in sys.stdin:
        resident: list[float] = []
        over = threading.Event()
        sampler = threading.Thread(target=_sample, args=(resident, over))
        sampler.start()
        began, cpu = time.perf_counter(), sum(os.times()[:4])
        first = line.strip() == "start"
        ended = (service.start(settings, secrets) if first else service.go_on()).wait()
        seconds, cpu = time.perf_counter() - began, sum(os.times()[:4]) - cpu
        over.set()
        sampler.join()
        if not isinstance(ended, RunEnded):
            raise SystemExit(f"The run did not end well: {ended}")
        tenths = tuple(resident[len(resident) * part // 10] for part in range(10))
        report = ended.report
        print(json.dumps(asdict(Job(seconds, cpu, report.acknowledged, report.unchanged, tenths))), flush=True)
    service.close()


def _sample(resident: list[float], over: threading.Event) -> None:
    resident.append(memory_of_all())
    while not over.wait(0.5):
        resident.append(memory_of_all())
    resident.append(memory_of_all())

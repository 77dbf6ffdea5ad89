"""Whether the window ever stands still while a first sync runs behind it, and how much memory both take."""

from __future__ import annotations

import gc
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.child import measured, memory
from benchmarks.watchdog import Watchdog

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from dynsync_gui.domain.settings import Settings
    from dynsync_gui.service.api import SyncApi


def show(records: int) -> None:
    """Measure in a process of its own."""
    run = measured("window", records=records)
    print(f"sync of {records:,} records: {run['seconds']:.0f} s, {run['acknowledged']:,} taken by Marketo")
    print(f"window: late at most {run['worst_ms']:.0f} ms, {run['blocks']} times over 50 ms")
    print("memory of window and engine by tenths of the run: " + ", ".join(f"{mb:.0f}" for mb in run["memory_mb"]))
    for stack in run["stacks"]:
        print(stack)


class Gauges:
    """What is looked at while the window runs: whether it beats, and how much memory it takes."""

    def __init__(self) -> None:
        from PySide6.QtCore import QTimer

        self.watchdog = Watchdog()
        self._resident: list[float] = []
        self._beat = QTimer(interval=5)
        self._beat.timeout.connect(self.watchdog.beat)
        self._sampling = QTimer(interval=1000)
        self._sampling.timeout.connect(lambda: self._resident.append(memory()))

    def start(self) -> None:
        """Begin to look."""
        self.watchdog.start()
        self._beat.start()
        self._sampling.start()

    @property
    def tenths(self) -> list[float]:
        """Memory in MB at each tenth of the run."""
        return [self._resident[len(self._resident) * part // 10] for part in range(10)] if self._resident else []


def measure(records: int) -> dict[str, object]:
    """A whole first sync behind the running window; every stand-still of the window is kept with its stack."""
    from PySide6.QtWidgets import QApplication

    from dynsync_gui.composition import Options, open_service
    from dynsync_gui.system.secrets import SecretSource

    application = QApplication([])
    gauges = Gauges()
    with TemporaryDirectory() as folder:
        service = open_service(Options(Path(folder), SecretSource.SESSION, records))
        seconds, acknowledged = _first_sync(application, service, gauges)
    return {
        "seconds": seconds,
        "acknowledged": acknowledged,
        "worst_ms": gauges.watchdog.worst * 1000,
        "blocks": len(gauges.watchdog.stacks),
        "stacks": gauges.watchdog.stacks[:10],
        "memory_mb": gauges.tenths,
    }


def _first_sync(application: QApplication, service: SyncApi, gauges: Gauges) -> tuple[float, int]:
    """Open the window, sync, and close it; returns the seconds and how many records Marketo took."""
    from PySide6.QtCore import QTimer

    from dynsync_gui.domain.events import RehearsalReady, RunEnded
    from dynsync_gui.ui.start import open_window

    ready = service.prepare_rehearsal().wait()
    assert isinstance(ready, RehearsalReady)
    window = open_window(lambda topic: "")
    window.use(service)
    began = time.monotonic()
    ended: list[RunEnded] = []

    def start() -> None:
        gauges.start()
        window.show_main().follow(service.start(_unhindered(ready.settings), ready.secrets))

    def hear(event: object) -> None:
        if isinstance(event, RunEnded):
            ended.append(event)
            gauges.watchdog.stop()
            window.close()

    window.bridge.heard.connect(hear)
    window.ended.connect(application.quit)
    QTimer.singleShot(0, gc.freeze)  # as the program does
    QTimer.singleShot(1_500, start)  # somebody fills three pages before
    application.exec()
    return time.monotonic() - began, ended[0].report.acknowledged if ended else 0


def _unhindered(settings: Settings) -> Settings:
    """At the highest rate, and not a rehearsal's: the proof at its end is a second reading and no part of the sync."""
    from dynsync_gui.domain.settings import LimitSettings

    limits = LimitSettings(calls_per_20s=100, in_flight=10)
    return replace(settings, limits=limits, enable=replace(settings.enable, accept=True), rehearsal=False)

"""Whether the window ever stands still while a first sync runs behind it, and how much memory both take."""

from __future__ import annotations

import gc
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.child import measured, memory
from benchmarks.watchdog import Watchdog


def show(records: int) -> None:
    """Measure in a process of its own."""
    run = measured("window", records=records)
    print(f"sync of {records:,} records: {run['seconds']:.0f} s, {run['acknowledged']:,} taken by Marketo")
    print(f"window: late at most {run['worst_ms']:.0f} ms, {run['blocks']} times over 50 ms")
    print("memory of window and engine by tenths of the run: " + ", ".join(f"{mb:.0f}" for mb in run["memory_mb"]))
    for stack in run["stacks"]:
        print(stack)


def measure(records: int) -> dict[str, object]:
    """A whole first sync behind the running window; every stand-still of the window is kept with its stack."""
    from dataclasses import replace

    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from dynsync_gui.composition import Options, open_service
    from dynsync_gui.domain.events import RehearsalReady, RunEnded
    from dynsync_gui.domain.settings import LimitSettings
    from dynsync_gui.system.secrets import SecretSource
    from dynsync_gui.ui.start import open_window

    application = QApplication([])
    folder = TemporaryDirectory()
    service = open_service(Options(Path(folder.name), SecretSource.SESSION, records))
    ready = service.prepare_rehearsal().wait()
    assert isinstance(ready, RehearsalReady)
    window = open_window(lambda topic: "")
    window.use(service)
    watchdog = Watchdog()
    beat = QTimer(interval=5)
    beat.timeout.connect(watchdog.beat)
    resident: list[float] = []
    sampling = QTimer(interval=1000)
    sampling.timeout.connect(lambda: resident.append(memory()))
    limits = LimitSettings(calls_per_20s=100, in_flight=10)
    # Not a rehearsal's settings: the proof at its end is a second reading and no part of the sync.
    settings = replace(
        ready.settings, limits=limits, enable=replace(ready.settings.enable, accept=True), rehearsal=False
    )
    began = time.monotonic()
    ended: list[RunEnded] = []

    def start() -> None:
        watchdog.start()
        beat.start()
        sampling.start()
        window.show_main().follow(service.start(settings, ready.secrets))

    def hear(event: object) -> None:
        if isinstance(event, RunEnded):
            ended.append(event)
            watchdog.stop()
            window.close()

    window.bridge.heard.connect(hear)
    window.ended.connect(application.quit)
    QTimer.singleShot(0, gc.freeze)  # as the program does
    QTimer.singleShot(500, start)
    application.exec()
    folder.cleanup()
    tenths = [resident[len(resident) * part // 10] for part in range(10)] if resident else []
    return {
        "seconds": time.monotonic() - began,
        "acknowledged": ended[0].report.acknowledged if ended else 0,
        "worst_ms": watchdog.worst * 1000,
        "blocks": len(watchdog.stacks),
        "stacks": watchdog.stacks[:10],
        "memory_mb": tenths,
    }

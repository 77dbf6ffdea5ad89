"""How soon the window is there, and how much memory it takes."""

from __future__ import annotations

import os
import statistics
import time
from tempfile import TemporaryDirectory

from benchmarks.child import measured, memory

STARTS = 5


def show(_records: int) -> None:
    """Measure several starts, each in a process of its own."""
    runs = [measured("first_paint") for _ in range(STARTS)]
    paints = [run["paint_seconds"] for run in runs]
    print(f"first paint: first run {paints[0]:.2f} s, median {statistics.median(paints):.2f} s")
    print(f"memory of the idle window: {statistics.median(run['memory_mb'] for run in runs):.0f} MB")


def measure() -> dict[str, object]:
    """Seconds from the start of the process to the first paint, and the memory two seconds later."""
    from dynsync_gui import app

    found: dict[str, float] = {}
    opening = app.open_window

    def watched(*arguments: object, **more: object) -> object:
        from PySide6.QtCore import QEvent, QObject, QTimer

        window = opening(*arguments, **more)

        class FirstPaint(QObject):
            def eventFilter(self, watched_object: QObject, event: QEvent) -> bool:
                if event.type() == QEvent.Type.Paint and "paint_seconds" not in found:
                    found["paint_seconds"] = time.time() - float(os.environ["BENCH_STARTED"])
                return False

        watcher = FirstPaint(window)
        window.installEventFilter(watcher)

        def finish() -> None:
            found["memory_mb"] = memory()
            window.close()

        QTimer.singleShot(2000, finish)
        return window

    app.open_window = watched  # type: ignore[assignment]
    with TemporaryDirectory() as folder:
        app.main(["--profile", folder])
    return dict(found)

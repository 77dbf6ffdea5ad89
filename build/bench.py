"""Measures what a person feels: how soon the window is there, whether it ever stands still, how much memory it takes.

Usage: build/dev.py bench [--records N] [start] [fields] [sync]
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
STARTS = 5
BLOCK_SECONDS = 0.05


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", help="start, fields, sync; all if left out")
    parser.add_argument("--records", type=int, default=100_000, help="size of the world that is synced")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if options.child:
        print(json.dumps(CHILDREN[options.child](options.records)))
        return 0
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    if not options.what or "start" in options.what:
        runs = [_child("start", options.records) for _ in range(STARTS)]
        paints = sorted(run["paint_seconds"] for run in runs)
        memory = statistics.median(run["memory_mb"] for run in runs)
        print(f"first paint: first run {runs[0]['paint_seconds']:.2f} s, median {statistics.median(paints):.2f} s")
        print(f"memory of the idle window: {memory:.0f} MB")
    if not options.what or "fields" in options.what:
        run = _child("fields", options.records)
        print(
            f"{run['rows']:,} fields, searched and painted: {run['search_ms']:.1f} ms, at most {run['search_max']:.1f}"
        )
        print(f"one tick among {run['ticked']} chosen fields: {run['tick_ms']:.1f} ms, at most {run['tick_max']:.1f}")
    if not options.what or "sync" in options.what:
        run = _child("sync", options.records)
        print(f"sync of {options.records:,} records: {run['seconds']:.0f} s, {run['acknowledged']:,} taken by Marketo")
        print(f"window: late at most {run['worst_ms']:.0f} ms, {run['blocks']} times over 50 ms")
        print("memory of window and engine by tenths of the run: " + ", ".join(f"{mb:.0f}" for mb in run["memory_mb"]))
        for stack in run["stacks"]:
            print(stack)
    return 0


def _child(name: str, records: int) -> dict[str, object]:
    """Run one measurement in a process of its own."""
    command = [sys.executable, __file__, "--child", name, "--records", str(records)]
    environment = {**os.environ, "BENCH_STARTED": repr(time.time()), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout.splitlines()[-1])


def measure_start(_records: int) -> dict[str, object]:
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
            found["memory_mb"] = _memory()
            window.close()

        QTimer.singleShot(2000, finish)
        return window

    app.open_window = watched  # type: ignore[assignment]
    with TemporaryDirectory() as folder:
        app.main(["--profile", folder])
    return dict(found)


def measure_fields(_records: int) -> dict[str, object]:
    """One keystroke in the search of 2,000 fields, and one tick, each until it is painted (one frame is 16.7 ms)."""
    from PySide6.QtWidgets import QApplication

    from dynsync_gui.domain.edits import RowKey
    from dynsync_gui.domain.mapping import offers
    from dynsync_gui.domain.sample import ColumnSample
    from dynsync_gui.domain.schema import Entity, EntitySchema, FieldType, SourceField, Target, TargetSchema
    from dynsync_gui.domain.settings import FieldSettings
    from dynsync_gui.domain.sheet import FieldSheet
    from dynsync_gui.ui.theme import Theme
    from dynsync_gui.ui.wizard.field_tab import FieldTab

    application = QApplication([])
    Theme(application)
    columns = tuple(SourceField(f"new_field{n}", f"Field {n}", FieldType.STRING, 100) for n in range(2_000))
    table = EntitySchema(Entity.LEAD, "Lead", "leads", "leadid", columns)
    targets = {Target.PERSON: TargetSchema(Target.PERSON, ())}
    rows = offers(table, targets, ())
    sheet = FieldSheet({Entity.LEAD: rows}, {Entity.LEAD: table}, targets, FieldSettings())
    tab = FieldTab(Entity.LEAD, "Leads", rows, sheet.known(Entity.LEAD))
    tab.show_samples({column.name: ColumnSample(("Anna", "Zoë"), 0.5, 500) for column in columns})
    ticked = [RowKey(column.name) for column in columns[:90]]
    sheet.edits.tick(Entity.LEAD, ticked, on=True)
    tab.show_choices(sheet.edits.choices(Entity.LEAD), {})
    tab.resize(690, 500)
    tab.show()
    application.processEvents()

    def timed(act: Callable[[], object]) -> float:
        begun = time.perf_counter()
        act()
        tab.table.viewport().repaint()
        return (time.perf_counter() - begun) * 1000

    def tick(key: RowKey, on: bool) -> None:
        sheet.edits.tick(Entity.LEAD, [key], on=on)
        sheet.problems(Entity.LEAD)
        sheet.new_fields()
        tab.show_choices(sheet.edits.choices(Entity.LEAD), {})

    words = ("f", "fi", "fie", "field 1", "field 19", "field 199", "", "9") * 5
    searches = [timed(lambda word=word: tab.search.setText(word)) for word in words]
    ticks = [timed(lambda place=place: tick(ticked[place % 20], place % 40 >= 20)) for place in range(40)]
    return {
        "rows": len(rows),
        "ticked": len(ticked),
        "search_ms": statistics.median(searches),
        "search_max": max(searches),
        "tick_ms": statistics.median(ticks),
        "tick_max": max(ticks),
    }


def measure_sync(records: int) -> dict[str, object]:
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
    window = open_window(service, lambda topic: "")
    watchdog = Watchdog()
    beat = QTimer(interval=5)
    beat.timeout.connect(watchdog.beat)
    memory: list[float] = []
    sampling = QTimer(interval=1000)
    sampling.timeout.connect(lambda: memory.append(_memory()))
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
    tenths = [memory[len(memory) * part // 10] for part in range(10)] if memory else []
    return {
        "seconds": time.monotonic() - began,
        "acknowledged": ended[0].report.acknowledged if ended else 0,
        "worst_ms": watchdog.worst * 1000,
        "blocks": len(watchdog.stacks),
        "stacks": watchdog.stacks[:10],
        "memory_mb": tenths,
    }


class Watchdog:
    """Looks from another thread whether the window's thread still beats, and keeps its stack when it does not."""

    def __init__(self) -> None:
        self.worst = 0.0
        self.stacks: list[str] = []
        self._main = threading.main_thread().ident
        self._last = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def beat(self) -> None:
        """The window's thread is alive."""
        now = time.monotonic()
        self.worst = max(self.worst, now - self._last - 0.005)
        self._last = now

    def start(self) -> None:
        """Begin to look."""
        self._last = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """Stop looking."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        kept = 0.0
        while not self._over.wait(0.01):
            if time.monotonic() - self._last > BLOCK_SECONDS and self._last != kept:
                kept = self._last
                frame = sys._current_frames().get(self._main or 0)
                self.stacks.append("".join(traceback.format_stack(frame)[-6:]))


def _memory() -> float:
    """Resident memory of this process in MB; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


CHILDREN: dict[str, Callable[[int], dict[str, object]]] = {
    "start": measure_start,
    "fields": measure_fields,
    "sync": measure_sync,
}

if __name__ == "__main__":
    sys.exit(main())

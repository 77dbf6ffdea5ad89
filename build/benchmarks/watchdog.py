"""Sees from another thread when the window's thread stands still, and where."""

from __future__ import annotations

import sys
import threading
import time
import traceback

BLOCK_SECONDS = 0.05


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

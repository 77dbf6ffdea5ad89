"""A token that stops or pauses work from another thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from dynsync_gui.domain.errors import Cancelled


class CancelToken:
    """Passed down to everything that may take time; every wait goes through it."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._changed = threading.Condition()
        self._paused = False
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._next = 0

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled.is_set()

    @property
    def paused(self) -> bool:
        """Whether the work is to stand still between batches."""
        return self._paused

    def cancel(self) -> None:
        """Stop the work: wake every wait and close what `on_cancel` registered."""
        with self._changed:
            self._cancelled.set()
            callbacks = list(self._callbacks.values())
            self._changed.notify_all()
        for callback in callbacks:
            callback()

    def pause(self) -> None:
        """Let the work stand still at the next `checkpoint`."""
        with self._changed:
            self._paused = True

    def resume(self) -> None:
        """Let paused work go on."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def raise_if_cancelled(self) -> None:
        """Raise `Cancelled` once `cancel` was called."""
        if self._cancelled.is_set():
            raise Cancelled

    def checkpoint(self) -> None:
        """Stand still while paused; raise `Cancelled` once cancelled."""
        with self._changed:
            self._changed.wait_for(lambda: not self._paused or self._cancelled.is_set())
        self.raise_if_cancelled()

    def wait(self, seconds: float) -> None:
        """Wait that long, unless cancelled.

        Raises:
            Cancelled: As soon as `cancel` is called.
        """
        if self._cancelled.wait(max(0.0, seconds)):
            raise Cancelled

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back when cancelled (at once where it already is); returns what unregisters it."""
        with self._changed:
            if not self._cancelled.is_set():
                self._next += 1
                number = self._next
                self._callbacks[number] = callback
                return lambda: self._callbacks.pop(number, None) and None
        callback()
        return lambda: None

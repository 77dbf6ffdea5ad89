"""Ends requests from outside: at their deadline, and when the work is cancelled.

A socket's own time-out starts anew with every byte, so a peer that drips bytes would never meet it. One thread per
client watches all requests under way and shuts their connections down, which wakes whatever waits on them.
"""

from __future__ import annotations

import contextlib
import math
import socket
import threading
import time
from enum import StrEnum


class Cut(StrEnum):
    """Why a request was ended from outside."""

    LATE = "late"
    CANCELLED = "cancelled"


class Call:
    """One request under way.

    Attributes:
        target: Path and query, letter by letter as they have to go out.
        deadline: When it has to be over, on the monotonic clock.
        cut: Why it was ended from outside; None while it was not.
        wake: Set when it is ended, or when its name lookup has ended.
    """

    def __init__(self, target: str, seconds: float) -> None:
        self.target = target
        self.deadline = time.monotonic() + seconds
        self.cut: Cut | None = None
        self.wake = threading.Event()
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None

    @property
    def left(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - time.monotonic()

    def watch(self, sock: socket.socket) -> None:
        """Take note of the connection in use, by a handle of our own: TLS moves the socket to another object."""
        handle = socket.fromfd(sock.fileno(), sock.family, sock.type)
        with self._lock:
            self._close_handle()
            self._handle = handle
            if self.cut:
                _shut(handle)

    def stop(self, why: Cut) -> None:
        """End it; whatever waits on its connection wakes up."""
        with self._lock:
            self.cut = self.cut or why
            if self._handle is not None:
                _shut(self._handle)
        self.wake.set()

    def finish(self) -> None:
        """Give the handle back."""
        with self._lock:
            self._close_handle()

    def _close_handle(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None


class Watchdog:
    """Ends calls at their deadline; its thread starts with the first call and ends with `close`."""

    def __init__(self) -> None:
        self._calls: set[Call] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._looks = math.inf
        self._closed = False

    def add(self, call: Call) -> None:
        """Watch a call."""
        with self._changed:
            self._calls.add(call)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="dynsync-deadlines", daemon=True)
                self._thread.start()
            if call.deadline < self._looks:  # else it looks soon enough by itself
                self._changed.notify_all()

    def remove(self, call: Call) -> None:
        """Watch it no longer."""
        with self._changed:
            self._calls.discard(call)

    def stop_all(self) -> None:
        """End every call because the work is cancelled."""
        with self._changed:
            calls = list(self._calls)
        for call in calls:
            call.stop(Cut.CANCELLED)

    def close(self) -> None:
        """End every call and the thread."""
        self.stop_all()
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                for call in [call for call in self._calls if call.deadline <= now]:
                    self._calls.discard(call)
                    call.stop(Cut.LATE)
                self._looks = min((call.deadline for call in self._calls), default=math.inf)
                self._changed.wait(None if self._looks == math.inf else self._looks - now)


def _shut(handle: socket.socket) -> None:
    with contextlib.suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)

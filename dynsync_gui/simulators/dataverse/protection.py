"""Service protection limits: requests, execution time and concurrency of one user."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dynsync_gui.simulators.dataverse.errors import DataverseError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynsync_gui.simulators.clock import Clock

WINDOW_SECONDS = 300


class Protection:
    """Sliding window per user, as one web server of Dataverse counts it.

    Attributes:
        requests: Most requests in the window.
        execution_seconds: Most combined execution time in the window.
        concurrent: So many requests at once are refused.
        parallel_hint: ``x-ms-dop-hint``.
    """

    def __init__(self, clock: Clock, *, on: bool = True) -> None:
        self.on = on
        self.requests = 6000
        self.execution_seconds = 1200.0
        self.concurrent = 52
        self.parallel_hint = 4
        self._clock = clock
        self._lock = threading.Lock()
        self._arrivals: dict[str, deque[float]] = {}
        self._executions: dict[str, deque[tuple[float, float]]] = {}
        self._running: dict[str, int] = {}

    @contextmanager
    def passage(self, user: str) -> Iterator[int]:
        """Lets one request in or refuses it with 429; gives the requests that remain in the window."""
        began = self._clock.now()
        with self._lock:
            remaining = self._admit(user, began) if self.on else self.requests
            self._running[user] = self._running.get(user, 0) + 1
        try:
            yield remaining
        finally:
            now = self._clock.now()
            with self._lock:
                self._running[user] -= 1
                self._executions.setdefault(user, deque()).append((now, now - began))

    def _admit(self, user: str, now: float) -> int:
        if self._running.get(user, 0) + 1 >= self.concurrent:
            raise DataverseError(
                429, "0x80072326", f"Number of concurrent requests exceeded the limit of {self.concurrent}.", 2
            )
        arrivals = self._arrivals.setdefault(user, deque())
        executions = self._executions.setdefault(user, deque())
        while arrivals and arrivals[0] <= now - WINDOW_SECONDS:
            arrivals.popleft()
        while executions and executions[0][0] <= now - WINDOW_SECONDS:
            executions.popleft()
        if len(arrivals) >= self.requests:
            wait = int(arrivals[0] + WINDOW_SECONDS - now) + 1
            text = f"Number of requests exceeded the limit of {self.requests} over time window of 300 seconds."
            raise DataverseError(429, "0x80072322", text, wait)
        if sum(seconds for _, seconds in executions) >= self.execution_seconds:
            wait = int(executions[0][0] + WINDOW_SECONDS - now) + 1
            text = (
                "Combined execution time of incoming requests exceeded limit of "
                f"{int(self.execution_seconds * 1000)} milliseconds over time window of 300 seconds. Decrease number "
                "of concurrent requests or reduce the duration of requests and try again later."
            )
            raise DataverseError(429, "0x80072321", text, wait)
        arrivals.append(now)
        return self.requests - len(arrivals)

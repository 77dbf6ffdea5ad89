"""DynSync's share of a Marketo instance: calls in 20 seconds, calls at once, calls in a day (Adobe, API limits)."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dynsync_gui.connectors.http.retry import Gate
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import GuardStop
from dynsync_gui.domain.findings.marketo import QUOTA
from dynsync_gui.domain.ports.connections import RateWindow
from dynsync_gui.domain.settings import LimitSettings

_WINDOW = 20.5
"""Marketo's 20 seconds, and half a second because it counts arrivals while we count departures."""
_MOST_CALLS, _MOST_AT_ONCE = 98, 10
"""Marketo's 100 less two for the same reason; and its 10."""
_CENTRAL = ZoneInfo("America/Chicago")


class MemoryRateWindow:
    """A `RateWindow` that lasts as long as the program; safe from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: deque[float] = deque()
        self._days: dict[str, int] = {}

    def reserve(self, now: float, window: float, limit: int) -> float:
        """Take a place for a call at `now` and return 0, or return the seconds to wait."""
        with self._lock:
            while self._times and not now - window < self._times[0] <= now + 1.0:
                self._times.popleft()
            if len(self._times) < limit:
                self._times.append(now)
                return 0.0
            return self._times[-limit] + window - now

    def count_day(self, day: str, calls: int = 0) -> int:
        """Add calls to a day and return its sum."""
        with self._lock:
            self._days[day] = self._days.get(day, 0) + calls
            return self._days[day]


def marketo_day(now: float | None = None) -> str:
    """The day that Marketo counts now: US Central time (Adobe, daily quota)."""
    return datetime.fromtimestamp(time.time() if now is None else now, UTC).astimezone(_CENTRAL).date().isoformat()


class Limiter:
    """One per Marketo instance; every call of every thread passes it."""

    def __init__(self, window: RateWindow, limits: LimitSettings, token: CancelToken, gate: Gate) -> None:
        """Share `limits` over the times that `window` keeps; `gate` holds everybody back when Marketo asks."""
        self._window, self._token, self._gate = window, token, gate
        self._calls = max(1, min(limits.calls_per_20s, _MOST_CALLS))
        self._daily = limits.daily_calls
        self._places = threading.Semaphore(max(1, min(limits.in_flight, _MOST_AT_ONCE)))
        self._lock = threading.Lock()
        self.made = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for one call, from its start to its end.

        Raises:
            GuardStop: The day's allowance is used up; there is no waiting for midnight.
            Cancelled: The work was cancelled while waiting.
        """
        while not self._places.acquire(timeout=0.25):
            self._token.raise_if_cancelled()
        try:
            self._take()
            yield
        finally:
            self._places.release()

    def _take(self) -> None:
        day = marketo_day()
        if self._window.count_day(day) >= self._daily:
            raise GuardStop("quota", QUOTA, f"{self._daily} calls on {day} (US Central)")
        while True:
            self._gate.passed()
            self._token.raise_if_cancelled()
            wait = self._window.reserve(time.time(), _WINDOW, self._calls)
            if wait <= 0:
                break
            self._token.wait(wait + 0.01)
        self._window.count_day(marketo_day(), 1)
        with self._lock:
            self.made += 1

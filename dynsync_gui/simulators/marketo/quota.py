"""Limits of one Marketo instance: rate, concurrency and the daily quota."""

from __future__ import annotations

import threading
from collections import Counter, deque
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.marketo.errors import MarketoError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynsync_gui.simulators.clock import Clock

_CENTRAL = timedelta(hours=-6)


class Quota:
    """Counts calls by their arrival, for all clients together.

    Attributes:
        rate: Most calls in the window.
        window_seconds: Length of the sliding window.
        concurrent: Most calls in progress.
        daily: Most calls of a day; the day begins at midnight Central.
        calls: Good calls by day.
        errors: Error codes by day.
        most_in_flight: The highest concurrency seen, for whoever judges a client.
    """

    def __init__(self, clock: Clock, *, on: bool = True) -> None:
        self.on = on
        self.rate, self.window_seconds, self.concurrent, self.daily = 100, 20.0, 10, 50_000
        self.calls: Counter[str] = Counter()
        self.errors: dict[str, Counter[str]] = {}
        self.most_in_flight = 0
        self._clock = clock
        self._lock = threading.Lock()
        self._arrivals: deque[float] = deque()
        self._running = 0

    def day(self, back: int = 0) -> str:
        """Today, or some days ago, in Central time."""
        return str((self._clock.moment() + _CENTRAL - timedelta(days=back)).date())

    @contextmanager
    def passage(self) -> Iterator[None]:
        """Lets a call in, or refuses it with 607, 606 or 615; only calls without an error count."""
        with self._lock:
            arrival = self._admit() if self.on else self._clock.now()
            self._running += 1
            self.most_in_flight = max(self.most_in_flight, self._running)
        try:
            yield
        except MarketoError:
            with self._lock:
                if arrival in self._arrivals:
                    self._arrivals.remove(arrival)
            raise
        else:
            with self._lock:
                self.calls[self.day()] += 1
        finally:
            with self._lock:
                self._running -= 1

    def note_error(self, code: str) -> None:
        """Counts an error answer for the statistics."""
        with self._lock:
            self.errors.setdefault(self.day(), Counter())[code] += 1

    def _admit(self) -> float:
        now = self._clock.now()
        while self._arrivals and self._arrivals[0] <= now - self.window_seconds:
            self._arrivals.popleft()
        if self.calls[self.day()] >= self.daily:
            raise MarketoError("607")
        if len(self._arrivals) >= self.rate:
            raise MarketoError("606", f"Max rate limit '{self.rate}' exceeded with in '{self.window_seconds:g}' secs")
        if self._running >= self.concurrent:
            raise MarketoError("615", f"Concurrent access limit '{self.concurrent}' reached")
        self._arrivals.append(now)
        return now

    def usage(self, days: int, user: str) -> list[dict[str, Any]]:
        """Rows of the usage statistics."""
        rows = []
        for back in range(days):
            day = self.day(back)
            total = self.calls[day]
            rows.append({"date": day, "total": total, "users": [{"userId": user, "count": total}] if total else []})
        return rows

    def error_rows(self, days: int) -> list[dict[str, Any]]:
        """Rows of the error statistics."""
        rows = []
        for day in (self.day(back) for back in range(days)):
            counts = self.errors.get(day, Counter[str]())
            errors = [{"errorCode": code, "count": count} for code, count in counts.items()]
            rows.append({"date": day, "total": counts.total(), "errors": errors})
        return rows

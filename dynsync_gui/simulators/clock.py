"""The world's own clock, which a test may put forward."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Real time plus an offset, so that an expiry can be reached without waiting for it."""

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        """Seconds since 1970, UTC."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Puts the clock forward."""
        self._offset += seconds

    def moment(self) -> datetime:
        """Now as an aware UTC date and time."""
        return datetime.fromtimestamp(self.now(), UTC)

    def stamp(self) -> str:
        """Now in whole seconds as both vendors print it: ``2026-01-31T09:00:00Z``."""
        return stamp(self.now())


def stamp(seconds: float) -> str:
    """A moment as ``2026-01-31T09:00:00Z``."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))

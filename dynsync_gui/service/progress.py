"""Rate and time left from what the engine tells; at most ten snapshots a second."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from dynsync_gui.domain.events import EntityProgress, Progress
from dynsync_gui.domain.report import RunState
from dynsync_gui.domain.schema import Entity

_SPAN = 30.0
_LEAST_GAP = 0.1
QUOTA_ZONE = ZoneInfo("America/Chicago")
"""Marketo counts days in US Central time (Adobe, REST API limits)."""


def quota_day() -> str:
    """Today, as Marketo counts days."""
    return datetime.now(QUOTA_ZONE).date().isoformat()


class ProgressMeter:
    """Counts what is done and says how fast and how long.

    Args:
        job: Number of the job.
        emit: Takes the snapshots.
        calls: Marketo calls of this run and of DynSync today.
        daily_calls: The configured allowance.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        job: int,
        emit: Callable[[Progress], None],
        calls: Callable[[], tuple[int, int]],
        daily_calls: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._job = job
        self._emit = emit
        self._calls = calls
        self._daily_calls = daily_calls
        self._clock = clock
        self._phase = RunState.READING
        self._done: dict[Entity, int] = {}
        self._totals: dict[Entity, int | None] = {}
        self._marks: deque[tuple[float, int]] = deque()
        self._last = -_LEAST_GAP
        self.problems = 0
        self.away = 0

    def begin(self, phase: RunState, totals: Mapping[Entity, int | None]) -> None:
        """A phase begins with so many records an entity; None where the number is not known."""
        self._phase = phase
        self._totals = dict(totals)
        self._done = dict.fromkeys(totals, 0)
        self._marks.clear()
        self.tell()

    def reached(self, entity: Entity, done: int) -> None:
        """So many of an entity are done; where they are more than were counted, the others came in meanwhile."""
        self._done[entity] = done
        if (total := self._totals.get(entity)) is not None:
            self._totals[entity] = max(total, done)
        self._tell_sometimes()

    def depart(self, people: int) -> None:
        """So many people are on their way in files now."""
        self.away = people
        self.tell()

    def add(self, entity: Entity, more: int) -> None:
        """So many more of an entity are done."""
        self.reached(entity, self._done.get(entity, 0) + more)

    def _tell_sometimes(self) -> None:
        if self._clock() - self._last >= _LEAST_GAP:
            self.tell()

    def tell(self) -> None:
        """Send a snapshot now."""
        now = self._clock()
        self._last = now
        done = sum(self._done.values())
        self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[0][0] > _SPAN:
            self._marks.popleft()
        rate = self._rate()
        calls, calls_today = self._calls()
        entities = {entity: EntityProgress(number, self._totals.get(entity)) for entity, number in self._done.items()}
        self._emit(
            Progress(
                job=self._job,
                phase=self._phase,
                entities=entities,
                rate=rate,
                seconds_left=self._left(done, rate),
                calls=calls,
                calls_today=calls_today,
                daily_calls=self._daily_calls,
                problems=self.problems,
                away=self.away,
            )
        )

    def _rate(self) -> float:
        (start, first), (end, last) = self._marks[0], self._marks[-1]
        return (last - first) / (end - start) if end > start else 0.0

    def _left(self, done: int, rate: float) -> float | None:
        totals = [total for total in self._totals.values() if total is not None]
        if len(totals) < len(self._totals) or rate <= 0:
            return None
        return max(0.0, (sum(totals) - done) / rate)

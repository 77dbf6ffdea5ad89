"""Cycle after cycle until told to stop: run, wait, repeat; sooner after activity, later after passing trouble."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import uniform

from dynsync_gui.domain.errors import Cancelled, DynSyncError, Retry, TemporaryFailure, unexpected
from dynsync_gui.domain.events import CycleEnded, Event, RunEnded
from dynsync_gui.domain.report import RunReport
from dynsync_gui.service.jobs import BackgroundJob
from dynsync_gui.service.progress import QUOTA_ZONE

log = logging.getLogger(__name__)

SOONEST = 60.0
"""Seconds between two cycles while there is activity; never more than the interval that was set."""
LONGEST = 3600.0
"""Seconds between two tries while trouble lasts."""
READING_GOES_ON = 1800.0
"""Seconds between two cycles while Marketo takes no more calls today."""
QUOTA_CODE = "quota"
_SLICE = 15.0
"""Seconds of one look at the clock: a computer that slept finds out that a cycle is overdue."""


class Pace:
    """How long to wait after a cycle.

    Args:
        minutes: The interval that was set.
    """

    def __init__(self, minutes: int) -> None:
        self._usual = 60.0 * minutes
        self._seconds = self._usual
        self._failed = 0

    def after(self, report: RunReport) -> float:
        """Seconds after a cycle: a minute after one that brought something, then twice as long each time."""
        self._failed = 0
        moved = report.acknowledged > 0 or report.outbox > 0
        self._seconds = min(self._usual, SOONEST if moved else 2 * self._seconds)
        return self._seconds

    def after_failure(self) -> float:
        """Seconds after passing trouble: the interval, then twice as long each time, at most an hour."""
        self._failed += 1
        return float(min(max(LONGEST, self._usual), self._usual * 2 ** (self._failed - 1)))


def follow(
    job: BackgroundJob,
    minutes: int,
    run: Callable[[BackgroundJob], RunEnded],
    emit: Callable[[Event], None],
    clock: Callable[[], float] = time.time,
) -> Event:
    """Run cycles until the job is cancelled.

    What nobody foresaw ends a cycle and not the cycles: it may be one record's, or gone by the next time.

    Args:
        job: Cancels and pauses it.
        minutes: The interval that was set.
        run: Makes one cycle.
        emit: Takes `CycleEnded` after each one.
        clock: Seconds since 1970.

    Raises:
        Cancelled: It was told to stop.
        DynSyncError: Something that waiting does not mend.
    """
    pace = Pace(minutes)
    while True:
        ended, failure, until = None, None, None
        try:
            ended = run(job)
        except DynSyncError as error:
            if not _passes(error):
                raise
            failure = error
        except Cancelled:
            raise
        except Exception as error:
            log.exception("a cycle met something unknown")
            failure = unexpected(error)
        if ended is not None:
            seconds = pace.after(ended.report)
        elif failure is not None and failure.code == QUOTA_CODE:
            seconds, until = until_new_day(clock()), new_day(clock())
        else:
            seconds = pace.after_failure()
        next_run = datetime.fromtimestamp(clock(), UTC) + timedelta(seconds=seconds)
        emit(CycleEnded(job.number, ended, failure, next_run, until))
        due, left = clock() + seconds, seconds
        while (rest := min(due - clock(), left)) > 0:  # a clock that is set back makes no wait longer
            job.token.wait(min(rest, _SLICE))
            left -= _SLICE
        job.token.checkpoint()


def until_new_day(now: float) -> float:
    """Seconds to wait where the day's calls are used up: until Marketo's midnight and a little, or half an hour.

    The half hour is for reading, which goes on meanwhile, and for an allowance that was raised.
    """
    rest = new_day(now).timestamp() - now
    return min(READING_GOES_ON, rest + uniform(30.0, 180.0))  # noqa: S311  spreads callers


def new_day(now: float) -> datetime:
    """When Marketo counts anew: its next midnight, in UTC."""
    local = datetime.fromtimestamp(now, QUOTA_ZONE)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(UTC)


def _passes(error: DynSyncError) -> bool:
    """Whether the next cycle may do better without anybody's help."""
    if error.code == QUOTA_CODE:
        return True
    return isinstance(error, TemporaryFailure) or error.finding.retry is Retry.NEXT_RUN

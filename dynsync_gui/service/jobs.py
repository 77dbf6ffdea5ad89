"""Work in background threads: two lanes, one number a job, exactly one last event a job."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Cancelled, DynSyncError, unexpected
from dynsync_gui.domain.events import Event, JobCancelled, JobFailed

log = logging.getLogger(__name__)

Emit = Callable[[Event], None]


class Lane(StrEnum):
    """Where a job runs."""

    INTERACTIVE = "interactive"
    """Checks, schemas, previews: two at a time."""
    SYNC = "sync"
    """Plans and single runs: one at a time."""
    CYCLES = "cycles"
    """The cycles that go on by themselves."""


class BackgroundJob:
    """One piece of work; implements `service.api.Job`."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.token = CancelToken()
        self._ended = threading.Event()
        self._last: Event | None = None

    def cancel(self) -> None:
        """Stop it; returns at once, the last event follows."""
        self.token.cancel()

    def wait(self, seconds: float | None = None) -> Event | None:
        """Block until the last event, and return it; None when the time is over."""
        self._ended.wait(seconds)
        return self._last

    def end(self, event: Event) -> None:
        """Keep the last event."""
        self._last = event
        self._ended.set()


Work = Callable[[BackgroundJob], Event]


class Lanes:
    """The threads of a service.

    Args:
        emit: Told every last event, on the job's thread.
    """

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._pools = {
            Lane.INTERACTIVE: ThreadPoolExecutor(2, "dynsync-interactive"),
            Lane.SYNC: ThreadPoolExecutor(1, "dynsync-sync"),
            Lane.CYCLES: ThreadPoolExecutor(1, "dynsync-cycles"),
        }
        self._running: dict[int, BackgroundJob] = {}
        self._lock = threading.Lock()
        self._next = 0
        self._closed = False

    def run(self, lane: Lane, work: Work) -> BackgroundJob:
        """Run work; its return value is the job's last event. After `close` every job is cancelled at once."""
        with self._lock:
            self._next += 1
            job = BackgroundJob(self._next)
            closed = self._closed
            if not closed:
                self._running[job.number] = job
                self._pools[lane].submit(self._do, job, work)
        if closed:
            job.cancel()
            job.end(JobCancelled(job.number))
        return job

    def close(self) -> None:
        """Cancel every job and wait for the threads."""
        with self._lock:
            self._closed = True
            running = list(self._running.values())
        for job in running:
            job.cancel()
        for pool in self._pools.values():
            pool.shutdown(wait=True)

    def _do(self, job: BackgroundJob, work: Work) -> None:
        event: Event
        try:
            job.token.raise_if_cancelled()
            event = work(job)
        except Cancelled:
            event = JobCancelled(job.number)
        except DynSyncError as error:
            log.info("job %d ended: %s", job.number, error.code)
            event = JobFailed(job.number, error)
        except Exception as error:
            log.exception("job %d met something unknown", job.number)
            event = JobFailed(job.number, unexpected(error))
        with self._lock:
            self._running.pop(job.number, None)
        self._emit(event)
        job.end(event)

"""Several points at a time, each process with a seat of its own."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait

from tests.soak.play import Course, Outcome, play
from tests.soak.points import Point
from tests.soak.seat import Seat

_PROCESSES = 2
_seat: list[tuple[Seat, Course]] = []


def visit(course: Course, points: Iterable[Point], ends: float) -> Iterator[Outcome]:
    """The points' outcomes, in the order in which they come.

    Args:
        course: What they have to come to.
        points: Which ones.
        ends: On the monotonic clock; no point is begun later.
    """
    waiting = iter(points)
    running: set[Future[Outcome]] = set()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(_PROCESSES, context, _sit_down, (course,)) as pool:
        while True:
            while len(running) < 2 * _PROCESSES and time.monotonic() < ends and (point := next(waiting, None)):
                running.add(pool.submit(_play, point))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (one.result() for one in done)


def _sit_down(course: Course) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _seat.append((Seat().__enter__(), course))  # it ends with this process, when its standard input does


def _end_with_parent() -> None:
    """A sweep that is killed leaves nobody behind who waits for more."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _play(point: Point) -> Outcome:
    return play(*_seat[0], point)

"""Nothing that a test started runs on after it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

_PATIENCE = 10.0
"""Seconds that threads have to end after what they served was closed."""

_OF_LIBRARIES = (
    "pytest_timeout",  # the watch over the test itself, where signals cannot do it
    "(process_request_thread)",  # one connection of a server that outlives the test; the server is watched itself
)


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Fail when threads that began in the test are alive after it."""
    before = set(threading.enumerate())
    yield
    left = _left(before)
    end = time.monotonic() + _PATIENCE
    for thread in left:
        thread.join(max(0.0, end - time.monotonic()))
    if names := sorted(thread.name for thread in _left(before)):
        pytest.fail(f"Threads are still running after the test: {', '.join(names)}")


def _left(before: set[threading.Thread]) -> list[threading.Thread]:
    return [
        thread
        for thread in threading.enumerate()
        if thread not in before
        and thread.is_alive()
        and not isinstance(thread, threading._DummyThread)  # Qt's own threads that once called into Python
        and not any(mark in thread.name for mark in _OF_LIBRARIES)
    ]

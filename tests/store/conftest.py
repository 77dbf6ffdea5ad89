"""A ledger in memory whose clock stands still until a test moves it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from dynsync_gui.domain.findings.records import finding_of
from dynsync_gui.store.sync_store import SqliteStore


class Clock:
    """Tells the time that a test wants."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> Iterator[SqliteStore]:
    opened = SqliteStore(None, finding_of, clock)
    yield opened
    opened.close()

"""The times of calls to Marketo, shared by all threads and processes of a profile and kept over a restart."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from dynsync_gui.domain.errors import StoreFailed
from dynsync_gui.store.database import DAMAGED, see_sound, storage_errors

_T = TypeVar("_T")
log = logging.getLogger(__name__)


class StoredRateWindow:
    """Implements `domain.ports.RateWindow`.

    Before a profile exists nothing may be on disk, so the times are in memory until `attach`; then they move into a
    file of their own, which keeps the many small writes away from the profile's database. A damaged one is begun anew,
    as it says nothing that outlasts a day. Every method raises `StoreFailed` where that file cannot be used.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._db = _open(None)

    def attach(self, path: Path) -> None:
        """Keep the times in a file from now on; what was counted so far goes with it."""
        with self._lock, storage_errors():
            if self._path == path:
                return
            stored = _sound(path)
            with stored:
                stored.executemany("INSERT INTO calls (at) VALUES (?)", self._db.execute("SELECT at FROM calls"))
                for day, number in self._db.execute("SELECT day, number FROM days").fetchall():
                    _count(stored, day, number)
            self._db.close()
            self._db, self._path = stored, path

    def reserve(self, now: float, window: float, limit: int) -> float:
        """Take a place for a call at `now` and return 0, or return the seconds to wait."""

        def reserved(base: sqlite3.Connection) -> float:
            base.execute("BEGIN IMMEDIATE")
            # A clock that was set back leaves times of the future behind: they count as now.
            base.execute("UPDATE calls SET at = ? WHERE at > ?", (now, now))
            base.execute("DELETE FROM calls WHERE at <= ?", (now - window,))
            times = base.execute("SELECT at FROM calls ORDER BY at DESC LIMIT ?", (limit,)).fetchall()
            if len(times) < limit:
                base.execute("INSERT INTO calls (at) VALUES (?)", (now,))
                return 0.0
            return max(0.001, float(times[-1][0]) + window - now)

        return self._told(reserved)

    def count_day(self, day: str, calls: int = 0) -> int:
        """Add calls to a day and return its sum."""

        def counted(base: sqlite3.Connection) -> int:
            if calls:
                base.execute("BEGIN IMMEDIATE")
                _count(base, day, calls)
            row = base.execute("SELECT number FROM days WHERE day = ?", (day,)).fetchone()
            return int(row[0]) if row else 0

        return self._told(counted)

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._db.close()

    def _told(self, ask: Callable[[sqlite3.Connection], _T]) -> _T:
        """What the times tell, all or nothing; once more of new ones where damage is met."""
        with self._lock:
            try:
                with storage_errors(), self._db:
                    return ask(self._db)
            except StoreFailed as failure:
                if self._path is None or failure.finding is not DAMAGED:
                    raise
            with storage_errors():
                self._db.close()
                self._db = _anew(self._path)
                with self._db:
                    return ask(self._db)


def _count(connection: sqlite3.Connection, day: str, calls: int) -> None:
    connection.execute(
        """INSERT INTO days (day, number) VALUES (?, ?)
           ON CONFLICT (day) DO UPDATE SET number = number + excluded.number""",
        (day, calls),
    )


def _sound(path: Path) -> sqlite3.Connection:
    """The file, begun anew where it is damaged."""
    try:
        with storage_errors():
            return _open(path)
    except StoreFailed as failure:
        if failure.finding is not DAMAGED:
            raise
    return _anew(path)


def _anew(path: Path) -> sqlite3.Connection:
    log.warning("the times of calls to Marketo are damaged: today's are counted from here")
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    return _open(path)


def _open(path: Path | None) -> sqlite3.Connection:
    connection = sqlite3.connect(
        str(path) if path else ":memory:", timeout=15, isolation_level=None, check_same_thread=False
    )
    try:
        if path:
            path.chmod(0o600)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            see_sound(connection)
        connection.execute("CREATE TABLE IF NOT EXISTS calls (at REAL NOT NULL)")
        connection.execute("CREATE TABLE IF NOT EXISTS days (day TEXT PRIMARY KEY, number INTEGER NOT NULL)")
    except BaseException:
        connection.close()
        raise
    return connection

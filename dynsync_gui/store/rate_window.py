"""The times of calls to Marketo, shared by all threads and processes of a profile and kept over a restart."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from dynsync_gui.store.database import storage_errors


class StoredRateWindow:
    """Implements `domain.ports.RateWindow`.

    Before a profile exists nothing may be on disk, so the times are in memory until `attach`; then they move into a
    file of their own, which keeps the many small writes away from the profile's database. Every method raises
    `StoreFailed` where that file cannot be used.
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
            stored = _open(path)
            with stored:
                stored.executemany("INSERT INTO calls (at) VALUES (?)", self._db.execute("SELECT at FROM calls"))
                for day, number in self._db.execute("SELECT day, number FROM days").fetchall():
                    _count(stored, day, number)
            self._db.close()
            self._db, self._path = stored, path

    def reserve(self, now: float, window: float, limit: int) -> float:
        """Take a place for a call at `now` and return 0, or return the seconds to wait."""
        with self._lock, storage_errors(), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            # A clock that was set back leaves times of the future behind: they count as now.
            self._db.execute("UPDATE calls SET at = ? WHERE at > ?", (now, now))
            self._db.execute("DELETE FROM calls WHERE at <= ?", (now - window,))
            times = self._db.execute("SELECT at FROM calls ORDER BY at DESC LIMIT ?", (limit,)).fetchall()
            if len(times) < limit:
                self._db.execute("INSERT INTO calls (at) VALUES (?)", (now,))
                return 0.0
            return max(0.001, float(times[-1][0]) + window - now)

    def count_day(self, day: str, calls: int = 0) -> int:
        """Add calls to a day and return its sum."""
        with self._lock, storage_errors(), self._db:
            if calls:
                self._db.execute("BEGIN IMMEDIATE")
                _count(self._db, day, calls)
            row = self._db.execute("SELECT number FROM days WHERE day = ?", (day,)).fetchone()
            return int(row[0]) if row else 0

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._db.close()


def _count(connection: sqlite3.Connection, day: str, calls: int) -> None:
    connection.execute(
        """INSERT INTO days (day, number) VALUES (?, ?)
           ON CONFLICT (day) DO UPDATE SET number = number + excluded.number""",
        (day, calls),
    )


def _open(path: Path | None) -> sqlite3.Connection:
    connection = sqlite3.connect(
        str(path) if path else ":memory:", timeout=15, isolation_level=None, check_same_thread=False
    )
    if path:
        path.chmod(0o600)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE IF NOT EXISTS calls (at REAL NOT NULL)")
    connection.execute("CREATE TABLE IF NOT EXISTS days (day TEXT PRIMARY KEY, number INTEGER NOT NULL)")
    return connection

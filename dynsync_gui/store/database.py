"""The SQLite file of a profile: opened safely, migrated, never shared between threads at one time."""

from __future__ import annotations

import errno
import inspect
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.checks import Owner
from dynsync_gui.domain.errors import Finding, Retry, StoreFailed
from dynsync_gui.domain.findings.disk import full
from dynsync_gui.domain.text import msg
from dynsync_gui.store.migrations import MIGRATIONS

_T = TypeVar("_T")
_BUSY_SECONDS = 15.0
_PAGE = 8_192
"""Bytes of a page of a new file: of rows of a thousand bytes, few would fit in SQLite's own 4,096."""
_LOG_PAGES = 7_500
"""Pages that the write-ahead log gathers before they are written to their places: most are written again soon."""
_LOG_BYTES = 64_000_000
"""What is left of a write-ahead log that had to grow beyond that, because somebody was reading meanwhile. At twice as
much readers are waited for, as it begins anew only where nobody reads what it holds."""
_READER_SECONDS = 0.5
_CACHE_KB = 32_768
"""Ids come in no order, so that the indexes of a large ledger are written all over: they should be in memory."""
SEEN_WHOLE = 64_000_000
"""Bytes of a file that is looked through each time it is opened: a fraction of a second. Of a larger one its beginning
and its size are; all of it with each copy, and whenever a statement meets damage."""
_COPIED_AT_ONCE = 1_000
_STEPS = 50_000
"""Pages, and steps of SQLite's machine, after which it is seen whether to stop: a few hundredths of a second."""

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}

DAMAGED = Finding(
    msg("DynSync's own record of the sync is damaged."),
    msg("Sync now: DynSync takes its last good copy and compares everything. Nothing is doubled or lost by that."),
    Owner.YOU,
    Retry.NEXT_RUN,
)
NEWER = Finding(
    msg("This profile was used with a newer DynSync."),
    msg("Install the newest DynSync."),
    Owner.YOU,
)
UNUSABLE = Finding(
    msg("DynSync cannot write its own record of the sync."),
    msg("Check that you may write to the profile folder, and that no other program holds its files."),
    Owner.YOU,
    Retry.NEXT_RUN,
)


class Database:
    """One connection.

    Args:
        path: The file; None makes a private one on disk that vanishes when it is closed.

    Raises:
        StoreFailed: The file is damaged, newer than this program, or cannot be written.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._lasting = True
        self._log_room = 2 * _LOG_BYTES
        with storage_errors():
            self.connection = sqlite3.connect(
                str(path) if path else "", timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            with storage_errors():
                self._prepare()
        except BaseException:
            self.connection.close()
            raise

    def _prepare(self) -> None:
        execute = self.connection.execute
        if self.path:
            self.path.chmod(0o600)
            execute(f"PRAGMA page_size = {_PAGE}")
            execute("PRAGMA journal_mode = WAL")
            execute("PRAGMA synchronous = FULL")
            execute("PRAGMA fullfsync = 1")
            execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
            execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
            if self.path.stat().st_size <= SEEN_WHOLE:
                see_sound(self.connection)
        else:
            execute("PRAGMA journal_mode = PERSIST")  # in memory it would be as large as what a part changes
            execute("PRAGMA synchronous = OFF")
        execute("PRAGMA trusted_schema = OFF")
        execute("PRAGMA temp_store = FILE")
        execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        version = execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise StoreFailed("store-newer", NEWER)
        if self.path and 0 < version < len(MIGRATIONS):
            self.copy_to(self.path.with_name(f"{self.path.name}.version-{version}"), CancelToken())
        for number in range(version, len(MIGRATIONS)):
            with self.transaction():
                for statement in MIGRATIONS[number]:
                    execute(statement)
                execute(f"PRAGMA user_version = {number + 1}")

    @contextmanager
    def transaction(self, *, lasting: bool = True) -> Iterator[None]:
        """All or nothing; inside another one it is a part of that.

        Args:
            lasting: Whether it outlasts a loss of power at once, else not before the next one that does; either way it
                outlasts the end of this program, and none outlasts what one before it did not (SQLite, WAL).
        """
        if self.connection.in_transaction:
            yield
            return
        with storage_errors():
            if self.path and lasting is not self._lasting:
                self.connection.execute(f"PRAGMA synchronous = {'FULL' if lasting else 'NORMAL'}")
                self._lasting = lasting
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.commit()
            except BaseException:
                self.connection.rollback()
                raise
            if self.path:
                self._shorten_log(self.path.with_name(f"{self.path.name}-wal"))

    def _shorten_log(self, log: Path) -> None:
        """Let a log that has grown long begin anew; for a reader that stays nobody waits until it has grown again."""
        size = log.stat().st_size if log.exists() else 0
        if size > self._log_room:
            self.connection.execute(f"PRAGMA busy_timeout = {_READER_SECONDS * 1_000:.0f}")
            try:
                (held, *_) = self.connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
            except sqlite3.OperationalError:  # this connection itself is in the midst of reading
                held = True
            self.connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1_000:.0f}")
            self._log_room = size + _LOG_BYTES if held else 2 * _LOG_BYTES

    @contextmanager
    def stoppable(self, token: CancelToken) -> Iterator[None]:
        """Let statements end soon after a token was cancelled; the transaction that they are in is undone.

        Raises:
            Cancelled: One of them ended so.
        """
        with _stoppable(self.connection, token):
            yield

    def copy_to(self, path: Path, token: CancelToken) -> None:
        """Copy everything into a new file, whole and sound or not at all.

        Raises:
            Cancelled: The token was; what was there before stays.
        """
        part = path.with_suffix(".part")
        with storage_errors():
            part.unlink(missing_ok=True)
            try:
                with closing(sqlite3.connect(part)) as target:
                    go_on = lambda *_: token.raise_if_cancelled()  # noqa: E731
                    self.connection.backup(target, pages=_COPIED_AT_ONCE, progress=go_on)
                    with _stoppable(target, token):
                        see_sound(target)
                part.chmod(0o600)
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)

    def is_sound(self, token: CancelToken) -> bool:
        """Whether all of the file is as it was written, indexes included; takes its time for a large one."""
        try:
            with storage_errors(), _stoppable(self.connection, token):
                see_sound(self.connection, "integrity_check")
        except StoreFailed as failure:
            if failure.finding is not DAMAGED:
                raise
            return False
        return True

    def close(self) -> None:
        """Give the file back."""
        self.connection.close()


def see_sound(connection: sqlite3.Connection, check: str = "quick_check") -> None:
    """Look through a file; raises StoreFailed where it is damaged."""
    if (found := connection.execute(f"PRAGMA {check}(1)").fetchone()[0]) != "ok":
        raise StoreFailed("store-damaged", DAMAGED, detail=str(found))


@contextmanager
def _stoppable(connection: sqlite3.Connection, token: CancelToken) -> Iterator[None]:
    connection.set_progress_handler(lambda: token.cancelled, _STEPS)
    try:
        yield
    except (sqlite3.OperationalError, StoreFailed):
        token.raise_if_cancelled()
        raise
    finally:
        connection.set_progress_handler(None, 0)


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn SQLite's and the file system's errors into ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if _kind(error) == sqlite3.SQLITE_FULL:
            raise full(detail=str(error)) from error
        damaged = _kind(error) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
        finding = DAMAGED if damaged else UNUSABLE
        raise StoreFailed("store-damaged" if damaged else "store-unusable", finding, detail=str(error)) from error
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise full(detail=str(error)) from error
        raise StoreFailed("store-unusable", UNUSABLE, detail=str(error)) from error


def telling_storage_errors(kind: type[_T]) -> type[_T]:
    """Give every public method of a class `storage_errors`, so that reading fails in our words as writing does.

    Generators are left out: their work is done after the call, so that they say it themselves.
    """
    for name, member in list(vars(kind).items()):
        if inspect.isfunction(member) and not name.startswith("_") and not inspect.isgeneratorfunction(member):
            setattr(kind, name, storage_errors()(member))
    return kind


def _kind(error: sqlite3.Error) -> int:
    """SQLite's code without what it says besides, such as that an index is what is damaged (result codes, extended)."""
    return error.sqlite_errorcode & 0xFF if hasattr(error, "sqlite_errorcode") else sqlite3.SQLITE_ERROR

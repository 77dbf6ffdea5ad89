"""The right to sync a profile: a lock on a file, which the operating system takes back from a process that dies."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Finding, GuardStop, Retry
from dynsync_gui.domain.text import msg
from dynsync_gui.system.machine import user_name
from dynsync_gui.system.paths import open_private
from dynsync_gui.system.whole_file import telling_file_errors

_POLL_SECONDS = 0.1

_MOST_BYTES = 1_000
_FREE = 1
"""Where the name stands: Windows lets nobody read the byte that is locked."""

HELD = msg("Another DynSync is syncing this profile.")


@contextmanager
def lease(path: Path, wait: float, token: CancelToken) -> Iterator[None]:
    """Hold the lock while inside.

    Args:
        path: The lock's file, in which its holder says who it is; it stays, empty of meaning, when the lock is given
            back.
        wait: Seconds to wait for another holder.
        token: Ends the waiting.

    Raises:
        GuardStop: Another process still held it.
        SettingsError: The file cannot be made.
    """
    until = time.monotonic() + wait
    with _opened(path) as file:
        while not _take(file):
            if time.monotonic() >= until:
                raise GuardStop("lease-held", _held_by(file), detail=str(path))
            token.wait(_POLL_SECONDS)
        try:
            _sign(file)
            yield
        finally:
            _give_back(file)


def held(path: Path) -> bool:
    """Whether some process holds the lock now."""
    if not path.exists():
        return False
    with _opened(path) as file:
        if not _take(file):
            return True
        _give_back(file)
        return False


def _sign(file: IO[bytes]) -> None:
    """Say who holds the lock, as far as that is known and can be written."""
    name = {"process": os.getpid(), "user": user_name(), "since": time.strftime("%H:%M")}
    with suppress(OSError):
        file.truncate(0)
        file.write(b" " * _FREE + json.dumps(name).encode())
        file.flush()


def _held_by(file: IO[bytes]) -> Finding:
    """Who holds the lock."""
    title = HELD
    with suppress(OSError, ValueError, KeyError, TypeError):
        file.seek(_FREE)
        name = json.loads(file.read(_MOST_BYTES))
        title = msg(
            "Another DynSync is syncing this profile: process {process} of {user}, since {since}.",
            process=str(int(name["process"])),
            user=str(name["user"]),
            since=str(name["since"]),
        )
    return Finding(title, msg("Wait until it is done, or stop it, and try again."), retry=Retry.NEXT_RUN)


def _opened(path: Path) -> IO[bytes]:
    with telling_file_errors(path):
        return open(path, "a+b", buffering=0, opener=open_private)


if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _give_back(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _give_back(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)

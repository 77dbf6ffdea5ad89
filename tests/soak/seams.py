"""The product's four ways to the world, each with a trip in it: SQLite, HTTP, files and the keychain.

They are replaced in a process of the sweep only, at the libraries' own doors; the product knows nothing of it.
"""

from __future__ import annotations

import builtins
import errno
import io
import json
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import requests
from keyring.errors import KeyringLocked

from dynsync_gui import composition
from dynsync_gui.connectors.http import client, limiter, retry
from dynsync_gui.connectors.http.transport import WatchedAdapter
from dynsync_gui.connectors.marketo import creating
from dynsync_gui.engine import flight, people_files, reading
from dynsync_gui.service import run
from dynsync_gui.system import keychain
from dynsync_gui.system.secrets import open_secrets
from tests.soak.trip import Seam, Trip, Way

ROWS_A_PAGE = 12
"""So that even a small table has pages, and a place between two of them."""
HANG_SECONDS = 1.0
"""Time limit of what hangs, in place of the product's own of 15 to 150 seconds; a busy computer meets it without."""


def lay(trip: Trip, folder: Path, keychain_file: Path, *, in_files: bool) -> None:
    """Put the trip into every seam of this process.

    Args:
        trip: Counts and fails.
        folder: Profile; files elsewhere are not the product's.
        keychain_file: What the keychain of this computer holds, outside of the profile.
        in_files: Whether people travel in files, however few they are.
    """
    reading.PAGE_SIZE = ROWS_A_PAGE
    retry._FIRST_DELAY, retry._LONGEST_DELAY = 0.001, 0.01
    limiter._WINDOW = 0.2
    creating.OVER_SECONDS, creating._FIRST_PAUSE = 0.5, 0.01
    if _hangs(trip, Seam.CALL):
        _shorten_limits()
    if in_files:
        people_files.LEAST_ROWS = 1
        run.by_file = lambda *_: True
        flight._FIRST_LOOK, flight._MINUTE, flight._LOST = 0.02, 0.05, 0.2
    _lay_database(trip)
    _lay_calls(trip)
    _lay_files(trip, folder)
    _lay_keychain(trip, keychain_file)


def _hangs(trip: Trip, seam: Seam) -> bool:
    return trip.fault is not None and (trip.fault.seam, trip.fault.way) == (seam, Way.HANG)


def _shorten_limits() -> None:
    send = client.HttpClient.send

    def soon(self: client.HttpClient, *asked: Any, **more: Any) -> Any:
        more["limits"] = client.Limits(HANG_SECONDS, HANG_SECONDS)
        return send(self, *asked[:4], **more)

    client.HttpClient.send = soon


def _lay_database(trip: Trip) -> None:
    connect = sqlite3.connect
    hanging = _hangs(trip, Seam.DATABASE)

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if not hanging:
                _see_database(trip)
            elif sql.startswith("BEGIN") and trip.point(Seam.DATABASE):
                self._be_held()
            return super().execute(sql, *values)

        def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if not hanging:
                _see_database(trip)
            return super().executemany(sql, *values)

        def commit(self) -> None:
            if not hanging:
                _see_database(trip)
            super().commit()

        def backup(self, *arguments: Any, **options: Any) -> None:
            if not hanging:
                _see_database(trip)
            super().backup(*arguments, **options)

        def _be_held(self) -> None:
            """Let another program, a backup or a virus scanner, hold the file until this process ends."""
            path = super().execute("PRAGMA database_list").fetchone()[2]
            holder = connect(path, timeout=0, check_same_thread=False)
            holder.execute("BEGIN EXCLUSIVE")
            _held.append(holder)

    def tripping(path: Any, *arguments: Any, **options: Any) -> sqlite3.Connection:
        if path == ":memory:":
            return connect(path, *arguments, **options)
        if hanging:
            options["timeout"] = HANG_SECONDS
        return connect(path, *arguments, **options, factory=Connection)

    sqlite3.connect = tripping


_held: list[sqlite3.Connection] = []


def _see_database(trip: Trip) -> None:
    if trip.point(Seam.DATABASE):
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
        raise error


def _lay_calls(trip: Trip) -> None:
    """A hanging call is the server's work: it takes the request and never answers."""
    send = WatchedAdapter.send
    if _hangs(trip, Seam.CALL):
        return

    def tripping(self: WatchedAdapter, *asked: Any, **options: Any) -> requests.Response:
        if trip.point(Seam.CALL):
            raise requests.ConnectionError("reset before it was sent")
        response = send(self, *asked, **options)
        if trip.point(Seam.CALL):
            response.raw.close()
            raise requests.ConnectionError("reset after it was carried out")
        return response

    WatchedAdapter.send = tripping


def _lay_files(trip: Trip, folder: Path) -> None:
    own: set[int] = set()

    def is_own(place: Any) -> bool:
        return place in own if isinstance(place, int) else os.fsdecode(place).startswith(str(folder))

    def around(call: Callable[..., Any]) -> Callable[..., Any]:
        def tripping(place: Any, *arguments: Any, **options: Any) -> Any:
            if not is_own(place):
                return call(place, *arguments, **options)
            _see_file(trip)
            made = call(place, *arguments, **options)
            if call is real_open:
                own.add(made)
            else:
                _see_file(trip, lose=made)
            return made

        return tripping

    real_open = os.open
    for name in ("open", "fsync", "replace", "rename", "unlink", "mkdir", "chmod"):
        setattr(os, name, around(getattr(os, name)))
    builtins.open = io.open = around(io.open)


def _see_file(trip: Trip, lose: Any = None) -> None:
    if trip.point(Seam.FILE):
        if isinstance(lose, io.IOBase):
            lose.close()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _lay_keychain(trip: Trip, kept: Path) -> None:
    real_open, replace = io.open, os.replace

    def read() -> dict[str, str]:
        if not kept.exists():
            return {}
        with closing(real_open(kept, encoding="utf-8")) as file:
            return dict(json.load(file))

    def write(items: dict[str, str]) -> None:
        part = kept.with_suffix(".part")
        with closing(real_open(part, "w", encoding="utf-8")) as file:
            json.dump(items, file)
        replace(part, kept)

    def see() -> None:
        way = trip.point(Seam.KEYCHAIN)
        if way is Way.HANG:
            threading.Event().wait()
        if way:
            raise KeyringLocked("nobody unlocks it")

    class Kept:
        viable = True

        def get_password(self, service: str, username: str) -> str | None:
            see()
            found = read().get(f"{service} {username}")
            see()
            return found

        def set_password(self, service: str, username: str, password: str) -> None:
            see()
            write({**read(), f"{service} {username}": password})
            see()

        def delete_password(self, service: str, username: str) -> None:
            see()
            write({key: value for key, value in read().items() if key != f"{service} {username}"})
            see()

    keychain._candidates = lambda: (Kept,)
    if _hangs(trip, Seam.KEYCHAIN):
        composition.open_secrets = lambda source, profile: open_secrets(source, profile, HANG_SECONDS)

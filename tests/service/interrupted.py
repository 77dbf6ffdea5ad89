"""A whole set-up in a process of its own that kills itself at a named step; run by `test_kill.py`.

Usage: interrupted.py FOLDER STEP WHEN NUMBER, with the connection's JSON on standard input. `STEP` is a method of the
store, the connections or the profile, or ``part``: one of what touches everybody; with ``urgent.`` before it only what
happens while urgent records go first counts. `WHEN` is before or after, `NUMBER` counts from 1; 0 runs to the end. In
the JSON, ``canary`` starts carefully, ``hurry`` looks for fresh changes between any two batches, ``pages`` reads
few rows at a time, and of ``since`` a step counts only from the first call of that method on.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from dynsync_gui import composition
from dynsync_gui.connectors.marketo import creating
from dynsync_gui.domain.events import RunEnded
from dynsync_gui.domain.field_answers import read_fields
from dynsync_gui.domain.ports.connections import Connection
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import (
    BulkUse,
    DynamicsSettings,
    EnableSettings,
    LimitSettings,
    MarketoSettings,
    NetworkSettings,
    Settings,
)
from dynsync_gui.engine import flight, meanwhile, overtaking, people_files, reading
from dynsync_gui.service.sync_service import SyncService
from dynsync_gui.store import desk, parts
from dynsync_gui.store.database import Database
from dynsync_gui.store.desk import Desk
from dynsync_gui.store.sync_store import SqliteStore
from dynsync_gui.system.secrets import SecretSource
from tests.service.beside import Beside

IN_SMALL = {
    people_files: {"LEAST_ROWS": 1, "LEAST_PEOPLE": 1, "FILE_BYTES": 30_000},
    flight: {"_FIRST_LOOK": 0.05, "_MINUTE": 0.05, "_LOST": 0.2},
}
"""Several files for few people, and a short patience for a world that is quick."""


class Bomb:
    """Ends the process, without any clean-up, at the n-th call of a step."""

    def __init__(self, step: str, when: str, number: int, since: str = "") -> None:
        self.step, self.when, self.left, self.since = step.removeprefix("urgent."), when, number, since
        self.inside = not (step.startswith("urgent.") or since)

    def around(self, step: str, call: Callable[..., Any]) -> Callable[..., Any]:
        self.inside = self.inside or step == self.since != ""
        if step != self.step:
            return call

        def bombed(*args: Any, **kwargs: Any) -> Any:
            if not self.inside:
                return call(*args, **kwargs)
            self.left -= 1
            if self.left == 0 and self.when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = call(*args, **kwargs)
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return bombed


class Wrapped:
    """Anything, with a bomb around one of its methods."""

    def __init__(self, inner: Any, bomb: Bomb) -> None:
        self._inner, self._bomb = inner, bomb

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if name == "imports":
            return Wrapped(value, self._bomb)
        return self._bomb.around(name, value) if callable(value) else value


def main(folder: str, step: str, when: str, number: str) -> int:
    given = json.load(sys.stdin)
    bomb = Bomb(step, when, int(number), given.get("since", ""))
    built = composition.open_service(composition.Options(Path(folder), SecretSource.SESSION))._workplace
    profile = Wrapped(built.profile(False), bomb)

    class Connections:
        def __init__(self, inner: Any) -> None:
            self.inner = inner

        def open(self, *args: Any) -> Connection:
            connection = self.inner.open(*args)
            return Connection(Wrapped(connection.dynamics, bomb), Wrapped(connection.marketo, bomb), connection.close)

    if step.startswith("urgent."):
        SqliteStore.urgent = _urgent(SqliteStore.urgent, bomb)  # type: ignore[method-assign]
    if given.get("hurry"):
        overtaking.EVERY = overtaking.SPARING = 0.0
        overtaking.ThreadPoolExecutor = Beside  # type: ignore[assignment,misc]
    if given.get("pages"):
        reading.PAGE_SIZE = meanwhile._ROWS = 25
    if step == "part":
        desk.AT_ONCE, parts._AT_ONCE = 20, 10  # two steps are a transaction
        Desk._in_parts = _in_parts(Desk._in_parts, bomb)  # type: ignore[method-assign]
    if step == "commit":
        Database.transaction = _committing(Database.transaction, bomb)  # type: ignore[method-assign]
    service = SyncService(
        replace(
            built,
            profile=lambda rehearsal: profile,
            open_store=lambda path: Wrapped(built.open_store(path), bomb),
            connections=lambda one: Connections(built.connections(one)),
        )
    )
    settings = Settings(
        dynamics=DynamicsSettings(given["dynamics_url"], client_id=given["client_id"]),
        marketo=MarketoSettings(given["marketo_url"], given["marketo_client_id"]),
        network=NetworkSettings(given["ca_bundle"], tuple(given["hosts"])),
        limits=LimitSettings(calls_per_20s=100, in_flight=10),
        enable=EnableSettings("admin@contoso.example", accept=True, canary=bool(given.get("canary"))),
        fields=read_fields(given["fields"]),
    )
    creating.OVER_SECONDS, creating._FIRST_PAUSE = 0.4, 0.01
    if given.get("by_file"):
        settings = replace(settings, limits=replace(settings.limits, bulk=BulkUse.ALWAYS))
        for room, names in IN_SMALL.items():
            vars(room).update(names)
    secrets = Secrets(
        dynamics_client_secret=given["client_secret"], marketo_client_secret=given["marketo_client_secret"]
    )
    try:
        event = service.start(settings, secrets).wait()
        return 0 if isinstance(event, RunEnded) and event.report.closes and not event.report.outbox else 1
    finally:
        service.close()


def _urgent(urgent: Callable[..., Any], bomb: Bomb) -> Callable[..., Any]:
    @contextmanager
    def watched(self: SqliteStore) -> Any:
        with urgent(self):
            bomb.inside = True
            yield
            bomb.inside = False

    return watched


def _in_parts(in_parts: Callable[..., int], bomb: Bomb) -> Callable[..., int]:
    def watched(self: Desk, steps: Generator[int, None, int]) -> int:
        def told() -> Generator[int, None, int]:
            while True:
                try:
                    rows = next(steps)
                except StopIteration as end:
                    return end.value
                bomb.around("part", lambda: None)()
                yield rows

        return in_parts(self, told())

    return watched


def _committing(transaction: Callable[..., Any], bomb: Bomb) -> Callable[..., Any]:
    @contextmanager
    def committing(self: Database, *, lasting: bool = True) -> Any:
        outermost = not self.connection.in_transaction
        with transaction(self, lasting=lasting):
            yield
            if outermost and bomb.when == "before":
                bomb.around("commit", lambda: None)()
        if outermost and bomb.when == "after":
            bomb.around("commit", lambda: None)()

    return committing


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

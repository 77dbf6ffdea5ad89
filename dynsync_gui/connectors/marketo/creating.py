"""Creates persons, each once.

Marketo makes two of one person whose call it still works on when another call for it comes (Adobe, leads, create and
update). A call of which nobody heard is therefore made again only once its persons are there, or it must be over.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from dynsync_gui.connectors.http.retry import patient
from dynsync_gui.connectors.marketo import records
from dynsync_gui.connectors.marketo.client import MarketoClient, Unheard
from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.ports.marketo import RowOutcome
from dynsync_gui.domain.schema import Target

OVER_SECONDS = 95.0
"""Marketo ends a call after 90 seconds."""

_TRIES = 5
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 20.0
_WORTH_TELLING = 1.0
"""Seconds by which a wait has to last longer than what was told."""


class Creating:
    """Creates persons through one connection, from any thread.

    Args:
        client: Makes the calls.
        token: Ends every wait.
        on_wait: Told how many seconds a call that nobody heard of is waited for at most, and 0 once none is any more.
    """

    def __init__(self, client: MarketoClient, token: CancelToken, on_wait: Callable[[float], None]) -> None:
        self._client = client
        self._token = token
        self._on_wait = on_wait
        self._lock = threading.Lock()
        self._waits, self._until = 0, 0.0

    def create(self, rows: Sequence[Mapping[str, Any]], by: str, *, suspected: bool) -> tuple[RowOutcome, ...]:
        """Create or update persons by our key; as `records.upsert`, which see for what it raises."""
        tries = 0
        while True:
            try:
                return records.upsert(self._client, Target.PERSON, rows, by, patient(), suspected=suspected, alone=True)
            except Unheard as unheard:
                tries += 1
                if tries == _TRIES:
                    raise unheard.failure from None
            self.await_created(by, [str(row[by]) for row in rows], OVER_SECONDS)  # from now: it may have departed late

    def await_created(self, by: str, keys: Sequence[str], seconds: float) -> None:
        """Wait until persons of these keys are there, at most so long.

        Raises:
            ConnectionFailed: Marketo cannot be asked.
            Cancelled: The work was cancelled meanwhile.
        """
        ends, pause = time.monotonic() + seconds, _FIRST_PAUSE
        missing = self._missing(by, keys) if seconds > 0 else []
        if not missing:
            return
        with self._told(ends):
            while missing and (left := ends - time.monotonic()) > 0:
                self._token.wait(min(pause, left))
                pause = min(pause * 2, _LONGEST_PAUSE)
                missing = self._missing(by, missing)

    def _missing(self, by: str, keys: Sequence[str]) -> list[str]:
        there: set[str] = set()
        for start in range(0, len(keys), records.AT_ONCE):
            asked = keys[start : start + records.AT_ONCE]
            found = records.find(self._client, Target.PERSON, by, asked, (by,), patient())
            there.update(str(row.get(by) or "").lower() for row in found)
        return [key for key in keys if key.lower() not in there]

    @contextmanager
    def _told(self, ends: float) -> Iterator[None]:
        """Tell of a wait; several calls are often cut at once, so that only what lasts longer is told again."""
        with self._lock:
            self._waits += 1
            if ends > self._until + _WORTH_TELLING and (left := ends - time.monotonic()) > 0:
                self._until = ends
                self._on_wait(left)
        try:
            yield
        finally:
            with self._lock:
                self._waits -= 1
                if self._until and not self._waits:
                    self._until = 0.0
                    self._on_wait(0.0)

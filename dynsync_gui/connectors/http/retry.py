"""When a request is made again: passing trouble a bounded number of times, being told to wait as often as told.

Only reads and writes that may be repeated go through here (Marketo: upserts by key; Dataverse: reads).
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure

_T = TypeVar("_T")
_FIRST_DELAY, _LONGEST_DELAY = 0.5, 30.0
_SHORTEST_PAUSE = 0.1
"""Even where a server says to come back in no time, so that it is not flooded."""
TOO_BIG = "network.too-big"


@dataclass
class Again(Exception):  # noqa: N818
    """The request may be made again.

    Attributes:
        failure: What to raise when it is not made again.
        after: Seconds that the server asked for; None where it did not say.
        throttled: Whether the server only asked to slow down: nothing is broken, and every worker waits.
        most: Attempts after which this trouble counts as lasting; 0 for the patience's own.
    """

    failure: ConnectionFailed
    after: float | None = None
    throttled: bool = False
    most: int = 0


class Patience:
    """How long one piece of work puts up with trouble.

    Attributes:
        tries: Attempts at one request while there is passing trouble.
        ends: When all of it has to be over, on the monotonic clock; None for no end.
        seconds: How long one request is repeated while there is passing trouble; being told to wait ends the trouble,
            as somebody is there.
        each: Longest time for one attempt; a host that never answers must not use up what others need.
        system_errors: Attempts at a request whose own content may provoke the trouble.
        too_big: Attempts at a request whose answer has no end, which may be a fault of the way that passes; each one
            costs the most that an answer may hold.
    """

    def __init__(self, tries: int, seconds: float, *, all_together: bool = False, each: float = float("inf")) -> None:
        """Patience for one request, or with `all_together` for all requests of a piece of work."""
        self.tries, self.seconds, self.each = tries, seconds, each
        self.system_errors = self.too_big = 3
        self.ends = time.monotonic() + seconds if all_together else None

    def forgive(self, since: float) -> float:
        """Time that a person took since that moment does not count; returns the moment until which it does not."""
        now = time.monotonic()
        if self.ends is not None:
            self.ends += now - since
        return now

    @property
    def left(self) -> float:
        """Seconds until all has to be over."""
        return float("inf") if self.ends is None else self.ends - time.monotonic()

    @property
    def attempt(self) -> float:
        """Seconds that one attempt may take now."""
        return min(self.each, self.left)


def patient() -> Patience:
    """For a sync: eight tries in five minutes, and no end to waiting when told to wait."""
    return Patience(8, 300.0)


def brief(seconds: float) -> Patience:
    """For what a person waits for: everything is over after so many seconds."""
    return Patience(6, seconds, all_together=True, each=seconds / 2)


class Gate:
    """Holds all workers of one host back while it asked for a pause."""

    def __init__(self, token: CancelToken, on_wait: Callable[[float], None] | None = None) -> None:
        """Open at first; `on_wait` is told the seconds of each pause."""
        self._token, self._on_wait = token, on_wait
        self._lock = threading.Lock()
        self._until = 0.0

    def pause(self, seconds: float) -> None:
        """Hold everybody back for so long."""
        until = time.monotonic() + seconds
        with self._lock:
            longer = until > self._until + 0.25
            self._until = max(self._until, until)
        if longer and self._on_wait is not None:
            self._on_wait(seconds)

    def passed(self) -> None:
        """Wait until it is open; raises `Cancelled`."""
        while (left := self._until - time.monotonic()) > 0:
            self._token.wait(left)


class Repeater:
    """Makes requests again, with random waits that grow (full jitter)."""

    def __init__(self, token: CancelToken, gate: Gate) -> None:
        self._token, self._gate = token, gate

    def await_turn(self) -> None:
        """Wait while the host wants no request, as before one that is made again outside of `run`'s own attempts.

        Raises:
            Cancelled: The work was cancelled meanwhile.
        """
        self._gate.passed()

    def run(self, once: Callable[[], _T], patience: Patience) -> _T:
        """What `once` returns, after as many attempts as it takes.

        Args:
            once: Makes the request; raises `Again` or `TemporaryFailure` where it may be made again.
            patience: How long to go on.

        Raises:
            TemporaryFailure: The trouble outlived the patience.
            ConnectionFailed: One answer after the other had no end.
            Cancelled: The work was cancelled meanwhile.
        """
        tries, troubled = 0, 0.0
        while True:
            self._gate.passed()
            try:
                return once()
            except Again as told:
                again = told
            except TemporaryFailure as failure:
                again = Again(failure)
            except ConnectionFailed as failure:
                if failure.code != TOO_BIG:
                    raise
                again = Again(failure, most=patience.too_big)
            delay = again.after
            if again.throttled:
                troubled, delay = 0.0, 1.0 if delay is None else max(delay, _SHORTEST_PAUSE)
            else:
                tries, troubled = tries + 1, troubled or time.monotonic()
                grown = min(_LONGEST_DELAY, _FIRST_DELAY * 2**tries)
                delay = random.uniform(0, grown) if delay is None else delay  # noqa: S311  not a secret
                if tries >= (again.most or patience.tries) or time.monotonic() + delay > troubled + patience.seconds:
                    raise again.failure
            if delay >= patience.left:
                raise again.failure
            if again.throttled or again.after is not None:
                self._gate.pause(delay)
            else:
                self._token.wait(delay)


def passing(failure: TemporaryFailure, status: int, after: float | None) -> Again | None:
    """How to take an HTTP status that may be passing trouble; None where it is not.

    Args:
        failure: What it means when it stays.
        status: HTTP status.
        after: Its Retry-After in seconds.
    """
    if status == 429:
        return Again(failure, after, throttled=True)
    if status == 408 or (status >= 500 and status not in {501, 505}):
        return Again(failure, after)
    return None

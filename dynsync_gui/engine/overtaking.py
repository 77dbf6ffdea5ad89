"""Small fresh changes, and single records that somebody asked for, go before what a long run still has to send."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.storage import SyncStore

EVERY = 60.0
"""Seconds between two looks at what changed meanwhile."""


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """One record that somebody wants to be synced at once; `done` is set when it was, or when the run is over."""

    entity: Entity
    id: str
    done: threading.Event = field(default_factory=threading.Event)


class Wishes:
    """Records that somebody asked for; safe from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Wish] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, wish: Wish) -> None:
        """Ask for one."""
        with self._lock:
            self._waiting.append(wish)

    def drop(self, wish: Wish) -> None:
        """Ask for it no longer."""
        with self._lock:
            if wish in self._waiting:
                self._waiting.remove(wish)

    def take(self) -> Sequence[Wish]:
        """All that wait; the taker sets `done`."""
        with self._lock:
            taken, self._waiting = self._waiting, []
        return taken


class Overtaking:
    """Lets what is urgent go first.

    Args:
        store: The ledger.
        look: Reads what changed in Dynamics since the run read it, and the records that are wished for.
        send: Matches and sends what is urgent.
        wishes: Records that somebody asked for.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        store: SyncStore,
        look: Callable[[Sequence[Wish]], None],
        send: Callable[[], None],
        wishes: Wishes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._look = look
        self._send = send
        self._wishes = wishes
        self._clock = clock
        self._next = clock() + EVERY

    @property
    def due(self) -> bool:
        """Whether it is time to look, or somebody asked for a record."""
        return bool(self._wishes) or self._clock() >= self._next

    def take(self) -> None:
        """Read, match and send what is urgent."""
        wishes = self._wishes.take()
        try:
            with self._store.urgent():
                self._look(wishes)
                if self._store.urgent_waiting():
                    self._send()
        finally:
            self._next = self._clock() + EVERY
            for wish in wishes:
                wish.done.set()

"""Small fresh changes, and single records that somebody asked for, go before what a long run still has to send.

Whether something changed is asked beside the writing, in a thread that knows no ledger, so that Marketo's share is used
meanwhile. Only where the answer is yes does the run stand still for a moment, read what changed and send it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from dynsync_gui.domain.errors import Cancelled, DynSyncError
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.storage.store import SyncStore

EVERY = 10.0
"""Seconds between two looks at what changed meanwhile."""

SPARING = 2.0
"""Where a look lasts, there is so many times its own duration between two of them."""

Peek = Callable[[], Collection[Entity]]
"""Tables of which Dynamics tells a change; touches no ledger."""


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
    """Lets what is urgent go first. To be closed.

    Args:
        store: The ledger.
        watch: What to ask beside the writing, as the ledger stands now.
        look: Reads the records that are wished for, or else what changed in these tables.
        send: Matches and sends what is urgent.
        wishes: Records that somebody asked for.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        store: SyncStore,
        watch: Callable[[], Peek],
        look: Callable[[Sequence[Wish], Collection[Entity]], None],
        send: Callable[[], None],
        wishes: Wishes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._watch = watch
        self._look = look
        self._send = send
        self._wishes = wishes
        self._clock = clock
        self._beside = ThreadPoolExecutor(1, "overtaking")
        self._asked: Future[Collection[Entity]] | None = None
        self._began = clock()
        self._next = self._began + EVERY
        self._went = False

    @property
    def due(self) -> bool:
        """Whether something changed, or somebody asked for a record."""
        if self._asked is None and self._clock() >= self._next:
            self._began = self._clock()
            self._asked = self._beside.submit(self._watch())
        if self._asked is not None and self._asked.done() and not self._changed():
            self._rest()
        return bool(self._wishes) or bool(self._changed())

    def take(self) -> None:
        """Read, match and send what is urgent."""
        wishes, changed = self._wishes.take(), self._changed()
        try:
            with self._store.urgent():
                self._look(wishes, changed)
                if self._store.urgent_waiting():
                    self._went = True
                    self._send()
        finally:
            if not wishes:
                self._rest()
            for wish in wishes:
                wish.done.set()

    def went(self) -> bool:
        """Whether anything was sent since this was last asked: what is linked to it may have had its turn already."""
        went, self._went = self._went, False
        return went

    def close(self) -> None:
        """Wait for the last answer."""
        self._beside.shutdown()

    def _changed(self) -> Collection[Entity]:
        """What the answer tells, once it is there; trouble tells nothing, as the run itself will meet it."""
        if self._asked is None or not self._asked.done():
            return ()
        try:
            return self._asked.result()
        except (Cancelled, DynSyncError):
            return ()

    def _rest(self) -> None:
        """Ask nothing for a while."""
        self._asked = None
        now = self._clock()
        self._next = now + max(EVERY, SPARING * (now - self._began))

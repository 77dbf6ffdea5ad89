"""What goes before all others in a run: changes that came in meanwhile, and records that somebody asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine.executor import Executor
from dynsync_gui.engine.matching import Matching
from dynsync_gui.engine.one_record import OneRecord
from dynsync_gui.engine.overtaking import Overtaking, Wish, Wishes
from dynsync_gui.engine.reading import Reading
from dynsync_gui.engine.to_dynamics import Work


class Express:
    """The urgent half of a run that writes.

    Args:
        reading: Reads what changed since the run read it.
        one: Reads single records.
        work: Tables that are synced.
        matching: What finds the Marketo records.
        executor: Sends; nothing overtakes it.
        guard: Raises where unusually much would change at once.
    """

    def __init__(
        self,
        reading: Reading,
        one: OneRecord,
        work: Work,
        matching: Callable[[], Matching],
        executor: Executor,
        guard: Callable[[], None],
    ) -> None:
        self._reading = reading
        self._one = one
        self._work = work
        self._matching = matching
        self._executor = executor
        self._guard = guard

    def overtaking(self, store: SyncStore, wishes: Wishes) -> Overtaking:
        """What the run's own executor asks between its batches."""
        return Overtaking(store, lambda: self._reading.watch(self._work), self.look, self.send, wishes)

    def look(self, wishes: Sequence[Wish], changed: Collection[Entity]) -> None:
        """Read what is wished for, or else what changed."""
        for wish in wishes:
            self._one.read(wish.entity, wish.id)
        for schema, mapping in () if wishes else self._work:
            if schema.entity in changed:
                self._reading.look_again(schema, mapping)

    def send(self) -> None:
        """Match and send it."""
        self._matching().match()
        self._guard()
        self._executor.write()
        if self._executor.reopened:
            self._matching().match()
            self._executor.write()

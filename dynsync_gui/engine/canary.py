"""Climbs the steps of a careful start, and looks after each one whether Marketo took what it was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dynsync_gui.domain.canary import RUNGS, CanaryCount, canary_guard, standing_at, stopped_at, trouble
from dynsync_gui.domain.errors import Retry
from dynsync_gui.domain.place import Place
from dynsync_gui.domain.ports.marketo import MarketoReader
from dynsync_gui.domain.schema import KEY_FIELD, PEOPLE, Entity, Target
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine.matching import CHUNK

OnStep = Callable[[int, Sequence[CanaryCount]], None]


class Canary:
    """One run's careful start.

    Args:
        store: The ledger.
        marketo: Asked for what it was sent.
        run: The run's number.
        send: Sends what is urgent.
        on_step: Told a step and what came of it.
    """

    def __init__(
        self, store: SyncStore, marketo: MarketoReader, run: int, send: Callable[[], None], on_step: OnStep
    ) -> None:
        self._store = store
        self._marketo = marketo
        self._run = run
        self._send = send
        self._on_step = on_step

    def climb(self) -> None:
        """Take the steps that are not taken yet.

        Raises:
            GuardStop: A step looked wrong, now or before, and nobody agreed to go on.
        """
        for rung in RUNGS:
            kept = self._store.rung(self._run)
            if standing_at(kept):
                raise canary_guard(self._run, standing_at(kept))
            if not kept or int(kept) < rung:
                self._step(rung)

    def _step(self, rung: int) -> None:
        with self._store.urgent():
            chosen = self._store.hurry(rung)
            self._send()
        counts = [self._count(entity, ids) for entity, ids in chosen.items()]
        why = trouble(counts)
        self._store.keep_rung(self._run, str(rung) if why is None else stopped_at(rung))
        if chosen:
            self._on_step(rung, counts)
        if why is not None:
            raise canary_guard(self._run, rung, why)

    def _count(self, entity: Entity, ids: Sequence[str]) -> CanaryCount:
        places = [one for one in self._store.places(ids) if one.entity is entity]
        taken = [one for one in places if one.state == "acknowledged" and one.marketo_id]
        refused = sum(one.problem is not None and one.problem.retry is not Retry.AFTER_PARENT for one in places)
        return CanaryCount(entity, len(taken), refused, self._missing(entity, taken))

    def _missing(self, entity: Entity, taken: Sequence[Place]) -> int:
        """How many people of a step Marketo does not show; one question is enough to see that something is wrong."""
        asked = [one.id for one in taken[:CHUNK]] if entity in PEOPLE else []
        rows: Sequence[Mapping[str, object]] = self._marketo.find(Target.PERSON, KEY_FIELD, asked, ["id", KEY_FIELD])
        shown = {str(row.get(KEY_FIELD) or "").lower() for row in rows}
        return sum(id_ not in shown for id_ in asked)

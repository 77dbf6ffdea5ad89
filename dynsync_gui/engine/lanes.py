"""Several batches in flight; each answer is kept as it comes, and a refused batch is cut until the culprit is alone."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence, Sized
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Any

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.ports.marketo import BatchRefused
from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.storage.records import LedgerRecord, Match
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine.calls import CallCount
from dynsync_gui.engine.overtaking import Overtaking
from dynsync_gui.engine.sending import Batch, Sending, without
from dynsync_gui.engine.settling import Answer, Settling

BATCH_BYTES = 900_000
"""Bytes a call may hold; Marketo refuses bodies over 1 MB."""

MOST_CUTS = 200
"""Cuts of refused batches in one run; one bad record in 300 takes nine."""

_SMALL, _BESIDE = 2_000, 1_000
"""Bytes of a record that is not measured, and what its key, links and marks may add: 300 of those fit in a call."""

_PAGE = 900
"""Records that are fetched at once, for three calls."""
_TOGETHER = 3
"""Answers that are kept at once at most: the fewer, the sooner new calls are made; the more, the fewer transactions."""


class Lane:
    """Sends batches; one thread looks after the ledger, others only wait for Marketo.

    Args:
        store: The ledger.
        calls: Keeps how many calls the run has made.
        in_flight: Calls at the same time.
        token: Pauses and stops it.
        settling: Keeps the answers.
        overtaking: What may go first now and then; None for nothing.
    """

    def __init__(
        self,
        store: SyncStore,
        calls: CallCount,
        in_flight: int,
        token: CancelToken,
        settling: Settling,
        overtaking: Overtaking | None = None,
    ) -> None:
        self._store = store
        self._calls = calls
        self._in_flight = in_flight
        self._token = token
        self._settling = settling
        self._overtaking = overtaking
        self._cuts = 0

    def drain(self, entities: Sequence[Entity], matches: Sequence[Match], sending: Sending) -> None:
        """Send until nothing of this kind is left; the first failure stops new calls and is raised at the end."""
        again: deque[Batch] = deque()  # parts of batches that were refused as a whole
        batches = self._batches(entities, matches, sending)
        running: dict[Future[Answer], Batch] = {}
        failure: Exception | None = None
        with ThreadPoolExecutor(self._in_flight, "marketo") as pool:
            while True:
                urgent = failure is None and not again and self._overtaking is not None and self._overtaking.due
                if urgent and not running:  # nothing is in flight, so that no key is sent twice at once
                    failure = self._let_pass()
                    batches = self._batches(entities, matches, sending)  # what was fetched before may be sent by now
                    urgent = False
                while failure is None and len(running) < self._in_flight and not self._stands(running, urgent=urgent):
                    suspected = bool(again)
                    batch = again.popleft() if again else next(batches, None)
                    if batch is None:
                        break
                    try:
                        self._token.checkpoint()
                        if sending.creates_people:
                            self._store.depart([record.seq for record in batch])
                    except Exception as stopped:  # noqa: BLE001  kept until the calls in flight are settled
                        failure = stopped
                        break
                    dropped = self._settling.dropped(sending.target)
                    running[pool.submit(_answered, sending, batch, dropped, suspected=suspected)] = batch
                if not running:
                    break
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                answers: list[Answer] = []
                for future in islice(done, _TOGETHER):
                    batch = running.pop(future)
                    try:
                        answers.append(future.result())
                    except BatchRefused as refused:
                        self._store.hear([batch[0].seq])
                        again.extendleft(self._cut(batch, refused, sending))
                    except Exception as stopped:  # noqa: BLE001  as above
                        failure = failure or stopped
                try:
                    again.extendleft(self._settling.settle(answers, sending) if answers else ())
                except Exception as stopped:  # noqa: BLE001  as above
                    failure = failure or stopped
        self._calls.keep()
        if failure is not None:
            raise failure

    def _stands(self, running: Sized, *, urgent: bool) -> bool:
        """Whether no new call is made until those in flight are settled."""
        return bool(running) and (self._token.paused or urgent)

    def _let_pass(self) -> Exception | None:
        """Let what is urgent go first; a failure ends the run as any other does."""
        try:
            self._token.checkpoint()
            if self._overtaking is not None:
                self._overtaking.take()
        except Exception as stopped:  # noqa: BLE001  raised at the end, as above
            return stopped
        return None

    def _batches(self, entities: Sequence[Entity], matches: Sequence[Match], sending: Sending) -> Iterator[Batch]:
        after, size = 0, 0
        batch: list[LedgerRecord] = []
        while records := self._store.outgoing(entities, matches, after, _PAGE):
            dropped = self._settling.dropped(sending.target)
            for record in records:
                row = without(sending.row(record), dropped) if record.size > _SMALL else None
                bytes_ = _bytes(row) if row is not None else record.size + _BESIDE
                if batch and (size + bytes_ > BATCH_BYTES or len(batch) == sending.at_once):
                    yield tuple(batch)
                    batch, size = [], 0
                batch.append(record)
                size += bytes_
            after = records[-1].seq
        if batch:
            yield tuple(batch)

    def _cut(self, batch: Batch, refused: BatchRefused, sending: Sending) -> list[Batch]:
        """Halve a batch that was refused as a whole; a single record is the one that Marketo refuses."""
        if self._settling.drop_field(batch, refused.code, refused.message, sending):
            return [batch]
        if len(batch) == 1 or self._cuts >= MOST_CUTS:
            self._settling.refuse(batch, refused.code, refused.message)
            return []
        self._cuts += 1
        half = len(batch) // 2
        return [batch[half:], batch[:half]]


def _answered(sending: Sending, batch: Batch, dropped: frozenset[str], *, suspected: bool) -> Answer:
    """Make a call."""
    return Answer.to(batch, dropped, sending.send(batch, dropped, suspected=suspected))


def _bytes(row: Mapping[str, Any]) -> int:
    """How long a row is on the wire, with the comma after it."""
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return len(text.encode("utf-8", "replace")) + 1

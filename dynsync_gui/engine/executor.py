"""Sends the outbox: companies first, then people; several batches in flight, every answer kept row by row."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.errors import Finding, Retry
from dynsync_gui.domain.ports import BatchRefused, MarketoWriter, RowOutcome
from dynsync_gui.domain.schema import PEOPLE, Entity
from dynsync_gui.domain.storage import Acknowledgement, Decision, LedgerRecord, Match, Notice, Refusal, SyncStore
from dynsync_gui.engine import outgoing
from dynsync_gui.engine.calls import CallCount

BATCH_ROWS = 300
"""Rows a call may hold (Marketo REST, sync leads and sync companies)."""

BATCH_BYTES = 900_000
"""Bytes a call may hold; Marketo refuses bodies over 1 MB."""

NOT_FOUND = "1004"
"""Marketo: the person to be updated is gone."""

Batch = tuple[LedgerRecord, ...]
ProblemOf = Callable[[str, str], tuple[Finding, str]]
OnWritten = Callable[[Entity, int], None]


class Executor:
    """One run's writing.

    Args:
        marketo: Where to write.
        store: The ledger.
        calls: Keeps how many calls the run has made.
        in_flight: Calls at the same time.
        problem_of: Title, cure, retry class and field of a row's reason.
        token: Pauses and stops it; batches in flight are always waited for and kept.
        on_written: Told an entity and how many of its records are settled since the last time.

    Attributes:
        refused: Records that Marketo refused so far.
    """

    def __init__(
        self,
        marketo: MarketoWriter,
        store: SyncStore,
        calls: CallCount,
        in_flight: int,
        problem_of: ProblemOf,
        token: CancelToken,
        on_written: OnWritten,
    ) -> None:
        self._marketo = marketo
        self._store = store
        self._calls = calls
        self._in_flight = in_flight
        self._problem_of = problem_of
        self._token = token
        self._on_written = on_written
        self.refused = 0

    def write(self) -> None:
        """Send everything that is matched.

        Raises:
            DynSyncError: A call could not be made; what is not acknowledged stays in the outbox.
        """
        self._drain((Entity.ACCOUNT,), adopt=False)
        self._drain(PEOPLE, adopt=True)
        self._drain(PEOPLE, adopt=False)

    def _drain(self, entities: Sequence[Entity], *, adopt: bool) -> None:
        """Send until nothing of this kind is left; the first failure stops new calls and is raised at the end."""
        again: deque[Batch] = deque()  # parts of batches that were refused as a whole
        batches = self._batches(entities, adopt=adopt)
        running: dict[Future[tuple[RowOutcome, ...]], Batch] = {}
        failure: Exception | None = None
        with ThreadPoolExecutor(self._in_flight, "marketo") as pool:
            while True:
                while failure is None and len(running) < self._in_flight and not (running and self._token.paused):
                    suspected = bool(again)
                    batch = again.popleft() if again else next(batches, None)
                    if batch is None:
                        break
                    try:
                        self._token.checkpoint()
                    except Exception as stopped:  # noqa: BLE001  kept until the calls in flight are settled
                        failure = stopped
                        break
                    running[pool.submit(self._send, batch, suspected)] = batch
                if not running:
                    break
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    batch = running.pop(future)
                    try:
                        self._settle(batch, future.result())
                    except BatchRefused as refused:
                        again.extendleft(self._split(batch, refused))
                    except Exception as stopped:  # noqa: BLE001  as above
                        failure = failure or stopped
        self._calls.keep()
        if failure is not None:
            raise failure

    def _batches(self, entities: Sequence[Entity], *, adopt: bool) -> Iterator[Batch]:
        after = 0
        while records := self._store.outgoing(entities, adopt, after, BATCH_ROWS):
            batch: list[LedgerRecord] = []
            size = 0
            for record in records:
                bytes_ = len(json.dumps(outgoing.row(record))) + 2
                if batch and size + bytes_ > BATCH_BYTES:
                    break
                batch.append(record)
                size += bytes_
            after = batch[-1].seq
            yield tuple(batch)

    def _send(self, batch: Batch, suspected: bool) -> tuple[RowOutcome, ...]:
        target = batch[0].entity.target
        by = "id" if batch[0].match is Match.ADOPT else outgoing.key_of(target)
        return self._marketo.upsert(target, [outgoing.row(record) for record in batch], by, suspected=suspected)

    def _settle(self, batch: Batch, outcomes: Sequence[RowOutcome]) -> None:
        """Keep Marketo's answer, row by row, in one transaction."""
        taken, refused, gone, notices = [], [], [], []
        for record, outcome in zip(batch, outcomes, strict=True):
            if outcome.status in {"created", "updated"}:
                names = outgoing.filled(record, linked=record.company_ready)
                taken.append(Acknowledgement(record.seq, record.version, outcome.id, names))
                if record.parent and not record.company_ready:
                    notices.append(Notice(record.entity, record.id, "company-missing", record.parent))
            elif record.match is Match.ADOPT and outcome.code == NOT_FOUND:
                gone.append(Decision(record.seq, Match.CREATE))
            else:
                refused.append(self._refusal(record, outcome.code, outcome.message))
        with self._store.transaction():
            self._store.acknowledge(taken)
            self._store.refuse(refused)
            self._store.decide(gone)
            self._store.notice(notices)
        self._calls.keep()
        for entity in {record.entity for record in batch}:
            self._on_written(entity, sum(record.entity is entity for record in batch))

    def _split(self, batch: Batch, refused: BatchRefused) -> list[Batch]:
        """Halve a batch that was refused as a whole; a single record is the one that Marketo refuses."""
        if len(batch) == 1:
            self._store.refuse([self._refusal(batch[0], refused.code, refused.message)])
            self._on_written(batch[0].entity, 1)
            return []
        half = len(batch) // 2
        return [batch[half:], batch[:half]]

    def _refusal(self, record: LedgerRecord, code: str, message: str) -> Refusal:
        self.refused += 1
        finding, field = self._problem_of(code, message)
        retry = finding.retry if finding.retry is not Retry.AFTER_PARENT else Retry.NEXT_RUN
        return Refusal(record.seq, record.version, code, field, message, retry)

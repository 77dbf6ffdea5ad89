"""Keeps Marketo's answers: row by row, by position, those that are there together in one transaction."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

from dynsync_gui.domain.errors import Finding, Retry
from dynsync_gui.domain.findings.records import COMPANY_MISSING, LIST_REFUSED
from dynsync_gui.domain.ports.marketo import RowOutcome
from dynsync_gui.domain.schema import Entity, Target, key_of
from dynsync_gui.domain.storage.records import (
    SENT_BY_ID,
    Acknowledgement,
    Decision,
    LedgerRecord,
    Match,
    Notice,
    Refusal,
)
from dynsync_gui.domain.storage.store import SyncStore
from dynsync_gui.engine import outgoing
from dynsync_gui.engine.calls import CallCount
from dynsync_gui.engine.matching import NO_FIELD
from dynsync_gui.engine.quarantine import FIELD_OUT
from dynsync_gui.engine.sending import GONE, Batch, Sending, without

_LASTING = 1.0
"""Seconds of answers that a loss of power may take: waiting for the disk each time takes as long as keeping them."""
_OF_PERSONS = {Target.PERSON, Target.ROLE}


@dataclass(frozen=True, slots=True)
class Answer:
    """Marketo's answer to a call, with all that can be said of it without the ledger.

    Attributes:
        batch: The records that were sent together.
        taken: What is to be kept of those that Marketo took.
        others: The other ones, with what came of them.
        apart: Of those that Marketo may have taken, the ones that it does not link to their company.
    """

    batch: Batch
    taken: Sequence[Acknowledgement]
    others: Sequence[tuple[LedgerRecord, RowOutcome]]
    apart: Sequence[Notice]

    @classmethod
    def to(cls, batch: Batch, dropped: frozenset[str], outcomes: Sequence[RowOutcome]) -> Self:
        """The answer, made in any thread."""
        taken, others = [], []
        for record, outcome in zip(batch, outcomes, strict=True):
            if outcome.status in {"created", "updated"}:
                names = outgoing.filled(record, record.links)
                now_filled = names - dropped if dropped else names
                taken.append(Acknowledgement(record.seq, record.version, outcome.id, now_filled, record.links.text))
            else:
                others.append((record, outcome))
        apart = [
            Notice(record.entity, record.id, COMPANY_MISSING, record.parent)
            for record in batch
            if record.parent
            and not record.links.company
            and not record.reason
            and record.entity.target is Target.PERSON
        ]
        return cls(batch, taken, others, apart)


ProblemOf = Callable[[str, str], tuple[Finding, str]]
OnWritten = Callable[[Entity, int], None]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is to be written of answers."""

    taken: list[Acknowledgement] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    gone: list[Decision] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)


class Settling:
    """One run's answers.

    Args:
        store: The ledger.
        problem_of: Title, cure, retry class and field of a row's reason.
        calls: Keeps how many calls the run has made.
        on_written: Told an entity and how many of its records are settled since the last time.
        look: Finds out what became of persons that are missing.

    Attributes:
        refused: Records that Marketo refused so far.
        reopened: Whether records have to be matched anew.
    """

    def __init__(
        self,
        store: SyncStore,
        problem_of: ProblemOf,
        calls: CallCount,
        on_written: OnWritten,
        look: Callable[[], None],
    ) -> None:
        self._store = store
        self._problem_of = problem_of
        self._calls = calls
        self._on_written = on_written
        self._look = look
        self._dropped: dict[Target, frozenset[str]] = {}
        self._lasted = 0.0
        self.refused = 0
        self.reopened = False

    def dropped(self, target: Target) -> frozenset[str]:
        """Fields that Marketo turned out not to have."""
        return self._dropped.get(target, frozenset())

    def settle(self, answers: Sequence[Answer], sending: Sending) -> list[Batch]:
        """Keep answers; returns what has to be sent again without a field that Marketo no longer has."""
        kept = _Kept()
        again = [part for answer in answers if (part := self._judge(answer, sending, kept))]
        with self._store.transaction(lasting=self._lasting()):
            if sending.creates_people:
                self._store.hear([answer.batch[0].seq for answer in answers])
            self._store.acknowledge(kept.taken)
            self._store.refuse(kept.refused)
            self._store.decide(kept.gone)
            self._store.notice(kept.notices)
            if kept.emails and self._store.reopen_emails(kept.emails):
                self.reopened = True
        self._tell([record for answer in answers for record in answer.batch], sum(map(len, again)))
        return again

    def _lasting(self) -> bool:
        """Whether what is kept now is to outlast a loss of power; else it is sent once more, which changes nothing."""
        now = time.monotonic()
        if now < self._lasted + _LASTING:
            return False
        self._lasted = now
        return True

    def _judge(self, answer: Answer, sending: Sending, kept: _Kept) -> Batch:
        """Find out what is to be kept of an answer; returns what has to be sent again."""
        again = []
        moved = self._moved(answer.others)
        kept.taken.extend(answer.taken)
        kept.notices.extend(answer.apart)
        for record, outcome in answer.others:
            if record.seq in moved:
                self.reopened = True
            elif outcome.status == "deleted":
                kept.taken.append(Acknowledgement(record.seq, record.version, "", frozenset()))
            elif outcome.status == "removed":
                kept.taken.append(Acknowledgement(record.seq, record.version, record.marketo_id, record.filled))
            elif _by_id(record) and outcome.code in GONE:
                if record.reason or not record.payload:
                    kept.taken.append(Acknowledgement(record.seq, record.version, "", frozenset()))
                else:
                    kept.gone.append(Decision(record.seq, Match.CREATE))
            elif self.drop_field((record,), outcome.code, outcome.message, sending):
                again.append(record)
            else:
                kept.refused.append(self._refusal(record, outcome.code, outcome.message))
                if record.match is Match.ADOPT and record.email:
                    kept.emails.append(record.email)
        return tuple(again)

    def _moved(self, answered: Sequence[tuple[LedgerRecord, RowOutcome]]) -> frozenset[int]:
        """Places of records whose person is missing because it is another one now, or another record's."""
        missing = [
            record for record, outcome in answered if outcome.code in GONE and record.entity.target in _OF_PERSONS
        ]
        if not missing:
            return frozenset()
        self._look()
        sought = {record.seq: record.marketo_id for record in missing if _by_id(record)}
        now = self._store.records_at(list(sought))
        return frozenset(record.seq for record in now if record.marketo_id != sought[record.seq])

    def refuse(self, batch: Batch, code: str, message: str) -> None:
        """Set aside what was refused as a whole and is not cut any further."""
        rows = [self._refusal(record, code, message, alone=len(batch) == 1) for record in batch]
        emails = [record.email for record in batch if record.match is Match.ADOPT and record.email]
        with self._store.transaction():
            self._store.refuse(rows)
            if emails and self._store.reopen_emails(emails):
                self.reopened = True
        self._tell(batch, 0)

    def drop_field(self, batch: Batch, code: str, message: str, sending: Sending) -> bool:
        """Leave a field out from now on that Marketo does not have; False where the refusal is about something else."""
        field = self._problem_of(code, message)[1] if code == NO_FIELD else ""
        dropped = self.dropped(sending.target)
        if not field or field == key_of(sending.target):
            return False
        if not any(field in without(sending.row(record), dropped) for record in batch):
            return field in dropped and any(field in sending.row(record) for record in batch)
        self._dropped[sending.target] = dropped | {field}
        self._store.notice([Notice(batch[0].entity, "", FIELD_OUT, field)])
        return True

    def _refusal(self, record: LedgerRecord, code: str, message: str, *, alone: bool = True) -> Refusal:
        self.refused += 1
        if record.match is Match.UNLIST:  # nothing of the record was sent, so that its values are not the reason
            detail = f"{code} {message}".strip()
            return Refusal(record.seq, record.version, LIST_REFUSED, detail=detail, retry=Retry.NEXT_RUN)
        finding, field = self._problem_of(code, message)
        retry = finding.retry if alone and finding.retry is not Retry.AFTER_PARENT else Retry.NEXT_RUN
        return Refusal(record.seq, record.version, code, field, message, retry)

    def _tell(self, batch: Sequence[LedgerRecord], waiting: int) -> None:
        self._calls.keep()
        for entity, number in Counter(record.entity for record in batch).items():
            self._on_written(entity, number - waiting)


def _by_id(record: LedgerRecord) -> bool:
    """Whether it was sent by Marketo's id."""
    return record.match in SENT_BY_ID or (record.match is Match.UPDATE and record.entity.target is Target.PERSON)

"""Records on the way from the process that made them: bare rows, with the values as the text that the ledger keeps.

Rows travel several times as quickly as objects do, and nobody builds the values anew only to write them down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dynsync_gui.domain.ports.apart import Apart, StartApart
from dynsync_gui.domain.storage.records import Fit, StagedRecord
from dynsync_gui.store.payloads import Payload, packed

_Staged = tuple[int, list[StagedRecord]]
_BEFORE = StagedRecord._fields.index("payload")


def travelling(start: StartApart, work: Callable[[bytes], _Staged | None]) -> Apart:
    """Start a process for work that makes records, of which it takes nothing but bare rows."""
    return _Receiving(start(_Packing(work)))


@dataclass(frozen=True, slots=True)
class _Packing:
    """The work as the other process does it."""

    work: Callable[[bytes], _Staged | None]

    def __call__(self, given: bytes) -> tuple[int, list[tuple[Any, ...]]] | None:
        made = self.work(given)
        return None if made is None else (made[0], [_row(record) for record in made[1]])


@dataclass(frozen=True, slots=True)
class _Receiving:
    """The other process as this one knows it."""

    apart: Apart

    def give(self, given: bytes) -> None:
        self.apart.give(given)

    def take(self) -> _Staged | None:
        made = self.apart.take()
        return None if made is None else (made[0], [_record(row) for row in made[1]])

    def close(self) -> None:
        self.apart.close()


def _row(record: StagedRecord) -> tuple[Any, ...]:
    payload = record.payload
    plain = payload is None or record.fit is Fit.REFUSED  # which may hold a number that JSON does not know
    return (*record[:_BEFORE], payload if plain else packed(payload), *record[_BEFORE + 1 :])


def _record(row: Sequence[Any]) -> StagedRecord:
    payload = row[_BEFORE]
    if isinstance(payload, str):
        return StagedRecord._make((*row[:_BEFORE], Payload(payload), *row[_BEFORE + 1 :]))
    return StagedRecord._make(row)

"""Records that another process made arrive as they were made, and are kept as if they had been made here."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from typing import Any

from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.storage.records import Fit, Skip, StagedRecord
from dynsync_gui.store.payloads import packed
from dynsync_gui.store.travelling import travelling

MADE = [
    StagedRecord(Entity.CONTACT, "a", "1", {"firstName": "Zoë", "big": 2**70, "none": None}, b"d", source=b"s"),
    StagedRecord(Entity.LEAD, "b", "2", {"score": math.inf}, fit=Fit.REFUSED, refused=frozenset({"score"})),
    StagedRecord(Entity.CONTACT, "c", "3", None, skip=Skip.FILTERED),
    StagedRecord(Entity.CONTACT, "d", "4", {"a": 1}, narrowed=StagedRecord(Entity.CONTACT, "d", "4", {})),
]


class Elsewhere:
    """A process of its own, of which nothing is left but that all that goes there and back is pickled."""

    def __init__(self, work: Callable[[bytes], Any]) -> None:
        self.work = pickle.loads(pickle.dumps(work))
        self.made: list[bytes] = []
        self.closed = False

    def give(self, given: bytes) -> None:
        self.made.append(pickle.dumps(self.work(given)))

    def take(self) -> Any:
        return pickle.loads(self.made.pop(0))

    def close(self) -> None:
        self.closed = True


def work(given: bytes) -> tuple[int, list[StagedRecord]] | None:
    return (len(MADE), MADE) if given else None


def test_records_arrive_as_they_were_made() -> None:
    apart = travelling(Elsewhere, work)
    apart.give(b"page")
    number, arrived = apart.take()
    assert number == len(MADE)
    for one, made in zip(arrived, MADE, strict=True):
        assert isinstance(one, StagedRecord)
        assert one == made
        sound = made.fit is not Fit.REFUSED
        assert packed(one.payload, sound=sound) == packed(made.payload, sound=sound), "as it is kept"


def test_a_page_that_is_not_made_is_none() -> None:
    apart = travelling(Elsewhere, work)
    apart.give(b"")
    assert apart.take() is None


def test_the_process_is_closed_with_it() -> None:
    started: list[Elsewhere] = []

    def start(work: Callable[[bytes], Any]) -> Elsewhere:
        started.append(Elsewhere(work))
        return started[0]

    travelling(start, work).close()
    assert started[0].closed

"""Which points there are, and which of them a sweep visits."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from tests.soak.story import CHAPTERS, Chapter
from tests.soak.trip import Fault, Seam, Way

BOUNDLESS = (Seam.FILE, Way.HANG)
"""A file that does not come back has no time limit in any operating system; nothing is to be seen there."""
_MOST = 1 << 14
"""Points of one kind that can be drawn."""


@dataclass(frozen=True)
class Kind:
    """Points that differ in their number alone; written ``chapter/seam/way``."""

    chapter: Chapter
    seam: Seam
    way: Way

    def __str__(self) -> str:
        return f"{self.chapter}/{self.seam}/{self.way}"


@dataclass(frozen=True)
class Point:
    """One operation that fails in one way; written ``kind:number``."""

    kind: Kind
    number: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.number}"

    @classmethod
    def of(cls, text: str) -> Self:
        """The point of a name; raises ValueError."""
        kind, _, number = text.partition(":")
        chapter, seam, way = kind.split("/")
        return cls(Kind(Chapter(chapter), Seam(seam), Way(way)), int(number))

    @property
    def fault(self) -> Fault:
        """What fails."""
        return Fault(self.kind.seam, self.kind.way, self.number)


KINDS = tuple(
    Kind(chapter, seam, way) for chapter in CHAPTERS for seam in Seam for way in Way if (seam, way) != BOUNDLESS
)


def drawn(sizes: Mapping[Kind, int], number: int, seed: int) -> list[Point]:
    """So many points, every kind alike as far as it reaches, in an order that mixes them.

    Args:
        sizes: How many points each kind has.
        number: How many are wanted.
        seed: Decides which ones.
    """
    waiting = {kind: _shuffled(kind, size, seed) for kind, size in sizes.items()}
    found: list[Point] = []
    while waiting and len(found) < number:
        for kind in tuple(waiting):
            point = next(waiting[kind], None)
            if point is None:
                del waiting[kind]
            elif len(found) < number:
                found.append(point)
    random.Random(seed).shuffle(found)
    return found


def _shuffled(kind: Kind, size: int, seed: int) -> Iterator[Point]:
    """All of a kind; one statement more or less, as threads will have it, changes nothing about the others' order."""
    numbers = list(range(_MOST))
    random.Random(f"{seed} {kind}").shuffle(numbers)
    return (Point(kind, number) for number in numbers if number < size)

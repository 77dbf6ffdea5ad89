"""How persons of Marketo came to an end there: merged into another one, or deleted."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from dynsync_gui.domain.schema import Entity


class Feed(StrEnum):
    """Where Marketo tells of it; a merge is heard of before a deletion, as it says more."""

    MERGED = "marketo-merged"
    DELETED = "marketo-deleted"


@dataclass(frozen=True, slots=True)
class PersonEnd:
    """One person that is no more.

    Attributes:
        person: Marketo's id.
        into: Marketo's id of the person that it went into; empty where it was deleted.
    """

    person: str
    into: str = ""


@dataclass(frozen=True, slots=True)
class EndPage:
    """One page of a feed in the order of events; `onward` leads on, whether or not there are `more` now."""

    ends: tuple[PersonEnd, ...]
    onward: str
    more: bool


@dataclass(frozen=True, slots=True)
class Roll:
    """A list, written by Marketo, of everybody who was touched since a moment and is still there.

    Attributes:
        there: Marketo's ids, in parts, which have to be closed.
        onward: The token that leads to whoever came to an end since it was written.
    """

    there: Generator[tuple[str, ...], None, None]
    onward: str


class EndStore(Protocol):
    """Lets the ledger follow its persons."""

    def feed_token(self, feed: Feed) -> str:
        """Where the next look at a feed begins; empty where none was made yet."""

    def looked_at(self) -> datetime | None:
        """When the feeds were looked at last."""

    def first_run(self) -> datetime:
        """When the first run began: nothing of ours came to an end before."""

    def roll(self) -> str:
        """The number of the list of who is still there that Marketo was asked to write; empty for none."""

    def keep_roll(self, number: str) -> None:
        """Remember such a list, or forget it."""

    def absent(self, there: Iterable[Sequence[str]], limit: int) -> tuple[str, ...]:
        """Persons of records that a list does not name, so many at most.

        Args:
            there: The list, in parts.
            limit: More are not wanted.
        """

    def bearers(self, ends: Sequence[PersonEnd]) -> Mapping[Entity, tuple[str, ...]]:
        """Ids of the records, none of them left out by a rule, whose person went into another, or has taken one in.

        A merge of our own is known already: it concerns nobody.
        """

    def keep_ends(self, ends: Sequence[PersonEnd], feed: Feed, token: str) -> None:
        """Let records follow their persons, and keep where to go on, in one transaction.

        A record whose person went into one that no other record has goes on with that. Where another record has it,
        that one keeps it, and a person has to decide what becomes of the first. Whoever has the person is sent whole.
        A record whose person was deleted has none, until it changes.
        """

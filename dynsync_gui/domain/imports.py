"""People who travel to Marketo in files: what Marketo tells of its imports, and what the ledger keeps of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from dynsync_gui.domain.schema import Entity

if TYPE_CHECKING:
    from dynsync_gui.domain.storage.records import LedgerRecord

MOST_BYTES = 10_000_000
"""Bytes of a file that Marketo takes (Adobe, bulk import)."""


class ImportState(StrEnum):
    """How far Marketo is with a file."""

    WAITING = "waiting"
    """It stands in the queue or is read in."""
    DONE = "done"
    FAILED = "failed"
    FORGOTTEN = "forgotten"
    """Marketo knows no such import (any more): it keeps them for seven days."""


@dataclass(frozen=True, slots=True)
class ImportStatus:
    """What Marketo says of an import.

    Attributes:
        state: How far it is.
        failed: Rows that were not taken.
        warned: Rows that were taken with a warning.
        message: Marketo's words.
    """

    state: ImportState
    failed: int = 0
    warned: int = 0
    message: str = ""


class QueueFull(Exception):  # noqa: N818
    """Marketo has no place for another import or export now; later there is one."""


class BulkCalls(Protocol):
    """Marketo's calls about files of people."""

    def send_people(self, content: bytes, *, known: bool = False) -> str:
        """Hand over a file of people and return the id of its import.

        The call is made once: who does not hear of its outcome may send the file again, but not at once.

        Args:
            content: CSV in UTF-8, at most `MOST_BYTES`; its first line holds REST names, its first column our key.
            known: Whether Marketo has them: they are updated by Marketo's ids, and nobody is created; else by our key.

        Raises:
            QueueFull: Ten files wait already, of whomever.
            BatchRefused: Marketo does not take this file.
            TemporaryFailure: Nobody knows whether it arrived.
        """

    def import_status(self, batch: str) -> ImportStatus:
        """How far an import is."""

    def import_rows(self, batch: str, *, warned: bool = False) -> Mapping[str, str]:
        """Why rows of an import failed, by our key; or why they were warned of."""

    def begin_keys(self, since: datetime, until: datetime) -> str:
        """Have all persons who were created in a span of at most 31 days written into a file; returns its id.

        Raises:
            QueueFull: Ten exports wait already, of whomever.
            ConnectionFailed: Marketo does not write it, or not today.
        """

    def keys(self, extract: str) -> Mapping[str, str] | None:
        """Marketo's ids by our key out of such a file; None while it is not written.

        Raises:
            ConnectionFailed: It will never be.
        """


@dataclass(frozen=True, slots=True)
class Departure:
    """A version of a record that leaves in a file.

    Attributes:
        filled: Marketo fields that hold a value of ours once it has arrived.
        linked: `Links.text` of what is sent with it.
    """

    seq: int
    version: str
    filled: frozenset[str]
    linked: str


@dataclass(frozen=True, slots=True)
class Import:
    """A file that is on its way; `batch` is Marketo's id of it, empty where nobody knows whether it arrived."""

    number: int
    batch: str
    sent: datetime


@dataclass(frozen=True, slots=True)
class Traveller:
    """A record in a file; `person` is Marketo's id where it was known before."""

    entity: Entity
    person: str


@dataclass(frozen=True, slots=True)
class Landing:
    """What came of a file: records acknowledged by table, and whether others have to be matched anew."""

    acknowledged: Mapping[Entity, int]
    overtaken: bool


class ImportStore(Protocol):
    """Remembers which records are on their way in files; they stay in the outbox, but nothing else sends them."""

    def count(self) -> int:
        """How many people may travel in files: new or changed, by our key, with values that fit."""

    def away(self) -> int:
        """How many people are on their way."""

    def candidates(self, after: int, limit: int) -> tuple[LedgerRecord, ...]:
        """These people, in ledger order."""

    def begin(self, rows: Sequence[Departure]) -> tuple[int, frozenset[int]]:
        """Let records depart; returns the file's number, and who really does: a version that is still the latest."""

    def keep_batch(self, number: int, batch: str) -> None:
        """Marketo has the file, under this id."""

    def open(self) -> tuple[Import, ...]:
        """Files that are on their way, the oldest first."""

    def travellers(self, number: int) -> Mapping[str, Traveller]:
        """Who is in a file, by our key."""

    def land(self, run: int, number: int, ids: Mapping[str, str], failed: Collection[str]) -> Landing:
        """Acknowledge who arrived, with link and journal, and let all others of the file stand in the outbox again.

        A file that landed in part before a crash lands as one of the others.

        Args:
            run: The run's number.
            number: The file's.
            ids: Marketo's ids by our key.
            failed: Keys of those that Marketo did not take.
        """

    def call_back(self, number: int) -> None:
        """A file is not on its way: its records stand in the outbox as before."""

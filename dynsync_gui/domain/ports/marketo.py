"""What the engine and the service need of Marketo; connectors keep it."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from dynsync_gui.domain.checks import Check, SystemIdentity
from dynsync_gui.domain.ends import EndPage, Feed, Roll
from dynsync_gui.domain.imports import BulkCalls
from dynsync_gui.domain.mapping import NewField
from dynsync_gui.domain.ports.listening import OnCheck
from dynsync_gui.domain.schema import CustomType, Target, TargetSchema


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A value of a person that changed in Marketo, whoever changed it.

    Attributes:
        person: Marketo's id.
        field: REST name.
        before: What it was before, as Marketo writes it into an activity; empty for nothing.
        after: What it is since; None where Marketo does not tell.
        by_hand: Whether it was no program; None where Marketo does not say who was behind it.
    """

    person: str
    field: str
    before: str
    after: str | None = None
    by_hand: bool | None = None


@dataclass(frozen=True, slots=True)
class ChangePage:
    """One page of changes in the order they were made; `onward` leads on, whether or not there are `more` now.

    Attributes:
        by_hand: Whether some of them were made by no program, so that a person was at work in Marketo.
    """

    changes: tuple[PersonChange, ...]
    onward: str
    more: bool
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class ChangeOrder:
    """A file of changes that Marketo was asked to write.

    Attributes:
        id: Marketo's number of it.
        ends: The moment at which it is to end, as Marketo's clock has it.
        until: That moment on this computer's clock.
        looked: When Marketo was asked for news of it last, on this computer's clock; None for never.
    """

    id: str
    ends: str
    until: datetime
    looked: datetime | None = None


@dataclass(frozen=True, slots=True)
class WrittenChanges:
    """What such a file tells, in parts, which have to be closed; `onward` leads to what it does not hold any more."""

    parts: Generator[tuple[PersonChange, ...], None, None]
    onward: str


class MarketoReader(Protocol):
    """The reading half of the Marketo side."""

    def check(self, report: OnCheck) -> tuple[Check, ...]:
        """Run the named checks in order, reporting each as it begins (pending) and ends; never raises for a finding."""

    def identity(self) -> SystemIdentity:
        """Munchkin id, counts and familiar persons."""

    def describe(self, target: Target, kind: str = "") -> TargetSchema:
        """The live fields; `kind` is a custom object's API name."""

    def outdated(self, targets: Collection[Target]) -> bool:
        """Whether a description of these that came from the shelf is another one now; from here on none does."""

    def find(
        self, target: Target, by: str, values: Sequence[str], fields: Sequence[str], kind: str = ""
    ) -> tuple[Mapping[str, Any], ...]:
        """All records whose field `by` holds one of at most 300 values (without commas).

        Raises:
            TooManyMatches: More than 1,000 match; ask for fewer values.
        """

    def changes_from(self, moment: datetime) -> str:
        """The token that leads to all changes of persons since a moment."""

    def read_changes(self, token: str, fields: Sequence[str]) -> ChangePage:
        """One page of changes of these fields.

        Raises:
            ConnectionFailed: Marketo does not allow it, or does not know the token any more.
        """

    def read_ends(self, feed: Feed, token: str) -> EndPage:
        """One page of persons that were merged or deleted.

        Raises:
            ConnectionFailed: Marketo does not allow it, or does not know the token any more.
        """

    def order_roll(self, since: datetime) -> str:
        """Let Marketo write a list of everybody who was touched since a moment and is still there; its number.

        Raises:
            ConnectionFailed: It makes no such list now.
        """

    def called(self, number: str) -> Roll | None:
        """What such a list says; None as long as it is not written.

        Raises:
            ConnectionFailed: There is no such list, or it is too large.
            TemporaryFailure: What came is not whole.
        """

    def order_changes(self, since: datetime, until: datetime) -> ChangeOrder | None:
        """Let Marketo write all changes of persons' values between two moments into a file; None where it cannot.

        Raises:
            ConnectionFailed: It makes no file now.
        """

    def ordered_changes(self, order: ChangeOrder, fields: Sequence[str]) -> WrittenChanges | None:
        """What such a file tells of these fields; None as long as it is not written.

        Raises:
            ConnectionFailed: There is no such file, or it is too large.
            TemporaryFailure: What came is not whole.
        """

    def all_persons(self, fields: Sequence[str], at_most: int) -> tuple[Mapping[str, Any], ...] | None:
        """Every person, or None where there are more than `at_most` or Marketo cannot list them."""

    def custom_type_name(self, name: str) -> str:
        """API name of an approved type of custom object, which may have got an ending; empty where there is none."""

    def linkable(self) -> Mapping[str, Collection[str]]:
        """What custom objects may be linked to, by name, with the names of the fields that a link may name it by.

        Raises:
            ConnectionFailed: The subscription or the role does not let it be asked.
        """

    def list_id(self, name: str) -> str:
        """Id of the static list of that name; empty where there is none."""

    def calls_today(self) -> int | None:
        """Calls of all programs today, or None where Marketo does not tell."""

    def calls_made(self) -> int:
        """Calls of this connection so far."""

    def used_up(self) -> bool:
        """Whether the day's calls turned out to be used up; what is described then is what was told before."""


class RowOutcome(NamedTuple):
    """Marketo's answer for one row, in the order of the rows.

    Attributes:
        status: ``created``, ``updated``, ``deleted``, ``removed`` or ``skipped``.
        id: Marketo's id; empty when skipped.
        code: The reason's code when skipped.
        message: The reason's words when skipped.
    """

    status: str
    id: str = ""
    code: str = ""
    message: str = ""


class MarketoWriter(MarketoReader, BulkCalls, Protocol):
    """Both halves of the Marketo side."""

    def create_fields(self, fields: Sequence[NewField]) -> None:
        """Create person fields and wait, within bounds, until they can be written and searched."""

    def ensure_type(self, wanted: CustomType) -> str:
        """Make and approve a type of custom object, or add what it lacks; returns its API name.

        Raises:
            ConnectionFailed: The subscription or the role does not allow it.
        """

    def upsert(
        self, target: Target, rows: Sequence[Mapping[str, Any]], by: str, *, suspected: bool = False, kind: str = ""
    ) -> tuple[RowOutcome, ...]:
        """Create or update rows by their key; at most 300 rows and 900 kB, one key once.

        Args:
            target: What they are.
            rows: REST names and values; every row holds `by`.
            by: Marketo's own id only updates, any other key creates or updates; a role has its three keys.
            kind: API name of a custom object.
            suspected: The rows are part of a call that was refused; a system error of Marketo is believed at once.

        Raises:
            BatchRefused: Marketo refused the whole call for its content; nothing was written.
            TemporaryFailure: The outcome is unknown or nothing was written; the same call may be made again.
        """

    def await_created(self, keys: Sequence[str]) -> None:
        """Wait until persons of these keys are there, or no call made before this connection can make them any more.

        Raises:
            ConnectionFailed: Marketo cannot be asked.
            Cancelled: The work was cancelled meanwhile.
        """

    def delete(self, target: Target, ids: Sequence[str], by: str, kind: str = "") -> tuple[RowOutcome, ...]:
        """Remove at most 300 records by Marketo's id (`by` is ``id`` or ``marketoGUID``) or by their key.

        Raises:
            BatchRefused: Marketo refused the whole call for its content; nothing was removed.
            TemporaryFailure: The outcome is unknown; the same call may be made again.
        """

    def remove_from_list(self, list_: str, persons: Sequence[str]) -> tuple[RowOutcome, ...]:
        """Take at most 300 persons, by Marketo's ids, out of a static list; who is not in it is out of it.

        Raises:
            BatchRefused: Marketo refused the whole call for the persons that it names.
            ConnectionFailed: Marketo does not allow it at all, or has no such list.
            TemporaryFailure: The outcome is unknown; the same call may be made again.
        """

    def merge(self, winner: str, losers: Sequence[str]) -> None:
        """Let at most 25 persons go into another one, by Marketo's ids; its values stay.

        Raises:
            BatchRefused: Marketo does not merge them, or one is gone already.
            TemporaryFailure: The outcome is unknown; the same call may be made again.
        """


class TooManyMatches(Exception):  # noqa: N818
    """A query matches more records than Marketo returns."""


@dataclass
class BatchRefused(Exception):  # noqa: N818
    """Marketo refused a whole call for what it contains; smaller calls show which row it was."""

    code: str
    message: str

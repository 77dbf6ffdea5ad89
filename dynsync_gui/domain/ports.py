"""What the engine and the service need from the outside, as protocols; connectors, store and system keep them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from dynsync_gui.domain.cancel import CancelToken
from dynsync_gui.domain.checks import Check, SystemIdentity
from dynsync_gui.domain.choice_changes import ChoiceVersion
from dynsync_gui.domain.ends import EndPage, Feed
from dynsync_gui.domain.guards import Confirmed
from dynsync_gui.domain.imports import BulkCalls
from dynsync_gui.domain.mapping import NewField
from dynsync_gui.domain.prompts import Environment, Prompt
from dynsync_gui.domain.schema import CustomType, Entity, EntitySchema, System, Target, TargetSchema
from dynsync_gui.domain.secrets import Secrets
from dynsync_gui.domain.settings import Settings
from dynsync_gui.domain.setup import HalfDone

OnCheck = Callable[[Check], None]
OnWait = Callable[[System, float], None]
OnPrompt = Callable[[Prompt | None], None]
"""Told what a person has to do, and None as soon as nobody is waited for any more."""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One Dynamics record as read.

    Attributes:
        entity: Its table.
        id: Bare Dynamics id: lower case, with hyphens.
        version: Row version, from the etag; a later version is another text.
        values: Raw values by column (``_parentcustomerid_value`` for lookups).
        shown: Formatted values by column, where they were asked for.
        points_to: Logical name of the table that a lookup column points to.
        deleted: True for a removal reported by change tracking; the rest is empty then.
        print: Digest of the row as it came, version and annotations included; empty where it is not known.
    """

    entity: Entity
    id: str
    version: str
    values: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    points_to: Mapping[str, str] = field(default_factory=dict)
    deleted: bool = False
    print: bytes = b""


@dataclass(frozen=True, slots=True)
class Carrying:
    """The rows whose column holds one of some values.

    Attributes:
        name: Logical name of the column.
        values: Numbers of options, or texts.
        several: Whether it is a column of several choices.
    """

    name: str
    values: tuple[int | str, ...]
    several: bool = False


@dataclass(frozen=True, slots=True)
class FilterSeen:
    """The column of a table that is, or looks like, the filter.

    Attributes:
        name: Logical name; empty where there is none.
        schema_name: As whoever made it wrote it.
        yes_no: Whether it is a Yes/No column.
        open: Whether it can be read, and no column security hides it.
        default: What new records say; None where Dynamics does not tell.
    """

    name: str = ""
    schema_name: str = ""
    yes_no: bool = False
    open: bool = True
    default: bool | None = None


@dataclass(frozen=True, slots=True)
class FilterCounts:
    """How many records say Yes, No and nothing."""

    yes: int = 0
    no: int = 0
    blank: int = 0

    def __add__(self, other: FilterCounts) -> FilterCounts:
        return FilterCounts(self.yes + other.yes, self.no + other.no, self.blank + other.blank)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of records; `next_link` leads on, `delta_link` is there on the last page of a tracked read."""

    records: tuple[SourceRecord, ...]
    next_link: str = ""
    delta_link: str = ""


class DynamicsReader(Protocol):
    """The Dynamics side. It has no way to write."""

    def check(
        self,
        entities: Sequence[Entity],
        report: OnCheck,
        defaults: Collection[tuple[Entity, str]] = (),
        returning: Mapping[Entity, Collection[str]] = MappingProxyType({}),
    ) -> tuple[Check, ...]:
        """Run the named checks in order, reporting each as it begins (pending) and ends; never raises for a finding.

        Args:
            entities: The tables that are to be synced.
            report: Told of each check.
            defaults: Columns that are synced by default; a protected one is worth a warning.
            returning: Columns that may travel back, of the tables whose records are to be changed.
        """

    def identity(self) -> SystemIdentity:
        """Name, kind, counts and familiar records of the organisation."""

    def organisation(self) -> SystemIdentity:
        """Id, name and kind of the organisation alone; quick."""

    def describe(self, entity: Entity) -> EntitySchema:
        """The live table."""

    def columns(self, entity: Entity) -> frozenset[str]:
        """Logical names of all readable columns of the table as described last."""

    def read_records(
        self, schema: EntitySchema, names: Sequence[str], ids: Sequence[str], *, shown: bool
    ) -> tuple[SourceRecord, ...]:
        """The records of these at most 100 ids that are there, as `read_page` gives them."""

    def read_page(
        self,
        schema: EntitySchema,
        names: Sequence[str],
        link: str,
        *,
        track: bool,
        shown: bool,
        page_size: int,
        where: Carrying | None = None,
        newest: bool = False,
    ) -> Page:
        """Read one page.

        Args:
            schema: The table.
            names: Logical names of the columns wanted; the primary id comes always.
            link: Next or delta link of an earlier page; empty for the first page.
            track: Whether to start change tracking (first page only).
            shown: Whether formatted values are wanted.
            page_size: At most 5,000.
            where: Only these rows (first page only, and not with change tracking).
            newest: What was changed last comes first (likewise).
        """

    def filter_column(self, entity: Entity) -> FilterSeen:
        """The filter column of a table, else a column that was meant to be it, as it is now."""

    def filter_counts(self, entity: Entity) -> FilterCounts:
        """What the records of a table that has the filter column say, counted now, however many they are."""

    def count_changed(self, entity: Entity, since: date) -> int:
        """How many records of a table changed on this day (UTC) or later, counted now.

        Raises:
            ConnectionFailed: Dynamics does not let this user count them.
        """

    def lacking_rights(self) -> tuple[str, ...]:
        """Rights that adding a column takes and the user lacks; none where Dynamics does not tell."""


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A value of a person that changed in Marketo, whoever changed it.

    Attributes:
        person: Marketo's id.
        field: REST name.
        before: What it was before, as Marketo writes it into an activity; empty for nothing.
        after: What it is since; None where Marketo does not tell.
    """

    person: str
    field: str
    before: str
    after: str | None = None


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
        onward: The token that leads to what it does not hold any more.
        until: The moment at which it ends, on this computer's clock.
    """

    id: str
    onward: str
    until: datetime


class Update(StrEnum):
    """What came of an update in Dynamics."""

    DONE = "done"
    CHANGED_MEANWHILE = "changed-meanwhile"
    """The record is not the version that was read any more; it comes again with the next changes."""
    GONE = "gone"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class UpdateOutcome:
    """Dynamics' answer to an update; code and message where it refused the record for what it holds."""

    kind: Update
    code: str = ""
    message: str = ""


class DynamicsWriter(DynamicsReader, Protocol):
    """Both halves of the Dynamics side."""

    def update(self, schema: EntitySchema, id_: str, version: str, values: Mapping[str, Any]) -> UpdateOutcome:
        """Change columns of one record that is still the version that was read; it never creates one.

        Args:
            schema: Its table.
            id_: Its Dynamics id.
            version: As it was read.
            values: By property name, as the Web API takes them; None clears.

        Raises:
            ConnectionFailed: Dynamics does not allow it at all.
            TemporaryFailure: The trouble outlived the patience; the same call may be made again.
        """

    def create_filter(self, entity: Entity, *, default: bool) -> None:
        """Add the filter column to a table and publish it; one that is there already is left as it is.

        Args:
            entity: The table.
            default: What new records say; those that are there say nothing.

        Raises:
            ConnectionFailed: Dynamics does not allow it.
            TemporaryFailure: The trouble outlived the patience; the same call may be made again.
        """


class MarketoReader(Protocol):
    """The reading half of the Marketo side."""

    def check(self, report: OnCheck) -> tuple[Check, ...]:
        """Run the named checks in order, reporting each as it begins (pending) and ends; never raises for a finding."""

    def identity(self) -> SystemIdentity:
        """Munchkin id, counts and familiar persons."""

    def describe(self, target: Target, kind: str = "") -> TargetSchema:
        """The live fields; `kind` is a custom object's API name."""

    def outdated(self) -> bool:
        """Whether a description that came from the shelf is another one now; from here on none does."""

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

    def order_changes(self, since: datetime, until: datetime) -> ChangeOrder | None:
        """Let Marketo write all changes of persons' values between two moments into a file; None where it cannot.

        Raises:
            ConnectionFailed: It makes no file now.
        """

    def ordered_changes(self, order: ChangeOrder, fields: Sequence[str]) -> Iterator[tuple[PersonChange, ...]] | None:
        """What such a file tells of these fields, in parts; None as long as it is not written.

        Raises:
            ConnectionFailed: There is no such file, or it is too large.
        """

    def all_persons(self, fields: Sequence[str], at_most: int) -> tuple[Mapping[str, Any], ...] | None:
        """Every person, or None where there are more than `at_most` or Marketo cannot list them."""

    def custom_type_name(self, name: str) -> str:
        """API name of an approved type of custom object, which may have got an ending; empty where there is none."""

    def list_id(self, name: str) -> str:
        """Id of the static list of that name; empty where there is none."""

    def calls_today(self) -> int | None:
        """Calls of all programs today, or None where Marketo does not tell."""

    def calls_made(self) -> int:
        """Calls of this connection so far."""

    def used_up(self) -> bool:
        """Whether the day's calls turned out to be used up; what is described then is what was told before."""


@dataclass(frozen=True, slots=True)
class RowOutcome:
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

    def delete(self, target: Target, ids: Sequence[str], by: str, kind: str = "") -> tuple[RowOutcome, ...]:
        """Remove at most 300 records by Marketo's id (`by` is ``id`` or ``marketoGUID``) or by their key.

        Raises:
            BatchRefused: Marketo refused the whole call for its content; nothing was removed.
            TemporaryFailure: The outcome is unknown; the same call may be made again.
        """

    def remove_from_list(self, list_: str, persons: Sequence[str]) -> tuple[RowOutcome, ...]:
        """Take at most 300 persons, by Marketo's ids, out of a static list; who is not in it is out of it."""

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


@dataclass(frozen=True, slots=True)
class Connection:
    """Both systems, opened with one profile's settings; close it to give back sockets."""

    dynamics: DynamicsWriter
    marketo: MarketoWriter
    close: Callable[[], None]


class Shelf(Protocol):
    """Keeps what a vendor told, to save asking again; whatever is not there any more, or broken, is asked for anew."""

    def read(self, key: str) -> bytes | None:
        """What was put there last, or None."""

    def put(self, key: str, content: bytes) -> None:
        """Keep it in the place of what was there; what cannot be kept is not."""


class Connections(Protocol):
    """Makes connections."""

    def open(
        self,
        settings: Settings,
        secrets: Secrets,
        token: CancelToken,
        on_wait: OnWait | None = None,
        on_prompt: OnPrompt | None = None,
        shelf: Shelf | None = None,
    ) -> Connection:
        """Open both sides; nothing is asked of them yet.

        Args:
            settings: Addresses, accounts, limits.
            secrets: What they need.
            token: Stops waits and running requests.
            on_wait: Told when a vendor asks to slow down.
            on_prompt: Told when a person has to sign in; without it nobody is asked, and such a sign-in is refused.
            shelf: Keeps descriptions of tables from run to run; without it all are asked for.
        """

    def environments(
        self, settings: Settings, secrets: Secrets, token: CancelToken, on_prompt: OnPrompt | None = None
    ) -> tuple[Environment, ...]:
        """The environments that the person who signs in may use, by name; `settings.dynamics.url` may be empty.

        Raises:
            DynSyncError: Nobody signed in, or Microsoft does not tell.
        """


class RateWindow(Protocol):
    """The times of the last calls to a Marketo instance; kept so that a restart does not double the rate."""

    def reserve(self, now: float, window: float, limit: int) -> float:
        """Take a place for a call at `now` (seconds since 1970) and return 0, or return the seconds to wait."""

    def count_day(self, day: str, calls: int = 0) -> int:
        """Add calls to a day (US Central, ``2026-11-22``) and return its sum."""


class SecretStore(Protocol):
    """Where secrets are kept: the keychain, this session only, or the environment."""

    def read(self) -> Secrets:
        """The kept secrets; raises SecretsUnavailable."""

    def write(self, secrets: Secrets) -> None:
        """Keep them; raises SecretsUnavailable."""

    def delete(self) -> None:
        """Forget them; nothing happens where there are none."""


class Mailer(Protocol):
    """Sends a plain text message."""

    def send(self, settings: Settings, secrets: Secrets, to: str, subject: str, body: str) -> None:
        """Hand the message to the mail server; raises DynSyncError with a plain finding."""


class SignInStore(Protocol):
    """Where the sign-in of a person is kept; in memory until `keep` is called."""

    @property
    def protected(self) -> bool:
        """Whether this computer has a protected place for it; without one it ends with the session."""

    def keep(self) -> None:
        """Keep it from now on, where there is a protected place; nothing is ever kept in the clear."""

    def forget(self) -> None:
        """Forget it here and in the protected place; nothing happens where there is none."""


class Profile(Protocol):
    """Where one set-up lives: its settings, its secrets, its database."""

    @property
    def database(self) -> Path:
        """The database file; it may not exist yet."""

    def read_settings(self) -> Settings | None:
        """The stored settings, or None where nothing was set up."""

    def write_settings(self, settings: Settings) -> None:
        """Keep settings, and their choice of fields as a version; the folder is made if need be."""

    def read_choices(self) -> tuple[ChoiceVersion, ...]:
        """The versions of the choice of fields, the newest last; that one is in use."""

    def read_confirmed(self) -> Confirmed | None:
        """The two systems that a person confirmed, or None where nobody did yet."""

    def write_confirmed(self, confirmed: Confirmed | None) -> None:
        """Keep or forget them, beside the settings, which have to be there already."""

    def read_half_done(self) -> HalfDone | None:
        """A set-up that was left half-way, or None where there is none that can be read."""

    def write_half_done(self, left: HalfDone | None) -> None:
        """Keep it, or forget it."""

    def put_database_aside(self) -> None:
        """Keep the database under another name, so that a new one is begun."""

    def secrets(self, *, session_only: bool = False) -> SecretStore:
        """Where its secrets are; with `session_only` they are in memory from now on."""

    @property
    def keeps_secrets(self) -> bool:
        """Whether its secrets outlive this process."""

    def remove(self) -> tuple[str, ...]:
        """Remove it from the disk; returns the names of what DynSync did not make and left. Raises SettingsError."""

    def lease(self, wait: float, token: CancelToken) -> AbstractContextManager[None]:
        """Hold the right to sync; it ends with the process at the latest.

        Raises:
            GuardStop: Another run still held it after `wait` seconds.
        """

    def leased(self) -> bool:
        """Whether some process syncs this profile now."""

    def shelf(self) -> Shelf:
        """Where descriptions of tables are kept from run to run."""

    def rate_window(self) -> RateWindow:
        """The call times of its Marketo instance; kept on disk once the profile's folder exists."""

"""What the engine and the service need of Dynamics; connectors keep it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from dynsync_gui.domain.checks import Check, SystemIdentity
from dynsync_gui.domain.ports.listening import OnCheck
from dynsync_gui.domain.schema import Entity, EntitySchema

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class SourceRecord(NamedTuple):
    """One Dynamics record as read.

    Attributes:
        entity: Its table.
        id: Bare Dynamics id: lower case, with hyphens.
        version: Row version, from the etag; a later version is another text.
        values: Raw values by column (``_parentcustomerid_value`` for lookups); more may be there than was asked for.
        shown: Formatted values of lookups by column, where they were asked for.
        points_to: Logical name of the table that a lookup column points to.
        deleted: True for a removal reported by change tracking; the rest is empty then.
        print: Digest of the row as it came, version and annotations included; empty where it is not known.
    """

    entity: Entity
    id: str
    version: str
    values: Mapping[str, Any] = _NOTHING
    shown: Mapping[str, str] = _NOTHING
    points_to: Mapping[str, str] = _NOTHING
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
class RelatedTable:
    """An own table of the organisation that can be synced.

    Attributes:
        entity: Its logical name.
        label: What Dynamics calls it.
        hangs_on: The tables that its rows belong to: people and accounts, else own tables that do.
    """

    entity: Entity
    label: str
    hangs_on: tuple[Entity, ...]


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


class Unread(NamedTuple):
    """One page as it came, for whoever looks into its body elsewhere; its links are those of a `Page`."""

    body: bytes
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

    def related_tables(self) -> tuple[RelatedTable, ...]:
        """The organisation's own tables that belong to people or accounts, by label."""

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
            track: Whether the page is part of a reading whose last one has a delta link.
            shown: Whether formatted values are wanted.
            page_size: At most 5,000.
            where: Only these rows (first page only, and not with change tracking).
            newest: What was changed last comes first (likewise).
        """

    def fetch_page(self, schema: EntitySchema, link: str, *, track: bool, shown: bool, page_size: int) -> Unread:
        """A page that a link leads to, as `read_page` reads it, for what `page_reader` gives."""

    def page_reader(self, schema: EntitySchema, names: Sequence[str]) -> Callable[[bytes], Page]:
        """What reads the body of such a page; it can be pickled."""

    def filter_column(self, entity: Entity) -> FilterSeen:
        """The filter column of a table, else a column that was meant to be it, as it is now."""

    def filter_counts(self, entity: Entity) -> FilterCounts:
        """What the records of a table that has the filter column say, counted now, however many they are."""

    def count_changed(self, entity: Entity, since: date) -> int:
        """How many records of a table changed on this day (UTC) or later, counted now.

        Raises:
            ConnectionFailed: Dynamics does not let this user count them.
        """

    def reads_all(self, entity: Entity) -> bool:
        """Whether the user sees every record of a table; also where Dynamics does not tell."""

    def lacking_rights(self) -> tuple[str, ...]:
        """Rights that adding a column takes and the user lacks; none where Dynamics does not tell."""


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

"""The columns of the rehearsal's tables, and their option sets."""

from __future__ import annotations

from dataclasses import dataclass, field

from dynsync_gui.simulators.resources import table

LOOKUPS = frozenset({"Lookup", "Customer", "Owner"})
NOT_SELECTABLE = frozenset({"PartyList", "File"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One option; ``state`` is the parent state of a status option."""

    value: int
    label: str
    state: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column as its metadata tells it.

    Attributes:
        name: Logical name.
        schema: Schema name, in mixed case.
        kind: AttributeTypeName without ``Type``, for example ``MultiSelectPicklist``.
        labels: Display names by language code (1033 English, 1031 German, 1036 French); may be empty.
        length: Longest text in characters, or None.
        format: Format of text or date.
        behavior: Of dates: UserLocal, DateOnly or TimeZoneIndependent.
        targets: Of lookups: tables pointed to.
        choices: Of option sets and two-option columns.
        required: RequiredLevel.
        shadow_of: AttributeOf, or an empty text.
        flags: custom, secured, hidden (no property of the Web API), readonly, calculated, global.
        default: What a new row gets in a two-option column; None leaves it blank.
    """

    name: str
    schema: str
    kind: str
    labels: dict[int, str]
    length: int | None
    format: str
    behavior: str
    targets: tuple[str, ...]
    choices: tuple[Choice, ...]
    required: str
    shadow_of: str
    flags: frozenset[str]
    default: bool | None = None

    @property
    def is_lookup(self) -> bool:
        """Whether the value is the id of another row."""
        return self.kind in LOOKUPS

    @property
    def is_polymorphic(self) -> bool:
        """Whether it has a navigation property for each table that it may name."""
        return len(self.targets) > 1 and self.kind != "Owner"

    @property
    def property_name(self) -> str:
        """Name of the property in a row of the Web API."""
        return f"_{self.name}_value" if self.is_lookup else self.name

    @property
    def blank(self) -> bool | None:
        """What an unset column reads as: standard two-option columns are never null."""
        return False if self.kind == "Boolean" and "custom" not in self.flags else None

    @property
    def selectable(self) -> bool:
        """IsValidODataAttribute: whether the Web API has a property for it."""
        return "hidden" not in self.flags and self.kind not in NOT_SELECTABLE


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A table as its metadata tells it.

    Attributes:
        name: Logical name.
        entity_set: Name of its rows' path.
        schema: Schema name, in mixed case.
        primary_id: Column of the id.
        primary_name: Column that lookups show.
        type_code: ObjectTypeCode.
        labels: Display names by language code.
        ownership: OwnershipType: UserOwned, BusinessOwned or OrganizationOwned.
        privilege: Name of the table in its privileges, ``Lead`` in ``prvReadLead``.
        columns: Columns by logical name.
    """

    name: str
    entity_set: str
    schema: str
    primary_id: str
    primary_name: str
    type_code: int
    labels: dict[int, str]
    ownership: str
    privilege: str
    columns: dict[str, Column] = field(default_factory=dict)

    @property
    def properties(self) -> dict[str, Column]:
        """Selectable columns by their property names."""
        return {c.property_name: c for c in self.columns.values() if c.selectable}

    @property
    def is_custom(self) -> bool:
        """Whether somebody in this organisation made the table."""
        return self.name.startswith("new_")

    def lookups_to(self, table: str) -> list[Column]:
        """Selectable lookups that may name a row of a table."""
        return [c for c in self.columns.values() if c.is_lookup and c.selectable and table in c.targets]


_LANGUAGES = {1033: "en", 1031: "de", 1036: "fr"}


def _choices(text: str) -> tuple[Choice, ...]:
    found = []
    for entry in filter(None, text.split("|")):
        number, _, label = entry.partition("=")
        value, _, state = number.partition(":")
        found.append(Choice(int(value), label, int(state) if state else None))
    return tuple(found)


def _column(row: dict[str, str]) -> Column:
    flags = row["flags"].split()
    shadow = next((flag[3:] for flag in flags if flag.startswith("of=")), "")
    return Column(
        name=row["name"],
        schema=row["schema"],
        kind=row["kind"],
        labels={code: row[key] for code, key in _LANGUAGES.items() if row[key]},
        length=int(row["max"]) if row["max"] else None,
        format=row["format"],
        behavior=row["behavior"],
        targets=tuple(filter(None, row["targets"].split("|"))),
        choices=_choices(row["options"]),
        required=row["required"],
        shadow_of=shadow,
        flags=frozenset(flag for flag in flags if not flag.startswith("of=")),
    )


def table_schemas() -> dict[str, TableSchema]:
    """New copies of every table by logical name, each with the columns of the two column lists."""
    columns: dict[str, dict[str, Column]] = {}
    for row in (*table("columns.csv"), *table("related_columns.csv")):
        columns.setdefault(row["table"], {})[row["name"]] = _column(row)
    return {
        row["name"]: TableSchema(
            name=row["name"],
            entity_set=row["set"],
            schema=row["schema"],
            primary_id=row["key"],
            primary_name=row["title"],
            type_code=int(row["code"]),
            labels={code: row[key] for code, key in _LANGUAGES.items() if row[key]},
            ownership=row["ownership"],
            privilege=row["privilege"],
            columns=columns[row["name"]],
        )
        for row in table("tables.csv")
    }

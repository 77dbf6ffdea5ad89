"""What a customiser does to tables between two runs; no row changes by it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.schema_tables import Choice, Column

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynsync_gui.simulators.world import World

ENGLISH = 1033


def new_column(
    schema: str,
    kind: str,
    labels: dict[int, str],
    *,
    length: int | None = None,
    choices: tuple[Choice, ...] = (),
    default: bool | None = None,
) -> Column:
    """A custom column; text is plain, dates are the user's local time, two options are No and Yes if nothing is said.

    Args:
        schema: Schema name; the logical name is the same in small letters.
        kind: AttributeTypeName without ``Type``.
        labels: Display names by language code.
        length: Longest text.
        choices: Options.
        default: Of two-option columns: what new rows get; rows that exist stay blank.
    """
    if kind == "Boolean" and not choices:
        choices = (Choice(0, "No"), Choice(1, "Yes"))
    is_text = kind in {"String", "Memo"}
    return Column(
        name=schema.lower(),
        schema=schema,
        kind=kind,
        labels=labels,
        length=(length or 100) if is_text else None,
        format="Text" if is_text else "DateAndTime" if kind == "DateTime" else "",
        behavior="UserLocal" if kind == "DateTime" else "",
        targets=(),
        choices=choices,
        required="None",
        shadow_of="",
        flags=frozenset({"custom"}),
        default=default,
    )


def add_column(world: World, table: str, column: Column) -> None:
    """Adds a column; every row is blank in it.

    Raises:
        ValueError: The table has one of that name.
    """
    with world.lock:
        columns = world.tables[table].schema.columns
        if column.name in columns:
            raise ValueError(column.name)
        columns[column.name] = column
        world.customised(table, column.name)


def retype_column(world: World, table: str, name: str, kind: str) -> None:
    """Deletes a column and makes another of the same name, as there is no other way to give it another type."""
    with world.lock:
        old = world.tables[table].schema.columns[name]
        world.drop_column(table, name)
        add_column(world, table, new_column(old.schema, kind, old.labels))


def rename_column(world: World, table: str, name: str, label: str, language: int = ENGLISH) -> None:
    """Gives a column another label; its names stay for ever."""
    _replace(world, table, name, lambda column: replace(column, labels={**column.labels, language: label}))


def rename_table(world: World, table: str, label: str, language: int = ENGLISH) -> None:
    """Gives a table another label; its names stay for ever."""
    with world.lock:
        world.tables[table].schema.labels[language] = label
        world.metadata_version += 1


def secure_column(world: World, table: str, name: str, *, secured: bool = True) -> None:
    """Switches field security on or off: without a profile the column reads as null."""
    mark = frozenset({"secured"})

    def changed(column: Column) -> Column:
        return replace(column, flags=column.flags | mark if secured else column.flags - mark)

    _replace(world, table, name, changed)


def resize_column(world: World, table: str, name: str, length: int) -> None:
    """Gives a text column another maximum length; longer values stay."""
    _replace(world, table, name, lambda column: replace(column, length=length))


def set_option(world: World, table: str, name: str, value: int, label: str | None) -> None:
    """Adds an option, gives it another label, or removes it with None; rows keep a value that is gone.

    A shared set of choices changes in every table that uses it.
    """

    def changed(column: Column) -> Column:
        if label is None:
            return replace(column, choices=tuple(c for c in column.choices if c.value != value))
        if all(choice.value != value for choice in column.choices):
            new = Choice(value, label, 0 if column.kind == "Status" else None)
            return replace(column, choices=(*column.choices, new))
        kept = (replace(c, label=label) if c.value == value else c for c in column.choices)
        return replace(column, choices=tuple(kept))

    shared = "global" in world.tables[table].schema.columns[name].flags
    for other, rows in world.tables.items():
        if other == table or (shared and "global" in getattr(rows.schema.columns.get(name), "flags", ())):
            _replace(world, other, name, changed)


def _replace(world: World, table: str, name: str, change: Callable[[Column], Any]) -> None:
    with world.lock:
        columns = world.tables[table].schema.columns
        columns[name] = change(columns[name])
        world.customised(table, name)

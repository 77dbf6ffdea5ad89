"""Turns rows into the JSON of the Web API, with the annotations that were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dynsync_gui.simulators.dataverse.options import Preferences
    from dynsync_gui.simulators.rows import Row
    from dynsync_gui.simulators.schema_tables import Column, TableSchema
    from dynsync_gui.simulators.world import World

FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOOKUP_TABLE = "Microsoft.Dynamics.CRM.lookuplogicalname"
NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"


class Renderer:
    """Renders rows of one table for one request."""

    def __init__(self, world: World, schema: TableSchema, columns: Iterable[Column], wishes: Preferences) -> None:
        self._world = world
        self._key = schema.primary_id
        self._columns = tuple(columns)
        self._names = [c.property_name for c in self._columns]
        self._blanks = [(c.property_name, c.blank) for c in self._columns if c.blank is not None]
        self._hidden = [c.property_name for c in self._columns if _is_hidden(c)]
        self._formatted = wishes.wants(FORMATTED)
        self._tables = wishes.wants(LOOKUP_TABLE)
        self._navigation = wishes.wants(NAVIGATION)
        self._lookups = [(c.property_name, c) for c in self._columns if c.is_lookup]
        self._others = [(c.property_name, c) for c in self._columns if not c.is_lookup]
        self._options = {c.name: {choice.value: choice.label for choice in c.choices} for c in self._columns}
        self._named: dict[str, tuple[str | None, str | None]] = {}

    def rows(self, rows: Iterable[Row]) -> list[dict[str, Any]]:
        """Rows as they stand in ``value``."""
        names, key = ("@odata.etag", *self._names), self._key
        annotated = self._formatted or self._tables or self._navigation
        rendered = []
        for row in rows:
            # One dictionary from C code: this is the hottest line of the rehearsal.
            shown: dict[str, Any] = dict(zip(names, map(row.get, names), strict=True))
            shown["@odata.etag"] = f'W/"{row["versionnumber"]}"'
            for name, blank in self._blanks:
                if shown[name] is None:
                    shown[name] = blank
            for name in self._hidden:
                shown[name] = None
            shown[key] = row[key]
            if annotated:
                self._annotate(shown)
            rendered.append(shown)
        return rendered

    def _annotate(self, shown: dict[str, Any]) -> None:
        for name, column in self._lookups:
            value = shown[name]
            if value is None:
                continue
            if value not in self._named:
                self._named[value] = (self._world.target_of(value), self._world.name_of(value))
            target, title = self._named[value]
            if self._tables and target:
                shown[f"{name}@{LOOKUP_TABLE}"] = target
            if self._navigation:
                shown[f"{name}@{NAVIGATION}"] = navigation_name(column, target)
            if self._formatted and title is not None:
                shown[f"{name}@{FORMATTED}"] = title
        for name, column in self._others if self._formatted else ():
            value = shown[name]
            text = None if value is None else self._text(column, value, shown)
            if text is not None:
                shown[f"{name}@{FORMATTED}"] = text

    def _text(self, column: Column, value: Any, shown: dict[str, Any]) -> str | None:
        """A value as this user sees it: English, US formats."""
        match column.kind:
            case "Picklist" | "State" | "Status" | "Boolean":
                return self._options[column.name].get(int(value))
            case "MultiSelectPicklist":
                labels = [self._options[column.name].get(int(part)) for part in str(value).split(",")]
                return "; ".join(label for label in labels if label)
            case "Money":
                is_base = column.name.endswith("_base")
                return self._money(value, None if is_base else shown.get("_transactioncurrencyid_value"))
            case "Integer" | "BigInt":
                return f"{value:,}"
            case "Decimal" | "Double":
                return f"{value:,.2f}"
            case "DateTime":
                return _date_text(str(value), with_time=column.format != "DateOnly" and column.behavior != "DateOnly")
        return None

    def _money(self, value: float, currency: str | None) -> str:
        """An amount with the sign and the decimals of its currency."""
        row = self._world.tables["transactioncurrency"].get(currency or self._world.currency) or {}
        return f"{row.get('currencysymbol', '$')}{value:,.{row.get('currencyprecision', 2)}f}"


def navigation_name(column: Column, target: str | None) -> str:
    """The single-valued navigation property behind a lookup; polymorphic ones have one for each table."""
    if column.is_polymorphic:
        return f"{column.name}_{target}"
    return column.schema if "custom" in column.flags else column.name


def _is_hidden(column: Column) -> bool:
    """Secured columns read as null without field permission; pictures are not sent in this rehearsal."""
    return "secured" in column.flags or column.kind == "Image"


def _date_text(value: str, *, with_time: bool) -> str:
    year, month, day = (int(part) for part in value[:10].split("-"))
    date = f"{month}/{day}/{year}"
    if not with_time or len(value) < 16:
        return date
    hour, minute = int(value[11:13]), value[14:16]
    return f"{date} {hour % 12 or 12}:{minute} {'AM' if hour < 12 else 'PM'}"

"""Writes of single rows, enough to change the world over HTTP."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.dataverse.errors import DataverseError, missing_row
from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.rows import RowTable
    from dynsync_gui.simulators.schema_tables import Column
    from dynsync_gui.simulators.world import World

_BIND = re.compile(r"/?(\w+)\(([0-9a-fA-F-]{36})\)")
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_KINDS: dict[str, tuple[type, ...]] = {
    "String": (str,), "Memo": (str,), "Boolean": (bool,), "Picklist": (int,), "State": (int,), "Status": (int,),
    "Integer": (int,), "BigInt": (int,), "Money": (int, float), "Decimal": (int, float), "Double": (int, float),
    "DateTime": (str,), "MultiSelectPicklist": (str,),
}  # fmt: skip


def write(world: World, root: str, rows: RowTable, request: Request, row_id: str | None) -> Answer:
    """POST to a table, or PATCH or DELETE of one row."""
    name = rows.schema.name
    exists = row_id is not None and rows.get(row_id) is not None
    if row_id is not None:
        _check_conditions(rows, row_id, request, exists=exists)
    if request.method == "DELETE":
        if row_id is None or not world.delete(name, row_id):
            raise missing_row(name, row_id or "")
        return Answer("", status=204)
    values = _values(world, rows, _body(request, name))
    key = rows.schema.primary_id
    if row_id is None and key in values and rows.get(values[key]) is not None:
        raise DataverseError(412, "0x80040237", "A record with matching key values already exists.")
    if row_id is not None and exists:
        values.pop(key, None)
        world.update(name, row_id, values)
    else:
        row_id = world.insert(name, {**values, key: row_id} if row_id else values)
    answer = Answer("", status=204)
    answer.headers["OData-EntityId"] = f"{root}{rows.schema.entity_set}({row_id})"
    return answer


def _check_conditions(rows: RowTable, row_id: str, request: Request, *, exists: bool) -> None:
    wanted, unwanted = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    if wanted and not exists:
        raise missing_row(rows.schema.name, row_id)
    if wanted and wanted != "*":
        row = rows.get(row_id)
        if row is not None and wanted != f'W/"{row["versionnumber"]}"':
            raise DataverseError(
                412,
                "0x80060882",
                "The version of the existing record doesn't match the RowVersion property provided.",
            )
    if unwanted == "*" and exists:
        raise DataverseError(412, "0x80040237", "A record with matching key values already exists.")


def _body(request: Request, table: str) -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise _payload_error(table, "The payload is no JSON object.")
    return body


def _payload_error(table: str, reason: str) -> DataverseError:
    return DataverseError(
        400,
        "0x80048d19",
        f"Error identified in Payload provided by the user for Entity :'{table}', For more details: {reason}",
    )


def _values(world: World, rows: RowTable, body: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in body.items():
        if name.endswith("@odata.bind"):
            column = _lookup(rows, name.removesuffix("@odata.bind"))
            found = _BIND.fullmatch(str(value)) if value is not None else None
            if column is None or (value is not None and found is None):
                raise _payload_error(rows.schema.name, f"The navigation property '{name}' is not understood.")
            target = found[2].lower() if found else None
            if target is None and column.kind == "Owner":
                raise _payload_error(rows.schema.name, "The owner of a record cannot be null.")
            if target is not None and world.target_of(target) not in column.targets:
                raise missing_row(column.targets[0], target)
            values[column.name] = target
            continue
        if name.startswith("@"):
            continue
        column = rows.schema.columns.get(name)
        if column is None or column.is_lookup or not column.selectable:
            raise _payload_error(
                rows.schema.name,
                f"An undeclared property '{name}' which only has property annotations in the payload but no "
                "property value was found in the payload.",
            )
        if name == rows.schema.primary_id:
            if not isinstance(value, str) or not _GUID.fullmatch(value):
                raise _payload_error(rows.schema.name, f"Cannot convert the literal '{value}' to 'Edm.Guid'.")
        elif "readonly" in column.flags:
            # Values of columns that nobody can write are passed over without a word.
            continue
        values[name] = _checked(rows.schema.name, column, value)
    return values


def _lookup(rows: RowTable, navigation: str) -> Column | None:
    """The lookup of a navigation property: its schema name if custom, with the target's name for customers."""
    for column in rows.schema.columns.values():
        names = {column.schema if "custom" in column.flags else column.name}
        if column.is_polymorphic:
            names = {f"{column.name}_{target}" for target in column.targets}
        if column.is_lookup and navigation in names:
            return column
    return None


def _checked(table: str, column: Column, value: Any) -> Any:
    if value is None:
        return None
    kinds = _KINDS.get(column.kind)
    if kinds is not None and (not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)):
        raise _payload_error(table, f"Cannot convert the literal '{value}' to the expected type of '{column.name}'.")
    if column.length is not None and isinstance(value, str) and len(value) > column.length:
        raise DataverseError(
            400,
            "0x80044331",
            f"A validation error occurred. The length of the '{column.name}' attribute of the '{table}' entity "
            f"exceeded the maximum allowed length of '{column.length}'.",
        )
    return value

"""Writes of single rows: create, update, upsert and delete, each by the caller."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.dataverse.errors import DataverseError, missing_row
from dynsync_gui.simulators.dataverse.values import checked, payload_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.dataverse.members import Member
    from dynsync_gui.simulators.rows import RowTable
    from dynsync_gui.simulators.schema_tables import Column
    from dynsync_gui.simulators.world import World

_BIND = re.compile(r"/?(\w+)\(([0-9a-fA-F-]{36})\)")
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DETECTED = "emailaddress1"


@dataclass(frozen=True, slots=True)
class Written:
    """The row that a POST or PATCH wrote."""

    id: str
    created: bool


def delete(world: World, rows: RowTable, request: Request, row_id: str) -> None:
    """DELETE of one row."""
    _check_conditions(rows, row_id, request, exists=row_id in rows)
    if not world.delete(rows.schema.name, row_id):
        raise missing_row(rows.schema.name, row_id)


def write(
    world: World, rows: RowTable, request: Request, row_id: str | None, member: Member, detected: Iterable[str] = ()
) -> Written:
    """POST to a table, or PATCH of one row.

    Args:
        world: What is changed.
        rows: The table.
        request: Its body and its conditions.
        row_id: The row of a PATCH.
        member: Who asks; the row names it as the one who changed it.
        detected: Tables with a published duplicate rule on the e-mail address.
    """
    name, key = rows.schema.name, rows.schema.primary_id
    with world.lock:
        exists = row_id is not None and row_id in rows
        if row_id is not None:
            _check_conditions(rows, row_id, request, exists=exists)
        values = values_of(world, rows, _body(request, name))
        if row_id is None and key in values and values[key] in rows:
            raise DataverseError(412, "0x80040237", "A record with matching key values already exists.")
        _settle_state(rows, (rows.get(row_id) if row_id else None) or {}, values)
        if name in detected and request.headers.get("MSCRM.SuppressDuplicateDetection", "").lower() == "false":
            _refuse_twins(rows, row_id, values)
        if row_id is not None and exists:
            values.pop(key, None)
            world.update(name, row_id, values, member.id)
            return Written(row_id.lower(), created=False)
        return Written(world.insert(name, {**values, key: row_id} if row_id else values, member.id), created=True)


def links(world: World, rows: RowTable, request: Request) -> Iterator[tuple[str, str]]:
    """What a body's links take beside the write itself: verb and table (Microsoft, security roles and privileges)."""
    for name, value in _body(request, rows.schema.name).items():
        found = _BIND.fullmatch(str(value)) if name.endswith("@odata.bind") else None
        target = world.target_of(found[2].lower()) if found is not None else None
        if target is not None and name.startswith("ownerid"):
            yield "Assign", rows.schema.name
        elif target in world.tables:
            yield "Append", rows.schema.name
            yield "AppendTo", target


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
        raise payload_error(table, "The payload is no JSON object.")
    return body


def values_of(world: World, rows: RowTable, body: dict[str, Any]) -> dict[str, Any]:
    """Checked values by logical name; what nobody can write is passed over without a word, as Dataverse does."""
    values: dict[str, Any] = {}
    for name, value in body.items():
        if name.endswith("@odata.bind"):
            column = _lookup(rows, name.removesuffix("@odata.bind"))
            found = _BIND.fullmatch(str(value)) if value is not None else None
            if column is None or (value is not None and found is None):
                raise payload_error(rows.schema.name, f"The navigation property '{name}' is not understood.")
            values[column.name] = _target(world, rows, column, found)
            continue
        if "@" in name:
            continue
        column = rows.schema.columns.get(name)
        if column is None or column.is_lookup or not column.selectable:
            raise payload_error(
                rows.schema.name,
                f"An undeclared property '{name}' which only has property annotations in the payload but no "
                "property value was found in the payload.",
            )
        if name == rows.schema.primary_id:
            if not isinstance(value, str) or not _GUID.fullmatch(value):
                raise payload_error(rows.schema.name, f"Cannot convert the literal '{value}' to 'Edm.Guid'.")
            values[name] = value.lower()
        elif not column.flags & {"readonly", "calculated"}:
            values[name] = checked(rows.schema.name, column, value)
    return values


def _target(world: World, rows: RowTable, column: Column, found: re.Match[str] | None) -> str | None:
    """Id of the row that a lookup is to name."""
    if found is None:
        if column.required == "SystemRequired":
            raise payload_error(rows.schema.name, f"The lookup '{column.name}' of a record cannot be null.")
        return None
    target = found[2].lower()
    if world.target_of(target) not in column.targets:
        raise missing_row(column.targets[0], target)
    return target


def _lookup(rows: RowTable, navigation: str) -> Column | None:
    """The lookup of a navigation property: its schema name if custom, with the target's name if there are several."""
    for column in rows.schema.columns.values():
        names = {column.schema if "custom" in column.flags else column.name}
        if column.is_polymorphic:
            names = {f"{column.name}_{target}" for target in column.targets}
        if column.is_lookup and navigation in names and "readonly" not in column.flags:
            return column
    return None


def _settle_state(rows: RowTable, row: dict[str, Any], values: dict[str, Any]) -> None:
    """A state alone takes its first status reason; a pair that does not fit is refused."""
    if not values.keys() & {"statecode", "statuscode"} or "statuscode" not in rows.schema.columns:
        return
    states = {choice.value: choice.state for choice in rows.schema.columns["statuscode"].choices}
    state = values.get("statecode", row.get("statecode", 0))
    if "statuscode" not in values:
        kept = row.get("statuscode")
        of_state = [status for status, its_state in states.items() if its_state == state]
        values["statuscode"] = kept if kept in of_state else of_state[0]
    if states.get(values["statuscode"]) != state:
        raise DataverseError(
            400, "0x80048408", f"{values['statuscode']} is not a valid status code for state code {state}."
        )


def _refuse_twins(rows: RowTable, row_id: str | None, values: dict[str, Any]) -> None:
    """An active record of the same e-mail address stops a create, and an update whatever it changes."""
    own = rows.get(row_id) if row_id is not None else None
    email = str(values.get(_DETECTED, (own or {}).get(_DETECTED)) or "").strip().lower()
    key = rows.schema.primary_id
    for twin in rows.holding(email) if email else ():
        same = str(twin.get(_DETECTED, "")).strip().lower() == email
        if same and twin["statecode"] == 0 and (own is None or twin[key] != own[key]):
            text = "A record was not created or updated because a duplicate of the current record already exists."
            raise DataverseError(412, "0x80040333", text)

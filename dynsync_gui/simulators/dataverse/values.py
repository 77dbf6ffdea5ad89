"""What Dataverse takes as the value of a column."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.dataverse.errors import DataverseError

if TYPE_CHECKING:
    from dynsync_gui.simulators.schema_tables import Column

_OLDEST_YEAR = 1753
_NUMBERS = (int, float)
_KINDS: dict[str, tuple[type, ...]] = {
    "String": (str,), "Memo": (str,), "Boolean": (bool,), "Picklist": (int,), "State": (int,), "Status": (int,),
    "Integer": (int,), "BigInt": (int,), "Money": _NUMBERS, "Decimal": _NUMBERS, "Double": _NUMBERS,
    "DateTime": (str,), "MultiSelectPicklist": (str,), "Uniqueidentifier": (str,),
}  # fmt: skip
_RANGES = {
    "Integer": (-(2**31), 2**31 - 1, "0x8004432f", "An integer"),
    "Money": (-922_337_203_685_477, 922_337_203_685_477, "0x80044330", "A decimal value"),
    "Decimal": (-100_000_000_000, 100_000_000_000, "0x80044330", "A decimal value"),
    "Double": (-100_000_000_000, 100_000_000_000, "0x80044330", "A decimal value"),
}


def payload_error(table: str, reason: str) -> DataverseError:
    """A body that the Web API cannot read."""
    return DataverseError(
        400,
        "0x80048d19",
        f"Error identified in Payload provided by the user for Entity :'{table}', For more details: {reason}",
    )


def checked(table: str, column: Column, value: Any) -> Any:
    """The value as it is stored; refuses what does not fit the column."""
    if value is None:
        if column.required == "SystemRequired":
            raise payload_error(table, f"The value of '{column.name}' cannot be null.")
        return None
    if "secured" in column.flags:
        raise DataverseError(
            403,
            "0x8004f507",
            "The user doesn't have AttributePrivilegeUpdate and not granted shared access for a secured attribute "
            "during update operation",
        )
    kinds = _KINDS.get(column.kind)
    if kinds is not None and (not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)):
        raise payload_error(table, f"Cannot convert the literal '{value}' to the expected type of '{column.name}'.")
    if column.length is not None and isinstance(value, str) and len(value) > column.length:
        raise DataverseError(
            400,
            "0x80044331",
            f"A validation error occurred. The length of the '{column.name}' attribute of the '{table}' entity "
            f"exceeded the maximum allowed length of '{column.length}'.",
        )
    match column.kind:
        case "Picklist" | "State" | "Status":
            _refuse_unknown_option(table, column, value)
        case "MultiSelectPicklist":
            return _many_options(table, column, value)
        case "DateTime":
            return _moment(table, column, value)
    if column.kind in _RANGES:
        low, high, code, what = _RANGES[column.kind]
        if not low <= value <= high:
            text = f"A validation error occurred. {what} provided is outside of the allowed values for this attribute."
            raise DataverseError(400, code, text)
    return value


def _refuse_unknown_option(table: str, column: Column, value: int) -> None:
    known = [choice.value for choice in column.choices]
    if value not in known:
        raise DataverseError(
            400,
            "0x8004431a",
            f"The value {value} of '{column.name}' on record of type '{table}' is outside the valid range. "
            f"Accepted Values: {','.join(map(str, known))}",
        )


def _many_options(table: str, column: Column, value: str) -> str | None:
    parts = [part.strip() for part in value.split(",") if part.strip()]
    for part in parts:
        if not part.lstrip("-").isdigit():
            raise payload_error(table, f"Cannot convert the literal '{value}' to the options of '{column.name}'.")
        _refuse_unknown_option(table, column, int(part))
    return ",".join(parts) or None


def _moment(table: str, column: Column, value: str) -> str:
    """A date stays a date; a moment needs its offset and is stored in UTC without fractions."""
    kind = "Edm.Date" if column.behavior == "DateOnly" else "Edm.DateTimeOffset"
    moment: datetime | None
    try:
        moment = datetime.fromisoformat(value)
        if (len(value) == len("2026-01-31")) != (kind == "Edm.Date"):
            moment = None
        elif kind == "Edm.DateTimeOffset":
            moment = moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise payload_error(table, f"Cannot convert the literal '{value}' to the expected type '{kind}'.")
    if moment.year < _OLDEST_YEAR:
        raise DataverseError(400, "0x80040239", "DateTime is less than minumum value supported by CrmDateTime.")
    return f"{moment:%Y-%m-%d}" if kind == "Edm.Date" else f"{moment:%Y-%m-%dT%H:%M:%S}Z"

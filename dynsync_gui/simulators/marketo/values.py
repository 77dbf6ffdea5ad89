"""What a field takes, and what it reads back as."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.marketo.errors import invalid_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynsync_gui.simulators.marketo.fields import Field

LONGEST_TEXT_BYTES = 30_000
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})")
_TEXTUAL = frozenset({"string", "text", "email", "phone", "url"})


def stored(field: Field, value: Any) -> Any:
    """The value as Marketo keeps it; a value that the field does not take is refused for its record.

    None clears, except that a boolean reads false afterwards; an empty text is none.
    """
    if value is None:
        return False if field.kind == "boolean" else None
    if value == "" and field.kind in _TEXTUAL:
        return None
    kept = _TAKES[field.kind](value) if field.kind in _TAKES else None
    too_long = field.length is not None and isinstance(kept, str) and len(kept) > field.length
    if kept is None or too_long:
        raise invalid_value(field.name, value)
    return kept


def _string(value: Any) -> Any:
    return value if isinstance(value, str) else None


def _text(value: Any) -> Any:
    return value if isinstance(value, str) and len(value.encode()) <= LONGEST_TEXT_BYTES else None


def _email(value: Any) -> Any:
    return value if isinstance(value, str) and _EMAIL.fullmatch(value) else None


def _integer(value: Any) -> Any:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and -(2**63) <= value < 2**63 else None


def _number(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else None


def _date(value: Any) -> Any:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    try:
        date.fromisoformat(value)
    except ValueError:
        return None
    return value


def _moment(value: Any) -> Any:
    """ISO 8601 with a zone, kept in UTC without milliseconds."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_TAKES: dict[str, Callable[[Any], Any]] = {
    "string": _string,
    "phone": _string,
    "url": _string,
    "text": _text,
    "email": _email,
    "integer": _integer,
    "percent": _integer,
    "float": _number,
    "currency": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _moment,
}

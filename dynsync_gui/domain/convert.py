"""A Dynamics value as Marketo takes it.

Values come as Dataverse's Web API writes them; what they become follows Marketo's field types (Adobe).
"""

from __future__ import annotations

import re
from typing import Any

from dynsync_gui.domain.mapping import FieldMapping
from dynsync_gui.domain.schema import FieldType, SourceField, TargetType

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EMAIL = re.compile(r"[!-~]+@[!-~]+\.[!-~]+")
_TEXT_AREA_BYTES = 30_000


def clean(text: str) -> str | None:
    """Text without outer blanks and without characters that no JSON reader takes; None when nothing is left."""
    kept = _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text)).strip()
    return kept or None


def convert(mapping: FieldMapping, value: Any, shown: str | None) -> Any:
    """The value that goes to Marketo.

    Args:
        mapping: Column and field.
        value: As in the Web API's row.
        shown: Dataverse's formatted value, for lookups.

    Returns:
        A JSON value; None clears the field.
    """
    if value is None:
        return None
    source = mapping.source
    if source.type.is_lookup:
        return clean(shown) if shown else clean(str(value))
    if source.type.has_options:
        return _labels(source, value)
    if mapping.target.type in {TargetType.DATE, TargetType.DATETIME}:
        return _time(str(value), mapping.target.type)
    if source.type is FieldType.BOOLEAN:
        return bool(value)
    if mapping.target.type in {TargetType.INTEGER, TargetType.SCORE, TargetType.PERCENT}:
        return int(value)
    if mapping.target.type in {TargetType.FLOAT, TargetType.CURRENCY}:
        return float(value) if not isinstance(value, int) else value
    return clean(value if isinstance(value, str) else _plain(value))


def misfit(mapping: FieldMapping, value: Any) -> bool:
    """Whether Marketo's own description of the field rules the converted value out."""
    if not isinstance(value, str):
        return isinstance(value, int) and not -(2**63) <= value < 2**63
    target = mapping.target
    if target.type is TargetType.EMAIL and not _EMAIL.fullmatch(value):
        return True
    if target.type is TargetType.TEXT:
        return len(value.encode()) > _TEXT_AREA_BYTES
    return target.length is not None and len(value) > target.length


def same(sent: Any, held: Any) -> bool:
    """Whether Marketo holds what was sent; it drops fractions of seconds and reads cleared yes/no as false."""
    if sent is None:
        return held is None or held is False or held == ""
    if isinstance(sent, bool) or isinstance(held, bool):
        return bool(sent) == bool(held) and held is not None or (sent is False and held is None)  # noqa: RUF021
    if isinstance(sent, int | float) and isinstance(held, int | float):
        return abs(sent - held) <= 1e-9 * max(1.0, abs(sent))
    if isinstance(sent, str) and isinstance(held, str) and sent != held:
        return _instant(sent) is not None and _instant(sent) == _instant(held)
    return bool(sent == held)


def email_of(text: Any) -> str:
    """An e-mail address for comparing: outer blanks off, lower case; empty for none."""
    return (clean(text) or "").lower() if isinstance(text, str) else ""


def _labels(source: SourceField, value: Any) -> str | None:
    """Labels in the order Dynamics gives the values, joined by ``;``; a value without a label stays a number."""
    values = value.split(",") if isinstance(value, str) else [value]
    labels = [source.option_label(int(one)) or str(one) for one in values if str(one).strip()]
    return clean(";".join(labels))


def _time(value: str, target: TargetType) -> str:
    match = _INSTANT.match(value)
    if match is None:
        day = _DAY.match(value)
        if day is None:
            return value
        return day[0] if target is TargetType.DATE else f"{day[0]}T00:00:00Z"
    if target is TargetType.DATE:
        return match[1]
    zone = match[4] or "Z"
    return f"{match[1]}T{match[2]}{match[3] or ':00'}{zone}"


def _instant(text: str) -> str | None:
    match = _INSTANT.fullmatch(text)
    if match is None:
        return None
    zone = (match[4] or "Z").replace(":", "")
    return f"{match[1]}T{match[2]}{match[3] or ':00'}{'Z' if zone in {'+0000', '-0000'} else zone}"


def _plain(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)

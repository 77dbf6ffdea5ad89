"""A Dynamics value as Marketo takes it, and back.

Values of Dynamics are as Dataverse's Web API writes them; what they become follows Marketo's field types (Adobe).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from dynsync_gui.domain.choice import Form, TooLong
from dynsync_gui.domain.fit import FitReason
from dynsync_gui.domain.graphemes import trimmed
from dynsync_gui.domain.mapping import FieldMapping
from dynsync_gui.domain.mapping.fitting import holds_long
from dynsync_gui.domain.schema import FieldType, SourceField, TargetField, TargetType

TEXT_AREA_BYTES = 30_000
"""What a text area of Marketo holds, in UTF-8."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?")
_BREAKS = re.compile(r"[\r\n]")
_UNLABELLED = re.compile(r"(?:^|(?<=;))(?:-?\d+|true|false)(?=;|$)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_WHOLE = {TargetType.INTEGER, TargetType.SCORE, TargetType.PERCENT}
_FRACTION = {TargetType.FLOAT, TargetType.CURRENCY}
_TEXTS = {TargetType.STRING, TargetType.TEXT}
_DAYS = {TargetType.DATE, TargetType.DATETIME}
Convert = Callable[[Any, str | None], Any]
"""Makes of a column's value, and of its formatted value, what goes to Marketo."""
_LINES = {TargetType.STRING, TargetType.PHONE, TargetType.URL}


class NotConvertible(ValueError):  # noqa: N818  reads as what happened
    """A value of Marketo means nothing to the Dynamics column, such as a label that no option has."""


def clean(text: str) -> str | None:
    """Text without outer blanks and without characters that no JSON reader takes; None when nothing is left."""
    if text.isprintable():  # as nearly all are: none of those characters is in it
        return text.strip() or None
    kept = _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text)).strip()
    return kept or None


def to_marketo(mapping: FieldMapping, value: Any, shown: str | None = None) -> Any:
    """The value that goes to Marketo.

    Args:
        mapping: Column, field and choice.
        value: As in the Web API's row.
        shown: Dataverse's formatted value, for the names of lookups.

    Returns:
        A JSON value; None clears the field.
    """
    return cut(mapping, uncut(mapping)(value, shown))


def cut(mapping: FieldMapping, found: Any) -> Any:
    """A converted value that is cut to fit, where that was chosen."""
    trims = mapping.too_long is TooLong.TRIM and mapping.target.type in _TEXTS  # half an address is another one
    if isinstance(found, str) and trims:
        return clean(trimmed(found, *room(mapping.target)))
    return found


def uncut(mapping: FieldMapping) -> Convert:
    """What makes the value that would go to Marketo if its field had room for any length; see `to_marketo`.

    How the values of a field are converted is found out once, for however many there are.
    """
    source, kind, form, language = mapping.source, mapping.target.type, mapping.form, mapping.language
    plain: Callable[[Any], Any] = _text
    if source.type.is_lookup:
        named = form is Form.NAME
        return lambda value, shown: None if value is None else clean(shown if named and shown else str(value))
    if source.type.has_options:
        plain = _options(mapping)
    elif source.type is FieldType.BOOLEAN and form is Form.LABEL:
        words = {yes: clean(source.option_label(int(yes), language) or str(yes).lower()) for yes in (True, False)}
        plain = lambda value: words[bool(value)]  # noqa: E731
    elif source.type is FieldType.BOOLEAN:
        plain = bool
    elif kind in _DAYS:
        plain = lambda value: _time(str(value), kind)  # noqa: E731
    elif kind in _WHOLE:
        plain = int
    elif kind in _FRACTION:
        plain = lambda value: value if isinstance(value, int) else float(value)  # noqa: E731
    return lambda value, _shown: None if value is None else plain(value)


def to_dynamics(mapping: FieldMapping, value: Any) -> Any:
    """The value that goes to the Dynamics column, as the Web API takes it; None clears it.

    Args:
        mapping: Column, field and choice.
        value: As Marketo's REST API gives it.

    Raises:
        NotConvertible: It means nothing there.
    """
    if value is None or value == "":
        return None
    source = mapping.source
    try:
        found = _inward(mapping, value)
    except (ValueError, OverflowError):
        raise NotConvertible(source.name) from None
    if isinstance(found, str) and mapping.too_long is TooLong.TRIM and source.max_length:
        return clean(trimmed(found, source.max_length, None))
    return found


def room(target: TargetField) -> tuple[int | None, int | None]:
    """How much text a Marketo field holds: characters, and bytes in UTF-8."""
    return target.length, TEXT_AREA_BYTES if target.type is TargetType.TEXT else None


def misfit(mapping: FieldMapping, value: Any) -> FitReason | None:
    """Why Marketo's own description of the field rules the converted value out; None where it does not."""
    kind = mapping.target.type
    if value is None or isinstance(value, bool):
        return None
    if not isinstance(value, str):
        fits = -(2**63) <= value < 2**63 if kind in _WHOLE else isinstance(value, int) or math.isfinite(value)
        return None if fits else FitReason.NUMBER_RANGE
    if kind in _DAYS:
        return None if _is_time(value, kind) else FitReason.DATE_RANGE
    if kind is TargetType.EMAIL and not EMAIL.fullmatch(value):
        return FitReason.NO_EMAIL if value.isascii() else FitReason.NOT_ASCII
    characters, octets = room(mapping.target)
    if characters is not None and len(value) > characters:
        return FitReason.TOO_LONG
    return FitReason.TOO_MANY_BYTES if octets is not None and len(value.encode()) > octets else None


def left_out(mapping: FieldMapping, value: Any) -> bool:
    """Whether a record goes without this converted value, by choice."""
    return mapping.too_long is TooLong.LEAVE_OUT and misfit(mapping, value) is not None


def altered(mapping: FieldMapping, value: Any) -> FitReason | None:
    """Why a converted value that Marketo takes does not say there what it says in Dynamics; None where it does."""
    if not isinstance(value, str):
        return None
    if mapping.form is Form.LABEL and _UNLABELLED.search(value):
        labels = {clean(option.label_in(mapping.language)) for option in mapping.source.options}
        parts = set(value.split(";")) - labels
        if value not in labels and any(_UNLABELLED.fullmatch(part) for part in parts):
            return FitReason.NO_LABEL
    one_line = mapping.target.type in _LINES and not holds_long(mapping.target)
    return FitReason.LINE_BREAKS if one_line and _BREAKS.search(value) else None


def same(sent: Any, held: Any) -> bool:
    """Whether Marketo holds what was sent.

    It drops fractions of seconds, reads cleared yes/no as false, and may write amounts as text (Adobe, opportunities).
    """
    if sent is None or sent == "":
        return held is None or held is False or held == ""
    if isinstance(sent, bool) or isinstance(held, bool):
        return bool(sent) == bool(held) and held is not None or (sent is False and held is None)  # noqa: RUF021
    if isinstance(sent, int | float) and isinstance(held, str):
        held = _number(held)
    if isinstance(sent, int | float) and isinstance(held, int | float):
        return abs(sent - held) <= 1e-9 * max(1.0, abs(sent))
    if isinstance(sent, str) and isinstance(held, str) and sent != held:
        return _instant(sent) is not None and _instant(sent) == _instant(held)
    return bool(sent == held)


def _number(text: str) -> float | str:
    """A text as the number that it says; as it is where it says none."""
    try:
        return float(text)
    except ValueError:
        return text


def email_of(text: Any) -> str:
    """An e-mail address for comparing: outer blanks off, lower case; empty for none."""
    return (clean(text) or "").lower() if isinstance(text, str) else ""


def _options(mapping: FieldMapping) -> Callable[[Any], str | int | None]:
    """Labels or values in the order Dynamics gives the values, joined by ``;``; one without a label stays a number."""
    source, language, whole = mapping.source, mapping.language, mapping.target.type in _WHOLE
    by_value = mapping.form is Form.VALUE

    def convert(value: Any) -> str | int | None:
        values = [int(one) for one in value.split(",") if one.strip()] if isinstance(value, str) else [int(value)]
        if by_value:
            return values[0] if whole else clean(";".join(map(str, values)))
        return clean(";".join(source.option_label(one, language) or str(one) for one in values))

    return convert


def _inward(mapping: FieldMapping, value: Any) -> Any:
    source = mapping.source
    match source.type:
        case FieldType.MULTISELECT:
            found = [_option(source, part, mapping) for part in str(value).split(";") if part.strip()]
            return ",".join(map(str, found)) or None
        case FieldType.PICKLIST | FieldType.STATE | FieldType.STATUS:
            return _option(source, str(value), mapping)
        case FieldType.BOOLEAN:
            return bool(_option(source, str(value), mapping)) if mapping.form is Form.LABEL else _yes(value)
        case FieldType.INTEGER | FieldType.BIGINT:
            return _whole(value)
        case FieldType.DECIMAL | FieldType.DOUBLE | FieldType.MONEY:
            return _finite(value)
        case FieldType.DATE:
            return datetime.fromisoformat(str(value)).date().isoformat()
        case FieldType.DATETIME:
            moment = datetime.fromisoformat(str(value))
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
        case FieldType.STRING | FieldType.MEMO:
            return _text(value)
    raise NotConvertible(source.name)


def _option(source: SourceField, text: str, mapping: FieldMapping) -> int:
    """The value of a label, whatever its letter case; a number is a value that had no label."""
    wanted = text.strip().casefold()
    labels = {(clean(option.label_in(mapping.language)) or "").casefold(): option.value for option in source.options}
    if mapping.form is Form.LABEL and wanted in labels:
        return labels[wanted]
    value = int(wanted)
    if mapping.form is not Form.LABEL and source.option_label(value) is None:
        raise NotConvertible(source.name)
    return value


def _yes(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise NotConvertible


def _whole(value: Any) -> int:
    """A whole number, also out of text or out of a float without a fraction."""
    if isinstance(value, float) and not value.is_integer():
        raise NotConvertible
    return int(value)


def _finite(value: Any) -> int | float:
    found = value if isinstance(value, int | float) else float(value)
    if isinstance(found, bool) or not math.isfinite(found):
        raise NotConvertible
    return found


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


def _is_time(text: str, target: TargetType) -> bool:
    """Whether Marketo takes it for a day or a moment."""
    if not (_DAY if target is TargetType.DATE else _INSTANT).fullmatch(text):
        return False
    try:
        if target is TargetType.DATE:
            date.fromisoformat(text)
        elif (moment := datetime.fromisoformat(text)).tzinfo is not UTC:
            moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return True


def _instant(text: str) -> str | None:
    match = _INSTANT.fullmatch(text)
    if match is None:
        return None
    zone = (match[4] or "Z").replace(":", "")
    return f"{match[1]}T{match[2]}{match[3] or ':00'}{'Z' if zone in {'+0000', '-0000'} else zone}"


def _text(value: Any) -> str | None:
    return clean(value if isinstance(value, str) else _plain(value))


def _plain(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)

"""The values of a table's records as Marketo takes them: what is the same for many records is worked out once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from dynsync_gui.domain.choice import Form, Overwrite, TooLong
from dynsync_gui.domain.convert import EMAIL, altered, cut, misfit, room, uncut
from dynsync_gui.domain.fingerprint import entry, mark, marked, marked_text
from dynsync_gui.domain.fit import Adapted, FitOutcome, FitReason, shortened
from dynsync_gui.domain.mapping import FieldMapping
from dynsync_gui.domain.ports.dynamics import SourceRecord
from dynsync_gui.domain.schema import FieldType, TargetType
from dynsync_gui.domain.storage.records import Fit

_REMEMBERED = 256
"""Values of a field that are kept converted: most fields hold few, and again and again the same."""

_LOOKED_AT = {TargetType.DATE, TargetType.DATETIME, TargetType.EMAIL, TargetType.TEXT}
"""Types whose values are not judged by their length alone; taken, they say what they say in Dynamics."""

_NUMBERS = {FieldType.INTEGER, FieldType.BIGINT, FieldType.DECIMAL, FieldType.DOUBLE, FieldType.MONEY}
"""Types of which 1 and 1.0 are told apart, as they are sent."""

_WRITTEN = {FieldType.STRING, FieldType.MEMO, FieldType.DATETIME}
_READ = {
    TargetType.STRING: None,
    TargetType.TEXT: None,
    TargetType.PHONE: None,
    TargetType.URL: None,
    TargetType.EMAIL: EMAIL,
    TargetType.DATETIME: re.compile(
        r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", re.ASCII
    ),
}
"""Columns and fields of text, with what it looks like: such a one that fits goes over as it is."""

_ENDLESS = 1 << 30
_WHOLE = Fit.WHOLE
_NONE: frozenset[str] = frozenset()

_Odd = tuple[Fit, Adapted | None]
"""How a value fits, and what a rule made of it, where that is worth a word."""

_Taken = tuple[Any, bytes, _Odd | None]
"""One value: as it goes to Marketo, what a fingerprint holds of it, and what is odd about it, as about few."""

_Take = Callable[..., _Taken]


class Converted(NamedTuple):
    """One record's values.

    Attributes:
        payload: By Marketo's names, less empty ones that may replace nothing and what is left out by choice.
        entries: What a fingerprint holds of them.
        fit: How they fit.
        refused: Marketo fields whose description rules their value out.
        adapted: Values that are cut or left out by choice.
    """

    payload: dict[str, Any]
    entries: list[bytes]
    fit: Fit
    refused: frozenset[str]
    adapted: tuple[Adapted, ...]


class Conversion:
    """How the values of one table are converted.

    Args:
        fields: What is synced.
        basis: Stands for all that decides what becomes of a row, in a reading whose rows may be met again.

    Attributes:
        spared: Marketo fields that are only filled.
        new: Marketo fields that are about to be created.
    """

    def __init__(self, fields: Sequence[FieldMapping], basis: bytes = b"") -> None:
        self._basis = basis
        pairs = [pair for pair in fields if pair.direction.writes_marketo]
        self._names = tuple(pair.target.name for pair in pairs)
        ordered = sorted(pairs, key=lambda pair: mark(pair.target.name))  # as a fingerprint holds them
        self._nothing = [entry(pair.target.name, None) for pair in ordered]
        self._fields = [
            (place, pair.source.column, pair.target.name, _taking(pair), pair.source.type.is_lookup)
            for place, pair in enumerate(ordered)
        ]
        self._optional = [
            (place, pair.target.name, pair.overwrite is Overwrite.NOT_BY_EMPTY, pair.too_long is TooLong.LEAVE_OUT)
            for place, pair in enumerate(ordered)
            if pair.overwrite is Overwrite.NOT_BY_EMPTY or pair.too_long is TooLong.LEAVE_OUT
        ]
        self.spared = frozenset(pair.target.name for pair in fields if pair.overwrite is Overwrite.ONLY_EMPTY)
        self.new = frozenset(pair.target.name for pair in fields if pair.new)

    def source_of(self, record: SourceRecord) -> bytes:
        """What a record is made of and how, as digests; empty where a later reading has to look at it again."""
        return record.print + self._basis if self._basis and record.print else b""

    def convert(self, record: SourceRecord) -> Converted:
        """Convert a record's values."""
        value_of, shown = record.values.get, record.shown
        payload: dict[str, Any] = dict.fromkeys(self._names)
        entries = self._nothing.copy()
        misfits: dict[str, Fit] = {}
        adapted: list[Adapted] = []
        for place, column, name, take, is_lookup in self._fields:
            value = value_of(column)
            if value is not None:
                taken = take(value, shown.get(column)) if is_lookup else take(value)
                payload[name], entries[place], odd = taken
                if odd is not None:
                    fit, changed = odd
                    if fit is not _WHOLE:
                        misfits[name] = fit
                    if changed is not None:
                        adapted.append(changed)
        for place, name, filled_only, fitting_only in self._optional:
            unfit = fitting_only and misfits.get(name) is Fit.REFUSED
            if unfit or (filled_only and payload[name] is None):
                del payload[name]
                misfits.pop(name, None)
                entries[place] = b""
        if not misfits:
            return Converted(payload, entries, _WHOLE, _NONE, tuple(adapted))
        refused = frozenset(name for name, fit in misfits.items() if fit is Fit.REFUSED)
        return Converted(payload, entries, Fit.REFUSED if refused else Fit.ALTERED, refused, tuple(adapted))


def _taking(pair: FieldMapping) -> _Take:
    """How a value of a field is converted, judged and told from others."""
    convert, judge, mark_, rule = uncut(pair), _judging(pair), mark(pair.target.name), pair.too_long
    surely, looks = _surely(pair)

    def take(value: Any, shown: str | None = None) -> _Taken:
        if surely and isinstance(value, str) and len(value) <= surely and value.isprintable():
            text = value.strip()
            if text and (looks is None or looks.fullmatch(text)):
                return text, marked_text(mark_, text), None
        whole = convert(value, shown)
        found = whole if rule is TooLong.REFUSE else cut(pair, whole)
        fit = judge(found)
        changed = None if rule is TooLong.REFUSE else _adapted(pair, whole, found, fit)
        return found, marked(mark_, found), None if fit is _WHOLE and changed is None else (fit, changed)

    return lru_cache(_REMEMBERED, typed=pair.source.type in _NUMBERS)(take)


def _surely(pair: FieldMapping) -> tuple[int, re.Pattern[str] | None]:
    """How many plain characters a field takes as they are, and how they have to look; 0 where more has to be asked."""
    if pair.source.type not in _WRITTEN or pair.target.type not in _READ:
        return 0, None
    characters, octets = room(pair.target)
    fitting = min(_ENDLESS if characters is None else characters, _ENDLESS if octets is None else octets // 4)
    return fitting, _READ[pair.target.type]


def _adapted(pair: FieldMapping, whole: Any, found: Any, fit: Fit) -> Adapted | None:
    """What the rule for values that do not fit made of one; None where it had nothing to do."""
    if pair.too_long is TooLong.LEAVE_OUT and fit is Fit.REFUSED:
        outcome = FitOutcome.LEFT_OUT
    elif pair.too_long is TooLong.TRIM and found != whole:
        outcome = FitOutcome.CUT
    else:
        return None
    return Adapted(pair.target.name, outcome, misfit(pair, whole) or FitReason.TOO_LONG, shortened(str(whole)))


def _judging(pair: FieldMapping) -> Callable[[Any], Fit]:
    """How a converted value of a field is judged; most are told by a glance at their length."""
    characters, _ = room(pair.target)
    looked_at = pair.target.type in _LOOKED_AT or pair.form is Form.LABEL
    alterable = pair.form is Form.LABEL or pair.target.type not in _LOOKED_AT  # or of one line

    def judge(value: Any) -> Fit:
        if value is None:
            return Fit.WHOLE
        short = isinstance(value, str) and (characters is None or len(value) <= characters)
        if short and not looked_at and value.isprintable():
            return Fit.WHOLE
        if misfit(pair, value):
            return Fit.REFUSED
        return Fit.ALTERED if alterable and altered(pair, value) else Fit.WHOLE

    return judge

"""The values of a table's records as Marketo takes them: what is the same for many records is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from dynsync_gui.domain.choice import Form, Overwrite, TooLong
from dynsync_gui.domain.convert import altered, cut, misfit, room, uncut
from dynsync_gui.domain.fingerprint import entry
from dynsync_gui.domain.fit import Adapted, FitOutcome, FitReason, shortened
from dynsync_gui.domain.mapping import FieldMapping
from dynsync_gui.domain.ports.dynamics import SourceRecord
from dynsync_gui.domain.schema import TargetType
from dynsync_gui.domain.storage.records import Fit

_REMEMBERED = 256
"""Values of a field that are kept converted: most fields hold few, and again and again the same."""

_LOOKED_AT = {TargetType.DATE, TargetType.DATETIME, TargetType.EMAIL, TargetType.TEXT}
"""Types whose values are not judged by their length alone; taken, they say what they say in Dynamics."""

_Taken = tuple[Any, Fit, bytes, Adapted | None]
"""One value: as it goes to Marketo, how that fits, what a fingerprint holds of it, and what a rule made of it."""

_Take = Callable[[Any, str | None], _Taken]


@dataclass(frozen=True, slots=True)
class Converted:
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
        self._fields = [
            (
                pair.source.column,
                pair.target.name,
                _taking(pair),
                pair.source.type.is_lookup,
                pair.overwrite is not Overwrite.NOT_BY_EMPTY,
                pair.too_long is TooLong.LEAVE_OUT,
            )
            for pair in fields
            if pair.direction.writes_marketo
        ]
        self.spared = frozenset(pair.target.name for pair in fields if pair.overwrite is Overwrite.ONLY_EMPTY)
        self.new = frozenset(pair.target.name for pair in fields if pair.new)

    def source_of(self, record: SourceRecord) -> bytes:
        """What a record is made of and how, as a digest; empty where a later reading has to look at it again."""
        if not (self._basis and record.print):
            return b""
        return blake2b(record.print + self._basis, digest_size=16).digest()

    def convert(self, record: SourceRecord) -> Converted:
        """Convert a record's values."""
        values, shown = record.values, record.shown
        payload: dict[str, Any] = {}
        entries: list[bytes] = []
        refused: list[str] = []
        adapted: list[Adapted] = []
        altered = False
        for column, name, take, is_lookup, empties, leaves_out in self._fields:
            value, fit, print_, changed = take(values.get(column), shown.get(column) if is_lookup else None)
            if changed is not None:
                adapted.append(changed)
            if (value is None and not empties) or (leaves_out and fit is Fit.REFUSED):
                continue
            payload[name] = value
            entries.append(print_)
            if fit is not Fit.WHOLE:
                altered = True
                if fit is Fit.REFUSED:
                    refused.append(name)
        fit = Fit.REFUSED if refused else Fit.ALTERED if altered else Fit.WHOLE
        return Converted(payload, entries, fit, frozenset(refused), tuple(adapted))


def _taking(pair: FieldMapping) -> _Take:
    """How a value of a field is converted, judged and told from others."""
    judge, name, rule = _judging(pair), pair.target.name, pair.too_long

    @lru_cache(_REMEMBERED, typed=True)
    def take(value: Any, shown: str | None) -> _Taken:
        whole = uncut(pair, value, shown)
        if rule is TooLong.REFUSE:
            return whole, judge(whole), entry(name, whole), None
        found = cut(pair, whole)
        fit = judge(found)
        return found, fit, entry(name, found), _adapted(pair, whole, found, fit)

    return take


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

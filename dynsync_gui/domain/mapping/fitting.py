"""Which kind of Marketo field can hold a column's values, and in which forms (Adobe, field types)."""

from __future__ import annotations

from collections.abc import Mapping

from dynsync_gui.domain.choice import Form
from dynsync_gui.domain.schema import FieldType, SourceField, TargetField, TargetType

STRING_LENGTH = 255
"""Characters that a Marketo string holds; longer text needs a text area."""

_TEXTS = frozenset({TargetType.STRING, TargetType.TEXT})
_FRACTIONS = _TEXTS | {TargetType.FLOAT, TargetType.CURRENCY}
_DAYS = frozenset({TargetType.DATE, TargetType.DATETIME})
_NUMBERS = _TEXTS | {TargetType.INTEGER}
_TAKES: Mapping[FieldType, frozenset[TargetType]] = {
    FieldType.STRING: _TEXTS | {TargetType.EMAIL, TargetType.PHONE, TargetType.URL},
    FieldType.MEMO: _TEXTS,
    FieldType.INTEGER: _NUMBERS | {TargetType.SCORE, TargetType.FLOAT, TargetType.PERCENT},
    FieldType.BIGINT: _NUMBERS,
    FieldType.DECIMAL: _FRACTIONS,
    FieldType.DOUBLE: _FRACTIONS,
    FieldType.MONEY: _FRACTIONS,
    FieldType.BOOLEAN: frozenset({TargetType.BOOLEAN}),
    FieldType.DATE: _DAYS,
    FieldType.DATETIME: _DAYS,
    FieldType.PICKLIST: _TEXTS,
    FieldType.STATE: _TEXTS,
    FieldType.STATUS: _TEXTS,
    FieldType.MULTISELECT: _TEXTS,
    FieldType.LOOKUP: _TEXTS,
    FieldType.CUSTOMER: _TEXTS,
    FieldType.OWNER: _TEXTS,
    FieldType.UNIQUEIDENTIFIER: _TEXTS,
}
"""What takes a value in its documented form."""

_OPTIONS = (Form.LABEL, Form.VALUE)
_NAMES = (Form.NAME, Form.ID)
_FORMS: Mapping[FieldType, tuple[Form, ...]] = {
    FieldType.PICKLIST: _OPTIONS,
    FieldType.STATE: _OPTIONS,
    FieldType.STATUS: _OPTIONS,
    FieldType.MULTISELECT: _OPTIONS,
    FieldType.BOOLEAN: (Form.VALUE, Form.LABEL),
    FieldType.LOOKUP: _NAMES,
    FieldType.CUSTOMER: _NAMES,
    FieldType.OWNER: _NAMES,
    FieldType.MONEY: (Form.AUTOMATIC, Form.BASE),
}


def forms(source: SourceField) -> tuple[Form, ...]:
    """The forms in which a column's values can be written, the documented one first."""
    return _FORMS.get(source.type, (Form.AUTOMATIC,))


def documented_form(kind: FieldType) -> Form:
    """The form that `Form.AUTOMATIC` stands for."""
    return _FORMS.get(kind, (Form.AUTOMATIC,))[0]


def accepts(source: SourceField, target: TargetType, form: Form = Form.AUTOMATIC) -> bool:
    """Whether a Marketo field of that type can hold the column's values in that form."""
    form = form or documented_form(source.type)
    if form not in forms(source):
        return False
    if source.type is FieldType.BOOLEAN and form is Form.LABEL:
        return target in _TEXTS
    if form is Form.VALUE and source.type.has_options and source.type is not FieldType.MULTISELECT:
        return target in _NUMBERS
    return target in _TAKES.get(source.type, frozenset())


def is_long(source: SourceField) -> bool:
    """Whether the column's text may be too long for a string of Marketo."""
    unbounded = source.type is FieldType.MEMO and source.max_length is None
    return unbounded or (source.type in {FieldType.STRING, FieldType.MEMO} and (source.max_length or 0) > STRING_LENGTH)


def holds_long(target: TargetField) -> bool:
    """Whether the Marketo field is made for long text."""
    return target.type is TargetType.TEXT or (target.length or 0) > STRING_LENGTH

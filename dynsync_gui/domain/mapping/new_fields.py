"""Person fields that have to be created in Marketo (Adobe, lead field schema)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from dynsync_gui.domain.choice import FieldChoice, Form
from dynsync_gui.domain.mapping.fitting import accepts
from dynsync_gui.domain.mapping.model import NewField
from dynsync_gui.domain.schema import FieldType, SourceField, TargetSchema, TargetType

MOST_NEW_FIELDS = 100
"""Person fields that other programs may create in one Marketo (Adobe, lead field schema)."""

_CREATABLE = (
    TargetType.STRING,
    TargetType.INTEGER,
    TargetType.FLOAT,
    TargetType.CURRENCY,
    TargetType.BOOLEAN,
    TargetType.DATE,
    TargetType.DATETIME,
    TargetType.EMAIL,
    TargetType.PHONE,
    TargetType.URL,
    TargetType.PERCENT,
    TargetType.SCORE,
)
"""Types that can be created; text areas are not among them."""

_FIRST: Mapping[FieldType, TargetType] = {
    FieldType.INTEGER: TargetType.INTEGER,
    FieldType.BIGINT: TargetType.INTEGER,
    FieldType.DECIMAL: TargetType.FLOAT,
    FieldType.DOUBLE: TargetType.FLOAT,
    FieldType.MONEY: TargetType.CURRENCY,
    FieldType.BOOLEAN: TargetType.BOOLEAN,
    FieldType.DATE: TargetType.DATE,
    FieldType.DATETIME: TargetType.DATETIME,
}


def new_field_options(source: SourceField, form: Form = Form.AUTOMATIC) -> tuple[TargetType, ...]:
    """Types of the field that can be created for a column, the suggested one first."""
    fitting = [kind for kind in _CREATABLE if accepts(source, kind, form)]
    email = source.type is FieldType.STRING and source.format == "Email"
    first = TargetType.EMAIL if email else _FIRST.get(source.type, TargetType.STRING)
    return tuple(sorted(fitting, key=lambda kind: kind is not first))


def new_field(source: SourceField, name: str, label: str, known: TargetSchema, choice: FieldChoice) -> NewField | None:
    """The field to be created for a choice; None where no type fits."""
    options = new_field_options(source, choice.form)
    kind = choice.create or (options[0] if options else None)
    return NewField(name, free_label(label, source.name, known), kind) if kind in options else None


def told_apart(fields: Iterable[NewField]) -> tuple[NewField, ...]:
    """New fields with a display name each, as Marketo wants; columns may share theirs."""
    used: set[str] = set()
    rows = []
    for field in fields:
        label = field.label if field.label.casefold() not in used else f"{field.label} {field.name}"
        used.add(label.casefold())
        rows.append(NewField(field.name, label, field.type))
    return tuple(rows)


def plain_label(label: str) -> str:
    """A label without special characters, which Marketo does not take in a display name; it may be empty."""
    return " ".join(re.sub(r"[^\w ]+", " ", label).split())


def free_label(label: str, name: str, known: TargetSchema) -> str:
    """A display name that Marketo accepts: no special characters, not in use yet."""
    plain = plain_label(label) or name
    if any(field.label.casefold() == plain.casefold() for field in known.fields):
        return f"{plain} Dynamics {name}"
    return plain

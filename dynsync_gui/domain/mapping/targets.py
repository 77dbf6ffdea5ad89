"""The Marketo fields that a column can go to, and why the others cannot take it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dynsync_gui.domain.choice import Direction, FieldChoice, TooLong
from dynsync_gui.domain.mapping.fitting import STRING_LENGTH, accepts, holds_long, is_long
from dynsync_gui.domain.mapping.model import FieldOffer
from dynsync_gui.domain.schema import (
    COMPANY_KEY,
    KEY_FIELD,
    EntitySchema,
    SourceField,
    Target,
    TargetField,
    TargetSchema,
    TargetType,
)
from dynsync_gui.domain.text import NOTHING, Message, msg, msgs

LINKS = frozenset({"id", "marketoGUID", KEY_FIELD, COMPANY_KEY, "externalOpportunityId", "externalSalesPersonId"})
"""Marketo fields that hold the records together; DynSync fills them itself."""


@dataclass(frozen=True, slots=True)
class TargetOption:
    """A Marketo field as a target of one column.

    Attributes:
        name: REST name.
        label: Name shown in Marketo.
        type: Its type.
        reason: Why it cannot be taken; empty where it can.
        length: In characters; None where Marketo names none.
    """

    name: str
    label: str
    type: TargetType
    reason: Message = NOTHING
    length: int | None = None


def target_options(
    offer: FieldOffer,
    schema: EntitySchema,
    targets: Mapping[Target, TargetSchema],
    taken: Collection[str],
    choice: FieldChoice | None = None,
) -> tuple[TargetOption, ...]:
    """All Marketo fields of the table's kind, those that can be taken first.

    Args:
        offer: The row.
        schema: Its table.
        targets: Marketo's fields today.
        taken: Names that other rows go to.
        choice: What is chosen for the row: its form and what happens to long text decide as well.
    """
    known = known_of(schema, targets)
    companies = company_names(targets)
    chosen = choice or offer.suggested
    options = []
    for field in known.fields:
        reason = refusal(offer.field, field, known, companies, chosen, offer.whole_target)
        if not reason and field.name in taken:
            reason = msg("Another field goes there.")
        options.append(TargetOption(field.name, field.label, field.type, reason, field.length))
    return tuple(sorted(options, key=lambda option: (bool(option.reason), option.label.casefold())))


def known_of(schema: EntitySchema, targets: Mapping[Target, TargetSchema]) -> TargetSchema:
    """Marketo's fields for a table's records; none where Marketo was not asked for them."""
    return targets.get(schema.entity.target) or TargetSchema(schema.entity.target, ())


def company_names(targets: Mapping[Target, TargetSchema]) -> frozenset[str]:
    """Fields that Marketo keeps on the company, whatever person they are shown with."""
    companies = targets.get(Target.COMPANY)
    return frozenset(field.name for field in companies.fields) if companies else frozenset()


def refusal(
    source: SourceField,
    target: TargetField,
    known: TargetSchema,
    companies: Collection[str],
    choice: FieldChoice,
    suggested: str = "",
) -> Message:
    """Why a Marketo field cannot take a column's values as chosen; empty where it can.

    Args:
        source: The column.
        target: The Marketo field.
        known: The Marketo object that the field belongs to.
        companies: Names of company fields.
        choice: For direction, form and what happens to long text.
        suggested: Name of the Marketo field that Adobe's table gives the column, whatever its length.
    """
    if target.name in LINKS:
        return msg("DynSync fills it itself.")
    if known.target is Target.PERSON and target.name in companies:
        return msg("Marketo keeps “{label}” on the company.", label=target.label)
    written = choice.direction is not Direction.TO_DYNAMICS
    if written and (not target.updateable or target.crm_managed):
        return msg("Marketo does not let other programs write “{label}”.", label=target.label)
    if not accepts(source, target.type, choice.form):
        return msg("Marketo's “{label}” holds another kind of value.", label=target.label)
    short = is_long(source) and not holds_long(target) and target.name != suggested
    if short and choice.too_long is TooLong.REFUSE:
        length = target.length or STRING_LENGTH
        return msgs(
            "“{label}” holds {n} character at most: choose to cut longer text, or to leave it out.",
            "“{label}” holds {n} characters at most: choose to cut longer text, or to leave it out.",
            length,
            label=target.label,
        )
    return NOTHING

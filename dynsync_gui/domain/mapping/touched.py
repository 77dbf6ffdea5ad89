"""What a change of the choice touches of records that Marketo has already, and for which of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from dynsync_gui.domain.choice import FieldChoice, Form
from dynsync_gui.domain.mapping.build import build_mapping
from dynsync_gui.domain.mapping.model import EntityMapping, FieldMapping, FieldOffer
from dynsync_gui.domain.schema import Entity, Target, TargetSchema
from dynsync_gui.domain.settings import FieldSettings

Offers = Mapping[Entity, tuple[FieldOffer, ...]]


def touched(before: EntityMapping, after: EntityMapping) -> tuple[FieldMapping, ...]:
    """Fields that are new, that look otherwise in Marketo, or that reach further back than before."""
    known = {pair.way: pair.since for pair in before.fields if pair.direction.writes_marketo}
    return tuple(
        pair
        for pair in after.fields
        if pair.direction.writes_marketo and (pair.way not in known or _further(known[pair.way], pair.since))
    )


def limited(
    before: FieldSettings,
    after: FieldSettings,
    offers: Offers,
    targets: Mapping[Target, TargetSchema],
    since: date,
) -> FieldSettings:
    """A changed choice whose touched fields are filled for some records only.

    Args:
        before: The choice that is in use.
        after: The changed one.
        offers: The rows of each table.
        targets: Marketo's fields today.
        since: When a record has to have changed in Dynamics at the earliest.
    """
    was, is_ = (
        build_mapping(offers, one.chosen, targets, use_filter=False, language=one.language).entities
        for one in (before, after)
    )
    chosen = dict(after.chosen)
    for entity in is_.keys() & chosen.keys():
        earlier = {_key(one): one.since for one in before.chosen.get(entity, ())}
        changed = {_key(pair.choice) for pair in touched(was[entity], is_[entity])}
        chosen[entity] = tuple(
            replace(one, since=since) if _key(one) in changed and one.since in {None, earlier.get(_key(one))} else one
            for one in chosen[entity]
        )
    return replace(after, chosen=chosen)


def _further(before: date | None, after: date | None) -> bool:
    return before is not None and (after is None or after < before)


def _key(choice: FieldChoice) -> tuple[str, bool]:
    return choice.name, choice.form is Form.ID

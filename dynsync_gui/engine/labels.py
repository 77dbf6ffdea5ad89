"""Options whose label changed since the last cycle, so that people carry a text that is no longer right."""

from __future__ import annotations

from collections.abc import Mapping

from dynsync_gui.domain.choice import Form
from dynsync_gui.domain.mapping import EntityMapping, FieldMapping
from dynsync_gui.domain.ports.dynamics import Carrying
from dynsync_gui.domain.schema import FieldType

_AT_ONCE = 20
"""Values a filter may name, so that its address stays short."""

Labels = Mapping[str, Mapping[int, str]]


def labels_of(mapping: EntityMapping) -> Labels:
    """Today's labels of the options that are synced, by column and value."""
    return {pair.source.name: _today(pair) for pair in mapping.fields if _labelled(pair)}


def relabelled(mapping: EntityMapping, before: Labels) -> tuple[Carrying, ...]:
    """The rows to read again: those that carry an option that is called otherwise now, or is no longer one.

    Args:
        mapping: What is synced, with today's labels.
        before: Labels of the last cycle; a column that was not synced then was read whole since.
    """
    found = []
    for pair in mapping.fields:
        known = before.get(pair.source.name)
        if not _labelled(pair) or not known:
            continue
        today = _today(pair)
        changed = [value for value in sorted(known.keys() | today.keys()) if known.get(value) != today.get(value)]
        several = pair.source.type is FieldType.MULTISELECT
        found += [
            Carrying(pair.source.name, tuple(changed[start : start + _AT_ONCE]), several)
            for start in range(0, len(changed), _AT_ONCE)
        ]
    return tuple(found)


def _labelled(pair: FieldMapping) -> bool:
    return pair.source.type.has_options and pair.form is Form.LABEL


def _today(pair: FieldMapping) -> Mapping[int, str]:
    return {option.value: option.label_in(pair.language) for option in pair.source.options}

"""Options whose label changed since the last cycle, so that people carry a text that is no longer right."""

from __future__ import annotations

from collections.abc import Mapping

from dynsync_gui.domain.mapping import EntityMapping
from dynsync_gui.domain.ports import Carrying
from dynsync_gui.domain.schema import FieldType

_AT_ONCE = 20
"""Values a filter may name, so that its address stays short."""

Labels = Mapping[str, Mapping[int, str]]


def labels_of(mapping: EntityMapping) -> Labels:
    """Today's labels of the options that are synced, by column and value."""
    return {
        pair.source.name: {option.value: option.label for option in pair.source.options}
        for pair in mapping.fields
        if pair.source.options
    }


def relabelled(mapping: EntityMapping, before: Labels) -> tuple[Carrying, ...]:
    """The rows to read again: those that carry an option that is called otherwise now, or is no longer one.

    Args:
        mapping: What is synced, with today's labels.
        before: Labels of the last cycle; a column that was not synced then was read whole since.
    """
    found = []
    for pair in mapping.fields:
        known = before.get(pair.source.name)
        if not pair.source.options or not known:
            continue
        today = {option.value: option.label for option in pair.source.options}
        changed = [value for value in sorted(known.keys() | today.keys()) if known.get(value) != today.get(value)]
        several = pair.source.type is FieldType.MULTISELECT
        found += [
            Carrying(pair.source.name, tuple(changed[start : start + _AT_ONCE]), several)
            for start in range(0, len(changed), _AT_ONCE)
        ]
    return tuple(found)

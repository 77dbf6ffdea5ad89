"""Parts of a plan in words, for every place that shows it."""

from __future__ import annotations

from collections.abc import Sequence

from dynsync_gui.domain.plan import NewObject
from dynsync_gui.domain.text import ntr


def objects_told(objects: Sequence[NewObject]) -> str:
    """How many custom objects will be there for good."""
    return ntr(
        "{n} custom object will be created or extended in Marketo. It can be hidden later, never deleted.",
        "{n} custom objects will be created or extended in Marketo. They can be hidden later, never deleted.",
        len(objects),
    )


def object_told(one: NewObject) -> str:
    """One of them, and how many attributes it gets."""
    told = (
        ntr("{n} more attribute", "{n} more attributes", one.attributes)
        if one.more
        else ntr("{n} attribute", "{n} attributes", one.attributes)
    )
    return f"{one.label} ({one.name}): {told}"

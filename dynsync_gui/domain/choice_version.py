"""A choice of fields as it was kept at some time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dynsync_gui.domain.settings import FieldSettings
from dynsync_gui.domain.text import Message


@dataclass(frozen=True, slots=True)
class ChoiceVersion:
    """One of the choices that were kept.

    Attributes:
        number: Counts up from 1.
        at: When it was kept.
        who: Who kept it, as the computer knows that person.
        fields: The choice.
        changes: What differs from the one before.
    """

    number: int
    at: datetime
    who: str
    fields: FieldSettings
    changes: tuple[Message, ...] = ()

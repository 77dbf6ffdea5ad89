"""The rules that leave a record out, in words."""

from __future__ import annotations

from collections.abc import Mapping

from dynsync_gui.domain.storage.records import Skip
from dynsync_gui.domain.text import NOTHING, Message, msg

RULES: Mapping[str, tuple[Message, Message]] = {
    Skip.OWNS_NOTHING: (
        msg("It is a disabled user who owns no record that is synced."),
        msg("Nothing: it comes by itself once a record of its own is synced."),
    ),
    Skip.PARENT: (
        msg("What it belongs to is left out itself."),
        msg("Let the record that it belongs to be synced."),
    ),
    Skip.DOUBLE: (msg("Another record says the same of the same person and opportunity."), NOTHING),
    Skip.UNRELATED: (msg("It does not stand between an opportunity and a person."), NOTHING),
}
"""What a rule says, and what to do, by `Skip`."""

"""Tables in words, for where their records are counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.text import Message, msg


class TableWords(dict[Entity, Message]):
    """What tables are called.

    Args:
        known: Those that every organisation has.
        own: Names an organisation's own one by its logical name.
    """

    def __init__(self, known: Mapping[Entity, Message], own: Callable[[str], Message]) -> None:
        super().__init__(known)
        self._own = own

    def __missing__(self, entity: Entity) -> Message:
        return self._own(entity.value)


RECORDS = TableWords(
    {
        Entity.USER: msg("sales persons from users"),
        Entity.ACCOUNT: msg("companies from accounts"),
        Entity.CONTACT: msg("people from contacts"),
        Entity.LEAD: msg("people from leads"),
        Entity.OPPORTUNITY: msg("opportunities"),
        Entity.CUSTOMER: msg("customers of opportunities"),
        Entity.CONNECTION: msg("stakeholders of opportunities"),
    },
    lambda table: msg("rows of {table}", table=table),
)

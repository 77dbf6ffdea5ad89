"""Tables in words, for where their records are counted."""

from __future__ import annotations

from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.text import Message, msg


class _Names(dict[Entity, Message]):
    """Names of tables; an organisation's own go by their logical names."""

    def __missing__(self, entity: Entity) -> Message:
        return msg("rows of {table}", table=entity.value)


RECORDS = _Names(
    {
        Entity.USER: msg("sales persons from users"),
        Entity.ACCOUNT: msg("companies from accounts"),
        Entity.CONTACT: msg("people from contacts"),
        Entity.LEAD: msg("people from leads"),
        Entity.OPPORTUNITY: msg("opportunities"),
        Entity.CUSTOMER: msg("customers of opportunities"),
        Entity.CONNECTION: msg("stakeholders of opportunities"),
    }
)

"""What the checks of each table are called."""

from __future__ import annotations

from dataclasses import dataclass

from dynsync_gui.domain.schema import Entity
from dynsync_gui.domain.text import NOTHING, Message, msg


@dataclass(frozen=True, slots=True)
class TableTitles:
    """Titles of the checks of one table; those of fields and of changing are there for some tables only."""

    read: Message
    reach: Message
    tracking: Message
    fields: Message = NOTHING
    write: Message = NOTHING


_TITLES = {
    Entity.ACCOUNT: TableTitles(
        msg("Reading accounts"),
        msg("All accounts of the organisation"),
        msg("Change tracking of accounts"),
        msg("Fields of accounts"),
    ),
    Entity.CONTACT: TableTitles(
        msg("Reading contacts"),
        msg("All contacts of the organisation"),
        msg("Change tracking of contacts"),
        msg("Fields of contacts"),
        msg("Changing contacts"),
    ),
    Entity.LEAD: TableTitles(
        msg("Reading leads"),
        msg("All leads of the organisation"),
        msg("Change tracking of leads"),
        msg("Fields of leads"),
        msg("Changing leads"),
    ),
    Entity.USER: TableTitles(
        msg("Reading users"), msg("All users of the organisation"), msg("Change tracking of users")
    ),
    Entity.OPPORTUNITY: TableTitles(
        msg("Reading opportunities"),
        msg("All opportunities of the organisation"),
        msg("Change tracking of opportunities"),
    ),
    Entity.CONNECTION: TableTitles(
        msg("Reading connections"), msg("All connections of the organisation"), msg("Change tracking of connections")
    ),
}


def titles_of(entity: Entity) -> TableTitles:
    """The titles for a table; an organisation's own one is called by its logical name."""
    return _TITLES.get(entity) or TableTitles(
        msg("Reading “{table}”", table=entity),
        msg("All records of “{table}”", table=entity),
        msg("Change tracking of “{table}”", table=entity),
    )

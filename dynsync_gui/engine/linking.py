"""How a record is linked to others in Marketo, by target (Adobe, companies, opportunities, roles, custom objects)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from dynsync_gui.domain.schema import COMPANY_KEY, OPPORTUNITY_KEY, OWNER_KEY, Entity, Target, id_of
from dynsync_gui.domain.storage.records import Links

PERSON_LINK, COMPANY_LINK = "personId", "companyId"
"""Link fields of the custom objects that DynSync creates."""

_OF_COMPANY = {Target.PERSON, Target.OPPORTUNITY}
_OWNED = {Target.COMPANY, Target.PERSON, Target.OPPORTUNITY}
_NO_WAY_OUT = {Target.PERSON}
"""A person can be moved to another company, never detached from one (Adobe, lead database)."""


def link_values(entity: Entity, links: Links, filled: Collection[str], company_by: str = COMPANY_KEY) -> dict[str, Any]:
    """The link fields to send.

    Args:
        entity: The record's table.
        links: What it points to and is in Marketo.
        filled: Fields that hold a value of ours already; a link that is gone is cleared there.
        company_by: The company field that the link of a custom object names.
    """
    target = entity.target
    row: dict[str, Any] = {}
    if target is Target.ROLE:
        return {"leadId": int(links.person or 0), OPPORTUNITY_KEY: links.opportunity}
    if target is Target.CUSTOM_OBJECT:
        if links.person:
            row[PERSON_LINK] = int(links.person)
        if company_by == COMPANY_KEY and links.company:
            row[COMPANY_LINK] = links.company
        elif company_by == id_of(Target.COMPANY) and links.company_id:
            row[COMPANY_LINK] = int(links.company_id)
        return row
    if target in _OF_COMPANY:
        _put(row, COMPANY_KEY, links.company, () if target in _NO_WAY_OUT else filled)
    if target in _OWNED:
        _put(row, OWNER_KEY, links.owner, filled)
    return row


def _put(row: dict[str, Any], name: str, value: str, filled: Collection[str]) -> None:
    if value or name in filled:
        row[name] = value or None

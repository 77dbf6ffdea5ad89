"""An organisation's own tables that belong to people or companies (Microsoft, query table definitions)."""

from __future__ import annotations

from typing import Any

from dynsync_gui.connectors.dynamics.labels import shown_label
from dynsync_gui.connectors.dynamics.metadata import Read, rows_of
from dynsync_gui.domain.ports.dynamics import RelatedTable
from dynsync_gui.domain.schema import PEOPLE, Entity

_PATH = (
    "EntityDefinitions?$select=LogicalName,DisplayName"
    "&$filter=IsCustomEntity%20eq%20true%20and%20IsIntersect%20eq%20false%20and%20IsActivity%20eq%20false"
    "&$expand=ManyToOneRelationships($select=ReferencedEntity,ReferencingAttribute,IsCustomRelationship)"
)
_ROOTS = (*PEOPLE, Entity.ACCOUNT)


def related_tables(read: Read) -> tuple[RelatedTable, ...]:
    """Tables that hang on a contact, a lead or an account, or on one that does: no deeper, as in Marketo's own sync."""
    rows = rows_of(read(_PATH))
    named = {Entity(str(row["LogicalName"])): _named(row) for row in rows}
    labels = {Entity(str(row["LogicalName"])): shown_label(row.get("DisplayName"), "") for row in rows}
    direct = {table: tuple(root for root in _ROOTS if root in names) for table, names in named.items()}
    found = []
    for table, roots in direct.items():
        through = () if roots else tuple(other for other in sorted(named[table] - {table}) if direct.get(other))
        if roots or through:
            found.append(RelatedTable(table, labels[table] or table.value, roots or through))
    return tuple(sorted(found, key=lambda table: (table.label.casefold(), table.entity)))


def _named(row: dict[str, Any]) -> set[Entity]:
    """Tables that its own lookups point to."""
    links = row.get("ManyToOneRelationships")
    return {
        Entity(str(link["ReferencedEntity"]))
        for link in (links if isinstance(links, list) else ())
        if isinstance(link, dict) and link.get("ReferencedEntity") and link.get("IsCustomRelationship") is not False
    }

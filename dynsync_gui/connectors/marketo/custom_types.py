"""Types of custom objects: found, made, completed and approved (Adobe, custom object metadata API).

Display names may be refused for their letters, or as another type or field has them; API names are taken for them then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.connectors.marketo.client import MarketoClient, Refused, read, write
from dynsync_gui.connectors.marketo.codes import refuses_content
from dynsync_gui.domain.schema import CustomField, CustomType

_TYPES = "/rest/v1/customobjects.json"
_SCHEMA = "/rest/v1/customobjects/schema"
_NOT_THERE = {"610", "1013"}


def custom_type_name(client: MarketoClient, name: str, patience: Patience) -> str:
    """API name of an approved type, which may end in ``_c``; empty where there is none.

    Raises:
        Refused: Marketo does not let types be listed.
    """
    rows = client.call(read(_TYPES), patience, lambda told: told.get("result"))
    names = {str(row.get("name")) for row in rows or () if isinstance(row, dict)}
    return next((known for known in (name, f"{name}_c") if known in names), "")


def linkable(client: MarketoClient, patience: Patience) -> Mapping[str, Collection[str]]:
    """What custom objects may be linked to, with the fields that a link may name it by.

    Raises:
        Refused: The subscription or the role does not let it be asked.
    """
    rows = client.call(read(f"{_SCHEMA}/linkableObjects.json"), patience, lambda told: told.get("result"))
    return {
        str(row.get("name")): [str(field.get("name")) for field in row["fields"] if isinstance(field, dict)]
        for row in rows or ()
        if isinstance(row, dict) and isinstance(row.get("fields"), list)
    }


def ensure_type(client: MarketoClient, wanted: CustomType, patience: Patience) -> str:
    """Make a type, or add what it lacks, and approve it; what was begun before is gone on with.

    Raises:
        Refused: The subscription or the role does not allow it, or Marketo does not take it as it is.
    """
    name = custom_type_name(client, wanted.name, patience) or wanted.name
    state, fields = _known(client, name, patience)
    if not state:

        def begun(*, plain: bool) -> dict[str, Any]:
            label = name if plain else wanted.label
            texts = {"displayName": label, "pluralName": label, "showInLeadDetail": True}
            return {"action": "createOrUpdate", "apiName": name, **texts}

        _named(client, f"{_SCHEMA}.json", begun, patience)
    missing = [field for field in wanted.fields if field.name not in fields]
    if missing:

        def added(*, plain: bool) -> dict[str, Any]:
            return {"input": [_field(field, field.name if plain else field.label) for field in missing]}

        _named(client, f"{_SCHEMA}/{name}/addField.json", added, patience)
    if missing or state != "approved":
        client.call(write(f"{_SCHEMA}/{name}/approve.json", {}), patience, lambda _told: None)
    return custom_type_name(client, name, patience) or name


class _Content(Protocol):
    """What a call holds; plain is with API names for display names."""

    def __call__(self, *, plain: bool) -> dict[str, Any]: ...


def _named(client: MarketoClient, path: str, content: _Content, patience: Patience) -> None:
    """Make a call that names something; once more with plain names where it is refused for what it holds."""
    try:
        client.call(write(path, content(plain=False)), patience, lambda _told: None)
    except Refused as refused:
        if not refuses_content(refused.code):
            raise
        client.call(write(path, content(plain=True)), patience, lambda _told: None)


def _known(client: MarketoClient, name: str, patience: Patience) -> tuple[str, frozenset[str]]:
    """State and fields of a type's newest version; nothing where there is none."""
    try:
        rows = client.call(read(f"{_SCHEMA}/{name}/describe.json"), patience, lambda told: told.get("result"))
    except Refused as refused:
        if refused.code in _NOT_THERE:
            return "", frozenset()
        raise
    row: dict[str, Any] = rows[-1] if isinstance(rows, list) and rows and isinstance(rows[-1], dict) else {}
    fields = row.get("fields") if isinstance(row.get("fields"), list) else []
    names = frozenset(str(field.get("name")) for field in fields or () if isinstance(field, dict))
    return str(row.get("state") or ""), names


def _field(field: CustomField, label: str) -> dict[str, Any]:
    row: dict[str, Any] = {"name": field.name, "displayName": label, "dataType": field.type}
    if field.dedupe:
        row["isDedupeField"] = True
    if field.links_to:
        target, by = field.links_to
        row["relatedTo"] = {"name": target, "field": by}
    return row

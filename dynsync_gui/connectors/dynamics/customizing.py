"""The filter column of a table: looked for, and made where it is missing (Microsoft, column definitions)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dynsync_gui.connectors.dynamics.asking import Asking
from dynsync_gui.connectors.dynamics.client import DataverseClient
from dynsync_gui.connectors.dynamics.metadata import Read, columns_path, readable, rows_of, type_of
from dynsync_gui.connectors.dynamics.privileges import CUSTOMIZING, read_depths
from dynsync_gui.connectors.dynamics.wire import bare_id
from dynsync_gui.connectors.http.retry import Patience
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure
from dynsync_gui.domain.ports.dynamics import FilterSeen
from dynsync_gui.domain.schema import FILTER_FIELD, Entity, FieldType

_ALIKE = re.compile(r"[a-z][a-z0-9]*_synctomkto")
_ENGLISH = 1033
_THERE_ALREADY = "0x80047013"
_CAST = "Microsoft.Dynamics.CRM"


def filter_column(entity: Entity, read: Read) -> FilterSeen:
    """The filter column of a table, else one of another prefix that was meant to be it."""
    rows = {str(row["LogicalName"]): row for row in rows_of(read(columns_path(entity))) if not row.get("AttributeOf")}
    alike = sorted(name for name in rows if _ALIKE.fullmatch(name))
    if not alike:
        return FilterSeen()
    name = FILTER_FIELD if FILTER_FIELD in alike else alike[0]
    row = rows[name]
    yes_no = type_of(row) is FieldType.BOOLEAN
    return FilterSeen(
        name,
        str(row.get("SchemaName") or name),
        yes_no,
        open=readable(row) and not row.get("IsSecured"),
        default=_default(entity, name, read) if yes_no else None,
    )


def lacking_rights(client: DataverseClient, patience: Patience) -> tuple[str, ...]:
    """Rights that adding a column takes and the user lacks; none where Dataverse does not tell."""
    asking = Asking(client, patience)
    user = bare_id(asking.needed("WhoAmI").get("UserId"))
    depths = read_depths(asking, user, CUSTOMIZING)
    return tuple(name for name in CUSTOMIZING if depths and name.lower() not in depths)


def create_filter(client: DataverseClient, entity: Entity, patience: Patience, *, default: bool) -> None:
    """Add the filter column and publish the table, as a column takes effect only then."""
    content = _definition(_base_language(client, patience), default=default)
    try:
        client.post(f"EntityDefinitions(LogicalName='{entity}')/Attributes", content, patience)
    except ConnectionFailed as failure:
        if isinstance(failure, TemporaryFailure) or failure.code != _THERE_ALREADY:
            raise  # one that is there came from an earlier try whose answer was lost, or was never published
    tables = f"<entities><entity>{entity}</entity></entities>"
    client.post("PublishXml", {"ParameterXml": f"<importexportxml>{tables}</importexportxml>"}, patience)


def _default(entity: Entity, name: str, read: Read) -> bool | None:
    path = f"EntityDefinitions(LogicalName='{entity}')/Attributes(LogicalName='{name}')"
    found = read(f"{path}/{_CAST}.BooleanAttributeMetadata?$select=DefaultValue").get("DefaultValue")
    return found if isinstance(found, bool) else None


def _base_language(client: DataverseClient, patience: Patience) -> int:
    """The language that every label must have."""
    rows = client.read("organizations?$select=languagecode", patience).get("value")
    found = rows[0].get("languagecode") if isinstance(rows, list) and rows and isinstance(rows[0], dict) else None
    return found if isinstance(found, int) else _ENGLISH


def _definition(language: int, *, default: bool) -> Mapping[str, Any]:
    def label(text: str) -> Mapping[str, Any]:
        one = {"@odata.type": f"{_CAST}.LocalizedLabel", "Label": text, "LanguageCode": language}
        return {"@odata.type": f"{_CAST}.Label", "LocalizedLabels": [one]}

    return {
        "@odata.type": f"{_CAST}.BooleanAttributeMetadata",
        "SchemaName": FILTER_FIELD,
        "DisplayName": label("Sync to Marketo"),
        "Description": label("No keeps the record out of Marketo; Yes and blank let it through."),
        "RequiredLevel": {
            "Value": "None",
            "CanBeChanged": True,
            "ManagedPropertyLogicalName": "canmodifyrequirementlevelsettings",
        },
        "DefaultValue": default,
        "OptionSet": {
            "OptionSetType": "Boolean",
            "TrueOption": {"Value": 1, "Label": label("Yes")},
            "FalseOption": {"Value": 0, "Label": label("No")},
        },
    }

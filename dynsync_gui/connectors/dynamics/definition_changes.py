"""Whether definitions changed since a moment (Microsoft, query schema definitions).

The first stamp comes with the answer to a question that no table fits, as all definitions of an organisation are many
megabytes; from then on an answer holds no more than what changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from dynsync_gui.connectors.dynamics.metadata import Read
from dynsync_gui.domain.errors import ConnectionFailed, TemporaryFailure

_EXPIRED = "0x80044352"
"""The stamp is older than what was deleted is remembered."""

_LABELLED = ["LogicalName", "DisplayName"]
_QUERY = {
    "Properties": {"AllProperties": False, "PropertyNames": [*_LABELLED, "Attributes"]},
    "AttributeQuery": {"Properties": {"AllProperties": False, "PropertyNames": [*_LABELLED, "OptionSet"]}},
}
_NO_TABLE = {
    "ConditionOperator": "Equals",
    "PropertyName": "LogicalName",
    "Value": {"Type": "System.String", "Value": "none"},
}
_NOTHING = {"Criteria": {"FilterOperator": "And", "Conditions": [_NO_TABLE]}, **_QUERY}
_DELETED = "Microsoft.Dynamics.CRM.DeletedMetadataFilters'All'"


def stamp_of_now(read: Read, stamp: str) -> str:
    """The stamp of what definitions are now: that of before as long as none changed.

    Args:
        read: Reads a path below the service root.
        stamp: That of before; empty where there is none.

    Raises:
        ConnectionFailed: Dataverse does not tell.
    """
    if stamp:
        try:
            told = read(_path(_QUERY, stamp))
        except TemporaryFailure:
            raise
        except ConnectionFailed as failure:
            if failure.code != _EXPIRED:
                raise
        else:
            return stamp if _unchanged(told) else _stamp(told)
    return _stamp(read(_path(_NOTHING)))


def _path(query: Mapping[str, Any], stamp: str = "") -> str:
    named, given = "Query=@q", f"@q={quote(json.dumps(query, separators=(',', ':')), safe='')}"
    if stamp:
        named += ",ClientVersionStamp=@s,DeletedMetadataFilters=@d"
        given += f"&@s={quote(_literal(stamp), safe='')}&@d={quote(_DELETED, safe='')}"
    return f"RetrieveMetadataChanges({named})?{given}"


def _literal(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _unchanged(told: Mapping[str, Any]) -> bool:
    """Whether an answer names nothing that changed or was deleted; one that is not understood may."""
    deleted = told.get("DeletedMetadata") or {"Count": 0}
    return told.get("EntityMetadata") == [] and isinstance(deleted, dict) and deleted.get("Count") == 0


def _stamp(told: Mapping[str, Any]) -> str:
    stamp = told.get("ServerVersionStamp")
    return stamp if isinstance(stamp, str) else ""

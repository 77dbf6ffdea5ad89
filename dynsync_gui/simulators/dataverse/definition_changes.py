"""``RetrieveMetadataChanges``: tables and columns of a query, or what of them changed since a stamp."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.dataverse.definitions import metadata_id
from dynsync_gui.simulators.dataverse.errors import BAD_REQUEST, DataverseError
from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from dynsync_gui.simulators.dataverse.options import Options
    from dynsync_gui.simulators.world import World

NAME = "RetrieveMetadataChanges"
_CALL = re.compile(rf"{NAME}\(([^()]*)\)")
_STAMP = re.compile(r"'(\d+)![^']*'")
_PARTS = frozenset({"Criteria", "Properties", "AttributeQuery", "RelationshipQuery", "LabelQuery", "KeyQuery"})
_FILTER = re.compile(r"Microsoft\.Dynamics\.CRM\.DeletedMetadataFilters'(All|Default)'")


class DefinitionChanges:
    """Answers the function; every query shows names only, and compares no more than the logical name.

    Attributes:
        denied: Whether it is refused, as by a gateway that does not know it.
        oldest: Stamps of a smaller version are refused as expired.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.denied, self.oldest = False, 0

    def answer(self, root: str, path: str, options: Options) -> Answer:
        """Answers a path that begins with the function's name."""
        call = _CALL.fullmatch(path)
        if call is None or self.denied:
            raise DataverseError(404, BAD_REQUEST, f"Resource not found for the segment '{NAME}'.")
        given = {}
        for part in filter(None, call[1].split(",")):
            name, _, alias = part.partition("=")
            given[name] = options.get(alias) or ""
        query = _query(given.get("Query", ""))
        with self._world.lock:
            version = self._world.metadata_version
            since = self._since(given["ClientVersionStamp"]) if "ClientVersionStamp" in given else None
            names = [name for name in self._world.tables if _fits(name, query)]
            changed = self._world.customisations if since is not None else []
            news = {(table, column) for at, table, column in changed if at > (since or 0)}
            tables = names if since is None else [name for name in names if any(table == name for table, _ in news)]
            found = [self._entity(name, query, news, whole=since is None) for name in tables]
            gone = [metadata_id(*one) for one in sorted(news) if one[1] and not self._has(*one)]
        if _FILTER.fullmatch(given.get("DeletedMetadataFilters", "")) is None:
            gone = []
        kinds = ["Attribute"] if gone else []
        deleted = {"Count": len(kinds), "IsReadOnly": False, "Keys": kinds, "Values": [gone] if gone else []}
        return Answer.of(
            {
                "@odata.context": f"{root}$metadata#Microsoft.Dynamics.CRM.{NAME}Response",
                "ServerVersionStamp": f"{version}!11/23/2026 00:00:00",
                "EntityMetadata": found,
                "DeletedMetadata": None if since is None else deleted,
            }
        )

    def _since(self, stamp: str) -> int:
        found = _STAMP.fullmatch(stamp)
        if found is None:
            raise DataverseError(400, BAD_REQUEST, f"The parameter ClientVersionStamp is not understood: {stamp}")
        if int(found[1]) < self.oldest:
            raise DataverseError(400, "0x80044352", "The client version stamp has expired.")
        return int(found[1])

    def _has(self, table: str, column: str) -> bool:
        return column in self._world.tables[table].schema.columns

    def _entity(self, name: str, query: dict[str, Any], news: set[tuple[str, str]], *, whole: bool) -> dict[str, Any]:
        """A table's names, and those of its columns where they are asked for."""
        schema = self._world.tables[name].schema
        changed = None if whole else (name, "") in news
        body: dict[str, Any] = {"MetadataId": metadata_id(name), "LogicalName": name, "HasChanged": changed}
        if "AttributeQuery" in query:
            body["Attributes"] = [
                {
                    "MetadataId": metadata_id(name, column),
                    "LogicalName": column,
                    "HasChanged": None if whole else True,
                }
                for column in schema.columns
                if whole or (name, column) in news
            ]
        return body


def _query(text: str) -> dict[str, Any]:
    """The EntityQueryExpression; columns come only where the table's properties name them."""
    try:
        query = json.loads(text)
    except ValueError:
        query = None
    if not isinstance(query, dict) or not query.keys() <= _PARTS:
        raise DataverseError(400, BAD_REQUEST, "The parameter Query is not understood.")
    named = query.get("Properties", {}).get("PropertyNames", [])
    if "AttributeQuery" in query and "Attributes" not in named:
        raise DataverseError(400, BAD_REQUEST, "The properties of the query do not include Attributes.")
    return query


def _fits(name: str, query: dict[str, Any]) -> bool:
    """Whether a table's name meets every condition."""
    conditions = query.get("Criteria", {}).get("Conditions", [])
    for one in conditions:
        if (one.get("PropertyName"), one.get("ConditionOperator")) != ("LogicalName", "Equals"):
            raise DataverseError(400, BAD_REQUEST, "The condition is not understood.")
    return all(one["Value"]["Value"] == name for one in conditions)

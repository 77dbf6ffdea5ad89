"""Columns made over the Web API: created, published and deleted (Microsoft, column definitions and PublishXml)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.customising import ENGLISH, add_column, new_column
from dynsync_gui.simulators.dataverse.definitions import metadata_id
from dynsync_gui.simulators.dataverse.errors import BAD_REQUEST, DataverseError, not_found
from dynsync_gui.simulators.gate import Answer
from dynsync_gui.simulators.schema_tables import Choice, Column

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from dynsync_gui.simulators.dataverse.members import Member, Members
    from dynsync_gui.simulators.world import World

_PATH = re.compile(r"EntityDefinitions\(LogicalName='(\w+)'\)/Attributes(?:\(LogicalName='(\w+)'\))?")
_TYPE = re.compile(r"#?Microsoft\.Dynamics\.CRM\.(Boolean|String|Memo|Integer|Decimal|DateTime)AttributeMetadata")
_SCHEMA = re.compile(r"([a-z][a-z0-9]{1,7})_[A-Za-z][A-Za-z0-9_]{0,40}")
_ENTITIES = re.compile(r"<entity>\s*(\w+)\s*</entity>")
_LEVELS = frozenset({"None", "Recommended", "ApplicationRequired"})


class Customization:
    """Makes columns.

    Microsoft says that customizations take effect when they are published; a new column is therefore no property of
    rows and of metadata before that, which is the strictest reading.

    Attributes:
        prefixes: Customization prefixes of the organisation's publishers.
    """

    def __init__(self, world: World, members: Members) -> None:
        self._world, self._members = world, members
        self._waiting: dict[str, dict[str, Column]] = {}
        self.prefixes = {"new"}

    @staticmethod
    def answers(path: str) -> bool:
        """Whether a path, asked with another verb than GET, is one of these."""
        return _PATH.fullmatch(path) is not None

    def answer(self, root: str, path: str, request: Request, member: Member) -> Answer:
        """Creates or deletes a column."""
        found = _PATH.fullmatch(path)
        table, name = (found[1], found[2]) if found else ("", "")
        if table not in self._world.tables:
            text = f"Could not find an entity with name {table} in EntityMetadata."
            raise DataverseError(404, BAD_REQUEST, text)
        if request.method == "POST" and name is None:
            self._members.require_right(member, "prvCreateAttribute")
            return self._create(root, table, request.get_json(force=True, silent=True))
        if request.method == "DELETE" and name is not None:
            self._members.require_right(member, "prvDeleteAttribute")
            return self._delete(table, name)
        raise DataverseError(405, BAD_REQUEST, "The requested resource does not support this http method.")

    def publish(self, body: dict[str, Any] | None, member: Member) -> Answer:
        """``PublishXml`` with the tables that its parameter names, ``PublishAllXml`` without a body."""
        self._members.require_right(member, "prvPublishCustomization")
        tables = list(self._waiting)
        if body is not None:
            text = str(body.get("ParameterXml", ""))
            if not text.strip().startswith("<importexportxml"):
                raise DataverseError(400, "0x80040203", "The ParameterXml is not valid.")
            tables = _ENTITIES.findall(text)
        for table in tables:
            if table not in self._world.tables:
                raise DataverseError(404, "0x80040217", f"entity With name = {table} Does Not Exist")
            for column in self._waiting.pop(table, {}).values():
                add_column(self._world, table, column)
        return Answer("", status=204)

    def _create(self, root: str, table: str, body: Any) -> Answer:
        column = _column(body, self.prefixes)
        waiting = self._waiting.setdefault(table, {})
        if column.name in waiting or column.name in self._world.tables[table].schema.columns:
            text = f"An attribute with the specified name {column.name} already exists"
            raise DataverseError(400, "0x80047013", text)
        waiting[column.name] = column
        answer = Answer("", status=204)
        table_id, column_id = metadata_id(table), metadata_id(table, column.name)
        answer.headers["OData-EntityId"] = f"{root}EntityDefinitions({table_id})/Attributes({column_id})"
        return answer

    def _delete(self, table: str, name: str) -> Answer:
        if self._waiting.get(table, {}).pop(name, None) is None:
            column = self._world.tables[table].schema.columns.get(name)
            if column is None:
                raise not_found(name)
            if "custom" not in column.flags:
                raise DataverseError(400, "0x8004f026", f"The {name} attribute cannot be deleted: it is managed.")
            self._world.drop_column(table, name)
        return Answer("", status=204)


def _column(body: Any, prefixes: set[str]) -> Column:
    """The column that a document describes; refuses what Dataverse refuses."""
    kind = _TYPE.fullmatch(str(body.get("@odata.type", ""))) if isinstance(body, dict) else None
    if kind is None:
        raise DataverseError(400, BAD_REQUEST, "A type named in @odata.type could not be resolved by the model.")
    schema = str(body.get("SchemaName", ""))
    named = _SCHEMA.fullmatch(schema)
    if named is None or named[1] not in prefixes:
        raise DataverseError(
            400,
            "0x80044366",
            f"The schema name {schema} for type Attribute is invalid or missing. Custom attribute, entity, entitykey, "
            "option set and relationship names must start with a valid customization prefix.",
        )
    labels = _labels(body.get("DisplayName"))
    if not labels.get(ENGLISH):
        raise DataverseError(400, "0x8004700c", "The specified display name is not valid")
    level = body.get("RequiredLevel", {})
    if not isinstance(level, dict) or level.get("Value", "None") not in _LEVELS:
        raise DataverseError(400, BAD_REQUEST, "The property 'RequiredLevel' has an invalid value.")
    default = body.get("DefaultValue")
    if kind[1] != "Boolean":
        return new_column(schema, kind[1], labels, length=body.get("MaxLength"))
    if default is not None and not isinstance(default, bool):
        raise DataverseError(400, BAD_REQUEST, f"Cannot convert the literal '{default}' to 'Edm.Boolean'.")
    return new_column(schema, "Boolean", labels, choices=_two_options(body.get("OptionSet")), default=bool(default))


def _two_options(options: Any) -> tuple[Choice, ...]:
    found = []
    for number, name in enumerate(("FalseOption", "TrueOption")):
        option = options.get(name) if isinstance(options, dict) else None
        text = _labels(option.get("Label")).get(ENGLISH) if isinstance(option, dict) else None
        if not isinstance(option, dict) or text is None:
            raise DataverseError(400, "0x80048403", f"Invalid OptionSet: {name} is missing or has no label.")
        if option.get("Value") != number:
            raise DataverseError(400, "0x8004431c", "Boolean attribute options must have a value of either 0 or 1.")
        found.append(Choice(number, text))
    return tuple(found)


def _labels(label: Any) -> dict[int, str]:
    """Texts of a Label by language code."""
    localized = label.get("LocalizedLabels") if isinstance(label, dict) else None
    return {
        one["LanguageCode"]: str(one["Label"])
        for one in localized or ()
        if isinstance(one, dict) and isinstance(one.get("LanguageCode"), int) and one.get("Label")
    }

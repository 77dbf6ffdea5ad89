"""``EntityDefinitions``: paths, casts, ``$select``, ``$expand`` and what is refused there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dynsync_gui.simulators.dataverse import definitions
from dynsync_gui.simulators.dataverse.errors import BAD_REQUEST, HTTP_FAILURE, DataverseError, not_found
from dynsync_gui.simulators.dataverse.filters import parse_filter
from dynsync_gui.simulators.dataverse.render import navigation_name
from dynsync_gui.simulators.gate import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynsync_gui.simulators.dataverse.options import Options
    from dynsync_gui.simulators.dataverse.tracking import Tracker
    from dynsync_gui.simulators.schema_tables import TableSchema
    from dynsync_gui.simulators.world import World

_PATH = re.compile(
    r"EntityDefinitions(?:\(LogicalName='([^']*)'\))?(?:/(\w+))?(?:\(LogicalName='([^']*)'\))?(?:/(.+))?"
)
_CAST = re.compile(r"Microsoft\.Dynamics\.CRM\.(\w*)AttributeMetadata")
_FUNCTIONS = re.compile(r"\b(contains|startswith|endswith)\s*\(")
_BARE_ENUM = re.compile(r"\b(AttributeType|RequiredLevel/Value|SourceType|OwnershipType)\s+(?:eq|ne)\s+'")
_REFUSED = ("$top", "$orderby", "$count")
_EXPAND = re.compile(r"(\w+)(?:\(([^()]*)\))?(?:,|$)")
_ALWAYS = frozenset({"@odata.type", "MetadataId"})


class Metadata:
    """Answers metadata requests; nothing is paged.

    Attributes:
        language: Language code of the calling user, which decides ``UserLocalizedLabel``.
    """

    def __init__(self, world: World, tracker: Tracker, privilege_ids: Mapping[str, str]) -> None:
        self._world, self._privilege_ids = world, privilege_ids
        self._tracker = tracker
        self.language = 1033
        self.url = ""

    def answer(self, path: str, options: Options) -> Answer:
        """Answers a path that begins with ``EntityDefinitions``."""
        found = _PATH.fullmatch(path)
        if found is None:
            raise not_found(path)
        self._refuse(options)
        table_name, part, column_name, rest = found.groups()
        if table_name is None:
            if part:
                raise not_found(part)
            tables = [self._entity(rows.schema) for rows in self._world.tables.values()]
            answer = self._many("EntityDefinitions", tables, options, "EntityMetadata")
            return self._with_relationships(answer, options)
        rows = self._world.tables.get(table_name)
        if rows is None:
            text = f"Could not find an entity with name {table_name} in EntityMetadata."
            raise DataverseError(404, "0x80060888", text)
        table = rows.schema
        if part is None:
            return self._table(table, options)
        if part == "Attributes":
            return self._attributes(table, column_name, rest, options)
        if part in {"ManyToOneRelationships", "OneToManyRelationships"}:
            found_ones = self._relationships(table) if part.startswith("Many") else self._relationships_to(table.name)
            return self._many(f"{path}", found_ones, options, "OneToManyRelationshipMetadata")
        if part == "ManyToManyRelationships":
            return self._many(f"{path}", [], options, "ManyToManyRelationshipMetadata")
        if part == "Keys":
            return self._many(f"{path}", [], options, "EntityKeyMetadata")
        raise not_found(part)

    @staticmethod
    def _refuse(options: Options) -> None:
        for name in _REFUSED:
            if options.get(name) is not None:
                raise DataverseError(400, BAD_REQUEST, f"The query parameter {name} is not supported.")
        text = options.get("$filter") or ""
        if _FUNCTIONS.search(text):
            raise DataverseError(400, HTTP_FAILURE, "The given expression is not supported on metadata.")
        if _BARE_ENUM.search(text):
            raise DataverseError(400, BAD_REQUEST, "A binary operator with incompatible types was detected.")

    def _entity(self, table: TableSchema) -> dict[str, Any]:
        tracked = table.name not in self._tracker.disabled
        return definitions.entity(table, self.language, self._privilege_ids, tracked=tracked)

    def _table(self, table: TableSchema, options: Options) -> Answer:
        body = _selected(self._entity(table), options.names("$select"), "EntityMetadata")
        for name, select in _expansions(options):
            if name != "Attributes":
                raise not_found(name)
            body["Attributes"] = [_without_casts(d, select) for d in self._documents(table)]
        context = f"{self.url}/api/data/v9.2/$metadata#EntityDefinitions/$entity"
        return Answer.of({"@odata.context": context, **body})

    def _with_relationships(self, answer: Answer, options: Options) -> Answer:
        """A list of tables with the collections that were asked for with them."""
        expanded = _expansions(options)
        if not expanded:
            return answer
        body = answer.get_json()
        tables = {definitions.metadata_id(name): rows.schema for name, rows in self._world.tables.items()}
        for name, select in expanded:
            if name != "ManyToOneRelationships":
                raise not_found(name)
            for row in body["value"]:
                links = self._relationships(tables[row["MetadataId"]])
                row[name] = [_selected(link, select, "OneToManyRelationshipMetadata") for link in links]
        return Answer.of(body)

    def _documents(self, table: TableSchema) -> list[dict[str, Any]]:
        return [definitions.attribute(table, column, self.language) for column in table.columns.values()]

    def _attributes(self, table: TableSchema, name: str | None, cast: str | None, options: Options) -> Answer:
        kind = None
        if cast is not None:
            found = _CAST.fullmatch(cast)
            if found is None or found[1] not in definitions.ADDED_BY_CAST:
                raise not_found(cast)
            kind = found[1]
        documents = []
        for column in table.columns.values():
            if (name is not None and column.name != name) or (kind and definitions.cast_of(column) != kind):
                continue
            body = definitions.attribute(table, column, self.language)
            for expanded, _select in _expansions(options):
                if kind not in definitions.WITH_OPTIONS or expanded not in {"OptionSet", "GlobalOptionSet"}:
                    raise _no_property(expanded, f"{kind or ''}AttributeMetadata")
                body[expanded] = definitions.option_sets(table, column, self.language)[expanded]
            documents.append(body)
        where = f"EntityDefinitions('{table.name}')/Attributes"
        if name is None:
            return self._many(where, documents, options, f"{kind or ''}AttributeMetadata", kind)
        if not documents:
            raise DataverseError(404, "0x80060888", f"Could not find an attribute with name {name}.")
        shown = _project_attribute(documents[0], options, kind)
        return Answer.of({"@odata.context": f"{self.url}/api/data/v9.2/$metadata#{where}/$entity", **shown})

    @staticmethod
    def _relationships(table: TableSchema) -> list[dict[str, Any]]:
        return [
            definitions.relationship(table, column, target, navigation_name(column, target))
            for column in table.columns.values()
            if column.is_lookup and column.selectable
            for target in column.targets
        ]

    def _relationships_to(self, target: str) -> list[dict[str, Any]]:
        """Every lookup of the organisation that may name a row of a table."""
        return [
            definitions.relationship(rows.schema, column, target, navigation_name(column, target))
            for rows in self._world.tables.values()
            for column in rows.schema.lookups_to(target)
        ]

    def _many(
        self, where: str, documents: list[dict[str, Any]], options: Options, type_name: str, kind: str | None = None
    ) -> Answer:
        text = options.get("$filter")
        if text is not None and documents:
            sample = _flat(documents[0])

            def known(name: str) -> None:
                if name not in sample:
                    raise _no_property(name, type_name)

            test = parse_filter(text, known)
            documents = [document for document in documents if test(_flat(document))]
        if type_name.endswith("AttributeMetadata"):
            shown = [_project_attribute(document, options, kind) for document in documents]
        else:
            shown = [_selected(document, options.names("$select"), type_name) for document in documents]
        return Answer.of({"@odata.context": f"{self.url}/api/data/v9.2/$metadata#{where}", "value": shown})


def _project_attribute(document: dict[str, Any], options: Options, kind: str | None) -> dict[str, Any]:
    """A column's document; without a cast, names of derived properties cannot be selected."""
    expanded = {name for name, _ in _expansions(options)}
    names = options.names("$select")
    derived = set().union(*definitions.ADDED_BY_CAST.values())
    allowed = definitions.ADDED_BY_CAST.get(kind or "", frozenset())
    for name in names:
        if (name in derived and name not in allowed) or (name not in derived and name not in document):
            raise _no_property(name, f"{kind or ''}AttributeMetadata")
    if not names:
        return document
    return {key: value for key, value in document.items() if key in names or key in _ALWAYS or key in expanded}


def _without_casts(document: dict[str, Any], names: list[str]) -> dict[str, Any]:
    derived = set().union(*definitions.ADDED_BY_CAST.values())
    for name in names:
        if name in derived or name not in document:
            raise _no_property(name, "AttributeMetadata")
    return {key: value for key, value in document.items() if not names or key in names or key in _ALWAYS}


def _selected(document: dict[str, Any], names: list[str], type_name: str) -> dict[str, Any]:
    for name in names:
        if name not in document:
            raise _no_property(name, type_name)
    return {key: value for key, value in document.items() if not names or key in names or key in _ALWAYS}


def _expansions(options: Options) -> list[tuple[str, list[str]]]:
    """Names in ``$expand`` with the ``$select`` of each."""
    found = []
    for name, inside in _EXPAND.findall(options.get("$expand") or ""):
        select = inside.removeprefix("$select=")
        found.append((name, [part.strip() for part in select.split(",") if part.strip()]))
    return found


def _flat(document: dict[str, Any]) -> dict[str, Any]:
    """Simple properties, and managed ones under ``Name/Value``; labels cannot be filtered."""
    flat = {key: value for key, value in document.items() if not isinstance(value, dict | list)}
    flat.update({f"{k}/Value": v["Value"] for k, v in document.items() if isinstance(v, dict) and "Value" in v})
    return flat


def _no_property(name: str, type_name: str) -> DataverseError:
    text = f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{type_name}'."
    return DataverseError(400, BAD_REQUEST, text)

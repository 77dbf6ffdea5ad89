"""What Dataverse says about a table and its columns (Microsoft, query table definitions)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dynsync_gui.connectors.dynamics.labels import labels_of, option_label, shown_label
from dynsync_gui.domain.errors import TemporaryFailure
from dynsync_gui.domain.findings.dataverse import DATAVERSE
from dynsync_gui.domain.schema import DateBehavior, Entity, EntitySchema, FieldType, Option, SourceField

Read = Callable[[str], dict[str, Any]]
"""Reads a path below the service root."""

_TABLE = "LogicalName,EntitySetName,PrimaryIdAttribute,DisplayName,ChangeTrackingEnabled"
_GUARDED = "LogicalName,EntitySetName,PrimaryIdAttribute,ChangeTrackingEnabled,Privileges"
_COLUMN = (
    "LogicalName,SchemaName,AttributeType,AttributeTypeName,DisplayName,RequiredLevel,IsValidForRead,"
    "IsValidForUpdate,IsValidODataAttribute,AttributeOf,IsCustomAttribute,IsSecured,SourceType"
)
_TYPES = {
    "StringType": FieldType.STRING,
    "MemoType": FieldType.MEMO,
    "IntegerType": FieldType.INTEGER,
    "BigIntType": FieldType.BIGINT,
    "DecimalType": FieldType.DECIMAL,
    "DoubleType": FieldType.DOUBLE,
    "MoneyType": FieldType.MONEY,
    "BooleanType": FieldType.BOOLEAN,
    "PicklistType": FieldType.PICKLIST,
    "StateType": FieldType.STATE,
    "StatusType": FieldType.STATUS,
    "MultiSelectPicklistType": FieldType.MULTISELECT,
    "DateTimeType": FieldType.DATETIME,
    "LookupType": FieldType.LOOKUP,
    "CustomerType": FieldType.CUSTOMER,
    "OwnerType": FieldType.OWNER,
    "UniqueidentifierType": FieldType.UNIQUEIDENTIFIER,
    "ImageType": FieldType.IMAGE,
    "FileType": FieldType.FILE,
    "PartyListType": FieldType.PARTYLIST,
    "VirtualType": FieldType.VIRTUAL,
}
_BEHAVIORS = {behavior.value: behavior for behavior in DateBehavior}
_CHOICES = "$select=LogicalName&$expand=OptionSet($select=Options),GlobalOptionSet($select=Options)"
_STATES = "$select=LogicalName&$expand=OptionSet($select=Options)"
_YES_NO = "$select=LogicalName&$expand=OptionSet($select=TrueOption,FalseOption)"
_LOOKUPS = {FieldType.LOOKUP, FieldType.CUSTOMER, FieldType.OWNER}
_NOT_UPDATED = {*_LOOKUPS, FieldType.STATE, FieldType.STATUS, FieldType.UNIQUEIDENTIFIER}
_CASTS: tuple[tuple[set[FieldType], str, str], ...] = (
    ({FieldType.STRING}, "StringAttributeMetadata", "$select=LogicalName,MaxLength,FormatName"),
    ({FieldType.MEMO}, "MemoAttributeMetadata", "$select=LogicalName,MaxLength"),
    ({FieldType.PICKLIST}, "PicklistAttributeMetadata", _CHOICES),
    ({FieldType.MULTISELECT}, "MultiSelectPicklistAttributeMetadata", _CHOICES),
    ({FieldType.STATE}, "StateAttributeMetadata", _STATES),
    ({FieldType.STATUS}, "StatusAttributeMetadata", _STATES),
    ({FieldType.BOOLEAN}, "BooleanAttributeMetadata", _YES_NO),
    ({FieldType.DATETIME}, "DateTimeAttributeMetadata", "$select=LogicalName,Format,DateTimeBehavior"),
    (_LOOKUPS, "LookupAttributeMetadata", "$select=LogicalName,Targets"),
)
"""Column types whose further properties need a request of their own, by a cast."""


def table_path(entity: Entity) -> str:
    """Path of a table's own definition."""
    return f"EntityDefinitions(LogicalName='{entity}')?$select={_TABLE}"


def tables_path(entities: Sequence[Entity]) -> str:
    """Path of the definitions of several tables, with the privileges that guard them."""
    named = "%20or%20".join(f"LogicalName%20eq%20'{entity}'" for entity in entities)
    return f"EntityDefinitions?$select={_GUARDED}&$filter={named}"


def columns_path(entity: Entity) -> str:
    """Path of the definitions of a table's columns."""
    return f"EntityDefinitions(LogicalName='{entity}')/Attributes?$select={_COLUMN}"


def read_schema(entity: Entity, read: Read) -> EntitySchema:
    """The live table.

    Columns that only shadow another (``AttributeOf``) are left out; unreadable ones stay, marked as such.
    """
    table = read(table_path(entity))
    columns = [row for row in rows_of(read(columns_path(entity))) if not row.get("AttributeOf")]
    types = {str(row["LogicalName"]): type_of(row) for row in columns}
    further: dict[str, dict[str, Any]] = {}
    for kinds, cast, options in _CASTS:
        if kinds & set(types.values()):
            path = f"EntityDefinitions(LogicalName='{entity}')/Attributes/Microsoft.Dynamics.CRM.{cast}?{options}"
            for row in rows_of(read(path)):
                further.setdefault(str(row["LogicalName"]), {}).update(row)
    fields = tuple(_field(row, types[str(row["LogicalName"])], further) for row in columns)
    return EntitySchema(
        entity,
        shown_label(table.get("DisplayName"), str(entity)),
        str(table.get("EntitySetName") or f"{entity}s"),
        str(table.get("PrimaryIdAttribute") or f"{entity}id"),
        fields,
        bool(table.get("ChangeTrackingEnabled")),
    )


def rows_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The definitions in an answer; one without a list is no definition of anything."""
    rows = body.get("value")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("LogicalName") for row in rows):
        raise TemporaryFailure("dynamics.page", DATAVERSE["dynamics.page"], "no list of definitions")
    return rows


def readable(row: Mapping[str, Any]) -> bool:
    """Whether the Web API gives the column; selecting any other is refused."""
    return bool(row.get("IsValidForRead")) and row.get("IsValidODataAttribute") is not False


def changeable(row: Mapping[str, Any]) -> bool:
    """Whether an update may write values: no links to other records, no states, no ids."""
    free = row.get("IsValidForUpdate") is not False and row.get("SourceType") not in {1, 2, 3}
    return free and type_of(row) not in _NOT_UPDATED


def type_of(row: Mapping[str, Any]) -> FieldType:
    """A column's type by AttributeTypeName; AttributeType calls multi-selects, images and files all “Virtual”."""
    name = _inner(row.get("AttributeTypeName"))
    if not name:
        cast = str(row.get("@odata.type", "")).rpartition(".")[2].removesuffix("AttributeMetadata")
        name = f"{cast or row.get('AttributeType') or ''}Type"
    return _TYPES.get(name, FieldType.OTHER)


def _field(row: Mapping[str, Any], kind: FieldType, further: Mapping[str, Mapping[str, Any]]) -> SourceField:
    name = str(row["LogicalName"])
    more = further.get(name, {})
    behavior = _BEHAVIORS.get(_inner(more.get("DateTimeBehavior")))
    if behavior is DateBehavior.DATE_ONLY:
        kind = FieldType.DATE
    length = more.get("MaxLength")
    targets = more.get("Targets")
    return SourceField(
        name=name,
        label=shown_label(row.get("DisplayName"), str(row.get("SchemaName") or name)),
        type=kind,
        max_length=length if isinstance(length, int) and length > 0 else None,
        format=_inner(more.get("FormatName")) if kind is FieldType.STRING else "",
        required=_inner(row.get("RequiredLevel")) in {"SystemRequired", "ApplicationRequired"},
        custom=bool(row.get("IsCustomAttribute")),
        readable=readable(row),
        secured=bool(row.get("IsSecured")),
        calculated=row.get("SourceType") in {1, 2, 3},
        options=tuple(_options(more)),
        targets=tuple(str(target) for target in targets) if isinstance(targets, list) else (),
        behavior=behavior,
        writable=row.get("IsValidForUpdate") is not False,
    )


def _options(more: Mapping[str, Any]) -> Iterable[Option]:
    """Options of the column's own set, else of the global set that it uses; of yes/no both."""
    for name in ("OptionSet", "GlobalOptionSet"):
        found = more.get(name) or {}
        options = found.get("Options") or [found.get("TrueOption"), found.get("FalseOption")]
        known = [option for option in options if isinstance(option, dict) and isinstance(option.get("Value"), int)]
        if known:
            return [
                Option(option["Value"], option_label(label, option["Value"]), labels_of(label))
                for option in known
                for label in (option.get("Label"),)
            ]
    return []


def _inner(value: Any) -> str:
    """The text of a value that Dataverse wraps as ``{"Value": ...}``, or of a bare one."""
    found = value.get("Value") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) else ""

"""Metadata documents of tables and columns in the Web API's JSON shapes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynsync_gui.simulators.schema_tables import Choice, Column, TableSchema

_CODES = {"Image": "Virtual", "File": "Virtual", "MultiSelectPicklist": "Virtual"}
_PLAIN = frozenset({"Uniqueidentifier", "PartyList", "Virtual"})
_CLASSES = {"Customer": "Lookup", "Owner": "Lookup"}
ADDED_BY_CAST: dict[str, frozenset[str]] = {
    "String": frozenset({"MaxLength", "FormatName", "Format"}),
    "Memo": frozenset({"MaxLength", "FormatName", "Format"}),
    "Integer": frozenset({"MinValue", "MaxValue", "Format"}),
    "BigInt": frozenset({"MinValue", "MaxValue"}),
    "Decimal": frozenset({"MinValue", "MaxValue", "Precision"}),
    "Double": frozenset({"MinValue", "MaxValue", "Precision"}),
    "Money": frozenset({"MinValue", "MaxValue", "Precision", "PrecisionSource", "IsBaseCurrency"}),
    "DateTime": frozenset({"Format", "DateTimeBehavior"}),
    "Lookup": frozenset({"Targets"}),
    "Boolean": frozenset({"DefaultValue"}),
    "Picklist": frozenset({"DefaultFormValue"}),
    "MultiSelectPicklist": frozenset({"DefaultFormValue"}),
    "State": frozenset(),
    "Status": frozenset(),
    "EntityName": frozenset(),
    "Image": frozenset({"IsPrimaryImage", "CanStoreFullImage", "MaxSizeInKB"}),
    "File": frozenset({"MaxSizeInKB"}),
}
"""Properties that a type cast adds, by the cast's short name."""

VERBS = ("Create", "Read", "Write", "Delete", "Assign", "Share", "Append", "AppendTo")
"""What privileges on a table are about."""

WITH_OPTIONS = frozenset({"Picklist", "MultiSelectPicklist", "State", "Status", "Boolean", "EntityName"})


def metadata_id(*names: str) -> str:
    """A stable id of a piece of metadata."""
    digits = hashlib.sha256("|".join(names).encode()).hexdigest()[:32]
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def label(labels: dict[int, str], language: int) -> dict[str, Any]:
    """A Label; ``UserLocalizedLabel`` is null where the user's language has none."""
    each = {
        code: {
            "Label": text,
            "LanguageCode": code,
            "IsManaged": True,
            "MetadataId": metadata_id(text, str(code)),
            "HasChanged": None,
        }
        for code, text in labels.items()
    }
    return {"LocalizedLabels": list(each.values()), "UserLocalizedLabel": each.get(language)}


def cast_of(column: Column) -> str:
    """Short name of the column's metadata class; empty for the plain AttributeMetadata."""
    return "" if column.kind in _PLAIN else _CLASSES.get(column.kind, column.kind)


def attribute(table: TableSchema, column: Column, language: int) -> dict[str, Any]:
    """The whole document of a column, derived properties included."""
    cast, custom = cast_of(column), "custom" in column.flags
    is_key = column.name == table.primary_id
    body: dict[str, Any] = {
        "@odata.type": f"#Microsoft.Dynamics.CRM.{cast}AttributeMetadata",
        "MetadataId": metadata_id(table.name, column.name),
        "HasChanged": None,
        "AttributeOf": column.shadow_of or None,
        "AttributeType": _CODES.get(column.kind, column.kind),
        "AttributeTypeName": {"Value": f"{column.kind}Type"},
        "ColumnNumber": 1 + list(table.columns).index(column.name),
        "Description": label({}, language),
        "DisplayName": label(column.labels, language),
        "EntityLogicalName": table.name,
        "IsCustomAttribute": custom,
        "IsLogical": bool(column.shadow_of),
        "IsManaged": not custom,
        "IsPrimaryId": is_key,
        "IsPrimaryName": column.name == table.primary_name,
        "IsSecured": "secured" in column.flags,
        "IsSearchable": False,
        "IsValidForAdvancedFind": {
            "Value": not column.shadow_of,
            "CanBeChanged": True,
            "ManagedPropertyLogicalName": "canmodifysearchsettings",
        },
        "IsValidForCreate": is_key or "readonly" not in column.flags,
        "IsValidForRead": True,
        "IsValidForUpdate": "readonly" not in column.flags and "calculated" not in column.flags,
        "IsValidODataAttribute": column.selectable,
        "LogicalName": column.name,
        "RequiredLevel": {
            "Value": column.required,
            "CanBeChanged": column.required != "SystemRequired",
            "ManagedPropertyLogicalName": "canmodifyrequirementlevelsettings",
        },
        "SchemaName": column.schema,
        "SourceType": 1 if "calculated" in column.flags else (None if column.shadow_of else 0),
    }
    return body | _derived(column)


def _derived(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {}
    match column.kind:
        case "String" | "Memo":
            text = column.format or "Text"
            found = {"MaxLength": column.length, "Format": text, "FormatName": {"Value": text}}
        case "Integer":
            found = {"MinValue": -2147483648, "MaxValue": 2147483647, "Format": column.format or "None"}
        case "BigInt":
            found = {"MinValue": -(2**63), "MaxValue": 2**63 - 1}
        case "Decimal" | "Double":
            found = {"MinValue": -100000000000, "MaxValue": 100000000000, "Precision": 4}
        case "Money":
            found = {"MinValue": -922337203685477, "MaxValue": 922337203685477, "Precision": 2}
            found |= {"PrecisionSource": 2, "IsBaseCurrency": column.name.endswith("_base")}
        case "DateTime":
            found = {"Format": column.format or "DateAndTime", "DateTimeBehavior": {"Value": column.behavior}}
        case "Lookup" | "Customer" | "Owner":
            found = {"Targets": list(column.targets)}
        case "Boolean":
            found = {"DefaultValue": bool(column.default)}
        case "Picklist" | "MultiSelectPicklist":
            found = {"DefaultFormValue": -1}
        case "Image":
            found = {"IsPrimaryImage": True, "CanStoreFullImage": False, "MaxSizeInKB": 10240}
        case "File":
            found = {"MaxSizeInKB": 32768}
    return found


def option_sets(table: TableSchema, column: Column, language: int) -> dict[str, Any]:
    """``OptionSet`` and ``GlobalOptionSet``: a shared set of choices stands in the second only."""
    is_global = "global" in column.flags
    options = {
        "MetadataId": metadata_id("options", table.name, column.name),
        "IsGlobal": is_global,
        "Name": column.name if is_global else f"{table.name}_{column.name}",
        "OptionSetType": column.kind if column.kind != "MultiSelectPicklist" else "Picklist",
    }
    if column.kind == "Boolean":
        by_value = {choice.value: _option(column, choice, language) for choice in column.choices}
        options |= {"TrueOption": by_value.get(1), "FalseOption": by_value.get(0)}
        return {"OptionSet": options, "GlobalOptionSet": None}
    options["Options"] = [_option(column, choice, language) for choice in column.choices]
    return {"OptionSet": None if is_global else options, "GlobalOptionSet": options if is_global else None}


def _option(column: Column, choice: Choice, language: int) -> dict[str, Any]:
    body: dict[str, Any] = {
        "Value": choice.value,
        "Color": None,
        "IsManaged": choice.value < 100_000,
        "Label": label({1033: choice.label, 1031: f"{choice.label} (de)"}, language),
        "Description": label({}, language),
        "ParentValues": [],
        "Tag": None,
    }
    if column.kind == "Status":
        body |= {"@odata.type": "#Microsoft.Dynamics.CRM.StatusOptionMetadata", "State": choice.state}
    if column.kind == "State":
        body |= {"@odata.type": "#Microsoft.Dynamics.CRM.StateOptionMetadata", "DefaultStatus": 1}
    return body


def entity(table: TableSchema, language: int, privilege_ids: Mapping[str, str], *, tracked: bool) -> dict[str, Any]:
    """The document of a table."""
    plural = {code: table.entity_set.title() for code in table.labels}
    return {
        "MetadataId": metadata_id(table.name),
        "LogicalName": table.name,
        "LogicalCollectionName": table.entity_set,
        "EntitySetName": table.entity_set,
        "SchemaName": table.schema,
        "CollectionSchemaName": table.entity_set.title(),
        "DisplayName": label(table.labels, language),
        "DisplayCollectionName": label(plural, language),
        "Description": label({}, language),
        "PrimaryIdAttribute": table.primary_id,
        "PrimaryNameAttribute": table.primary_name,
        "PrimaryImageAttribute": "entityimage" if "entityimage" in table.columns else None,
        "ObjectTypeCode": table.type_code,
        "OwnershipType": table.ownership,
        "TableType": "Standard",
        "IsCustomEntity": table.is_custom,
        "IsIntersect": False,
        "IsPrivate": False,
        "IsActivity": False,
        "IsManaged": not table.is_custom,
        "IsOptimisticConcurrencyEnabled": True,
        "ChangeTrackingEnabled": tracked,
        "CanChangeTrackingBeEnabled": {
            "Value": True,
            "CanBeChanged": True,
            "ManagedPropertyLogicalName": "canchangetrackingbeenabled",
        },
        "Privileges": [_privilege(table, verb, privilege_ids) for verb in VERBS],
    }


def _privilege(table: TableSchema, verb: str, ids: Mapping[str, str]) -> dict[str, Any]:
    """A SecurityPrivilegeMetadata; rows that nobody owns are guarded as a whole."""
    owned, name = table.ownership != "OrganizationOwned", f"prv{verb}{table.privilege}"
    return {
        "CanBeBasic": owned,
        "CanBeDeep": owned,
        "CanBeEntityReference": False,
        "CanBeGlobal": True,
        "CanBeLocal": owned,
        "CanBeParentEntityReference": False,
        "CanBeRecordFilter": False,
        "Name": name,
        "PrivilegeId": ids[name],
        "PrivilegeType": verb,
    }


def relationship(table: TableSchema, column: Column, target: str, navigation: str) -> dict[str, Any]:
    """The relationship behind a lookup: many-to-one seen from its table, one-to-many from the other one."""
    custom = "custom" in column.flags
    name = f"{'new_' if custom else ''}{target}_{table.name}_{column.name}"
    return {
        "MetadataId": metadata_id("relationship", table.name, column.name, target),
        "SchemaName": name,
        "RelationshipType": "OneToManyRelationship",
        "ReferencedAttribute": f"{target}id",
        "ReferencedEntity": target,
        "ReferencedEntityNavigationPropertyName": name,
        "ReferencingAttribute": column.name,
        "ReferencingEntity": table.name,
        "ReferencingEntityNavigationPropertyName": navigation,
        "IsCustomRelationship": custom,
        "IsHierarchical": False,
        "SecurityTypes": "Append",
    }

"""Definitions of tables and columns as the metadata API shows them. Pure."""

from __future__ import annotations

from typing import Any

from .columns import OPTION_TYPES, Column, Key, Lookup, Option, Table, stable_id
from .organization import VERSION

Doc = dict[str, Any]
LANGUAGE = 1033
_TYPE_NAMES = {"ImageType": "ImageType"}
_METADATA = {
    "Customer": "Lookup",
    "Owner": "Lookup",
    "Uniqueidentifier": "UniqueIdentifier",
    "Virtual": "",
    "ImageType": "Image",
}


def label(text: str) -> Doc:
    """Return a text in the organisation's one language."""
    if not text:
        return {"LocalizedLabels": [], "UserLocalizedLabel": None}
    one = {
        "Label": text,
        "LanguageCode": LANGUAGE,
        "IsManaged": True,
        "MetadataId": stable_id("label", text),
        "HasChanged": None,
    }
    return {"LocalizedLabels": [one], "UserLocalizedLabel": one}


def type_of(column: Column) -> str:
    """Return the type a column's definition is cast to, such as `StringAttributeMetadata`."""
    return f"{_METADATA.get(column.type, column.type)}AttributeMetadata"


def key_view(table: Table, key: Key, now_ms: int) -> Doc:
    """Return an alternate key; it is Pending until its index is made."""
    return {
        "SchemaName": key.schema_name,
        "LogicalName": key.name,
        "EntityLogicalName": table.name,
        "KeyAttributes": list(key.columns),
        "EntityKeyIndexStatus": "Active" if key.active_from_ms <= now_ms else "Pending",
        "DisplayName": label(key.label),
        "IsManaged": False,
        "MetadataId": key.id,
    }


def table_view(table: Table) -> Doc:
    """Return a table's own definition."""
    return {
        "MetadataId": table.metadata_id,
        "LogicalName": table.name,
        "SchemaName": table.schema_name,
        "EntitySetName": table.set_name,
        "LogicalCollectionName": table.set_name,
        "PrimaryIdAttribute": table.id_column,
        "PrimaryNameAttribute": table.name_column,
        "ObjectTypeCode": table.code,
        "OwnershipType": table.ownership,
        "ChangeTrackingEnabled": table.tracked,
        "IsBPFEntity": table.process,
        "IsCustomEntity": table.custom,
        "IsActivity": table.name == "opportunityclose",
        "IsPrivate": False,
        "TableType": "Standard",
        "DisplayName": label(table.schema_name),
        "DisplayCollectionName": label(table.set_name.capitalize()),
        "Description": label(""),
        "IntroducedVersion": VERSION,
    }


def option_view(option: Option, kind: str) -> Doc:
    """Return one option; a state has its default status, a status its state."""
    shown: Doc = {
        "Value": option.value,
        "Color": None,
        "IsManaged": True,
        "ExternalValue": None,
        "ParentValues": [],
        "Tag": None,
        "IsHidden": False,
        "MetadataId": None,
        "HasChanged": None,
        "Label": label(option.label),
        "Description": label(""),
    }
    if kind == "State":
        shown |= {"DefaultStatus": option.extra, "InvariantName": option.label.replace(" ", "")}
    elif kind == "Status":
        shown |= {"State": option.extra, "TransitionData": None}
    return shown


def option_set(table: Table, column: Column) -> Doc | None:
    """Return a column's option set, or None where it has none."""
    shown: Doc = {
        "Name": f"{table.name}_{column.name}",
        "IsGlobal": False,
        "IsCustomOptionSet": column.custom,
        "OptionSetType": column.type,
        "MetadataId": stable_id("optionset", table.name, column.name),
    }
    if column.type == "Boolean":
        for name, value in (("TrueOption", 1), ("FalseOption", 0)):
            named = column.option(value) or Option(value, "Yes" if value else "No")
            shown[name] = option_view(named, "Boolean")
        return shown
    if column.type not in OPTION_TYPES:
        return None
    return shown | {"Options": [option_view(one, column.type) for one in column.options]}


def column_view(table: Table, column: Column) -> Doc:
    """Return a column's definition with everything its type has; option sets only come with an expansion."""
    kind = type_of(column)
    shown: Doc = {
        "@odata.type": f"#Microsoft.Dynamics.CRM.{kind}",
        "MetadataId": stable_id("column", table.name, column.name),
        "LogicalName": column.name,
        "SchemaName": column.schema_name,
        "EntityLogicalName": table.name,
        "AttributeType": "Virtual" if column.type in ("ImageType", "MultiSelectPicklist") else column.type,
        "AttributeTypeName": {"Value": _TYPE_NAMES.get(column.type, f"{column.type}Type")},
        "AttributeOf": column.attribute_of or None,
        "DisplayName": label(column.label),
        "Description": label(""),
        "RequiredLevel": {
            "Value": column.required,
            "CanBeChanged": column.required not in ("SystemRequired",),
            "ManagedPropertyLogicalName": "canmodifyrequirementlevelsettings",
        },
        "IsValidForCreate": column.creatable,
        "IsValidForUpdate": column.updatable,
        "IsValidForRead": column.readable,
        "IsPrimaryId": column.name == table.id_column,
        "IsPrimaryName": column.name == table.name_column,
        "IsCustomAttribute": column.custom,
        "IsLogical": column.logical,
        "IsManaged": not column.custom,
        "IsSecured": False,
        "IsFilterable": False,
        "SourceType": None if column.type in ("Lookup", "Customer", "Owner") else 0,
    }
    if column.type in ("String", "Memo"):
        shown |= {"MaxLength": column.max_length, "Format": column.format or "Text"}
        shown["FormatName"] = {"Value": column.format or "Text"}
    elif column.type in ("Integer", "BigInt", "Money", "Decimal", "Double"):
        whole = column.type in ("Integer", "BigInt")
        shown |= {
            "MinValue": _bound(column.least, whole),
            "MaxValue": _bound(column.most, whole),
        }
        if not whole:
            shown["Precision"] = column.precision
        elif column.type == "Integer":
            shown["Format"] = "None"
    elif column.type in ("Lookup", "Customer", "Owner"):
        shown |= {"Targets": list(column.targets), "Format": "None"}
    elif column.type == "DateTime":
        shown |= {
            "Format": "DateOnly" if column.date_only else "DateAndTime",
            "DateTimeBehavior": {"Value": column.behavior or "UserLocal"},
        }
    elif column.type in OPTION_TYPES:
        shown["DefaultFormValue"] = -1
    elif column.type == "Boolean":
        shown["DefaultValue"] = False
    return shown


def _bound(value: float | None, whole: bool) -> float | int | None:
    return int(value) if whole and value is not None else value


def relationship_view(table: Table, lookup: Lookup) -> Doc:
    """Return a many-to-one relationship."""
    return {
        "@odata.type": "#Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata",
        "MetadataId": stable_id("relationship", lookup.schema_name),
        "SchemaName": lookup.schema_name,
        "RelationshipType": "OneToManyRelationship",
        "ReferencingEntity": table.name,
        "ReferencingAttribute": lookup.column,
        "ReferencedEntity": lookup.target,
        "ReferencedAttribute": f"{lookup.target}id",
        "ReferencingEntityNavigationPropertyName": lookup.nav,
        "ReferencedEntityNavigationPropertyName": lookup.schema_name,
        "IsCustomRelationship": False,
        "IsManaged": True,
    }

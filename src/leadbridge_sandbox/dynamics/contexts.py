"""What a webhook is sent of a change: the RemoteExecutionContext. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import values
from .columns import LOOKUPS, OPTION_TYPES, Table
from .organization import Organization
from .writes import Change

CONTRACTS = "http://schemas.microsoft.com/xrm/2011/Contracts"
SIZE_MAX = 256 * 1024
STRIPPED = ("ParentContext", "InputParameters", "PreEntityImages", "PostEntityImages")
"""What is left out of a message over the size limit."""


def typed(table: Table, name: str, value: Any) -> Any:
    """Return a value as contexts write it."""
    column = table.columns.get(name)
    if column is None or value is None:
        return value
    if column.type in LOOKUPS:
        return _reference(value[0], value[1])
    if column.type in OPTION_TYPES and isinstance(value, int):
        return {"__type": f"OptionSetValue:{CONTRACTS}", "Value": value}
    if column.type == "Money":
        return {"__type": f"Money:{CONTRACTS}", "Value": value}
    if column.type == "DateTime":
        return wcf_date(values.seconds_of(value) * 1000)
    return value


def wcf_date(at_ms: int) -> str:
    """Return a time as contexts write it."""
    return f"/Date({at_ms}+0000)/"


def _reference(table: str, record_id: str) -> dict[str, Any]:
    return {
        "__type": f"EntityReference:{CONTRACTS}",
        "Id": record_id,
        "KeyAttributes": [],
        "LogicalName": table,
        "Name": None,
        "RowVersion": None,
    }


def entity(table: Table, record_id: str, doc: Mapping[str, Any]) -> dict[str, Any]:
    """Return columns of a record as contexts write them."""
    attributes = [{"key": name, "value": typed(table, name, value)} for name, value in doc.items()]
    return {
        "__type": f"Entity:{CONTRACTS}",
        "Attributes": [*attributes, {"key": table.id_column, "value": record_id}],
        "EntityState": None,
        "FormattedValues": [],
        "Id": record_id,
        "KeyAttributes": [],
        "LogicalName": table.name,
        "RelatedEntities": [],
        "RowVersion": None,
    }


def execution_context(
    change: Change,
    organization: Organization,
    now_ms: int,
    new_uuid: Callable[[], str],
    images: Mapping[str, list[dict[str, Any]]],
) -> dict[str, Any]:
    """Return the body that tells of a change. Ids of operation and correlation are new."""
    table, record = change.table, change.record
    if change.message == "Delete":
        target = _reference(table.name, record.id)
    else:
        target = entity(table, record.id, {**change.changed, "modifiedon": values.iso(record.modified)})
    parameters = [{"key": "Target", "value": target}]
    if change.message == "Merge":
        merged = {"key": "SubordinateId", "value": change.changed["subordinate"]}
        parameters = [{"key": "Target", "value": _reference(table.name, record.id)}, merged]
    outputs = [{"key": "id", "value": record.id}] if change.message == "Create" else []
    return {
        "BusinessUnitId": organization.business_unit_id,
        "CorrelationId": new_uuid(),
        "Depth": change.depth,
        "InitiatingUserAzureActiveDirectoryObjectId": organization.user_object_id,
        "InitiatingUserId": change.user,
        "InputParameters": parameters,
        "IsExecutingOffline": False,
        "IsInTransaction": False,
        "IsOfflinePlayback": False,
        "IsolationMode": 1,
        "MessageName": change.message,
        "Mode": 1,
        "OperationCreatedOn": wcf_date(now_ms),
        "OperationId": new_uuid(),
        "OrganizationId": organization.organization_id,
        "OrganizationName": organization.unique_name,
        "OutputParameters": outputs,
        "OwningExtension": None,
        "ParentContext": None,
        "PostEntityImages": images.get("post", []),
        "PreEntityImages": images.get("pre", []),
        "PrimaryEntityId": record.id,
        "PrimaryEntityName": table.name,
        "RequestId": new_uuid(),
        "SecondaryEntityName": "none",
        "SharedVariables": [{"key": "tag", "value": change.tag}] if change.tag else [],
        "Stage": 40,
        "UserAzureActiveDirectoryObjectId": organization.user_object_id,
        "UserId": change.user,
    }

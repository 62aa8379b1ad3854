"""Which operation a Web API request is, by method and path. The names are what counters and faults know them by."""

from __future__ import annotations

from . import actions_api, bulk, csdl, customising, delta, entities, functions, metadata, sales
from .addresses import Segment
from .operation import Handler, Operation

RECORD_TABLES = frozenset({"leads", "contacts", "accounts", "opportunities"})
ACTION = "Microsoft.Dynamics.CRM."

_COLLECTION: dict[str, tuple[str, Handler, bool]] = {
    "GET": ("list", entities.listed, False),
    "POST": ("create", entities.create, True),
}
_RECORD: dict[str, tuple[str, Handler, bool]] = {
    "GET": ("read", entities.read, False),
    "DELETE": ("delete", entities.delete, True),
}
_PART: dict[str, tuple[str, Handler, bool]] = {
    "GET": ("read-part", entities.read_part, False),
    "DELETE": ("clear-part", entities.clear_part, True),
    "PUT": ("put-part", entities.put_part, True),
}
_GLOBAL: dict[tuple[str, str], Operation] = {
    ("GET", "$metadata"): Operation("metadata.document", csdl.document),
    ("GET", "WhoAmI"): Operation("whoami", functions.who_am_i),
    ("GET", "RetrieveCurrentOrganization"): Operation("current-organization", functions.current_organization),
    ("GET", "RetrieveVersion"): Operation("version", functions.version),
    ("GET", "RetrieveProcessInstances"): Operation("process-instances", actions_api.process_instances),
    ("GET", "RetrieveActivePath"): Operation("active-path", actions_api.active_path),
    ("GET", "RetrieveTotalRecordCount"): Operation("total-record-count", actions_api.total_record_count),
    ("POST", "Merge"): Operation("merge", actions_api.merge, True),
    ("POST", "BulkDelete"): Operation("bulk-delete", bulk.bulk_delete, True),
    ("POST", "CreateEntities"): Operation("metadata.tables.create", customising.create_entities, True),
    ("GET", "RetrieveMetadataChanges"): Operation("metadata.changes", customising.metadata_changes),
    ("POST", "WinOpportunity"): Operation("opportunities.win", sales.win, True),
    ("POST", "LoseOpportunity"): Operation("opportunities.lose", sales.lose, True),
}
_BOUND: dict[str, tuple[str, Handler, bool]] = {
    "CreateMultiple": ("create-multiple", bulk.create_multiple, True),
    "UpdateMultiple": ("update-multiple", bulk.update_multiple, True),
    "UpsertMultiple": ("upsert-multiple", bulk.upsert_multiple, True),
    "QualifyLead": ("qualify", sales.qualify_lead, True),
}
_METADATA: dict[tuple[str, str], Operation] = {
    ("DELETE", ""): Operation("metadata.tables.delete", customising.remove_table, True),
    ("POST", "Keys"): Operation("metadata.keys.create", customising.create_key, True),
    ("DELETE", "Keys"): Operation("metadata.keys.delete", customising.remove_key, True),
    ("POST", "Attributes"): Operation("metadata.attributes.create", customising.create_column, True),
    ("DELETE", "Attributes"): Operation("metadata.attributes.delete", customising.remove_column, True),
}


def operation_of(method: str, path: list[Segment], headers: dict[str, str], query: str) -> Operation | None:
    """Return the operation, or None when there is none."""
    if not path:
        return Operation("service-document", functions.service_document) if method == "GET" else None
    first = path[0]
    known = _GLOBAL.get((method, first.name))
    if known is not None:
        return known
    if first.name == "EntityDefinitions":
        part = path[1].name if len(path) > 1 else ""
        if method == "GET":
            return Operation(f"metadata.{part.lower() or 'tables'}", metadata.definitions)
        return _METADATA.get((method, part))
    base = "records" if first.name in RECORD_TABLES else first.name
    return _of_records(base, method, path, headers, query)


def _of_records(base: str, method: str, path: list[Segment], headers: dict[str, str], query: str) -> Operation | None:
    first = path[0]
    if len(path) == 2 and method == "POST" and path[1].name.startswith(ACTION):
        return _named(base, _BOUND.get(path[1].name.removeprefix(ACTION)))
    if len(path) == 1 and first.inside is None:
        if method == "GET" and delta.is_tracked(headers.get("prefer", ""), query):
            return Operation(f"{base}.delta", delta.tracked)
        return _named(base, _COLLECTION.get(method))
    if len(path) == 1:
        if method == "PATCH":
            name = "update" if "if-match" in headers else "upsert"
            return Operation(f"{base}.{name}", entities.patch, True)
        return _named(base, _RECORD.get(method))
    if path[1].name == "$count" and first.inside is None and method == "GET":
        return Operation(f"{base}.count", delta.count if "deltatoken=" in query else entities.count)
    if len(path) == 3 and path[2].name == "$ref" and method in ("PUT", "POST"):
        return Operation(f"{base}.relate", actions_api.relate, True)
    return _named(base, _PART.get(method)) if first.inside is not None else None


def _named(base: str, found: tuple[str, Handler, bool] | None) -> Operation | None:
    return None if found is None else Operation(f"{base}.{found[0]}", found[1], found[2])

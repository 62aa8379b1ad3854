"""Which operation a Web API request is, by method and path. The names are what counters and faults know them by."""

from __future__ import annotations

from . import entities, functions
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
    ("GET", "WhoAmI"): Operation("whoami", functions.who_am_i),
    ("GET", "RetrieveCurrentOrganization"): Operation("current-organization", functions.current_organization),
    ("GET", "RetrieveVersion"): Operation("version", functions.version),
}


def operation_of(method: str, path: list[Segment], headers: dict[str, str], query: str) -> Operation | None:
    """Return the operation, or None when there is none."""
    if not path:
        return Operation("service-document", functions.service_document) if method == "GET" else None
    first = path[0]
    known = _GLOBAL.get((method, first.name))
    if known is not None:
        return known
    base = "records" if first.name in RECORD_TABLES else first.name
    return _of_records(base, method, path, headers, query)


def _of_records(base: str, method: str, path: list[Segment], headers: dict[str, str], query: str) -> Operation | None:
    first = path[0]
    if len(path) == 1 and first.inside is None:
        return _named(base, _COLLECTION.get(method))
    if len(path) == 1:
        if method == "PATCH":
            name = "update" if "if-match" in headers else "upsert"
            return Operation(f"{base}.{name}", entities.patch, True)
        return _named(base, _RECORD.get(method))
    if path[1].name == "$count" and first.inside is None and method == "GET":
        return Operation(f"{base}.count", entities.count)
    return _named(base, _PART.get(method)) if first.inside is not None else None


def _named(base: str, found: tuple[str, Handler, bool] | None) -> Operation | None:
    return None if found is None else Operation(f"{base}.{found[0]}", found[1], found[2])

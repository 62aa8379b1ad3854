"""What an erasure does to each kind of document: the one table that every kind must stand in.

A kind that is missing here, or that is walked by subject without the index for it, fails a test.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from leadbridge.kit.values import Stored, Value


class Action(StrEnum):
    """What becomes of a document that names an erased record among its ``subjects``."""

    DELETE = "delete"
    STRIP = "strip"
    """It stays for the others in it, without the person."""
    NONE = "none"
    """It holds no personal data of records; ``why`` says what it holds."""


@dataclass(frozen=True, slots=True)
class Policy:
    """An action with its reason. ``only`` returns what of a body is about the given records, for their export."""

    action: Action
    why: str
    strip: Callable[[Stored, Collection[str]], Stored] | None = None
    only: Callable[[Stored, Collection[str]], Stored] | None = None


def without_rows(body: Stored, records: Collection[str]) -> Stored:
    """Return a part of an import without the rows of ``records``."""
    return _rows(body, lambda id: id not in records)


def only_rows(body: Stored, records: Collection[str]) -> Stored:
    """Return a part of an import with the rows of ``records`` alone."""
    return _rows(body, lambda id: id in records)


def without_items(body: Stored, records: Collection[str]) -> Stored:
    """Return a part of a run with nothing of ``records`` but that something became of them."""
    items = [_nobody(item) if _lead(item) in records else item for item in _list(body, "items")]
    return {**body, "items": items, "subjects": [id for id in _list(body, "subjects") if id not in records]}


def only_items(body: Stored, records: Collection[str]) -> Stored:
    """Return a part of a run with the items of ``records`` alone."""
    items = [item for item in _list(body, "items") if _lead(item) in records]
    return {**body, "items": items, "subjects": [id for id in _list(body, "subjects") if id in records]}


def _lead(item: Value) -> Value | None:
    return item.get("lead") if isinstance(item, dict) else None


def _nobody(item: Value) -> Value:
    kept: dict[str, Value] = {"sent": ""}
    if isinstance(item, dict) and (action := item.get("action")) is not None:
        kept["action"] = action
    return kept


def _rows(body: Stored, wanted: Callable[[Value], bool]) -> Stored:
    targets, rows = _list(body, "targets"), _list(body, "rows")
    kept = [(row, target) for row, target in zip(rows, targets, strict=True) if wanted(target)]
    return {
        **body,
        "rows": [row for row, _ in kept],
        "targets": [target for _, target in kept],
        "recordIds": [id for id in _list(body, "recordIds") if wanted(id)],
        "created": [id for id in _list(body, "created") if wanted(id)],
        "subjects": [id for id in _list(body, "subjects") if wanted(id)],
    }


def _list(body: Stored, name: str) -> list[Value]:
    here = body.get(name, [])
    return here if isinstance(here, list) else []


_DELETE, _NONE = Action.DELETE, Action.NONE

POLICIES: Mapping[str, Policy] = {
    # first what points at the record, last the record: while it is there, an erasure that was cut off is seen
    "links": Policy(_DELETE, "both values of every synced field"),
    "error_log": Policy(_DELETE, "a vendor's message may quote the record"),
    "import_rejects": Policy(_DELETE, "the cells of the row; rows that became no record are found by keyed hash"),
    "idempotency_answers": Policy(_DELETE, "a sealed answer that may hold the record; a repeat is then done anew"),
    "form_submissions": Policy(_DELETE, "what the person sent with a form, and the consent they gave"),
    "import_records": Policy(Action.STRIP, "which record each row fell on, of many people", without_rows, only_rows),
    "import_before": Policy(_DELETE, "fields of the record before an import changed them"),
    "waiting_pushes": Policy(_DELETE, "the id of a lead that is to be pushed"),
    "run_parts": Policy(Action.STRIP, "each lead's outcome in a run, of many people", without_items, only_items),
    "delivery_attempts": Policy(_DELETE, "what an endpoint answered to an event of the record"),
    "executions": Policy(_DELETE, "the event that was sent, with the record's fields"),
    "occurrences": Policy(_DELETE, "what happened with the record: a push of it, with the CRM's answer"),
    "record_merges": Policy(_DELETE, "fields of two records before and after they were merged"),
    "record_events": Policy(_DELETE, "what the record's fields were before and after each change"),
    "deals": Policy(_DELETE, "the record itself; one that only refers to an erased contact stays"),
    "accounts": Policy(_DELETE, "the record itself"),
    "contacts": Policy(_DELETE, "the record itself, and those merged into it"),
    "leads": Policy(_DELETE, "the record itself, and those merged into it"),
    # nothing of a record
    "record_settings": Policy(_NONE, "declared fields and thresholds"),
    "saved_views": Policy(_NONE, "filters that a user saved"),
    "sales_reps": Policy(_NONE, "the company's own sales team; goes with the member or the tenant"),
    "companies": Policy(_NONE, "the tenant itself; goes with the tenant"),
    "users": Policy(_NONE, "the company's own users, not its records; goes with the user or the tenant"),
    "access_tokens": Policy(_NONE, "hashes of users' tokens"),
    "directory": Policy(_NONE, "hashes and ids that lead to a company"),
    "data_keys": Policy(_NONE, "wrapped keys"),
    "key_rotations": Policy(_NONE, "progress of key rotations"),
    "store_state": Policy(_NONE, "the store's own state"),
    "lanes": Policy(_NONE, "who is at work on which connection"),
    "signals": Policy(_NONE, "how often something was put into a lane"),
    "shares": Policy(_NONE, "a company's share of the work"),
    "tasks": Policy(_NONE, "ids of what is to be done, never copies of records"),
    "schedules": Policy(_NONE, "when something is due"),
    "chores": Policy(_NONE, "when the hub's own upkeep is due"),
    "budgets": Policy(_NONE, "calls left at a vendor account"),
    "passwords": Policy(_NONE, "hashes of users' passwords; goes with the user"),
    "addresses": Policy(_NONE, "hashes of users' addresses; goes with the user"),
    "sign_in_attempts": Policy(_NONE, "hashes of addresses that somebody tried to sign in with"),
    "sessions": Policy(_NONE, "a user's signed-in browser"),
    "invitations": Policy(_NONE, "the address of an invited user, not of a record"),
    "audit": Policy(_NONE, "which user changed what of the company; personal values are masked"),
    "rate_buckets": Policy(_NONE, "counts by company, user and hashed address"),
    "UsageEvent": Policy(_NONE, "counts and ids"),
    "request_log": Policy(_NONE, "methods, statuses and masked addresses of calls, no values"),
    "usage_deltas": Policy(_NONE, "counts"),
    "usage_quarters": Policy(_NONE, "counts"),
    "usage_days": Policy(_NONE, "counts"),
    "usage_months": Policy(_NONE, "counts"),
    "usage_foldings": Policy(_NONE, "how far counts are summed up"),
    "usage_quotas": Policy(_NONE, "the company's limits"),
    "runs": Policy(_NONE, "counts"),
    "forms": Policy(_NONE, "the questions of a form, not the answers"),
    "imports": Policy(_NONE, "counts, and the file's name and headers"),
    "import_pieces": Policy(
        _NONE, "a file while it is imported, deleted as its rows are brought in, which keeps erased people out"
    ),
    "import_gates": Policy(_NONE, "which import is under way"),
    "connections": Policy(_NONE, "the account at the vendor, and the user who connected it"),
    "connection_health": Policy(_NONE, "the vendor's view of the connection"),
    "connection_tokens": Policy(_NONE, "sealed tokens"),
    "hints": Policy(_NONE, "ids of a CRM's records that may have changed, for three days; nothing of their values"),
    "webhook_orders": Policy(_NONE, "hash, sealed key and sealed secret of a connection's webhook address"),
    "automations": Policy(_NONE, "what starts an automation and what it does"),
    "listening": Policy(_NONE, "that the company has, or had, automations"),
    "hooks": Policy(_NONE, "which events another system is told of"),
    "endpoints": Policy(_NONE, "sealed address and sealed secrets of an endpoint"),
    "endpoint_health": Policy(_NONE, "how an endpoint has answered of late"),
    "inbound_addresses": Policy(_NONE, "hash, sealed key and sealed secrets of the address an automation is called at"),
    "inbound_calls": Policy(_NONE, "hashes of the keys that calls to automations gave, for seven days"),
    "oauth_flows": Policy(_NONE, "a user's connect under way"),
    "erasure_keys": Policy(_NONE, "sealed key of the hashes"),
    "erased_people": Policy(_NONE, "keyed hashes, kept so that the person does not come back"),
    "erasures": Policy(_NONE, "ids until the erasure is done, then counts and keyed hashes"),
    "company_erasures": Policy(_NONE, "ids of erased companies"),
}

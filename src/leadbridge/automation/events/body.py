"""The body that is sent: what an event says, frozen as JSON when it starts something. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from leadbridge.kit.clock import to_text
from leadbridge.leads.forms.model import Submission
from leadbridge.leads.history import RecordEvent
from leadbridge.leads.occurrences import Occurrence
from leadbridge.leads.stored import CrmRecord
from leadbridge.leads.types import record_view

MAX_BODY = 200 * 1024
"""Bytes of a body, as the execution stores it: its document, with all that reports and answers add, has at most 256 KB.
"""
_KEPT_TEXT = 200
_PREVIOUS = {
    "lead.status_changed": ("previousStatus", "status"),
    "lead.assigned": ("previousOwnerId", "ownerId"),
    "lead.scored": ("previousScore", "score"),
}


def change_data(event: RecordEvent, type: str, record: CrmRecord | None) -> dict[str, Any]:
    """Return the data of a record's change under one of its names; ``record`` is as it is now, None: erased since."""
    data: dict[str, Any] = {
        event.record: {"_id": event.record_id} if record is None else record_view(record),
        "types": list(event.types),
        "changes": event.changes,
        "by": event.by,
    }
    if event.types[0].endswith(".merged") and event.other_id is not None:
        data["mergedId"] = event.other_id
    if type in _PREVIOUS:
        shown, field = _PREVIOUS[type]
        change = event.changes.get(field)
        data[shown] = change[0] if isinstance(change, list) and change else None
    return data


def occurrence_data(event: Occurrence, lead: CrmRecord | None) -> dict[str, Any]:
    """Return the data of an occurrence, with the lead that it is about as it is now."""
    data = dict(event.data)
    if event.record_id is not None:
        data["leadId"] = event.record_id
        if lead is not None:
            data["lead"] = record_view(lead)
    return data


def submission_data(sent: Submission, lead: CrmRecord | None) -> dict[str, Any]:
    """Return the data of a form's submission."""
    submission: dict[str, Any] = {"_id": sent.id, "at": to_text(sent.at), "created": sent.created, "data": sent.data}
    if sent.consent is not None:
        submission["consent"] = sent.consent
    if sent.page is not None:
        submission["page"] = sent.page
    return {
        "lead": {"_id": sent.lead_id} if lead is None else record_view(lead),
        "form": {"_id": sent.form_id, "name": sent.form_name},
        "submission": submission,
    }


def frozen_body(
    *,
    type: str,
    id: str,
    timestamp: datetime,
    execution_id: str,
    company_id: str,
    origin: str,
    hop: int,
    data: Any,
    automation_id: str | None = None,
    hook_id: str | None = None,
    test: bool = False,
) -> str:
    """Return the body as compact JSON, byte for byte what every attempt sends.

    One that would be too large to store keeps of its data the ids and short texts alone, and says ``truncated``.
    """
    body: dict[str, Any] = {"type": type, "id": id, "timestamp": to_text(timestamp), "executionId": execution_id}
    if automation_id is not None:
        body["automationId"] = automation_id
    if hook_id is not None:
        body["hookId"] = hook_id
    body |= {"companyId": company_id, "origin": origin, "hop": hop}
    if test:
        body["test"] = True
    whole = orjson.dumps(body | {"data": data})
    if _stored(whole) > MAX_BODY:
        whole = orjson.dumps(body | {"truncated": True, "data": ids_only(data)})
    return whole.decode()


def ids_only(data: Any) -> Any:
    """Return what is left of data that is too large: short plain values, and of objects their ``_id``."""
    if not isinstance(data, Mapping):
        return {}
    left: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, Mapping):
            if "_id" not in value:
                continue
            value = {"_id": value["_id"]}
        if not isinstance(value, list) and len(str(name)) + len(str(value)) <= _KEPT_TEXT:
            left[name] = value
        if len(left) >= _KEPT_TEXT:
            break
    return left


def _stored(body: bytes) -> int:
    """Return how long a body is inside the document that keeps it as a text."""
    return len(body) + body.count(b'"') + body.count(b"\\") if len(body) <= MAX_BODY else len(body)

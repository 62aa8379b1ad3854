"""Usage events that come by the thousand: counted and stored without the document being built. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

import msgspec

from leadbridge.kit.clock import to_text
from leadbridge.kit.values import Stored
from leadbridge.usage.model import Category, EventType, Status
from leadbridge.usage.rows import Part
from leadbridge.usage.tally import Tally, quarter_of


class Counted(msgspec.Struct, frozen=True):
    """What an operation adds to the counts."""

    event_type: EventType
    category: Category
    status: Status
    milliseconds: int
    api_calls: int
    created_at: datetime
    automation_id: str | None = None
    run_id: str | None = None


def stored_event(company_id: str, id: str, counted: Counted) -> Stored:
    """Return the event as the store keeps it: what ``UsageEvent`` would be encoded to."""
    body: Stored = {
        "_id": id,
        "companyId": company_id,
        "subjects": [],
        "eventType": counted.event_type.value,
        "category": counted.category.value,
        "status": counted.status.value,
        "metadata": {"duration": counted.milliseconds, "requestData": "{}", "responseData": "{}"},
        "metrics": {"apiCallsUsed": counted.api_calls, "recordsProcessed": 0},
        "createdAt": to_text(counted.created_at),
    }
    if counted.automation_id is not None:
        body["automationId"] = counted.automation_id
    if counted.run_id is not None:
        body["runId"] = counted.run_id
    return body


def parts_counted(operations: Iterable[Counted]) -> tuple[Part, ...]:
    """Return what ``operations`` add, by quarter hour."""
    tallies: dict[int, Tally] = defaultdict(Tally)
    for one in operations:
        key = (one.event_type, one.category, one.status, "", one.automation_id or "")
        tallies[quarter_of(one.created_at)].count(key, one.milliseconds, one.api_calls, 0)
    return tuple(tally.part(quarter) for quarter, tally in sorted(tallies.items()))

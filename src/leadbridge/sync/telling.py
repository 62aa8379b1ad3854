"""What a push tells: leads that a CRM took, and leads that it did not. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadbridge.leads.occurrences import News
from leadbridge.sync import faults
from leadbridge.sync.model import Item, Run, Trigger

SYNCED, FAILED = "crm.synced", "crm.sync_failed"
_TOLD = {"created": SYNCED, "updated": SYNCED, "failed": FAILED, "held": FAILED}
"""Outcomes that are told. A lead that was up to date already, or is not to be pushed, is no news."""


def news_of(run: Run, items: Sequence[Item]) -> list[News]:
    """Return what the outcomes of some items of ``run`` tell.

    A push that nobody asked for follows from the lead's latest change, and its news does too: what an import or an
    automation brought about stays theirs.
    """
    return [_news(run, item) for item in items if item.lead is not None and _is_told(item)]


def _is_told(item: Item) -> bool:
    silent = item.fault is not None and item.fault.code in (faults.CANCELLED.code, faults.UNKNOWN_LEAD.code)
    return item.action in _TOLD and not silent


def _news(run: Run, item: Item) -> News:
    data: dict[str, Any] = {
        "provider": run.provider,
        "connectionId": run.connection_id,
        "runId": run.id,
        "action": item.action,
    }
    if item.crm_id is not None:
        data["crmId"] = item.crm_id
    if item.fault is not None:
        fault = item.fault
        data["fault"] = {
            "code": fault.code,
            "message": fault.message,
            "hint": fault.hint,
            "retryable": fault.retryable,
        }
    return News(
        type=_TOLD[item.action or ""],
        origin=run.origin,
        hop=run.hop,
        record_id=item.lead,
        follows=run.trigger is Trigger.AUTOMATIC,
        data=data,
    )

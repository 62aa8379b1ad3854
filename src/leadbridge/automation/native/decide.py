"""What an execution that is run here comes to. Pure: from the outcome of a push, and from what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from leadbridge.automation.delivery.model import ExecutionState
from leadbridge.sync.model import Item

PUSHED = {
    "created": "The lead was created in the CRM.",
    "updated": "The lead was updated in the CRM.",
    "unchanged": "The lead was in the CRM already, with the same values.",
    "excluded": "The connection's rules leave this lead out; nothing was to be written.",
}
"""Outcomes of a lead that are successes."""
SOONEST, LATEST = timedelta(milliseconds=200), timedelta(seconds=30)
"""Between two looks at a push under way."""
FIRST_PAUSE, LAST_PAUSE = timedelta(seconds=2), timedelta(minutes=1)
"""Between two looks at what stands in the way of a push."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an execution ends."""

    state: ExecutionState
    code: str
    message: str


NO_LEAD = Outcome(
    ExecutionState.FAILED,
    "no_lead",
    "The event that started this is about no lead, so there is nothing to send to the CRM.",
)
LEAD_GONE = Outcome(ExecutionState.FAILED, "lead_gone", "The lead was deleted before it could be sent to the CRM.")
NOT_AVAILABLE = Outcome(
    ExecutionState.FAILED, "not_available_here", "The hub cannot do the work of this automation by itself."
)
DEACTIVATED = Outcome(ExecutionState.CANCELLED, "deactivated", "The automation was deactivated before this was done.")
RUN_GONE = Outcome(
    ExecutionState.FAILED,
    "run_gone",
    "The push was deleted before its outcome was noted; the lead's links show what became of it.",
)

HINTS = {
    "no_lead": "Name the lead as 'leadId' in the body of the call, or let an event of a lead start the automation.",
    "lead_gone": "Restore the lead and push it, if it belongs in the CRM.",
    "not_available_here": "Save the address of a custom webhook in Make as 'makeWebhookUrl'.",
    "run_gone": "Push the lead again: POST /api/v1/crm-integration/sync-leads.",
}
"""What a person can do about the codes of this step; a CRM's own have their hint in the message."""


def expired(code: str, message: str) -> Outcome:
    """Return the end of an execution that could not be begun for three days, for this reason."""
    return Outcome(ExecutionState.FAILED, code, f"Given up after three days. {message}")


def pushed(item: Item) -> Outcome:
    """Return the end of an execution whose lead was pushed; raises ``ValueError`` for one without an outcome."""
    if item.action is None:
        raise ValueError("the push has not settled this lead yet")
    if item.fault is None and item.action in PUSHED:
        return Outcome(ExecutionState.SUCCEEDED, item.action, PUSHED[item.action])
    if item.fault is None:
        return Outcome(ExecutionState.FAILED, item.action, f"The push ended with the outcome {item.action!r}.")
    hint = f" {item.fault.hint}" if item.fault.hint else ""
    return Outcome(ExecutionState.FAILED, item.fault.code, f"{item.fault.message}{hint}")


def next_look(begun: datetime, now: datetime) -> datetime:
    """Return when to look again at a push under way: soon at first, then after half of what it has taken so far."""
    return now + min(LATEST, max(SOONEST, (now - begun) / 2))


def next_try(made: datetime, now: datetime) -> datetime:
    """Return when to try again to begin a push: soon at first, then after as long as it has waited so far."""
    return now + min(LAST_PAUSE, max(FIRST_PAUSE, now - made))

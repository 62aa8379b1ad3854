"""What is stored of an attempt: the attempt itself, and where its execution is afterwards. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leadbridge.automation.delivery.answers import Follows
from leadbridge.automation.delivery.model import Execution, ExecutionState
from leadbridge.automation.delivery.schedule import next_try
from leadbridge.automation.delivery.sender import Sent
from leadbridge.kit.clock import to_text
from leadbridge.kit.values import Stored, Value, clean_text

REPORTED_FAILED = "reported_failed"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an execution is after an attempt, or instead of one."""

    state: ExecutionState
    code: str | None
    message: str | None = None
    next_at: datetime | None = None

    @property
    def settled(self) -> bool:
        """Whether no try follows by itself."""
        return self.state is not ExecutionState.RETRYING


def standing(
    execution: Execution,
    sent: Sent,
    failed: int,
    schedule: Sequence[float] | None,
    now: datetime,
    rng: random.Random,
    *,
    disabled: bool,
) -> Standing:
    """Return where ``execution`` is after an attempt that was its ``failed``-th failure, if it was one.

    ``disabled``: the endpoint was disabled because of it. An execution that was cancelled while it was being sent
    stays so unless it was delivered after all.
    """
    answer = sent.answer
    message = answer.message or None
    if answer.kind.follows is Follows.DELIVERED:
        if execution.report is not None and not execution.report.ok:
            return Standing(ExecutionState.FAILED, REPORTED_FAILED, execution.report.message or None)
        return Standing(ExecutionState.SUCCEEDED, answer.code)
    if execution.state == ExecutionState.CANCELLED:
        return Standing(ExecutionState.CANCELLED, execution.code, execution.message)
    if answer.kind.follows is Follows.FAILED or disabled:
        return Standing(ExecutionState.FAILED, answer.code, message)
    due = next_try(answer, failed, now, execution.expires_at, schedule, rng)
    if due is None:
        return Standing(ExecutionState.FAILED, answer.code, message)
    return Standing(ExecutionState.RETRYING, answer.code, message, due)


def attempt_of(id: str, execution: Execution, endpoint_id: str, sent: Sent, after: Standing) -> Stored:
    """Return the attempt as it is stored: what an ``Attempt`` would be encoded to."""
    answer = sent.answer
    body: Stored = {
        "_id": id,
        "companyId": execution.company_id,
        "subjects": list(execution.subjects),
        "executionId": execution.id,
        "endpointId": endpoint_id,
        "n": execution.attempts + 1,
        "at": to_text(sent.at),
        "milliseconds": sent.milliseconds,
        "code": answer.code,
        "message": clean_text(answer.message),
        "sentHeaders": sent.sent_headers,
        "headers": clean_text(sent.headers),
        "body": clean_text(sent.body),
    }
    if answer.status is not None:
        body["status"] = answer.status
    if after.next_at is not None:
        body["nextAt"] = to_text(after.next_at)
    return body


def fields_after(execution: Execution, sent: Sent | None, after: Standing, now: datetime) -> tuple[Stored, list[str]]:
    """Return what changes about an execution: fields as they are stored, and those that are removed."""
    fields: dict[str, Value | None] = {
        "state": after.state.value,
        "code": after.code,
        "message": None if after.message is None else clean_text(after.message),
        "nextAt": None if after.next_at is None else to_text(after.next_at),
        "settledAt": to_text(now) if after.settled else None,
    }
    if sent is not None:
        fields["attempts"] = execution.attempts + 1
        fields["lastStatus"] = sent.answer.status
        if execution.first_tried_at is None:
            fields["firstTriedAt"] = to_text(sent.at)
    changed: Stored = {name: value for name, value in fields.items() if value is not None}
    return changed, [name for name, value in fields.items() if value is None]

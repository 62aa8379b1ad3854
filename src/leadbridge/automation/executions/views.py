"""How executions and their attempts are shown."""

from __future__ import annotations

from typing import Any

import orjson

from leadbridge.automation.delivery.answers import hint_of
from leadbridge.automation.delivery.model import Attempt, Execution
from leadbridge.automation.native.decide import HINTS
from leadbridge.kit.clock import to_millis, to_text


def execution_view(execution: Execution, automation_name: str | None = None) -> dict[str, Any]:
    """Return an execution as lists show it."""
    shown: dict[str, Any] = {
        "_id": execution.id,
        "automationId": execution.automation_id,
        "automationName": automation_name,
        "hookId": execution.hook_id,
        "eventId": execution.event_id,
        "eventType": execution.event_type,
        "recordId": execution.record_id,
        "status": str(execution.state),
        "attempts": execution.attempts,
        "lastStatus": execution.last_status,
        "code": execution.code,
        "message": execution.message,
        "origin": execution.origin,
        "hop": execution.hop,
        "test": bool(execution.test),
        "replayOf": execution.replay_of,
        "runId": execution.run_id,
        "createdAt": to_text(execution.created_at),
    }
    if execution.settled_at is not None:
        shown["settledAt"] = to_text(execution.settled_at)
        begun = execution.first_tried_at or execution.created_at
        shown["durationMs"] = max(0, to_millis(execution.settled_at) - to_millis(begun))
    elif execution.next_at is not None:
        shown["nextAt"] = to_text(execution.next_at)
    return {name: value for name, value in shown.items() if value is not None}


def execution_in_full(
    execution: Execution, attempts: list[Attempt], automation_name: str | None = None
) -> dict[str, Any]:
    """Return an execution with what was sent, what a call-back told, and each attempt."""
    shown = execution_view(execution, automation_name) | {
        "payload": orjson.loads(execution.body),
        "attemptsList": [attempt_view(one) for one in attempts],
    }
    if execution.code is not None and (hint := hint_of(execution.code) or HINTS.get(execution.code)):
        shown["hint"] = hint
    if (report := execution.report) is not None:
        told: dict[str, Any] = {"ok": report.ok, "at": to_text(report.at), "message": report.message}
        if report.result is not None:
            told["result"] = _json_or_text(report.result)
        shown["report"] = told
    return shown


def attempt_view(attempt: Attempt) -> dict[str, Any]:
    """Return one attempt: what was sent with it, what came back, what it meant."""
    shown: dict[str, Any] = {
        "n": attempt.n,
        "at": to_text(attempt.at),
        "milliseconds": attempt.milliseconds,
        "status": attempt.status,
        "code": attempt.code,
        "message": attempt.message,
        "sentHeaders": orjson.loads(attempt.sent_headers),
        "headers": orjson.loads(attempt.headers),
        "body": attempt.body,
        "nextAt": None if attempt.next_at is None else to_text(attempt.next_at),
    }
    return {name: value for name, value in shown.items() if value is not None}


def _json_or_text(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text

"""What a call is, and what a call-back changes about the execution it reports on. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
import orjson

from leadbridge.automation.delivery.model import Execution, ExecutionState, Report
from leadbridge.automation.inbound.reading import Content
from leadbridge.kit.ids import is_object_id
from leadbridge.security.redact import redact_text, redact_value

REPORTED_FAILED = "reported_failed"
"""The code of an execution that was handed over, and of which a call-back said that it failed."""
MAX_MESSAGE = 500
MAX_RESULT = 4096
GOOD = frozenset({"success", "succeeded", "successful", "ok", "done", "completed", "complete", "finished"})
BAD = frozenset({"failed", "failure", "fail", "error", "errored", "rejected", "cancelled", "canceled", "aborted"})
_ABOUT = frozenset({"executionId", "status", "ok", "success", "message", "error"})
_HOP = re.compile(rb"[0-9]{1,3}\Z")


@dataclass(frozen=True, slots=True)
class Decision:
    """What is written about an execution. ``spoilt`` says that a success is to be counted as a failure from now on."""

    values: Mapping[str, object] = field(default_factory=dict)
    spoilt: bool = False


def named_execution(header: bytes | None, content: Content) -> str | None:
    """Return the id of the execution that a call names, by header or at the top of its body; None where it does not."""
    if header is not None:
        named = header.decode("latin-1").strip()
        if is_object_id(named):
            return named
    held = content.fields.get("executionId")
    return held if isinstance(held, str) and is_object_id(held) else None


def hop_of(header: bytes | None) -> int | None:
    """Return how often automations have handed on what a call comes of, as its header says; None without one."""
    if header is None or not _HOP.match(header.strip()):
        return None
    return int(header)


def report_of(content: Content, now: datetime) -> Report:
    """Return what a call-back says.

    It failed where ``status`` is a word for that or an HTTP status from 400 on, where ``ok`` or ``success`` is false,
    or where ``error`` holds anything; without any of these it succeeded. ``message`` is what is shown to people, or
    what ``error`` says; ``result`` is kept with it, and without one the fields that mean nothing else here.
    """
    fields = content.fields
    if not fields:
        shown = content.value.get("text", "") if isinstance(content.value, dict) else content.value
        return Report(ok=True, at=now, result=_result(shown) if shown not in ("", None) else None)
    rest = {name: value for name, value in fields.items() if name not in _ABOUT}
    result = fields.get("result", rest or None)
    return Report(
        ok=_succeeded(fields),
        at=now,
        message=_message(fields),
        result=None if result is None else _result(result),
    )


def reported(execution: Execution, report: Report) -> Decision:
    """Return what a report changes.

    The first failure that is told of an execution stays: what comes later changes nothing. It makes a succeeded
    execution a failed one; a good report is kept, and leaves the state to what the delivery itself met.
    """
    if execution.report is not None and not execution.report.ok:
        return Decision()
    values: dict[str, object] = {"report": msgspec.to_builtins(report, builtin_types=(datetime,))}
    if report.ok or execution.state != ExecutionState.SUCCEEDED:
        return Decision(values)
    message = report.message or "The automation reported that it failed."
    values |= {"state": ExecutionState.FAILED.value, "code": REPORTED_FAILED, "message": message}
    return Decision(values, spoilt=not execution.test)


def _succeeded(fields: Mapping[str, Any]) -> bool:
    for name in ("ok", "success"):
        if isinstance(fields.get(name), bool) and not fields[name]:
            return False
    status = fields.get("status")
    if isinstance(status, str):
        word = status.strip().casefold()
        if word in BAD or (word.isdigit() and int(word[:9]) >= 400):
            return False
        if word in GOOD:
            return True
    elif isinstance(status, bool):
        return status
    elif isinstance(status, int | float) and status >= 400:
        return False
    return not fields.get("error")


def _message(fields: Mapping[str, Any]) -> str:
    for held in (fields.get("message"), fields.get("error")):
        if isinstance(held, dict):
            held = held.get("message")
        if isinstance(held, str) and held.strip():
            return redact_text(held.strip())[:MAX_MESSAGE]
    return ""


def _result(value: object) -> str:
    text = orjson.dumps(redact_value(value)).decode()
    if len(text) <= MAX_RESULT:
        return text
    return orjson.dumps({"truncated": True, "text": text[: MAX_RESULT // 2]}).decode()

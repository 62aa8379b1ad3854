"""What is stored of an attempt is what the documents' own encoding would store, and standings follow from answers."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from leadbridge.automation.delivery.answers import ANSWERS, Answer
from leadbridge.automation.delivery.model import ATTEMPTS, EXECUTIONS, Attempt, Execution, ExecutionState, Report
from leadbridge.automation.delivery.recording import Standing, attempt_of, fields_after, standing
from leadbridge.automation.delivery.sender import Sent
from leadbridge.storage.batch import Insert, Patch, WriteBatch
from leadbridge.usage.brief import Counted, parts_counted, stored_event
from leadbridge.usage.model import USAGE_EVENTS, Category, EventType, Metadata, Metrics, Status, UsageEvent
from leadbridge.usage.tally import parts_of

NOW = datetime(2026, 11, 23, 8, 0, 0, 123000, tzinfo=UTC)
ACME = "a" * 24
EXECUTION = Execution(
    id="e" * 24, company_id=ACME, rev=3, subjects=("d" * 24,), automation_id="b" * 24, endpoint_id="c" * 24,
    event_id="f" * 24, event_type="lead.created", origin="api", created_at=NOW, attempts=2,
)  # fmt: skip


def sent(code: str, status: int | None = 500) -> Sent:
    return Sent(NOW, 12, Answer(ANSWERS[code], "It\u0301 said no\0.", status), "{}", '{"server":"x"}', "Cafe\u0301")


@pytest.mark.parametrize(("status", "next_at"), [(500, NOW + timedelta(seconds=5)), (None, None)])
def test_an_attempt_is_stored_as_the_document_would_be(status: int | None, next_at: datetime | None) -> None:
    one = sent("server_error", status)
    after = Standing(ExecutionState.RETRYING, "server_error", None, next_at)
    batch = WriteBatch().insert_stored(ATTEMPTS, attempt_of("9" * 24, EXECUTION, "c" * 24, one, after))
    document = Attempt(
        id="9" * 24, company_id=ACME, subjects=("d" * 24,), execution_id="e" * 24, endpoint_id="c" * 24, n=3, at=NOW,
        milliseconds=12, status=status, code="server_error", message=one.answer.message, sent_headers="{}",
        headers=one.headers, body=one.body, next_at=next_at,
    )  # fmt: skip
    (expected,) = WriteBatch().insert(ATTEMPTS, document).operations
    (operation,) = batch.operations
    assert isinstance(operation, Insert)
    assert isinstance(expected, Insert)
    assert operation.body == expected.body


@pytest.mark.parametrize("automation", ["b" * 24, None])
def test_a_usage_event_is_stored_and_counted_as_the_document_would_be(automation: str | None) -> None:
    counted = Counted(
        EventType.MAKE_WORKFLOW_EXECUTED, Category.AUTOMATION, Status.FAILED, 1234, 3, NOW, automation, None
    )
    document = UsageEvent(
        id="9" * 24, company_id=ACME, event_type=EventType.MAKE_WORKFLOW_EXECUTED, category=Category.AUTOMATION,
        status=Status.FAILED, metadata=Metadata(duration=1234), metrics=Metrics(api_calls_used=3),
        automation_id=automation, created_at=NOW,
    )  # fmt: skip
    (expected,) = WriteBatch().insert(USAGE_EVENTS, document).operations
    (operation,) = WriteBatch().insert_stored(USAGE_EVENTS, stored_event(ACME, "9" * 24, counted)).operations
    assert isinstance(operation, Insert)
    assert isinstance(expected, Insert)
    assert operation.body == expected.body
    assert parts_counted([counted, counted]) == parts_of([document, document])


def stands(execution: Execution, code: str, failed: int = 1, *, disabled: bool = False) -> Standing:
    return standing(execution, sent(code), failed, (60.0,), NOW, random.Random(1), disabled=disabled)


def test_where_an_execution_stands_after_an_attempt() -> None:
    assert stands(EXECUTION, "delivered").state is ExecutionState.SUCCEEDED
    assert stands(EXECUTION, "server_error").state is ExecutionState.RETRYING
    assert stands(EXECUTION, "server_error", failed=2).state is ExecutionState.FAILED
    assert stands(EXECUTION, "not_found", disabled=True).state is ExecutionState.FAILED
    assert stands(EXECUTION, "gone").state is ExecutionState.FAILED


def test_a_cancelled_execution_stays_so_unless_it_was_delivered_after_all() -> None:
    cancelled = msgspec.structs.replace(EXECUTION, state=ExecutionState.CANCELLED, code="cancelled")
    after = stands(cancelled, "server_error")
    assert (after.state, after.code, after.next_at) == (ExecutionState.CANCELLED, "cancelled", None)
    assert stands(cancelled, "delivered").state is ExecutionState.SUCCEEDED


def test_a_failure_that_was_reported_stands_against_a_good_answer() -> None:
    told = msgspec.structs.replace(EXECUTION, report=Report(ok=False, at=NOW, message="No."))
    after = stands(told, "delivered")
    assert (after.state, after.code, after.message) == (ExecutionState.FAILED, "reported_failed", "No.")
    fields, removed = fields_after(told, None, after, NOW)
    assert fields["settledAt"] == "2026-11-23T08:00:00.123Z"
    assert removed == ["nextAt"]


@pytest.mark.parametrize("code", ["server_error", "delivered"])
def test_what_changes_about_an_execution_is_stored_as_any_patch_would_store_it(code: str) -> None:
    one, after = sent(code), stands(EXECUTION, code)
    fields, removed = fields_after(EXECUTION, one, after, NOW)
    values = {
        "state": after.state, "code": after.code, "message": after.message, "nextAt": after.next_at,
        "settledAt": NOW if after.settled else None, "attempts": 3, "lastStatus": one.answer.status,
        "firstTriedAt": NOW,
    }  # fmt: skip
    (expected,) = WriteBatch().patch(EXECUTIONS, ACME, EXECUTION.id, values=values, rev=3).operations
    (operation,) = (
        WriteBatch().patch_stored(EXECUTIONS, ACME, EXECUTION.id, values=fields, unset=removed, rev=3).operations
    )
    assert isinstance(operation, Patch)
    assert operation == expected


def test_a_stored_patch_is_refused_what_a_patch_is() -> None:
    with pytest.raises(ValueError, match="companyId, rev"):
        WriteBatch().patch_stored(EXECUTIONS, ACME, "e" * 24, values={"rev": 2}, unset=["companyId"], rev=1)
    with pytest.raises(ValueError, match="code"):
        WriteBatch().patch_stored(EXECUTIONS, ACME, "e" * 24, values={"code": "x"}, unset=["code"], rev=1)

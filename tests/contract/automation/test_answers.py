"""Every class of answer, over real HTTP: what becomes of the execution, of its endpoint and of the next try."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

import pytest

from leadbridge.automation.delivery.answers import ANSWERS
from leadbridge.automation.delivery.model import ENDPOINTS, EndpointState, Execution, ExecutionState
from leadbridge.automation.model import AutomationStatus
from leadbridge.kit.clock import SystemClock
from leadbridge.security.http import GuardedTransport
from leadbridge.usage.model import ERRORS, USAGE_EVENTS
from tests.contract.automation.delivering import ACME, QUICK, Reply, Target, Yard, until, yard_in
from tests.contract.security.test_guarded_http import Names

REFUSAL = Reply(422, b'{"why":"no such field","password":"hunter22"}', {"content-type": "application/json"})


def next_pause(execution: Execution) -> float:
    """Return the seconds from the first try to the next one."""
    assert execution.next_at is not None
    assert execution.first_tried_at is not None
    return (execution.next_at - execution.first_tried_at).total_seconds()


async def state_of(yard: Yard, target: Target) -> tuple[EndpointState, str | None]:
    endpoint = await yard.hub.store[ENDPOINTS].of(ACME).get(target.endpoint.id)
    assert endpoint is not None
    return endpoint.state, endpoint.code


async def expect_retry(yard: Yard, code: str, *replies: Reply) -> Execution:
    """Let the receiver answer with ``replies``; return the execution, which must wait for another try."""
    yard.receiver.answers[""] = list(replies)
    target = await yard.target()
    execution = await yard.one(target)
    assert (execution.state, execution.code) == (ExecutionState.RETRYING, code)
    assert (await state_of(yard, target))[0] is EndpointState.ACTIVE
    (attempt,) = await yard.attempts(execution.id)
    assert (attempt.n, attempt.code, attempt.next_at) == (1, code, execution.next_at)
    assert next_pause(execution) >= 300
    return execution


def test_every_class_has_a_test_named_after_it() -> None:
    named = {name.removeprefix("test_answer_") for name in globals() if name.startswith("test_answer_")}
    assert named == set(ANSWERS)


async def test_answer_delivered(yard: Yard) -> None:
    yard.receiver.answers[""] = [Reply(204, b"")]
    execution = await yard.one(await yard.target())
    assert (execution.state, execution.code, execution.last_status) == (ExecutionState.SUCCEEDED, "delivered", 204)
    assert execution.settled_at is not None
    assert execution.next_at is None
    (attempt,) = await yard.attempts(execution.id)
    assert (attempt.status, attempt.message) == (204, "")
    event = await yard.hub.store[USAGE_EVENTS].of(ACME).get(execution.id)
    assert event is not None
    assert (event.event_type, event.status, event.metrics.api_calls_used) == ("make_workflow_executed", "success", 1)


async def test_answer_queue_full(yard: Yard) -> None:
    yard.receiver.answers[""] = [Reply(400, b"Queue is full.")]
    target = await yard.target(schedule=(5.0, 5.0))
    execution = await yard.one(target)
    assert (execution.state, execution.code) == (ExecutionState.RETRYING, "queue_full")
    assert next_pause(execution) >= 120


async def test_answer_bad_request(yard: Yard) -> None:
    execution = await expect_retry(yard, "bad_request", REFUSAL)
    (attempt,) = await yard.attempts(execution.id)
    assert "no such field" in attempt.body
    assert "hunter22" not in attempt.body


async def test_answer_credentials_refused(yard: Yard) -> None:
    yard.receiver.answers[""] = [Reply(401), Reply(403), Reply(401)]
    target = await yard.target(schedule=QUICK * 3)
    (id,) = await yard.send(target)
    (execution,) = await yard.settled(id)
    assert (execution.state, execution.code, execution.attempts) == (ExecutionState.FAILED, "credentials_refused", 3)
    assert await state_of(yard, target) == (EndpointState.DISABLED, "credentials_refused")
    automation = await yard.automation(target)
    assert automation.status is AutomationStatus.DISABLED
    assert automation.listens is None
    assert automation.reason is not None
    assert automation.reason.hint == ANSWERS["credentials_refused"].hint


async def test_answer_not_found(yard: Yard) -> None:
    yard.receiver.answers[""] = [Reply(404)]
    target = await yard.target(schedule=QUICK * 3)
    (id,) = await yard.send(target)
    (execution,) = await yard.settled(id)
    assert (execution.state, execution.code, execution.attempts) == (ExecutionState.FAILED, "not_found", 3)
    assert await state_of(yard, target) == (EndpointState.DISABLED, "not_found")


async def test_answer_gone(yard: Yard) -> None:
    yard.receiver.answers[""] = [Reply(410)]
    target = await yard.target(concurrency=1)
    ids = await yard.send(target, 3)
    executions = await yard.settled(*ids)
    assert len(yard.receiver.requests) == 1
    assert sorted((one.state, one.code) for one in executions) == [
        (ExecutionState.CANCELLED, "endpoint_disabled"),
        (ExecutionState.CANCELLED, "endpoint_disabled"),
        (ExecutionState.FAILED, "gone"),
    ]
    assert await state_of(yard, target) == (EndpointState.DISABLED, "gone")
    assert (await yard.automation(target)).status is AutomationStatus.DISABLED
    (entry,) = (await yard.hub.store[ERRORS].of(ACME).find(limit=10)).items
    assert entry.code == "gone"
    assert yard.receiver.url.rsplit("/", 1)[-1] in entry.message
    health = await yard.hub.delivery.health(ACME, target.endpoint.id)
    assert health is not None
    assert health.state == "disabled"


async def test_answer_payload_too_large(yard: Yard) -> None:
    yard.receiver.answers[""] = [Reply(413)]
    target = await yard.target()
    execution = await yard.one(target)
    assert (execution.state, execution.code) == (ExecutionState.FAILED, "payload_too_large")
    assert (await state_of(yard, target))[0] is EndpointState.ACTIVE


async def test_answer_rate_limited(yard: Yard) -> None:
    execution = await expect_retry(yard, "rate_limited", Reply(429, headers={"retry-after": "3600"}))
    assert 3600 <= next_pause(execution) <= 3600 * 1.1 + 60
    assert execution.endpoint_id is not None

    async def held() -> bool:
        health = await yard.hub.delivery.health(ACME, execution.endpoint_id or "")
        return health is not None and health.state == "paused" and health.paused_until is not None

    await yard.send(await _same(yard, execution))  # something must want out for the lane to be held
    await until(held)
    assert len(yard.receiver.requests) == 1


async def _same(yard: Yard, execution: Execution) -> Target:
    endpoint = await yard.hub.store[ENDPOINTS].of(ACME).get(execution.endpoint_id or "")
    assert endpoint is not None
    return Target(execution.automation_id or "", endpoint, "")


async def test_answer_redirected(yard: Yard) -> None:
    place = f"{yard.receiver.url}/elsewhere?token=abcdef1234567890abcdef"
    execution = await expect_retry(yard, "redirected", Reply(307, headers={"location": place}))
    assert execution.message == "It answered 307, a redirect to 127.0.0.1."
    assert [one.path for one in yard.receiver.requests] == ["/hook"]
    (attempt,) = await yard.attempts(execution.id)
    assert "abcdef1234567890" not in attempt.headers


async def test_answer_server_error(yard: Yard) -> None:
    await expect_retry(yard, "server_error", Reply(500, b"<h1>oops</h1>", {"content-type": "text/html"}))


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_answer_unavailable(yard: Yard, status: int) -> None:
    later = SystemClock().now() + timedelta(hours=2)
    reply = Reply(status, headers={"retry-after": f"{later:%a, %d %b %Y %H:%M:%S} GMT"})
    assert next_pause(await expect_retry(yard, "unavailable", reply)) >= 6900


async def test_answer_timed_out(yard: Yard) -> None:
    yard.receiver.answers[""] = [Reply(delay=300.0)]
    target = await yard.target(timeout_seconds=3.0)
    execution = await yard.one(target)
    assert (execution.state, execution.code, execution.last_status) == (ExecutionState.RETRYING, "timed_out", None)


async def test_answer_not_sent(yard: Yard, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        transport = GuardedTransport(SystemClock(), sandbox_origins=[url])
        async with yard_in(tmp_path / "other", transport=transport) as other:
            other.hub.endpoints._settings = Everything(url)
            execution = await other.one(await other.target(url=f"{url}/hook"))
    assert (execution.state, execution.code) == (ExecutionState.RETRYING, "not_sent")


class Everything:
    """Surroundings in which one more origin may be called."""

    public = "https://hub.example.com"

    def __init__(self, *origins: str) -> None:
        self.sandbox_origins = origins


async def test_answer_connection_lost(yard: Yard) -> None:
    execution = await expect_retry(yard, "connection_lost", Reply(drop=True))
    assert execution.last_status is None


async def test_answer_address_refused(tmp_path: Path) -> None:
    """The name leads inside only when it is connected to: what was checked when it was entered does not count."""
    transport = GuardedTransport(SystemClock(), resolver=Names("10.0.0.7"))
    async with yard_in(tmp_path, transport=transport) as yard:
        target = await yard.target(url="https://hook.example.com/abcdefgh")
        execution = await yard.one(target)
        assert (execution.state, execution.code) == (ExecutionState.FAILED, "address_refused")
        assert await state_of(yard, target) == (EndpointState.DISABLED, "address_refused")


async def test_answer_aborted(yard: Yard) -> None:
    yard.receiver.answers[""] = [Reply(500, headers={"webhook-delivery": "abort-message"})]
    execution = await yard.one(await yard.target())
    assert (execution.state, execution.code, execution.last_status) == (ExecutionState.FAILED, "aborted", 500)


async def test_answer_answer_too_large(yard: Yard) -> None:
    yard.receiver.answers[""] = [Reply(200, b"x" * (2 * 1024 * 1024 + 1))]
    execution = await yard.one(await yard.target())
    assert (execution.state, execution.code) == (ExecutionState.FAILED, "answer_too_large")

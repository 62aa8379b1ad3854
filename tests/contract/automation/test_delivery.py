"""Deliveries by a hub's worker: signed, in order, within the rate, apart from each other, and as people then ask."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from leadbridge.automation.delivery.bulk import Recovery
from leadbridge.automation.delivery.errors import AlreadySettled, ExecutionNotFound, NotDeliverable
from leadbridge.automation.delivery.lanes import reform_lane
from leadbridge.automation.delivery.model import (
    ENDPOINTS,
    EXECUTIONS,
    HEALTH,
    EndpointHealth,
    ExecutionState,
    endpoint_lane,
)
from leadbridge.automation.delivery.service import ExecutionFilter
from leadbridge.automation.delivery.signing import plain_signature, signing_key
from leadbridge.automation.model import AUTOMATIONS, AutomationStatus
from leadbridge.kit.errors import InvalidInput
from leadbridge.storage.batch import WriteBatch
from leadbridge.usage.model import USAGE_EVENTS
from leadbridge.work.model import LANES, TASKS
from tests.contract.automation.delivering import ACME, BODY, QUICK, Receiving, Reply, Target, Yard, until

OTHER = "b" * 24


def accepted(secret: str, receiver: Receiving, number: int = -1) -> bool:
    """Tell whether a receiver that knows ``secret`` takes a request by the published library."""
    one = receiver.requests[number]
    try:
        Webhook(secret).verify(one.body, dict(one.headers))
    except WebhookVerificationError:
        return False
    return True


async def test_what_is_sent_and_how_it_is_signed(yard: Yard) -> None:
    target = await yard.target(key="make-key-1")
    execution = await yard.one(target, hop=2, record_id=None)
    (request,) = yard.receiver.requests
    assert request.body == BODY.encode()
    assert accepted(target.secret, yard.receiver)
    assert request.headers["x-leadbridge-signature"] == plain_signature(signing_key(target.secret), request.body)
    expected = {
        "content-type": "application/json", "webhook-id": execution.id, "x-leadbridge-event": "lead.created",
        "x-leadbridge-execution": execution.id, "x-leadbridge-hop": "3", "x-leadbridge-attempt": "1",
        "x-make-apikey": "make-key-1",
    }  # fmt: skip
    assert {name: request.headers.get(name) for name in expected} == expected
    assert "x-leadbridge-signature-previous" not in request.headers
    assert "x-leadbridge-out-of-order" not in request.headers
    (attempt,) = await yard.attempts(execution.id)
    for secret in ("make-key-1", request.headers["webhook-signature"], request.headers["x-leadbridge-signature"]):
        assert secret not in attempt.sent_headers
    assert attempt.body == "Accepted"


async def test_both_secrets_sign_while_they_overlap(yard: Yard) -> None:
    target = await yard.target()
    first = await yard.one(target)
    issued = await yard.rotate(target, timedelta(hours=1))
    await yard.hub.delivery.resend(ACME, first.id)
    await yard.tried(first.id, 2)
    assert accepted(target.secret, yard.receiver)
    assert accepted(issued.secret.reveal(), yard.receiver)
    assert len(yard.receiver.requests[-1].headers["webhook-signature"].split()) == 2
    again = await yard.rotate(target, timedelta(0))
    await yard.hub.delivery.resend(ACME, first.id)
    await yard.tried(first.id, 3)
    assert accepted(again.secret.reveal(), yard.receiver)
    assert not accepted(issued.secret.reveal(), yard.receiver)


async def test_a_retry_has_the_same_id_and_body_and_a_signature_of_its_own(yard: Yard) -> None:
    yard.receiver.answers[""] = [Reply(500), Reply(200)]
    target = await yard.target(schedule=(1.2,))
    (id,) = await yard.send(target)
    (execution,) = await yard.settled(id)
    assert (execution.state, execution.attempts) == (ExecutionState.SUCCEEDED, 2)
    first, second = yard.receiver.of(id)
    assert first.body == second.body
    assert [one.headers["x-leadbridge-attempt"] for one in (first, second)] == ["1", "2"]
    assert accepted(target.secret, yard.receiver)
    assert [one.code for one in await yard.attempts(id)] == ["server_error", "delivered"]


async def test_the_schedule_ends_in_a_failure_with_the_last_answers_code(yard: Yard) -> None:
    yard.receiver.answers[""] = [Reply(500), Reply(422)]
    (id,) = await yard.send(await yard.target(schedule=QUICK))
    (execution,) = await yard.settled(id)
    assert (execution.state, execution.code, execution.attempts) == (ExecutionState.FAILED, "bad_request", 3)
    event = await yard.hub.store[USAGE_EVENTS].of(ACME).get(id)
    assert event is not None
    assert (event.status, event.metrics.api_calls_used) == ("failed", 3)


async def test_events_of_a_record_keep_their_order_behind_a_failing_one(yard: Yard) -> None:
    yard.receiver.answers["/ordered"] = [Reply(500), Reply(500), Reply(200)]
    target = await yard.target("/ordered", ordered=True, concurrency=8, schedule=QUICK)
    ids = await yard.send(target, 6)
    free = await yard.send(target, record_id="f" * 24, order_seq=1)
    await yard.settled(*ids, *free)
    delivered = [one.id for one in yard.receiver.requests if one.id in ids]
    assert delivered == [ids[0]] * (len(delivered) - 5) + ids[1:], "nobody passed the head"
    assert len(delivered) in (6, 7, 8), "the head had the first answers, or the other record one of them"


async def test_the_rate_of_an_endpoint_is_kept(yard: Yard) -> None:
    target = await yard.target(per_second=20.0, concurrency=50)
    begun = time.monotonic()
    await yard.settled(*await yard.send(target, 50))
    times = sorted(one.at for one in yard.receiver.requests)
    assert times[-1] - begun >= (50 - 5) / 20 * 0.95
    windows = [sum(at <= other < at + 1 for other in times) for at in times]
    assert max(windows) <= 20 + 5 + 15


async def test_a_changed_rate_holds_from_the_next_turn_on(yard: Yard) -> None:
    target = await yard.target(per_second=1000.0)
    await yard.settled(*await yard.send(target, 5))
    changed = target.endpoint.model_copy(update={"per_second": 10.0, "concurrency": 3})

    async def build() -> tuple[WriteBatch, None]:
        batch = WriteBatch()
        await reform_lane(yard.hub.store, batch, changed)
        return batch, None

    await yard.hub.store.attempt(build)

    async def left() -> bool:
        lane = await yard.hub.store[LANES].of(ACME).get(endpoint_lane(target.endpoint.id))
        return lane is not None and lane.state == "idle"

    await until(left)
    begun = time.monotonic()
    await yard.settled(*await yard.send(target, 15))
    assert time.monotonic() - begun >= (15 - 2.5 - 1) / 10
    lane = await yard.hub.store[LANES].of(ACME).get(endpoint_lane(target.endpoint.id))
    assert lane is not None
    assert lane.limit == 3


async def test_a_dead_endpoint_delays_no_other(yard: Yard) -> None:
    yard.receiver.answers["/dead"] = [Reply(delay=600)]
    dead = await yard.target("/dead", timeout_seconds=0.2, company=OTHER)
    waiting = await yard.send(dead, 200)
    await until(lambda: _arrived(yard, "/dead"))
    await yard.settled(*await yard.send(await yard.target("/alive"), 5))

    async def opened() -> bool:
        health = await yard.hub.delivery.health(OTHER, dead.endpoint.id)
        return health is not None and health.state == "paused" and health.paused_until is not None

    await until(opened)
    states = Counter([(await yard.execution(id, OTHER)).state for id in waiting[-20:]])
    assert states == {ExecutionState.WAITING: 20}
    assert len([one for one in yard.receiver.requests if one.path == "/dead"]) <= 40
    await yard.settled(*await yard.send(await yard.target("/alive"), 5))


async def _arrived(yard: Yard, path: str) -> bool:
    return any(one.path == path for one in yard.receiver.requests)


async def test_a_failed_execution_that_is_sent_again_counts_once_and_as_it_ended(yard: Yard) -> None:
    yard.receiver.answers[""] = [Reply(413), Reply(200)]
    target = await yard.target()
    failed = await yard.one(target)
    assert failed.state == ExecutionState.FAILED
    resent = await yard.hub.delivery.resend(ACME, failed.id)
    assert (resent.state, resent.settled_at) in (
        (ExecutionState.RETRYING, None),
        (ExecutionState.SUCCEEDED, resent.settled_at),
    )
    (execution,) = await yard.settled(failed.id)
    assert (execution.state, execution.attempts) == (ExecutionState.SUCCEEDED, 2)
    assert {one.id for one in yard.receiver.requests} == {failed.id}
    events = (await yard.hub.store[USAGE_EVENTS].of(ACME).find(limit=10)).items
    assert [(one.id, one.status) for one in events] == [(failed.id, "success")]


async def test_what_waits_for_its_next_try_can_be_sent_now(yard: Yard) -> None:
    yard.receiver.answers[""] = [Reply(500), Reply(200)]
    execution = await yard.one(await yard.target())
    assert execution.state == ExecutionState.RETRYING
    await yard.hub.delivery.resend(ACME, execution.id)
    (settled,) = await yard.settled(execution.id)
    assert (settled.state, settled.attempts) == (ExecutionState.SUCCEEDED, 2)


async def test_a_replay_is_a_new_execution(yard: Yard) -> None:
    before = await yard.one(await yard.target())
    new = await yard.hub.delivery.replay(ACME, before.id)
    assert new.id != before.id
    assert (new.replay_of, new.event_id) == (before.id, before.event_id)
    await yard.settled(new.id)
    assert [one.id for one in yard.receiver.requests] == [before.id, new.id]


async def test_what_is_cancelled_is_not_sent_again(yard: Yard) -> None:

    yard.receiver.answers[""] = [Reply(500)]
    execution = await yard.one(await yard.target())
    cancelled = await yard.hub.delivery.cancel(ACME, execution.id)
    assert (cancelled.state, cancelled.code, cancelled.next_at) == (ExecutionState.CANCELLED, "cancelled", None)
    assert await yard.hub.store[TASKS].of(ACME).get(execution.id) is None
    with pytest.raises(AlreadySettled):
        await yard.hub.delivery.cancel(ACME, execution.id)
    with pytest.raises(ExecutionNotFound):
        await yard.hub.delivery.cancel(OTHER, execution.id)


async def test_what_failed_in_a_span_of_time_is_recovered_under_the_same_ids(yard: Yard) -> None:

    yard.receiver.answers[""] = [Reply(413)]
    target = await yard.target(per_second=1000.0)
    ids = await yard.send(target, 120)
    await yard.settled(*ids)
    now = yard.hub.clock.now()
    span = Recovery(since=now - timedelta(hours=1), until=now + timedelta(hours=1))
    before = replace(span, since=now - timedelta(hours=2), until=now - timedelta(hours=1))
    assert (await yard.hub.bulk_delivery.recoverable(ACME, target.automation_id, before)).count == 0
    assert (await yard.hub.bulk_delivery.recoverable(ACME, target.automation_id, span)).count == 120
    with pytest.raises(InvalidInput):
        await yard.hub.bulk_delivery.recover(ACME, target.automation_id, replace(span, until=span.since))
    yard.receiver.answers[""] = [Reply(200)]
    assert (await yard.hub.bulk_delivery.recover(ACME, target.automation_id, span)).count == 120

    async def recovered() -> bool:
        found = (
            await yard.hub.store[EXECUTIONS]
            .of(ACME)
            .find(eq={"state": ExecutionState.SUCCEEDED}, order=["createdAt"], limit=500, count_only=True)
        )
        return found.found == 120

    await until(recovered)
    assert Counter(one.id for one in yard.receiver.requests) == dict.fromkeys(ids, 2)


async def deactivate(yard: Yard, target: Target, status: AutomationStatus = AutomationStatus.INACTIVE) -> None:
    automation = await yard.automation(target)
    batch = WriteBatch().patch(AUTOMATIONS, ACME, automation.id, values={"status": status}, rev=automation.rev)
    await yard.hub.store.write(batch)


async def test_what_waits_is_cancelled_when_its_automation_is_switched_off(yard: Yard) -> None:
    yard.receiver.answers[""] = [Reply(500)]
    target = await yard.target()
    waiting = await yard.one(target)
    await deactivate(yard, target)

    async def build() -> tuple[WriteBatch, None]:
        batch = WriteBatch()
        await yard.hub.bulk_delivery.cancel_waiting(batch, ACME, automation_id=target.automation_id)
        return batch, None

    await yard.hub.store.attempt(build)
    (cancelled,) = await yard.settled(waiting.id)
    assert (cancelled.state, cancelled.code) == (ExecutionState.CANCELLED, "deactivated")
    (late,) = await yard.settled(*await yard.send(target))
    assert (late.state, late.code, late.attempts) == (ExecutionState.CANCELLED, "deactivated", 0)
    assert (await yard.hub.store[USAGE_EVENTS].of(ACME).find(limit=10)).items == []


async def test_a_test_is_sent_while_the_automation_is_off_and_counted_nowhere(yard: Yard) -> None:
    target = await yard.target()
    await deactivate(yard, target)
    (execution,) = await yard.settled(*await yard.send(target, test=True))
    assert (execution.state, execution.attempts) == (ExecutionState.SUCCEEDED, 1)
    assert (await yard.hub.store[USAGE_EVENTS].of(ACME).find(limit=10)).items == []
    assert await yard.hub.store[HEALTH].of(ACME).get(target.endpoint.id) is None


async def test_an_execution_past_its_time_fails_without_being_sent(yard: Yard) -> None:
    target = await yard.target()
    (id,) = await yard.send(target, due_at=yard.hub.clock.now() + timedelta(hours=1))
    execution = await yard.execution(id)
    batch = WriteBatch().patch(EXECUTIONS, ACME, id, values={"expiresAt": yard.hub.clock.now()}, rev=execution.rev)
    await yard.hub.store.write(batch)
    task = await yard.hub.store[TASKS].of(ACME).get(id)
    assert task is not None
    await yard.hub.store.write(WriteBatch().patch(TASKS, ACME, id, values={"dueAt": 1}, rev=task.rev))
    await yard.send(target)  # wakes the lane
    (expired,) = await yard.settled(id)
    assert (expired.state, expired.code, expired.attempts) == (ExecutionState.FAILED, "expired", 0)
    assert yard.receiver.of(id) == []


async def test_an_automation_is_paused_after_a_day_of_failures_and_keeps_what_waits(yard: Yard) -> None:

    yard.receiver.answers[""] = [Reply(422)]
    target, now = await yard.target(), yard.hub.clock.now()
    health = EndpointHealth(
        id=target.endpoint.id,
        company_id=ACME,
        failures=49,
        failing_since=now - timedelta(hours=25),
        last_failure_at=now - timedelta(minutes=5),
    )
    await yard.hub.store.write(WriteBatch().insert(HEALTH, health))
    first = await yard.one(target)
    automation = await yard.automation(target)
    assert (automation.status, automation.listens) == (AutomationStatus.PAUSED, None)
    assert automation.reason is not None
    assert automation.reason.code == "bad_request"

    async def stopped() -> bool:
        view = await yard.hub.delivery.health(ACME, target.endpoint.id)
        return view is not None and view.state == "paused" and view.failures == 50

    await until(stopped)

    async def parked() -> bool:
        lane = await yard.hub.store[LANES].of(ACME).get(endpoint_lane(target.endpoint.id))
        return lane is not None and lane.state in ("paused", "idle", "delayed")

    await until(parked)
    with pytest.raises(NotDeliverable):
        await yard.hub.delivery.resend(ACME, first.id)
    (kept,) = await yard.send(target)
    yard.receiver.answers[""] = [Reply(200)]
    (test,) = await yard.settled(*await yard.send(target, test=True))
    assert test.state == ExecutionState.SUCCEEDED
    assert (await yard.execution(kept)).state == ExecutionState.WAITING

    async def build() -> tuple[WriteBatch, None]:
        stored, batch = await yard.automation(target), WriteBatch()
        batch.patch(AUTOMATIONS, ACME, stored.id, values={"status": AutomationStatus.ACTIVE}, rev=stored.rev)
        await yard.hub.delivery.revive(batch, ACME, target.endpoint.id)
        return batch, None

    await yard.hub.store.attempt(build)
    (sent,) = await yard.settled(kept)
    assert sent.state == ExecutionState.SUCCEEDED


async def test_a_report_that_overtakes_the_answer_decides_and_nothing_is_sent_twice(yard: Yard) -> None:
    told = asyncio.Event()
    yard.receiver.answers[""] = [Reply(200, after=told)]
    target = await yard.target()
    (id,) = await yard.send(target)
    await until(lambda: _arrived(yard, "/hook"))
    execution = await yard.execution(id)
    report = {"ok": False, "at": yard.hub.clock.now(), "message": "The CRM refused it."}
    await yard.hub.store.write(WriteBatch().patch(EXECUTIONS, ACME, id, values={"report": report}, rev=execution.rev))
    told.set()
    (settled,) = await yard.settled(id)
    assert (settled.state, settled.code) == (ExecutionState.FAILED, "reported_failed")
    assert settled.report is not None
    await asyncio.sleep(0.2)
    assert len(yard.receiver.requests) == 1
    assert len(await yard.attempts(id)) == 1


async def test_an_endpoint_that_was_deleted_has_what_waits_cancelled(yard: Yard) -> None:
    target = await yard.target()
    await yard.hub.store.write(WriteBatch().delete(ENDPOINTS, ACME, target.endpoint.id))
    (execution,) = await yard.settled(*await yard.send(target))
    assert (execution.state, execution.code) == (ExecutionState.CANCELLED, "endpoint_gone")


async def test_executions_are_listed_newest_first_by_what_is_asked(yard: Yard) -> None:

    target, other = await yard.target(), await yard.target("/other")
    mine = await yard.send(target, 3)
    theirs = await yard.send(other, 2, event_type="lead.updated")
    await yard.settled(*mine, *theirs)

    async def listed(**asked: str) -> list[str]:
        page = await yard.hub.delivery.executions(ACME, ExecutionFilter(**asked), limit=10)  # type: ignore[arg-type]
        times = [one.created_at for one in page.items]
        assert times == sorted(times, reverse=True)
        return sorted(one.id for one in page.items)

    assert await listed() == sorted(mine + theirs)
    assert await listed(automation_id=target.automation_id) == sorted(mine)
    assert await listed(event_type="lead.updated") == sorted(theirs)
    assert await listed(automation_id=other.automation_id, state="succeeded") == sorted(theirs)
    assert await listed(state="failed") == []
    assert msgspec.structs.asdict((await yard.attempts(mine[0]))[0])["n"] == 1

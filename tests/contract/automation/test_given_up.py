"""What happens to executions that the hub itself cannot carry out, and to answers that are not what they should be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from leadbridge.automation.delivery.bulk import Recovery
from leadbridge.automation.delivery.model import Execution, ExecutionState
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.usage.model import ERRORS, USAGE_EVENTS
from leadbridge.work.decide import MAX_CRASHES
from leadbridge.work.enqueue import LaneForm, wake
from leadbridge.work.model import TASKS
from tests.contract.automation.delivering import ACME, Reply, Target, Yard, yard_in
from tests.support.stores import ENGINE_PARAMS, ENGINES


@pytest.fixture(params=ENGINE_PARAMS)
async def yard(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Yard]:
    async with yard_in(tmp_path, ENGINES[request.param](tmp_path)) as yard:
        yield yard


async def crashed(yard: Yard, target: Target, **more: Any) -> Execution:
    """Start an execution whose task has brought down as many workers as are let be; return it as it ended."""
    later = yard.hub.clock.now() + timedelta(hours=1)
    (id,) = await yard.send(target, due_at=later, **more)
    task = await yard.hub.store[TASKS].of(ACME).get(id)
    assert task is not None
    now = round(yard.hub.clock.now().timestamp() * 1000)
    batch = WriteBatch().patch(TASKS, ACME, id, values={"crashes": MAX_CRASHES, "dueAt": now}, where={"hits": 0})
    wake(batch, ACME, task.lane, now, LaneForm())
    assert isinstance(await yard.hub.store.write(batch), Applied)
    (execution,) = await yard.settled(id)
    return execution


async def test_an_execution_that_brought_workers_down_fails_and_can_be_sent_again(yard: Yard) -> None:
    target = await yard.target()
    execution = await crashed(yard, target)
    assert (execution.state, execution.code, execution.attempts) == (ExecutionState.FAILED, "crashed", 0)
    assert yard.receiver.requests == []
    assert await yard.hub.store[TASKS].of(ACME).get(execution.id) is None  # no dead letter beside it
    counted = await yard.hub.store[USAGE_EVENTS].of(ACME).get(execution.id)
    assert counted is not None
    assert counted.status == "failed"
    (entry,) = (await yard.hub.store[ERRORS].of(ACME).find(limit=5)).items
    assert (entry.code, entry.operation) == ("crashed", f"execution:{target.automation_id}")
    again = await yard.hub.delivery.resend(ACME, execution.id)
    assert again.state == ExecutionState.WAITING
    (ended,) = await yard.settled(execution.id)
    assert (ended.state, len(yard.receiver.requests)) == (ExecutionState.SUCCEEDED, 1)
    counted = await yard.hub.store[USAGE_EVENTS].of(ACME).get(execution.id)
    assert counted is not None
    assert counted.status == "success"


async def test_what_was_given_up_is_recovered_with_the_rest(yard: Yard) -> None:
    target = await yard.target()
    execution = await crashed(yard, target)
    span = timedelta(minutes=10)
    asked = Recovery(since=execution.created_at - span, until=execution.created_at + span)
    assert (await yard.hub.bulk_delivery.recover(ACME, target.automation_id, asked)).count == 1
    await yard.tried(execution.id)
    assert (await yard.settled(execution.id))[0].state == ExecutionState.SUCCEEDED


async def test_a_test_that_is_given_up_is_counted_nowhere(yard: Yard) -> None:
    execution = await crashed(yard, await yard.target(), test=True)
    assert (execution.state, execution.code) == (ExecutionState.FAILED, "crashed")
    assert await yard.hub.store[USAGE_EVENTS].of(ACME).get(execution.id) is None


async def test_a_work_of_ours_that_is_given_up_ends_as_well(yard: Yard) -> None:
    target = await yard.target()
    execution = await crashed(yard, target, endpoint_id=None, form=None)
    assert (execution.state, execution.code) == (ExecutionState.FAILED, "crashed")


async def test_headers_that_are_no_text_are_kept_as_well_as_they_can_be(yard: Yard) -> None:
    yard.receiver.answers["/hook"] = [Reply(raw=b"HTTP/1.1 200 OK\r\nx-name: caf\xe9\r\ncontent-length: 2\r\n\r\nok")]
    execution = await yard.one(await yard.target())
    assert (execution.state, execution.attempts) == (ExecutionState.SUCCEEDED, 1)
    assert '"x-name":"caf?"' in (await yard.attempts(execution.id))[0].headers


async def test_an_answer_that_repeats_the_address_or_the_key_is_shown_without_them(yard: Yard) -> None:
    path = "/k3yk3yk3y/abc%20defgh"
    told = b"Cannot POST /k3yk3yk3y/abc defgh (k: make-key-1)"
    reply = Reply(status=404, body=told, headers={"location": "https://elsewhere.example/k3yk3yk3y"})
    yard.receiver.answers[""] = [reply]
    execution = await yard.one(await yard.target(path, key="make-key-1"))
    attempt = (await yard.attempts(execution.id))[0]
    shown = f"{attempt.headers} {attempt.body} {attempt.message} {execution.message}"
    for secret in ("k3yk3yk3y", "abc defgh", "make-key-1"):
        assert secret not in shown
    assert "Cannot POST" in attempt.body

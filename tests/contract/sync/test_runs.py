"""Runs that outlive the request that asked for them: waited for, followed, paused, cancelled, tried again."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from structlog.testing import capture_logs

from leadbridge.storage.batch import WriteBatch
from leadbridge.sync.model import PARTS
from leadbridge.sync.runs import PUSH
from leadbridge.work.model import LANES, TASKS, LaneState, Queue, connection_lane
from tests.support.hub_in_process import Answer, HubUnderTest
from tests.support.sandbox import SandboxProcess

SYNC = "/crm-integration/sync-leads"
AT_ONCE = {"prefer": "respond-async"}


def person(number: int) -> dict[str, Any]:
    return {"email": f"p{number}@example.com", "firstName": f"P{number}", "lastName": "Example"}


async def push(hub: HubUnderTest, ids: list[str], **headers: str) -> Answer:
    return await hub.ask("POST", SYNC, json={"leadIds": ids}, headers=headers)


async def ended(hub: HubUnderTest, run_id: str, seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while True:
        run = (await hub.ask("GET", f"/runs/{run_id}")).data
        if run["status"] not in ("waiting", "running"):
            return run
        assert time.monotonic() < deadline, run
        await asyncio.sleep(0.05)


async def connection_of(hub: HubUnderTest) -> str:
    id: str = (await hub.ask("GET", "/crm-integration")).data["_id"]
    return id


async def test_more_than_a_request_waits_for_goes_on_by_itself_in_parts(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    ids = await hub.leads(*(person(n) for n in range(130)))
    asked = ids + [f"nobody-{n}" for n in range(400)]
    answer = await push(hub, asked)
    assert answer.status == 202
    assert answer.data["total"] == 530
    assert set(answer.data) == {"successful", "failed", "total", "run"}
    run = await ended(hub, answer.data["run"]["_id"])
    assert list(run["counts"]) == ["read", "created", "updated", "unchanged", "excluded", "held", "failed"]
    assert (run["counts"]["read"], run["counts"]["created"], run["counts"]["failed"]) == (530, 130, 400)
    assert [item["leadId"] for item in run["successful"]] == ids
    assert len(run["failed"]) == 400
    assert len(sandbox.records()) == 130
    parts = (await hub.hub.store[PARTS].of(hub.company_id).find(limit=50)).items
    assert [len(part.items) for part in sorted(parts, key=lambda part: part.number)] == [100] * 5 + [30]
    assert (await hub.hub.store[TASKS].of(hub.company_id).find(limit=10)).items == []


async def test_without_a_worker_the_answer_says_so_and_the_run_waits_for_one(hub: HubUnderTest) -> None:
    ids = await hub.leads(person(1), person(2))
    await hub.hub.worker.stop()
    answer = await push(hub, [*ids, "nobody"], prefer="wait=1")
    assert answer.status == 202
    assert answer.data["run"]["status"] == "waiting"
    assert "leadbridge worker" in answer.data["run"]["hint"]
    assert answer.data["successful"] == []
    assert [item["leadId"] for item in answer.data["failed"]] == ["nobody"]
    hub.hub.worker.start()
    run = await ended(hub, answer.data["run"]["_id"])
    assert [item["leadId"] for item in run["successful"]] == ids
    assert "hint" not in run


async def test_a_requests_id_goes_with_its_task_to_the_call_of_the_crm(hub: HubUnderTest) -> None:
    ids = await hub.leads(person(1))
    with capture_logs() as lines:
        answer = await push(hub, ids, **{"x-request-id": "from-the-caller-1"})
    assert answer.data["run"]["requestId"] == "from-the-caller-1"
    writes = [line for line in lines if line["event"] == "vendor_call" and line["url"].endswith("/batch/create")]
    assert len(writes) == 1
    assert "?" not in writes[0]["url"]


async def test_a_paused_connection_keeps_its_runs_until_it_is_resumed(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    ids = await hub.leads(*(person(n) for n in range(3)))
    connection = await connection_of(hub)
    await hub.hub.worker.stop()
    run = (await push(hub, ids, **AT_ONCE)).data["run"]
    assert (await hub.ask("PATCH", f"/crm-integration/connections/{connection}", json={"paused": True})).status == 200
    hub.hub.worker.start()
    lanes = hub.hub.store[LANES].of(hub.company_id)
    deadline = time.monotonic() + 60
    while (lane := await lanes.get(connection_lane(connection))) is None or lane.state != LaneState.PAUSED:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    seen = (await hub.ask("GET", f"/runs/{run['_id']}")).data
    assert seen["status"] == "waiting"
    assert "paused" in seen["hint"]
    assert sandbox.records() == []
    assert (await push(hub, ids)).code == "no_active_connection"
    await hub.ask("PATCH", f"/crm-integration/connections/{connection}", json={"paused": False})
    assert len((await ended(hub, run["_id"]))["successful"]) == 3


async def test_a_cancelled_run_writes_nothing_more_and_every_lead_is_told(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    ids = await hub.leads(*(person(n) for n in range(3)))
    await hub.hub.worker.stop()
    run = (await push(hub, ids, **AT_ONCE)).data["run"]
    assert (await hub.ask("POST", f"/runs/{run['_id']}/cancel")).status == 202
    hub.hub.worker.start()
    seen = await ended(hub, run["_id"])
    assert seen["status"] == "cancelled"
    assert {item["code"] for item in seen["failed"]} == {"run_cancelled"}
    assert len(seen["failed"]) == seen["total"] == 3
    assert sandbox.records() == []
    again = await hub.ask("POST", f"/runs/{run['_id']}/cancel")
    assert (again.status, again.code) == (409, "run_ended")
    assert (await hub.ask("GET", "/crm-integration/error-logs")).data == []
    assert (await hub.ask("POST", f"/runs/{'f' * 24}/cancel")).status == 404


async def test_runs_of_one_connection_follow_each_other_as_they_were_asked_for(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    [lead] = await hub.leads(person(1))
    await hub.hub.worker.stop()
    runs = [(await push(hub, [lead], **AT_ONCE)).data["run"]["_id"] for _ in range(4)]
    hub.hub.worker.start()
    actions = [(await ended(hub, id))["successful"][0]["action"] for id in runs]
    assert actions == ["created", "unchanged", "unchanged", "unchanged"]
    assert len(sandbox.records()) == 1


async def test_a_patient_run_outlives_a_crm_that_is_away(hub: HubUnderTest, sandbox: SandboxProcess) -> None:
    ids = await hub.leads(person(1), person(2))
    sandbox.fault("objects.batch.read", "answer", status=503, times=4, body={"message": "busy"})
    run = await hub.hub.sync.begin(hub.company_id, ids, queue=Queue.BULK, patient=True)
    seen = await ended(hub, run.id)
    assert seen["counts"]["created"] == 2
    assert sandbox.calls("objects.batch.read") > 4


async def test_a_person_erased_while_a_run_waits_is_not_pushed_and_leaves_no_trace_in_it(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    one, two = await hub.leads(person(1), person(2))
    await hub.hub.worker.stop()
    run = (await push(hub, [one, two], **AT_ONCE)).data["run"]
    erased = await hub.ask("POST", "/privacy/erasures", json={"leadId": one})
    assert erased.status == 201
    hub.hub.worker.start()
    seen = await ended(hub, run["_id"])
    assert [item["leadId"] for item in seen["successful"]] == [two]
    assert [(item["leadId"], item["code"]) for item in seen["failed"]] == [("", "lead_not_found")]
    assert len(sandbox.records()) == 1
    parts = (await hub.hub.store[PARTS].of(hub.company_id).find(limit=50)).items
    assert [part.subjects for part in parts] == [(two,)]


async def test_a_given_up_part_is_named_and_its_retry_ends_the_run(hub: HubUnderTest) -> None:
    ids = await hub.leads(person(1))
    await hub.hub.worker.stop()
    run = (await push(hub, ids, **AT_ONCE)).data["run"]
    tasks = (await hub.hub.store[TASKS].of(hub.company_id).find(limit=20)).items
    [task] = [one for one in tasks if one.kind == PUSH]  # sums of usage wait there too
    await _kill_thrice(hub, task.id)
    hub.hub.worker.start()
    deadline = time.monotonic() + 60
    while "given up" not in (await hub.ask("GET", f"/runs/{run['_id']}")).data.get("hint", ""):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    assert (await hub.ask("POST", f"/work/dead/{task.id}/retry")).status == 202
    assert len((await ended(hub, run["_id"]))["successful"]) == 1


async def _kill_thrice(hub: HubUnderTest, task_id: str) -> None:
    """Leave the task as three processes would that died while they ran it."""
    batch = WriteBatch().after(TASKS, hub.company_id, task_id, add={"crashes": 3})
    await hub.hub.store.write(batch)

"""What becomes of a call whose caller is proved, over real HTTP: bodies, repeats, limits, call-backs, loops."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from leadbridge.automation.delivery.model import EXECUTIONS, SETTLED, ExecutionState
from leadbridge.automation.inbound.door import MAX_BODY
from leadbridge.automation.model import AUTOMATIONS, AutomationStatus
from leadbridge.storage.batch import WriteBatch
from leadbridge.usage.model import USAGE_EVENTS, EventType, Limit, Status
from leadbridge.usage.quotas import EXECUTIONS as COUNTED
from leadbridge.usage.quotas import Quota
from tests.contract.automation.inbound.calling import Called, automation, signed
from tests.support.hub_in_process import HubUnderTest, running_hub

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HubUnderTest]:
    async with running_hub(tmp_path_factory.mktemp("calls") / "hub", rate_webhook=0, rate_address=0) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def called(hub: HubUnderTest) -> Called:
    return await automation(hub)


async def settled(called: Called, execution: str, state: ExecutionState) -> None:
    """Wait until an execution is settled, which it is as failed since there is nothing to do, and make it `state`."""
    hub, company = called.hub.hub, called.hub.company_id
    executions = hub.store[EXECUTIONS].of(company)
    deadline = time.monotonic() + 90
    while (here := await executions.get(execution)) is None or here.state not in SETTLED:
        assert time.monotonic() < deadline, here
        await asyncio.sleep(0.02)

    async def build() -> tuple[WriteBatch, None]:
        here = await executions.get(execution)
        assert here is not None
        batch = WriteBatch().patch(EXECUTIONS, company, execution, values={"state": state.value}, rev=here.rev)
        await hub.usage.correct(batch, company, execution, succeeded=state is ExecutionState.SUCCEEDED)
        return batch, None

    await hub.store.attempt(build)


async def counted(called: Called) -> dict[str, int]:
    """Return the automation's executions as they are summed up, by status."""
    hub = called.hub.hub
    today = hub.clock.now().date()
    read = await hub.usage_room.summaries.read(called.hub.company_id, today - timedelta(days=1), today)
    sums: dict[str, int] = {}
    for cell in read.total.cells:
        if cell.event_type in COUNTED and cell.automation_id == called.id and cell.events:
            sums[cell.status] = cell.events
    return sums


async def test_json_forms_and_text_become_the_data_of_the_event(called: Called) -> None:
    sent: list[tuple[str, bytes, Any]] = [
        ("application/json", b'[1, {"a": 12345678901234567890123}]', [1, {"a": 12345678901234567890123}]),
        ("application/vnd.acme+json; charset=utf-8", b'"text"', "text"),
        ("", b'{"untyped": true}', {"untyped": True}),
        ("application/x-www-form-urlencoded", b"name=Ana+M%C3%BCller&tag=a&tag=b&empty=", {
            "name": "Ana Müller", "tag": ["a", "b"], "empty": "",
        }),
        ("text/plain", "so it is – written".encode(), {"text": "so it is – written"}),
        ("application/json", b"", {}),
    ]  # fmt: skip
    for kind, body, data in sent:
        answer = await called.send(body, content_type=kind or "text/json")
        assert answer.status == 202, kind
        event = await called.event(answer.data["executionId"])
        if kind == "application/json" and body.startswith(b"[1"):
            assert event["data"][0] == data[0]  # the number's digits are kept as they came
        else:
            assert event["data"] == data


async def test_a_body_that_cannot_be_read_is_refused_with_what_is_wrong_with_it(called: Called) -> None:
    broken = await called.send(b'{"a": "line\nbreak"}')
    assert (broken.status, broken.code) == (400, "invalid_json")
    assert "not JSON" in broken.body["error"]["message"]
    deep = await called.send(b"[" * 65 + b"]" * 65)
    assert (deep.status, deep.code) == (400, "json_too_deep")
    for kind, body in (("image/png", b"\x89PNG"), ("text/plain", b"\xff\xfe"), ("application/json", b"\xff")):
        assert (await called.send(body, content_type=kind)).status == 400
    assert await called.executions() == []


async def test_a_body_over_the_limit_is_refused_before_anything_else(called: Called) -> None:
    whole = b'{"a": "' + b"x" * (MAX_BODY - 34_000) + b'"}'
    assert (await called.send(whole)).status == 202
    for secret in (called.secret, "wrong"):
        answer = await called.send(b"x" * (MAX_BODY + 1), x_webhook_secret=secret)
        assert (answer.status, answer.code) == (413, "body_too_large")
    quotes = b"[" + b'"",' * 80_000 + b"1]"  # doubled where it is kept as a text
    answer = await called.send(quotes)
    assert (answer.status, answer.code) == (413, "body_too_large")
    assert len(await called.executions()) == 1


async def test_a_key_of_the_sender_makes_repeats_one_and_without_one_every_call_counts(called: Called) -> None:
    first = await called.call(x_idempotency_key="order-17")
    others = await asyncio.gather(*(called.call({"n": n}, x_idempotency_key="order-17") for n in range(5)))
    for answer in others:
        assert (answer.status, answer.data["executionId"]) == (202, first.data["executionId"])
        assert answer.data["duplicate"] is True
    assert (await called.call(x_idempotency_key="order-18")).data["executionId"] != first.data["executionId"]
    await called.call()
    await called.call()
    assert len(await called.executions()) == 4


async def test_of_repeats_at_once_one_starts_something(called: Called) -> None:
    answers = await asyncio.gather(*(called.call(webhook_id="msg_9") for _ in range(20)))

    assert {answer.status for answer in answers} == {202}
    assert len({answer.data["executionId"] for answer in answers}) == 1
    assert sum("duplicate" not in answer.data for answer in answers) == 1
    assert len(await called.executions()) == 1


async def test_a_key_is_one_automations_own(hub: HubUnderTest) -> None:
    one, other = await automation(hub), await automation(hub)
    assert "duplicate" not in (await one.call(webhook_id="m")).data
    assert "duplicate" not in (await other.call(webhook_id="m")).data


async def test_many_calls_at_once_are_each_stored_and_counted(called: Called) -> None:
    answers = await asyncio.gather(*(called.call({"n": n}) for n in range(150)))

    ids = [answer.data["executionId"] for answer in answers]
    assert len(set(ids)) == 150
    executions = await called.executions()
    assert {execution.id for execution in executions} == set(ids)
    events = called.hub.hub.store[USAGE_EVENTS].of(called.hub.company_id)
    page = await events.find(eq={"eventType": EventType.WEBHOOK_RECEIVED}, order=["createdAt"], limit=500)
    assert sum(event.automation_id == called.id for event in page.items) == 150


async def test_a_flood_is_refused_with_the_time_to_wait_and_no_other_automation_feels_it(tmp_path: Path) -> None:
    async with running_hub(tmp_path / "hub", rate_webhook=10) as hub:
        flooded, other = await automation(hub), await automation(hub)
        statuses = [(await flooded.call({"n": n})).status for n in range(30)]
        assert set(statuses) == {202, 429}
        assert statuses[:10] == [202] * 10
        answer = await flooded.call()
        while answer.status == 202:  # a slow machine gave it time
            answer = await flooded.call()
        assert answer.body["error"]["details"]["of"] == "automation_webhook"
        assert (await other.call()).status == 202


async def test_calls_with_a_wrong_secret_use_up_nothing_of_the_automations_limit(tmp_path: Path) -> None:
    async with running_hub(tmp_path / "hub", rate_webhook=10) as hub:
        called = await automation(hub)
        for _ in range(15):
            assert (await called.call(x_webhook_secret="no")).status == 401
        assert (await called.call()).status == 202


async def test_an_address_that_guesses_is_refused_and_one_that_was_right_lately_is_not(tmp_path: Path) -> None:
    async with running_hub(tmp_path / "hub") as hub:
        called = await automation(hub)
        assert (await called.call()).status == 202
        answer = await called.call(url=f"{called.url}0")
        guesses = 1
        while answer.status == 401:  # on a slow machine the limit fills up meanwhile
            answer = await called.call(url=f"{called.url}{guesses}")
            guesses += 1
        assert answer.status == 429
        assert guesses > 60
        assert (await called.call()).status == 202


async def test_executions_beyond_the_companys_limit_are_refused_and_nothing_is_stored(tmp_path: Path) -> None:
    async with running_hub(tmp_path / "hub") as hub:
        called = await automation(hub)
        await hub.hub.usage_room.quotas.change(hub.company_id, {Quota.EXECUTIONS: Limit(hard=2)})
        assert [(await called.call()).status for _ in range(2)] == [202, 202]
        answer = await called.call()
        assert (answer.status, answer.code) == (429, "quota_exceeded")
        assert len(await called.executions()) == 2


async def test_repeats_take_nothing_of_the_companys_limit_and_are_answered_when_it_is_reached(tmp_path: Path) -> None:
    async with running_hub(tmp_path / "hub") as hub:
        called = await automation(hub)
        await hub.hub.usage_room.quotas.change(hub.company_id, {Quota.EXECUTIONS: Limit(hard=2)})
        first = await called.call(webhook_id="m1")
        for _ in range(3):
            assert (await called.call(webhook_id="m1")).data["duplicate"] is True
        assert (await called.call(webhook_id="m2")).status == 202
        again = await called.call(webhook_id="m1")
        assert (again.status, again.data["executionId"]) == (202, first.data["executionId"])
        assert (await called.call(webhook_id="m3")).code == "quota_exceeded"


async def test_many_repeats_in_one_batch_are_all_answered(called: Called) -> None:
    keys = [f"m{number}" for number in range(40)]
    first = await asyncio.gather(*(called.call(webhook_id=key) for key in keys))
    again = await asyncio.gather(*(called.call(webhook_id=key) for key in [*keys, "new"]))

    assert [answer.data["executionId"] for answer in again[:-1]] == [answer.data["executionId"] for answer in first]
    assert all(answer.data["duplicate"] for answer in again[:-1])
    assert "duplicate" not in again[-1].data


@pytest.mark.parametrize("how", ["body", "header"])
async def test_a_call_back_reports_on_the_execution_and_starts_nothing(called: Called, how: str) -> None:
    execution = (await called.call()).data["executionId"]
    body = {"status": "success", "message": "Sent to #sales", "ts": "17.2"}
    if how == "body":
        answer = await called.call(body | {"executionId": execution})
    else:
        answer = await called.call(body, x_leadbridge_execution=execution)

    assert answer.status == 202
    assert answer.data == {"executionId": execution, "kind": "call-back"}
    [stored] = await called.executions()
    assert stored.report is not None
    assert (stored.report.ok, stored.report.message) == (True, "Sent to #sales")
    assert stored.report.result == '{"ts":"17.2"}'


async def test_a_failed_report_turns_a_success_into_a_failure_once_also_where_it_is_counted(called: Called) -> None:
    execution = (await called.call()).data["executionId"]
    await settled(called, execution, ExecutionState.SUCCEEDED)
    assert await counted(called) == {"success": 1}

    for message in ("Slack refused it", "later"):
        await called.call({"executionId": execution, "status": "failed", "message": message})
    await called.call({"executionId": execution, "status": "success"})

    [stored] = await called.executions()
    assert (stored.state, stored.code, stored.message) == ("failed", "reported_failed", "Slack refused it")
    assert await counted(called) == {"failed": 1}
    event = await called.hub.hub.store[USAGE_EVENTS].of(called.hub.company_id).get(execution)
    assert event is not None
    assert event.status is Status.FAILED


async def test_a_good_report_leaves_a_failed_delivery_failed(called: Called) -> None:
    execution = (await called.call()).data["executionId"]
    await settled(called, execution, ExecutionState.FAILED)
    await called.call({"executionId": execution, "ok": True})
    [stored] = await called.executions()
    assert stored.state == "failed"
    assert stored.report is not None
    assert await counted(called) == {"failed": 1}


async def test_a_call_back_is_taken_while_the_automation_is_off_since_it_is_about_the_past(called: Called) -> None:
    execution = (await called.call()).data["executionId"]
    await called.status(AutomationStatus.INACTIVE)
    assert (await called.call({"executionId": execution})).status == 202
    assert (await called.call()).status == 409


async def test_an_execution_of_another_company_or_of_none_is_no_call_back(called: Called) -> None:
    answer = await called.call({"executionId": "0" * 24, "status": "failed"})
    assert answer.data["kind"] == "event"
    assert (await called.call({"executionId": 17})).data["kind"] == "event"
    assert len(await called.executions()) == 2


async def test_an_execution_of_another_automation_counts_as_where_the_call_comes_from(hub: HubUnderTest) -> None:
    chain = [await automation(hub) for _ in range(5)]
    answer = await chain[0].call()
    hops = []
    for next in chain[1:4]:
        answer = await next.call({"executionId": answer.data["executionId"]})
        assert answer.data["kind"] == "event"
        hops.append((await next.executions())[0].hop)
    assert hops == [1, 2, 3]
    last = await chain[4].call({"executionId": answer.data["executionId"]})
    assert (last.status, last.code) == (409, "too_many_hops")


async def test_a_call_that_was_handed_on_too_often_is_refused(called: Called) -> None:
    for hop in ("0", "3"):
        answer = await called.call(x_leadbridge_hop=hop)
        assert answer.status == 202
        assert (await called.event(answer.data["executionId"]))["hop"] == int(hop)
    answer = await called.call(x_leadbridge_hop="4")
    assert (answer.status, answer.code) == (409, "too_many_hops")


async def test_an_automation_that_calls_itself_without_a_word_of_it_comes_to_an_end(hub: HubUnderTest) -> None:
    called = await automation(hub, trigger="lead.created", endpoint=True)
    statuses = [(await called.call({"n": n})).status for n in range(6)]
    assert statuses == [202, 202, 202, 202, 429, 429]
    assert (await called.call()).code == "loop_suspected"
    assert [execution.hop for execution in await called.executions()] == [0, 1, 2, 3]


async def test_an_automation_made_to_be_called_is_called_as_often_as_one_likes(hub: HubUnderTest) -> None:
    called = await automation(hub, trigger="webhook.received", endpoint=True)
    assert {(await called.call({"n": n})).status for n in range(8)} == {202}


async def test_a_call_goes_to_the_endpoint_that_the_automation_has_by_then(hub: HubUnderTest) -> None:

    called = await automation(hub, endpoint=True)
    await called.call()
    here = await hub.hub.store[AUTOMATIONS].of(hub.company_id).get(called.id)
    assert here is not None
    other = hub.hub.ids()
    await hub.hub.store.write(WriteBatch().replace(AUTOMATIONS, here.model_copy(update={"endpoint_id": other})))
    await called.call()
    assert [execution.endpoint_id for execution in await called.executions()] == [here.endpoint_id, other]


async def test_answers_have_a_request_id_and_the_usual_headers(called: Called) -> None:
    body = b"{}"
    headers = signed(called.secret, body) | {"x-request-id": "from-outside-1"}
    async with aiohttp.ClientSession() as session, session.post(called.url, data=body, headers=headers) as answer:
        assert answer.headers["x-request-id"] == "from-outside-1"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    async with aiohttp.ClientSession() as session, session.get(called.url) as answer:
        assert answer.status == 405

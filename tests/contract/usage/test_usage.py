"""Usage over real HTTP, on a hub connected to HubSpot's sandbox: events, their calls, sums, quotas, errors."""

from __future__ import annotations

import asyncio
import csv
import io
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from leadbridge.tenancy.audit import COMMAND_LINE
from leadbridge.tenancy.model import Role
from leadbridge.usage.rows import DAYS, DELTAS
from tests.support.hub_in_process import HubUnderTest, running_hub
from tests.support.sandbox import SandboxProcess

USAGE = "/automation/usage"
WAIT = 60.0


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess() as process:
        process.settings(rateLimits=False)
        yield process


@pytest.fixture
async def hub(tmp_path: Path, sandbox: SandboxProcess) -> AsyncIterator[HubUnderTest]:
    sandbox.control("POST", "/reset")
    sandbox.control("DELETE", "/faults")
    async with running_hub(tmp_path / "hub", sandbox) as running:
        await running.connect()
        yield running


async def folded(hub: HubUnderTest) -> None:
    """Wait until the hub's worker has folded every delta."""
    until = time.monotonic() + WAIT
    while (await hub.hub.store[DELTAS].of(hub.company_id).find(limit=1)).items:
        assert time.monotonic() < until, "the deltas were not folded"
        await hub.hub.usage_tasks.look()
        await asyncio.sleep(0.05)


async def summary(hub: HubUnderTest, query: str = "") -> Any:
    return (await hub.ask("GET", f"{USAGE}/summary{query}")).data


async def test_an_operation_is_one_event_with_its_calls_and_is_in_the_summary_at_once(hub: HubUnderTest) -> None:
    ids = await hub.leads(*({"email": f"u{n}@example.com"} for n in range(3)))
    await hub.sync(*ids)

    shown = (await hub.ask("GET", f"{USAGE}/events?eventType=crm_sync")).data
    assert [(event["status"], event["metrics"]["recordsProcessed"]) for event in shown] == [("success", 3)]
    assert shown[0]["metadata"]["requestData"] == {"leads": 3}
    calls = shown[0]["metrics"]["apiCallsUsed"]
    assert calls >= 1

    one = (await hub.ask("GET", f"{USAGE}/events/{shown[0]['_id']}")).data
    assert len(one["requests"]) == calls
    assert all(call["outcome"] == "answered" and 200 <= call["status"] < 300 for call in one["requests"])
    assert not any("example.com" in call["url"] for call in one["requests"])

    before = await summary(hub)
    await folded(hub)
    after = await summary(hub)
    assert after == before  # what is not folded yet was counted all the same
    assert after["complete"] is True
    assert after["totals"]["leadsCreated"] == 3
    by_type = {entry["eventType"]: entry["events"] for entry in after["byType"]}
    assert by_type == {"crm_connect": 1, "crm_sync": 1}
    assert [entry["provider"] for entry in after["byProvider"]] == ["hubspot"]
    assert {entry["date"] for entry in after["byDay"] if entry["events"]} == {after["endDate"]}
    assert len(after["byDay"]) == 30
    assert after["durations"]["p99"] >= after["durations"]["p50"] >= 0


async def test_an_operation_that_failed_is_listed_as_such_and_can_be_tried_again(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    [lead] = await hub.leads({"email": "later@example.com"})
    sandbox.fault("objects.batch.create", "answer", status=400, times=1, body={"category": "VALIDATION_ERROR"})
    result = await hub.sync(lead)
    assert [item["retryable"] for item in result["failed"]] == [True]
    failed = (await hub.ask("GET", f"{USAGE}/events?status=failed")).data
    assert [event["eventType"] for event in failed] == ["crm_sync"]
    one = (await hub.ask("GET", f"{USAGE}/events/{failed[0]['_id']}")).data
    assert 400 in {call["status"] for call in one["requests"]}

    [entry] = (await hub.ask("GET", "/crm-integration/error-logs?provider=hubspot")).data
    keys = {
        "_id", "occurredAt", "provider", "connectionId", "operation", "code", "vendorCode", "message", "cause", "hint",
        "retryable", "leadId", "requestId", "correlationId", "count",
    }  # fmt: skip
    assert keys <= set(entry)
    for query, found in (
        (f"connectionId={entry['connectionId']}", 1),
        (f"code={entry['code']}", 1),
        ("code=another", 0),
        ("provider=zoho", 0),
        (f"until={entry['occurredAt']}&since=2020-01-01T00:00:00Z", 0),
        (f"since={entry['occurredAt']}", 1),
    ):
        assert len((await hub.ask("GET", f"/crm-integration/error-logs?{query}")).data) == found, query

    sandbox.control("DELETE", "/faults")
    again = await hub.ask("POST", f"/crm-integration/error-logs/{entry['_id']}/retry")
    assert (again.status, again.data["counts"]["created"]) == (202, 1)
    assert (await summary(hub))["totals"]["failed"] == 1


async def test_disconnecting_is_an_operation(hub: HubUnderTest) -> None:
    [connection] = (await hub.ask("GET", "/crm-integration/connections")).data
    await hub.ask("DELETE", f"/crm-integration/connections/{connection['_id']}")
    shown = (await hub.ask("GET", f"{USAGE}/events")).data
    assert [event["eventType"] for event in shown] == ["crm_disconnect", "crm_connect"]


async def test_events_are_paged_and_exported(hub: HubUnderTest) -> None:
    for _ in range(3):
        await hub.sync("nobody")
    first = await hub.ask("GET", f"{USAGE}/events?limit=2")
    second = await hub.ask("GET", f"{USAGE}/events?limit=2&cursor={first.body['nextCursor']}")
    ids = [event["_id"] for event in [*first.data, *second.data]]
    assert len(set(ids)) == 4
    headers = {"authorization": f"Bearer {hub.token}"}
    address = f"{hub.base}/api/v1{USAGE}/events.csv?category=crm"
    async with aiohttp.ClientSession() as session, session.get(address, headers=headers) as answer:
        assert answer.content_type == "text/csv"
        text = await answer.text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["_id"] for row in rows] == ids
    assert [row["eventType"] for row in rows].count("crm_sync") == 3


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("summary?startDate=2026-13-01", "invalid_date"),
        ("summary?startDate=2026-11-02&endDate=2026-11-01", "invalid_period"),
        ("summary?startDate=1990-01-01&endDate=2026-11-01", "invalid_period"),
        ("events?eventType=lunch", "invalid_request"),
        ("events?since=2026-11-01T00:00:00", "invalid_input"),
    ],
)
async def test_a_question_that_makes_no_sense_is_answered_with_a_sentence(
    hub: HubUnderTest, path: str, code: str
) -> None:
    answer = await hub.ask("GET", f"{USAGE}/{path}")
    assert (answer.status, answer.code) == (400, code)
    assert answer.body["error"]["message"]


async def test_an_unknown_event_and_another_companys_look_the_same(hub: HubUnderTest) -> None:
    event = (await hub.ask("GET", f"{USAGE}/events")).data[0]
    other = await hub.hub.tenancy.companies.create(COMMAND_LINE, "Other")
    user = await hub.hub.tenancy.members.create(
        other.id, COMMAND_LINE, name="Otto", role=Role.SUPER_USER, email="otto@example.com", password="a-Long-enough-1"
    )
    token = (await hub.hub.tenancy.create_token(other.id, name="other", user_id=user.id)).token
    foreign = await hub.ask("GET", f"{USAGE}/events/{event['_id']}", token=token)
    unknown = await hub.ask("GET", f"{USAGE}/events/{'0' * 24}", token=token)
    assert (foreign.status, foreign.code) == (unknown.status, unknown.code) == (404, "not_found")
    assert (await hub.ask("GET", f"{USAGE}/summary", token=token)).data["totals"]["events"] == 0


async def test_another_time_zone_cuts_the_days_anew(hub: HubUnderTest) -> None:
    await hub.sync("nobody")
    await folded(hub)
    assert (await hub.ask("PATCH", "/company", json={"timeZone": "Pacific/Kiritimati"})).status == 200
    assert (await summary(hub))["timeZone"] == "UTC"  # until the next fold
    await hub.sync("nobody")
    await folded(hub)
    shown = await summary(hub)
    assert (shown["timeZone"], shown["timeZoneSince"]) == ("Pacific/Kiritimati", None)
    assert shown["totals"]["events"] == 3
    rows = (await hub.hub.store[DAYS].of(hub.company_id).find(order=["day"])).items
    assert [row.day for row in rows] == [day["date"] for day in shown["byDay"] if day["events"]]


async def test_a_soft_limit_warns_and_a_hard_one_refuses_with_its_end(hub: HubUnderTest) -> None:
    calls = sum(day["apiCallsUsed"] for day in (await summary(hub))["byDay"])
    limit = {"soft": calls + 1, "hard": calls + 2}
    set_to = await hub.ask("PATCH", f"{USAGE}/quotas", json={"vendorCallsPerDay": limit, "leadsPerMonth": {"hard": 2}})
    assert {one["quota"]: one["state"] for one in set_to.data}["vendorCallsPerDay"] == "ok"

    ids = await hub.leads({"email": "q1@example.com"}, {"email": "q2@example.com"})
    refused = await hub.ask("POST", "/leads", json={"email": "q3@example.com"})
    assert (refused.status, refused.code) == (429, "quota_exceeded")
    assert refused.body["error"]["details"]["quota"] == "leadsPerMonth"

    await hub.sync(*ids)
    await folded(hub)
    until = time.monotonic() + WAIT
    while True:
        refused = await hub.ask("POST", "/crm-integration/sync-leads", json={"leadIds": ids})
        if refused.status == 429:
            break
        assert time.monotonic() < until
        await asyncio.sleep(0.2)
    assert refused.code == "quota_exceeded"
    assert refused.body["error"]["details"]["state"] == "exceeded"

    await folded(hub)
    until = time.monotonic() + WAIT
    while True:
        codes = {entry["code"] for entry in (await hub.ask("GET", "/crm-integration/error-logs")).data}
        if {"quota_exceeded"} <= codes:
            break
        assert time.monotonic() < until, codes
        await asyncio.sleep(0.1)


async def test_a_company_cannot_go_beyond_the_operators_limit(tmp_path: Path) -> None:
    async with running_hub(tmp_path / "hub", quota_leads_month=1) as hub:
        higher = await hub.ask("PATCH", f"{USAGE}/quotas", json={"leadsPerMonth": {"hard": 5}})
        assert (higher.status, higher.code) == (400, "invalid_quota")
        await hub.leads({"email": "one@example.com"})
        standing = {one["quota"]: one for one in (await hub.ask("GET", f"{USAGE}/quotas")).data}["leadsPerMonth"]
        assert (standing["used"], standing["hard"], standing["state"]) == (1, 1, "exceeded")
        assert (await hub.ask("POST", "/leads", json={"email": "two@example.com"})).status == 429
        assert (await hub.ask("PATCH", f"{USAGE}/quotas", json={"leadsPerMonth": {"soft": 9, "hard": 1}})).status == 400

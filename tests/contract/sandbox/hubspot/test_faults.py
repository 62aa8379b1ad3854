"""Faults, limits and counts: what a test orders is what happens."""

from __future__ import annotations

import time
from typing import Any

import aiohttp
import pytest

from tests.support.sandbox import SandboxError, SandboxProcess

CONTACTS = "/crm/v3/objects/contacts"


def create(sandbox: SandboxProcess, access: str, email: str) -> tuple[int, dict[str, str], Any]:
    return sandbox.api("POST", CONTACTS, access, {"properties": {"email": email}})


async def test_an_answer_lost_after_the_write_has_written(sandbox: SandboxProcess, access: str) -> None:
    sandbox.fault("POST /crm/*/objects/contacts/batch/create", "lost_after_write")
    rows = {"inputs": [{"properties": {"email": f"u{number}@example.test"}} for number in range(3)]}
    async with aiohttp.ClientSession(sandbox.url, headers={"Authorization": f"Bearer {access}"}) as session:
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.post(f"{CONTACTS}/batch/create", json=rows)
        async with session.get(CONTACTS) as listed:
            assert len((await listed.json())["results"]) == 3
    counted = sandbox.control("GET", "/counters")["operations"]
    assert counted["objects.batch.create"] == {"lost": 1}


def test_a_call_lost_before_the_write_has_not(sandbox: SandboxProcess, access: str) -> None:
    sandbox.fault("objects.create", "lost_before_write", nth=2)
    assert create(sandbox, access, "ana@example.test")[0] == 201
    with pytest.raises(ConnectionError):
        create(sandbox, access, "bo@example.test")
    assert create(sandbox, access, "cy@example.test")[0] == 201
    assert [row["properties"]["email"] for row in sandbox.records()] == [
        "ana@example.test",
        "cy@example.test",
    ]


def test_answers_on_order(sandbox: SandboxProcess, access: str) -> None:
    sandbox.fault("objects.create", "answer", status=502, body="<h1>Bad gateway</h1>", times=2)
    rule = sandbox.fault("objects.create", "rate_limited", policy="DAILY", times=None)
    for _ in range(2):
        status, headers, _ = sandbox.request("POST", CONTACTS, b"{}", {"Authorization": f"Bearer {access}"})
        assert (status, headers["content-type"]) == (502, "text/html;charset=utf-8")
    status, _, body = create(sandbox, access, "ana@example.test")
    assert (status, body["policyName"], body["message"]) == (
        429,
        "DAILY",
        "You have reached your daily limit.",
    )
    assert sandbox.control("DELETE", f"/faults?id={rule}") == {"removed": 1}
    sandbox.fault("objects.create", "answer", status=477, headers={"Retry-After": "7"})
    status, headers, body = create(sandbox, access, "ana@example.test")
    assert (status, headers["retry-after"], body["status"]) == (477, "7", "error")
    assert create(sandbox, access, "ana@example.test")[0] == 201


def test_chance_is_repeatable(sandbox: SandboxProcess, access: str) -> None:
    def run() -> list[int]:
        rule = sandbox.fault("objects.list", "answer", status=503, probability=0.5, seed=7)
        statuses = [sandbox.api("GET", CONTACTS, access)[0] for _ in range(20)]
        sandbox.control("DELETE", f"/faults?id={rule}")
        return statuses

    first = run()
    assert set(first) == {200, 503}
    assert run() == first


def test_delays_and_latency(sandbox: SandboxProcess, access: str) -> None:
    sandbox.fault("objects.list", "delay", delayMs=120)
    started = time.monotonic()
    sandbox.api("GET", CONTACTS, access)
    assert time.monotonic() - started >= 0.12
    sandbox.settings(latencyMs=60)
    started = time.monotonic()
    sandbox.api("GET", CONTACTS, access)
    assert time.monotonic() - started >= 0.06


def test_the_burst_limit_is_rolling_and_can_be_switched_off(sandbox: SandboxProcess, access: str) -> None:
    sandbox.settings(burstLimit=3)
    sandbox.control("POST", "/clock", {"freeze": True})
    left = [sandbox.api("GET", CONTACTS, access)[1]["x-hubspot-ratelimit-remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    status, headers, body = sandbox.api("GET", CONTACTS, access)
    assert (status, body["message"]) == (429, "You have reached your ten_secondly_rolling limit.")
    assert headers["x-hubspot-ratelimit-max"] == "3"
    assert "retry-after" not in headers
    sandbox.settings(rateLimits=False)
    assert sandbox.api("GET", CONTACTS, access)[0] == 200
    sandbox.settings(rateLimits=True)
    sandbox.advance(10.1)
    assert sandbox.api("GET", CONTACTS, access)[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("PATCH", "/settings", {"nonsense": 1}, "there is no setting 'nonsense'"),
        ("PATCH", "/settings", {"rotation": "sometimes"}, "rotation is one of"),
        ("PATCH", "/settings", {"burstLimit": -1}, "0 or more"),
        ("PATCH", "/settings", {"rateLimits": "yes"}, "true or false"),
        ("POST", "/faults", {"kind": "answer"}, "needs a route"),
        ("POST", "/faults", {"route": "x", "kind": "explode"}, "kind is one of"),
        ("POST", "/faults", {"route": "x", "kind": "answer", "often": 1}, "has no often"),
        ("POST", "/faults", {"route": "x", "kind": "answer", "probability": 2}, "between 0 and 1"),
        ("POST", "/clock", {"speed": 2}, "the clock takes"),
        ("POST", "/clock", {"freezeAt": "noon"}, "ISO-8601"),
        ("POST", "/apps", {"colour": "red"}, "app has no 'colour'"),
        ("POST", "/accounts", {"portalId": "5"}, "portalId is a number"),
        ("POST", "/tokens", {"portalId": 5}, "no portal 5"),
        ("PATCH", "/records/contacts/1", {"properties": {"city": "Rome"}}, "not found"),
        ("POST", "/records/contacts", {"properties": {"zzz": "Rome"}}, "does not exist"),
        ("GET", "/records/spoons", None, "Unable to infer object type"),
    ],
)
def test_the_control_api_says_what_is_wrong(
    sandbox: SandboxProcess, method: str, path: str, body: Any, said: str
) -> None:
    with pytest.raises(SandboxError) as refused:
        sandbox.control(method, path, body)
    assert said in str(refused.value)


def test_records_can_be_made_and_archived_as_a_person(sandbox: SandboxProcess, access: str) -> None:
    made = sandbox.control("POST", "/records/contacts", {"properties": {"email": "ana@example.test"}})
    assert made["properties"]["hs_object_source"] == "CRM_UI"
    gone = sandbox.control("DELETE", f"/records/contacts/{made['id']}")
    assert gone["archived"] is True
    assert sandbox.api("GET", f"{CONTACTS}/{made['id']}", access)[0] == 404


def test_the_page_lists_records_escaped_and_paged(sandbox: SandboxProcess, access: str) -> None:
    rows = [
        {"properties": {"email": f"u{number}@example.test", "firstname": "<script>alert(1)</script>"}}
        for number in range(60)
    ]
    assert sandbox.api("POST", f"{CONTACTS}/batch/create", access, {"inputs": rows})[0] == 201
    status, headers, page = sandbox.request("GET", "/")
    text = page.decode()
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "60 contacts, 0 archived" in text
    assert "<script>" not in text
    assert text.count("&lt;script&gt;") == 50
    following = text.partition("from=")[2].partition('"')[0].partition("&")[0]
    second = sandbox.request("GET", f"/?from={following}")[2].decode()
    assert second.count("&lt;script&gt;") == 10
    assert "No records." in sandbox.request("GET", "/?archived=true&portal=x&from=y")[2].decode()

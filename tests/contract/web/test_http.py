"""What every endpoint shares, over real HTTP: the envelope, request ids, limits, who is calling."""

import asyncio
import io
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from leadbridge.server import bind
from tests.support.hub_in_process import HubUnderTest, running_hub

ORIGIN = "https://app.example.com"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[HubUnderTest]:
    async with running_hub(tmp_path / "hub", cors_origins=(ORIGIN,), rate_address=0) as running:
        yield running


async def raw(hub: HubUnderTest, method: str, path: str, **more: Any) -> tuple[int, dict[str, str], Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, hub.base + path, allow_redirects=False, **more) as answer,
    ):
        body = await answer.read()
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return answer.status, headers, json.loads(body) if body.startswith(b"{") else body


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "Basic YTpi", "bearer  "])
async def test_nobody_gets_in_without_a_known_token(hub: HubUnderTest, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header}
    status, _, body = await raw(hub, "GET", "/api/v1/leads", headers=headers)
    assert status == 401
    assert body["error"]["code"] == "unauthenticated"
    assert body["error"]["hint"]
    assert body["error"]["requestId"]


async def test_every_operation_but_the_open_ones_asks_for_a_token(hub: HubUnderTest) -> None:
    """Walks the whole API document, so that an endpoint added without a caller is noticed."""
    _, _, document = await raw(hub, "GET", "/openapi.json")
    asked = 0
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if "x-open" in operation:
                continue
            status, _, body = await raw(hub, method.upper(), path.replace("{", "").replace("}", ""), json={})
            assert (status, body["error"]["code"]) == (401, "unauthenticated"), f"{method} {path}"
            asked += 1
    assert asked >= 15


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", 404, "no_such_route"),
        ("PUT", "/api/v1/leads", 405, "method_not_allowed"),
        ("GET", "/api/v1/leads/unknown", 404, "lead_not_found"),
        ("GET", "/api/v1/leads?cursor=%00", 400, "invalid_cursor"),
        ("GET", "/api/v1/leads?limit=0", 400, "invalid_request"),
        ("GET", "/api/v1/leads?limit=many", 400, "invalid_request"),
        ("GET", "/api/v1/runs/unknown", 404, "run_not_found"),
        ("POST", "/api/v1/leads", 400, "invalid_request"),
    ],
)
async def test_a_failure_has_a_code_a_sentence_and_a_hint(
    hub: HubUnderTest, method: str, path: str, status: int, code: str
) -> None:
    answered, headers, body = await raw(hub, method, path, headers={"authorization": f"Bearer {hub.token}"})
    assert (answered, body["success"], body["error"]["code"]) == (status, False, code)
    assert set(body["error"]) == {"code", "message", "hint", "requestId", "details"}
    assert body["error"]["message"]
    assert body["error"]["hint"]
    assert body["error"]["requestId"] == headers["x-request-id"]


async def test_a_misspelt_field_is_refused_and_named(hub: HubUnderTest) -> None:
    answer = await hub.ask("POST", "/leads", json={"firstname": "Ana", "email": "ana@example.com"})
    assert answer.status == 400
    assert "firstname" in answer.body["error"]["message"]
    assert (await hub.ask("GET", "/leads")).data == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("trace-0123456789", True), ("short", False), ("x" * 65, False), ("<script>alert</script>", False)],
)
async def test_a_callers_request_id_is_kept_when_it_is_harmless(hub: HubUnderTest, sent: str, kept: bool) -> None:
    _, headers, _ = await raw(hub, "GET", "/healthz", headers={"x-request-id": sent})
    assert (headers["x-request-id"] == sent) is kept


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_huge_body_is_refused_before_it_is_taken(hub: HubUnderTest, chunked: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 65536

    headers = {"authorization": f"Bearer {hub.token}", "content-type": "application/json"}
    body = pieces() if chunked else io.BytesIO(b"x" * (2 * 1024 * 1024))
    try:
        status, _, answer = await raw(hub, "POST", "/api/v1/leads", headers=headers, data=body)
    except aiohttp.ClientOSError:
        return  # the connection was closed while the rest was still being sent: refused as well
    assert status == 413
    assert answer["error"]["code"] == "body_too_large"


async def test_answers_carry_the_headers_that_browsers_need_to_be_safe(hub: HubUnderTest) -> None:
    _, headers, _ = await raw(hub, "GET", "/super-user/integrations")
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script" not in headers["content-security-policy"]
    _, headers, _ = await raw(hub, "GET", "/api/v1/leads")
    assert headers["cache-control"] == "no-store"


async def test_only_a_listed_page_may_call_from_a_browser_and_never_with_cookies(hub: HubUnderTest) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    _, headers, _ = await raw(hub, "OPTIONS", "/api/v1/leads", headers={"origin": ORIGIN, **asked})
    assert headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-credentials" not in headers
    _, headers, _ = await raw(hub, "OPTIONS", "/api/v1/leads", headers={"origin": "https://evil.example", **asked})
    assert "access-control-allow-origin" not in headers


async def test_a_list_is_walked_by_its_cursor_without_a_gap_or_a_repetition(hub: HubUnderTest) -> None:
    made = await hub.leads(*({"email": f"p{n}@example.com"} for n in range(25)))
    seen: list[str] = []
    cursor: str | None = None
    while True:
        path = "/leads?limit=10" + (f"&cursor={cursor}" if cursor else "")
        answer = await hub.ask("GET", path)
        seen += [lead["_id"] for lead in answer.data]
        cursor = answer.body["nextCursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(made)
    assert len(seen) == 25


async def test_a_company_sees_nothing_of_another(hub: HubUnderTest, tmp_path: Path) -> None:
    """Two hubs in one process, each with a company: neither the token nor the ids of one mean anything to the other."""
    [lead] = await hub.leads({"email": "ana@example.com"})
    async with running_hub(tmp_path / "other") as other:
        assert (await other.ask("GET", f"/leads/{lead}")).status == 404
        assert (await other.ask("GET", "/leads", token=hub.token)).status == 401
        assert (await hub.ask("GET", f"/leads/{lead}")).status == 200


async def test_health_and_readiness_answer_without_a_token(hub: HubUnderTest) -> None:
    for path, word in (("/healthz", "ok"), ("/readyz", "ready")):
        status, _, body = await raw(hub, "GET", path)
        assert (status, body["status"]) == (200, word)


async def test_two_hubs_share_one_database_and_make_one_company(tmp_path: Path) -> None:
    shared = f"sqlite:///{tmp_path / 'shared.db'}"
    key = tmp_path / "master.key"
    async with (
        running_hub(tmp_path / "a", database_url=shared, master_key_file=key) as one,
        running_hub(tmp_path / "b", database_url=shared, master_key_file=key) as two,
    ):
        assert one.company_id == two.company_id
        [lead] = await one.leads({"email": "ana@example.com"})
        assert (await two.ask("GET", f"/leads/{lead}", token=one.token)).data["_id"] == lead
        body = {"externalId": "same", "email": "b@example.com"}
        both = await asyncio.gather(*(hub.ask("POST", "/leads", json=body) for hub in (one, two)))
        assert sorted(answer.status for answer in both) == [201, 409]
        assert next(answer.code for answer in both if answer.status == 409) == "external_id_taken"


def test_answers_do_not_wait_for_delayed_acknowledgements() -> None:
    """asyncio sets TCP_NODELAY only on sockets that say they are TCP; without it each answer took 40 ms longer."""
    with bind("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP

"""Over real HTTP: which bodies are refused before they are read, and what browsers are told."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.hub_in_process import HubUnderTest, running_hub


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[HubUnderTest]:
    async with running_hub(tmp_path / "hub") as running:
        yield running


async def got(hub: HubUnderTest, path: str) -> tuple[int, dict[str, str], str]:
    async with aiohttp.ClientSession() as session, session.get(hub.base + path) as answer:
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, await answer.text()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"[" * 65 + b"]" * 65, 400, "json_too_deep"),
        (b"[" * 500_000, 400, "json_too_deep"),
        (b'{"email":"a@example.com","email":"b@example.com"}', 400, "json_duplicate_name"),
        (b'{"custom":{' + b",".join(b'"k%d":1' % n for n in range(10_001)) + b"}}", 400, "json_too_many_names"),
        (b'{"email":', 400, "invalid_json"),
        (b'{"custom":{"x":1e999}}', 400, "invalid_json"),
    ],
)
async def test_a_hostile_body_is_refused(hub: HubUnderTest, body: bytes, status: int, code: str) -> None:
    answer = await hub.ask("POST", "/leads", data=body, headers={"content-type": "application/json"})
    assert (answer.status, answer.code) == (status, code)
    assert (await hub.ask("GET", "/leads")).data == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/x", "text/json"])
async def test_a_body_of_another_type_is_refused(hub: HubUnderTest, kind: str) -> None:
    answer = await hub.ask("POST", "/leads", data=b'{"email":"a@example.com"}', headers={"content-type": kind})
    assert (answer.status, answer.code) == (415, "unsupported_media_type")
    assert (await hub.ask("GET", "/leads")).data == []


async def test_the_page_works_without_anything_inline(hub: HubUnderTest) -> None:
    _, headers, page = await got(hub, "/super-user/integrations")
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "style-src 'self'" in policy
    assert not re.search(r"<style|<script|\sstyle=|\son\w+=", page)
    [sheet] = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page)
    status, headers, text = await got(hub, sheet)
    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/css")
    assert ".card" in text


@pytest.mark.parametrize("path", ["/super-user/integrations", "/api/v1/leads", "/healthz", "/nowhere"])
async def test_every_answer_is_guarded(hub: HubUnderTest, path: str) -> None:
    _, headers, _ = await got(hub, path)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "strict-transport-security" not in headers  # this hub is reached by http


async def test_a_hub_behind_https_says_so(tmp_path: Path) -> None:
    async with running_hub(tmp_path / "hub", public_url="https://hub.example.com") as hub:
        _, headers, _ = await got(hub, "/healthz")
    assert headers["strict-transport-security"].startswith("max-age=31536000")


@pytest.mark.parametrize(("body", "kind"), [(b'{"email":', "application/json"), (b"x", "text/plain")])
async def test_who_may_not_ask_is_told_that_before_anything_about_the_body(
    hub: HubUnderTest, body: bytes, kind: str
) -> None:
    sent: dict[str, Any] = {"data": body, "headers": {"content-type": kind}}
    made = await hub.ask("POST", "/auth/tokens", json={"name": "reader", "rights": ["leads.read"]})
    assert (await hub.ask("POST", "/leads", token="nobody", **sent)).status == 401
    assert (await hub.ask("POST", "/leads", token=made.data["token"], **sent)).status == 403
    assert (await hub.ask("POST", "/leads", **sent)).status in (400, 415)
    open_to_all = await hub.ask("POST", "/auth/login", token="nobody", **sent)
    assert open_to_all.status in (400, 415)

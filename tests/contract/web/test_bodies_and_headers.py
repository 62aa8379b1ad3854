"""Over real HTTP: which bodies are refused before they are read, and what browsers are told."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from leadbridge.app import build_hub
from leadbridge.server import bind, prepare_data_dir, serving
from tests.support.hub_in_process import NOWHERE, HubUnderTest, running_hub, settings_for


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
    prepare_data_dir(tmp_path / "hub")
    listening = bind("127.0.0.1", 0)
    port = listening.getsockname()[1]
    hub = build_hub(settings_for(tmp_path / "hub", NOWHERE, port, public_url="https://hub.example.com"))
    try:
        await hub.start()
        async with (
            serving(hub, listening),
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}/healthz") as answer,
        ):
            assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    finally:
        listening.close()
        await hub.close()

"""No secret leaves: not in an answer, a redirect, a page, a log line, an error, or the raw files of the database."""

import asyncio
import base64
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.contract.integrations.walk import API, Connecting
from tests.support.consent import Browser
from tests.support.sandbox import CLIENT_SECRET


def spellings(secret: str) -> set[bytes]:
    raw = secret.encode()
    return {raw, base64.b64encode(raw), base64.urlsafe_b64encode(raw).rstrip(b"="), raw.hex().encode(), raw[::-1]}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


async def everything(site: Connecting) -> tuple[list[bytes], list[str]]:
    """Do all that a connection can do, and go wrong at much of it; return what was shown, and the one-time handles."""
    pages, handles = [], []
    for browser in (None, Browser()):
        ended = await site.approve(await site.begin(), browser=browser)
        answer = await asyncio.to_thread(ended.browser.open, "GET", ended.address)
        pages.append(answer.body)
        if handle := ended.outcome.get("handle"):
            await site.data("POST", "/oauth/complete", json={"handle": handle})
            handles.append(handle)
    await site.approve(await site.begin(), decision="deny")
    stale = await site.begin()
    await site.come_back(f"{site.base}{API}/oauth/callback/hubspot?code=made-up&state={stale.state}", stale.browser)
    site.sandbox.fault("oauth.token", "answer", status=500, body={"message": "trouble"})
    site.sandbox.fault("oauth.token", "lost_after_write", nth=2)
    site.sandbox.advance(1801)
    await site.api("POST", "/test-connection", json={})
    await site.api("POST", "/test-connection", json={})
    connection = (await site.stored())[0]
    for path in ("", "/connections", f"/connections/{connection.id}", "/error-logs", "/providers"):
        await site.api("GET", path)
    await site.api("DELETE", f"/connections/{connection.id}")
    return pages, handles


async def test_no_secret_leaves(site: Connecting, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pages, handles = await everything(site)
    logged = "".join(capfd.readouterr()).encode()
    assert b"request" in logged
    tokens = site.tap.tokens()
    assert len(tokens) >= 5
    forms = [parse_qs(call.request.decode()) for call in site.tap.calls if call.is_token_call]
    verifiers = [form["code_verifier"][0] for form in forms if "code_verifier" in form]
    assert len(verifiers) >= 2
    secrets = {*tokens, *verifiers, CLIENT_SECRET}

    shown = b"".join(
        part
        for answer in site.answers
        for part in (answer.body, *(f"{name}: {value}\n".encode() for name, value in answer.headers))
    )
    on_disk = files(tmp_path)
    assert any(site.company.encode() in content for content in on_disk.values()), "the database was looked at"
    places = {"answers": shown, "pages": b"".join(pages), "log": logged, **on_disk}
    found = [(place, secret[:4]) for secret in secrets for needle in spellings(secret)
             for place, content in places.items() if needle in content]  # fmt: skip
    assert found == []

    kept = {"log": logged, **on_disk}
    assert [place for handle in handles for place, content in kept.items() if handle.encode() in content] == []

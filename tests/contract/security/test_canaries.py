"""Secrets of every kind, planted and used and misused, are in no answer, log line, error, stored byte or backup."""

from __future__ import annotations

import asyncio
import gzip
import io
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
import structlog

from leadbridge.security.logs import configure_logging
from leadbridge.tenancy.model import Role
from tests.contract.integrations.test_canary import files, spellings
from tests.contract.integrations.walk import Connecting
from tests.contract.tenancy.conftest import Browser, another_company, member
from tests.contract.tenancy.test_host_tokens import SHARED, token
from tests.support.consent import Browser as Person
from tests.support.hub_in_process import running_hub
from tests.support.sandbox import CLIENT_SECRET, SandboxProcess
from tests.support.wire_tap import WireTap

PASSWORD, NEW_PASSWORD = "cAnAry words for one", "cAnAry words for two"
MASTER_KEY = "master.key"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess() as running:
        yield running


@pytest.fixture
async def site(tmp_path: Path, sandbox: SandboxProcess) -> AsyncIterator[Connecting]:
    with WireTap(sandbox.url) as tap:
        settings = {"hubspot_api_url": tap.origin, "sandbox_origins": (tap.origin, sandbox.url)}
        async with running_hub(tmp_path / "hub", sandbox, **settings, **SHARED, jwt_provision=True) as hub:
            yield Connecting(hub, sandbox, tap)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the hub writes as its log, set up as the command that starts it does."""
    stream, root = io.StringIO(), logging.getLogger()
    before = root.handlers[:], root.level
    configure_logging(json=True, stream=stream)
    yield stream
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()


class Planter:
    """Makes secrets and keeps those that an answer shows once; ``shown`` is everything else that was answered."""

    def __init__(self, site: Connecting) -> None:
        self.site, self.hub = site, site.site
        self.secrets: dict[str, str] = {"client secret": CLIENT_SECRET, "host secret": str(SHARED["jwt_secret"])}
        self.shown: list[str] = []

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        answer = await self.hub.ask(method, path, **more)
        self.shown.append(str(answer.body))
        return answer

    async def once(self, name: str, path: str, field: str, /, **body: Any) -> str:
        """Make something whose answer shows a secret once, keyed, and ask for the answer again."""
        keyed: dict[str, Any] = {"headers": {"idempotency-key": name}, "json": body}
        made = await self.hub.ask("POST", path, **keyed)
        self.secrets[name] = str(made.data[field])
        await self.ask("POST", path, **keyed)
        return self.secrets[name]


async def used(planter: Planter) -> None:
    """Use every kind of secret as it is meant."""
    site, hub = planter.site, planter.hub
    planter.secrets["first token"] = hub.token
    planter.secrets["host token"] = token()
    await planter.ask("GET", "/auth/me", token=planter.secrets["host token"])
    await member(hub, "ana@example.com", Role.ADMIN, password=PASSWORD)
    browser = Browser(hub)
    await browser.sign_in("ana@example.com", PASSWORD)
    planter.secrets |= {"session": next(iter(browser.cookies.values())), "password": PASSWORD, "new": NEW_PASSWORD}
    changed = await browser.ask(
        "POST", "/auth/password", json={"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    )
    planter.shown.append(str(changed.body))
    own = await planter.once("own key", "/auth/tokens", "token", name="mine")
    await planter.ask("GET", "/leads", token=own)
    await planter.once("program's key", "/api-keys", "token", name="program")
    invited = await planter.once("invitation", "/invitations", "token", email="cy@example.com", role="member")
    await planter.ask("POST", "/invitations/accept", json={"token": invited, "name": "Cy", "password": PASSWORD})
    await planter.once("ticket", "/events/tickets", "ticket", path="/api/v1/runs/" + "0" * 24 + "/events")
    await site.connect()
    ended = await site.approve(await site.begin(), browser=Person())
    planter.secrets["handle"] = ended.outcome["handle"]
    lead = (await planter.ask("POST", "/leads", json={"lastName": "Lead", "email": "lead@example.com"})).data["_id"]
    site.sandbox.fault("objects.batch.*", "answer", status=400, body={"message": "trouble"})
    await planter.ask("POST", "/crm-integration/sync-leads", json={"leadIds": [lead]})
    await planter.ask("POST", "/crm-integration/test-connection", json={})
    for n, secret in enumerate(site.tap.tokens()):
        planter.secrets[f"vendor's token {n}"] = secret


async def handed_out(planter: Planter) -> None:
    """Let an automation and a subscription call an address, and be called, with every secret that belongs to it."""
    hub, path, key = planter.hub, "cAnAry-0f-an-address-in-the-path", "cAnAry-key-0f-make"
    keyed: dict[str, Any] = {
        "json": {
            "templateId": "lead-enrichment",
            "makeWebhookUrl": f"{planter.site.tap.origin}/{path}",
            "makeApiKey": key,
        },
        "headers": {"idempotency-key": "automation"},
    }
    made = (await hub.ask("POST", "/automation", **keyed)).data
    await planter.ask("POST", "/automation", **keyed)
    id = made["automation"]["_id"]
    planter.secrets |= {"endpoint's path": path, "key at Make": key}
    planter.secrets |= {"webhook secret": made["webhookSecret"], "signing secret": made["signingSecret"]}
    for which in ("inbound", "signing"):
        await planter.once(f"next {which} secret", f"/automation/{id}/secrets/rotate", "secret", which=which)
    address = f"{planter.site.tap.origin}/{path}"
    await planter.once("hook's secret", "/automation/hooks", "secret", targetUrl=address, eventTypes=["lead.created"])
    await planter.ask("POST", f"/automation/{id}/activate")
    tested = (await planter.ask("POST", f"/automation/{id}/test")).data["execution"]["_id"]
    await planter.ask("POST", "/leads", json={"lastName": "Told"})
    statuses = []
    path_of_it = urlsplit(made["webhookUrl"]).path
    async with aiohttp.ClientSession() as session:
        for secret in (made["webhookSecret"], "whsec_wrong" + made["webhookSecret"][6:]):
            told = {"executionId": tested, "status": "failed", "message": f"who sent {secret}?", "result": [secret]}
            for body in (told, {"note": "an event"}):
                called = session.post(f"{hub.base}{path_of_it}", json=body, headers={"x-webhook-secret": secret})
                async with called as answer:
                    planter.shown.append(await answer.text())
                    statuses.append(answer.status)
    assert statuses == [202, 202, 401, 401]

    found: list[dict[str, Any]] = []
    async with asyncio.timeout(90):
        while len(found) < 4 or not all(one["attempts"] for one in found):
            await asyncio.sleep(0.1)
            found = (await hub.ask("GET", "/automation/executions")).data
    for one in found:
        await planter.ask("GET", f"/automation/executions/{one['_id']}")
    await planter.ask("GET", f"/automation/{id}")


async def misused(planter: Planter) -> None:
    """Send secrets where they do not belong, as a client with a fault does."""
    for secret in list(planter.secrets.values()):
        await planter.ask("GET", "/auth/me", token=secret + "x")
        await planter.ask("GET", f"/leads?access_token={secret}")
        await planter.ask("GET", "/leads", params={"cursor": secret})
        if secret.startswith("lb"):
            await planter.ask("GET", f"/leads/{secret}")
        await planter.ask("POST", "/auth/login", json={"email": "ana@example.com", "password": secret})
        await planter.ask("POST", "/auth/login", data=f'{{"password": "{secret}'.encode())
        await planter.ask("POST", "/invitations/accept", json={"token": secret, "name": "", "password": "short"})
        await planter.ask("POST", "/crm-integration/oauth/complete", json={"handle": secret})
        await planter.ask("POST", "/auth/password", json={"currentPassword": secret, "newPassword": "short"})


async def listed(planter: Planter) -> None:
    """Read everything that can be read without naming a record."""
    hub = planter.hub
    async with aiohttp.ClientSession() as session, session.get(f"{hub.base}/openapi.json") as answer:
        paths = (await answer.json())["paths"]
    for path, operations in paths.items():
        if "get" in operations and "{" not in path and path.startswith("/api/v1"):
            await planter.ask("GET", path.removeprefix("/api/v1"))
    async with aiohttp.ClientSession() as session, session.get(f"{hub.base}/metrics") as answer:
        planter.shown.append(await answer.text())


async def test_planted_secrets_are_nowhere(
    log: io.StringIO, site: Connecting, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    planter, hub = Planter(site), site.hub
    await another_company(site.site)
    await used(planter)
    await handed_out(planter)
    await misused(planter)
    await listed(planter)
    backup = tmp_path / "hub.backup"
    await hub.backups.write(backup, "test")
    logged = "".join([log.getvalue(), *capfd.readouterr()])
    assert logged.count("request") > 50
    kept = files(tmp_path)
    master = kept.pop(MASTER_KEY)
    planter.secrets["master key"] = master.decode().split()[-1]
    places = {
        "answers": "\n".join(planter.shown).encode(),
        "log": logged.encode(),
        "backup, unpacked": gzip.decompress(kept.pop("hub.backup")),
        **{name: data for name, data in kept.items() if name != "first-token"},
    }
    assert site.company.encode() in places["backup, unpacked"]
    assert any(name.endswith("-wal") and site.company.encode() in data for name, data in places.items())
    assert len(planter.secrets) >= 21
    found = [
        (name, place)
        for name, secret in planter.secrets.items()
        for needle in spellings(secret)
        for place, data in places.items()
        if needle in data
    ]
    assert not found, "\n".join(f"{name} in {place}" for name, place in found)

"""The connect flow step by step, so that a test can go wrong at any of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from leadbridge.integrations.model import CONNECTIONS, TOKENS, Connection, ConnectionTokens
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.tenancy.model import COMPANIES, USERS, Company, Role, User
from tests.support.consent import Browser, decide
from tests.support.hub_in_process import HubUnderTest
from tests.support.sandbox import SandboxProcess
from tests.support.web import Answer, send
from tests.support.wire_tap import WireTap

API = "/api/v1/crm-integration"


@dataclass
class Begun:
    """A flow that waits for its consent, and the browser that began it."""

    auth_url: str
    state: str
    browser: Browser


@dataclass
class Ended:
    """How a flow ended: the query of the address the browser was sent to, and that address."""

    outcome: dict[str, str]
    address: str
    callback_url: str
    answer: Answer
    browser: Browser = field(repr=False)


class Connecting:
    """A hub with its sandbox, and the steps of a connect."""

    def __init__(self, under_test: HubUnderTest, sandbox: SandboxProcess, tap: WireTap) -> None:
        self.site = under_test
        self.hub = under_test.hub
        self.base = under_test.base
        self.company = under_test.company_id
        self.token = under_test.token
        self.sandbox = sandbox
        self.tap = tap
        self.answers: list[Answer] = []
        """Everything the hub answered."""

    async def api(self, method: str, path: str, *, token: str | None = None, json: object = None) -> Answer:
        """Send a request below the room's prefix."""
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        answer = await asyncio.to_thread(send, method, f"{self.base}{API}{path}", headers=headers, json=json)
        self.answers.append(answer)
        return answer

    async def data(self, method: str, path: str, *, token: str | None = None, json: object = None) -> Any:
        """Return what a successful answer carries."""
        answer = await self.api(method, path, token=token, json=json)
        assert answer.status == 200, answer.text
        return answer.json()["data"]

    async def begin(self, *, token: str | None = None, **body: Any) -> Begun:
        """Begin a connect in a new browser."""
        answer = await self.api("POST", "/oauth/init", token=token, json={"provider": "hubspot", **body})
        assert answer.status == 200, answer.text
        browser = Browser()
        browser.keep(f"{self.base}{API}", answer)
        data = answer.json()["data"]
        return Begun(data["authUrl"], data["state"], browser)

    async def approve(self, begun: Begun, *, browser: Browser | None = None, decision: str = "approve") -> Ended:
        """Press a button on the consent page, and let the browser come back (default: the one that began)."""
        used = begun.browser if browser is None else browser
        callback_url = await asyncio.to_thread(decide, used, begun.auth_url, decision)
        return await self.come_back(callback_url, used)

    async def come_back(self, callback_url: str, browser: Browser) -> Ended:
        """Open a call-back address."""
        answer = await asyncio.to_thread(browser.open, "GET", callback_url)
        self.answers.append(answer)
        assert answer.status == 303, answer.text
        address = answer.header("location") or ""
        outcome = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        return Ended(outcome, address, callback_url, answer, browser)

    async def connect(self, **body: Any) -> Connection:
        """Connect and return the connection."""
        ended = await self.approve(await self.begin(**body))
        assert ended.outcome["status"] == "connected", ended.outcome
        return (await self.stored())[-1]

    async def stored(self) -> list[Connection]:
        """Return the company's connections as stored, oldest first."""
        return (await self.hub.store[CONNECTIONS].of(self.company).find(order=["createdAt"])).items

    async def tokens(self, connection: Connection) -> ConnectionTokens:
        """Return a connection's tokens as stored."""
        tokens = await self.hub.store[TOKENS].of(self.company).get(connection.id)
        assert tokens is not None
        return tokens

    async def refresh_token(self, connection: Connection) -> str:
        """Return a connection's refresh token."""
        secret = await self.hub.connections.keeper.refresh_token(await self.tokens(connection))
        assert secret is not None
        return secret.get_secret_value()

    async def near_its_end(self, connection: Connection) -> None:
        """Let the access token be due for renewal here, though the vendor still takes it."""
        tokens, now = await self.tokens(connection), self.hub.clock.now()
        values = {"issuedAt": now - timedelta(seconds=1700), "expiresAt": now + timedelta(seconds=100)}
        batch = WriteBatch().patch(TOKENS, self.company, tokens.id, values=values, rev=tokens.rev)
        assert isinstance(await self.hub.store.write(batch), Applied)

    def alive(self, refresh_token: str) -> bool:
        """Tell whether the vendor still takes a refresh token (which presents it once)."""
        status, _ = self.sandbox.token(grant_type="refresh_token", refresh_token=refresh_token)
        return status == 200

    async def errors(self, query: str = "") -> list[dict[str, Any]]:
        """Return the error log."""
        listed: list[dict[str, Any]] = await self.data("GET", f"/error-logs{query}")
        return listed

    async def another_user(self, *, same_company: bool) -> str:
        """Make another user, of this company or of another one, and return a token."""
        ids, now = self.hub.ids, self.hub.clock.now()
        company, batch = self.company, WriteBatch()
        if not same_company:
            company = ids()
            batch.insert(COMPANIES, Company(id=company, company_id=company, name="Other", created_at=now))
        user = User(id=ids(), company_id=company, name="Other", role=Role.ADMIN, created_at=now)
        batch.insert(USERS, user)
        await self.hub.store.write(batch)
        return (await self.hub.tenancy.create_token(company, name="test", user_id=user.id)).token

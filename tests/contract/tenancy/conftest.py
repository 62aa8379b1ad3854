"""A running hub, and a browser's way through it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from leadbridge.tenancy.audit import COMMAND_LINE
from leadbridge.tenancy.model import Role, User
from tests.support.hub_in_process import Answer, HubUnderTest, running_hub

PASSWORD = "a few unrelated words"


@dataclass
class Browser:
    """Keeps the session's cookie and CSRF token, and sends no bearer token."""

    hub: HubUnderTest
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str | None = None
    set_cookie: list[str] = field(default_factory=list)
    retry_after: str | None = None

    async def ask(self, method: str, path: str, **more: Any) -> Answer:
        """Send one request below /api/v1."""
        headers = dict(more.pop("headers", {}))
        if self.csrf is not None:
            headers["x-csrf-token"] = self.csrf
        jar = aiohttp.DummyCookieJar()
        async with (
            aiohttp.ClientSession(cookie_jar=jar) as session,
            session.request(
                method, f"{self.hub.base}/api/v1{path}", headers=headers, cookies=self.cookies, **more
            ) as answer,
        ):
            self.set_cookie = answer.headers.getall("set-cookie", [])
            self.cookies |= {name: morsel.value for name, morsel in answer.cookies.items() if morsel.value}
            self.retry_after = answer.headers.get("retry-after")
            return Answer(answer.status, await answer.json())

    async def sign_in(self, email: str, password: str = PASSWORD, **more: Any) -> Answer:
        """Sign in and keep what the answer gives."""
        answer = await self.ask("POST", "/auth/login", json={"email": email, "password": password, **more})
        if answer.status == 200:
            self.csrf = answer.data["csrfToken"]
        return answer


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[HubUnderTest]:
    async with running_hub(tmp_path / "hub") as running:
        yield running


async def member(
    hub: HubUnderTest, email: str, role: Role = Role.MEMBER, *, company: str | None = None, password: str = PASSWORD
) -> User:
    """Make a user as the command line does."""
    return await hub.hub.tenancy.members.create(
        company or hub.company_id, COMMAND_LINE, name=email.partition("@")[0], role=role, email=email, password=password
    )


async def key_of(hub: HubUnderTest, user: User) -> str:
    """Return a new API key with all of a user's rights."""
    return (await hub.hub.tenancy.create_token(user.company_id, name="test", user_id=user.id)).token


async def another_company(hub: HubUnderTest) -> str:
    """Make a company beside the first."""
    return (await hub.hub.tenancy.companies.create(COMMAND_LINE, "Other company")).id

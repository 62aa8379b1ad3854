"""What a customer's program would send: the way through the hub's API, and a person's way through a consent page."""

from __future__ import annotations

import asyncio
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urljoin, urlsplit

import aiohttp
import orjson

from leadbridge.kit.errors import StartRefused

API = "/api/v1"
POLL_SECONDS = 0.5
HOPS = 10
"""Redirects that the walk through a consent page follows."""


class _Form(HTMLParser):
    """Reads the first form of a page: its address and its hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = values.get("action") or ""
        elif tag == "input" and values.get("type") == "hidden" and values.get("name"):
            self.fields[values["name"] or ""] = values.get("value") or ""


class DemoClient:
    """A client of one hub, with a bearer token, and with cookies as a browser has them."""

    def __init__(self, base: str, token: str) -> None:
        self._base = base
        self._token = token
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=aiohttp.ClientTimeout(total=600)
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def import_file(self, source: Path) -> dict[str, Any]:
        """Import a CSV file of leads and return the import with its counts."""
        content = await asyncio.to_thread(source.read_bytes)
        form = aiohttp.FormData()
        form.add_field("file", content, filename=source.name, content_type="text/csv")
        form.add_field("defaultCountry", "US")
        imported: dict[str, Any] = (await self.ask("POST", "/leads/imports", data=form))["data"]
        while imported.get("finishedAt") is None:
            await asyncio.sleep(POLL_SECONDS)
            imported = (await self.ask("GET", f"/leads/imports/{imported['_id']}"))["data"]
        if imported["status"] != "done":
            raise StartRefused(
                f"The import ended as {imported['status']}.", hint="Run 'make demo-clean' and try again."
            )
        return imported

    async def reject_reasons(self, import_id: str) -> Counter[str]:
        """Return how often each reason stands in the import's reject report."""
        rejects = await self._all(f"/leads/imports/{import_id}/rejects")
        return Counter(str(reject["code"]) for reject in rejects)

    async def leads_of(self, import_id: str) -> list[str]:
        """Return the ids of the leads that an import's rows fell on."""
        return [str(id) for id in await self._all(f"/leads/imports/{import_id}/leads")]

    async def connect(self, provider: str, vendor_origin: str) -> str:
        """Return whom the connection acts as, connecting first through the consent page where that is needed."""
        status = (await self.ask("GET", f"/crm-integration?provider={provider}"))["data"]
        if status is None or status["status"] != "active" or vendor_origin not in status.get("origins", []):
            begun = (await self.ask("POST", "/crm-integration/oauth/init", json={"provider": provider}))["data"]
            await self._approve(begun["authUrl"])
            status = (await self.ask("GET", f"/crm-integration?provider={provider}"))["data"]
        info = status["accountInfo"]
        return f"{info['accountName']} ({info.get('accountEmail', 'no address')})"

    async def sync(self, lead_ids: list[str], provider: str) -> dict[str, Any]:
        """Push leads and return every one's outcome; what takes longer than a request waits for is waited for here."""
        body = {"leadIds": lead_ids, "provider": provider}
        answer: dict[str, Any] = (await self.ask("POST", "/crm-integration/sync-leads", json=body))["data"]
        run = answer["run"]
        while run["status"] in ("waiting", "running"):
            await asyncio.sleep(POLL_SECONDS)
            answer = run = (await self.ask("GET", f"/runs/{run['_id']}"))["data"]
        return answer

    async def _approve(self, url: str) -> None:
        """Walk through the vendor's consent page as a person would: read it, press "approve", follow home."""
        status, text, _ = await self._step("GET", url)
        if status != 200:
            raise StartRefused(f"The consent page answered {status}.", hint="Run 'make demo-clean' and try again.")
        form = _Form()
        form.feed(text)
        url = urljoin(url, form.action or "")
        status, _, onward = await self._step("POST", url, data=form.fields | {"decision": "approve"})
        for _ in range(HOPS):
            if status not in (302, 303):
                break
            url = urljoin(url, onward)
            query = parse_qs(urlsplit(url).query)
            if "status" in query and query["status"] != ["connected"]:
                code = query.get("code", ["unknown"])[0]
                raise StartRefused(f"Connecting ended with {code}.", hint="Run 'make demo-clean' and try again.")
            status, _, onward = await self._step("GET", url)

    async def _step(self, method: str, url: str, **more: Any) -> tuple[int, str, str]:
        """Make one request as a browser would; return status, page and where it leads."""
        async with self._open_session().request(method, url, allow_redirects=False, **more) as response:
            return response.status, await response.text(), response.headers.get("location", "")

    async def _all(self, path: str) -> list[Any]:
        items: list[Any] = []
        cursor: str | None = None
        while True:
            query = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
            page = await self.ask("GET", path, params=query)
            items += page["data"]
            cursor = page["nextCursor"]
            if cursor is None:
                return items

    async def ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """Return an answer of the API; raises ``StartRefused`` with the API's own sentence for a refusal."""
        headers = {"authorization": f"Bearer {self._token}"}
        async with self._open_session().request(method, self._base + API + path, headers=headers, **more) as response:
            body: dict[str, Any] = orjson.loads(await response.read())
        if not body["success"]:
            raise StartRefused(body["error"]["message"], code=body["error"]["code"], hint=body["error"]["hint"])
        return body

    async def steer(self, origin: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return what a sandbox's control API answers: to a look, or with ``body`` to an order."""
        method = "GET" if body is None else "POST"
        async with self._open_session().request(method, f"{origin}/_control/{path}", json=body) as response:
            answer: dict[str, Any] = orjson.loads(await response.read())
        if response.status != 200:
            raise StartRefused(f"The sandbox refused: {answer.get('error')}.", hint="Run 'make demo-clean'.")
        return answer

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("the client is used inside 'async with'")
        return self._session

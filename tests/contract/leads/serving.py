"""A hub on a socket for the tests of records: on SQLite, or on a MongoDB server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from leadbridge.app import Hub, build_hub
from leadbridge.server import bind, prepare_data_dir, serving
from leadbridge.settings import Settings
from tests.support.stores import ENGINES


class Api:
    """The API of a hub, asked with the first administrator's token."""

    def __init__(self, hub: Hub, base: str, token: str, company: str, session: aiohttp.ClientSession) -> None:
        self.hub, self.company = hub, company
        self._base, self._token, self._session = f"{base}/api/v1", token, session

    async def text(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        """Return status and body."""
        headers = {"authorization": f"Bearer {self._token}"} | more.pop("headers", {})
        async with self._session.request(method, self._base + path, headers=headers, **more) as response:
            return response.status, (await response.read()).decode()

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, dict[str, Any]]:
        """Return status and JSON; fails where the envelope and the status say different things."""
        status, text = await self.text(method, path, **more)
        body: dict[str, Any] = json.loads(text)
        assert body["success"] is (status < 400), text
        return status, body

    async def data(self, method: str, path: str, **more: Any) -> Any:
        """Return what a successful answer carries."""
        status, body = await self.ask(method, path, **more)
        assert status < 400, body
        return body["data"]

    async def error(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        """Return status and code of a failure that says what to do."""
        status, body = await self.ask(method, path, **more)
        assert status >= 400, body
        assert body["error"]["message"]
        return status, body["error"]["code"]

    async def names(self, path: str, field: str = "lastName") -> list[Any]:
        """Return one field of every item of a whole list, read in pages of three."""
        found: list[Any] = []
        cursor: str | None = None
        while True:
            asked = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
            _, body = await self.ask("GET", path, params=asked)
            found += [item.get(field) for item in body["data"]]
            cursor = body["nextCursor"]
            if cursor is None:
                return found

    async def make(self, plural: str, **fields: Any) -> Any:
        """Create a record and return it."""
        return await self.data("POST", f"/{plural}", json=fields)


@asynccontextmanager
async def served(folder: Path, engine: str = "sqlite") -> AsyncIterator[Api]:
    """Run a hub with an empty store for the length of a ``with`` block."""
    data = folder / "data"
    prepare_data_dir(data)
    listening = bind("127.0.0.1", 0)
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    settings = Settings(_env_file=None, public_url=base, data_dir=data)
    hub = build_hub(settings, engine=ENGINES[engine](folder))
    try:
        await hub.start()
        made = await hub.tenancy.make_first_company()
        assert made is not None
        async with serving(hub, listening), aiohttp.ClientSession() as session:
            yield Api(hub, base, made.token, made.company.id, session)
    finally:
        listening.close()
        await hub.close()

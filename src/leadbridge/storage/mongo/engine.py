"""The engine on a MongoDB replica set. Any number of processes, on any machines, may use one database at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError
from pymongo.monitoring import CommandListener

from leadbridge.kit.errors import Unavailable
from leadbridge.kit.values import Stored, Value
from leadbridge.storage.batch import After, Operation, WriteResult
from leadbridge.storage.engine import Polled
from leadbridge.storage.kind import Index, Kind
from leadbridge.storage.mongo import indexes, statements
from leadbridge.storage.mongo.client import Address, check_server
from leadbridge.storage.mongo.codec import codec_of
from leadbridge.storage.mongo.problems import refused, unavailable
from leadbridge.storage.mongo.statements import Find
from leadbridge.storage.mongo.steps import entries
from leadbridge.storage.mongo.writer import Writer
from leadbridge.storage.query import Position, Scan


class MongoEngine(Polled):
    """Documents in one database of a replica set; the address names it, else it is called ``leadbridge``."""

    def __init__(self, url: str, *, listeners: Sequence[CommandListener] = ()) -> None:
        """Raises ``StartRefused`` for an address that cannot be used."""
        self.address = Address(url)
        self._listeners = tuple(listeners)
        self._client: AsyncMongoClient[dict[str, Any]] | None = None
        self._writer: Writer | None = None
        self._pending: set[asyncio.Task[WriteResult]] = set()
        self.kinds: tuple[Kind[Any], ...] = ()

    async def start(self, kinds: Sequence[Kind[Any]]) -> None:
        """Connect and make what is missing; raises ``StartRefused``."""
        await self.close()
        client = self.address.client(self._listeners)
        try:
            await check_server(client, self.address.hosts)
            await indexes.bring_up(client[self.address.database], self.address.hosts, kinds)
        except PyMongoError as error:
            await client.close()
            raise refused(error, self.address.hosts) from error
        except BaseException:
            await client.close()
            raise
        self._client = client
        self.kinds = tuple(kinds)
        self._writer = Writer(client[self.address.database], self.address.hosts)

    async def close(self) -> None:
        """Wait for the writes that were begun, then let go of the connections."""
        self._writer = None
        while self._pending:
            await asyncio.wait(set(self._pending))
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    @property
    def client(self) -> AsyncMongoClient[dict[str, Any]]:
        """The open client; raises ``Unavailable`` before the start and after the end."""
        if self._client is None:
            raise _closed()
        return self._client

    async def time(self) -> datetime:
        """Return the time of the server that is written to; raises ``Unavailable``."""
        try:
            hello = await self.client.admin.command("hello")
        except PyMongoError as error:
            raise unavailable(error, self.address.hosts) from error
        told: datetime = hello["localTime"]
        return told.replace(tzinfo=UTC)

    async def get(self, kind: Kind[Any], company: str | None, ids: Sequence[str]) -> dict[str, Stored]:
        find = statements.by_ids(kind, company, ids)
        if find is None:
            return {}
        codec = codec_of(kind)
        bodies = [codec.body(document) for document in await self._ask(kind, find, 0)]
        return {str(body["_id"]): body for body in bodies}

    async def lookup(self, kind: Kind[Any], company: str | None, index: Index, values: Sequence[Value]) -> list[Stored]:
        find = statements.by_values(kind, company, index, values)
        if find is None:
            return []
        codec = codec_of(kind)
        bodies = [codec.body(document) for document in await self._ask(kind, find, 0)]
        return sorted(bodies, key=lambda body: str(body["_id"]))

    async def scan(self, kind: Kind[Any], company: str | None, scan: Scan, limit: int) -> list[tuple[Position, Stored]]:
        async def ask(find: Find, most: int) -> list[Mapping[str, Any]]:
            return await self._ask(kind, find, most)

        return await entries(ask, kind, scan, limit)

    async def write(self, batch: str, operations: Sequence[Operation], afters: Sequence[After]) -> WriteResult:
        if self._writer is None:
            raise _closed()
        task = asyncio.create_task(self._writer.write(batch, operations, afters))
        self._pending.add(task)
        task.add_done_callback(self._done)
        return await asyncio.shield(task)

    def _done(self, task: asyncio.Task[WriteResult]) -> None:
        self._pending.discard(task)
        if not task.cancelled():
            task.exception()  # heard by the caller; one who has gone away hears of nothing

    async def _ask(self, kind: Kind[Any], find: Find, limit: int) -> list[Mapping[str, Any]]:
        """Return what answers ``find``, at most ``limit`` documents (0: all)."""
        if self._writer is None:
            raise _closed()
        try:
            cursor = self._writer.collection(kind).find(find.filter, hint=find.hint, limit=limit)
            if find.sort:
                cursor = cursor.sort(list(find.sort))
            async with cursor:
                return list(await cursor.to_list())
        except PyMongoError as error:
            raise unavailable(error, self.address.hosts) from error


def _closed() -> Unavailable:
    return Unavailable("The store is closed.", code="store_closed", hint="Try again when the hub has started.")

"""Collections and indexes: made at start by whoever holds the migration lease, never on first use."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pymongo
from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError, PyMongoError

from leadbridge.kit.clock import EPOCH
from leadbridge.kit.errors import StartRefused
from leadbridge.storage.kind import BY_COMPANY, Index, Kind
from leadbridge.storage.mongo.problems import is_duplicate
from leadbridge.storage.mongo.statements import PREFIX, index_name

META = "leadbridge:meta"
"""The collection of the store's own state; no kind's name can hold a colon."""
FORMAT = 1
"""The layout of the database. A database with a higher number belongs to a newer Leadbridge."""
LEASE_SECONDS = 30.0
WAIT_SECONDS = 600.0
"""How long a start waits for another process that is making indexes."""
BUILD_SECONDS = 3600.0
"""How long the indexes of one collection may take to build."""

Database = AsyncDatabase[dict[str, Any]]


def declared(kind: Kind[Any]) -> tuple[Index, ...]:
    """Return every index of a kind beside the one of its ids."""
    return (*kind.indexes, *((BY_COMPANY,) if kind.tenant else ()))


def definition(index: Index) -> dict[str, Any]:
    """Return name, keys and options of an index: a unique one leaves out who lacks its last field."""
    keys = [(path, ASCENDING) for path in index.fields]
    if index.unique:
        present = {index.fields[-1]: {"$exists": True}}
        return {"name": index_name(index), "keys": keys, "unique": True, "partialFilterExpression": present}
    return {"name": index_name(index), "keys": [*keys, ("_id", ASCENDING)]}


async def bring_up(database: Database, hosts: str, kinds: Sequence[Kind[Any]]) -> None:
    """Make what is declared and missing, remove what we made and no longer declare; raises ``StartRefused``."""
    await _check_format(database, hosts)
    if not await differing(database, kinds):
        return
    async with _lease(database, hosts):
        await _check_format(database, hosts)
        for kind, wrong, missing in await differing(database, kinds):
            await _settle(database, hosts, kind, wrong, missing)


async def differing(database: Database, kinds: Sequence[Kind[Any]]) -> list[tuple[Kind[Any], list[str], list[Index]]]:
    """Return the kinds whose collection is not as declared: indexes of ours to remove, and indexes to make."""
    collections = set(await database.list_collection_names())
    result = []
    for kind in kinds:
        there: dict[str, Mapping[str, Any]] = {}
        if kind.name in collections:
            async with await database[kind.name].list_indexes() as cursor:
                there = {str(one["name"]): one async for one in cursor}
        wanted = {index_name(index): index for index in declared(kind)}
        same = {name for name, index in wanted.items() if name in there and _alike(there[name], definition(index))}
        wrong = [name for name in there if name.startswith(PREFIX) and name not in same]
        missing = [index for name, index in wanted.items() if name not in same]
        if wrong or missing or kind.name not in collections:
            result.append((kind, wrong, missing))
    return result


def _alike(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    keys = [(path, int(direction)) for path, direction in there["key"].items()]
    unique, partial = bool(there.get("unique")), there.get("partialFilterExpression")
    same = keys == wanted["keys"] and unique == wanted.get("unique", False)
    expected = wanted.get("partialFilterExpression")
    return same and (None if partial is None else _plain(partial)) == expected


def _plain(value: Any) -> Any:
    return {name: _plain(one) for name, one in value.items()} if isinstance(value, Mapping) else value


async def _settle(database: Database, hosts: str, kind: Kind[Any], wrong: list[str], missing: list[Index]) -> None:
    for name in wrong:
        await database[kind.name].drop_index(name)
    if not missing:
        if kind.name not in await database.list_collection_names():
            await database.create_collection(kind.name)
        return
    models = [IndexModel(**definition(index)) for index in missing]
    try:
        with pymongo.timeout(BUILD_SECONDS):
            await database[kind.name].create_indexes(models)
    except PyMongoError as error:
        if not is_duplicate(error):
            raise
        names = ", ".join(index.name for index in missing if index.unique)
        raise StartRefused(
            f"The database at {hosts} holds documents of {kind.name} that break its unique index ({names}).",
            hint="Run the version that wrote them, remove the duplicates, and start again.",
        ) from error


async def _check_format(database: Database, hosts: str) -> None:
    found = await database[META].find_one({"_id": "format"})
    if found is not None and (not isinstance(found.get("format"), int) or found["format"] > FORMAT):
        raise StartRefused(
            f"The database {database.name} at {hosts} was written by a newer Leadbridge.",
            hint="Run that version, or restore a backup made by this one.",
        )


@contextlib.asynccontextmanager
async def _lease(database: Database, hosts: str) -> AsyncIterator[None]:
    """Hold the migration lease, by the server's clock; an owner that died loses it after half a minute."""
    holder = secrets.token_hex(8)
    deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
    while not await _take(database, holder):
        if asyncio.get_running_loop().time() > deadline:
            raise StartRefused(
                f"Another process has been making indexes in the database {database.name} at {hosts} for ten minutes.",
                hint="Wait for it, or end it; the start can be repeated at any time.",
            )
        await asyncio.sleep(0.2)
    renewing = asyncio.create_task(_renew(database, holder))
    try:
        yield
        await _mark_format(database)
    finally:
        renewing.cancel()
        with contextlib.suppress(asyncio.CancelledError, PyMongoError):
            await renewing
        await database[META].update_one({"_id": "migration", "holder": holder}, {"$set": {"until": EPOCH}})


async def _take(database: Database, holder: str) -> bool:
    now = await _server_time(database)
    update = {"$set": {"holder": holder, "until": now + timedelta(seconds=LEASE_SECONDS)}}
    try:
        # where somebody holds it the filter finds nothing, and the insert that follows meets the holder's document
        await database[META].update_one({"_id": "migration", "until": {"$lte": now}}, update, upsert=True)
    except DuplicateKeyError:
        return False
    return True


async def _renew(database: Database, holder: str) -> None:
    while True:
        await asyncio.sleep(LEASE_SECONDS / 3)
        until = await _server_time(database) + timedelta(seconds=LEASE_SECONDS)
        await database[META].update_one({"_id": "migration", "holder": holder}, {"$set": {"until": until}})


async def _mark_format(database: Database) -> None:
    with contextlib.suppress(DuplicateKeyError):  # several may mark a new database at once
        await database[META].update_one({"_id": "format"}, {"$set": {"format": FORMAT}}, upsert=True)


async def _server_time(database: Database) -> datetime:
    time: datetime = (await database.command("hello"))["localTime"]
    return time

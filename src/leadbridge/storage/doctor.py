"""Short checks of a started store, for ``leadbridge doctor``: what was found, and what to do about it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import pymongo
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from leadbridge.kit.errors import StartRefused
from leadbridge.storage.engine import Engine
from leadbridge.storage.mongo import MongoEngine
from leadbridge.storage.mongo.client import check_server, shown
from leadbridge.storage.mongo.indexes import META, differing
from leadbridge.storage.mongo.problems import refused
from leadbridge.storage.sqlite import SqliteEngine
from leadbridge.storage.sqlite.connection import LOWEST_SQLITE, connect

SKEW_SECONDS = 5.0
"""How far the clocks of this machine and of the database may be apart."""
FREE_BYTES = 512 * 1024 * 1024
_NETWORK = frozenset(("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "fuse.glusterfs"))
CHECK_SECONDS = 10.0


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was found, and the cure where it is not well."""

    level: Level
    what: str
    cure: str = ""


async def short_check(engine: Engine, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> list[Finding]:
    """Return what a started ``engine`` stands on; ``now`` is this machine's clock.

    On MongoDB a counter of its own is raised, to see that transactions work."""
    if isinstance(engine, MongoEngine):
        return await _mongo(engine, now)
    if isinstance(engine, SqliteEngine):
        return await asyncio.to_thread(_sqlite, engine.path)
    return [Finding(Level.WARNING, "The store is in memory: nothing is kept.", "Set LEADBRIDGE_DATABASE_URL.")]


async def _mongo(engine: MongoEngine, now: Callable[[], datetime]) -> list[Finding]:
    hosts = engine.address.hosts
    client, database = engine.client, engine.client[engine.address.database]
    findings: list[Finding] = []
    try:
        version = await check_server(client, hosts)
        before = now()
        hello = await client.admin.command("hello")
        middle = before + (now() - before) / 2
        findings.append(
            Finding(Level.OK, f"MongoDB {shown(version)} at {hosts}, replica set {hello.get('setName', '-')}.")
        )
        skew = abs((hello["localTime"].replace(tzinfo=UTC) - middle).total_seconds())
        findings.append(
            Finding(Level.OK, f"The clocks are {skew:.1f} s apart.")
            if skew <= SKEW_SECONDS
            else Finding(
                Level.FAILED, f"The database's clock is {skew:.0f} s apart from ours.", "Run NTP on both machines."
            )
        )
        missing = await differing(database, engine.kinds)
        names = ", ".join(kind.name for kind, _, _ in missing)
        findings.append(
            Finding(Level.FAILED, f"Indexes differ from what is declared: {names}.", "Restart the hub to make them.")
            if missing
            else Finding(Level.OK, f"All indexes of {len(engine.kinds)} collections are there.")
        )
        concern = WriteConcern(w="majority", j=True)
        with pymongo.timeout(CHECK_SECONDS):
            async with client.start_session() as session:
                await session.start_transaction(read_concern=ReadConcern("snapshot"), write_concern=concern)
                await database[META].update_one(
                    {"_id": "doctor"}, {"$inc": {"checks": 1}}, upsert=True, session=session
                )
                await session.commit_transaction()
        findings.append(Finding(Level.OK, "A transaction was committed by a majority, in its journals."))
    except StartRefused as error:
        findings.append(Finding(Level.FAILED, error.message, error.hint))
    except PyMongoError as error:
        problem = refused(error, hosts)
        findings.append(Finding(Level.FAILED, problem.message, problem.hint))
    return findings


def _sqlite(path: Path) -> list[Finding]:
    version = sqlite3.sqlite_version_info
    text = f"SQLite {shown(version)}"
    findings = [
        Finding(Level.OK, f"{text}, file {path.name}.")
        if version >= LOWEST_SQLITE
        else Finding(Level.FAILED, f"{text} is too old.", f"At least {shown(LOWEST_SQLITE)} is needed.")
    ]
    kind = file_system(path)
    if kind in _NETWORK:
        findings.append(
            Finding(Level.FAILED, f"The file is on a network file system ({kind}).", "Put it on a local disk.")
        )
    free = shutil.disk_usage(path.parent).free
    findings.append(
        Finding(Level.OK, f"{free // 2**20} MB are free on its disk.")
        if free >= FREE_BYTES
        else Finding(Level.WARNING, f"Only {free // 2**20} MB are free on its disk.", "Free some space.")
    )
    try:
        connection = connect(path, writes=False)
        try:
            mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
            deadline = time.monotonic() + CHECK_SECONDS
            connection.set_progress_handler(lambda: int(time.monotonic() > deadline), 100_000)
            state = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            findings.append(Finding(Level.WARNING, "The file is too large for a short check.", "Check a backup of it."))
        else:
            findings.append(Finding(Level.FAILED, f"The file cannot be read: {error}.", "Check its permissions."))
    except sqlite3.DatabaseError as error:
        findings.append(Finding(Level.FAILED, f"The file is damaged: {error}.", "Restore the last backup."))
    else:
        if mode != "wal":
            findings.append(Finding(Level.FAILED, f"The journal is {mode}, not wal.", "Restart the hub."))
        findings.append(
            Finding(Level.OK, "The file is sound (quick check).")
            if state == "ok"
            else Finding(Level.FAILED, f"The file is damaged: {state}.", "Restore the last backup.")
        )
    return findings


def file_system(path: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Return the type of the file system ``path`` is on, empty where the system does not tell."""
    try:
        lines = mounts.read_text().splitlines()
    except OSError:
        return ""
    here = os.path.realpath(path)
    best, kind = "", ""
    for line in lines:
        _, place, type_, *_ = line.split(" ")
        place = place.replace("\\040", " ")
        inside = here == place or here.startswith(place.rstrip("/") + "/")
        if inside and len(place) >= len(best):
            best, kind = place, type_
    return kind

"""Reading a whole SQLite store as it was at one moment, while others go on writing."""

# Names come from declarations that are checked for their letters; values are always bound.
# ruff: noqa: S608

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson

from leadbridge.kit.errors import StartRefused
from leadbridge.kit.values import Stored
from leadbridge.storage.kind import Kind
from leadbridge.storage.sqlite.connection import connect
from leadbridge.storage.sqlite.layout import quoted
from leadbridge.storage.sqlite.problems import unavailable

CHUNK = 500


async def snapshot(path: Path, kinds: Sequence[Kind[Any]]) -> AsyncIterator[tuple[Kind[Any], Stored]]:
    """Yield every document in one read transaction, kind by kind in order of id.

    The log cannot be folded into the file meanwhile, so it grows by what is written during the backup.
    """
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, thread_name_prefix="sqlite-snapshot") as thread:
        try:
            connection = await loop.run_in_executor(thread, lambda: connect(path, writes=False))
            try:
                await loop.run_in_executor(thread, connection.execute, "BEGIN")
                for kind in kinds:
                    sql = f"SELECT doc FROM {quoted(kind.name)} ORDER BY id"
                    cursor = await loop.run_in_executor(thread, connection.execute, sql)
                    while rows := await loop.run_in_executor(thread, cursor.fetchmany, CHUNK):
                        for (doc,) in rows:
                            yield kind, orjson.loads(doc)
            finally:
                await loop.run_in_executor(thread, connection.close)
        except sqlite3.Error as error:
            raise unavailable(error, path) from error


def refuse_while_open(path: Path) -> None:
    """Raise ``StartRefused`` where another process has the file open; blocks for at most a second.

    Leaving write-ahead mode needs the file to itself, so trying it tells; opening the store enters it again.
    """
    if not path.exists() or path.stat().st_size == 0:
        return
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=1.0, isolation_level=None)
    try:
        mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    except sqlite3.OperationalError:
        mode = "wal"
    except sqlite3.Error as error:
        raise unavailable(error, path) from error
    finally:
        connection.close()
    if mode == "wal":
        raise StartRefused(
            f"Another process has the database {path} open.", code="store_in_use", hint="Stop the hub and its workers."
        )

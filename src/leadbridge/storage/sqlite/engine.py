"""The engine on one SQLite file. Several processes may use the file at once; each waits its turn to write."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import orjson

from leadbridge.kit.errors import Unavailable
from leadbridge.kit.values import Stored, Value, at_path
from leadbridge.storage.batch import After, Operation, WriteResult
from leadbridge.storage.kind import Index, Kind
from leadbridge.storage.query import Position, Scan, same
from leadbridge.storage.sqlite.connection import BUSY_SECONDS, connect, open_store, open_turns
from leadbridge.storage.sqlite.problems import unavailable
from leadbridge.storage.sqlite.statements import Question, by_ids, by_values, documents, walk
from leadbridge.storage.sqlite.turns import Turns
from leadbridge.storage.sqlite.writer import Writer

R = TypeVar("R")

LOOK_SECONDS = 0.05
"""How often a process that waits for news looks whether another one has committed."""
READERS = 4
"""Threads that read, each with a connection of its own."""
FEW = 128
"""Documents that are read in the event loop's own thread: they come out of memory as a rule."""
YIELD_SECONDS = 0.002
"""How often one of these reads lets the event loop go on with what else is to be done."""


class SqliteEngine:
    """Documents in the file at ``path``. A read sees every commit that was answered before it was asked."""

    def __init__(
        self,
        path: Path,
        *,
        busy_seconds: float = BUSY_SECONDS,
        turns: Callable[[Path, float], Turns] = open_turns,
    ) -> None:
        self._path = self.path = path.absolute()
        self._busy_seconds = busy_seconds
        self._turns = turns
        self._writer: Writer | None = None
        self._readers: ThreadPoolExecutor | None = None
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._version: int | None = None
        self._mark = 0
        self._yielded_at = 0.0

    async def start(self, kinds: Sequence[Kind[Any]]) -> None:
        """Open or make the file; raises ``StartRefused`` where that cannot be."""
        names = [kind.name.lower() for kind in kinds]
        if len(set(names)) != len(names):
            raise ValueError("two kinds have one name: SQLite does not tell capitals from small letters")
        await self.close()
        connection = await asyncio.to_thread(open_store, self._path, kinds, self._busy_seconds)
        try:
            turns = self._turns(self._path, self._busy_seconds)
        except BaseException:
            connection.close()
            raise
        self._writer = Writer(connection, self._path, kinds, self._reconnect, turns)
        self._local = threading.local()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")

    async def close(self) -> None:
        """Write what was accepted, then close the file."""
        writer, self._writer = self._writer, None
        readers, self._readers = self._readers, None
        if readers is not None:
            await asyncio.to_thread(readers.shutdown)
        while self._connections:
            self._connections.pop().close()
        self._version = None
        if writer is not None:
            # last: closing the last connection folds the WAL into the file
            await asyncio.to_thread(writer.stop)

    async def get(self, kind: Kind[Any], company: str | None, ids: Sequence[str]) -> dict[str, Stored]:
        question = by_ids(kind.name, company, ids)

        def read(connection: sqlite3.Connection) -> dict[str, Stored]:
            (text,) = connection.execute(question.sql, question.parameters).fetchone()
            return documents(text)

        return await self._read(read, len(ids))

    async def lookup(self, kind: Kind[Any], company: str | None, index: Index, values: Sequence[Value]) -> list[Stored]:
        question = by_values(kind.name, company, index, values)
        path = next(path for path in index.fields if path != "companyId")
        # the file holds true as 1; the documents tell
        ambiguous = any(not isinstance(value, str) and value in (0, 1) for value in values)

        def read(connection: sqlite3.Connection) -> list[Stored]:
            rows = sorted(connection.execute(question.sql, question.parameters).fetchall())
            bodies = [orjson.loads(doc) for _, doc in rows]
            return [body for body in bodies if not ambiguous or _under(body, path, values)]

        return await self._read(read, len(values) if index.unique else None)

    async def scan(self, kind: Kind[Any], company: str | None, scan: Scan, limit: int) -> list[tuple[Position, Stored]]:
        questions = list(walk(kind.name, scan))
        multi = scan.index.multi_field

        def read(connection: sqlite3.Connection) -> list[tuple[Position, Stored]]:
            found: list[tuple[Position, Stored]] = []
            if len(questions) > 1:  # one moment for all ranges, or a document that moves could be met twice
                connection.execute("BEGIN")
            try:
                for question in questions:
                    collect(connection, question, found)
                    if len(found) >= limit:
                        break
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            return found

        def collect(connection: sqlite3.Connection, question: Question, found: list[tuple[Position, Stored]]) -> None:
            rows = connection.execute(question.sql, (*question.parameters, limit - len(found))).fetchall()
            for id, doc, *element in rows:
                body = orjson.loads(doc)
                values = (element[0] if path == multi else at_path(body, path) for path in scan.order)
                found.append(((*values, id), body))

        return await self._read(read, limit)

    async def write(self, batch: str, operations: Sequence[Operation], afters: Sequence[After]) -> WriteResult:
        if self._writer is None:
            raise _closed()
        return await self._writer.submit(batch, operations, afters)

    async def time(self) -> None:
        """Return None: there is no clock but this machine's."""

    async def wait_for_change(self, seconds: float, seen: int | None = None) -> int:
        """Return as the port says. Commits of any process are noticed within 50 milliseconds."""
        deadline = time.monotonic() + seconds
        mark = await self._look()
        since = mark if seen is None else seen
        while mark == since and (left := deadline - time.monotonic()) > 0:
            await asyncio.sleep(min(left, LOOK_SECONDS))
            mark = await self._look()
        return mark

    async def _look(self) -> int:
        """Return a number that is another one after every commit of whatever process."""

        def look(connection: sqlite3.Connection) -> int:
            # always that of the loop's own thread: the version is told to each connection from where it began
            (version,) = connection.execute("PRAGMA data_version").fetchone()
            if version != self._version:
                self._version = version
                self._mark += 1
            return self._mark

        return await self._read(look, 1)

    async def _read(self, work: Callable[[sqlite3.Connection], R], most: int | None) -> R:
        """Return what ``work`` reads: ``most`` documents, or nobody knows how many.

        A few are read here, in the time that handing the question to another thread would take, many times over beside
        a busy loop. Who reads so again and again lets others have their turn all the same.
        """
        if self._readers is None:
            raise _closed()
        try:
            if most is None or most > FEW:
                return await asyncio.get_running_loop().run_in_executor(self._readers, self._on_connection, work)
            found = self._on_connection(work)
        except sqlite3.Error as error:
            raise unavailable(error, self._path) from error
        now = time.monotonic()
        if now - self._yielded_at > YIELD_SECONDS:
            self._yielded_at = now
            await asyncio.sleep(0)
        return found

    def _on_connection(self, work: Callable[[sqlite3.Connection], R]) -> R:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self._path, writes=False, busy_seconds=self._busy_seconds)
            self._local.connection = connection
            self._connections.append(connection)
        return work(connection)

    def _reconnect(self) -> sqlite3.Connection:
        return connect(self._path, writes=True, busy_seconds=self._busy_seconds)


def _under(body: Stored, path: str, values: Sequence[Value]) -> bool:
    here = at_path(body, path)
    elements = here if isinstance(here, list) else [here]
    return any(same(element, value) for element in elements for value in values)


def _closed() -> Unavailable:
    return Unavailable("The store is closed.", code="store_closed", hint="Try again when the hub has started.")

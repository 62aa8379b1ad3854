"""The one thread that writes: it takes the batches that wait, applies each whole or not at all, commits them together.

One wait for the disk then serves all of them, which is where the rate of durable writes comes from. A caller hears of
its batch only after the commit.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import structlog

from leadbridge.kit.errors import Unavailable
from leadbridge.storage.batch import After, Operation, WriteResult
from leadbridge.storage.kind import Kind
from leadbridge.storage.sqlite.changes import Changes
from leadbridge.storage.sqlite.connection import fold, log_too_long
from leadbridge.storage.sqlite.group import Group, Unsure, Work
from leadbridge.storage.sqlite.problems import locked, unavailable
from leadbridge.storage.sqlite.tables import tables_of
from leadbridge.storage.sqlite.turns import Turns

GROUP = 256
"""Batches in one commit at most: bounds how long the first of them waits, and other processes behind the lock."""
FOLD_AGAIN_SECONDS = 5.0
"""How long after a truncation of the log that readers prevented the next one is tried."""

log = structlog.get_logger(__name__)

GROUP_OPERATIONS = 2000
"""Operations in one commit, about: bounds what is kept in memory for it."""

Outcome = WriteResult | Exception


class _Job:
    """A batch on its way."""

    __slots__ = ("future", "loop", "work")

    def __init__(self, batch: str, operations: Sequence[Operation], afters: Sequence[After]) -> None:
        self.work = Work(batch, operations, afters)
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[WriteResult] = self.loop.create_future()


class Writer:
    """Owns the writing connection from the moment it is handed over until ``stop``."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        kinds: Sequence[Kind[Any]],
        reconnect: Callable[[], sqlite3.Connection],
        turns: Turns,
    ) -> None:
        self._path = path
        self._tables = tables_of(kinds)
        self._reconnect = reconnect
        self._turns = turns
        self._fold_at = 0.0
        self._connection: sqlite3.Connection | None = connection
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="sqlite-writer", daemon=True)
        self._thread.start()

    def submit(
        self, batch: str, operations: Sequence[Operation], afters: Sequence[After]
    ) -> asyncio.Future[WriteResult]:
        """Return the future outcome of a batch. A caller who goes away does not stop it."""
        job = _Job(batch, operations, afters)
        self._queue.put(job)
        return job.future

    def stop(self) -> None:
        """Write what was accepted, then close the connection; blocks until done."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        going = True
        while going:
            jobs: list[_Job] = []
            size = 0
            job = self._queue.get()
            while job is not None:
                jobs.append(job)
                size += len(job.work.operations)
                if len(jobs) == GROUP or size >= GROUP_OPERATIONS:
                    break
                try:
                    job = self._queue.get_nowait()
                except Empty:
                    break
            going = job is not None
            if jobs:
                _answer(jobs, self._commit(jobs))
                self._tidy()
        self._drop()
        self._turns.close()

    def _commit(self, jobs: list[_Job]) -> list[Outcome]:
        with self._turns.taken() as held:
            if not held:
                return self._failed(jobs, locked(self._path))
            return self._commit_in_turn(jobs)

    def _commit_in_turn(self, jobs: list[_Job]) -> list[Outcome]:
        try:
            if self._connection is None:
                self._connection = self._reconnect()
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes = self._apply(self._connection, [job.work for job in jobs])
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._drop()  # rolls back; the next group starts on a fresh connection
            return self._failed(jobs, unavailable(error, self._path))
        return outcomes

    def _apply(self, connection: sqlite3.Connection, works: list[Work]) -> list[Outcome]:
        for doubts in (False, True):
            try:
                return Group(connection, self._tables, doubts=doubts).apply(works)
            except (sqlite3.IntegrityError, Unsure) as error:
                connection.execute("ROLLBACK")
                connection.execute("BEGIN IMMEDIATE")
                if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
                    break  # a unique value is taken: see by which batch
        changes = Changes(connection, self._tables)
        return [changes.apply(*work) for work in works]

    @staticmethod
    def _failed(jobs: list[_Job], problem: Unavailable) -> list[Outcome]:
        log.warning("store_write_failed", batches=len(jobs), reason=problem.message)
        return [Unavailable(problem.message, code=problem.code, hint=problem.hint) for _ in jobs]

    def _tidy(self) -> None:
        """Cut a long write-ahead log, in a turn of its own: nobody waits for an answer meanwhile."""
        if self._connection is None or not log_too_long(self._path) or time.monotonic() < self._fold_at:
            return
        with self._turns.taken() as held:
            if not held:
                return
            try:
                done = fold(self._connection)
            except sqlite3.Error as error:
                log.warning("store_log_not_folded", reason=str(error))
                done = False
        if not done:  # somebody reads an old state, and would hold up the writers again
            self._fold_at = time.monotonic() + FOLD_AGAIN_SECONDS

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _answer(jobs: list[_Job], outcomes: list[Outcome]) -> None:
    """Hand the outcomes to the loops that wait: one wake-up a loop, not one a batch."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[WriteResult], Outcome]]] = {}
    for job, outcome in zip(jobs, outcomes, strict=True):
        by_loop.setdefault(job.loop, []).append((job.future, outcome))
    for loop, answers in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, answers)
        except RuntimeError:  # the loop was closed while its batches were written: nobody is left to be told
            log.warning("store_callers_gone", batches=len(answers))


def _resolve(answers: list[tuple[asyncio.Future[WriteResult], Outcome]]) -> None:
    for future, outcome in answers:
        if future.done():
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)

"""The in-memory engine: the model the other engines are compared with, and the one a simulation runs on.

It keeps every index as a sorted list, so that its answers come from the same definition of order as theirs. It can be
told to fail as they do (``faults``), and to crash.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import orjson

from leadbridge.kit.values import Stored, Value
from leadbridge.storage.apply import followed, meets, of_company, patched, replaced, stamped
from leadbridge.storage.batch import (
    After,
    Applied,
    Conflict,
    Delete,
    Duplicate,
    Expect,
    Insert,
    Operation,
    OutcomeUnknown,
    Patch,
    Replace,
    Require,
    WriteResult,
)
from leadbridge.storage.faults import Crashed, Fate, Faults
from leadbridge.storage.kind import Index, Kind
from leadbridge.storage.query import ABSENT, Position, Rank, Scan, rank
from leadbridge.storage.table import Key, Table

_LAST: Rank = (9, 0)


class MemoryEngine:
    """A whole store in this process's memory; gone when the process ends.

    With ``faults`` its writes fail as they say. ``crash()`` ends it at once, as the loss of a process does: every write
    that was not answered is there whole or not at all, every call raises ``Crashed`` until ``start``.
    """

    def __init__(self, *, faults: Faults | None = None) -> None:
        self._tables: dict[str, Table] = {}
        self._faults = faults
        self._lives = 0
        self._down = False
        self._late: list[tuple[str, Sequence[Operation]]] = []
        self._commits = 0
        self._news = asyncio.Event()

    async def start(self, kinds: Sequence[Kind[Any]]) -> None:
        self._down = False
        for kind in kinds:
            table = Table(kind)
            for id, text in (self._tables[kind.name].bodies if kind.name in self._tables else {}).items():
                table.put(id, orjson.loads(text))
            self._tables[kind.name] = table

    def crash(self) -> None:
        """End at once: what was committed is kept, what was on its way is dropped, its callers get ``Crashed``."""
        self._lives += 1
        self._down = True
        self._land_late()

    async def close(self) -> None:
        return None

    async def get(self, kind: Kind[Any], company: str | None, ids: Sequence[str]) -> dict[str, Stored]:
        table = self._table(kind)
        found = {id: body for id in ids if (body := table.read(id)) is not None}
        return {id: body for id, body in found.items() if of_company(company, body) is not None}

    async def lookup(self, kind: Kind[Any], company: str | None, index: Index, values: Sequence[Value]) -> list[Stored]:
        table = self._table(kind)
        prefix: Key = () if index.fields[0] != "companyId" else (rank(company),)
        ids: set[str] = set()
        for value in values:
            start: Key = (*prefix, rank(value))
            entries = table.indexes[index.name]
            for at in range(bisect_left(entries, (start, "")), len(entries)):
                key, id = entries[at]
                if key[: len(start)] != start:
                    break
                ids.add(id)
        bodies = [body for id in sorted(ids) if (body := table.read(id)) is not None]
        return [body for body in bodies if of_company(company, body) is not None]

    async def scan(self, kind: Kind[Any], company: str | None, scan: Scan, limit: int) -> list[tuple[Position, Stored]]:
        table = self._table(kind)
        result: list[tuple[Position, Stored]] = []
        for key, id in self._walk(table, scan):
            body = table.read(id)
            if body is not None:
                values = (None if ranked == ABSENT else ranked[1] for ranked in key[len(scan.eq) :])
                position: Position = (*values, id)
                result.append((position, body))
            if len(result) == limit:
                break
        return result

    def _walk(self, table: Table, scan: Scan) -> Iterator[tuple[Key, str]]:
        index = scan.index
        entries = table.indexes[index.name]
        fixed: Key = tuple(rank(scan.eq[path]) for path in index.fields[: len(scan.eq)])
        first: Key = fixed
        last: Key = (*fixed, _LAST)
        bound = scan.high if scan.low is None else scan.low
        if bound is not None:  # values of the bound's type only
            kind = rank(bound)[0]
            first = (*fixed, rank(scan.low) if scan.low is not None else (kind,))
            last = (*fixed, rank(scan.high) if scan.high is not None else (kind + 1,))
        start, stop = bisect_left(entries, (first, "")), bisect_left(entries, (last, ""))
        if scan.after is not None:
            *values, id = scan.after
            here = ((*fixed, *(rank(value) for value in values)), str(id))
            if scan.descending:
                stop = min(stop, bisect_left(entries, here))
            else:
                start = max(start, bisect_right(entries, here))
        steps = range(stop - 1, start - 1, -1) if scan.descending else range(start, stop)
        return (entries[at] for at in steps)

    async def write(self, batch: str, operations: Sequence[Operation], afters: Sequence[After]) -> WriteResult:
        if self._down:
            raise _crashed()
        if self._faults is None:
            return self._commit(batch, operations, afters)
        return await self._write_at_risk(self._faults, batch, operations, afters)

    async def _write_at_risk(
        self, faults: Faults, batch: str, operations: Sequence[Operation], afters: Sequence[After]
    ) -> WriteResult:
        life, fate = self._lives, faults.fate()
        self._land_late()
        await faults.pause()
        self._still(life)
        conditional = [one for one in operations if not isinstance(one, Insert) and one.expect is not None]
        if fate is Fate.CONFLICT and conditional:
            one = faults.rng.choice(conditional)
            return Conflict(one.kind.name, one.id)
        if fate is Fate.RIVAL and conditional:
            self._rival(faults.rng.choice(conditional), f"rival:{batch}")
        if fate is Fate.CRASH_BEFORE:
            self.crash()
            raise _crashed()
        if fate is Fate.UNKNOWN_DROPPED:
            raise OutcomeUnknown(f"the answer to {batch} was lost")
        if fate is Fate.UNKNOWN_LATE:
            self._late.append((batch, operations))
            raise OutcomeUnknown(f"the answer to {batch} was lost")
        outcome = self._commit(batch, operations, ())
        if isinstance(outcome, Applied):
            if fate is Fate.CRASH_AFTER:
                self.crash()
                raise _crashed()
            if fate is Fate.UNKNOWN_APPLIED:  # whoever lost the answer does not get to what follows
                raise OutcomeUnknown(f"the answer to {batch} was lost")
            if afters:
                await faults.pause()
                self._still(life)
                if not faults.loses_afters():
                    self._commit(batch, (), afters)
        return outcome

    def _commit(self, batch: str, operations: Sequence[Operation], afters: Sequence[After]) -> WriteResult:
        undo: list[tuple[Table, str, Stored | None]] = []
        try:
            outcome = self._apply_all(batch, operations, afters, undo)
        except BaseException:
            self._take_back(undo)
            raise
        if outcome is not None:
            self._take_back(undo)
            return outcome
        self._commits += 1
        self._news.set()
        return Applied(batch)

    async def time(self) -> None:
        """Return None: there is no clock but this machine's."""

    async def wait_for_change(self, seconds: float, seen: int | None = None) -> int:
        if self._commits == (self._commits if seen is None else seen):
            self._news.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), seconds)
        return self._commits

    def _land_late(self) -> None:
        late, self._late = self._late, []
        for batch, operations in late:
            self._commit(batch, operations, ())

    def _rival(self, one: Operation, batch: str) -> None:
        table = self._tables[one.kind.name]
        before = table.read(one.id)
        if before is not None:
            table.put(one.id, patched(Patch(one.kind, one.id, None, {}, (), Expect()), before, batch))

    def _still(self, life: int) -> None:
        if self._lives != life:
            raise _crashed()

    def _table(self, kind: Kind[Any]) -> Table:
        if self._down:
            raise _crashed()
        return self._tables[kind.name]

    def _apply_all(
        self,
        batch: str,
        operations: Sequence[Operation],
        afters: Sequence[After],
        undo: list[tuple[Table, str, Stored | None]],
    ) -> WriteResult | None:
        for operation in operations:
            table = self._tables[operation.kind.name]
            before = table.read(operation.id)
            outcome = self._apply(table, operation, before, batch)
            if outcome is not None:
                return outcome
            undo.append((table, operation.id, before))
        for after in afters:
            table = self._tables[after.kind.name]
            before = table.read(after.id)
            body = followed(after, before, batch)
            if body is not None and self._put(table, after.id, body) is None:
                undo.append((table, after.id, before))
        return None

    @staticmethod
    def _take_back(undo: list[tuple[Table, str, Stored | None]]) -> None:
        for table, id, body in reversed(undo):
            table.put(id, body)

    def _apply(self, table: Table, operation: Operation, before: Stored | None, batch: str) -> WriteResult | None:
        name, id = table.kind.name, operation.id
        if isinstance(operation, Insert):
            if before is not None:
                return Duplicate(name, "_id", id, id)
            return self._put(table, id, stamped(operation.body, batch))
        before = of_company(operation.company, before)
        if not meets(operation.expect, before):
            return Conflict(name, id)
        if isinstance(operation, Delete):
            if before is not None:
                table.put(id, None)
            return None
        if before is None:
            return Conflict(name, id)
        if isinstance(operation, Require):
            return None
        if isinstance(operation, Replace):
            return self._put(table, id, replaced(operation, before, batch))
        assert isinstance(operation, Patch)  # noqa: S101  # narrows the union for the type checker
        return self._put(table, id, patched(operation, before, batch))

    def _put(self, table: Table, id: str, body: Stored) -> Duplicate | None:
        for index in table.kind.indexes:
            if index.unique and (holder := table.holder(index, body, id)) is not None:
                return Duplicate(table.kind.name, index.name, holder, id)
        table.put(id, body)
        return None


def _crashed() -> Crashed:
    return Crashed("The store has crashed.")

"""The in-memory engine: the model the other engines are compared with, and the one a simulation runs on.

It keeps every index as a sorted list, so that its answers come from the same definition of order as theirs.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, TypeAlias

import orjson

from leadbridge.kit.values import Stored, Value, at_path
from leadbridge.storage.apply import followed, meets, of_company, patched, replaced, stamped
from leadbridge.storage.batch import (
    After,
    Applied,
    Conflict,
    Delete,
    Duplicate,
    Insert,
    Operation,
    Patch,
    Replace,
    Require,
    WriteResult,
)
from leadbridge.storage.kind import BY_COMPANY, BY_ID, Index, Kind, to_json
from leadbridge.storage.query import ABSENT, Position, Rank, Scan, rank

Key: TypeAlias = tuple[tuple[Any, ...], ...]
_LAST: Rank = (9, 0)


def index_keys(index: Index, body: Stored) -> list[Key]:
    """Return the keys under which ``index`` holds a document: one, or one for each different element of its list.

    A unique index holds none for a document that lacks the last field.
    """
    choices: list[list[Rank]] = []
    for path in index.fields:
        here = at_path(body, path)
        if path == index.multi_field:
            choices.append(sorted({rank(item) for item in here}) if isinstance(here, list) else [])
        else:
            choices.append([rank(here)])
    if index.unique and choices[-1] == [ABSENT]:
        return []
    return list(product(*choices))


class _Table:
    """The documents of one kind as JSON, with every index as a sorted list of (key, id)."""

    def __init__(self, kind: Kind[Any]) -> None:
        self.kind = kind
        self.bodies: dict[str, bytes] = {}
        self.indexes: dict[str, list[tuple[Key, str]]] = {}
        self.declared = (*kind.indexes, BY_ID, *((BY_COMPANY,) if kind.tenant else ()))
        for index in self.declared:
            self.indexes[index.name] = []

    def read(self, id: str) -> Stored | None:
        text = self.bodies.get(id)
        return None if text is None else orjson.loads(text)

    def put(self, id: str, body: Stored | None) -> None:
        text = None if body is None else to_json(body, self.kind.name)
        before = self.read(id)
        for index in self.declared:
            entries = self.indexes[index.name]
            if before is not None:
                for key in index_keys(index, before):
                    del entries[bisect_left(entries, (key, id))]
            if body is not None:
                for key in index_keys(index, body):
                    insort(entries, (key, id))
        if text is None:
            self.bodies.pop(id, None)
        else:
            self.bodies[id] = text

    def holder(self, index: Index, body: Stored, id: str) -> str | None:
        """Return the id of another document with the unique values of ``body``, if there is one."""
        for key in index_keys(index, body):
            entries = self.indexes[index.name]
            at = bisect_left(entries, (key, ""))
            while at < len(entries) and entries[at][0] == key:
                if entries[at][1] != id:
                    return entries[at][1]
                at += 1
        return None


class MemoryEngine:
    """A whole store in this process's memory; gone when the process ends."""

    def __init__(self) -> None:
        self._tables: dict[str, _Table] = {}

    async def start(self, kinds: Sequence[Kind[Any]]) -> None:
        for kind in kinds:
            table = _Table(kind)
            for id, text in (self._tables[kind.name].bodies if kind.name in self._tables else {}).items():
                table.put(id, orjson.loads(text))
            self._tables[kind.name] = table

    async def close(self) -> None:
        return None

    async def get(self, kind: Kind[Any], company: str | None, ids: Sequence[str]) -> dict[str, Stored]:
        table = self._tables[kind.name]
        found = {id: body for id in ids if (body := table.read(id)) is not None}
        return {id: body for id, body in found.items() if of_company(company, body) is not None}

    async def lookup(self, kind: Kind[Any], company: str | None, index: Index, values: Sequence[Value]) -> list[Stored]:
        table = self._tables[kind.name]
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
        table = self._tables[kind.name]
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

    def _walk(self, table: _Table, scan: Scan) -> Iterator[tuple[Key, str]]:
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
        undo: list[tuple[_Table, str, Stored | None]] = []
        try:
            outcome = self._apply_all(batch, operations, afters, undo)
        except BaseException:
            self._take_back(undo)
            raise
        if outcome is not None:
            self._take_back(undo)
            return outcome
        return Applied(batch)

    def _apply_all(
        self,
        batch: str,
        operations: Sequence[Operation],
        afters: Sequence[After],
        undo: list[tuple[_Table, str, Stored | None]],
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
    def _take_back(undo: list[tuple[_Table, str, Stored | None]]) -> None:
        for table, id, body in reversed(undo):
            table.put(id, body)

    def _apply(self, table: _Table, operation: Operation, before: Stored | None, batch: str) -> WriteResult | None:
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

    def _put(self, table: _Table, id: str, body: Stored) -> Duplicate | None:
        for index in table.kind.indexes:
            if index.unique and (holder := table.holder(index, body, id)) is not None:
                return Duplicate(table.kind.name, index.name, holder, id)
        table.put(id, body)
        return None

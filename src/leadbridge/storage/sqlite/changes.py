"""One batch against the open transaction: read, evaluate, write, by the pure functions all engines share.

The careful way, document by document in a savepoint: it tells which unique value stands in the way.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

import orjson

from leadbridge.kit.values import Stored, at_path
from leadbridge.storage.apply import followed, meets, of_company, patched, replaced, stamped
from leadbridge.storage.batch import (
    After,
    Applied,
    Conflict,
    Delete,
    Duplicate,
    Insert,
    Operation,
    Replace,
    Require,
    WriteResult,
)
from leadbridge.storage.kind import Index, to_json
from leadbridge.storage.sqlite.statements import holder
from leadbridge.storage.sqlite.tables import Table


class Changes:
    """Applies batches on one connection. Used by one thread, inside a transaction that the caller began."""

    def __init__(self, connection: sqlite3.Connection, tables: Mapping[str, Table]) -> None:
        self._run = connection.cursor().execute
        self._tables = tables

    def apply(self, batch: str, operations: Sequence[Operation], afters: Sequence[After]) -> WriteResult | Exception:
        """Apply a batch whole, or leave nothing of it and return why not.

        A fault of the batch itself (a document that grew too large, a counter that is none) is returned as the
        exception to raise at its caller; ``sqlite3.Error`` is raised, since then the transaction cannot go on.
        """
        self._run("SAVEPOINT batch")
        try:
            outcome: WriteResult | Exception | None = self._apply_all(batch, operations, afters)
        except sqlite3.Error:
            raise
        except Exception as error:  # noqa: BLE001  # handed to the caller it belongs to; the others' batches go on
            outcome = error
        if outcome is not None:
            self._run("ROLLBACK TO batch")
        self._run("RELEASE batch")
        return Applied(batch) if outcome is None else outcome

    def _apply_all(
        self, batch: str, operations: Sequence[Operation], afters: Sequence[After]
    ) -> Conflict | Duplicate | None:
        for operation in operations:
            outcome = self._apply(self._tables[operation.kind.name], operation, batch)
            if outcome is not None:
                return outcome
        for after in afters:
            table = self._tables[after.kind.name]
            before = self._read(table, after.id)
            body = followed(after, before, batch)
            if body is not None:
                # what would break a unique index is left as it was
                self._put(table, after.id, body, new=before is None)
        return None

    def _apply(self, table: Table, operation: Operation, batch: str) -> Conflict | Duplicate | None:
        id = operation.id
        if isinstance(operation, Insert):
            return self._put(table, id, stamped(operation.body, batch), new=True)
        before = of_company(operation.company, self._read(table, id))
        if not meets(operation.expect, before):
            return Conflict(table.name, id)
        if isinstance(operation, Delete):
            if before is not None:
                self._run(table.delete, (id,))
            return None
        if before is None:
            return Conflict(table.name, id)
        if isinstance(operation, Require):
            return None
        if isinstance(operation, Replace):
            return self._put(table, id, replaced(operation, before, batch), new=False)
        return self._put(table, id, patched(operation, before, batch), new=False)

    def _read(self, table: Table, id: str) -> Stored | None:
        row = self._run(table.select, (id,)).fetchone()
        return None if row is None else orjson.loads(row[0])

    def _put(self, table: Table, id: str, body: Stored, *, new: bool) -> Duplicate | None:
        text = to_json(body, table.name).decode()
        if new and table.loose and self._read(table, id) is not None:
            return Duplicate(table.name, "_id", id, id)  # the id before any other value, as on every engine
        for index in table.loose:
            if (existing := self._holder(table, index, body, id)) is not None:
                return Duplicate(table.name, index.name, existing, id)
        try:
            if new:
                self._run(table.insert, (id, body.get("companyId"), body.get("rev"), text))
            else:
                self._run(table.update, (body.get("rev"), text, id))
        except sqlite3.IntegrityError:
            duplicate = self._duplicate(table, id, body, new=new)
            if duplicate is None:
                raise
            return duplicate
        return None

    def _duplicate(self, table: Table, id: str, body: Stored, *, new: bool) -> Duplicate | None:
        if new and self._read(table, id) is not None:
            return Duplicate(table.name, "_id", id, id)
        for index in table.unique:
            if (existing := self._holder(table, index, body, id)) is not None:
                return Duplicate(table.name, index.name, existing, id)
        return None

    def _holder(self, table: Table, index: Index, body: Stored, id: str) -> str | None:
        values = [at_path(body, path) for path in index.fields]
        if values[-1] is None:
            return None
        question = holder(table.name, index, values, id)
        row = self._run(question.sql, question.parameters).fetchone()
        return None if row is None else row[0]

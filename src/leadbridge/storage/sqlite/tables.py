"""What is written to a kind's table, and what SQLite itself sees of its unique indexes."""

# Names come from declarations that are checked for their letters; values are always bound.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, TypeAlias

import orjson

from leadbridge.kit.values import Stored, at_path
from leadbridge.storage.kind import Kind
from leadbridge.storage.sqlite.layout import quoted

MOST_ROWS = 64
"""Rows in one statement."""

Statement: TypeAlias = tuple[str, Sequence[object]]


class Table:
    """The statements of one kind, and its unique indexes.

    Many rows go in one statement where that can be, not in one each (``executemany``): Python lets go of its lock for
    every step of SQLite, and a writer that has to get it back for every row stands still beside a busy loop.
    """

    def __init__(self, kind: Kind[Any]) -> None:
        table = quoted(kind.name)
        self.name = kind.name
        self.select = f"SELECT doc FROM {table} WHERE id = ?"
        self.insert, self.update = _insert(kind.name, 1), _update(kind.name, 1)
        self.delete = f"DELETE FROM {table} WHERE id = ?"
        self.unique = [index for index in kind.indexes if index.unique]
        # SQL takes NULLs for different; where a field before the last may be absent, we look ourselves
        self.loose = [index for index in self.unique if set(index.fields[:-1]) - {"companyId"}]

    def inserting(self, rows: Sequence[tuple[object, ...]]) -> Iterator[Statement]:
        """Yield the statements that insert ``rows`` of (id, company, rev, doc)."""
        for part in _parts(rows):
            yield _insert(self.name, len(part)), list(chain.from_iterable(part))

    def updating(self, rows: Sequence[tuple[object, ...]]) -> Iterator[Statement]:
        """Yield the statements that update by ``rows`` of (rev, doc, id)."""
        for part in _parts(rows):
            yield _update(self.name, len(part)), list(chain.from_iterable(part))

    def deleting(self, ids: Sequence[str]) -> Iterator[Statement]:
        """Yield the statement that deletes what ``ids`` name."""
        if ids:
            sql = f"DELETE FROM {quoted(self.name)} WHERE id IN (SELECT value FROM json_each(?))"
            yield sql, (orjson.dumps(list(ids)).decode(),)

    def unseen(self, body: Stored) -> bool:
        """Tell whether SQLite would not notice that another document holds a unique value of ``body``."""
        return any(
            at_path(body, index.fields[-1]) is not None and any(at_path(body, path) is None for path in index.fields)
            for index in self.loose
        )

    def releases(self, before: Stored | None, body: Stored | None) -> bool:
        """Tell whether a change from ``before`` to ``body`` makes a unique value free for another document."""
        if before is None:
            return False
        for index in self.unique:
            if at_path(before, index.fields[-1]) is not None and (
                body is None or any(at_path(before, path) != at_path(body, path) for path in index.fields)
            ):
                return True
        return False


def _parts(rows: Sequence[tuple[object, ...]]) -> Iterator[Sequence[tuple[object, ...]]]:
    """Yield ``rows`` in parts of powers of two, so that few different statements are ever made."""
    place = 0
    while left := len(rows) - place:
        size = min(MOST_ROWS, 1 << (left.bit_length() - 1))
        yield rows[place : place + size]
        place += size


@lru_cache(maxsize=1024)
def _insert(name: str, count: int) -> str:
    return f"INSERT INTO {quoted(name)} (id, company, rev, doc) VALUES {', '.join(['(?, ?, ?, ?)'] * count)}"


@lru_cache(maxsize=1024)
def _update(name: str, count: int) -> str:
    if count == 1:
        return f"UPDATE {quoted(name)} SET rev = ?, doc = ? WHERE id = ?"
    return (
        f"WITH new (rev, doc, id) AS (VALUES {', '.join(['(?, ?, ?)'] * count)}) "
        f"UPDATE {quoted(name)} AS here SET rev = new.rev, doc = new.doc FROM new WHERE here.id = new.id"
    )


def tables_of(kinds: Sequence[Kind[Any]]) -> Mapping[str, Table]:
    """Return the tables of ``kinds`` by name."""
    return {kind.name: Table(kind) for kind in kinds}

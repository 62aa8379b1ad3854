"""What is written to a kind's table, and what SQLite itself sees of its unique indexes."""

# Names come from declarations that are checked for their letters; values are always bound.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadbridge.kit.values import Stored, at_path
from leadbridge.storage.kind import Kind
from leadbridge.storage.sqlite.layout import quoted


class Table:
    """The statements of one kind, and its unique indexes."""

    def __init__(self, kind: Kind[Any]) -> None:
        table = quoted(kind.name)
        self.name = kind.name
        self.select = f"SELECT doc FROM {table} WHERE id = ?"
        self.insert = f"INSERT INTO {table} (id, company, rev, doc) VALUES (?, ?, ?, ?)"
        self.update = f"UPDATE {table} SET rev = ?, doc = ? WHERE id = ?"
        self.delete = f"DELETE FROM {table} WHERE id = ?"
        self.unique = [index for index in kind.indexes if index.unique]
        # SQL takes NULLs for different; where a field before the last may be absent, we look ourselves
        self.loose = [index for index in self.unique if set(index.fields[:-1]) - {"companyId"}]

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


def tables_of(kinds: Sequence[Kind[Any]]) -> Mapping[str, Table]:
    """Return the tables of ``kinds`` by name."""
    return {kind.name: Table(kind) for kind in kinds}

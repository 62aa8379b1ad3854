"""The documents of one kind in memory, with every index as a sorted list."""

from __future__ import annotations

from bisect import bisect_left, insort
from itertools import product
from typing import Any, TypeAlias

import orjson

from leadbridge.kit.values import Stored, at_path
from leadbridge.storage.kind import BY_COMPANY, BY_ID, Index, Kind, to_json
from leadbridge.storage.query import ABSENT, Rank, rank

Key: TypeAlias = tuple[tuple[Any, ...], ...]


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


class Table:
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

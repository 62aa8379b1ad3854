"""Which data keys there are, and what each of them has sealed, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from leadbridge.security.model import DATA_KEYS, DataKey, KeyState
from leadbridge.storage.kind import Kind
from leadbridge.storage.query import Position
from leadbridge.storage.store import Store

CHUNK = 100


@dataclass(frozen=True, slots=True)
class KeyCount:
    """How a company's keys are: ids of the current and the other keys, and documents sealed with each."""

    company_id: str
    state: KeyState
    kid: str
    master_key_id: str
    documents: int
    kept: bool


class KeyWalk:
    """Walks over data keys and over what they have sealed; ``kinds`` are those with sealed values."""

    def __init__(self, store: Store, kinds: Sequence[Kind[Any]]) -> None:
        self._store = store
        self._kinds = tuple(kinds)

    async def keys(self) -> AsyncIterator[DataKey]:
        """Yield every data key of every company."""
        after: Position | None = None
        while True:
            page = await self._store[DATA_KEYS].across_companies().find(limit=CHUNK, after=after)
            for key in page.items:
                yield key
            if page.next is None:
                return
            after = page.next

    async def of(self, company: str) -> list[DataKey]:
        """Return a company's data keys."""
        return (await self._store[DATA_KEYS].of(company).find(limit=1000)).items

    async def in_state(self, state: KeyState) -> list[DataKey]:
        """Return keys in one state, of all companies; at most a hundred at once."""
        return (await self._store[DATA_KEYS].across_companies().find(eq={"state": state}, limit=CHUNK)).items

    async def sealed_with(self, kind: Kind[Any], key: DataKey) -> AsyncIterator[Any]:
        """Yield every document of a kind that a key has sealed."""
        after: Position | None = None
        while True:
            page = await self._store[kind].of(key.company_id).find(eq={"kid": key.id}, limit=CHUNK, after=after)
            for document in page.items:
                yield document
            if page.next is None:
                return
            after = page.next

    async def needed(self, key: DataKey) -> bool:
        """Tell whether a key still seals a document."""
        for kind in self._kinds:
            async for _ in self.sealed_with(kind, key):
                return True
        return False

    async def counts(self) -> list[KeyCount]:
        """Return every key of every company with the number of documents sealed by it."""
        counts = []
        async for key in self.keys():
            documents = 0
            for kind in self._kinds:
                async for _ in self.sealed_with(kind, key):
                    documents += 1
            counts.append(
                KeyCount(key.company_id, key.state, key.id, key.master_key_id, documents, key.wrapped is not None)
            )
        return sorted(counts, key=lambda count: (count.company_id, count.kid))

"""Who was erased and must not come back unasked: what leads need to know of it, and nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from leadbridge.leads.fields import Keys
from leadbridge.storage.batch import WriteBatch


class ErasedPeople(Protocol):
    """Remembers erased people by keyed hashes of what they were recognised by."""

    async def barred(self, company: str, people: Sequence[Keys]) -> frozenset[int]:
        """Return the places of those in ``people`` who were erased."""
        ...

    async def allow(self, batch: WriteBatch, company: str, person: Keys) -> tuple[str, ...]:
        """Add to ``batch`` that the person may come back, and return what ``allowed`` is to be told once it is done."""
        ...

    async def allowed(self, company: str, forgotten: tuple[str, ...]) -> None:
        """Note outside the store that erased people came back with a consent of theirs."""
        ...


class NobodyErased:
    """For where nobody is ever erased."""

    async def barred(self, company: str, people: Sequence[Keys]) -> frozenset[int]:
        return frozenset()

    async def allow(self, batch: WriteBatch, company: str, person: Keys) -> tuple[str, ...]:
        return ()

    async def allowed(self, company: str, forgotten: tuple[str, ...]) -> None:
        return None

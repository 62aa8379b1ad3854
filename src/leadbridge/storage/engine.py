"""What a store engine does. Engines see stored bodies, never typed documents, and take no decisions of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from leadbridge.kit.values import Stored, Value
from leadbridge.storage.batch import After, Operation, WriteResult
from leadbridge.storage.kind import Index, Kind
from leadbridge.storage.query import Position, Scan


class Engine(Protocol):
    """One way of keeping documents. ``company`` is None for kinds without one and for reads across companies.

    Every write sets ``_b`` to the ids of the last four batches that wrote the document, and a ``Patch`` raises ``rev``.
    A caller sees its own committed writes; bodies handed out and taken in are the caller's to keep (no sharing).
    """

    async def start(self, kinds: Sequence[Kind[Any]]) -> None:
        """Open the store and make collections and missing indexes; raises ``StartRefused`` with cause and cure."""
        ...

    async def close(self) -> None:
        """Finish what was accepted, then let go of everything."""
        ...

    async def get(self, kind: Kind[Any], company: str | None, ids: Sequence[str]) -> dict[str, Stored]:
        """Return the bodies of those ``ids`` that exist (in ``company``, where one is given)."""
        ...

    async def lookup(self, kind: Kind[Any], company: str | None, index: Index, values: Sequence[Value]) -> list[Stored]:
        """Return the bodies found under ``values`` of the first field of ``index`` behind the company.

        Each body once, ordered by id.
        """
        ...

    async def scan(self, kind: Kind[Any], company: str | None, scan: Scan, limit: int) -> list[tuple[Position, Stored]]:
        """Return at most ``limit`` entries of the walk, in order, each with its position."""
        ...

    async def write(self, batch: str, operations: Sequence[Operation], afters: Sequence[After]) -> WriteResult:
        """Apply all operations or none; raises ``OutcomeUnknown`` where the answer was lost.

        Once begun it runs to its end, also when the caller is cancelled: a commit is never half awaited.
        """
        ...

    async def wait_for_change(self, seconds: float, seen: int | None = None) -> int:
        """Return when something was committed after the moment that ``seen`` marks, or after ``seconds``.

        The answer is the mark of now, for the next call: whoever reads, and then waits with the mark from before,
        misses nothing that any process commits. ``seen`` is a mark this engine gave (None: now).
        """
        ...

    async def time(self) -> datetime | None:
        """Return the time of the database's own clock, in UTC; None where that is this machine's."""
        ...


POLL_SECONDS = 0.1


class Polled:
    """For engines that are not told of others' commits: every tenth of a second may have brought something."""

    _polls = 0

    async def wait_for_change(self, seconds: float, seen: int | None = None) -> int:
        """Return a new mark after a tenth of a second, or after ``seconds`` where that is sooner."""
        await asyncio.sleep(min(seconds, POLL_SECONDS))
        self._polls += 1
        return self._polls

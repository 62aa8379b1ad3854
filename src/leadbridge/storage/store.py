"""The store as the rooms see it: a typed collection per kind of document, and batches that are applied whole."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import Unavailable
from leadbridge.kit.ids import IdSource
from leadbridge.kit.retry import backoff
from leadbridge.kit.values import NotStorable, Stored, Value, at_path, clean_text, stored
from leadbridge.storage.batch import (
    MAX_BYTES,
    MAX_OPERATIONS,
    Applied,
    BatchTooLarge,
    Duplicate,
    Insert,
    OutcomeUnknown,
    Patch,
    Replace,
    WriteBatch,
    WriteResult,
)
from leadbridge.storage.engine import Engine
from leadbridge.storage.kind import BY_COMPANY, BY_ID, Kind, to_json
from leadbridge.storage.query import NoIndex, Position, Residual, Scan, comparable, matches, pick_index, within
from leadbridge.storage.witness import landed

D = TypeVar("D")
T = TypeVar("T")

MAX_KEYS = 500
"""Ids or values in one ``get_many`` or ``lookup``."""
CHUNK = 500
"""Entries read from an engine at once: no cursor is held while others wait."""
ATTEMPTS = 5


class Contention(Unavailable):
    """A document was changed by others at every one of five attempts."""

    default_code = "contention"
    default_hint = "Try again in a moment."


@dataclass(frozen=True, slots=True)
class Page(Generic[D]):
    """A part of a list. ``next`` is where it goes on (None: it ended); ``scanned`` counts entries looked at.

    A page may hold fewer documents than asked for and still have a ``next``: the scan budget was spent. ``found`` is
    how many there are on it, also where they were only counted.
    """

    items: list[D]
    next: Position | None
    scanned: int
    found: int = 0


class Collection(Generic[D]):
    """The documents of one kind: of one company, or across companies where ``company`` is None."""

    def __init__(self, engine: Engine, kind: Kind[D], company: str | None) -> None:
        self._engine = engine
        self._kind = kind
        self._company = company

    async def get(self, id: str) -> D | None:
        """Return the document, or None."""
        id = clean_text(id)
        return (await self.get_many([id])).get(id)

    async def get_many(self, ids: Sequence[str]) -> dict[str, D]:
        """Return those of at most 500 documents that exist, by id."""
        if len(ids) > MAX_KEYS:
            raise ValueError(f"at most {MAX_KEYS} ids at once")
        if not ids:
            return {}
        bodies = await self._engine.get(self._kind, self._company, [clean_text(id) for id in ids])
        return {id: self._kind.decode(body) for id, body in bodies.items()}

    async def lookup(self, index: str, values: Sequence[object]) -> list[D]:
        """Return the documents found under at most 500 ``values`` of a declared index, ordered by id.

        For values that few documents share; what may be many is asked for page by page with ``find``. An index that
        starts with the company only answers within one (``NoIndex``).
        """
        declared = self._kind.index(index)
        if self._company is None and declared.fields[0] == "companyId":
            raise NoIndex(f"{self._kind.name}.{index} starts with the company and is not looked up across companies")
        if len(values) > MAX_KEYS:
            raise ValueError(f"at most {MAX_KEYS} values at once")
        if not values:
            return []
        found = await self._engine.lookup(self._kind, self._company, declared, [stored(value) for value in values])
        return [self._kind.decode(body) for body in found]

    async def find(
        self,
        *,
        eq: Mapping[str, object] | None = None,
        order: Sequence[str] = (),
        low: object = None,
        high: object = None,
        after: Position | None = None,
        residual: Residual | None = None,
        descending: bool = False,
        limit: int = 50,
        max_scan: int = 5000,
        count_only: bool = False,
    ) -> Page[D]:
        """Return one page of a walk along the declared index that serves the question; raises ``NoIndex``.

        ``low`` (included) and ``high`` (excluded) bound the first order field: texts, times or numbers. Paths are
        stored names. Absent values come first (last where ``descending``). With ``count_only`` documents are counted
        (``found``) and not decoded.
        """
        scan = self._plan(eq or {}, order, low, high, after, descending)
        items: list[D] = []
        scanned = found = 0
        position = after
        while True:
            want = min(CHUNK, max_scan - scanned, limit + 1 if residual is None else CHUNK)
            entries = await self._engine.scan(self._kind, self._company, scan, want)
            for here, body in entries:
                if found == limit:
                    return Page(items, position, scanned, found)
                scanned += 1
                position = here
                if not _first_sight(scan, here, body):
                    continue
                if residual is None or matches(residual, body):
                    found += 1
                    if not count_only:
                        items.append(self._kind.decode(body))
            if len(entries) < want:
                return Page(items, None, scanned, found)
            if scanned >= max_scan:
                return Page(items, position, scanned, found)
            scan = _onward(scan, position)

    def _plan(
        self,
        eq: Mapping[str, object],
        order: Sequence[str],
        low: object,
        high: object,
        after: Position | None,
        descending: bool,
    ) -> Scan:
        fixed = {path: stored(value) for path, value in eq.items()}
        if self._company is not None:
            fixed["companyId"] = self._company
        offered = (*self._kind.indexes, BY_COMPANY, BY_ID)
        index = pick_index(offered, set(fixed), order)
        bounds = [None if bound is None else stored(bound) for bound in (low, high)]
        given = [bound for bound in bounds if bound is not None]
        if given and not order:
            raise ValueError("bounds need an order field to bound")
        if any(isinstance(bound, bool | list | dict) or not comparable(bound, given[0]) for bound in given):
            raise ValueError("bounds are two texts or two numbers")
        after = _usable(after, len(order) + 1)
        return Scan(index, fixed, tuple(order), bounds[0], bounds[1], after, descending)


class Store:
    """All collections of one database. Made once for a hub, at its composition root."""

    def __init__(self, engine: Engine, clock: Clock, ids: IdSource, rng: random.Random) -> None:
        self._engine = engine
        self._clock = clock
        self._ids = ids
        self._rng = rng

    async def start(self, kinds: Sequence[Kind[Any]]) -> None:
        """Open the database and make what is missing for ``kinds``."""
        await self._engine.start(kinds)

    async def close(self) -> None:
        """Finish and let go of the database."""
        await self._engine.close()

    @property
    def engine(self) -> Engine:
        """The engine itself, for what is about the whole store and not about its documents: backup and restore."""
        return self._engine

    def __getitem__(self, kind: Kind[D]) -> _Door[D]:
        return _Door(self._engine, kind)

    async def write(self, batch: WriteBatch) -> WriteResult:
        """Apply ``batch`` whole or not at all and tell which; raises ``BatchTooLarge``, ``OutcomeUnknown``.

        A caller that is cancelled meanwhile does not stop it.
        """
        _check_size(batch)
        batch_id = self._ids()
        unsure = False
        for attempt in range(1, ATTEMPTS + 1):
            try:
                result = await self._engine.write(batch_id, batch.operations, batch.afters)
            except OutcomeUnknown:
                unsure = True
                if await landed(self._engine, batch, batch_id):
                    return Applied(batch_id)
                if attempt == ATTEMPTS:
                    raise
                await self._pause(attempt)
            else:
                # what stands in a repetition's way may be the batch itself, which landed after its witness was read
                if unsure and not isinstance(result, Applied) and await landed(self._engine, batch, batch_id):
                    return Applied(batch_id)
                return result
        raise AssertionError("unreachable")

    async def attempt(self, build: Callable[[], Awaitable[tuple[WriteBatch | None, T]]]) -> T:
        """Read, decide and write until the decision was still true when it was written; return its value.

        ``build`` reads what it needs and returns a batch (None: nothing to do) and the value to hand back. It is called
        again, at most five times in all, when a document had changed meanwhile or a unique value was taken; it must
        raise its own error for a duplicate it can name. Raises ``Contention``.
        """
        attempt = 1
        while True:
            batch, value = await build()
            if batch is None or not len(batch):
                return value
            result = await self.write(batch)
            if isinstance(result, Applied):
                return value
            if attempt == ATTEMPTS:
                what = result.index if isinstance(result, Duplicate) else result.id
                raise Contention(f"The change could not be stored: {result.kind} ({what}) kept changing.")
            await self._pause(attempt)
            attempt += 1

    async def _pause(self, attempt: int) -> None:
        await self._clock.sleep(backoff(attempt, base=0.01, cap=0.2, rng=self._rng))


class _Door(Generic[D]):
    """The way to a collection: through a company, or explicitly across all of them."""

    def __init__(self, engine: Engine, kind: Kind[D]) -> None:
        self._engine = engine
        self._kind = kind

    def of(self, company: str) -> Collection[D]:
        """Return the documents of one company."""
        if not self._kind.tenant:
            raise TypeError(f"{self._kind.name} belongs to no company")
        return Collection(self._engine, self._kind, company)

    def across_companies(self) -> Collection[D]:
        """Return the documents of all companies. Only where the whole hub is served; a check lists these."""
        return Collection(self._engine, self._kind, None)


def _check_size(batch: WriteBatch) -> None:
    if len(batch) > MAX_OPERATIONS:
        raise BatchTooLarge(f"{len(batch)} operations; at most {MAX_OPERATIONS} fit in a batch")
    size = 0
    for operation in batch.operations:
        if isinstance(operation, Insert | Replace):
            size += len(to_json(operation.body, operation.kind.name))
        elif isinstance(operation, Patch):
            size += len(to_json(operation.values, operation.kind.name))
    if size > MAX_BYTES:
        raise BatchTooLarge(f"{size} bytes; at most {MAX_BYTES} fit in a batch")


def _usable(after: Position | None, length: int) -> Position | None:
    """Return a position whose parts can be compared; another list's cursor starts at the beginning."""
    if after is None or len(after) != length or not isinstance(after[-1], str):
        return None
    if any(isinstance(value, list | dict) for value in after):
        return None
    try:
        return tuple(None if value is None else stored(value) for value in after)
    except NotStorable:
        return None


def _onward(scan: Scan, position: Position | None) -> Scan:
    return Scan(scan.index, scan.eq, scan.order, scan.low, scan.high, position, scan.descending)


def _first_sight(scan: Scan, position: Position, body: Stored) -> bool:
    """Tell whether a document found through a range of a multi-value index is met at the first of its values there.

    A document with the tokens "anna" and "anne" stands twice under the prefix "ann"; it is shown once, on every engine
    and whatever the page borders are.
    """
    multi = scan.index.multi_field
    if multi is None or not scan.order or scan.order[0] != multi:
        return True

    values = at_path(body, multi)
    inside = [value for value in values if within(value, scan.low, scan.high)] if isinstance(values, list) else []
    best: Value | None = (max if scan.descending else min)(inside) if inside else None  # type: ignore[type-var]
    return best is None or best == position[0]

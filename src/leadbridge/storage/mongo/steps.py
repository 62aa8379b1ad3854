"""Walks: range by range along an index, and element by element where an index over lists gives no order.

MongoDB cannot sort by the elements of a list along an index: it would collect all matches first. So the next element
is looked for, by questions that each read one index entry, and the documents under it are walked by exact equality.
A descending walk looks for the greatest element in steps of doubling size, since the index is read upwards.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from leadbridge.kit.values import Stored, Value, at_path
from leadbridge.storage.kind import Kind
from leadbridge.storage.mongo.codec import Unfit, codec_of, rank_of
from leadbridge.storage.mongo.schema import Bracket
from leadbridge.storage.mongo.statements import Find, brackets_of, index_name, joined, walk, within
from leadbridge.storage.query import Position, Scan, rank
from leadbridge.storage.query import within as inside_bounds

Ask = Callable[[Find, int], Awaitable[list[Mapping[str, Any]]]]
"""Puts one question, for at most so many documents."""
LONGEST_STEP = 256


async def entries(ask: Ask, kind: Kind[Any], scan: Scan, limit: int) -> list[tuple[Position, Stored]]:
    """Return at most ``limit`` entries of a walk, in order."""
    if scan.index.multi_field in scan.order:
        return await _by_value(ask, kind, scan, limit)
    codec = codec_of(kind)
    found: list[tuple[Position, Stored]] = []
    met: set[str] = set()  # the ranges are asked one after the other: a document may move between two of them
    for find in walk(kind, scan):
        for document in await ask(find, limit - len(found)):
            body = codec.body(document)
            id = str(body["_id"])
            if id not in met:
                met.add(id)
                found.append(((*(at_path(body, path) for path in scan.order), id), body))
        if len(found) >= limit:
            break
    return found


async def _by_value(ask: Ask, kind: Kind[Any], scan: Scan, limit: int) -> list[tuple[Position, Stored]]:
    """Walk under one value of the first order field after the other."""
    path, *rest = scan.order
    found: list[tuple[Position, Stored]] = []
    here: Value | None = None
    inside: Position | None = None
    if scan.after is not None:
        here, *behind = scan.after
        inside = tuple(behind)
        if here is None and scan.descending:  # absent is the last, and under no element
            return found
        if not inside_bounds(here, scan.low, scan.high):
            inside = None
    while True:
        if inside is None:
            here = await _next(ask, kind, scan, path, here)
            if here is None:
                return found
        under = Scan(scan.index, {**scan.eq, path: here}, tuple(rest), None, None, inside, scan.descending)  # type: ignore[dict-item]
        for position, body in await entries(ask, kind, under, limit - len(found)):
            found.append(((here, *position), body))
        if len(found) >= limit:
            return found
        inside = None


async def _next(ask: Ask, kind: Kind[Any], scan: Scan, path: str, here: Value | None) -> Value | None:
    """Return the next value of ``path`` behind ``here`` (None: the first) within the bounds, None at the end."""
    codec = codec_of(kind)
    low, high = scan.low, scan.high
    like = low if low is not None else high
    ranks: Sequence[int] = (1, 2, 3) if like is None else (rank_of(like),)
    brackets = [bracket for one in ranks for bracket in brackets_of(codec, path, one)]
    if scan.descending:
        if here is not None and (high is None or rank(here) < rank(high)):
            high = here
        for bracket in reversed(brackets):
            if here is None or bracket.rank <= rank_of(here):
                above = high if high is not None and rank_of(high) == bracket.rank else None
                found = await _greatest(ask, kind, scan, path, bracket, low, above)
                if found is not None:
                    return found
        return None
    open_low = False
    if here is not None and (low is None or rank(here) >= rank(low)):
        low, open_low = here, True
    for bracket in brackets:
        if here is None or bracket.rank >= rank_of(here):
            below = low if low is not None and rank_of(low) == bracket.rank else None
            found = await _least(ask, kind, scan, path, bracket, below, high, open_low=open_low and below is not None)
            if found is not None:
                return found
    return None


async def _least(
    ask: Ask,
    kind: Kind[Any],
    scan: Scan,
    path: str,
    bracket: Bracket,
    low: Value | None,
    high: Value | None,
    *,
    open_low: bool,
) -> Value | None:
    """Return the least value in the range. The index is read upwards, so that one look finds it and one is sure."""
    best: Value | None = None
    while True:
        values = await _look(
            ask, kind, scan, path, within(codec_of(kind), path, bracket, low, high, open_low=open_low), 1
        )
        values = [v for v in values if _in(v, bracket, low, high, open_low=open_low)]
        if not values:
            return best
        best = high = min(values)  # type: ignore[type-var]


async def _greatest(
    ask: Ask, kind: Kind[Any], scan: Scan, path: str, bracket: Bracket, low: Value | None, high: Value | None
) -> Value | None:
    best: Value | None = None
    step = 1
    while True:
        bounds = within(codec_of(kind), path, bracket, low, high, open_low=best is not None)
        values = await _look(ask, kind, scan, path, bounds, step)
        values = [v for v in values if _in(v, bracket, low, high, open_low=best is not None)]
        if not values:
            return best
        best = low = max(values)  # type: ignore[type-var]
        step = min(2 * step, LONGEST_STEP)


async def _look(
    ask: Ask, kind: Kind[Any], scan: Scan, path: str, bounds: dict[str, Any] | None, limit: int
) -> list[Value]:
    """Return the values of ``path`` in some documents that have one within ``bounds``; none only where none has."""
    if bounds is None:
        return []
    codec = codec_of(kind)
    multi = path == scan.index.multi_field
    try:
        fixed = [(name, {"$eq": codec.asked(name, value)}) for name, value in scan.eq.items()]
    except Unfit:
        return []
    condition = (path, {"$elemMatch": bounds} if multi else bounds)
    documents = await ask(Find(joined([*fixed, condition]), index_name(scan.index)), limit)
    values: list[Value] = []
    for document in documents:
        here = at_path(codec.body(document), path)
        values += here if isinstance(here, list) else [] if here is None else [here]
    return values


def _in(value: Value, bracket: Bracket, low: Value | None, high: Value | None, *, open_low: bool) -> bool:
    if rank_of(value) != bracket.rank or (high is not None and not rank(value) < rank(high)):
        return False
    return low is None or (rank(low) < rank(value) if open_low else rank(low) <= rank(value))

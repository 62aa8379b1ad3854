"""Questions as MongoDB is asked them: pure functions of kinds and scans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from leadbridge.kit.values import Stored, Value, at_path
from leadbridge.storage.kind import BY_ID, Index, Kind
from leadbridge.storage.mongo.codec import Codec, Unfit, codec_of, rank_of, whole
from leadbridge.storage.mongo.schema import Bracket
from leadbridge.storage.query import Position, Scan, rank

Filter: TypeAlias = dict[str, Any]
Condition: TypeAlias = tuple[str, dict[str, Any]]
"""A path and the operators that hold of what stands there."""

PREFIX = "lb_"
"""Begins the names of the indexes we make; others are left alone."""

ABSENT: dict[str, Any] = {"$exists": False}
_PRESENT: dict[str, Any] = {"$exists": True}


@dataclass(frozen=True, slots=True)
class Find:
    """One question: what must hold, the index it runs along, and in which order."""

    filter: Filter
    hint: str | None
    sort: tuple[tuple[str, int], ...] = ()


def index_name(index: Index) -> str:
    """Return the name of an index in the database."""
    return "_id_" if index is BY_ID else PREFIX + index.name


def joined(conditions: Sequence[Condition]) -> Filter:
    """Return a filter in which every condition holds, those of one path under one name where they can be."""
    result: Filter = {}
    rest: list[Filter] = []
    for path, operators in conditions:
        here = result.setdefault(path, {})
        if set(here) & set(operators):
            rest.append({path: operators})
        else:
            here.update(operators)
    if rest:
        result["$and"] = rest
    return result


def by_ids(kind: Kind[Any], company: str | None, ids: Sequence[str]) -> Find | None:
    """Return the question for documents by id, None where none can exist."""
    codec = codec_of(kind)
    wanted = _storable(codec, "_id", ids)
    scope = _scope(codec, company)
    if not wanted or scope is None:
        return None
    return Find(joined([("_id", {"$in": wanted} if len(wanted) > 1 else {"$eq": wanted[0]}), *scope]), None)


def by_values(kind: Kind[Any], company: str | None, index: Index, values: Sequence[Value]) -> Find | None:
    """Return the question for documents under ``values`` of an index's first field behind the company."""
    codec = codec_of(kind)
    path = next(path for path in index.fields if path != "companyId")
    wanted = _storable(codec, path, values)
    scope = _scope(codec, company)
    if not wanted or scope is None:
        return None
    present = [(index.fields[-1], _PRESENT)] if index.unique else []
    return Find(joined([*scope, (path, {"$in": wanted}), *present]), index_name(index))


def holder(kind: Kind[Any], index: Index, body: Stored) -> Find | None:
    """Return the question for the documents that hold the unique values of ``body``; None where it has none."""
    codec = codec_of(kind)
    values = [at_path(body, path) for path in index.fields]
    if values[-1] is None:
        return None
    conditions = [_same(codec, path, value) for path, value in zip(index.fields, values, strict=True)]
    return Find(joined([*conditions, (index.fields[-1], _PRESENT)]), index_name(index))


def _scope(codec: Codec, company: str | None) -> list[Condition] | None:
    if company is None:
        return []
    try:
        return [("companyId", {"$eq": codec.asked("companyId", company)})]
    except Unfit:
        return None


def _storable(codec: Codec, path: str, values: Sequence[Value]) -> list[Any]:
    found = []
    for value in values:
        try:
            found.append(codec.asked(path, value))
        except Unfit:
            continue
    return found


def _same(codec: Codec, path: str, value: Value | None) -> Condition:
    return (path, ABSENT) if value is None else (path, {"$eq": codec.asked(path, value)})


def walk(kind: Kind[Any], scan: Scan) -> Iterator[Find]:
    """Yield the questions that together are the walk, in its order, each served in order by the index it names.

    Not for a walk over the elements of lists: see ``steps.py``.
    """
    codec = codec_of(kind)
    index = scan.index
    ordered = [*scan.order, "_id"]
    try:
        fixed = [_same(codec, path, scan.eq[path]) for path in index.fields if path in scan.eq]
    except Unfit:
        return
    if index.unique:
        fixed.append((index.fields[-1], _PRESENT))
    direction = -1 if scan.descending else 1
    # a unique index holds no id, and its own fields are an order of all that is in it
    keys = list(scan.order) if index.unique else ordered
    for settled, conditions in _ranges(codec, scan, ordered):
        sort = tuple((path, direction) for path in keys[settled:])
        yield Find(joined([*fixed, *conditions]), index_name(index), sort)


Range: TypeAlias = tuple[int, list[Condition]]
"""How many of the order fields one value is fixed for, and what holds of the entries."""


def _ranges(codec: Codec, scan: Scan, ordered: list[str]) -> Iterator[Range]:
    low, high, after = scan.low, scan.high, scan.after
    like = low if low is not None else high
    if like is None:
        yield from [(0, [])] if after is None else _behind(codec, scan, ordered, after)
        return
    if after is not None:
        here, of = rank(after[0]), rank_of(like)
        below = here < (rank(low) if low is not None else (of,))
        above = here >= (rank(high) if high is not None else (of + 1,))
        if above if not scan.descending else below:
            return
        if not below and not above:
            yield from _behind(codec, scan, ordered, after)
            return
    for bracket in brackets_of(codec, ordered[0], rank_of(like)):
        bounds = within(codec, ordered[0], bracket, low, high)
        if bounds is not None:
            yield 0, [(ordered[0], bounds)]


def _behind(codec: Codec, scan: Scan, ordered: list[str], after: Position) -> Iterator[Range]:
    """Yield the ranges behind ``after``: first those that share most with it."""
    for level in range(len(ordered) - 1, -1, -1):
        try:
            shared = [_same(codec, path, after[at]) for at, path in enumerate(ordered[:level])]
        except Unfit:  # no document has these values, so none shares them
            continue
        path, here = ordered[level], after[level]
        for bounds in _beyond(codec, scan, path, here, first=level == 0):
            settled = level + 1 if bounds is ABSENT else level
            yield settled, [*shared, (path, bounds)]


def _beyond(codec: Codec, scan: Scan, path: str, here: Value | None, *, first: bool) -> Iterator[dict[str, Any]]:
    """Yield what holds of values of ``path`` behind ``here``, bracket by bracket in walking order."""
    bounded = first and (scan.low is not None or scan.high is not None)
    low, high = (scan.low, scan.high) if bounded else (None, None)
    rank_here = rank_of(here)
    ranks = range(1, 4) if not bounded else (rank_of(low if low is not None else high),)
    brackets = [bracket for one in ranks for bracket in brackets_of(codec, path, one)]
    if not scan.descending:
        for bracket in brackets:
            if bracket.rank >= rank_here:
                start = here if bracket.rank == rank_here else low
                bounds = within(codec, path, bracket, start, high, open_low=bracket.rank == rank_here)
                if bounds is not None:
                    yield bounds
        return
    for bracket in reversed(brackets):
        if bracket.rank <= rank_here:
            end = here if bracket.rank == rank_here else high
            bounds = within(codec, path, bracket, low, end)
            if bounds is not None:
                yield bounds
    always = path == "_id" or path == scan.index.multi_field or (scan.index.unique and path == scan.index.fields[-1])
    if here is not None and not bounded and not always:
        yield ABSENT


def brackets_of(codec: Codec, path: str, rank: int) -> list[Bracket]:
    """Return the brackets of ``path`` that hold values of one place in the store's order of types."""
    return [bracket for bracket in codec.brackets(path) if bracket.rank == rank]


def within(
    codec: Codec, path: str, bracket: Bracket, low: Value | None, high: Value | None, *, open_low: bool = False
) -> dict[str, Any] | None:
    """Return the operators of ``low <= value < high`` (``low <`` where open) in a bracket; None where nothing is."""
    operators: dict[str, Any] = {}
    if low is not None:
        try:
            value, exact = codec.bound(path, low)
        except Unfit:  # everything that can stand here is below
            return None
        operators["$gt" if open_low and exact else "$gte"] = value
    if high is not None:
        try:
            operators["$lt"] = codec.bound(path, high)[0]
        except Unfit:
            high = None
    return operators or whole(bracket)

"""Every question to the file as SQL text and parameters: pure functions of a scan or a look-up.

A walk names its index (``INDEXED BY``), so that no planner's guess can turn it into a walk of the table. Where a walk
goes on behind a position, what lies behind it is cut into ranges of the index, asked one after the other: absent values
are NULL, which SQL's comparisons leave out and the index order puts first.
"""

# Names come from declarations that are checked for their letters; values are always bound.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from leadbridge.kit.values import Value
from leadbridge.storage.kind import BY_ID, Index
from leadbridge.storage.query import Position, Scan, rank
from leadbridge.storage.sqlite.layout import expression, multi_columns, name_of, quoted, type_expression

Parameter: TypeAlias = str | int | float
Condition: TypeAlias = tuple[str, tuple[Parameter, ...]]
Range: TypeAlias = tuple[int, list[Condition]]
"""A part of an index: how many order fields have one value in it, and its conditions."""


@dataclass(frozen=True, slots=True)
class Question:
    """An SQL text with its parameters. The rows are (id, doc), or (id, doc, value) for a multi-value index's walk.

    Those of a question by ids are told at the functions that make it.
    """

    sql: str
    parameters: tuple[Parameter, ...]


def slot(value: Value) -> tuple[str, Parameter]:
    """Return how a value is bound. A float passes SQLite's own JSON reader, as the indexed one beside it did."""
    if isinstance(value, bool):
        return "?", int(value)
    if isinstance(value, float):
        return "json_extract(?, '$')", orjson.dumps(value).decode()
    if isinstance(value, str | int):
        return "?", value
    raise TypeError("an index holds texts, numbers and booleans")


def by_ids(kind: str, company: str | None, ids: Sequence[str]) -> Question:
    """Return the question for documents by id: one row with one text, which ``documents`` reads."""
    # "+" keeps the planner on the ids
    scope: Condition = ("", ()) if company is None else (" AND +company = ?", (company,))
    return Question(f"{_gathered(kind)}{scope[0]}", (orjson.dumps(list(ids)).decode(), *scope[1]))


def by_ids_at_once(ids: Mapping[str, Sequence[str]]) -> Question:
    """Return the question for documents of several kinds: one row with a text for each kind, in their order."""
    parts = ", ".join(f"({_gathered(kind)})" for kind in ids)
    return Question(f"SELECT {parts}", tuple(orjson.dumps(list(some)).decode() for some in ids.values()))


def documents(text: str | None) -> dict[str, Any]:
    """Return by id what a question by ids found."""
    found: dict[str, Any] = orjson.loads(f"{{{text or ''}}}")
    return found


def _gathered(kind: str) -> str:
    # one row for all of them: each further row is another wait for Python's lock beside a busy loop
    return (
        f"SELECT group_concat(json_quote(id) || ':' || doc) FROM {quoted(kind)} "
        "WHERE id IN (SELECT value FROM json_each(?))"
    )


def by_values(kind: str, company: str | None, index: Index, values: Sequence[Value]) -> Question:
    """Return the question for documents under ``values``; the caller drops those where 1 met true."""
    path = next(path for path in index.fields if path != "companyId")
    listed = orjson.dumps(list(values)).decode()
    inside = index.fields[0] == "companyId"
    scope = "" if company is None else "company = ? AND " if inside else "+company = ? AND "
    head: tuple[Parameter, ...] = () if company is None else (company,)
    if index.multi:
        found = (
            f"SELECT id FROM {quoted(name_of(kind, index.name))} "
            f"WHERE {scope if inside else ''}value IN (SELECT value FROM json_each(?))"
        )
        outer = "" if inside or company is None else " AND +company = ?"
        parameters = (*head, listed) if inside else (listed, *head)
        return Question(f"SELECT id, doc FROM {quoted(kind)} WHERE id IN ({found}){outer}", parameters)
    present = f" AND {expression(index.fields[-1])} IS NOT NULL" if index.unique else ""
    return Question(
        f"SELECT id, doc FROM {quoted(kind)} INDEXED BY {quoted(name_of(kind, index.name))} "
        f"WHERE {scope}{expression(path)} IN (SELECT value FROM json_each(?)){present}",
        (*head, listed),
    )


def holder(kind: str, index: Index, values: Sequence[Value | None], id: str) -> Question:
    """Return the question for another document than ``id`` that holds the ``values`` of a unique index."""
    conditions = [_equal(expression(path), value) for path, value in zip(index.fields, values, strict=True)]
    sql, parameters = _joined(conditions)
    return Question(
        f"SELECT id FROM {quoted(kind)} INDEXED BY {quoted(name_of(kind, index.name))} WHERE {sql} AND id <> ? LIMIT 1",
        (*parameters, id),
    )


def walk(kind: str, scan: Scan) -> Iterator[Question]:
    """Yield the questions that together are the walk, in its order; each takes one more parameter, the row limit."""
    plan = _Plan(kind, scan)
    for settled, conditions in _ranges(plan, scan):
        sql, parameters = _joined([*plan.fixed, *conditions])
        yield Question(f"{plan.head} WHERE {sql}{plan.order(settled)} LIMIT ?", parameters)


class _Plan:
    """What every range of a walk shares."""

    def __init__(self, kind: str, scan: Scan) -> None:
        index = scan.index
        ordered = [path for path in index.fields if path in scan.order]
        self._direction = " DESC" if scan.descending else ""
        if index.multi:
            columns = {path: f"s.{column}" for path, column in multi_columns(index).items()}
            self.id = "s.id"
            self.head = (
                f"SELECT s.id, t.doc, s.value FROM {quoted(name_of(kind, index.name))} AS s "
                f"INDEXED BY {quoted(name_of(kind, index.name, 'walk'))} CROSS JOIN {quoted(kind)} AS t ON t.id = s.id"
            )
        else:
            columns = {path: expression(path) for path in index.fields}
            self.id = "id"
            use = "" if index is BY_ID else f" INDEXED BY {quoted(name_of(kind, index.name))}"
            self.head = f"SELECT id, doc FROM {quoted(kind)}{use}"
        # what every entry has: a range of its absence need not be walked
        always = index.multi_field if index.multi else index.fields[-1] if index.unique else None
        self.present = {self.id, *(columns[path] for path in index.fields if path == always)}
        self.keys = [columns[path] for path in ordered]
        # a unique index holds each of its values once and no id: its own fields are the whole order
        self._tail = () if index.unique else (self.id,)
        self.fixed = [
            condition
            for path, value in _in_index_order(index, scan.eq)
            for condition in _exactly(columns[path], path, value, multi=index.multi)
        ]
        if index.unique and index.fields[-1] not in scan.eq:
            self.fixed.append((f"{columns[index.fields[-1]]} IS NOT NULL", ()))

    def order(self, settled: int) -> str:
        """Return the ORDER BY of a range in which the first ``settled`` fields are fixed.

        Named all the same, these would make SQLite sort what the index already gives in order.
        """
        keys = (*self.keys[settled:], *self._tail)
        return f" ORDER BY {', '.join(f'{key}{self._direction}' for key in keys)}" if keys else ""


def _in_index_order(index: Index, eq: Mapping[str, Value]) -> list[tuple[str, Value]]:
    return [(path, eq[path]) for path in index.fields if path in eq]


def _exactly(column: str, path: str, value: Value, *, multi: bool) -> list[Condition]:
    """Return the conditions of equality; 0 and 1 are told from false and true by the JSON itself."""
    conditions = [_equal(column, value)]
    if multi or path in ("_id", "companyId", "rev"):
        if isinstance(value, bool):
            return [("0", ())]
    elif isinstance(value, bool):
        conditions.append((f"{type_expression(path)} IN ('true', 'false')", ()))
    elif not isinstance(value, str) and value in (0, 1):
        conditions.append((f"{type_expression(path)} NOT IN ('true', 'false')", ()))
    return conditions


def _ranges(plan: _Plan, scan: Scan) -> Iterator[Range]:
    """Yield the index ranges that lie within the bounds and behind the position, in order."""
    low, high, after = scan.low, scan.high, scan.after
    like = low if low is not None else high
    if like is None:
        yield from [(0, [])] if after is None else _behind(plan, after, scan.descending, None)
        return
    lower, upper = _lower(plan.keys[0], low, like), _upper(plan.keys[0], high, like)
    if after is not None:
        here = rank(after[0])
        below = here < (rank(low) if low is not None else (rank(like)[0],))
        above = here >= (rank(high) if high is not None else (rank(like)[0] + 1,))
        if above if not scan.descending else below:
            return
        if not below and not above:
            # only the far bound: beside the position, the near one could be taken for the start of the range
            yield from _behind(plan, after, scan.descending, lower if scan.descending else upper)
            return
    yield 0, [*lower, *upper]


def _behind(plan: _Plan, after: Position, descending: bool, far: list[Condition] | None) -> Iterator[Range]:
    """Yield the ranges behind ``after``: first those that share most with it.

    Not one comparison of rows, ``(a, b, id) > (?, ?, ?)``: over expressions SQLite uses only its first part for the
    start of the range, so that every page would walk all documents of equal ``a`` again. ``far`` is the bound of the
    leading field at the far end (None: unbounded, so that absent values are walked too).
    """
    *values, _ = after
    columns = [*plan.keys, plan.id]
    for level in range(len(values), -1, -1):
        column, here = columns[level], after[level]
        shared = [_equal(column, value) for column, value in zip(columns[:level], values[:level], strict=True)]
        bounded = far if level == 0 and far is not None else []
        if here is not None:
            text, parameter = slot(here)
            yield level, [*shared, (f"{column} {'<' if descending else '>'} {text}", (parameter,)), *bounded]
            if descending and column not in plan.present and (level > 0 or far is None):
                yield level + 1, [*shared, (f"{column} IS NULL", ())]
        elif not descending:
            yield level, [*shared, (f"{column} IS NOT NULL", ()), *bounded]


def _lower(column: str, low: Value | None, like: Value) -> list[Condition]:
    """Return ``column >= low``, or that the column is no less than any value of the type of ``like``.

    NULL, then numbers, then texts, then blobs (which no document holds) is SQLite's order of types.
    """
    if low is None:
        return [(f"{column} >= ''" if isinstance(like, str) else f"{column} >= -9e999", ())]
    text, parameter = slot(low)
    return [(f"{column} >= {text}", (parameter,))]


def _upper(column: str, high: Value | None, like: Value) -> list[Condition]:
    """Return ``column < high``, or that the column is no more than any value of the type of ``like``."""
    if high is None:
        return [] if isinstance(like, str) else [(f"{column} < ''", ())]
    text, parameter = slot(high)
    return [(f"{column} < {text}", (parameter,))]


def _equal(column: str, value: Value | None) -> Condition:
    if value is None:
        return f"{column} IS NULL", ()
    text, parameter = slot(value)
    return f"{column} = {text}", (parameter,)


def _joined(conditions: Sequence[Condition]) -> tuple[str, tuple[Any, ...]]:
    if not conditions:
        return "1", ()
    return (
        " AND ".join(text for text, _ in conditions),
        tuple(parameter for _, parameters in conditions for parameter in parameters),
    )

"""Which rows a filter can be about at all, as SQL: the test itself is made on each of them afterwards. Pure."""

from __future__ import annotations

from typing import Any

from .columns import Table
from .conditions import comparable
from .filters import All, Among, Compare, Node, Some
from .records import folded

Sql = tuple[str, tuple[Any, ...]]
_TIMES = {"modifiedon": "modified", "createdon": "created"}
_OPERATORS = {"eq": "=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def narrow(node: Node, table: Table, org: str) -> Sql | None:
    """Return a condition that every row meets for which the filter holds, or None when nothing is known."""
    if isinstance(node, All):
        known = [found for part in node.parts if (found := narrow(part, table, org)) is not None]
        return _joined(" AND ", known) if known else None
    if isinstance(node, Some):
        same = _same_path(node)
        if same is not None:
            return _one_of(same.path, same.values, table, org)
        parts = [narrow(part, table, org) for part in node.parts]
        known = [part for part in parts if part is not None]
        return _joined(" OR ", known) if len(known) == len(parts) else None
    if isinstance(node, Among):
        return _one_of(node.path, node.values, table, org)
    return _of_comparison(node, table, org) if isinstance(node, Compare) else None


def _same_path(node: Some) -> Among | None:
    """Return alternatives that are all one path's values as such."""
    equal = [part for part in node.parts if isinstance(part, Compare) and part.operator == "eq"]
    if len(equal) < len(node.parts) or len({part.path for part in equal}) != 1:
        return None
    return Among(equal[0].path, tuple(part.value for part in equal))


def _one_of(path: str, wanted: tuple[Any, ...], table: Table, org: str) -> Sql | None:
    if not wanted or not all(isinstance(value, str) for value in wanted):
        return None
    marks = ",".join("?" * len(wanted))
    if path == table.id_column:
        return f"place IN ({marks})", tuple(comparable("guid", value) for value in wanted)
    texts = tuple(folded(value) for value in wanted)
    if path == "emailaddress1":
        return f"email IN ({marks})", texts
    for key in table.keys.values():
        if key.columns == (path,):
            held = (
                "SELECT id FROM dynamics_keys WHERE org = ? AND entity = ? "  # noqa: S608 - marks are question marks
                f"AND key = ? AND value IN ({marks})"
            )
            return f"id IN ({held})", (org, table.name, key.name, *texts)
    return None


def _of_comparison(node: Compare, table: Table, org: str) -> Sql | None:
    sign, value = _OPERATORS.get(node.operator), node.value
    if sign is None or value is None:
        return None
    if node.path in _TIMES and node.path in table.columns:
        return f"{_TIMES[node.path]} {sign} ?", (comparable("time", value),)
    if node.path == "versionnumber" and isinstance(value, int):
        return f"version {sign} ?", (value,)
    if node.path == table.id_column and sign != "=":
        return f"place {sign} ?", (comparable("guid", value),)
    return _one_of(node.path, (value,), table, org) if sign == "=" else None


def _joined(word: str, parts: list[Sql]) -> Sql:
    if len(parts) > 500:  # SQLite's limit on the depth of expressions is near
        return "1 = 1", ()
    return word.join(f"({sql})" for sql, _ in parts), tuple(value for _, given in parts for value in given)

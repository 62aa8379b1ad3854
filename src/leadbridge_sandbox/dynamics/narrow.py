"""Which rows a filter can be about at all, as SQL: the test itself is made on each of them afterwards. Pure."""

from __future__ import annotations

from typing import Any

from .columns import Table
from .filters import All, Among, Any_, Compare, Node, comparable
from .records import folded

Sql = tuple[str, tuple[Any, ...]]
_TIMES = {"modifiedon": "modified", "createdon": "created"}
_OPERATORS = {"eq": "=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def narrow(node: Node, table: Table) -> Sql | None:
    """Return a condition that every row meets for which the filter holds, or None when nothing is known."""
    if isinstance(node, All):
        known = [found for part in node.parts if (found := narrow(part, table)) is not None]
        return _joined(" AND ", known) if known else None
    if isinstance(node, Any_):
        parts = [narrow(part, table) for part in node.parts]
        known = [part for part in parts if part is not None]
        return _joined(" OR ", known) if len(known) == len(parts) else None
    if isinstance(node, Among):
        return narrow(Any_(tuple(Compare("eq", node.path, value) for value in node.values)), table)
    return _of_comparison(node, table) if isinstance(node, Compare) else None


def _of_comparison(node: Compare, table: Table) -> Sql | None:
    sign, value = _OPERATORS.get(node.operator), node.value
    if sign is None or value is None:
        return None
    if node.path in _TIMES and node.path in table.columns:
        return f"{_TIMES[node.path]} {sign} ?", (comparable("time", value),)
    if node.path == "versionnumber" and isinstance(value, int):
        return f"version {sign} ?", (value,)
    if node.path == table.id_column:
        return f"place {sign} ?", (comparable("guid", value),)
    if sign != "=" or not isinstance(value, str):
        return None
    if node.path == "emailaddress1":
        return "email = ?", (folded(value),)
    for key in table.keys.values():
        if key.columns == (node.path,):
            return (
                "id IN (SELECT k.id FROM dynamics_keys k WHERE k.org = dynamics_records.org "
                "AND k.entity = dynamics_records.entity AND k.key = ? AND k.value = ?)",
                (key.name, folded(value)),
            )
    return None


def _joined(word: str, parts: list[Sql]) -> Sql:
    if len(parts) > 500:  # SQLite's limits on depth and parameters are near
        return "1 = 1", ()
    return word.join(f"({sql})" for sql, _ in parts), tuple(value for _, given in parts for value in given)

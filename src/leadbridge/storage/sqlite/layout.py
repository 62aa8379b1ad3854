"""Where things are in the file: names, expressions and definitions, as pure functions of a kind's declaration.

    "leads"                  id, company, rev, doc: one row a document
    "leads:company"          an index on (company, id); every tenant kind has it
    "leads:email"            a declared index, on expressions over doc, with the id last
    "leads:tags" ...         a declared multi-value index: a table with a row for each element, an index on it in
                             walking order, and three triggers that keep it, whatever program writes the documents

Names with a colon are ours alone, since no kind's and no index's name can hold one.
"""

# Names come from declarations that are checked for their letters; values are always bound.
# ruff: noqa: S608

from __future__ import annotations

from functools import lru_cache
from typing import Any

from leadbridge.storage.kind import BY_COMPANY, Index, Kind

META = '"leadbridge:meta"'
FORMAT = 1
"""The layout of the file. A file with a higher number belongs to a newer Leadbridge."""


def name_of(kind: str, index: str, part: str = "") -> str:
    """Return the bare name of an index, or of one of the objects that make up a multi-value index."""
    return f"{kind}:{index}{':' if part else ''}{part}"


def quoted(name: str) -> str:
    """Return ``name`` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


@lru_cache(maxsize=4096)
def expression(path: str, row: str = "") -> str:
    """Return the SQL for what stands at ``path`` of a document; ``row`` is a table or trigger row with its dot."""
    columns = {"_id": "id", "companyId": "company", "rev": "rev"}
    if path in columns:
        return row + columns[path]
    return f"json_extract({row}doc, '$.{path}')"


@lru_cache(maxsize=4096)
def type_expression(path: str, row: str = "") -> str:
    """Return the SQL for the JSON type at ``path``, which tells true from 1."""
    return f"json_type({row}doc, '$.{path}')"


def table_definition(kind: str) -> str:
    """Return the definition of a kind's table."""
    columns = "id TEXT PRIMARY KEY NOT NULL, company TEXT, rev INTEGER NOT NULL, doc TEXT NOT NULL"
    return f"CREATE TABLE {quoted(kind)} ({columns})"


def definitions(kind: Kind[Any]) -> dict[str, str]:
    """Return by name the definition of every object beside the kind's own table, in the order they are made."""
    result: dict[str, str] = {}
    indexes = (*kind.indexes, *((BY_COMPANY,) if kind.tenant else ()))
    for index in indexes:
        result.update(_multi(kind.name, index) if index.multi else _plain(kind.name, index))
    return result


def _plain(kind: str, index: Index) -> dict[str, str]:
    name = name_of(kind, index.name)
    parts = [expression(path) for path in index.fields]
    if index.unique:
        present = f"WHERE {parts[-1]} IS NOT NULL"
        return {name: f"CREATE UNIQUE INDEX {quoted(name)} ON {quoted(kind)} ({', '.join(parts)}) {present}"}
    return {name: f"CREATE INDEX {quoted(name)} ON {quoted(kind)} ({', '.join((*parts, 'id'))})"}


def multi_columns(index: Index) -> dict[str, str]:
    """Return by path the columns of a multi-value index's table, in walking order (the id follows)."""
    columns: dict[str, str] = {}
    for path in index.fields:
        if path == "companyId":
            columns[path] = "company"
        else:
            columns[path] = "value" if path == index.multi_field else f"o{len(columns)}"
    return columns


def fill_multi(kind: str, index: Index, row: str) -> str:
    """Return the statement that adds the rows of a multi-value index: for a trigger's ``row``, or for all documents."""
    columns = multi_columns(index)
    origin = row or f"{quoted(kind)}."
    values = ["element.value" if path == index.multi_field else expression(path, origin) for path in columns]
    source = f"json_each({origin}doc, '$.{index.multi_field}') AS element"
    return (
        f"INSERT OR IGNORE INTO {quoted(name_of(kind, index.name))} ({', '.join(columns.values())}, id) "
        f"SELECT {', '.join(values)}, {origin}id FROM {source if row else f'{quoted(kind)}, {source}'}"
    )


def _multi(kind: str, index: Index) -> dict[str, str]:
    table = name_of(kind, index.name)
    columns = multi_columns(index)
    declared = ", ".join(f"{column} NOT NULL" if column == "value" else column for column in columns.values())
    order = ", ".join((*columns.values(), "id"))
    clear = f"DELETE FROM {quoted(table)} WHERE id = old.id"
    changed = " OR ".join(f"{expression(path, 'old.')} IS NOT {expression(path, 'new.')}" for path in columns)
    triggers = {
        "inserted": f"AFTER INSERT ON {quoted(kind)} BEGIN {fill_multi(kind, index, 'new.')}; END",
        "updated": (
            f"AFTER UPDATE ON {quoted(kind)} WHEN {changed} BEGIN {clear}; {fill_multi(kind, index, 'new.')}; END"
        ),
        "deleted": f"AFTER DELETE ON {quoted(kind)} BEGIN {clear}; END",
    }
    walk = name_of(kind, index.name, "walk")
    return {
        # the remark makes a change of the fields a change of the definition, so that the rows are made anew
        table: f"CREATE TABLE {quoted(table)} /* {', '.join(columns)} */ "
        f"(id TEXT NOT NULL, {declared}, PRIMARY KEY (id, value)) WITHOUT ROWID",
        walk: f"CREATE INDEX {quoted(walk)} ON {quoted(table)} ({order})",
    } | {
        name_of(kind, index.name, part): f"CREATE TRIGGER {quoted(name_of(kind, index.name, part))} {body}"
        for part, body in triggers.items()
    }

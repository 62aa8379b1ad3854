"""The tables of one organisation: those of every organisation, and what was added to them there."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson

from ..world import World
from .columns import SALES_TABLES, Column, Facts, Key, Option, Table, base_tables
from .errors import no_such_segment
from .settings import Settings


class Catalogue:
    """Definitions by name. Added columns, keys and tables are kept in the database."""

    def __init__(self, world: World[Settings], org: str) -> None:
        self.world = world
        self.org = org
        self._tables: dict[str, Table] = {}
        self._sets: dict[str, Table] = {}
        self._facts: dict[str, Facts] = {}
        self.load()

    def load(self) -> None:
        """Read everything anew, as after something was undone."""
        self._tables = {name: table.copy() for name, table in base_tables().items()}
        rows = self.world.db.all(
            "SELECT kind, name, doc FROM dynamics_definitions WHERE org = ? ORDER BY name", self.org
        )
        for kind, name, raw in sorted(rows, key=lambda row: ("table", "column", "key").index(row[0])):
            doc = orjson.loads(raw)
            table = name.partition(".")[0]
            if kind == "table":
                self._tables[name] = _own_table(doc)
            elif kind == "column":
                self._tables[table].columns[doc["name"]] = _column(doc)
            else:
                self._tables[table].keys[doc["name"]] = Key(**{**doc, "columns": tuple(doc["columns"])})
        self._sets = {table.set_name: table for table in self._tables.values()}
        self._facts.clear()

    def _there(self, table: Table | None) -> bool:
        return table is not None and (self.world.settings.salesApp or table.name not in SALES_TABLES)

    def tables(self) -> list[Table]:
        """Return every table there is."""
        return [table for table in self._tables.values() if self._there(table)]

    def table(self, name: str) -> Table | None:
        """Return a table by logical name."""
        table = self._tables.get(name)
        return table if self._there(table) else None

    def of_set(self, set_name: str) -> Table:
        """Return a table by the name of its set. Raises VendorError 404."""
        table = self._sets.get(set_name)
        if table is None or not self._there(table):
            raise no_such_segment(set_name)
        return table

    def facts(self, table: Table) -> Facts:
        """Return what is worked out about a table."""
        found = self._facts.get(table.name)
        if found is None:
            found = self._facts[table.name] = Facts(table)
        return found

    def add_table(self, doc: dict[str, Any]) -> Table:
        """Add a table: name, set_name, id_column, name_column, schema_name."""
        self._keep("table", doc["name"], doc)
        self.load()
        return self._tables[doc["name"]]

    def add_column(self, table: Table, column: Column) -> None:
        """Add or replace a column of an organisation's own."""
        self._keep("column", f"{table.name}.{column.name}", asdict(column))
        table.columns[column.name] = column
        self._facts.pop(table.name, None)

    def add_key(self, table: Table, key: Key) -> None:
        """Add an alternate key."""
        self._keep("key", f"{table.name}.{key.name}", asdict(key))
        table.keys[key.name] = key

    def remove(self, kind: str, table: Table, name: str) -> None:
        """Remove a key, a column of the organisation's own, or (with an empty name) a whole such table."""
        where = f"{table.name}.{name}" if name else table.name
        self.world.db.run(
            "DELETE FROM dynamics_definitions "
            "WHERE org = ? AND (kind = ? OR ? = 'table') AND (name = ? OR name LIKE ?)",
            self.org,
            kind,
            kind,
            where,
            f"{where}.%" if kind == "table" else where,
        )
        self.load()

    def _keep(self, kind: str, name: str, doc: dict[str, Any]) -> None:
        self.world.db.run(
            "INSERT OR REPLACE INTO dynamics_definitions VALUES (?, ?, ?, ?)", self.org, kind, name, orjson.dumps(doc)
        )


def _column(doc: dict[str, Any]) -> Column:
    options = tuple(Option(**option) for option in doc["options"])
    return Column(**{**doc, "options": options, "targets": tuple(doc["targets"])})


def _own_table(doc: dict[str, Any]) -> Table:
    """Return a table of an organisation's own: it has the columns that every table has."""
    table = Table(**doc, custom=True)
    contact = base_tables()["contact"]
    for name in ("createdby", "createdon", "modifiedby", "modifiedon", "ownerid", "versionnumber"):
        table.columns[name] = contact.columns[name]
        table.lookups += [one for one in contact.lookups if one.column == name]
    table.columns["owningbusinessunit"] = contact.columns["owningbusinessunit"]
    table.columns["owninguser"] = contact.columns["owninguser"]
    table.columns[table.id_column] = Column(table.id_column, table.id_column, "Uniqueidentifier", updatable=False)
    return table

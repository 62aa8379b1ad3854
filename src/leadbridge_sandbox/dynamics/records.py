"""Records in the database: one row each, its values as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from ..store import Database
from . import unconfirmed

_COLUMNS = "id, version, created, modified, doc"


@dataclass(slots=True)
class Record:
    """One record. Times are whole seconds; a lookup's value is `[table, id]`; absent means null."""

    id: str
    version: int
    created: int
    modified: int
    doc: dict[str, Any]

    @property
    def etag(self) -> str:
        """Return the record's ETag."""
        return f'W/"{self.version}"'


def place_of(record_id: str) -> str:
    """Return a text that sorts as the id does in the database below.

    SQL Server compares the last six bytes first, then the two before, and the first three groups from their end.
    """
    if not unconfirmed.GUIDS_ORDER_AS_IN_SQL_SERVER or len(record_id) != 36:
        return record_id
    a, b, c, d, e = record_id.split("-")
    return e + d + c[2:] + c[:2] + b[2:] + b[:2] + a[6:] + a[4:6] + a[2:4] + a[:2]


def folded(text: str) -> str:
    """Return a text as it is compared."""
    return text.casefold() if unconfirmed.TEXT_COMPARES_CASE_INSENSITIVELY else text


class Records:
    """The records of one organisation."""

    def __init__(self, db: Database, org: str) -> None:
        self.db = db
        self.org = org

    def get(self, table: str, record_id: str) -> Record | None:
        """Return a record by id."""
        row = self.db.one(
            "SELECT id, version, created, modified, doc FROM dynamics_records WHERE org = ? AND entity = ? AND id = ?",
            self.org,
            table,
            record_id,
        )
        return None if row is None else _record(row)

    def insert(self, table: str, record: Record, keys: dict[str, str]) -> None:
        """Add a record, with its alternate key values by key name."""
        email = record.doc.get("emailaddress1")
        self.db.run(
            "INSERT INTO dynamics_records (org, entity, id, place, version, created, modified, email, doc) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self.org,
            table,
            record.id,
            place_of(record.id),
            record.version,
            record.created,
            record.modified,
            folded(email) if email else None,
            orjson.dumps(record.doc),
        )
        self._hold(table, record.id, keys)

    def save(self, table: str, record: Record, keys: dict[str, str] | None) -> None:
        """Store a changed record; keys of None are as they were."""
        email = record.doc.get("emailaddress1")
        self.db.run(
            "UPDATE dynamics_records SET version = ?, modified = ?, email = ?, doc = ? "
            "WHERE org = ? AND entity = ? AND id = ?",
            record.version,
            record.modified,
            folded(email) if email else None,
            orjson.dumps(record.doc),
            self.org,
            table,
            record.id,
        )
        if keys is not None:
            self._free(table, record.id)
            self._hold(table, record.id, keys)

    def remove(self, table: str, record: Record, version: int, at: int) -> None:
        """Delete a record; what it was is kept for change tracking and for the control API."""
        where = (self.org, table, record.id)
        self.db.run("DELETE FROM dynamics_records WHERE org = ? AND entity = ? AND id = ?", *where)
        self._free(table, record.id)
        self.db.run(
            "INSERT INTO dynamics_deleted VALUES (?, ?, ?, ?, ?, ?)",
            self.org,
            table,
            version,
            record.id,
            at,
            orjson.dumps({"created": record.created, "version": record.version, "doc": record.doc}),
        )

    def _hold(self, table: str, record_id: str, keys: dict[str, str]) -> None:
        for name, value in keys.items():
            self.db.run("INSERT INTO dynamics_keys VALUES (?, ?, ?, ?, ?)", self.org, table, name, value, record_id)

    def _free(self, table: str, record_id: str) -> None:
        self.db.run("DELETE FROM dynamics_keys WHERE org = ? AND entity = ? AND id = ?", self.org, table, record_id)

    def holder(self, table: str, key: str, value: str) -> str | None:
        """Return the id of the record with this value of an alternate key."""
        row = self.db.one(
            "SELECT id FROM dynamics_keys WHERE org = ? AND entity = ? AND key = ? AND value = ?",
            self.org,
            table,
            key,
            value,
        )
        return None if row is None else str(row[0])

    def hold_all(self, table: str, name: str, values: dict[str, str]) -> None:
        """Index a new alternate key: record id to value."""
        for record_id, value in values.items():
            self.db.run(
                "INSERT OR IGNORE INTO dynamics_keys VALUES (?, ?, ?, ?, ?)", self.org, table, name, value, record_id
            )

    def drop_key(self, table: str, name: str) -> None:
        """Forget an alternate key's values."""
        self.db.run("DELETE FROM dynamics_keys WHERE org = ? AND entity = ? AND key = ?", self.org, table, name)

    def scan(self, table: str, where: str = "", values: tuple[Any, ...] = (), order: str = "place") -> Iterator[Record]:
        """Yield records that meet an SQL condition made by `narrow`, in an order made by `query`."""
        condition = f" AND ({where})" if where else ""
        cursor = self.db.connection.execute(
            f"SELECT {_COLUMNS} FROM dynamics_records WHERE org = ? AND entity = ?{condition} ORDER BY {order}",  # noqa: S608
            (self.org, table, *values),
        )
        for row in cursor:
            yield _record(row)

    def changed_since(self, table: str, version: int, after: int, limit: int) -> list[Record]:
        """Return records changed after `version`, by version from `after` on (not included)."""
        rows = self.db.all(
            f"SELECT {_COLUMNS} FROM dynamics_records WHERE org = ? AND entity = ? AND version > ? "  # noqa: S608
            "ORDER BY version LIMIT ?",
            self.org,
            table,
            max(version, after),
            limit,
        )
        return [_record(row) for row in rows]

    def deleted_since(self, table: str, version: int, limit: int = -1) -> list[tuple[str, int, int, dict[str, Any]]]:
        """Return deletions after a version: id, version, time in seconds, and what the record was."""
        rows = self.db.all(
            "SELECT id, version, at, doc FROM dynamics_deleted WHERE org = ? AND entity = ? AND version > ? "
            "ORDER BY version LIMIT ?",
            self.org,
            table,
            version,
            limit,
        )
        return [(row[0], row[1], row[2], orjson.loads(row[3])) for row in rows]

    def count(self, table: str) -> int:
        """Return how many records a table has."""
        return int(
            self.db.one("SELECT count(*) FROM dynamics_records WHERE org = ? AND entity = ?", self.org, table)[0]
        )


def _record(row: Any) -> Record:
    return Record(row[0], row[1], row[2], row[3], orjson.loads(row[4]))

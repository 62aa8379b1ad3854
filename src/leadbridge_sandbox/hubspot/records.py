"""Records at rest: rows, unique values, redirects of merged ids. Rules of writing are in `writes`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from ..store import Database
from . import unconfirmed

HISTORY_KEPT = 20
"""Values kept per property; HubSpot keeps 45 for contacts and 20 for other objects."""

# value, time in ms, source type, source id, source label, user id
Version = tuple[str, int, str, str, str, int | None]


@dataclass(slots=True)
class Record:
    """One record. Times are milliseconds; a property without a value is absent."""

    id: int
    created: int
    updated: int
    archived: int | None
    properties: dict[str, str]
    history_json: bytes = field(repr=False)

    def history(self) -> dict[str, list[Version]]:
        """Return every property's values, newest first."""
        return {
            name: [tuple(version) for version in versions] for name, versions in orjson.loads(self.history_json).items()
        }

    def as_of(self, at_ms: int) -> Record | None:
        """Return the record as it was at that time, or None if it was not there yet."""
        if self.created > at_ms:
            return None
        if self.updated <= at_ms and (self.archived is None or self.archived <= at_ms):
            return self
        properties = dict(self.properties)
        for name, versions in self.history().items():
            then = next((version[0] for version in versions if version[1] <= at_ms), "")
            if then:
                properties[name] = then
            else:
                properties.pop(name, None)
        archived = self.archived if self.archived is not None and self.archived <= at_ms else None
        return Record(self.id, self.created, min(self.updated, at_ms), archived, properties, self.history_json)


_COLUMNS = "id, created, updated, archived, properties, history"


class Records:
    """The records of one object type in one portal."""

    def __init__(self, db: Database, portal: int, object_name: str) -> None:
        self.db = db
        self.portal = portal
        self.object = object_name

    def new_id(self) -> int:
        """Return the next record id; ids are never used again, not even after an erasure."""
        row = self.db.one("SELECT seq FROM sqlite_sequence WHERE name = 'hubspot_records'")
        return int(row[0]) + 1

    def get(self, record_id: int) -> Record | None:
        """Return a record that is not archived, following the redirects of merged ids."""
        row = self._row(record_id)
        for _ in range(50):
            if row is not None or not unconfirmed.MERGED_ID_RESOLVES:
                break
            moved = self.db.one(
                "SELECT new FROM hubspot_redirects WHERE old = ? AND portal = ? AND object = ?",
                record_id,
                self.portal,
                self.object,
            )
            if moved is None:
                return None
            record_id = moved[0]
            row = self._row(record_id)
        return None if row is None or row[3] is not None else _record(row)

    def get_any(self, record_id: int) -> Record | None:
        """Return a record, archived or not, without following redirects."""
        row = self._row(record_id)
        return None if row is None else _record(row)

    def _row(self, record_id: int) -> Any:
        return self.db.one(
            f"SELECT {_COLUMNS} FROM hubspot_records WHERE id = ? AND portal = ? AND object = ?",  # noqa: S608
            record_id,
            self.portal,
            self.object,
        )

    def holder(self, name: str, value: str) -> int | None:
        """Return the id of the record that holds a unique value, primary or secondary address alike."""
        row = self.db.one(
            "SELECT record FROM hubspot_unique WHERE portal = ? AND object = ? AND property = ? AND value = ?",
            self.portal,
            self.object,
            name,
            value,
        )
        return None if row is None else int(row[0])

    def insert(self, record: Record, unique: set[tuple[str, str]]) -> None:
        """Add a record and its unique values, which must be free."""
        self.db.run(
            f"INSERT INTO hubspot_records ({_COLUMNS}, portal, object) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            record.id,
            record.created,
            record.updated,
            record.archived,
            orjson.dumps(record.properties),
            record.history_json,
            self.portal,
            self.object,
        )
        self._hold(record.id, unique)

    def save(self, record: Record, unique: set[tuple[str, str]] | None) -> None:
        """Store a changed record; `unique` replaces the unique values it holds, None leaves them."""
        self.db.run(
            "UPDATE hubspot_records SET updated = ?, archived = ?, properties = ?, history = ? WHERE id = ?",
            record.updated,
            record.archived,
            orjson.dumps(record.properties),
            record.history_json,
            record.id,
        )
        if unique is not None:
            self.db.run("DELETE FROM hubspot_unique WHERE record = ?", record.id)
            self._hold(record.id, unique)

    def _hold(self, record_id: int, unique: set[tuple[str, str]]) -> None:
        for name, value in unique:
            self.db.run(
                "INSERT INTO hubspot_unique VALUES (?, ?, ?, ?, ?)",
                self.portal,
                self.object,
                name,
                value,
                record_id,
            )

    def remove(self, record_id: int) -> None:
        """Delete a record and all that points to it, for good."""
        self.db.run("DELETE FROM hubspot_records WHERE id = ?", record_id)
        self.db.run("DELETE FROM hubspot_unique WHERE record = ?", record_id)
        self.db.run("DELETE FROM hubspot_redirects WHERE new = ?", record_id)

    def redirect(self, old: int, new: int) -> None:
        """Let a merged id lead to the survivor, and with it what had been merged into it before."""
        self.db.run("UPDATE hubspot_redirects SET new = ? WHERE new = ?", new, old)
        self.db.run("INSERT OR REPLACE INTO hubspot_redirects VALUES (?, ?, ?, ?)", old, self.portal, self.object, new)

    def page(self, *, archived: bool, from_id: int, limit: int) -> list[Record]:
        """Return up to `limit` records by ascending id, from that id on."""
        return [
            _record(row)
            for row in self.db.all(
                f"SELECT {_COLUMNS} FROM hubspot_records WHERE portal = ? AND object = ? "  # noqa: S608
                f"AND archived IS {'NOT ' if archived else ''}NULL AND id >= ? ORDER BY id LIMIT ?",
                self.portal,
                self.object,
                from_id,
                limit,
            )
        ]

    def scan(self, *, archived_too: bool = False) -> Iterator[Record]:
        """Yield every record by ascending id."""
        only = "" if archived_too else "AND archived IS NULL "
        cursor = self.db.connection.execute(
            f"SELECT {_COLUMNS} FROM hubspot_records WHERE portal = ? AND object = ? {only}ORDER BY id",  # noqa: S608
            (self.portal, self.object),
        )
        for row in cursor:
            yield _record(row)

    def counts(self) -> tuple[int, int]:
        """Return how many records there are, and how many archived ones beside them."""
        live, gone = self.db.one(
            "SELECT count(*) FILTER (WHERE archived IS NULL), count(archived) FROM hubspot_records "
            "WHERE portal = ? AND object = ?",
            self.portal,
            self.object,
        )
        return int(live), int(gone)

    def erased(self, email: str) -> bool:
        """Return whether this address was erased for privacy and may not come back."""
        return (
            self.db.one("SELECT 1 FROM hubspot_erased_emails WHERE portal = ? AND email = ?", self.portal, email)
            is not None
        )

    def erase_email(self, email: str) -> None:
        """Bar an address from being used again."""
        self.db.run("INSERT OR IGNORE INTO hubspot_erased_emails VALUES (?, ?)", self.portal, email)


def _record(row: Any) -> Record:
    return Record(row[0], row[1], row[2], row[3], orjson.loads(row[4]), row[5])

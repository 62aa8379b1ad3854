"""Records at rest: rows and the values they are looked up by. Rules of writing are in `writes`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from ..store import Database
from . import ids

COLUMNS = "seq, object, id, created, modified, stamp, deleted, master, doc"


@dataclass(slots=True)
class Record:
    """One record. Times are milliseconds; `doc` holds the fields that have a value, times in it as milliseconds."""

    seq: int
    object: str
    id: str
    created: int
    modified: int
    stamp: int
    deleted: int | None
    master: str | None
    doc: dict[str, Any]

    def value(self, name: str) -> Any:
        """Return a field's value, the system's own included; None without one."""
        if name in _SYSTEM:
            return _SYSTEM[name](self)
        return self.doc.get(name)


_SYSTEM: Mapping[str, Any] = {
    "Id": lambda record: record.id,
    "CreatedDate": lambda record: record.created,
    "LastModifiedDate": lambda record: record.modified,
    "SystemModstamp": lambda record: record.stamp,
    "IsDeleted": lambda record: record.deleted is not None,
    "MasterRecordId": lambda record: record.master,
}
SYSTEM_COLUMNS: Mapping[str, str] = {
    "Id": "id",
    "CreatedDate": "created",
    "LastModifiedDate": "modified",
    "SystemModstamp": "stamp",
    "MasterRecordId": "master",
}
"""Fields that are columns of their own, by name."""


def record_of(row: Any) -> Record:
    """Return the record of a row of `COLUMNS`."""
    seq, name, record_id, created, modified, stamp, deleted, master, doc = row
    return Record(seq, name, record_id, created, modified, stamp, deleted, master, orjson.loads(doc))


class Records:
    """Every record of every org. Ids are never used again."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._next = 0

    def forget(self) -> None:
        """Read the next id from the database again."""
        self._next = 0

    def new_seq(self) -> int:
        """Return the next running number."""
        if not self._next:
            self._next = int(self.db.one("SELECT coalesce(max(seq), 0) + 1 FROM salesforce_records")[0])
        seq = self._next
        self._next += 1
        return seq

    def by_id(self, org: str, record_id: str) -> Record | None:
        """Return a record, deleted or not."""
        row = self.db.one(f"SELECT {COLUMNS} FROM salesforce_records WHERE id = ? AND org = ?", record_id, org)  # noqa: S608
        return None if row is None else record_of(row)

    def by_ids(self, org: str, record_ids: Iterable[str]) -> dict[str, Record]:
        """Return the records there are, by id."""
        wanted = orjson.dumps(list(record_ids)).decode()
        rows = self.db.all(
            f"SELECT {COLUMNS} FROM salesforce_records WHERE id IN (SELECT value FROM json_each(?)) AND org = ?",  # noqa: S608
            wanted,
            org,
        )
        return {row[2]: record_of(row) for row in rows}

    def by_seqs(self, seqs: Iterable[int]) -> dict[int, Record]:
        """Return records by running number."""
        wanted = orjson.dumps(list(seqs)).decode()
        rows = self.db.all(
            f"SELECT {COLUMNS} FROM salesforce_records WHERE seq IN (SELECT value FROM json_each(?))",  # noqa: S608
            wanted,
        )
        return {row[0]: record_of(row) for row in rows}

    def by_key(self, org: str, object_name: str, field: str, value: str) -> list[Record]:
        """Return the live records that have this value, in any case, in a field that records are looked up by."""
        rows = self.db.all(
            "SELECT r.seq, r.object, r.id, r.created, r.modified, r.stamp, r.deleted, r.master, r.doc "
            "FROM salesforce_keys k JOIN salesforce_records r ON r.seq = k.seq "
            "WHERE k.org = ? AND k.object = ? AND k.field = ? AND k.value = ? ORDER BY k.seq",
            org,
            object_name,
            field,
            value,
        )
        return [record_of(row) for row in rows]

    def of_object(self, org: str, object_name: str) -> Iterator[Record]:
        """Yield every record of one type, deleted ones too, in the order they were made."""
        for row in self.db.connection.execute(
            f"SELECT {COLUMNS} FROM salesforce_records WHERE org = ? AND object = ? ORDER BY seq",  # noqa: S608
            (org, object_name),
        ):
            yield record_of(row)

    def page(self, org: str, object_name: str, *, deleted: bool, from_seq: int, limit: int) -> list[Record]:
        """Return records of one type from a running number on."""
        rows = self.db.all(
            f"SELECT {COLUMNS} FROM salesforce_records "  # noqa: S608
            "WHERE org = ? AND object = ? AND seq >= ? AND (deleted IS NOT NULL) = ? ORDER BY seq LIMIT ?",
            org,
            object_name,
            from_seq,
            deleted,
            limit,
        )
        return [record_of(row) for row in rows]

    def counts(self, org: str, object_name: str) -> tuple[int, int]:
        """Return how many live and how many deleted records there are."""
        every, gone = self.db.one(
            "SELECT count(*), count(deleted) FROM salesforce_records WHERE org = ? AND object = ?", org, object_name
        )
        return every - gone, gone

    def children(self, org: str, object_name: str, parent_field: str, parent: str) -> list[Record]:
        """Return the records of one type, deleted ones too, that refer to a parent. Only AccountId has an index."""
        rows = self.db.all(
            f"SELECT {COLUMNS} FROM salesforce_records "  # noqa: S608
            f"WHERE json_extract(doc, '$.{parent_field}') = ? AND org = ? AND object = ? ORDER BY seq",
            parent,
            org,
            object_name,
        )
        return [record_of(row) for row in rows]

    def insert(self, org: str, record: Record, keys: Mapping[str, str]) -> None:
        """Add a record and the values it is looked up by."""
        self.db.run(
            "INSERT INTO salesforce_records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            record.seq,
            org,
            record.object,
            record.id,
            record.created,
            record.modified,
            record.stamp,
            record.deleted,
            record.master,
            orjson.dumps(record.doc).decode(),
        )
        self._hold(org, record, keys)

    def save(self, org: str, record: Record, keys: Mapping[str, str] | None) -> None:
        """Store a changed record; `keys` replaces what it is looked up by, None leaves it."""
        self.db.run(
            "UPDATE salesforce_records SET modified = ?, stamp = ?, deleted = ?, master = ?, doc = ? WHERE seq = ?",
            record.modified,
            record.stamp,
            record.deleted,
            record.master,
            orjson.dumps(record.doc).decode(),
            record.seq,
        )
        if keys is not None:
            self.db.run("DELETE FROM salesforce_keys WHERE seq = ?", record.seq)
            self._hold(org, record, keys)

    def _hold(self, org: str, record: Record, keys: Mapping[str, str]) -> None:
        for name, value in keys.items():
            self.db.run(
                "INSERT INTO salesforce_keys VALUES (?, ?, ?, ?, ?)", org, record.object, name, value, record.seq
            )

    def add(self, org: str, object_name: str, prefix: str, now: int, doc: dict[str, Any]) -> Record:
        """Add a record as the system itself does, without rules."""
        seq = self.new_seq()
        record = Record(seq, object_name, ids.make(prefix, seq), now, now, now, None, None, doc)
        self.insert(org, record, {})
        return record

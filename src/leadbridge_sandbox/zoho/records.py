"""Records at rest: rows, what they are looked up by, and, for an index that lags, what they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ..store import Database
from . import unconfirmed
from .values import key_of

RECYCLE_SECONDS = 60 * 86_400
"""How long a deleted record stays in the recycle bin."""
_COLUMNS = "id, created, modified, created_by, modified_by, converted, deleted, deleted_by, gone, doc"


@dataclass(slots=True)
class Record:
    """One record. Times are seconds; a field without a value is absent; `gone` is a deletion without recycle bin."""

    id: int
    created: int
    modified: int
    created_by: int
    modified_by: int
    converted: bool
    deleted: int | None
    deleted_by: int | None
    gone: bool
    values: dict[str, Any]

    def kept(self) -> bytes:
        """Return all of it but the id, to be read back with `was`."""
        return orjson.dumps(
            [self.created, self.modified, self.created_by, self.modified_by, self.converted, self.deleted,
             self.deleted_by, self.gone, self.values]
        )  # fmt: skip


def _record(row: Sequence[Any]) -> Record:
    return Record(row[0], row[1], row[2], row[3], row[4], bool(row[5]), row[6], row[7], bool(row[8]),
                  orjson.loads(row[9]))  # fmt: skip


class Records:
    """The records of one module of one organisation. `lag` keeps what records were, for an index that lags."""

    def __init__(
        self, db: Database, zgid: str, module: str, keyed: Sequence[str], *, lag: bool = False, now_ms: int = 0
    ) -> None:
        self.db = db
        self.zgid = zgid
        self.module = module
        self.keyed = keyed
        self.lag = lag
        self.now_ms = now_ms

    def get(self, record_id: int) -> Record | None:
        """Return a record that is not deleted."""
        record = self.get_any(record_id)
        return None if record is None or record.deleted is not None else record

    def get_any(self, record_id: int) -> Record | None:
        """Return a record, deleted or not."""
        row = self.db.one(
            f"SELECT {_COLUMNS} FROM zoho_records WHERE id = ? AND zgid = ? AND module = ?",  # noqa: S608
            record_id,
            self.zgid,
            self.module,
        )
        return None if row is None else _record(row)

    def holders(self, field: str, value: Any) -> list[int]:
        """Return the ids of the records that have a value in a field, the oldest first."""
        rows = self.db.all(
            "SELECT record FROM zoho_keys WHERE zgid = ? AND module = ? AND field = ? AND value = ? ORDER BY record",
            self.zgid,
            self.module,
            field,
            key_of(value),
        )
        return [int(row[0]) for row in rows]

    def insert(self, record: Record) -> Record:
        """Add a record, whose id is given here."""
        cursor = self.db.connection.execute(
            "INSERT INTO zoho_records (created, modified, created_by, modified_by, converted, gone, doc, zgid, module) "
            "VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?)",
            (record.created, record.modified, record.created_by, record.modified_by, record.converted,
             orjson.dumps(record.values), self.zgid, self.module),
        )  # fmt: skip
        record.id = int(cursor.lastrowid or 0)
        if self.lag:
            self._version(record.id, None)
        self._hold(record.id, record.values)
        return record

    def save(self, record: Record, before: Record) -> None:
        """Store a changed record; `before` is what it was."""
        if self.lag:
            self._version(record.id, before.kept())
        self.db.run(
            "UPDATE zoho_records SET modified = ?, modified_by = ?, converted = ?, deleted = ?, deleted_by = ?, "
            "gone = ?, doc = ? WHERE id = ?",
            record.modified,
            record.modified_by,
            record.converted,
            record.deleted,
            record.deleted_by,
            record.gone,
            orjson.dumps(record.values),
            record.id,
        )
        wanted = self._held(record)
        if self._held(before) != wanted:
            self.db.run("DELETE FROM zoho_keys WHERE record = ?", record.id)
            if wanted:
                self._hold(record.id, record.values)

    def _held(self, record: Record) -> dict[str, str]:
        """Return what a record is looked up by; for a deleted one nothing, if that frees its unique values."""
        free = record.gone or unconfirmed.DELETED_FREES_UNIQUE_VALUES
        return {} if record.deleted is not None and free else self._keys(record.values)

    def _keys(self, values: Mapping[str, Any]) -> dict[str, str]:
        return {name: key_of(values[name]) for name in self.keyed if values.get(name) is not None}

    def _hold(self, record_id: int, values: Mapping[str, Any]) -> None:
        rows = [(self.zgid, self.module, name, text, record_id) for name, text in self._keys(values).items()]
        if rows:
            self.db.connection.executemany("INSERT INTO zoho_keys VALUES (?, ?, ?, ?, ?)", rows)

    def _version(self, record_id: int, row: bytes | None) -> None:
        self.db.run("INSERT INTO zoho_versions (record, until, row) VALUES (?, ?, ?)", record_id, self.now_ms, row)

    def remove(self, record_id: int) -> None:
        """Delete a record without a trace."""
        self.db.run("DELETE FROM zoho_records WHERE id = ?", record_id)
        self.db.run("DELETE FROM zoho_keys WHERE record = ?", record_id)

    def select(self, where: str, *values: Any) -> list[Record]:
        """Return records by a condition in SQL on the table's own columns, with what follows a WHERE."""
        rows = self.db.all(
            f"SELECT {_COLUMNS} FROM zoho_records WHERE zgid = ? AND module = ? AND {where}",  # noqa: S608
            self.zgid,
            self.module,
            *values,
        )
        return [_record(row) for row in rows]

    def count(self, where: str, *values: Any) -> int:
        """Return how many records meet a condition."""
        row = self.db.one(
            f"SELECT count(*) FROM zoho_records WHERE zgid = ? AND module = ? AND {where}",  # noqa: S608
            self.zgid,
            self.module,
            *values,
        )
        return int(row[0])

    def scan(self) -> Iterator[Record]:
        """Return every record, deleted ones too, by id."""
        yield from self.select("1 ORDER BY id")

    def indexed(self, as_of_ms: int | None, where: str = "1", *values: Any) -> Iterable[Record]:
        """Return the live records as an index knows them: as they are, or as they were at a time.

        The condition is applied to what the records are now, so it must hold for what an index that lags would find
        as well; without a lag that is no question.
        """
        if as_of_ms is None:
            yield from self.select(f"deleted IS NULL AND {where}", *values)
            return
        for record in self.select("1"):
            then = self.as_of(record, as_of_ms)
            if then is not None and then.deleted is None:
                yield then

    def as_of(self, record: Record, at_ms: int) -> Record | None:
        """Return a record as it was at a time, or None if it was not there yet."""
        row = self.db.one(
            "SELECT row FROM zoho_versions WHERE record = ? AND until > ? ORDER BY until, id LIMIT 1", record.id, at_ms
        )
        if row is None:
            return record
        return None if row[0] is None else Record(record.id, *orjson.loads(row[0]))

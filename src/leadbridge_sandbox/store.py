"""The sandbox's database: one SQLite file, committed before an answer is sent.

WAL with `synchronous=NORMAL` keeps every committed write when the process is killed; only a power cut could
take the last ones, and nobody's data is here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

APPLICATION_ID = 0x4C425358
"""Marks a file as a sandbox's, so that no other program's database is ever written to."""
FORMAT = 1
"""Raised when the tables change; there is nothing here worth migrating."""
META_SCHEMA = "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"


class StoreUnusable(Exception):
    """The data file cannot be opened or written. The text names the file, the cause and the cure."""


class Database:
    """One connection, used by one thread. Access is synchronous: a call takes well under a millisecond."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._depth = 0

    @classmethod
    def open(cls, path: Path | None) -> Database:
        """Open the file, or a database in memory when there is none.

        Raises StoreUnusable when the file cannot be written, is no SQLite file, or another process has it.
        """
        try:
            connection = sqlite3.connect(":memory:" if path is None else str(path), isolation_level=None, timeout=0.2)
        except sqlite3.Error as error:
            raise StoreUnusable(_why(path, error)) from error
        try:
            # Exclusive, so that two sandboxes never hand out the same record ids from one file.
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            _refuse_foreign(connection, path)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            connection.execute(META_SCHEMA)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            connection.close()
            raise StoreUnusable(_why(path, error)) from error
        except StoreUnusable:
            connection.close()
            raise
        return cls(connection)

    def close(self) -> None:
        """Close the file; later calls raise sqlite3.ProgrammingError."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what the block wrote, or none of it if it raises. A nested block joins the outer one."""
        if self._depth:
            yield
            return
        self.connection.execute("BEGIN IMMEDIATE")
        self._depth = 1
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        else:
            self.connection.execute("COMMIT")
        finally:
            self._depth = 0

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Within a transaction: undo only what the block wrote if it raises."""
        self.connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK TO part")
            raise
        finally:
            self.connection.execute("RELEASE part")

    def run(self, sql: str, *values: Any) -> int:
        """Run one statement; return the number of rows it changed."""
        return self.connection.execute(sql, values).rowcount

    def one(self, sql: str, *values: Any) -> Any:
        """Return the first row as a tuple, or None."""
        return self.connection.execute(sql, values).fetchone()

    def all(self, sql: str, *values: Any) -> list[Any]:
        """Return every row as a tuple."""
        return self.connection.execute(sql, values).fetchall()

    def script(self, statements: tuple[str, ...]) -> None:
        """Run several statements in one transaction."""
        with self.transaction():
            for statement in statements:
                self.connection.execute(statement)

    def load(self, name: str) -> Any:
        """Return the named JSON value, or None."""
        row = self.one("SELECT value FROM meta WHERE name = ?", name)
        return None if row is None else orjson.loads(row[0])

    def save(self, name: str, value: Any) -> None:
        """Keep a JSON value under a name."""
        self.run("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", name, orjson.dumps(value))


def _refuse_foreign(connection: sqlite3.Connection, path: Path | None) -> None:
    """Refuse, before anything is written, a file that is another program's or another version's."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if not empty and (application, version) != (APPLICATION_ID, FORMAT):
        raise StoreUnusable(
            f"{path} was not made by this version of the sandbox; delete it or name another file for --data"
        )


def _why(path: Path | None, error: sqlite3.Error) -> str:
    cause = str(error)
    if "locked" in cause:
        return f"the data file {path} is in use by another process; stop that one or name another file"
    if "not a database" in cause:
        return f"{path} is not an SQLite file; name another file for --data"
    return f"the data file {path} cannot be written ({cause}); name a file in a folder you may write to"

"""Opening the file, and bringing what is in it up to what is declared."""

# Names come from declarations that are checked for their letters; values are always bound.
# ruff: noqa: S608

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from leadbridge.kit.errors import StartRefused
from leadbridge.storage.kind import Kind
from leadbridge.storage.sqlite.layout import FORMAT, META, definitions, fill_multi, name_of, quoted, table_definition
from leadbridge.storage.sqlite.network import network_type
from leadbridge.storage.sqlite.problems import refused
from leadbridge.storage.sqlite.turns import Turns

LOWEST_SQLITE = (3, 35, 0)
BUSY_SECONDS = 10.0
"""How long a process waits for another one's write before it gives up."""
_CHECKPOINT_PAGES = 4000
"""A commit that leaves this many pages (16 MB) in the write-ahead log folds what it can into the file."""
_KEPT_WAL_BYTES = 64 * 1024 * 1024
_FOLD_MILLISECONDS = 200
"""How long the log's truncation waits for readers of an old state, while no other process can write."""


def check_version(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> None:
    """Raise ``StartRefused`` for an SQLite library older than 3.35, which lacks statements and fixes relied on."""
    if version < LOWEST_SQLITE:
        raise StartRefused(
            f"This Python uses SQLite {'.'.join(map(str, version))}; at least 3.35 is needed.",
            hint="Use a Python built against a newer SQLite, for example the official container image.",
        )


def connect(path: Path, *, writes: bool, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """Return a connection in autocommit mode; raises ``sqlite3.Error``.

    A writer's commits are on the disk when they return (WAL with ``synchronous=FULL``), and what it deletes is
    overwritten (``secure_delete``).
    """
    connection = _bare(path, busy_seconds)
    try:
        connection.execute("PRAGMA mmap_size = 0")
        if writes:
            _set_wal(connection, busy_seconds)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
            connection.execute(f"PRAGMA journal_size_limit = {_KEPT_WAL_BYTES}")
            connection.execute("PRAGMA cache_size = -65536")
        else:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA cache_size = -16384")
    except BaseException:
        connection.close()
        raise
    return connection


def _bare(path: Path, busy_seconds: float) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",  # a file that is gone is not made anew, empty
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=1024,
    )


def _refuse_foreign(path: Path, busy_seconds: float) -> None:
    """Look before anything is changed: opening for writing marks the file as ours to write ahead in."""
    connection = _bare(path, busy_seconds)
    try:
        _known_format(connection, path)
    finally:
        connection.close()


def _set_wal(connection: sqlite3.Connection, busy_seconds: float) -> None:
    # the switch to WAL does not wait for other processes by itself
    deadline = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def check_place(path: Path) -> None:
    """Raise ``StartRefused`` for a database on a network file system."""
    if (kind := network_type(path)) is not None:
        raise StartRefused(
            f"The database {path} is on a network file system ({kind}), which would damage it.",
            hint="Put it on a local disk of this machine, or use MongoDB to share one store between machines.",
        )


def open_store(path: Path, kinds: Sequence[Kind[Any]], busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """Return the writing connection to a store that has everything ``kinds`` declare; raises ``StartRefused``."""
    check_version()
    check_place(path)
    _create_private(path)
    try:
        _refuse_foreign(path, busy_seconds)
        with open_turns(path, busy_seconds) as turns, turns.taken():
            return _opened(path, kinds, busy_seconds)
    except sqlite3.Error as error:
        raise refused(error, path) from error


def _opened(path: Path, kinds: Sequence[Kind[Any]], busy_seconds: float) -> sqlite3.Connection:
    connection = connect(path, writes=True, busy_seconds=busy_seconds)
    try:
        _migrate(connection, path, kinds)
    except BaseException:
        connection.close()
        raise
    return connection


def open_turns(path: Path, busy_seconds: float = BUSY_SECONDS) -> Turns:
    """Return the queue of writers of the database at ``path``; raises ``StartRefused``."""
    try:
        return Turns(path, busy_seconds)
    except OSError as error:
        raise StartRefused(
            f"The lock file {path}.lock cannot be opened for writing: {error.strerror}.",
            hint="Give this user write permission on the database's folder, and on the lock file if it is there.",
        ) from error


def fold(connection: sqlite3.Connection) -> bool:
    """Fold the write-ahead log into the file and cut it to nothing; return whether that could be done.

    It could not where somebody reads an old state; the log then grows on, and what is in it is safe. Raises
    ``sqlite3.Error``.
    """
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {_FOLD_MILLISECONDS}")
    try:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")
    return not busy


def log_too_long(path: Path) -> bool:
    """Tell whether the write-ahead log has passed 64 MB."""
    try:
        return os.stat(f"{path}-wal").st_size > _KEPT_WAL_BYTES  # noqa: PTH116  # asked at every commit
    except OSError:
        return False


def _create_private(path: Path) -> None:
    """Make an absent file readable for this user alone: it holds people's data."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            cause, cure = f"The folder of the database {path} does not exist.", "Make the folder, or name another path."
        elif isinstance(error, IsADirectoryError):
            cause, cure = f"The database {path} is a folder.", "Name a file in DATABASE_URL."
        else:
            cause = f"The database {path} cannot be opened for writing: {error.strerror}."
            cure = "Give this user write permission on the file and its folder, and see that the disk is not full."
        raise StartRefused(cause, hint=cure) from error


def _migrate(connection: sqlite3.Connection, path: Path, kinds: Sequence[Kind[Any]]) -> None:
    """Bring the file up to what is declared, in one transaction that no other process can interleave with."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _known_format(connection, path) is None:
            connection.execute(f"CREATE TABLE {META} (key TEXT PRIMARY KEY NOT NULL, value NOT NULL) WITHOUT ROWID")
            connection.execute(f"INSERT INTO {META} VALUES ('format', ?)", (FORMAT,))
        for kind in kinds:
            _migrate_kind(connection, path, kind)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _known_format(connection: sqlite3.Connection, path: Path) -> int | None:
    """Return the layout number of the file, None for an empty one; raises ``StartRefused`` for one that is not ours."""
    present = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not present:
        return None
    if META.strip('"') not in present:
        raise StartRefused(
            f"The file {path} is a database of another program.",
            hint="Name a file of its own for Leadbridge in DATABASE_URL.",
        )
    found = connection.execute(f"SELECT value FROM {META} WHERE key = 'format'").fetchone()
    if found is None or not isinstance(found[0], int) or found[0] > FORMAT:
        raise StartRefused(
            f"The database {path} was written by a newer Leadbridge.",
            hint="Run that version, or restore a backup made by this one.",
        )
    return found[0]


def _migrate_kind(connection: sqlite3.Connection, path: Path, kind: Kind[Any]) -> None:
    if _object(connection, kind.name) is None:
        connection.execute(table_definition(kind.name))
    wanted = definitions(kind)
    for name, type_, sql in _ours(connection, kind.name):
        if wanted.get(name) != sql and _object(connection, name) is not None:
            connection.execute(f"DROP {type_.upper()} {quoted(name)}")
    for name, sql in wanted.items():
        if _object(connection, name) is None:
            try:
                connection.execute(sql)
            except sqlite3.IntegrityError as error:
                raise StartRefused(
                    f"The database {path} holds documents of {kind.name} that break its unique index {name}.",
                    hint="Run the version that wrote them, remove the duplicates, and start again.",
                ) from error
            for index in kind.indexes:
                if index.multi and name == name_of(kind.name, index.name):
                    connection.execute(fill_multi(kind.name, index, ""))


def _object(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT sql FROM sqlite_master WHERE name = ? COLLATE NOCASE", (name,)).fetchone()
    return None if row is None else row[0]


def _ours(connection: sqlite3.Connection, kind: str) -> list[tuple[str, str, str]]:
    """Return the indexes, tables and triggers we made for ``kind``: triggers first, as they name the tables."""
    return connection.execute(
        "SELECT name, type, sql FROM sqlite_master WHERE substr(name, 1, ?) = ? ORDER BY type DESC, name",
        (len(kind) + 1, f"{kind}:"),
    ).fetchall()

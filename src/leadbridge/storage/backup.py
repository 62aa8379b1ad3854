"""A backup: every document of a store as JSON lines in one compressed file, the same for every engine.

    {"format": "leadbridge-backup", "version": 1, ...}      which versions of which kinds follow
    ["leads", {"_id": ..., ...}]                            a document as it is stored; secrets stay sealed
    {"end": true, "documents": n, "sha256": ..., "seal": ...}

``sha256`` is of every line before the last. ``seal`` is that hash wrapped by whoever signs, so that a file that was
changed on purpose is noticed too. The master key is not in it. Written and read as a stream: memory does not grow.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import secrets
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from leadbridge.kit.errors import Refused
from leadbridge.kit.values import Stored
from leadbridge.storage.batch import MAX_BYTES, Applied, Delete, Insert, Operation
from leadbridge.storage.engine import Engine
from leadbridge.storage.kind import BY_ID, Kind
from leadbridge.storage.query import Position, Scan
from leadbridge.storage.sqlite import SqliteEngine
from leadbridge.storage.sqlite.snapshot import snapshot
from leadbridge.storage.state import STORE_STATE

FORMAT = "leadbridge-backup"
VERSION = 1
CHUNK = 500
MAX_LINE = 1024 * 1024
"""Bytes in a line; a stored document has at most a quarter of it."""

Sign = Callable[[bytes], Awaitable[str]]
Verify = Callable[[bytes, str], Awaitable[bool]]


class BadBackup(Refused):
    """A file is no backup, or not the one that was written. Nothing was changed."""

    default_code = "bad_backup"
    default_hint = "Take another copy of the file, or an older backup."


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backup holds."""

    created_at: str
    documents: int
    by_kind: Mapping[str, int]
    restore_epoch: int = 0
    """How often the store had been restored when the backup was made."""


async def all_documents(engine: Engine, kinds: Sequence[Kind[Any]]) -> AsyncIterator[tuple[Kind[Any], Stored]]:
    """Yield every stored body: of one moment on SQLite, as each page is read on other engines."""
    if isinstance(engine, SqliteEngine):
        async for item in snapshot(engine.path, kinds):
            yield item
        return
    for kind in kinds:
        after: Position | None = None
        while True:
            entries = await engine.scan(kind, None, Scan(BY_ID, {}, (), None, None, after, False), CHUNK)
            for _, body in entries:
                yield kind, body
            if len(entries) < CHUNK:
                break
            after = entries[-1][0]


async def write_backup(
    engine: Engine, kinds: Sequence[Kind[Any]], path: Path, *, created_at: str, sign: Sign, made_by: str
) -> Summary:
    """Write the store to a new file at ``path``, mode 0600, whole or not at all; raises ``BadBackup``."""
    _refuse_existing(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    digest, counts = hashlib.sha256(), Counter[str]()
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as raw:
            with gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=0) as file:

                def put(value: object) -> None:
                    line = orjson.dumps(value) + b"\n"
                    digest.update(line)
                    file.write(line)

                put({
                    "format": FORMAT, "version": VERSION, "createdAt": created_at, "madeBy": made_by,
                    "kinds": {kind.name: kind.version for kind in kinds},
                })  # fmt: skip
                async for kind, body in all_documents(engine, kinds):
                    put([kind.name, {name: value for name, value in body.items() if name != "_b"}])
                    counts[kind.name] += 1
                hashed = digest.digest()
                end = {"end": True, "documents": counts.total(), "byKind": dict(counts), "sha256": hashed.hex()}
                put(end | {"seal": await sign(hashed)})
            raw.flush()
            os.fsync(raw.fileno())
        os.link(draft, path)  # never over another's file
    except OSError as error:
        raise BadBackup(
            f"The backup {path} cannot be written: {error.strerror}.", hint="Name a file in a folder that is writable."
        ) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
    return Summary(created_at, counts.total(), counts)


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise BadBackup(f"The file {path} exists already.", hint="Name a new file; a backup replaces nothing.")


async def check_backup(path: Path, kinds: Sequence[Kind[Any]], verify: Verify) -> Summary:
    """Read the file to its end and return what it holds; raises ``BadBackup`` unless it is whole and ours."""
    digest, counts = hashlib.sha256(), Counter[str]()
    known = {kind.name: kind for kind in kinds}
    header: dict[str, Any] | None = None
    end: dict[str, Any] | None = None
    epoch = 0
    for line in _lines(path):
        if end is not None:
            raise BadBackup(f"The backup {path} goes on behind its end.")
        value = _parsed(path, line)
        if header is None:
            header = _header(path, value, known)
        elif isinstance(value, dict) and value.get("end") is True:
            end = value
            continue
        else:
            kind, body = _document(path, value, known)
            counts[kind.name] += 1
            if kind is STORE_STATE:
                epoch = STORE_STATE.decode(body).restore_epoch
        digest.update(line)
    if header is None or end is None:
        raise BadBackup(f"The backup {path} is not complete: its end is missing.")
    hashed = digest.digest()
    if end.get("sha256") != hashed.hex() or end.get("documents") != counts.total():
        raise BadBackup(f"The backup {path} was damaged: its checksum does not agree.")
    if not await verify(hashed, str(end.get("seal", ""))):
        raise BadBackup(
            f"The backup {path} was changed after it was made, or was made under another master key.",
            hint="Start with the master key file that was in use when the backup was made.",
        )
    return Summary(str(header["createdAt"]), counts.total(), counts, epoch)


async def insert_all(engine: Engine, kinds: Sequence[Kind[Any]], path: Path, batch_id: Callable[[], str]) -> int:
    """Insert every document of a checked file into an empty store and return how many; raises ``BadBackup``.

    The state of the store that was backed up is left out: this store has its own.
    """
    known = {kind.name: kind for kind in kinds}
    operations: list[Operation] = []
    size = total = 0
    for number, line in enumerate(_lines(path)):
        value = _parsed(path, line)
        if number == 0 or isinstance(value, dict) or value[0] == STORE_STATE.name:
            continue
        kind, body = _document(path, value, known)
        if operations and (len(operations) == CHUNK or size + len(line) > MAX_BYTES // 2):
            await _apply(engine, operations, batch_id())
            operations, size = [], 0
        operations.append(Insert(kind, str(body["_id"]), body))
        size += len(line)
        total += 1
    await _apply(engine, operations, batch_id())
    return total


async def is_empty(engine: Engine, kinds: Sequence[Kind[Any]]) -> bool:
    """Tell whether the store holds no document of ``kinds``."""
    for kind in kinds:
        if await engine.scan(kind, None, Scan(BY_ID, {}, (), None, None, None, False), 1):
            return False
    return True


async def delete_all(engine: Engine, kinds: Sequence[Kind[Any]], batch_id: Callable[[], str]) -> int:
    """Delete every document of ``kinds`` and return how many."""
    total = 0
    for kind in kinds:
        while entries := await engine.scan(kind, None, Scan(BY_ID, {}, (), None, None, None, False), CHUNK):
            deletes: list[Operation] = [Delete(kind, str(body["_id"]), None, None) for _, body in entries]
            await _apply(engine, deletes, batch_id())
            total += len(deletes)
    return total


async def _apply(engine: Engine, operations: Sequence[Operation], batch_id: str) -> None:
    if operations:
        result = await engine.write(batch_id, operations, [])
        if not isinstance(result, Applied):
            raise BadBackup(f"A document of {result.kind} ({result.id}) is in the store already.")


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") as file:
            while line := file.readline(MAX_LINE):
                if not line.endswith(b"\n"):
                    raise BadBackup(f"The backup {path} is damaged: a line has no end.")
                yield line
    except FileNotFoundError:
        raise BadBackup(
            f"The file {path} does not exist.", hint="Name the file that 'leadbridge backup' made."
        ) from None
    except (gzip.BadGzipFile, zlib.error):
        raise BadBackup(f"The file {path} is no backup, or it is damaged.") from None
    except EOFError:
        raise BadBackup(f"The backup {path} is not complete: its end is missing.") from None
    except OSError as error:
        raise BadBackup(f"The file {path} cannot be read: {error.strerror}.") from error


def _parsed(path: Path, line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        raise BadBackup(f"The backup {path} is damaged: a line cannot be read.") from None


def _header(path: Path, value: Any, known: Mapping[str, Kind[Any]]) -> dict[str, Any]:
    if not isinstance(value, dict) or value.get("format") != FORMAT or not isinstance(value.get("kinds"), dict):
        raise BadBackup(f"The file {path} is no backup of Leadbridge.")
    newer = [name for name, version in value["kinds"].items() if name not in known or version > known[name].version]
    if value.get("version") != VERSION or newer:
        raise BadBackup(
            f"The backup {path} was made by a newer Leadbridge ({value.get('madeBy')}).",
            hint="Restore it with that version, or a newer one.",
        )
    return value


def _document(path: Path, value: Any, known: Mapping[str, Kind[Any]]) -> tuple[Kind[Any], Stored]:
    whole = isinstance(value, list) and len(value) == 2 and value[0] in known and isinstance(value[1], dict)
    if not whole or not isinstance(value[1].get("_id"), str):
        raise BadBackup(f"The backup {path} is damaged: a line is no document.")
    return known[value[0]], value[1]

"""The erasure journal: a file outside the database, so that restoring an older backup does not undo an erasure.

One JSON object a line, appended and on the disk before anything is deleted; keyed hashes and ids of companies only:

    person    a record was erased: the hash of its id, and those by which it is kept from coming back
    allowed   an erased person came back with a new consent
    company   a company was erased
    key       a company's hash key, wrapped by another master key

Each line of a company carries its hash key, wrapped by the master key, since the store may be older than the key.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from leadbridge.privacy.errors import JournalUnusable

Op: TypeAlias = Literal["person", "allowed", "company", "key"]


class Entry(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A line of the journal."""

    op: Op
    at: str
    company: str
    record: str | None = None
    hashes: Mapping[str, str] = field(default_factory=dict)
    """Name (``email``, ``phone``, ``ext``, ``first``, ``last``) to keyed hash."""
    forgotten: tuple[str, ...] = ()
    """For ``allowed``: the hashes of the records whose erasure no longer keeps the person out."""
    wrapped: str | None = None
    master_key_id: str | None = None


@dataclass(frozen=True, slots=True)
class ErasureJournal:
    """The journal at ``path``; several processes may append to it."""

    path: Path

    def append(self, *entries: Entry) -> None:
        """Return once the entries are on the disk; raises ``JournalUnusable``. Blocks for a few milliseconds."""
        data = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            new = not self.path.exists()
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                size = os.fstat(descriptor).st_size
                if size and os.pread(descriptor, 1, size - 1) != b"\n":
                    data = b"\n" + data  # a line cut off by a power cut ends here
                written = 0
                while written < len(data):
                    written += os.write(descriptor, data[written:])
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if new:
                folder = os.open(self.path.parent, os.O_RDONLY)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)
        except OSError as error:
            raise JournalUnusable(f"The erasure journal {self.path} cannot be written: {error.strerror}.") from error

    def read(self) -> list[Entry]:
        """Return every entry, oldest first; raises ``JournalUnusable`` for a line that is none.

        A last line without its end was cut off before its erasure began, and is left out.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise JournalUnusable(f"The erasure journal {self.path} cannot be read: {error.strerror}.") from error
        lines = data.split(b"\n")
        entries: list[Entry] = []
        for number, line in enumerate(lines[:-1], 1):
            entry = _decoded(line)
            if entry is not None:
                entries.append(entry)
            elif line.strip() and not _cut_off(lines, number):
                raise JournalUnusable(
                    f"Line {number} of the erasure journal {self.path} cannot be read.",
                    hint="Restore the journal from a copy of it; nothing is restored without what it says.",
                )
        return entries


def _decoded(line: bytes) -> Entry | None:
    try:
        return msgspec.json.decode(line, type=Entry)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _cut_off(lines: list[bytes], number: int) -> bool:
    """Tell whether the line is the torn rest of an append: it begins an object and does not end one."""
    line = lines[number - 1]
    return line.startswith(b'{"') and not line.endswith(b"}")

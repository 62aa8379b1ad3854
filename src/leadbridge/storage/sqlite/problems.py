"""What went wrong with the file, as one sentence of cause and one of cure."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from leadbridge.kit.errors import StartRefused, Unavailable

_BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _PERM, _NOTADB = 5, 6, 8, 10, 11, 13, 14, 3, 26
_LOCKED_CAUSE = "The database {} is locked by another program."
_LOCKED_CURE = "End the program that holds it, or wait until it is done; then try again."


def refused(error: sqlite3.Error, path: Path) -> StartRefused:
    """Return why the hub does not start on the database at ``path``."""
    cause, cure = _cause_and_cure(error, path)
    return StartRefused(cause, hint=cure)


def unavailable(error: sqlite3.Error, path: Path) -> Unavailable:
    """Return why a running hub cannot use the database just now; callers are told the file's name, not its folder."""
    cause, cure = _cause_and_cure(error, path)
    cause, cure = cause.replace(str(path), path.name), cure.replace(str(path), path.name)
    return Unavailable(cause, code="store_unavailable", hint=cure)


def locked(path: Path) -> Unavailable:
    """Return why a write found no turn: another process has held the file all the time."""
    return Unavailable(_LOCKED_CAUSE.format(path.name), code="store_unavailable", hint=_LOCKED_CURE)


def _cause_and_cure(error: sqlite3.Error, path: Path) -> tuple[str, str]:
    # the low byte is the primary code; errors raised by Python's own binding carry none
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (_BUSY, _LOCKED):
        return _LOCKED_CAUSE.format(path), _LOCKED_CURE
    if code == _CANTOPEN:
        return (
            f"The database {path} cannot be opened.",
            "Check that the file is still there, and that this user may read and write it and its folder.",
        )
    if code in (_READONLY, _PERM):
        return (
            f"The database {path} cannot be written.",
            "Give this user write permission on the file and its folder, or mount the volume writable.",
        )
    if code == _FULL:
        return (f"The disk of the database {path} is full.", "Free some space; nothing half done was kept.")
    if code == _NOTADB:
        return (
            f"The file {path} is not an SQLite database, or it is encrypted.",
            "Name another file, or restore the database from a backup.",
        )
    if code == _CORRUPT:
        return (
            f"The database {path} is damaged.",
            "Keep a copy of the file, and restore the last backup.",
        )
    if code == _IOERR:
        return (
            f"Reading or writing the database {path} failed on the disk ({error}).",
            "Check the disk's free space, quota and health; a network file system is not supported.",
        )
    return (f"The database {path} answered: {error}.", "See the log for what was being done.")

"""The SQLite engine: JSON documents in one file, one writer thread with group commit, readers on a few threads."""

from leadbridge.storage.sqlite.engine import SqliteEngine

__all__ = ["SqliteEngine"]

"""From the address in the settings to an engine."""

from __future__ import annotations

from pathlib import Path

from leadbridge.kit.errors import StartRefused
from leadbridge.storage.engine import Engine
from leadbridge.storage.memory import MemoryEngine
from leadbridge.storage.mongo import MongoEngine
from leadbridge.storage.sqlite import SqliteEngine

_FORMS = (
    "Set LEADBRIDGE_DATABASE_URL to sqlite:///leadbridge.db (a file in the working folder), "
    "sqlite:////var/lib/leadbridge/hub.db (four slashes: an absolute path), "
    "mongodb://host:27017/leadbridge?replicaSet=rs0 (a replica set), or memory:// (nothing is kept)."
)


def open_engine(url: str) -> Engine:
    """Return the engine for ``url``, not yet started; raises ``StartRefused`` for an address that names none.

    ``sqlite:///path`` is a file, absolute with four slashes; ``mongodb://`` and ``mongodb+srv://`` are
    a replica set or a sharded cluster; ``memory://`` keeps nothing.
    """
    scheme, separator, rest = url.strip().partition("://")
    if not separator:
        raise StartRefused("LEADBRIDGE_DATABASE_URL is not an address of a database.", hint=_FORMS)
    match scheme.lower():
        case "memory":
            if rest.strip("/"):
                raise StartRefused("memory:// names no place; nothing may follow it.", hint=_FORMS)
            return MemoryEngine()
        case "sqlite":
            if not rest.startswith("/"):
                raise StartRefused(
                    "A file in LEADBRIDGE_DATABASE_URL needs three slashes, or four where it is absolute.", hint=_FORMS
                )
            path = rest[1:]
            if not path or path.endswith("/") or path.startswith(":"):
                raise StartRefused("LEADBRIDGE_DATABASE_URL names no file.", hint=_FORMS)
            if "?" in path or "#" in path or "\0" in path:
                raise StartRefused(
                    "The file in LEADBRIDGE_DATABASE_URL takes no options, and no '?' or '#' in its name.", hint=_FORMS
                )
            return SqliteEngine(Path(path))
        case "mongodb" | "mongodb+srv":
            return MongoEngine(url.strip())
        case _:
            # the scheme alone: what follows it may hold a password
            raise StartRefused(
                f"LEADBRIDGE_DATABASE_URL starts with {scheme[:20]}://, which Leadbridge does not know.", hint=_FORMS
            )

"""Requests that came, kept as they came: what the sandboxes that are called, not asked, share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request

from .clock import iso_ms
from .store import Database

KEPT = 20_000
"""Of one vendor; the oldest go."""
_NAME = re.compile(r"[a-z]+\Z")

Doc = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request as it came, and `doc`: what became of it."""

    id: int
    hook: str
    at_ms: int
    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    state: str
    doc: Doc

    def header(self, name: str) -> str:
        """Return the first header of that name (lower case), or an empty text."""
        return next((value for known, value in self.headers if known == name), "")

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def parsed(self) -> Any:
        """Return the body's JSON, or None where it is none."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None

    def as_json(self) -> Doc:
        """Return it as the control API shows it."""
        return {
            "id": self.id,
            "hook": self.hook,
            "at": iso_ms(self.at_ms),
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": dict(self.headers),
            "body": self.text,
            "json": self.parsed(),
            "state": self.state,
            **self.doc,
        }


class Inbox:
    """The requests of one vendor, in its database."""

    def __init__(self, vendor: str, db: Database) -> None:
        if not _NAME.match(vendor):
            raise ValueError("a vendor's name is lower-case letters")
        self._db, self._table = db, f"{vendor}_arrivals"
        db.script(
            (
                f"CREATE TABLE IF NOT EXISTS {self._table} (id INTEGER PRIMARY KEY, hook TEXT NOT NULL, "
                "at INTEGER NOT NULL, head BLOB NOT NULL, body BLOB NOT NULL, state TEXT NOT NULL, doc BLOB NOT NULL)",
                f"CREATE INDEX IF NOT EXISTS {self._table}_state ON {self._table} (hook, state, id)",
            )
        )

    def add(self, hook: str, at_ms: int, request: Request, body: bytes, state: str, doc: Doc) -> Arrival:
        """Keep a request; return it."""
        headers = [[name.lower(), value] for name, value in request.headers.items()]
        head = {"method": request.method, "path": request.url.path, "query": request.url.query, "headers": headers}
        with self._db.transaction():
            self._db.run(
                f"INSERT INTO {self._table} (hook, at, head, body, state, doc) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
                hook,
                at_ms,
                orjson.dumps(head),
                body,
                state,
                orjson.dumps(doc),
            )
            (id,) = self._db.one("SELECT last_insert_rowid()")
            self._db.run(f"DELETE FROM {self._table} WHERE id <= ?", id - KEPT)  # noqa: S608
        return self.one(id)

    def settle(self, id: int, state: str, doc: Doc) -> None:
        """Note what became of a request."""
        self._db.run(f"UPDATE {self._table} SET state = ?, doc = ? WHERE id = ?", state, orjson.dumps(doc), id)  # noqa: S608

    def one(self, id: int) -> Arrival:
        """Return a request. Raises LookupError."""
        found = self._rows("WHERE id = ?", id)
        if not found:
            raise LookupError(f"there is no request {id}")
        return found[0]

    def of(self, hook: str | None = None, *, state: str | None = None, newest: int | None = None) -> list[Arrival]:
        """Return requests, the oldest first: of a hook, in a state, at most the `newest`."""
        asked = {"hook": hook, "state": state}
        given = {name: value for name, value in asked.items() if value is not None}
        where = "WHERE " + " AND ".join(f"{name} = ?" for name in given) if given else ""
        if newest is None:
            return self._rows(f"{where} ORDER BY id", *given.values())
        return self._rows(f"{where} ORDER BY id DESC LIMIT ?", *given.values(), newest)[::-1]

    def count(self, hook: str, state: str) -> int:
        """Return how many requests of a hook are in a state."""
        row = self._db.one(f"SELECT count(*) FROM {self._table} WHERE hook = ? AND state = ?", hook, state)  # noqa: S608
        return int(row[0])

    def clear(self) -> None:
        """Forget all."""
        self._db.run(f"DELETE FROM {self._table}")  # noqa: S608

    def _rows(self, where: str, *values: object) -> list[Arrival]:
        rows: Sequence[Any] = self._db.all(
            f"SELECT id, hook, at, head, body, state, doc FROM {self._table} {where}",  # noqa: S608
            *values,
        )
        return [_arrival(*row) for row in rows]


def _arrival(id: int, hook: str, at: int, head: bytes, body: bytes, state: str, doc: bytes) -> Arrival:
    known = orjson.loads(head)
    headers = tuple((name, value) for name, value in known["headers"])
    return Arrival(
        id, hook, at, known["method"], known["path"], known["query"], headers, body, state, orjson.loads(doc)
    )

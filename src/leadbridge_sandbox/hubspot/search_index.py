"""Remembers which records a search found, so that its further pages need not look through all of them again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from ..store import Database

SEARCHES_KEPT = 64


class SearchIndex:
    """Results of the last searches, good as long as nothing was written."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._found: OrderedDict[tuple[object, ...], list[int]] = OrderedDict()
        self._at = -1

    def ids(self, key: tuple[object, ...], look: Callable[[], list[int]]) -> list[int]:
        """Return the ids that `look` finds, or those it found before if the database has not changed since."""
        now = self._db.connection.total_changes
        if now != self._at:
            self._found.clear()
            self._at = now
        if key not in self._found:
            self._found[key] = look()
            if len(self._found) > SEARCHES_KEPT:
                self._found.popitem(last=False)
        self._found.move_to_end(key)
        return self._found[key]

"""Remembers read records and what searches found, so that a walk need not read all records for every page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from ..store import Database
from .records import Record, Records

SEARCHES_KEPT = 64


class SearchIndex:
    """Results of the last searches, good as long as nothing was written."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._found: OrderedDict[tuple[object, ...], list[int]] = OrderedDict()
        self._records: dict[tuple[int, str], list[Record]] = {}
        self._at = -1

    def _fresh(self) -> None:
        now = self._db.connection.total_changes
        if now != self._at:
            self._found.clear()
            self._records.clear()
            self._at = now

    def live(self, records: Records) -> list[Record]:
        """Return every live record of one object type. They are shared: a reader must not change them."""
        self._fresh()
        key = (records.portal, records.object)
        if key not in self._records:
            self._records[key] = list(records.scan())
        return self._records[key]

    def ids(self, key: tuple[object, ...], look: Callable[[], list[int]]) -> list[int]:
        """Return the ids that `look` finds, or those it found before if the database has not changed since."""
        self._fresh()
        if key not in self._found:
            self._found[key] = look()
            if len(self._found) > SEARCHES_KEPT:
                self._found.popitem(last=False)
        self._found.move_to_end(key)
        return self._found[key]

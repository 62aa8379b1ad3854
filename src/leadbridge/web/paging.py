"""Paging of lists: ``limit`` and an opaque ``cursor``."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from leadbridge.kit.cursors import decode_cursor
from leadbridge.storage.query import Position

MAX_LIMIT = 200


class PageQuery:
    """The page a caller asks for: at most ``limit`` items, from ``after`` on."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Items on one page.")] = 50,
        cursor: Annotated[str | None, Query(description="'nextCursor' of the page before.")] = None,
    ) -> None:
        self.limit = limit
        self.after: Position | None = decode_cursor(cursor) if cursor else None


PageDep = Annotated[PageQuery, Depends()]

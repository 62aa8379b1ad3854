"""Spans of time in queries: ``since`` and ``until``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query

from leadbridge.kit.errors import InvalidInput


class SpanQuery:
    """The times a caller asks for: ``since`` is included, ``until`` is not. Raises ``InvalidInput`` without a zone."""

    def __init__(
        self,
        since: Annotated[datetime | None, Query(description="From this time on (ISO 8601 with zone).")] = None,
        until: Annotated[datetime | None, Query(description="Before this time (ISO 8601 with zone).")] = None,
    ) -> None:
        for name, moment in (("since", since), ("until", until)):
            if moment is not None and moment.tzinfo is None:
                raise InvalidInput(
                    f"'{name}' has no time zone.", hint="Write it with one, for example 2026-11-22T18:00:00Z."
                )
        self.since, self.until = since, until


SpanDep = Annotated[SpanQuery, Depends()]

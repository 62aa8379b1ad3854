"""Keeping the order in which tasks of one company were begun, where several of them run at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Place:
    """A task's place behind those of its company that were begun before it and are not over."""

    earlier: tuple[asyncio.Event, ...]
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def reached(self) -> None:
        """Wait until all that were begun before are over, however they ended."""
        for one in self.earlier:
            await one.wait()


class Places:
    """Who is before whom. The tasks of a lane run in one process at a time, so nothing of it is stored."""

    def __init__(self) -> None:
        self._begun: dict[str, list[asyncio.Event]] = {}

    @contextmanager
    def take(self, company: str) -> Iterator[Place]:
        """Take the last place for the length of a ``with`` block."""
        begun = self._begun.setdefault(company, [])
        place = Place(tuple(begun))
        begun.append(place.over)
        try:
            yield place
        finally:
            place.over.set()
            begun.remove(place.over)
            if not begun:
                self._begun.pop(company, None)

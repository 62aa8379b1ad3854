"""Chores: what a hub does again and again for all companies, once in each interval whichever worker is there.

Each chore has a document that says when it is due. Who moves that time does it; a process that dies in the middle
leaves it to the next interval.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from leadbridge.kit.clock import Clock, to_millis
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.work.model import CHORES, Chore

log = structlog.get_logger("leadbridge.work")


@dataclass(frozen=True, slots=True)
class Duty:
    """What is done, and after how many seconds again."""

    run: Callable[[], Awaitable[object]]
    every: float


class Chores:
    """The chores of a hub, by name."""

    def __init__(self, store: Store, clock: Clock, duties: Mapping[str, Duty] | None = None) -> None:
        self._store, self._clock = store, clock
        self._duties = dict(duties or {})

    def add(self, name: str, duty: Duty) -> None:
        """Register a chore; a second one of its name is a fault of the code (``ValueError``)."""
        if name in self._duties:
            raise ValueError(f"two chores called {name!r}")
        self._duties[name] = duty

    async def run_due(self) -> list[str]:
        """Do what is due, one after the other, and return the names of what this process did.

        A chore that fails is logged, and neither ends the others nor is tried again before its next time.
        """
        found = await self._store[CHORES].across_companies().get_many(list(self._duties))
        done: list[str] = []
        for name, duty in self._duties.items():
            chore = found.get(name)
            if (chore is None or chore.at <= to_millis(self._clock.now())) and await self._claim(name, chore, duty):
                done.append(name)
                try:
                    await duty.run()
                except Exception:
                    log.exception("chore_failed", chore=name)
        return done

    async def _claim(self, name: str, chore: Chore | None, duty: Duty) -> bool:
        at = to_millis(self._clock.now()) + round(duty.every * 1000)
        if chore is None:
            batch = WriteBatch().insert(CHORES, Chore(id=name, at=at))
        else:
            batch = WriteBatch().replace(CHORES, chore.model_copy(update={"at": at}))
        return isinstance(await self._store.write(batch), Applied)

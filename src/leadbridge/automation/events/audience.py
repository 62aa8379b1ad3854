"""Who listens: asked in the batch of every change of a lead, so it costs two small reads along an index."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from leadbridge.automation.hooks.model import HOOKS, Hook
from leadbridge.automation.model import AUTOMATIONS, Automation, AutomationStatus
from leadbridge.storage.store import Store


@dataclass(frozen=True, slots=True)
class Listeners:
    """Active automations and subscriptions that listen to one of some types."""

    automations: tuple[Automation, ...] = ()
    hooks: tuple[Hook, ...] = ()

    def __len__(self) -> int:
        return len(self.automations) + len(self.hooks)


class Audience:
    """Looks up who listens."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, company: str, types: Collection[str]) -> Listeners:
        """Return who listens to one of ``types`` at this moment."""
        asked = sorted(set(types))
        automations, hooks = await asyncio.gather(
            self._store[AUTOMATIONS].of(company).lookup("listens", asked),
            self._store[HOOKS].of(company).lookup("listens", asked),
        )
        return Listeners(tuple(one for one in automations if one.status is AutomationStatus.ACTIVE), tuple(hooks))

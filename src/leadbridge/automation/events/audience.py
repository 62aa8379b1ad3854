"""Who listens: asked in the batch of every change of a lead, so it costs little, and next to nothing where nobody does.

One small read tells that a company never had an automation or a subscription; two along an index, who listens now.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from leadbridge.automation.events.model import LISTENING, Listens
from leadbridge.automation.hooks.model import HOOKS, Hook
from leadbridge.automation.model import AUTOMATIONS, Automation, AutomationStatus
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store

MAX_KNOWN = 10_000


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
        self._known: set[str] = set()
        """Companies that have, or had, something that listens: that is never taken back, so it is asked once."""

    async def enter(self, batch: WriteBatch, company: str) -> None:
        """Add to ``batch``, which lets the company's first automation or subscription listen, that it has one."""
        if await self._store[LISTENING].of(company).get(company) is None:
            batch.insert(LISTENING, Listens(id=company, company_id=company))

    async def of(self, company: str, types: Collection[str]) -> Listeners:
        """Return who listens to one of ``types`` at this moment."""
        if not await self._any(company):
            return Listeners()
        asked = sorted(set(types))
        # one after the other: reads this small cost less than what runs them side by side
        automations = await self._store[AUTOMATIONS].of(company).lookup("listens", asked)
        hooks = await self._store[HOOKS].of(company).lookup("listens", asked)
        return Listeners(tuple(one for one in automations if one.status is AutomationStatus.ACTIVE), tuple(hooks))

    async def _any(self, company: str) -> bool:
        if company in self._known:
            return True
        if await self._store[LISTENING].of(company).get(company) is None:
            return False
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known.add(company)
        return True

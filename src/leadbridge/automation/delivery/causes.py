"""What a request comes of that names an execution: a scenario that acts on an event changes something by the API."""

from __future__ import annotations

from leadbridge.automation.delivery.model import EXECUTIONS
from leadbridge.automation.events.rules import AUTOMATION
from leadbridge.kit.ids import is_object_id
from leadbridge.storage.store import Store


class Causes:
    """Looks up executions by the ids that callers send back."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, company_id: str, named: str) -> tuple[str | None, int] | None:
        """Return the origin (None: as without it) and the hops of what an execution brings about; None: no such one.

        The origin of what an automation brings about is the automation: so its own effects do not start it.
        """
        execution = await self._store[EXECUTIONS].of(company_id).get(named) if is_object_id(named) else None
        if execution is None:
            return None
        origin = None if execution.automation_id is None else f"{AUTOMATION}{execution.automation_id}"
        return origin, execution.hop + 1

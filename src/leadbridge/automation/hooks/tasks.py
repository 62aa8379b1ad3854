"""The task behind a subscription that its own address has ended."""

from __future__ import annotations

from leadbridge.automation.delivery.endpoints import Endpoints
from leadbridge.automation.delivery.model import ENDPOINTS
from leadbridge.automation.hooks.service import FORGET, EndpointRef
from leadbridge.storage.store import Store
from leadbridge.work.handlers import Done, Handler, Result, TaskContext


class HookTasks:
    """Handles it."""

    def __init__(self, store: Store, endpoints: Endpoints) -> None:
        self._store, self._endpoints = store, endpoints

    def handler(self) -> Handler:
        """Return the handler to register with a worker."""
        return Handler(FORGET, self.forget, ref=EndpointRef)

    async def forget(self, context: TaskContext) -> Result:
        """Delete the endpoint of a subscription that has ended."""
        endpoint = await self._store[ENDPOINTS].of(context.company_id).get(context.ref.endpoint)
        if endpoint is not None:
            self._endpoints.delete(context.batch, endpoint)
        return Done()

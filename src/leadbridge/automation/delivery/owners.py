"""Whose an endpoint is, and what its answers mean for them: automations here, subscriptions by a protocol."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol, TypeAlias

from leadbridge.automation.delivery.answers import Answer
from leadbridge.automation.delivery.health import PAUSE_FAILURES
from leadbridge.automation.delivery.model import ENDPOINTS, Endpoint, EndpointState, OwnerKind, endpoint_lane
from leadbridge.automation.model import AUTOMATIONS, Automation, AutomationStatus, StatusReason
from leadbridge.kit.clock import Clock
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.usage.service import Failure, UsageService
from leadbridge.work.pausing import pause


class EndpointOwner(Protocol):
    """What an endpoint belongs to."""

    async def silenced(self, company_id: str, owner_id: str) -> str | None:
        """Return the code with which executions that still wait are cancelled, or None: they are sent."""
        ...

    async def disabled(self, batch: WriteBatch, endpoint: Endpoint, reason: StatusReason) -> None:
        """Add to the batch that disables ``endpoint`` what follows for its owner. ``reason.code`` is the answer's."""
        ...

    async def failing(self, batch: WriteBatch, endpoint: Endpoint, reason: StatusReason) -> None:
        """Add to ``batch`` what follows from 50 failures in a row over a day or more. It may come more than once."""
        ...


class EndpointOwners:
    """Carries out what an endpoint's answers mean, in one batch each: endpoint, owner, error log."""

    def __init__(
        self, store: Store, clock: Clock, usage: UsageService, owners: Mapping[OwnerKind, EndpointOwner]
    ) -> None:
        self._store, self._clock, self._usage = store, clock, usage
        self._owners = dict(owners)

    async def silenced(self, endpoint: Endpoint) -> str | None:
        """Return the code with which executions that wait for ``endpoint`` are cancelled, or None."""
        owner = self._owners.get(endpoint.owner_kind)
        return None if owner is None else await owner.silenced(endpoint.company_id, endpoint.owner_id)

    async def disable(self, company_id: str, endpoint_id: str, answer: Answer) -> None:
        """Disable an endpoint because of ``answer``. Where it is disabled or gone already nothing is changed."""

        async def build() -> tuple[WriteBatch | None, None]:
            endpoint = await self._store[ENDPOINTS].of(company_id).get(endpoint_id)
            if endpoint is None or endpoint.state is EndpointState.DISABLED:
                return None, None
            now = self._clock.now()
            batch = WriteBatch().patch(
                ENDPOINTS,
                company_id,
                endpoint.id,
                values={"state": EndpointState.DISABLED, "code": answer.code, "updatedAt": now},
                rev=endpoint.rev,
            )
            reason = StatusReason(code=answer.code, message=answer.message, hint=answer.kind.hint, at=now)
            owner = self._owners.get(endpoint.owner_kind)
            if owner is not None:
                await owner.disabled(batch, endpoint, reason)
            await self._log(batch, endpoint, reason, "Nothing is sent to this endpoint any more.")
            return batch, None

        await self._store.attempt(build)

    async def pause(self, company_id: str, endpoint_id: str, answer: Answer, since: datetime) -> None:
        """Tell an endpoint's owner that it has failed for long. Where it is disabled or gone nothing is changed."""

        async def build() -> tuple[WriteBatch | None, None]:
            endpoint = await self._store[ENDPOINTS].of(company_id).get(endpoint_id)
            owner = None if endpoint is None else self._owners.get(endpoint.owner_kind)
            if endpoint is None or owner is None or endpoint.state is EndpointState.DISABLED:
                return None, None
            message = (
                f"{PAUSE_FAILURES} tries or more in a row failed since {since:%Y-%m-%d %H:%M} UTC. {answer.message}"
            )
            reason = StatusReason(code=answer.code, message=message, hint=answer.kind.hint, at=self._clock.now())
            batch = WriteBatch()
            await owner.failing(batch, endpoint, reason)
            if not len(batch):
                return None, None
            await self._log(batch, endpoint, reason, "What waits is kept and goes out once it is activated again.")
            return batch, None

        await self._store.attempt(build)

    async def _log(self, batch: WriteBatch, endpoint: Endpoint, reason: StatusReason, follows: str) -> None:
        failure = Failure(
            operation=f"deliver:{endpoint.owner_id}",
            code=reason.code,
            message=f"{endpoint.shown_url}: {reason.message}",
            cause=follows,
            hint=reason.hint,
            retryable=False,
        )
        await self._usage.add_failures(batch, endpoint.company_id, [failure])


Stopped: TypeAlias = Callable[[WriteBatch, Automation], Awaitable[None]]
"""Adds to the batch what follows from an automation not listening any more."""


class AutomationOwner:
    """Endpoints of automations."""

    def __init__(self, store: Store, stopped: Stopped | None = None) -> None:
        self._store, self._stopped = store, stopped

    async def silenced(self, company_id: str, owner_id: str) -> str | None:
        """Return why nothing is sent for an automation that is not active; one that is paused keeps what waits."""
        automation = await self._store[AUTOMATIONS].of(company_id).get(owner_id)
        if automation is None or automation.status is AutomationStatus.INACTIVE:
            return "deactivated"
        return "endpoint_disabled" if automation.status is AutomationStatus.DISABLED else None

    async def disabled(self, batch: WriteBatch, endpoint: Endpoint, reason: StatusReason) -> None:
        """Disable the automation, for the endpoint's reason."""
        await self._stop(batch, endpoint, AutomationStatus.DISABLED, reason)

    async def failing(self, batch: WriteBatch, endpoint: Endpoint, reason: StatusReason) -> None:
        """Pause the automation, and stop its lane: what waits there stays."""
        if await self._stop(batch, endpoint, AutomationStatus.PAUSED, reason):
            await pause(self._store, batch, endpoint.company_id, endpoint_lane(endpoint.id))

    async def _stop(
        self, batch: WriteBatch, endpoint: Endpoint, status: AutomationStatus, reason: StatusReason
    ) -> bool:
        automation = await self._store[AUTOMATIONS].of(endpoint.company_id).get(endpoint.owner_id)
        stoppable = {AutomationStatus.ACTIVE, AutomationStatus.PAUSED} - {status}
        if automation is None or automation.status not in stoppable:
            return False
        batch.patch(
            AUTOMATIONS,
            endpoint.company_id,
            automation.id,
            values={"status": status, "reason": reason.model_dump(by_alias=True), "updatedAt": reason.at},
            unset=("listens",),
            rev=automation.rev,
        )
        if self._stopped is not None:
            await self._stopped(batch, automation)
        return True

"""Subscriptions: made, listed, tested and ended by whoever subscribes, and ended by an address that is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from pydantic import AliasChoices, Field

from leadbridge.automation.delivery.endpoints import EndpointForm, Endpoints, Issued
from leadbridge.automation.delivery.model import ENDPOINTS, EXECUTIONS, Endpoint, EndpointState, Execution, OwnerKind
from leadbridge.automation.delivery.starting import Start, Starts
from leadbridge.automation.events.audience import Audience
from leadbridge.automation.events.body import frozen_body
from leadbridge.automation.events.catalogue import STARTING, example_body
from leadbridge.automation.events.filters import compile_filter
from leadbridge.automation.hooks.errors import HookInactive, HookNotFound, InvalidHook, TooManyHooks
from leadbridge.automation.hooks.model import HOOKS, MAX_HOOKS, Hook
from leadbridge.automation.model import StatusReason
from leadbridge.kit.clock import Clock
from leadbridge.kit.document import Body
from leadbridge.kit.ids import IdSource
from leadbridge.leads.settings import SETTINGS, DeclaredField
from leadbridge.leads.types import LEAD
from leadbridge.security.secret import Secret
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import Position
from leadbridge.storage.store import Page, Store
from leadbridge.work.enqueue import NewTask, TaskQueue

FORGET = "automation.forget_endpoint"
"""The kind of the task that deletes the endpoint of a subscription that its address has ended."""
UNSUBSCRIBED = "unsubscribed"
"""The code with which executions are cancelled that still wait when a subscription ends."""


class HookBody(Body):
    """A subscription as a caller sends it. ``hookUrl`` is another name of ``targetUrl``: Zapier's."""

    target_url: Annotated[str, Field(min_length=1, max_length=8192)] = Field(
        validation_alias=AliasChoices("targetUrl", "hookUrl", "target_url")
    )
    event_types: Annotated[tuple[Annotated[str, Field(max_length=60)], ...], Field(min_length=1, max_length=40)]
    filter: Annotated[str, Field(min_length=1, max_length=2048)] | None = None
    endpoint: EndpointForm | None = None


class EndpointRef(msgspec.Struct, frozen=True):
    """What a forgetting task refers to."""

    endpoint: str


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A new subscription, with its signing secret, which is shown this once."""

    hook: Hook
    endpoint: Endpoint
    secret: Secret


class Hooks:
    """Subscriptions of every company; each call names the one it is about. Also the owner of their endpoints."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        queue: TaskQueue,
        audience: Audience,
        endpoints: Endpoints,
        starts: Starts,
    ) -> None:
        self._store, self._clock, self._ids, self._queue = store, clock, ids, queue
        self._audience, self._endpoints, self._starts = audience, endpoints, starts

    async def subscribe(self, company: str, by: str, body: HookBody) -> Subscribed:
        """Store a subscription and return it: from now on its events are delivered.

        Raises ``InvalidHook``, ``TooManyHooks``, ``BadFilter``, ``TargetRefused`` and ``BadAddress``.
        """
        types = await self._checked(company, body)

        async def build() -> tuple[WriteBatch, Subscribed]:
            held = await self._store[HOOKS].of(company).find(limit=MAX_HOOKS, max_scan=MAX_HOOKS)
            if len(held.items) >= MAX_HOOKS:
                raise TooManyHooks(f"The company has {MAX_HOOKS} subscriptions, which is as many as one may have.")
            batch, id, now = WriteBatch(), self._ids(), self._clock.now()
            issued: Issued = await self._endpoints.make_endpoint(
                batch, company, OwnerKind.HOOK, id, body.target_url, form=body.endpoint
            )
            hook = Hook(
                id=id,
                company_id=company,
                event_types=types,
                listens=types,
                filter=body.filter,
                endpoint_id=issued.endpoint.id,
                created_by=by,
                created_at=now,
                updated_at=now,
            )
            batch.insert(HOOKS, hook)
            await self._audience.enter(batch, company)
            return batch, Subscribed(hook, issued.endpoint, issued.secret)

        return await self._store.attempt(build)

    async def page(self, company: str, *, limit: int, after: Position | None) -> Page[Hook]:
        """Return a page of subscriptions, the newest first."""
        hooks = self._store[HOOKS].of(company)
        return await hooks.find(order=["createdAt"], descending=True, limit=limit, after=after)

    async def one(self, company: str, id: str) -> Hook:
        """Return a subscription; raises ``HookNotFound``."""
        hook = await self._store[HOOKS].of(company).get(id)
        if hook is None:
            raise HookNotFound("There is no such subscription.")
        return hook

    async def views(self, company: str, hooks: Sequence[Hook]) -> list[dict[str, Any]]:
        """Return subscriptions as the API shows them."""
        endpoints = await self._store[ENDPOINTS].of(company).get_many([one.endpoint_id for one in hooks])
        return [hook_view(one, endpoints.get(one.endpoint_id)) for one in hooks]

    async def unsubscribe(self, company: str, id: str) -> None:
        """End a subscription for good; what still waits for it is cancelled. Raises ``HookNotFound``."""

        async def build() -> tuple[WriteBatch, None]:
            hook = await self.one(company, id)
            batch = WriteBatch().delete(HOOKS, company, hook.id, rev=hook.rev)
            endpoint = await self._store[ENDPOINTS].of(company).get(hook.endpoint_id)
            if endpoint is not None:
                self._endpoints.delete(batch, endpoint)
            return batch, None

        await self._store.attempt(build)

    async def test(self, company: str, id: str) -> Execution:
        """Send a subscription the example of its first event, marked as a test; return the execution.

        Raises ``HookNotFound``, ``HookInactive``.
        """

        async def build() -> tuple[WriteBatch, str]:
            hook = await self.one(company, id)
            endpoint = await self._store[ENDPOINTS].of(company).get(hook.endpoint_id)
            if endpoint is None or endpoint.state is EndpointState.DISABLED:
                raise HookInactive("Nothing is delivered to this subscription any more.")
            execution, now, type = self._ids(), self._clock.now(), hook.event_types[0]
            example = example_body(type)
            body = frozen_body(
                type=type,
                id=execution,
                timestamp=now,
                execution_id=execution,
                company_id=company,
                origin=example["origin"],
                hop=0,
                data=example["data"],
                hook_id=hook.id,
                test=True,
            )
            start = Start(
                id=execution,
                company_id=company,
                hook_id=hook.id,
                endpoint_id=endpoint.id,
                event_id=execution,
                event_type=type,
                origin=example["origin"],
                hop=0,
                body=body,
                test=True,
            )
            batch = WriteBatch()
            await self._starts.add(batch, [start])
            return batch, execution

        id_of_it = await self._store.attempt(build)
        started = await self._store[EXECUTIONS].of(company).get(id_of_it)
        if started is None:
            raise HookInactive("The test was deleted meanwhile.")
        return started

    # as the owner of endpoints

    async def silenced(self, company_id: str, owner_id: str) -> str | None:
        """Return the code with which what waits for a subscription that has ended is cancelled; None: it is sent."""
        return UNSUBSCRIBED if await self._store[HOOKS].of(company_id).get(owner_id) is None else None

    async def disabled(self, batch: WriteBatch, endpoint: Endpoint, reason: StatusReason) -> None:
        """Add to the batch that disables an endpoint: a 410 ends the subscription, anything else silences it."""
        if reason.code == "gone":
            await self.gone(batch, endpoint)
        else:
            await self._silence(batch, endpoint, reason)

    async def failing(self, batch: WriteBatch, endpoint: Endpoint, reason: StatusReason) -> None:
        """Add to ``batch`` that nothing new is delivered to an address that has been failing for long."""
        await self._silence(batch, endpoint, reason)

    async def gone(self, batch: WriteBatch, endpoint: Endpoint) -> None:
        """Add to ``batch`` that an address said it is gone: the subscription ends, its endpoint goes a moment later."""
        company = endpoint.company_id
        hook = await self._store[HOOKS].of(company).get(endpoint.owner_id)
        if hook is None:
            return
        batch.delete(HOOKS, company, hook.id, rev=hook.rev)
        # the batch may hold the endpoint itself already
        task = NewTask(company_id=company, lane=f"company:{company}", kind=FORGET, ref=EndpointRef(endpoint.id))
        await self._queue.enqueue(batch, task)

    async def _silence(self, batch: WriteBatch, endpoint: Endpoint, reason: StatusReason) -> None:
        hook = await self._store[HOOKS].of(endpoint.company_id).get(endpoint.owner_id)
        if hook is not None and hook.active:
            update = {"listens": (), "reason": reason, "updated_at": self._clock.now()}
            batch.replace(HOOKS, hook.model_copy(update=update))

    async def _checked(self, company: str, body: HookBody) -> tuple[str, ...]:
        types = tuple(dict.fromkeys(body.event_types))
        if unknown := [one for one in types if one not in STARTING]:
            raise InvalidHook(
                f"There are no events {unknown[0]!r} to subscribe to.",
                code="unknown_event_type",
                hint='GET /api/v1/automation/events lists them; subscribe to those with "starts": true.',
            )
        if body.filter is not None:
            settings = await self._store[SETTINGS].of(company).get(f"{company}:{LEAD.name}")
            declared: tuple[DeclaredField, ...] = settings.fields if settings is not None else ()
            for type in types:
                compile_filter(type, body.filter, declared)
        return types


def hook_view(hook: Hook, endpoint: Endpoint | None) -> dict[str, Any]:
    """Return a subscription as the API shows it; its address only by host and last characters."""
    shown: dict[str, Any] = {
        "_id": hook.id,
        "targetUrl": None if endpoint is None else endpoint.shown_url,
        "eventTypes": list(hook.event_types),
        "filter": hook.filter,
        "active": hook.active,
        "reason": None if hook.reason is None else hook.reason.model_dump(mode="json", by_alias=True),
        "createdBy": hook.created_by,
        "createdAt": hook.created_at,
        "updatedAt": hook.updated_at,
    }
    if endpoint is not None:
        shown["endpoint"] = {
            "perSecond": endpoint.per_second,
            "concurrency": endpoint.concurrency,
            "ordered": endpoint.ordered,
            "timeoutSeconds": endpoint.timeout_seconds,
            "schedule": None if endpoint.schedule is None else list(endpoint.schedule),
        }
    return {name: value for name, value in shown.items() if value is not None}

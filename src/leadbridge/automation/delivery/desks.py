"""What the owner of an endpoint's lane knows while it owns it: the endpoint, its secrets opened, its health."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from leadbridge.automation.delivery.endpoints import Endpoints, signs
from leadbridge.automation.delivery.health import Health
from leadbridge.automation.delivery.model import ENDPOINTS, EXECUTIONS, HEALTH, Endpoint, EndpointState, Execution
from leadbridge.automation.delivery.owners import EndpointOwners
from leadbridge.automation.delivery.signing import SigningKey, signing_key
from leadbridge.security.errors import SealBroken
from leadbridge.storage.store import Store
from leadbridge.work.handlers import TaskContext
from leadbridge.work.model import Task

SECRET_PART = 8
"""Characters from which on a part of an address may be a key."""
MAX_DESKS = 4000
"""Lanes that are remembered; an endpoint's secrets are opened anew after so many others."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """An endpoint's secrets, opened, for as long as the endpoint is not changed."""

    rev: int
    url: str = field(repr=False)
    keys: tuple[SigningKey, ...]
    """The newest first."""
    make_api_key: str | None = field(repr=False)
    hidden: tuple[str, ...] = field(default=(), repr=False)
    """What no answer is shown with: the parts of the address that are a key, and the key for Make."""


@dataclass(slots=True)
class Desk:
    """One endpoint during one ownership of its lane."""

    fence: int
    endpoint: Endpoint | None
    ring: Keyring | None
    health: Health
    stopped: str | None
    """The code with which executions are settled instead of being sent; None: they are sent."""
    silenced: str | None = None
    """As ``stopped``, but a person's test is sent all the same."""

    def keys(self, now: datetime) -> Sequence[SigningKey]:
        """Return the keys that sign at ``now``: the present one, then the one before while it is still valid."""
        if self.ring is None or self.endpoint is None:
            raise RuntimeError("an endpoint that is not there signs nothing")
        return self.ring.keys if signs(self.endpoint, now) else self.ring.keys[:1]


class Desks:
    """The desks of a worker, by lane. One that belongs to an earlier ownership is made anew."""

    def __init__(self, store: Store, endpoints: Endpoints, owners: EndpointOwners) -> None:
        self._store, self._endpoints, self._owners = store, endpoints, owners
        self._desks: OrderedDict[str, Desk] = OrderedDict()
        self._locks: dict[str, asyncio.Lock] = {}

    async def executions(self, tasks: Sequence[Task]) -> Mapping[str, Execution]:
        """Return the executions of ``tasks``, whose ids they have, read at once. They are of one lane."""
        return await self._store[EXECUTIONS].of(tasks[0].company_id).get_many([task.id for task in tasks])

    async def execution(self, context: TaskContext) -> Execution | None:
        """Return the execution of a task."""
        prepared: Any = context.prepared
        if isinstance(prepared, Execution):
            return prepared
        return await self._store[EXECUTIONS].of(context.company_id).get(context.ref.execution)

    async def desk(self, context: TaskContext, endpoint_id: str) -> Desk:
        """Return what is known of an endpoint during this ownership of its lane."""
        lane = context.task.lane
        known = self._desks.get(lane)
        if known is not None and known.fence == context.fence:
            return known
        async with self._locks.setdefault(lane, asyncio.Lock()):
            known = self._desks.get(lane)
            if known is None or known.fence != context.fence:
                known = await self._make(context, endpoint_id, known)
                self._desks[lane] = known
                self._desks.move_to_end(lane)
                if len(self._desks) > MAX_DESKS:
                    self._desks.popitem(last=False)
        self._locks.pop(lane, None)
        return known

    def known(self, lane: str) -> Desk | None:
        """Return the desk of ``lane`` where there is one."""
        return self._desks.get(lane)

    async def _make(self, context: TaskContext, endpoint_id: str, before: Desk | None) -> Desk:
        company = context.company_id
        endpoint = await self._store[ENDPOINTS].of(company).get(endpoint_id)
        if endpoint is None:
            return Desk(context.fence, None, None, Health(None, None), "endpoint_gone")
        health = Health(await self._store[HEALTH].of(company).get(endpoint_id), endpoint.renewed_at)
        silenced = await self._owners.silenced(endpoint)
        if endpoint.state is EndpointState.DISABLED:
            silenced = silenced or "endpoint_disabled"
        ring = before.ring if before is not None else None
        if ring is None or ring.rev != endpoint.rev:
            try:
                ring = await self._open(endpoint)
            except (SealBroken, ValueError):
                return Desk(context.fence, endpoint, None, health, "secret_unreadable")
        return Desk(context.fence, endpoint, ring, health, None, silenced)

    async def _open(self, endpoint: Endpoint) -> Keyring:
        opened = await self._endpoints.open(endpoint)
        key = None if opened.make_api_key is None else opened.make_api_key.reveal()
        keys = tuple(signing_key(secret.reveal()) for secret in opened.secrets)
        url = opened.url.reveal()
        return Keyring(endpoint.rev, url, keys, key, secret_parts(url) if key is None else (key, *secret_parts(url)))


def secret_parts(url: str) -> tuple[str, ...]:
    """Return the parts of an address that may be a key, the longest first: of its path and query, from 8 characters.

    Each stands there as it was written and, where that differs, unquoted, as pages of errors show it.
    """
    target = urlsplit(url)
    parts = {one for one in re.split(r"[/?&=;]", f"{target.path}?{target.query}") if len(one) >= SECRET_PART}
    return tuple(sorted(parts | {unquote(one) for one in parts}, key=len, reverse=True))

"""An automation with an address of its own, made as its room makes it, and callers that prove themselves or not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from leadbridge.app import Hub
from leadbridge.automation.delivery.model import EXECUTIONS, Execution
from leadbridge.automation.inbound.verify import signing_key
from leadbridge.automation.model import AUTOMATIONS, Automation, AutomationStatus, RunBy, Trigger
from leadbridge.storage.batch import Applied, WriteBatch
from tests.support.hub_in_process import Answer, HubUnderTest


def signed(secret: str, body: bytes, *, id: str = "msg_1", at: int | None = None) -> dict[str, str]:
    """Return the headers of a Standard Webhooks sender."""
    stamp = str(int(time.time()) if at is None else at)
    digest = hmac.new(signing_key(secret), f"{id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": signature}


@dataclass
class Called:
    """An automation that is called."""

    hub: HubUnderTest
    id: str
    url: str
    secret: str

    async def call(self, body: Any = None, *, url: str | None = None, **headers: str) -> Answer:
        """Call it with the secret in the header; a header's underscores are its dashes."""
        return await self.send(orjson.dumps({"test": "data"} if body is None else body), url=url, **headers)

    async def send(self, body: bytes, *, url: str | None = None, **headers: str) -> Answer:
        """As ``call``, with exactly these bytes; a header that is empty is left out."""
        named = {"x-webhook-secret": self.secret, "content-type": "application/json"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in named.items() if value}
        async with (
            aiohttp.ClientSession() as session,
            session.post(url or self.url, data=body, headers=kept) as response,
        ):
            return Answer(response.status, await response.json())

    async def executions(self) -> list[Execution]:
        """Return its executions, oldest first."""
        found = self.hub.hub.store[EXECUTIONS].of(self.hub.company_id)
        return (await found.find(eq={"automationId": self.id}, order=["createdAt"], limit=500)).items

    async def event(self, execution_id: str) -> dict[str, Any]:
        """Return the body of an execution."""
        execution = await self.hub.hub.store[EXECUTIONS].of(self.hub.company_id).get(execution_id)
        assert execution is not None
        body: dict[str, Any] = orjson.loads(execution.body)
        return body

    async def status(self, status: AutomationStatus) -> None:
        """Switch it on or off."""
        collection = self.hub.hub.store[AUTOMATIONS].of(self.hub.company_id)
        here = await collection.get(self.id)
        assert here is not None
        changed = WriteBatch().replace(AUTOMATIONS, here.model_copy(update={"status": status}))
        assert isinstance(await self.hub.hub.store.write(changed), Applied)


async def automation(
    hub: HubUnderTest,
    *,
    status: AutomationStatus = AutomationStatus.ACTIVE,
    trigger: str = "webhook.received",
    endpoint: bool = False,
) -> Called:
    """Make an automation with an address."""
    id, url, secret = await made(hub.hub, hub.company_id, status=status, trigger=trigger, endpoint=endpoint)
    return Called(hub, id, url, secret)


async def made(
    hub: Hub,
    company: str,
    *,
    status: AutomationStatus = AutomationStatus.ACTIVE,
    trigger: str = "webhook.received",
    endpoint: bool = False,
) -> tuple[str, str, str]:
    """Make an automation with an address and return its id, address and secret."""
    id, now = hub.ids(), hub.clock.now()
    made = Automation(
        id=id,
        company_id=company,
        name="Called",
        status=status,
        run_by=RunBy.MAKE if endpoint else RunBy.NATIVE,
        trigger=Trigger(type=trigger),
        endpoint_id=hub.ids() if endpoint else None,
        created_at=now,
        updated_at=now,
    )
    batch = WriteBatch().insert(AUTOMATIONS, made)
    address = await hub.inbound.addresses.make(batch, company, id)
    assert isinstance(await hub.store.write(batch), Applied)
    return id, address.url, address.secret.reveal()

"""The demo's automation: a new lead is handed to a scenario in Make's sandbox, which checks it and reports back.

Everything is made anew or taken up where a demo that was killed left it, so it may run any number of times.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from leadbridge.demo.client import POLL_SECONDS, DemoClient
from leadbridge.demo.figures import Handed

NAME = "Demo: hand new leads to Make"
TEMPLATE = "lead-to-crm"
HOOK = "leadbridgedemo000000000000000001"
"""The last part of the webhook's address in the sandbox: the same in every run."""
PATIENCE_SECONDS = 60.0
LEAD = {"firstName": "Ada", "lastName": "Lovelace", "email": "ada@analytical.example", "company": "Analytical Engines"}


async def hand_over(client: DemoClient, make_origin: str) -> Handed:
    """Set up the automation and its scenario, create a lead, and return what became of its event.

    Raises ``StartRefused`` where the hub or the sandbox refuses.
    """
    hook = await client.steer(make_origin, "do/hook", {"udid": HOOK, "name": NAME, "queueLimit": 1000})
    automation = await _automation(client, hook["url"])
    path = f"/automation/{automation['_id']}"
    # rotated, because a secret is shown only once and an earlier demo may have seen it last
    signing, inbound = [
        (await client.ask("POST", f"{path}/secrets/rotate", json={"which": which, "overlapHours": 0}))["data"]["secret"]
        for which in ("signing", "inbound")
    ]
    scenario = {
        "hook": HOOK,
        "name": NAME,
        "on": True,
        "signedWith": signing,
        "callback": {"url": automation["webhookUrl"], "secret": inbound},
    }
    await client.steer(make_origin, "do/scenario", scenario)
    await client.ask("POST", f"{path}/activate", json={"confirm": True})
    lead = (await client.ask("POST", "/leads", json=LEAD | {"externalId": f"demo-{time.time_ns()}"}))["data"]
    return await _ended(client, automation["_id"], lead["_id"], make_origin)


async def _automation(client: DemoClient, url: str) -> dict[str, Any]:
    """Return the demo's automation, made the first time, with the webhook's address of this run."""
    for known in (await client.ask("GET", "/automation", params={"templateId": TEMPLATE, "limit": "200"}))["data"]:
        if known["name"] == NAME:
            changed = await client.ask("PATCH", f"/automation/{known['_id']}", json={"makeWebhookUrl": url})
            return dict(changed["data"])
    body = {"templateId": TEMPLATE, "name": NAME, "makeWebhookUrl": url}
    return dict((await client.ask("POST", "/automation", json=body))["data"]["automation"])


async def _ended(client: DemoClient, automation: str, lead: str, make_origin: str) -> Handed:
    """Wait until the lead's event was delivered and reported on; say how far it came where it does not."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    found: dict[str, Any] = {}
    while time.monotonic() < give_up:
        query = {"automationId": automation, "recordId": lead}
        executions = (await client.ask("GET", "/automation/executions", params=query))["data"]
        if executions:
            found = (await client.ask("GET", f"/automation/executions/{executions[0]['_id']}"))["data"]
            if found["status"] in ("failed", "cancelled") or found.get("report"):
                break
        await asyncio.sleep(POLL_SECONDS)
    checked = None
    if found:
        arrived = (await client.steer(make_origin, "records/deliveries"))["records"]
        own = [one for one in arrived if one.get("headers", {}).get("webhook-id") == found["_id"]]
        checked = own[-1].get("signatureChecked") if own else None
    report = found.get("report") or {}
    return Handed(
        execution=found.get("_id"),
        status=found.get("status", "not started"),
        attempts=found.get("attempts", 0),
        signature_checked=checked,
        reported=None if not report else bool(report.get("ok")),
    )

"""Webhooks out: which events an app asked for, and their delivery: signed, retried, and in disorder when told to."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import random
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson

from ..world import World
from . import unconfirmed
from .news import Change, Tell
from .settings import Settings

BATCH_MAX = 100
ANSWER_SECONDS = 5.0
CONCURRENT = 10
KEPT = 500
_LOOK_SECONDS = 0.02

Doc = dict[str, Any]


def signatures(secret: str, method: str, url: str, body: bytes, at_ms: int) -> dict[str, str]:
    """Return the signature headers of one delivery: v1, as CRM events have always carried, and v3."""
    signed = method.encode() + url.encode() + body + str(at_ms).encode()
    v3 = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
    return {
        "X-HubSpot-Signature": hashlib.sha256(secret.encode() + body).hexdigest(),
        "X-HubSpot-Signature-Version": "v1",
        "X-HubSpot-Signature-v3": v3,
        "X-HubSpot-Request-Timestamp": str(at_ms),
    }


def wanted_as(subscription: Mapping[str, Any], change: Change) -> bool:
    """Return whether a subscription is about a change, by its own name (`contact.creation`) or the generic one."""
    if not subscription["active"]:
        return False
    noun, _, action = str(subscription["eventType"]).partition(".")
    if action != change.action:
        return False
    about = noun == change.kind.singular or (
        noun == "object" and subscription.get("objectTypeId") == change.kind.type_id
    )
    return about and (action != "propertyChange" or subscription.get("propertyName") == change.property)


class Hooks:
    """Subscriptions by app, and the events under way to them. Events are written in the change's own transaction."""

    def __init__(self, world: World[Settings]) -> None:
        self.world = world
        self.secrets: dict[int, str] = {}
        """App id to client secret: what deliveries are signed with."""
        self.sent: list[Doc] = []
        self._docs: dict[int, Doc] | None = None
        self._running: asyncio.Task[None] | None = None
        self._chance = random.Random(1)  # noqa: S311 - repeatable on purpose

    def reset(self) -> None:
        """Forget subscriptions and deliveries; their rows are deleted with all others."""
        self._docs = None
        self.sent.clear()

    def of(self, app_id: int) -> Doc:
        """Return an app's settings and subscriptions."""
        return self._all().get(app_id) or {"settings": None, "subscriptions": [], "next": 1}

    def keep(self, app_id: int, doc: Doc) -> None:
        """Store an app's settings and subscriptions."""
        self._all()[app_id] = doc
        self.world.db.run("INSERT OR REPLACE INTO hubspot_hooks VALUES (?, ?)", app_id, orjson.dumps(doc))

    def _all(self) -> dict[int, Doc]:
        if self._docs is None:
            rows = self.world.db.all("SELECT app, doc FROM hubspot_hooks")
            self._docs = {app: orjson.loads(doc) for app, doc in rows}
        return self._docs

    def teller(self, portal_id: int) -> Tell:
        """Return what takes in the changes of one portal."""

        def tell(change: Change) -> None:
            for app_id, doc in self._all().items():
                for subscription in doc["subscriptions"] if doc["settings"] else ():
                    if wanted_as(subscription, change):
                        self._note(app_id, event(change, portal_id, app_id, subscription, self._chance))

        return tell

    def _note(self, app_id: int, doc: Doc) -> None:
        self.world.db.run(
            "INSERT INTO hubspot_events (app, due, attempt, state, doc) VALUES (?, ?, 0, 'waiting', ?)",
            app_id,
            self.world.clock.ticks(),
            orjson.dumps(doc),
        )

    def wake(self) -> None:
        """Start sending if anything waits. Called after every call, in the server's loop."""
        if not self._all() or (self._running is not None and not self._running.done()):
            return
        if self.world.db.one("SELECT 1 FROM hubspot_events WHERE state = 'waiting' LIMIT 1") is not None:
            self._running = asyncio.get_running_loop().create_task(self._send_all())

    async def _send_all(self) -> None:
        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS), connector=aiohttp.TCPConnector(limit=CONCURRENT)
        ) as session:
            while self.world.db.one("SELECT 1 FROM hubspot_events WHERE state = 'waiting' LIMIT 1") is not None:
                batches = self._due() if self.world.settings.webhooks else []
                if batches:
                    await asyncio.gather(*(self._deliver(session, app, rows) for app, rows in batches))
                else:
                    await asyncio.sleep(_LOOK_SECONDS)
            # said before the session closes, which waits: an event written meanwhile must find nobody sending
            self._running = None

    def _due(self) -> list[tuple[int, list[tuple[int, int, Doc]]]]:
        rows = self.world.db.all(
            "SELECT id, app, attempt, doc FROM hubspot_events WHERE state = 'waiting' AND due <= ? ORDER BY id LIMIT ?",
            self.world.clock.ticks(),
            BATCH_MAX * CONCURRENT,
        )
        grouped: dict[tuple[int, int, int], list[tuple[int, int, Doc]]] = defaultdict(list)
        for event_id, app, attempt, raw in rows:
            doc = orjson.loads(raw)
            portal = 0 if unconfirmed.HOOK_BATCH_MIXES_PORTALS else doc["portalId"]
            grouped[app, portal, attempt].append((event_id, attempt, doc))
        batches = []
        for (app, _, _), events in grouped.items():
            if self.world.settings.webhookShuffle:
                self._chance.shuffle(events)
            batches += [(app, events[at : at + BATCH_MAX]) for at in range(0, len(events), BATCH_MAX)]
        return batches

    async def _deliver(self, session: aiohttp.ClientSession, app: int, rows: list[tuple[int, int, Doc]]) -> None:
        attempt = rows[0][1]
        body = orjson.dumps([{**doc, "attemptNumber": attempt} for _, _, doc in rows])
        settings = self.of(app)["settings"]
        if settings is None:
            self._end(rows, "dropped")
            return
        for _ in range(2 if self.world.settings.webhookDuplicates else 1):
            status = await self._post(session, settings["targetUrl"], self.secrets.get(app, ""), body)
            self.sent = [*self.sent, {"status": status, "attempt": attempt, "events": orjson.loads(body)}][-KEPT:]
        if status is not None and 200 <= status < 300:
            self._end(rows, "sent")
        elif attempt == len(unconfirmed.HOOK_RETRY_SECONDS):
            self._end(rows, "dropped")
        else:
            wait = unconfirmed.HOOK_RETRY_SECONDS[attempt] * self._chance.uniform(0.8, 1.2)
            with self.world.db.transaction():
                for event_id, _, _ in rows:
                    self.world.db.run(
                        "UPDATE hubspot_events SET attempt = ?, due = ? WHERE id = ?",
                        attempt + 1,
                        self.world.clock.ticks() + wait,
                        event_id,
                    )

    async def _post(self, session: aiohttp.ClientSession, url: str, secret: str, body: bytes) -> int | None:
        headers = {
            **signatures(secret, "POST", url, body, self.world.clock.now_ms()),
            "Content-Type": "application/json",
            "User-Agent": "HubSpot Connect 2.0 (sandbox)",
        }
        try:
            async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return None

    def _end(self, rows: list[tuple[int, int, Doc]], state: str) -> None:
        with self.world.db.transaction():
            for event_id, _, _ in rows:
                self.world.db.run("UPDATE hubspot_events SET state = ? WHERE id = ?", state, event_id)

    def counts(self) -> dict[str, int]:
        """Return how many events wait, were sent, and were given up."""
        rows = self.world.db.all("SELECT state, count(*) FROM hubspot_events GROUP BY state")
        return {"waiting": 0, "sent": 0, "dropped": 0, **{state: int(number) for state, number in rows}}


def event(change: Change, portal_id: int, app_id: int, subscription: Mapping[str, Any], chance: random.Random) -> Doc:
    """Return one event as a delivery carries it."""
    # HubSpot says that an event's id is not unique; one in about a thousand pairs is the same here.
    doc: Doc = {
        "eventId": chance.randrange(1, 500_000),
        "subscriptionId": int(subscription["id"]),
        "portalId": portal_id,
        "appId": app_id,
        "occurredAt": change.at,
        "subscriptionType": subscription["eventType"],
        "attemptNumber": 0,
        "objectId": change.record,
        "changeSource": change.source,
        "sourceId": change.source_id,
    }
    if str(subscription["eventType"]).startswith("object."):
        doc["objectTypeId"] = change.kind.type_id
    if change.action == "propertyChange":
        doc |= {"propertyName": change.property, "propertyValue": change.value}
    elif change.action == "creation":
        doc["changeFlag"] = "NEW"
    elif change.action == "deletion":
        doc["changeFlag"] = "DELETED"
    return {**doc, **change.extra}

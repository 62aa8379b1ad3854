"""Notifications: the channels that apps ask for, and the deliveries under way to them.

Zoho signs nothing: a delivery carries the channel's own token, the ids, and what became different if that was asked
for. Channels end by themselves.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import orjson

from ..world import World
from . import unconfirmed
from .news import Change, Operation
from .settings import Settings

ANSWER_SECONDS = 10.0
CONCURRENT = 10
IDS_AT_ONCE = 100
KEPT = 500
_LOOK_SECONDS = 0.02
_EVENTS: Mapping[Operation, str] = {"insert": "create", "update": "edit", "delete": "delete"}

Doc = dict[str, Any]


class Watch:
    """Channels by organisation, and what is sent to them. Deliveries are written in the change's own transaction."""

    def __init__(self, world: World[Settings]) -> None:
        self.world = world
        self.sent: list[Doc] = []
        self._watched: set[str] | None = None
        self._running: asyncio.Task[None] | None = None
        self._life = 0
        self._chance = random.Random(1)  # noqa: S311 - repeatable on purpose

    def reset(self) -> None:
        """Forget what was sent; channels and deliveries are deleted with all other rows."""
        self._watched = None
        self._life += 1
        self.sent.clear()
        self._chance = random.Random(1)  # noqa: S311 - repeatable on purpose

    def _now(self) -> int:
        return self.world.clock.now_ms() // 1000

    # -- channels ------------------------------------------------------------------------------------------------

    def keep(self, zgid: str, channel: str, module: str, expires: int, doc: Doc) -> None:
        """Make or replace a channel's watch of one module. `expires` is in seconds."""
        self.world.db.run(
            "INSERT OR REPLACE INTO zoho_channels VALUES (?, ?, ?, ?, ?)",
            zgid,
            channel,
            module,
            expires,
            orjson.dumps(doc),
        )
        self._watched = None

    def drop(self, zgid: str, channel: str, module: str | None = None) -> int:
        """End a channel, or its watch of one module; return how many watches ended."""
        where, values = ("", []) if module is None else (" AND module = ?", [module])
        self._watched = None
        return self.world.db.run(
            f"DELETE FROM zoho_channels WHERE zgid = ? AND channel = ?{where}",  # noqa: S608 - a constant
            zgid,
            channel,
            *values,
        )

    def channels(self, zgid: str) -> list[tuple[str, str, int, Doc]]:
        """Return the live watches of an organisation: channel, module, expiry in seconds, and what it was given."""
        rows = self.world.db.all(
            "SELECT channel, module, expires, doc FROM zoho_channels WHERE zgid = ? AND expires > ? "
            "ORDER BY channel, module",
            zgid,
            self._now(),
        )
        return [(channel, module, expires, orjson.loads(doc)) for channel, module, expires, doc in rows]

    # -- what happened -------------------------------------------------------------------------------------------

    def note(self, zgid: str, changes: Sequence[Change]) -> None:
        """Take in what one call changed: one delivery for each channel, module and operation, of up to 100 ids."""
        if self._watched is None:
            self._watched = {row[0] for row in self.world.db.all("SELECT DISTINCT zgid FROM zoho_channels")}
        if not changes or zgid not in self._watched:
            return
        grouped: dict[tuple[str, Operation], list[Change]] = defaultdict(list)
        for change in changes:
            grouped[change.module, change.operation].append(change)
        for channel, module, _, doc in self.channels(zgid):
            for (changed, operation), group in grouped.items():
                if changed == module and {_EVENTS[operation], "all"} & set(doc["events"]):
                    wanted = [change for change in group if _selected(doc, change)]
                    for at in range(0, len(wanted), IDS_AT_ONCE):
                        self._write(doc, self._body(channel, module, operation, wanted[at : at + IDS_AT_ONCE], doc))

    def _body(self, channel: str, module: str, operation: Operation, changes: Sequence[Change], doc: Doc) -> Doc:
        body: Doc = {
            "server_time": self.world.clock.now_ms(),
            "query_params": {},
            "module": module,
            "resource_uri": doc["resource_uri"],
            "ids": [str(change.record) for change in changes],
            "operation": operation,
            "channel_id": int(channel) if unconfirmed.CHANNEL_ID_AS_NUMBER else channel,
            "token": doc["token"],
        }
        if operation == "update":
            body["affected_fields"] = [{str(change.record): list(change.values)} for change in changes]
            if doc["return_affected_field_values"]:
                body["affected_values"] = [
                    {"record_id": str(change.record), "values": dict(change.values)} for change in changes
                ]
        return body

    def _write(self, doc: Doc, body: Doc) -> None:
        settings = self.world.settings
        lost = settings.webhookLoss > 0 and self._chance.random() < settings.webhookLoss
        self.world.db.run(
            "INSERT INTO zoho_events (due, attempt, state, url, doc) VALUES (?, 0, ?, ?, ?)",
            self.world.clock.ticks() + settings.webhookDelaySeconds,
            "lost" if lost else "waiting",
            doc["notify_url"],
            orjson.dumps(body),
        )

    def order(self, url: str, body: Doc, seconds: float) -> None:
        """Post a body to an address after some seconds, as the end of a bulk job does."""
        self.world.db.run(
            "INSERT INTO zoho_events (due, attempt, state, url, doc) VALUES (?, 0, 'waiting', ?, ?)",
            self.world.clock.ticks() + seconds,
            url,
            orjson.dumps(body),
        )

    # -- sending -------------------------------------------------------------------------------------------------

    def _waiting(self) -> bool:
        return self.world.db.one("SELECT 1 FROM zoho_events WHERE state = 'waiting' LIMIT 1") is not None

    def wake(self) -> None:
        """Start sending if anything waits. Called after every call, in the server's loop."""
        if self._running is not None and not self._running.done():
            return
        if self._waiting():
            self._running = asyncio.get_running_loop().create_task(self._send_all())

    async def _send_all(self) -> None:
        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS), connector=aiohttp.TCPConnector(limit=CONCURRENT)
        ) as session:
            while self._waiting():
                due = self._due() if self.world.settings.webhooks else []
                if due:
                    await asyncio.gather(*(self._deliver(session, *row) for row in due))
                else:
                    await asyncio.sleep(_LOOK_SECONDS)
            # said before the session closes, which waits: an event written meanwhile must find nobody sending
            self._running = None

    def _due(self) -> list[tuple[int, int, str, bytes]]:
        rows = self.world.db.all(
            "SELECT id, attempt, url, doc FROM zoho_events WHERE state = 'waiting' AND due <= ? ORDER BY id LIMIT 1000",
            self.world.clock.ticks(),
        )
        if self.world.settings.webhookShuffle:
            self._chance.shuffle(rows)
        return rows

    async def _deliver(self, session: aiohttp.ClientSession, number: int, attempt: int, url: str, body: bytes) -> None:
        status: int | None = None
        life = self._life
        for _ in range(2 if self.world.settings.webhookDuplicates else 1):
            status = await self._post(session, url, body)
            if life != self._life:
                return
            self.sent = [*self.sent, {"status": status, "attempt": attempt, "body": orjson.loads(body)}][-KEPT:]
        state, due = "sent", self.world.clock.ticks()
        if status is None or not 200 <= status < 300:
            waits = unconfirmed.NOTIFICATION_RETRY_SECONDS
            state = "waiting" if attempt < len(waits) else "dropped"
            due += waits[attempt] if attempt < len(waits) else 0
        self.world.db.run(
            "UPDATE zoho_events SET state = ?, attempt = ?, due = ? WHERE id = ?", state, attempt + 1, due, number
        )

    async def _post(self, session: aiohttp.ClientSession, url: str, body: bytes) -> int | None:
        headers = {"Content-Type": "application/json", "User-Agent": "Zoho CRM notifications (sandbox)"}
        try:
            async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return None

    def counts(self) -> dict[str, int]:
        """Return how many deliveries wait, were sent, were given up, and were lost on order."""
        rows = self.world.db.all("SELECT state, count(*) FROM zoho_events GROUP BY state")
        return {"waiting": 0, "sent": 0, "dropped": 0, "lost": 0, **{state: int(number) for state, number in rows}}


def _selected(doc: Doc, change: Change) -> bool:
    """Return whether a change touches the fields that a channel selected; without a selection every change does."""
    condition = doc.get("selection")
    return change.operation != "update" or condition is None or _touches(condition, set(change.values))


def _touches(node: Mapping[str, Any], changed: set[str]) -> bool:
    if "field" in node:
        return node["field"].get("api_name") in changed
    parts = [_touches(part, changed) for part in node.get("group", [])]
    return any(parts) if node.get("group_operator") == "or" else all(parts)

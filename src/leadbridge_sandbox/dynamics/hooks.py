"""Webhooks out: the steps that are registered, and the delivery of what they ask for, with its one retry."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import aiohttp
import orjson

from ..world import World
from . import unconfirmed
from .contexts import SIZE_MAX, STRIPPED, entity, execution_context
from .organization import Organization
from .records import Record, Records
from .settings import Settings

if TYPE_CHECKING:
    from .organization import Dynamics
    from .writes import Change, Tell

ANSWER_SECONDS = 60.0
CONCURRENT = 10
KEPT = 500
RETRIED = (502, 503, 504)
WEBHOOK = 8
STEP_TABLES = frozenset({"serviceendpoint", "sdkmessageprocessingstep", "sdkmessageprocessingstepimage"})
_LOOK_SECONDS = 0.02

Doc = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """An enabled step of a webhook: what it listens to, where it leads, and its images."""

    id: str
    message: str
    table: str
    filtering: frozenset[str]
    auto_delete: bool
    endpoint: Doc
    images: tuple[Doc, ...]


class Hooks:
    """Steps by organisation, and the events under way. Events are written in the change's own transaction."""

    def __init__(self, vendor: Dynamics) -> None:
        self.vendor = vendor
        self.world: World[Settings] = vendor.world
        self.sent: list[Doc] = []
        self._steps: dict[str, list[Step]] = {}
        self._changed = False
        self._running: asyncio.Task[None] | None = None
        self._chance = random.Random(1)  # noqa: S311 - repeatable on purpose

    def reset(self) -> None:
        """Forget steps and deliveries; their rows are deleted with all others."""
        self._steps.clear()
        self.sent.clear()

    def steps(self, org: str) -> list[Step]:
        """Return the enabled webhook steps of an organisation."""
        if org not in self._steps:
            self._steps[org] = self._read(Records(self.world.db, org))
        return self._steps[org]

    @staticmethod
    def _read(records: Records) -> list[Step]:
        images: dict[str, list[Doc]] = {}
        for image in records.scan("sdkmessageprocessingstepimage"):
            if bound := image.doc.get("sdkmessageprocessingstepid"):
                images.setdefault(bound[1], []).append(image.doc)
        found = []
        for step in records.scan("sdkmessageprocessingstep"):
            doc = step.doc
            bound, message = doc.get("eventhandler"), doc.get("sdkmessageid")
            endpoint = records.get("serviceendpoint", bound[1]) if bound else None
            named = records.get("sdkmessage", message[1]) if message else None
            picked = (
                records.get("sdkmessagefilter", doc["sdkmessagefilterid"][1]) if "sdkmessagefilterid" in doc else None
            )
            if endpoint is None or named is None or doc.get("statecode") != 0:
                continue
            if endpoint.doc.get("contract") != WEBHOOK:
                continue
            found.append(
                Step(
                    step.id,
                    str(named.doc["name"]),
                    str(picked.doc["primaryobjecttypecode"]) if picked is not None else "",
                    frozenset(part.strip() for part in doc.get("filteringattributes", "").split(",") if part.strip()),
                    bool(doc.get("asyncautodelete")),
                    endpoint.doc,
                    tuple(images.get(step.id, ())),
                )
            )
        return found

    def teller(self, organization: Organization) -> Tell:
        """Return what takes in the changes of one organisation."""
        org = organization.organization_id

        def tell(change: Change) -> None:
            if change.table.name in STEP_TABLES:
                self._steps.pop(org, None)
                self._changed = True
                return
            for step in self.steps(org):
                if step.message != change.message or step.table not in ("", change.table.name):
                    continue
                if change.message == "Update" and step.filtering and not step.filtering & set(change.changed):
                    continue
                self._note(organization, step, change)

        return tell

    def _note(self, organization: Organization, step: Step, change: Change) -> None:
        world = self.world
        body = execution_context(change, organization, world.clock.now_ms(), world.new_uuid, _images(step, change))
        headers = {
            "x-ms-dynamics-organization": str(urlsplit(self.vendor.url_of(organization)).netloc),
            "x-ms-dynamics-entity-name": change.table.name,
            "x-ms-dynamics-request-name": change.message,
            "x-ms-correlation-request-id": body["CorrelationId"],
        }
        if len(orjson.dumps(body)) > SIZE_MAX:
            headers["x-ms-dynamics-msg-size-exceeded"] = "true"
            body = {name: value for name, value in body.items() if name not in STRIPPED}
        doc = {"step": step.id, "endpoint": step.endpoint, "headers": headers, "body": body, "auto": step.auto_delete}
        world.db.run(
            "INSERT INTO dynamics_events (org, due, attempt, state, doc) VALUES (?, ?, 0, 'waiting', ?)",
            organization.organization_id,
            world.clock.ticks(),
            orjson.dumps(doc),
        )

    def wake(self) -> None:
        """Start sending if anything waits. Called after every call, in the server's loop."""
        if self._changed:  # what was read while a change was under way may have been undone
            self._steps.clear()
            self._changed = False
        if self._running is not None and not self._running.done():
            return
        if self.world.db.one("SELECT 1 FROM dynamics_events WHERE state = 'waiting' LIMIT 1") is not None:
            self._running = asyncio.get_running_loop().create_task(self._send_all())

    async def _send_all(self) -> None:
        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS), connector=aiohttp.TCPConnector(limit=CONCURRENT)
        ) as session:
            while self.world.db.one("SELECT 1 FROM dynamics_events WHERE state = 'waiting' LIMIT 1") is not None:
                events = self._due() if self.world.settings.webhooks else []
                if events:
                    await asyncio.gather(*(self._deliver(session, *event) for event in events))
                else:
                    await asyncio.sleep(_LOOK_SECONDS)
            # said before the session closes, which waits: an event written meanwhile must find nobody sending
            self._running = None

    def _due(self) -> list[tuple[int, str, int, Doc]]:
        rows = self.world.db.all(
            "SELECT id, org, attempt, doc FROM dynamics_events WHERE state = 'waiting' AND due <= ? "
            "ORDER BY id LIMIT ?",
            self.world.clock.ticks(),
            CONCURRENT * 10,
        )
        events = [(row[0], row[1], row[2], orjson.loads(row[3])) for row in rows]
        if self.world.settings.webhookShuffle:
            self._chance.shuffle(events)
        return events

    async def _deliver(self, session: aiohttp.ClientSession, event: int, org: str, attempt: int, doc: Doc) -> None:
        url, headers = addressed(doc["endpoint"], doc["headers"])
        status: int | None = None
        for _ in range(2 if self.world.settings.webhookDuplicates else 1):
            status = await self._post(session, url, headers, orjson.dumps(doc["body"]))
            noted = {"status": status, "attempt": attempt, "message": doc["body"]["MessageName"]}
            self.sent = [*self.sent, {**noted, "id": doc["body"]["PrimaryEntityId"], "body": doc["body"]}][-KEPT:]
        if status is not None and 200 <= status < 300:
            self._end(event, "sent")
        elif status in RETRIED and attempt == 0:
            self.world.db.run("UPDATE dynamics_events SET attempt = 1 WHERE id = ?", event)
        else:
            self._end(event, "failed")
            self._failed(org, doc, status)

    async def _post(self, session: aiohttp.ClientSession, url: str, headers: dict[str, str], body: bytes) -> int | None:
        try:
            async with session.post(
                url, data=body, headers={**headers, "Content-Type": "application/json"}, allow_redirects=False
            ) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return None

    def _end(self, event: int, state: str) -> None:
        self.world.db.run("UPDATE dynamics_events SET state = ? WHERE id = ?", state, event)

    def _failed(self, org: str, doc: Doc, status: int | None) -> None:
        """Leave the failed system job that an administrator finds."""
        now = self.world.clock.now_ms() // 1000
        job = {
            "name": f"Webhook {doc['endpoint'].get('name', '')}",
            "statecode": 3,
            "statuscode": 31,
            "errorcode": -2147220891,
            "friendlymessage": f"The webhook call failed with HTTP status {status}." if status else "No answer came.",
            "message": "EndpointUnavailable",
            "owningextensionid": ["sdkmessageprocessingstep", doc["step"]],
        }
        record = Record(self.world.new_uuid(), self.vendor.next_version(), now, now, job)
        Records(self.world.db, org).insert("asyncoperation", record, {})

    def counts(self) -> dict[str, int]:
        """Return how many events wait, were sent, and failed."""
        rows = self.world.db.all("SELECT state, count(*) FROM dynamics_events GROUP BY state")
        return {"waiting": 0, "sent": 0, "failed": 0, **{state: int(number) for state, number in rows}}


def _images(step: Step, change: Change) -> dict[str, list[Doc]]:
    found: dict[str, list[Doc]] = {"pre": [], "post": []}
    for image in step.images:
        names = [name.strip() for name in str(image.get("attributes") or "").split(",") if name.strip()]
        for side, kinds, doc in (("pre", (0, 2), change.before), ("post", (1, 2), change.record.doc)):
            absent = (side == "pre" and change.message == "Create") or (side == "post" and change.message == "Delete")
            if image.get("imagetype") in kinds and not absent:
                picked = {name: value for name, value in doc.items() if not names or name in names}
                shown = entity(change.table, change.record.id, picked)
                found[side].append({"key": image.get("entityalias"), "value": shown})
    return found


def addressed(endpoint: Doc, headers: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Return where a delivery goes, with the secret as its authentication type puts it."""
    url, kind, secret = str(endpoint.get("url", "")), endpoint.get("authtype"), str(endpoint.get("authvalue") or "")
    joint = "&" if "?" in url else "?"
    if kind == 4 and secret:
        return f"{url}{joint}code={quote(secret, safe='')}", headers
    if kind in (5, 6):
        named = _named_secrets(secret)
        if kind == 5:
            return url, {**headers, **named}
        return url + "".join(
            f"{joint if not place else '&'}{quote(name)}={quote(value)}"
            for place, (name, value) in enumerate(named.items())
        ), headers
    return url, headers


def _named_secrets(secret: str) -> dict[str, str]:
    """Return the names and values that a secret of type 5 or 6 has; none where it cannot be read."""
    if not unconfirmed.HEADER_SECRET_AS_XML:
        return dict(line.split("=", 1) for line in secret.splitlines() if "=" in line)
    try:
        root = ElementTree.fromstring(secret)  # noqa: S314 - written by a test, on this machine
    except ElementTree.ParseError:
        return {}
    return {one.get("name", ""): one.get("value", "") for one in root.iter("setting")}

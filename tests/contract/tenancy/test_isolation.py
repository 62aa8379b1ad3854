"""Every operation of the API document, with what belongs to another company: it looks like what does not exist.

The walk finds the references of an operation in the document itself: each parameter of its path, and each name in its
query or body that may point to something. One that it has nothing foreign to put into fails the test.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import pytest

from leadbridge.kinds import KINDS
from leadbridge.kit.cursors import decode_cursor, encode_cursor
from leadbridge.storage.backup import all_documents
from leadbridge.usage.tasks import KIND as FOLDING
from leadbridge.work.model import TASKS
from tests.contract.integrations.walk import Connecting
from tests.contract.tenancy.conftest import another_company, key_of, member
from tests.contract.tenancy.planted import Planted, plant
from tests.support.hub_in_process import Answer, HubUnderTest, running_hub
from tests.support.sandbox import SandboxProcess
from tests.support.wire_tap import WireTap

NAMES = {
    "connectionId": "connections",
    "leadId": "leads",
    "leadIds": "leads",
    "userId": "users",
    "ownerId": "users",
    "externalId": "external",
    "email": "email",
    "handle": "handle",
    "company": "company",
    "accountId": "accounts",
    "contactId": "contacts",
    "automationId": "automations",
    "hookId": "hooks",
    "recordId": "leads",
    "cursor": "cursor",
    "path": "stream",
    "ticket": "ticket",
}
"""Names in queries and bodies that point to something, and to what."""
REFERENCE = re.compile(r"(?i)(?:id|ids|cursor|handle|ticket|path|token|company|state|email)\Z")
IN_PATH = re.compile(r"((?:(?:contacts|accounts|deals)/)?imports|[\w-]+)/\{\w+\}")
"""A reference in a path and what it points to: an import belongs to one type of record."""
RECORDS = ("leads", "contacts", "accounts", "deals")
NO_REFERENCE = {
    ("GET /api/v1/crm-integration/oauth/callback/{provider}", "provider"): "names a vendor",
    ("POST /api/v1/auth/login", "email"): "belongs to no company",
    ("POST /api/v1/invitations/accept", "token"): "is what makes its holder a user, whoever that is",
    **{
        (f"{operation} /api/v1/{kind}{at}", "company"): "is the name of the person's employer"
        for kind in ("leads", "contacts")
        for operation, at in (("POST", ""), ("PATCH", "/{id}"))
    },
    **{(f"PATCH /api/v1/{kind}/{{id}}", "email"): "is a value to store" for kind in ("leads", "contacts", "team")},
    **{(f"PUT /api/v1/{kind}/fields/{{field}}", "field"): "names a field of one's own" for kind in RECORDS},
    **{
        (f"GET /api/v1/{kind}{at}", "state"): "is live, deleted or merged"
        for kind in RECORDS
        for at in ("", "/count", "/export")
    },
    **{
        (f"{operation} /f/{{key}}{at}", "key"): "is public: whoever has the form's address may see and send it"
        for operation, at in (("GET", ""), ("POST", ""), ("GET", "/thanks"))
    },
    ("POST /api/v1/webhook/crm/{provider}", "provider"): "names a vendor",
    ("POST /api/v1/webhook/crm/{provider}/{connection_key}", "provider"): "names a vendor",
    ("POST /api/v1/webhook/crm/{provider}/{connection_key}", "connection_key"): (
        "is known to the CRM alone, which shows a secret too; without that it looks like a key of nobody"
    ),
    (
        "POST /api/v1/webhook/automation/{key}",
        "key",
    ): "is proved by a secret; without that it looks like a key of nobody",
    ("POST /api/v1/automation", "templateId"): "names a template of the hub's own",
    ("GET /api/v1/automation", "templateId"): "names a template of the hub's own",
    **{
        (f"{operation} /api/v1/automation{at}", "makeScenarioId"): "names a scenario in Make"
        for operation, at in (("POST", ""), ("PATCH", "/{id}"))
    },
    ("POST /api/v1/invitations", "email"): "is whom to invite, who may be in several companies",
}
BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/crm-integration/oauth/init": {"provider": "hubspot"},
    "PATCH /api/v1/crm-integration/connections/{id}": {"paused": True},
    "PATCH /api/v1/leads/{id}": {"title": "Taken"},
    "POST /api/v1/leads": {"lastName": "Mine"},
    "POST /api/v1/contacts": {"lastName": "Mine"},
    "POST /api/v1/accounts": {"name": "Mine"},
    "POST /api/v1/deals": {"name": "Mine"},
    "POST /api/v1/team": {"name": "Mine", "zone": "Europe/Berlin"},
    **{f"PATCH /api/v1/{kind}/{{id}}": {"tags": ["taken"]} for kind in ("contacts", "accounts", "deals")},
    **{f"PATCH /api/v1/{kind}/views/{{view_id}}": {"name": "Taken"} for kind in RECORDS},
    **{f"POST /api/v1/{kind}/{{id}}/merge": {"otherId": "f" * 24} for kind in RECORDS},
    **{f"POST /api/v1/{kind}/{{id}}/unmerge": {"otherId": "f" * 24} for kind in RECORDS},
    "PATCH /api/v1/team/{id}": {"name": "Taken"},
    "PATCH /api/v1/forms/{id}": {"name": "Taken"},
    "PATCH /api/v1/automation/{id}": {"name": "Taken"},
    "POST /api/v1/automation/{id}/secrets/rotate": {"which": "inbound"},
    "POST /api/v1/automation/{id}/recover": {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"},
    "PATCH /api/v1/users/{id}": {"name": "Taken"},
    "POST /api/v1/api-keys": {"name": "Mine"},
    "POST /api/v1/auth/login": {"email": "mine@example.com", "password": "a few unrelated words!"},
}
"""What a body needs beside the reference."""
UNKNOWN = {
    "external": "nobody-17",
    "email": "nobody@example.com",
    "fields": "nobody_field",
    "handle": "n" * 43,
}
UPKEEP = {
    "lanes", "shares", "signals",
    "usage_days", "usage_deltas", "usage_foldings", "usage_months", "usage_quarters",
}  # fmt: skip
"""Kinds that a worker writes while it sums up what was used."""
API = "/api/v1"
STREAM = API + "/runs/{}/events"


class Reference(NamedTuple):
    """A place in an operation that points to something: ``where`` is path, query or body."""

    operation: str
    where: str
    name: str
    many: bool = False

    def __str__(self) -> str:
        return f"{self.operation} {self.where} {self.name}"


@pytest.fixture(scope="module")
def sandbox() -> Any:
    with SandboxProcess() as running:
        yield running


@pytest.fixture
async def site(tmp_path: Path, sandbox: SandboxProcess) -> AsyncIterator[Connecting]:
    rates = {"rate_tenant": 0, "rate_principal": 0, "rate_address": 0}
    with WireTap(sandbox.url) as tap:
        settings = {"hubspot_api_url": tap.origin, "sandbox_origins": (tap.origin, sandbox.url)}
        async with running_hub(tmp_path / "hub", sandbox, **settings, **rates) as hub:
            yield Connecting(hub, sandbox, tap)


def references(document: dict[str, Any]) -> list[Reference]:
    """Return every place in every operation that may point to something."""
    found = []
    for path, described in document["paths"].items():
        for method, operation in described.items():
            name = f"{method.upper()} {path}"
            found += [
                Reference(name, parameter["in"], parameter["name"])
                for parameter in operation.get("parameters", [])
                if parameter["in"] == "path" or (parameter["in"] == "query" and REFERENCE.search(parameter["name"]))
            ]
            found += [
                Reference(name, "body", field, many=shape.get("type") == "array")
                for field, shape in _fields(document, operation).items()
                if REFERENCE.search(field)
            ]
    return [one for one in found if (one.operation, one.name) not in NO_REFERENCE]


def _fields(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = content.get("schema", {})
    found: dict[str, Any] = {}
    for one in schema.get("anyOf", [schema]):
        named = one.get("$ref", "").rpartition("/")[2]
        found |= (document["components"]["schemas"][named] if named else one).get("properties", {})
    return found


def kind_of(reference: Reference) -> str | None:
    """Return what a reference points to, or None where the walk does not know."""
    if reference.name == "otherId":
        return reference.operation.split("/")[3]
    if reference.where != "path":
        return NAMES.get(reference.name)
    before = reference.operation.partition("{" + reference.name + "}")[0]
    found = IN_PATH.search(before + "{id}")
    return found[1] if found is not None else None


class Walk:
    """Asks as one company for what is another's."""

    def __init__(self, hub: HubUnderTest, mine: Planted, theirs: Planted) -> None:
        self.hub, self.mine, self.theirs = hub, mine, theirs
        self.shown: list[tuple[str, str]] = []

    async def pair(self, reference: Reference) -> tuple[str, str] | None:
        """Return what is the other company's and what nobody has, or None where the other company has none."""
        kind = kind_of(reference)
        unknown = self.hub.hub.ids()
        if kind == "cursor":
            return await self.cursors(reference)
        if kind == "company":
            return self.theirs.company, unknown
        if kind == "stream":
            return STREAM.format(self.theirs.ids["runs"]), STREAM.format(unknown)
        if kind == "ticket":
            theirs = replace(self.mine, ids=self.theirs.ids)
            nobodys = replace(self.mine, ids=dict.fromkeys(self.theirs.ids, unknown))
            return self.filled(reference.operation, theirs), self.filled(reference.operation, nobodys)
        if kind is None or kind not in self.theirs.ids:
            return None
        return self.theirs.ids[kind], UNKNOWN.get(kind, unknown)

    async def cursors(self, reference: Reference) -> tuple[str, str] | None:
        """Return a cursor the other company was given, and the next one beside it, which nobody was."""
        path = self.filled(reference.operation, self.theirs)
        first = await self.hub.ask("GET", path, token=self.theirs.token, params={"limit": "1"})
        given = first.body["nextCursor"]
        if given is None:
            return None
        position = decode_cursor(given)
        beside = tuple(
            f"{int(part, 16) + 1:024x}" if isinstance(part, str) and re.fullmatch("[0-9a-f]{24}", part) else part
            for part in position
        )
        return given, encode_cursor(beside)

    def filled(self, operation: str, of: Planted) -> str:
        """Return the address of an operation with what a company has."""
        path = operation.partition(" ")[2].removeprefix("/api/v1")
        while (found := IN_PATH.search(path)) is not None:
            path = path[: found.start()] + f"{found[1]}/{of.ids[found[1]]}" + path[found.end() :]
        return path

    async def ask(self, reference: Reference, value: str) -> Answer:
        """Send the operation with ``value`` in the reference's place, everything else being the asker's own."""
        method, _, path = reference.operation.partition(" ")
        if reference.name == "ticket":  # a ticket of one's own, for the stream at ``value``
            made = await self.hub.ask("POST", "/events/tickets", token=self.mine.token, json={"path": API + value})
            return await self.hub.ask(method, value, token="", params={"ticket": made.data["ticket"]})
        more: dict[str, Any] = {"params": {}}
        if reference.where == "path":
            path = path.replace("{" + reference.name + "}", value).removeprefix("/api/v1")
        else:
            path = self.filled(reference.operation, self.mine)
        if reference.where == "query":
            more["params"] = {reference.name: value}
        if method in ("POST", "PUT", "PATCH"):
            field = {reference.name: [value] if reference.many else value} if reference.where == "body" else {}
            if body := BODIES.get(reference.operation, {}) | field:
                more["json"] = body
        return await self.hub.ask(method, path, token=self.mine.token, **more)

    async def look(self, reference: Reference) -> str | None:
        """Return what tells the other company's from what nobody has, or None."""
        values = await self.pair(reference)
        if values is None:
            return "the walk has nothing of another company to put here: plant it (planted.py)"
        foreign, unknown = [await self.ask(reference, value) for value in values]
        text = str(foreign.body)
        if leaked := [one for one in self.theirs.own if one in text.replace(values[0], "")]:
            return f"shows {leaked}"
        seen = (foreign.status, plain(foreign.body, values[0])), (unknown.status, plain(unknown.body, values[1]))
        if reference.where == "path" and foreign.status != 404:
            return f"answers {foreign.status} {foreign.body}"
        return None if seen[0] == seen[1] else f"{seen[0]} is not {seen[1]}"


def plain(body: Any, sent: str) -> Any:
    """Return an answer without what is different each time: the id of the request, new ids, times, secrets."""
    if isinstance(body, dict):
        return {name: plain(value, sent) for name, value in body.items() if name not in ("requestId", "latencyMs")}
    if isinstance(body, list):
        return [plain(one, sent) for one in body]
    if not isinstance(body, str):
        return body
    body = body.replace(sent, "<sent>")
    for form in (r"[0-9a-f]{24}", r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)?", r"lb\w*_[\w-]+", r"[\w-]{40,}"):
        body = re.sub(form, "<new>", body)
    return body


async def stored(hub: HubUnderTest, company: str) -> dict[tuple[str, str], Any]:
    """Return every document of a company but those that the hub goes on writing by itself."""
    found: dict[tuple[str, str], Any] = {}
    async for kind, body in all_documents(hub.hub.store.engine, KINDS):
        own_upkeep = kind.name in UPKEEP or (kind.name == TASKS.name and body["kind"] == FOLDING)
        if body.get("companyId") == company and not own_upkeep:
            found[kind.name, str(body["_id"])] = body
    return found


async def test_what_is_anothers_looks_like_what_does_not_exist(site: Connecting) -> None:
    hub = site.site
    theirs, mine = await plant(site, "plantedtheirs"), await plant(site, "mine")
    async with aiohttp.ClientSession() as session, session.get(f"{hub.base}/openapi.json") as answer:
        document = await answer.json()
    # reading first: what a write of one's own has stored would be found by it
    walk = Walk(hub, mine, theirs)
    found = sorted(references(document), key=lambda one: not one.operation.startswith("GET"))
    for path in ("/leads", "/users", "/api-keys", "/audit", "/crm-integration/error-logs", "/work/dead"):
        text = str((await hub.ask("GET", f"{path}?limit=200", token=mine.token)).body)
        assert theirs.mark not in text
        assert theirs.ids["users"] not in text
    before = await stored(hub, theirs.company)
    wrong = [f"{reference}: {told}" for reference in found if (told := await walk.look(reference)) is not None]
    assert not wrong, "\n".join(wrong)
    assert len(found) >= 40
    assert {one.where for one in found} == {"path", "query", "body"}
    after = await stored(hub, theirs.company)
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert {kind for kind, _ in changed} <= {"api_keys"}, "the other company was changed"  # its key was used to look


async def test_the_owner_is_answered_where_the_other_is_not(site: Connecting) -> None:
    """What the walk sends is right: the company it belongs to gets an answer from the same addresses."""
    theirs = await plant(site, "plantedtheirs")
    walk = Walk(site.site, theirs, theirs)
    async with aiohttp.ClientSession() as session, session.get(f"{site.base}/openapi.json") as answer:
        document = await answer.json()
    reading = [
        one
        for one in references(document)
        if one.operation.startswith("GET") and one.where == "path" and not one.operation.endswith("}/events")
    ]
    assert len(reading) >= 8
    for reference in reading:
        kind = kind_of(reference)
        assert kind is not None
        answered = await walk.ask(reference, theirs.ids[kind])
        assert answered.status == 200, f"{reference}: {answered.body}"
    handed = await site.site.ask(
        "POST", "/crm-integration/oauth/complete", token=theirs.token, json={"handle": theirs.ids["handle"]}
    )
    assert handed.status == 200


async def test_a_key_that_another_company_used_repeats_nothing(site: Connecting) -> None:
    hub = site.site
    companies = [await another_company(hub) for _ in range(2)]
    theirs, mine = [
        await key_of(hub, await member(hub, f"{n}@example.com", company=one)) for n, one in enumerate(companies)
    ]
    sent: dict[str, Any] = {"json": {"lastName": "Same"}, "headers": {"idempotency-key": "the-same-key"}}
    first = await hub.ask("POST", "/leads", token=theirs, **sent)
    second = await hub.ask("POST", "/leads", token=mine, **sent)
    assert (first.status, second.status) == (201, 201)
    assert first.data["_id"] != second.data["_id"]


async def test_an_operation_that_the_walk_does_not_know_is_told(site: Connecting) -> None:
    mine = Planted("", "", "", {})
    walk = Walk(site.site, mine, mine)
    document = {"paths": {"/api/v1/things/{id}": {"get": {"parameters": [{"in": "path", "name": "id"}]}}}}
    for reference in references(document):
        assert "plant it" in str(await walk.look(reference))
    assert len(references(document)) == 1

"""Every operation of the API document, with every role: what a role may not do ends in 403 before anything happens."""

from __future__ import annotations

import re
from typing import Any

import aiohttp

from leadbridge.tenancy.model import Role
from leadbridge.web.rights import OPEN, ROLE_RIGHTS, Right
from tests.contract.tenancy.conftest import Browser, key_of, member
from tests.support.hub_in_process import HubUnderTest

UNKNOWN = "0" * 24


async def operations(hub: HubUnderTest) -> list[tuple[str, str, dict[str, Any]]]:
    """Return method, path and description of every operation."""
    async with aiohttp.ClientSession() as session, session.get(f"{hub.base}/openapi.json") as answer:
        document = await answer.json()
    return [
        (method.upper(), path, operation)
        for path, described in document["paths"].items()
        for method, operation in described.items()
    ]


async def test_every_operation_names_its_right_or_why_it_is_open(hub: HubUnderTest) -> None:
    listed = await operations(hub)
    assert len(listed) > 35
    for method, path, operation in listed:
        right = operation.get("x-required-right")
        if OPEN in operation:
            assert operation[OPEN], f"{method} {path} does not say why it is open"
            assert right is None, f"{method} {path} is open and asks for {right}"
            assert "security" not in operation
        else:
            assert right in set(Right), f"{method} {path} names no right and is not marked open"
            ways = ["bearer"] if path.endswith("}/events") else ["bearer", "session"]  # a stream takes tickets instead
            assert operation["security"] == [{way: [right]} for way in ways]
    asked = {operation.get("x-required-right") for _, _, operation in listed}
    assert set(Right) - asked <= {Right.WORK_MANAGE, Right.LEADS_ERASE}, "a right that nothing asks for"


async def test_every_role_gets_what_it_may_and_403_for_the_rest(hub: HubUnderTest) -> None:
    users = {role: await member(hub, f"{role.value}@example.com", role) for role in Role}
    tokens = {role: await key_of(hub, user) for role, user in users.items()}
    before = await counts(hub)
    forbidden = 0
    for method, path, operation in await operations(hub):
        right = operation.get("x-required-right")
        if right is None:
            continue
        address = re.sub(r"\{\w+\}", UNKNOWN, path).removeprefix("/api/v1") + "?cursor=%00"
        for role, token in tokens.items():
            if right in ROLE_RIGHTS[role]:
                continue
            answer = await hub.ask(method, address, token=token, json={"not": "a body"})
            assert (answer.status, answer.code) == (403, "forbidden"), f"{role} {method} {path}"
            assert answer.body["error"]["details"] == {"right": right}
            forbidden += 1
    assert forbidden > 25
    assert await counts(hub) == before
    for method, path, operation in await operations(hub):
        right = operation.get("x-required-right")
        if right is None or path.endswith("/logout"):
            continue
        address = re.sub(r"\{\w+\}", UNKNOWN, path).removeprefix("/api/v1")
        for role, token in tokens.items():
            if right not in ROLE_RIGHTS[role]:
                continue
            answer = await hub.ask(method, address, token=token, json={"not": "a body"})
            assert answer.status not in (401, 403, 500), f"{role} {method} {path}: {answer.body}"


async def counts(hub: HubUnderTest) -> tuple[int, ...]:
    """Return how much there is of what a forbidden request might have made."""
    paths = ("/users", "/api-keys", "/invitations", "/leads", "/audit", "/crm-integration/connections")
    return tuple([len((await hub.ask("GET", f"{path}?limit=200")).data) for path in paths])


async def test_a_restricted_key_is_stopped_by_the_same_gate(hub: HubUnderTest) -> None:
    made = await hub.ask("POST", "/auth/tokens", json={"name": "reader", "rights": ["leads.read"]})
    token = made.data["token"]
    assert (await hub.ask("GET", "/leads", token=token)).status == 200
    answer = await hub.ask("POST", "/leads", token=token, json={"email": "a@example.com"})
    assert (answer.status, answer.body["error"]["details"]) == (403, {"right": "leads.write"})
    assert (await hub.ask("GET", "/auth/me", token=token)).data["rights"] == ["account.read", "leads.read"]


async def test_a_lowered_user_is_lowered_at_once_with_session_and_keys(hub: HubUnderTest) -> None:
    ana = await member(hub, "ana@example.com", Role.ADMIN)
    token, browser = await key_of(hub, ana), Browser(hub)
    await browser.sign_in("ana@example.com")
    assert (await hub.ask("GET", "/audit", token=token)).status == 200
    await hub.ask("PATCH", f"/users/{ana.id}", json={"role": "member"})
    assert (await hub.ask("GET", "/audit", token=token)).status == 403
    assert (await browser.ask("GET", "/audit")).status == 403

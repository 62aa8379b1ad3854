"""The company, its users, invitations and the audit trail, over real HTTP."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from leadbridge.security.secret import MASK
from leadbridge.storage.batch import WriteBatch
from leadbridge.tenancy.addresses import address_id, email_key
from leadbridge.tenancy.model import ADDRESSES, INVITATIONS, PASSWORDS, Role
from tests.contract.tenancy.conftest import PASSWORD, Browser, another_company, key_of, member
from tests.support.hub_in_process import Answer, HubUnderTest


async def accept(hub: HubUnderTest, token: str, **more: Any) -> Answer:
    """Accept an invitation as somebody the hub does not know."""
    body = {"token": token, "name": "Ana", "password": PASSWORD} | more
    return await Browser(hub).ask("POST", "/invitations/accept", json=body)


async def test_the_company_is_read_by_all_and_changed_by_its_super_user(hub: HubUnderTest) -> None:
    body = {"name": "Baker & Sons", "timeZone": "Europe/Berlin", "country": "de"}
    changed = (await hub.ask("PATCH", "/company", json=body)).data
    assert (changed["name"], changed["timeZone"], changed["country"]) == ("Baker & Sons", "Europe/Berlin", "DE")
    for wrong in ({"timeZone": "Berlin"}, {"country": "XX"}, {"name": " "}, {"_id": "0" * 24}, {"externalId": "x"}):
        assert (await hub.ask("PATCH", "/company", json=wrong)).status == 400
    assert (await hub.ask("GET", "/company")).data == changed


async def test_the_last_super_user_stays_one(hub: HubUnderTest) -> None:
    me = (await hub.ask("GET", "/auth/me")).data["user"]["_id"]
    for method, body in (("PATCH", {"role": "admin"}), ("PATCH", {"disabled": True}), ("DELETE", None)):
        answer = await hub.ask(method, f"/users/{me}", json=body)
        assert (answer.status, answer.code) == (409, "last_super_user"), method
    ana = await member(hub, "ana@example.com", Role.SUPER_USER)
    await hub.ask("PATCH", f"/users/{ana.id}", json={"disabled": True})
    assert (await hub.ask("DELETE", f"/users/{me}")).code == "last_super_user"


async def test_two_super_users_who_lower_each_other_at_once_leave_one(hub: HubUnderTest) -> None:
    me = (await hub.ask("GET", "/auth/me")).data["user"]["_id"]
    for round_ in range(8):
        other = await member(hub, f"su{round_}@example.com", Role.SUPER_USER)
        token = await key_of(hub, other)
        answers = await asyncio.gather(
            hub.ask("PATCH", f"/users/{other.id}", json={"role": "admin"}),
            hub.ask("PATCH", f"/users/{me}", token=token, json={"role": "admin"}),
        )
        users = (await hub.ask("GET", "/users")).data
        left = [user["_id"] for user in users if user["role"] == "super_user"]
        assert len(left) == 1, [answer.body for answer in answers]
        if me in left:
            continue
        back = await hub.ask("PATCH", f"/users/{me}", token=token, json={"role": "super_user"})
        assert back.status == 200
        assert (await hub.ask("PATCH", f"/users/{other.id}", json={"role": "admin"})).status == 200


async def test_nobody_reaches_above_their_own_role(hub: HubUnderTest) -> None:
    me = (await hub.ask("GET", "/auth/me")).data["user"]["_id"]
    admin = await member(hub, "admin@example.com", Role.ADMIN)
    token = await key_of(hub, admin)
    for method, path, body in (
        ("PATCH", f"/users/{me}", {"name": "x"}),
        ("DELETE", f"/users/{me}", None),
        ("PATCH", f"/users/{admin.id}", {"role": "super_user"}),
        ("POST", "/invitations", {"email": "x@example.com", "role": "super_user"}),
    ):
        answer = await hub.ask(method, path, token=token, json=body)
        assert (answer.status, answer.code) == (403, "role_above_yours"), path
    assert (await hub.ask("PATCH", f"/users/{me}", json={"role": "operator"})).status == 400


async def test_a_removed_user_leaves_nothing_behind(hub: HubUnderTest) -> None:
    ana = await member(hub, "ana@example.com")
    token, browser = await key_of(hub, ana), Browser(hub)
    await browser.sign_in("ana@example.com")
    assert (await hub.ask("DELETE", f"/users/{ana.id}")).data == {"_id": ana.id, "removed": True}
    assert (await hub.ask("GET", "/auth/me", token=token)).status == 401
    assert (await browser.ask("GET", "/auth/me")).status == 401
    assert (await Browser(hub).sign_in("ana@example.com")).status == 401
    store = hub.hub.store
    assert await store[PASSWORDS].of(hub.company_id).get(ana.id) is None
    assert await store[ADDRESSES].across_companies().get(address_id(email_key("ana@example.com"))) is None
    assert ana.id not in str((await hub.ask("GET", "/api-keys")).data)
    assert (await hub.ask("DELETE", f"/users/{ana.id}")).code == "user_not_found"


async def test_another_companys_users_are_not_found(hub: HubUnderTest) -> None:
    other = await another_company(hub)
    there = await member(hub, "ana@example.com", company=other)
    for method, path in (("PATCH", "/users/"), ("DELETE", "/users/"), ("DELETE", "/invitations/")):
        foreign = await hub.ask(method, path + there.id, json={"name": "x"})
        unknown = await hub.ask(method, path + "0" * 24, json={"name": "x"})
        assert foreign.status == unknown.status == 404
        assert foreign.body["error"] | {"requestId": ""} == unknown.body["error"] | {"requestId": ""}
    assert there.id not in str((await hub.ask("GET", "/users")).data)


async def test_an_invitation_makes_one_user_once(hub: HubUnderTest) -> None:
    made = (await hub.ask("POST", "/invitations", json={"email": "ana@example.com", "role": "admin"})).data
    assert made["link"] == f"{hub.base}/invitation#{made['token']}"
    assert (await accept(hub, made["token"], password="short")).code == "weak_password"
    answers = await asyncio.gather(*(accept(hub, made["token"]) for _ in range(4)))
    [user] = [answer.data for answer in answers if answer.status == 201]
    assert {answer.code for answer in answers if answer.status != 201} <= {"invitation_not_found", "email_taken"}
    assert (user["role"], user["email"]) == ("admin", "ana@example.com")
    assert (await Browser(hub).sign_in("ana@example.com")).data["user"]["_id"] == user["_id"]
    [listed] = (await hub.ask("GET", "/invitations")).data
    assert (listed["status"], listed["userId"]) == ("accepted", user["_id"])
    assert made["token"] not in str(listed)
    assert (await hub.ask("DELETE", f"/invitations/{listed['_id']}")).status == 404
    again = await hub.ask("POST", "/invitations", json={"email": "ANA@example.com"})
    assert (again.status, again.code) == (409, "email_taken")


async def test_an_invitation_ends_by_time_by_hand_and_with_its_inviter(hub: HubUnderTest) -> None:
    late = (await hub.ask("POST", "/invitations", json={"email": "a@example.com"})).data
    assert late["role"] == "member"
    stored = await hub.hub.store[INVITATIONS].of(hub.company_id).get(late["_id"])
    assert stored is not None
    assert stored.expires_at - stored.created_at == timedelta(days=7)
    values = {"expiresAt": hub.hub.clock.now() - timedelta(seconds=1)}
    batch = WriteBatch().patch(INVITATIONS, hub.company_id, stored.id, values=values, rev=stored.rev)
    await hub.hub.store.write(batch)
    revoked = (await hub.ask("POST", "/invitations", json={"email": "b@example.com"})).data
    assert (await hub.ask("DELETE", f"/invitations/{revoked['_id']}")).data["status"] == "revoked"
    admin = await member(hub, "admin@example.com", Role.ADMIN)
    body = {"email": "c@example.com", "role": "admin"}
    orphan = (await hub.ask("POST", "/invitations", token=await key_of(hub, admin), json=body)).data
    await hub.ask("PATCH", f"/users/{admin.id}", json={"role": "member"})
    for token in (late["token"], revoked["token"], orphan["token"], "lb_i_unknown"):
        assert (await accept(hub, token)).code == "invitation_not_found"


async def test_every_change_stands_in_the_trail_with_who_and_from_where(hub: HubUnderTest) -> None:
    ana = await member(hub, "ana@example.com")
    browser = Browser(hub)
    await browser.sign_in("ana@example.com", "wrong password")
    await browser.sign_in("ana@example.com")
    headers = {"user-agent": "x" * 500, "x-request-id": "trace-0123456789"}
    await hub.ask("PATCH", f"/users/{ana.id}", json={"name": "Ana Lopez", "role": "admin"}, headers=headers)
    await hub.ask("PATCH", f"/users/{ana.id}", json={"role": "admin"})  # changes nothing, so it is not there
    [entry] = (await hub.ask("GET", "/audit?action=user.changed")).data
    me = (await hub.ask("GET", "/auth/me")).data["user"]["_id"]
    assert (entry["userId"], entry["via"], entry["target"]) == (me, "key", f"user:{ana.id}")
    assert (entry["before"], entry["after"]) == ({"name": MASK, "role": "member"}, {"name": MASK, "role": "admin"})
    assert (entry["address"], len(entry["userAgent"]), entry["requestId"]) == ("127.0.0.1", 200, "trace-0123456789")
    actions = [one["action"] for one in (await hub.ask("GET", "/audit")).data]
    assert actions == ["user.changed", "session.begun", "user.created", "company.created"]
    page = await hub.ask("GET", "/audit?limit=3")
    rest = await hub.ask("GET", f"/audit?limit=3&cursor={page.body['nextCursor']}")
    assert [one["action"] for one in (*page.data, *rest.data)] == actions
    whole = str((await hub.ask("GET", "/audit")).body)
    for secret in ("ana@example.com", "Lopez", PASSWORD, "wrong password", browser.cookies["leadbridge_session"]):
        assert secret not in whole


async def test_the_trail_tells_who_changed_connections(hub: HubUnderTest) -> None:
    await hub.ask("POST", "/crm-integration/oauth/init", json={"provider": "hubspot"})
    [entry] = (await hub.ask("GET", "/audit?action=connection.begun")).data
    assert entry["after"] == {"provider": "hubspot"}
    assert "state" not in str(entry)

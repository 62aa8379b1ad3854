"""API keys: shown once, restricted to their maker's rights, expiring, revoked, and old tokens that stay good."""

from __future__ import annotations

from datetime import timedelta

from leadbridge.kit.clock import to_text
from leadbridge.kit.document import Document, Time
from leadbridge.security.hashing import hash_token
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.kind import Kind
from leadbridge.tenancy.model import DIRECTORY, TOKENS, DirectoryEntry, Role
from tests.contract.tenancy.conftest import another_company, key_of, member
from tests.support.hub_in_process import HubUnderTest


async def test_a_key_is_shown_once_and_known_by_its_prefix(hub: HubUnderTest) -> None:
    made = (await hub.ask("POST", "/auth/tokens", json={"name": "reports"})).data
    assert made["token"].startswith(made["prefix"])
    assert made["prefix"].startswith("lb_")
    assert (await hub.ask("GET", "/auth/me", token=made["token"])).data["via"] == "key"
    listed = (await hub.ask("GET", "/auth/tokens")).data
    [shown] = [key for key in listed if key["_id"] == made["_id"]]
    assert "token" not in shown
    assert shown["lastUsedAt"] is not None
    assert made["token"] not in str(listed)
    ended = (await hub.ask("DELETE", f"/auth/tokens/{made['_id']}")).data
    assert ended["revokedAt"] is not None
    assert (await hub.ask("GET", "/auth/me", token=made["token"])).status == 401
    assert (await hub.ask("DELETE", f"/auth/tokens/{made['_id']}")).data == ended


async def test_a_key_can_do_no_more_than_its_maker(hub: HubUnderTest) -> None:
    ana = await member(hub, "ana@example.com")
    token = await key_of(hub, ana)
    beyond = await hub.ask(
        "POST", "/auth/tokens", token=token, json={"name": "x", "rights": ["leads.read", "users.manage"]}
    )
    assert (beyond.status, beyond.code) == (403, "rights_beyond_yours")
    assert beyond.body["error"]["details"] == {"rights": ["users.manage"]}
    unknown = await hub.ask("POST", "/auth/tokens", token=token, json={"name": "x", "rights": ["leads.reed"]})
    assert (unknown.status, unknown.code) == (400, "unknown_rights")
    body = {"name": "narrow", "rights": ["leads.read", "account.own"]}
    narrow = (await hub.ask("POST", "/auth/tokens", token=token, json=body)).data["token"]
    child = (await hub.ask("POST", "/auth/tokens", token=narrow, json={"name": "child"})).data
    assert sorted(child["rights"]) == ["account.own", "account.read", "leads.read"]
    wider = await hub.ask("POST", "/auth/tokens", token=narrow, json={"name": "x", "rights": ["leads.write"]})
    assert wider.status == 403


async def test_a_key_expires(hub: HubUnderTest) -> None:
    now = hub.hub.clock.now()
    past = await hub.ask("POST", "/auth/tokens", json={"name": "x", "expiresAt": to_text(now - timedelta(hours=1))})
    assert past.status == 400
    naive = await hub.ask("POST", "/auth/tokens", json={"name": "x", "expiresAt": "2030-01-01T00:00:00"})
    assert naive.status == 400
    body = {"name": "x", "expiresAt": to_text(now + timedelta(hours=1))}
    made = (await hub.ask("POST", "/auth/tokens", json=body)).data
    assert (await hub.ask("GET", "/auth/me", token=made["token"])).status == 200
    values = {"expiresAt": now - timedelta(seconds=1)}
    key = await hub.hub.store[TOKENS].of(hub.company_id).get(made["_id"])
    assert key is not None
    await hub.hub.store.write(WriteBatch().patch(TOKENS, hub.company_id, key.id, values=values, rev=key.rev))
    assert (await hub.ask("GET", "/auth/me", token=made["token"])).status == 401


async def test_a_program_gets_a_key_and_a_user_of_its_own(hub: HubUnderTest) -> None:
    made = (await hub.ask("POST", "/api-keys", json={"name": "form", "rights": ["leads.write"]})).data
    me = (await hub.ask("GET", "/auth/me", token=made["token"])).data
    assert (me["role"], me["user"]["name"], me["rights"]) == ("service", "form", ["account.read", "leads.write"])
    second = (await hub.ask("POST", "/api-keys", json={"name": "second", "userId": made["userId"]})).data
    assert second["userId"] == made["userId"]
    ana = await member(hub, "ana@example.com")
    person = await hub.ask("POST", "/api-keys", json={"name": "x", "userId": ana.id})
    assert (person.status, person.code) == (400, "not_a_service_user")
    assert (await hub.ask("DELETE", f"/api-keys/{made['_id']}")).status == 200
    assert (await hub.ask("GET", "/auth/me", token=made["token"])).status == 401


async def test_nobody_reaches_another_users_or_companys_key(hub: HubUnderTest) -> None:
    ana, bob = await member(hub, "ana@example.com"), await member(hub, "bob@example.com")
    boss = await member(hub, "boss@example.com", Role.SUPER_USER, company=await another_company(hub))
    made = (await hub.ask("POST", "/auth/tokens", token=await key_of(hub, ana), json={"name": "x"})).data
    for user, path in ((bob, "/auth/tokens"), (boss, "/auth/tokens"), (boss, "/api-keys")):
        token = await key_of(hub, user)
        foreign = await hub.ask("DELETE", f"{path}/{made['_id']}", token=token)
        unknown = await hub.ask("DELETE", f"{path}/{'0' * 24}", token=token)
        assert foreign.status == unknown.status == 404
        assert foreign.body["error"] | {"requestId": ""} == unknown.body["error"] | {"requestId": ""}
    assert (await hub.ask("GET", "/auth/me", token=made["token"])).status == 200


async def test_a_user_has_a_bounded_number_of_keys(hub: HubUnderTest) -> None:
    ana = await member(hub, "ana@example.com")
    token = await key_of(hub, ana)
    ids = [(await hub.ask("POST", "/auth/tokens", token=token, json={"name": str(n)})).data["_id"] for n in range(99)]
    full = await hub.ask("POST", "/auth/tokens", token=token, json={"name": "one more"})
    assert (full.status, full.code) == (409, "too_many_api_keys")
    await hub.ask("DELETE", f"/auth/tokens/{ids[0]}", token=token)
    assert (await hub.ask("POST", "/auth/tokens", token=token, json={"name": "again"})).status == 201


class AccessToken(Document):
    """An access token as the first version stored it."""

    user_id: str
    name: str
    token_hash: str
    created_at: Time


async def test_a_token_of_the_first_version_stays_good(hub: HubUnderTest) -> None:
    ana = await member(hub, "ana@example.com")
    token, id = "lb" + "A" * 43, hub.hub.ids()
    old = AccessToken(
        id=id,
        company_id=hub.company_id,
        user_id=ana.id,
        name="first token",
        token_hash=hash_token(token),
        created_at=hub.hub.clock.now(),
    )
    entry = DirectoryEntry(
        id=f"token:{hash_token(token)}", what="token", company_id=hub.company_id, ref=id, user_id=ana.id
    )
    kind = Kind(TOKENS.name, AccessToken, TOKENS.indexes)
    await hub.hub.store.write(WriteBatch().insert(DIRECTORY, entry).insert(kind, old))
    assert (await hub.ask("GET", "/auth/me", token=token)).data["user"]["_id"] == ana.id
    [shown] = (await hub.ask("GET", "/auth/tokens", token=token)).data
    assert (shown["rights"], shown["prefix"]) == (None, "")
    assert (await hub.ask("DELETE", f"/auth/tokens/{id}", token=token)).status == 200
    assert (await hub.ask("GET", "/auth/me", token=token)).status == 401

"""A host application's tokens over real HTTP: a shared secret, a key set that turns, first sight, roles."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web
from joserfc import jwk, jwt

from leadbridge.tenancy.audit import COMMAND_LINE
from leadbridge.tenancy.model import COMPANIES, USERS, Role
from tests.support.hub_in_process import HubUnderTest, running_hub

ISSUER, AUDIENCE = "https://app.example.com", "leadbridge"
SECRET = "a shared secret of more than thirty-two bytes"
SHARED: dict[str, Any] = {"jwt_issuer": ISSUER, "jwt_audience": AUDIENCE, "jwt_secret": SECRET}


def token(key: Any = None, header: dict[str, Any] | None = None, **change: Any) -> str:
    """Return a host's token."""
    claims = {"iss": ISSUER, "aud": AUDIENCE, "exp": int(time.time()) + 300, "sub": "u-1", "companyId": "c-1"}
    claims |= {"email": "ana@example.com", "name": "Ana", "role": "admin"} | change
    used = jwk.OctKey.import_key(SECRET) if key is None else key
    given = header or {"alg": "HS256"}
    return jwt.encode(given, {k: v for k, v in claims.items() if v is not None}, used, algorithms=[given["alg"]])


@pytest.fixture
async def provisioning(tmp_path: Path) -> AsyncIterator[HubUnderTest]:
    async with running_hub(tmp_path / "hub", **SHARED, jwt_provision=True) as running:
        yield running


async def test_company_and_user_are_made_once_on_first_sight(provisioning: HubUnderTest) -> None:
    hub = provisioning
    answers = await asyncio.gather(*(hub.ask("GET", "/auth/me", token=token()) for _ in range(12)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.data["user"]["_id"] for answer in answers}) == 1
    me = answers[0].data
    assert (me["company"]["externalId"], me["role"], me["via"], me["user"]["external"]) == ("c-1", "admin", "jwt", True)
    assert me["company"]["_id"] != hub.company_id
    assert len((await hub.hub.store[COMPANIES].across_companies().find()).items) == 2
    second = (await hub.ask("GET", "/auth/me", token=token(sub="u-2", role="operator"))).data
    assert (second["company"]["_id"], second["role"]) == (me["company"]["_id"], "member")
    elsewhere = (await hub.ask("GET", "/auth/me", token=token(companyId="c-2"))).data
    assert elsewhere["user"]["_id"] != me["user"]["_id"]
    trail = (await hub.ask("GET", "/audit", token=token())).data
    assert [entry["action"] for entry in trail] == ["user.created", "user.created", "company.created"]


async def test_a_hosts_company_sees_nothing_of_another(provisioning: HubUnderTest) -> None:
    hub = provisioning
    made = (await hub.ask("POST", "/leads", token=token(), json={"email": "lead@example.com"})).data
    assert (await hub.ask("GET", f"/leads/{made['_id']}", token=token(companyId="c-2"))).status == 404
    assert (await hub.ask("GET", f"/leads/{made['_id']}")).status == 404
    assert (await hub.ask("GET", f"/leads/{made['_id']}", token=token(sub="u-2"))).status == 200


async def test_the_tokens_role_is_followed_and_a_disabled_user_stays_out(provisioning: HubUnderTest) -> None:
    hub = provisioning
    me = (await hub.ask("GET", "/auth/me", token=token())).data
    assert (await hub.ask("GET", "/audit", token=token(role="member"))).status == 403
    stored = await hub.hub.store[USERS].of(me["company"]["_id"]).get(me["user"]["_id"])
    assert stored is not None
    assert stored.role is Role.MEMBER
    assert (await hub.ask("GET", "/auth/me", token=token(role=None))).data["role"] == "member"
    boss = token(sub="boss", role="super_user")
    await hub.ask("PATCH", f"/users/{stored.id}", token=boss, json={"disabled": True})
    answer = await hub.ask("GET", "/auth/me", token=token())
    assert (answer.status, answer.code) == (401, "user_disabled")


async def test_without_provisioning_only_what_the_operator_made_is_known(tmp_path: Path) -> None:
    async with running_hub(tmp_path / "hub", **SHARED) as hub:
        answer = await hub.ask("GET", "/auth/me", token=token())
        assert (answer.status, answer.code) == (401, "unknown_host_user")
        company = await hub.hub.tenancy.companies.create(COMMAND_LINE, "Host's", "c-1")
        assert (await hub.ask("GET", "/auth/me", token=token())).code == "unknown_host_user"
        user = await hub.hub.tenancy.create_host_user(company.id, "u-1", name="Ana", role=Role.MEMBER)
        me = (await hub.ask("GET", "/auth/me", token=token(role=None))).data
        assert (me["user"]["_id"], me["company"]["_id"]) == (user.id, company.id)
        assert len((await hub.hub.store[COMPANIES].across_companies().find()).items) == 2


async def test_a_hub_without_an_issuer_takes_no_tokens(tmp_path: Path) -> None:
    async with running_hub(tmp_path / "hub") as hub:
        answer = await hub.ask("GET", "/auth/me", token=token())
        assert (answer.status, answer.code) == (401, "token_refused")


async def test_a_token_counts_in_the_authorization_header_only(provisioning: HubUnderTest) -> None:
    hub = provisioning
    good = token()
    for path, headers in (
        (f"/auth/me?token={good}", {}),
        (f"/auth/me?access_token={good}", {}),
        ("/auth/me", {"cookie": f"leadbridge_session={good}"}),
        ("/auth/me", {"x-authorization": f"Bearer {good}"}),
    ):
        answer = await hub.ask("GET", path, headers=headers | {"authorization": ""})
        assert answer.status == 401


async def test_hostile_tokens_make_nobody(provisioning: HubUnderTest) -> None:
    hub = provisioning
    other = jwk.OctKey.import_key("another secret that is long enough too")
    for bad in (
        token(other),
        token(exp=None),
        token(exp=int(time.time()) - 60),
        token(aud="other"),
        token(iss="https://evil.example"),
        token(companyId=None),
        token(padding="x" * 9000),
        token()[:-5],
        "e30.e30.e30",
        "a.b.c",
    ):
        answer = await hub.ask("GET", "/auth/me", token=bad)
        assert (answer.status, answer.code) == (401, "token_refused")
        assert "evil.example" not in str(answer.body)
    assert len((await hub.hub.store[COMPANIES].across_companies().find()).items) == 1


class KeyServer:
    """The host's key set, and how often it was asked for."""

    def __init__(self) -> None:
        self.keys: list[Any] = []
        self.asked = 0
        self.status = 200

    async def answer(self, _: web.Request) -> web.Response:
        self.asked += 1
        listed = {"keys": [key.as_dict(private=False) for key in self.keys]}
        return web.Response(body=orjson.dumps(listed), status=self.status, content_type="application/json")


@asynccontextmanager
async def key_server() -> AsyncIterator[tuple[KeyServer, str]]:
    served = KeyServer()
    app = web.Application()
    app.router.add_get("/keys", served.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield served, f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def test_a_key_set_is_fetched_once_and_again_for_an_unknown_key(tmp_path: Path) -> None:
    old, new = (jwk.ECKey.generate_key("P-256", {"kid": name}) for name in ("old", "new"))
    async with key_server() as (served, origin):
        settings: dict[str, Any] = {
            "jwt_issuer": ISSUER,
            "jwt_audience": AUDIENCE,
            "jwt_algorithm": "ES256",
            "jwt_jwks_url": f"{origin}/keys",
            "jwt_provision": True,
        }
        sandbox: dict[str, Any] = {"sandbox_origins": (origin, "http://127.0.0.1:9")}
        async with running_hub(tmp_path / "hub", **settings, **sandbox) as hub:
            by_old = token(old, {"alg": "ES256", "kid": "old"})
            served.status = 500
            assert (await hub.ask("GET", "/auth/me", token=by_old)).code == "signing_keys_unreachable"
            served.status, served.keys = 200, [old]
            assert (await hub.ask("GET", "/auth/me", token=by_old)).status == 503  # not asked again within a minute
            assert served.asked == 1
            hosts = hub.hub.tenancy.hosts
            assert hosts is not None
            hosts.keys.forget_pause()
            answers = await asyncio.gather(*(hub.ask("GET", "/auth/me", token=by_old) for _ in range(8)))
            assert {answer.status for answer in answers} == {200}
            assert served.asked == 2
            served.keys = [old, new]
            by_new = token(new, {"alg": "ES256", "kid": "new"})
            assert (await hub.ask("GET", "/auth/me", token=by_new)).code == "token_refused"
            hosts.keys.forget_pause()
            assert (await hub.ask("GET", "/auth/me", token=by_new)).status == 200
            for _ in range(5):
                made_up = token(new, {"alg": "ES256", "kid": "made-up"})
                assert (await hub.ask("GET", "/auth/me", token=made_up)).code == "token_refused"
            no_kid = token(new, {"alg": "ES256"})  # two keys, so it has to say which
            assert (await hub.ask("GET", "/auth/me", token=no_kid)).code == "token_refused"
            wrong_key = token(new, {"alg": "ES256", "kid": "old"})
            assert (await hub.ask("GET", "/auth/me", token=wrong_key)).code == "token_refused"
            assert served.asked == 3
            confused = token(jwk.OctKey.import_key(old.as_pem(private=False).hex()), {"alg": "HS256", "kid": "old"})
            assert (await hub.ask("GET", "/auth/me", token=confused)).code == "token_refused"

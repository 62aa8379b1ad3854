"""Signing in over real HTTP: cookie, CSRF token, waiting after failures, several companies, the end of sessions."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from leadbridge.storage.batch import WriteBatch
from leadbridge.tenancy.addresses import address_id, email_key
from leadbridge.tenancy.model import ATTEMPTS, PASSWORDS, SESSIONS, Role
from leadbridge.tenancy.sessions import IDLE
from tests.contract.tenancy.conftest import PASSWORD, Browser, another_company, key_of, member
from tests.support.hub_in_process import HubUnderTest, running_hub


async def test_a_session_lives_in_a_cookie_that_scripts_cannot_read(hub: HubUnderTest) -> None:
    ana = await member(hub, "ana@example.com")
    browser = Browser(hub)
    answer = await browser.sign_in(" Ana@Example.com")
    assert answer.data["user"]["_id"] == ana.id
    assert answer.data["role"] == "member"
    assert "leads.read" in answer.data["rights"]
    [cookie] = browser.set_cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/;" in cookie
    assert "Secure" not in cookie  # this hub's public address is http
    me = (await browser.ask("GET", "/auth/me")).data
    assert (me["via"], me["csrfToken"]) == ("session", browser.csrf)
    assert (await browser.ask("POST", "/auth/logout")).data == {"signedOut": True}
    assert (await browser.ask("GET", "/auth/me")).code == "session_ended"


async def test_a_change_by_cookie_alone_is_refused(hub: HubUnderTest) -> None:
    await member(hub, "ana@example.com")
    browser, other = Browser(hub), Browser(hub)
    await browser.sign_in("ana@example.com")
    await other.sign_in("ana@example.com")
    lead = {"email": "lead@example.com"}
    good = browser.csrf
    for wrong in (None, "", "x", other.csrf):
        browser.csrf = wrong
        answer = await browser.ask("POST", "/leads", json=lead)
        assert (answer.status, answer.code) == (403, "csrf_token_wrong")
    assert (await browser.ask("GET", "/leads")).data == []
    browser.csrf = good
    assert (await browser.ask("POST", "/leads", json=lead)).status == 201


async def test_a_form_of_a_foreign_page_cannot_sign_anybody_in(hub: HubUnderTest) -> None:
    await member(hub, "ana@example.com")
    browser = Browser(hub)
    body = f'{{"email": "ana@example.com", "password": "{PASSWORD}"}}'
    answer = await browser.ask("POST", "/auth/login", data=body, headers={"content-type": "text/plain"})
    assert (answer.status, answer.code) == (415, "unsupported_media_type")
    assert browser.set_cookie == []


async def test_a_wrong_password_and_an_unknown_address_look_the_same(hub: HubUnderTest) -> None:
    ana = await member(hub, "ana@example.com")
    await member(hub, "off@example.com")
    await hub.ask("PATCH", f"/users/{(await hub.ask('GET', '/users')).data[-1]['_id']}", json={"disabled": True})
    bodies = []
    for email, password in (
        ("ana@example.com", "wrong password"),
        ("nobody@example.com", PASSWORD),
        ("off@example.com", PASSWORD),
        ("ana@example.com", PASSWORD + " "),
        ("not an address", "x" * 1024),
    ):
        answer = await Browser(hub).sign_in(email, password)
        assert answer.status == 401
        bodies.append({name: value for name, value in answer.body["error"].items() if name != "requestId"})
    assert all(body == bodies[0] for body in bodies)
    assert "ana@example.com" not in str(bodies)
    assert ana.disabled_at is None


async def test_many_failures_make_one_wait_and_a_right_password_meanwhile_does_not_count(hub: HubUnderTest) -> None:
    """Twelve at once: they are counted one by one, so that not one guess more than the fifth is looked at."""
    await member(hub, "ana@example.com")
    signed_in = Browser(hub)
    await signed_in.sign_in("ana@example.com")
    answers = []
    for _ in range(3):
        answers += await asyncio.gather(*(Browser(hub).sign_in("ana@example.com", "wrong password") for _ in range(4)))
    looked_at = [answer for answer in answers if answer.status == 401]
    assert len(looked_at) == 5
    assert {answer.status for answer in answers} <= {401, 429, 503}
    browser = Browser(hub)
    blocked = await browser.sign_in("ana@example.com")
    assert (blocked.status, blocked.code) == (429, "too_many_attempts")
    assert 0 < int(browser.retry_after or "0") <= 15
    assert (await signed_in.ask("GET", "/auth/me")).status == 200  # whoever is in stays in
    id = address_id(email_key("ana@example.com"))
    count = await hub.hub.store[ATTEMPTS].across_companies().get(id)
    assert count is not None
    past = hub.hub.clock.now() - timedelta(seconds=1)
    await hub.hub.store.write(WriteBatch().patch(ATTEMPTS, None, id, values={"blockedUntil": past}, rev=count.rev))
    assert (await browser.sign_in("ana@example.com")).status == 200
    assert await hub.hub.store[ATTEMPTS].across_companies().get(id) is None


async def test_an_address_in_two_companies_chooses_once_the_password_is_right(hub: HubUnderTest) -> None:
    other = await another_company(hub)
    await member(hub, "ana@example.com")
    there = await member(hub, "ana@example.com", Role.ADMIN, company=other)
    wrong = await Browser(hub).sign_in("ana@example.com", "wrong password")
    assert (wrong.status, wrong.body["error"]["details"]) == (401, {})
    answer = await Browser(hub).sign_in("ana@example.com")
    assert (answer.status, answer.code) == (409, "choose_company")
    companies = answer.body["error"]["details"]["companies"]
    assert {company["_id"] for company in companies} == {hub.company_id, other}
    browser = Browser(hub)
    chosen = await browser.sign_in("ana@example.com", company=other)
    assert (chosen.data["user"]["_id"], chosen.data["company"]["_id"]) == (there.id, other)
    assert (await browser.ask("GET", "/users")).data[0]["_id"] == there.id
    elsewhere = await Browser(hub).sign_in("ana@example.com", company="0" * 24)
    assert elsewhere.code == "wrong_sign_in"


async def test_a_new_password_ends_the_other_sessions(hub: HubUnderTest) -> None:
    await member(hub, "ana@example.com")
    here, there = Browser(hub), Browser(hub)
    await here.sign_in("ana@example.com")
    await there.sign_in("ana@example.com")
    new = "another handful of words"
    for current, wanted, code in (
        ("wrong password", new, "wrong_sign_in"),
        (PASSWORD, "short", "weak_password"),
        (PASSWORD, PASSWORD, "invalid_input"),
    ):
        body = {"currentPassword": current, "newPassword": wanted}
        assert (await here.ask("POST", "/auth/password", json=body)).code == code
    body = {"currentPassword": PASSWORD, "newPassword": new}
    assert (await here.ask("POST", "/auth/password", json=body)).status == 200
    assert (await here.ask("GET", "/auth/me")).status == 200
    assert (await there.ask("GET", "/auth/me")).status == 401
    assert (await there.sign_in("ana@example.com")).status == 401
    assert (await there.sign_in("ana@example.com", new)).status == 200


async def test_a_session_ends_by_idleness_and_the_hub_forgets_it(hub: HubUnderTest) -> None:
    ana = await member(hub, "ana@example.com")
    browser = Browser(hub)
    await browser.sign_in("ana@example.com")
    sessions = hub.hub.store[SESSIONS].of(hub.company_id)
    [session] = (await sessions.find(eq={"userId": ana.id})).items
    long_ago = hub.hub.clock.now() - IDLE
    values = {"lastSeenAt": long_ago}
    await hub.hub.store.write(WriteBatch().patch(SESSIONS, hub.company_id, session.id, values=values, rev=session.rev))
    assert (await browser.ask("GET", "/auth/me")).code == "session_ended"


async def test_a_user_has_a_bounded_number_of_sessions_and_a_disabled_one_none(hub: HubUnderTest) -> None:
    ana = await member(hub, "ana@example.com")
    browsers = [Browser(hub) for _ in range(22)]
    for browser in browsers:
        assert (await browser.sign_in("ana@example.com")).status == 200
    assert (await browsers[0].ask("GET", "/auth/me")).status == 401
    assert (await browsers[-1].ask("GET", "/auth/me")).status == 200
    assert len(await hub.hub.tenancy.sessions.of_user(hub.company_id, ana.id)) == 20
    await hub.ask("PATCH", f"/users/{ana.id}", json={"disabled": True})
    assert (await browsers[-1].ask("GET", "/auth/me")).status == 401
    assert await hub.hub.tenancy.sessions.of_user(hub.company_id, ana.id) == []


async def test_a_bearer_token_goes_before_a_cookie_and_needs_no_csrf_token(hub: HubUnderTest) -> None:
    ana = await member(hub, "ana@example.com")
    bob = await member(hub, "bob@example.com")
    browser = Browser(hub)
    await browser.sign_in("ana@example.com")
    headers = {"authorization": f"Bearer {await key_of(hub, bob)}"}
    assert (await browser.ask("GET", "/auth/me", headers=headers)).data["user"]["_id"] == bob.id
    browser.csrf = None
    assert (await browser.ask("POST", "/leads", json={"email": "x@example.com"}, headers=headers)).status == 201
    wrong = {"authorization": "Basic YTpi"}
    assert (await browser.ask("GET", "/auth/me", headers=wrong)).status == 401
    token = browser.cookies["leadbridge_session"]
    assert (await hub.ask("GET", "/auth/me", token=token)).status == 401  # a session's token is no bearer token
    assert ana.id != bob.id


@pytest.mark.usefixtures("real_passwords")
async def test_the_stored_password_is_argon2id_and_in_no_answer(hub: HubUnderTest) -> None:
    ana = await member(hub, "ana@example.com")
    stored = await hub.hub.store[PASSWORDS].of(hub.company_id).get(ana.id)
    assert stored is not None
    assert stored.hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    for path in ("/users", "/auth/me", "/audit", "/api-keys"):
        assert "argon2" not in str((await hub.ask("GET", path)).body)
        assert "tokenHash" not in str((await hub.ask("GET", path)).body)


async def test_behind_https_the_session_stands_in_a_cookie_that_plain_http_neither_gets_nor_sets(
    tmp_path: Path,
) -> None:
    async with running_hub(tmp_path / "hub", public_url="https://hub.example.com") as hub:
        await member(hub, "ana@example.com")
        browser = Browser(hub)
        assert (await browser.sign_in("ana@example.com")).status == 200
        [cookie] = browser.set_cookie
        name, _, rest = cookie.partition("=")
        marks = {part.strip().lower() for part in rest.split(";")[1:]}
        assert name == "__Host-leadbridge_session"
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= marks
        assert not any(mark.startswith("domain") for mark in marks)
        assert (await browser.ask("GET", "/auth/me")).status == 200
        browser.cookies = {"leadbridge_session": browser.cookies[name]}  # as a plain page could set it
        assert (await browser.ask("GET", "/auth/me")).status == 401
        browser.cookies = {name: browser.cookies["leadbridge_session"]}
        await browser.ask("POST", "/auth/logout")
        [cookie] = browser.set_cookie
        assert cookie.startswith(f"{name}=")
        assert "secure" in cookie.lower()

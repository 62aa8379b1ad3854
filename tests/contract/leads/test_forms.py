"""Forms over real HTTP: made, shown, sent as JSON and by a plain browser, and refused with a word for each field."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from leadbridge.leads.forms.model import FORMS, SUBMISSIONS
from leadbridge.usage.rows import DELTAS
from tests.support.hub_in_process import NOWHERE, HubUnderTest, running_hub

SITE = "https://www.example.com"
FORM: dict[str, Any] = {
    "name": "Contact",
    "title": "Talk to <us>",
    "fields": [
        {"name": "first", "label": "First name", "to": "firstName"},
        {"name": "email", "label": "E-mail", "type": "email", "to": "email", "required": True},
        {"name": "phone", "label": "Phone", "type": "phone", "to": "phone"},
        {"name": "size", "label": "Team size", "type": "select", "options": ["1-9", "10+"], "required": True},
        {"name": "budget", "label": "Budget", "type": "number"},
        {"name": "message", "label": "Message", "type": "textarea"},
    ],
    "consent": {"text": "I agree to be contacted.", "required": True},
    "origins": [SITE],
    "country": "DE",
    "perMinute": 100,
}
GOOD = {"first": "Ann", "email": "Ann@Example.com", "size": "10+", "budget": "1500.50", "consent": True}


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[HubUnderTest]:
    async with running_hub(tmp_path / "hub") as running:
        yield running


async def made(hub: HubUnderTest, **changes: Any) -> Any:
    answer = await hub.ask("POST", "/forms", json=FORM | changes)
    assert answer.status == 201, answer.body
    return answer.data


async def post(url: str, **more: Any) -> tuple[int, dict[str, str], str]:
    async with aiohttp.ClientSession() as session, session.post(url, allow_redirects=False, **more) as answer:
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, await answer.text()


async def get(url: str) -> tuple[int, dict[str, str], str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, await answer.text()


async def leads_of(hub: HubUnderTest) -> list[Any]:
    found: list[Any] = (await hub.ask("GET", "/leads")).data
    return found


async def test_a_form_sent_as_json_is_a_lead_with_consent_and_an_event(hub: HubUnderTest) -> None:
    form = await made(hub)
    status, headers, body = await post(form["url"], json=GOOD, headers={"origin": SITE})
    assert status == 201, body
    assert headers["access-control-allow-origin"] == SITE
    assert (await hub.ask("GET", "/leads")).data[0]["_id"] not in body  # a stranger learns nothing of what is stored

    [lead] = await leads_of(hub)
    assert (lead["email"], lead["firstName"], lead["source"]) == ("Ann@example.com", "Ann", "form: Contact")
    assert lead["custom"] == {"size": "10+", "budget": 1500.5}
    assert lead["consent"]["given"] is True
    assert lead["consent"]["source"] == "form: Contact"
    [sent] = (await hub.ask("GET", f"/forms/{form['_id']}/submissions")).data
    assert (sent["type"], sent["leadId"], sent["origin"], sent["hop"], sent["seq"]) == (
        "form.submitted", lead["_id"], "form", 0, 1,
    )  # fmt: skip
    assert sent["consent"]["text"] == FORM["consent"]["text"]
    assert sent["consent"]["at"] == lead["consent"]["at"]
    deltas = (await hub.hub.store[DELTAS].of(hub.company_id).find()).items
    assert sum(part.leads for delta in deltas for part in delta.parts) in (0, 1)  # 0: folded already


async def test_a_plain_browser_sees_the_page_sends_it_and_is_thanked(hub: HubUnderTest) -> None:
    form = await made(hub, redirectUrl="https://www.example.com/thanks?from=form")
    status, headers, page = await get(form["url"])
    assert status == 200
    assert "<script" not in page
    assert "Talk to &lt;us&gt;" in page
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert f"form-action 'self' {SITE}" in policy
    assert f"frame-ancestors {SITE}" in policy
    names = set(re.findall(r'name="([^"]+)"', page))
    assert {"first", "email", "size", "consent", "_website"} <= names
    started = re.search(r'name="_started" value="(\d+)"', page)
    assert started is not None

    filled = {"first": "Bo", "email": "bo@example.com", "size": "1-9", "consent": "on", "_website": ""}
    status, headers, _ = await post(form["url"], data=filled)
    assert (status, headers["location"]) == (303, "https://www.example.com/thanks?from=form")
    assert [lead["email"] for lead in await leads_of(hub)] == ["bo@example.com"]

    await hub.ask("PATCH", f"/forms/{form['_id']}", json={"redirectUrl": None})
    status, headers, _ = await post(form["url"], data=filled)
    assert (status, headers["location"]) == (303, f"/f/{form['url'].rpartition('/')[2]}/thanks")
    status, _, page = await get(hub.base + headers["location"])
    assert (status, "Thank you." in page) == (200, True)


async def test_every_wrong_field_is_named_and_nothing_is_stored(hub: HubUnderTest) -> None:
    form = await made(hub)
    wrong = {"email": "nobody", "phone": "12", "size": "many", "budget": "a lot", "message": "x" * 501, "nickname": "A"}
    status, _, body = await post(form["url"], json=wrong)
    assert status == 400
    error = json.loads(body)["error"]
    assert error["code"] == "invalid_submission"
    assert set(error["details"]["fields"]) == {*wrong, "consent"}
    assert all(one["message"] for one in error["details"]["fields"].values())

    status, headers, page = await post(form["url"], data={"email": '"><script>x</script>', "first": "Ann & Bo"})
    assert status == 400
    assert headers["content-type"].startswith("text/html")
    assert "<script>" not in page
    assert 'value="Ann &amp; Bo"' in page  # what was filled in is not lost
    assert page.count('class="problem"') == 3  # e-mail, team size, consent
    assert page.count('aria-invalid="true"') == 2
    assert await leads_of(hub) == []
    assert (await hub.hub.store[SUBMISSIONS].of(hub.company_id).find()).items == []


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"[1]", "invalid_submission"), (b"{", "invalid_json"), (b"\xff{", "invalid_json")],
)
async def test_a_body_that_is_no_form_is_refused(hub: HubUnderTest, body: bytes, code: str) -> None:
    form = await made(hub)
    status, _, text = await post(form["url"], data=body, headers={"content-type": "application/json"})
    assert (status, json.loads(text)["error"]["code"]) == (400, code)


async def test_only_the_pages_that_the_form_names_may_send_it(hub: HubUnderTest) -> None:
    form = await made(hub)
    for origin, status in ((SITE, 201), (None, 201), (hub.base, 201), ("https://evil.example", 403), ("null", 403)):
        headers = {} if origin is None else {"origin": origin}
        got, answered, body = await post(form["url"], json=GOOD, headers=headers)
        assert got == status, (origin, body)
        assert ("access-control-allow-origin" in answered) is (origin == SITE)
    asked = {"origin": SITE, "access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    async with aiohttp.ClientSession() as session:
        async with session.options(form["url"], headers=asked) as answer:
            assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, SITE)
        async with session.options(form["url"], headers=asked | {"origin": "https://evil.example"}) as answer:
            assert answer.status == 403


async def test_the_hubs_own_list_of_origins_does_not_stand_in_the_way_of_a_forms(tmp_path: Path) -> None:
    async with running_hub(tmp_path / "hub", cors_origins=("https://app.example.com",)) as hub:
        form = await made(hub)
        asked = {"origin": SITE, "access-control-request-method": "POST"}
        async with aiohttp.ClientSession() as session, session.options(form["url"], headers=asked) as answer:
            assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, SITE)


async def test_who_is_known_by_the_address_is_completed_and_never_changed(hub: HubUnderTest) -> None:
    form = await made(hub)
    [known] = await hub.leads({"email": "ann@example.com", "firstName": "Anna", "consent": {"given": False}})
    await post(form["url"], json=GOOD | {"phone": "030 901820"})
    [lead] = await leads_of(hub)
    assert lead["_id"] == known
    assert (lead["firstName"], lead["phone"], lead["consent"]["given"]) == ("Anna", "+4930901820", False)
    [sent] = (await hub.ask("GET", f"/forms/{form['_id']}/submissions")).data
    assert (sent["created"], sent["data"]["first"], sent["consent"]["given"]) == (False, "Ann", True)


async def test_a_program_that_fills_in_everything_is_thanked_and_forgotten(hub: HubUnderTest) -> None:
    form = await made(hub)
    status, _, _ = await post(form["url"], json=GOOD | {"_website": "http://spam.example"})
    assert status == 201
    assert await leads_of(hub) == []


async def test_advertising_is_refused_with_its_reason(hub: HubUnderTest) -> None:
    form = await made(hub)
    text = "Cheap <a href='http://a.example'>casino</a> http://b.example http://c.example http://d.example"
    status, _, body = await post(form["url"], json=GOOD | {"message": text})
    error = json.loads(body)["error"]
    assert (status, error["code"]) == (400, "looks_like_spam")
    assert {"links", "markup"} <= set(error["details"]["signs"])
    assert await leads_of(hub) == []


async def test_one_sender_is_limited_and_others_are_not(hub: HubUnderTest) -> None:
    slow, other = await made(hub, perMinute=2), await made(hub, perMinute=2)
    answers = [(await post(slow["url"], json=GOOD | {"email": f"p{n}@example.com"}))[0] for n in range(4)]
    assert answers == [201, 201, 429, 429]
    assert (await post(slow["url"], data={"email": "p@example.com"}))[0] == 429
    assert (await post(other["url"], json=GOOD))[0] == 201


async def test_a_check_that_a_person_is_there_is_verified_where_it_was_made(tmp_path: Path) -> None:
    asked: list[dict[str, str]] = []

    async def verify(request: web.Request) -> web.Response:
        form = await request.post()
        asked.append({name: str(value) for name, value in form.items()})
        if form["response"] == "broken":
            return web.Response(status=500)
        return web.json_response({"success": form["response"] == "person"})

    app = web.Application()
    app.router.add_post("/siteverify", verify)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with running_hub(tmp_path / "hub", sandbox_origins=(origin, NOWHERE)) as hub:
            check = {"verifyUrl": f"{origin}/siteverify", "secret": "shh-canary-1"}
            form = await made(hub, challenge=check)
            assert "shh-canary-1" not in str(form)
            assert b"shh-canary-1" not in (tmp_path / "hub" / "leadbridge.db").read_bytes()
            for values, status, code in (
                (GOOD, 400, "challenge_failed"),
                (GOOD | {"challenge": "robot"}, 400, "challenge_failed"),
                (GOOD | {"challenge": "broken"}, 503, "challenge_unavailable"),
                (GOOD | {"cf-turnstile-response": "person"}, 201, None),
            ):
                got, _, body = await post(form["url"], json=values)
                assert got == status, body
                if code is not None:
                    assert json.loads(body)["error"]["code"] == code
            assert asked[-1] == {"secret": "shh-canary-1", "response": "person"}
            assert len(await leads_of(hub)) == 1
            assert "only be sent from the page that it belongs to" in (await get(form["url"]))[2]
            shown = {"widget": "turnstile", "siteKey": "0x4AAAA_key-1"}
            await hub.ask("PATCH", f"/forms/{form['_id']}", json={"challenge": check | shown})
            _, headers, page = await get(form["url"])
            policy = headers["content-security-policy"]
            assert '<div class="field cf-turnstile" data-sitekey="0x4AAAA_key-1"></div>' in page
            assert page.count("<script") == 1
            vendor = "https://challenges.cloudflare.com"
            assert f"script-src {vendor}; frame-src {vendor}; " in policy
            person = {"email": "eve@example.com", "size": "10+", "consent": "on", "cf-turnstile-response": "person"}
            assert (await post(form["url"], data=person | {"cf-turnstile-response": "robot"}))[0] == 400
            assert (await post(form["url"], data=person))[0] == 303
            assert len(await leads_of(hub)) == 2
            unsafe = check | {"widget": "turnstile", "siteKey": '"><script>'}
            for wrong in (check | {"widget": "turnstile"}, unsafe):
                assert (await hub.ask("PATCH", f"/forms/{form['_id']}", json={"challenge": wrong})).status == 400
            stored = (await hub.hub.store[FORMS].of(hub.company_id).find()).items[0]
            assert stored.kid == (stored.challenge_secret.kid if stored.challenge_secret else None)
    finally:
        await runner.cleanup()


async def test_the_html_to_embed_has_every_field_and_no_script(hub: HubUnderTest) -> None:
    form = await made(hub)
    told = (await hub.ask("GET", f"/forms/{form['_id']}/snippet")).data
    assert f'action="{form["url"]}"' in told["html"]
    assert "<script" not in told["html"]
    for field in FORM["fields"]:
        assert f'name="{field["name"]}"' in told["html"]


async def test_a_form_that_is_paused_or_deleted_takes_nothing(hub: HubUnderTest) -> None:
    form = await made(hub)
    await hub.ask("PATCH", f"/forms/{form['_id']}", json={"active": False})
    assert (await post(form["url"], json=GOOD))[0] == 404
    await hub.ask("PATCH", f"/forms/{form['_id']}", json={"active": True})
    assert (await post(form["url"], json=GOOD))[0] == 201
    assert (await hub.ask("DELETE", f"/forms/{form['_id']}")).status == 200
    assert (await post(form["url"], json=GOOD))[0] == 404
    assert (await hub.ask("GET", f"/forms/{form['_id']}")).code == "form_not_found"
    assert len(await leads_of(hub)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"fields": []},
        {"fields": [{"name": "note", "label": "Note"}]},
        {"fields": [{"name": "e", "label": "E", "type": "text", "to": "email"}]},
        {"fields": [{"name": "e", "label": "E", "type": "email", "to": "status"}]},
        {"fields": [*FORM["fields"], FORM["fields"][0]]},
        {"origins": ["https://www.example.com/path"]},
        {"redirectUrl": "javascript:alert(1)"},
        {"fields": [{"name": "e", "label": "E", "type": "email", "to": "email", "reqired": True}]},
    ],
)
async def test_a_form_that_could_not_work_is_refused(hub: HubUnderTest, wrong: dict[str, Any]) -> None:
    answer = await hub.ask("POST", "/forms", json=FORM | wrong)
    assert (answer.status, answer.code) == (400, "invalid_request")


async def test_an_erased_person_comes_back_by_consent_alone(hub: HubUnderTest) -> None:
    form = await made(hub, consent={"text": "Yes", "required": False})
    await post(form["url"], json=GOOD)
    [lead] = await leads_of(hub)
    assert (await hub.ask("POST", "/privacy/erasures", json={"leadId": lead["_id"]})).status in (200, 201, 202)
    deadline = asyncio.get_running_loop().time() + 60
    while await leads_of(hub):
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.05)
    assert (await hub.hub.store[SUBMISSIONS].of(hub.company_id).find()).items == []
    assert (await post(form["url"], json=GOOD | {"consent": False}))[0] == 201
    assert await leads_of(hub) == []
    assert (await post(form["url"], json=GOOD))[0] == 201
    assert len(await leads_of(hub)) == 1

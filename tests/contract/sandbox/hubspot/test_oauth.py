"""OAuth over plain HTTP: consent, codes, PKCE, token lifetimes, rotation, revoking, uninstalling."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from tests.support.sandbox import (
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT,
    SCOPES,
    SandboxError,
    SandboxProcess,
    token_hash,
)

CONTACTS = "/crm/v3/objects/contacts"


def refresh(sandbox: SandboxProcess, token: str) -> tuple[int, dict[str, object]]:
    return sandbox.token(grant_type="refresh_token", refresh_token=token)


async def test_a_person_approves_in_a_browser(sandbox: SandboxProcess) -> None:
    query = {"client_id": CLIENT_ID, "redirect_uri": REDIRECT, "scope": " ".join(SCOPES), "state": "s&<1>"}
    async with aiohttp.ClientSession(sandbox.url) as session:
        async with session.get("/oauth/authorize", params=query) as shown:
            assert (shown.status, shown.content_type) == (200, "text/html")
            text = await shown.text()
        assert "Leadbridge (sandbox)" in text
        assert "4242001" in text
        assert all(scope in text for scope in SCOPES)
        assert "s&amp;&lt;1&gt;" in text
        form = {**query, "portal": "4242001", "decision": "approve"}
        async with session.post("/oauth/authorize", data=form, allow_redirects=False) as sent_back:
            assert sent_back.status == 302
            target = sent_back.headers["Location"]
        assert target.startswith(REDIRECT)
        back = parse_qs(urlsplit(target).query)
        assert back["state"] == ["s&<1>"]
        exchange = {
            "grant_type": "authorization_code",
            "code": back["code"][0],
            "redirect_uri": REDIRECT,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }
        async with session.post("/oauth/2026-03/token", data=exchange) as given:
            tokens = await given.json()
        assert given.headers["Cache-Control"] == "no-store"
    assert (tokens["token_use"], tokens["hub_id"], tokens["scopes"]) == ("access_token", 4242001, [*SCOPES])


def test_denying_sends_the_person_back_with_an_error(sandbox: SandboxProcess) -> None:
    where, back = sandbox.consent("deny")
    assert where == REDIRECT
    assert back["error"] == "access_denied"
    assert back["state"] == "state-1"
    assert "code" not in back


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"client_id": "nobody"}, "find an app"),
        ({"redirect_uri": "https://evil.example/cb"}, "Redirect URL mismatch"),
        ({"scope": "oauth"}, "missing from the install URL: crm.objects.contacts.read"),
        ({"scope": " ".join([*SCOPES, "tickets"])}, "not set for the app: tickets"),
        ({"code_challenge": "abc", "code_challenge_method": "plain"}, "S256"),
    ],
)
def test_a_wrong_request_ends_on_a_page_and_sends_nobody_anywhere(
    sandbox: SandboxProcess, params: dict[str, str], said: str
) -> None:
    with pytest.raises(SandboxError, match="400") as shown:
        sandbox.consent(**params)
    assert said in str(shown.value)


def test_optional_scopes_are_granted_as_far_as_the_portal_has_them(sandbox: SandboxProcess) -> None:
    wanted = "crm.schemas.contacts.write crm.objects.leads.read not.a.scope"
    sandbox.settings(missingScopes=["crm.objects.leads.read"])
    _, back = sandbox.consent(optional_scope=wanted)
    _, tokens = sandbox.token(grant_type="authorization_code", code=back["code"], redirect_uri=REDIRECT)
    assert tokens["scopes"] == [*SCOPES, "crm.schemas.contacts.write"]
    with pytest.raises(SandboxError, match="does not have access"):
        sandbox.consent(scope=" ".join([*SCOPES, "crm.objects.leads.read"]))


def test_registered_redirects_are_matched_exactly(sandbox: SandboxProcess) -> None:
    sandbox.control("POST", "/apps", {"redirectUris": ["https://hub.example.test/cb"]})
    where, _ = sandbox.consent(redirect_uri="https://hub.example.test/cb")
    assert where == "https://hub.example.test/cb"
    with pytest.raises(SandboxError, match="Redirect URL mismatch"):
        sandbox.consent(redirect_uri="https://hub.example.test/cb/")


def test_a_second_portal_can_be_chosen(sandbox: SandboxProcess) -> None:
    sandbox.control("POST", "/accounts", {"portalId": 5, "name": "Other <Ltd>", "domain": "other.test"})
    _, back = sandbox.consent(portal="ignored")
    assert "code" in back
    query = f"client_id={CLIENT_ID}&redirect_uri={REDIRECT}&scope={'%20'.join(SCOPES)}"
    status, _, page = sandbox.request("GET", f"/oauth/5/authorize?{query}")
    assert status == 200
    assert b"Other &lt;Ltd&gt;" in page
    status, _, page = sandbox.request("GET", f"/oauth/6/authorize?{query}")
    assert status == 400
    tokens = sandbox.control("POST", "/tokens", {"portalId": 5})
    own = sandbox.issue_tokens()
    sandbox.api("POST", CONTACTS, own["access_token"], {"properties": {"email": "ana@example.test"}})
    _, _, listed = sandbox.api("GET", CONTACTS, tokens["access_token"])
    assert listed == {"results": []}


def test_a_code_is_used_once_and_dies_soon(sandbox: SandboxProcess) -> None:
    _, back = sandbox.consent()
    form = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": REDIRECT}
    assert sandbox.token(**{**form, "redirect_uri": f"{REDIRECT}x"})[1]["status"] == "BAD_REDIRECT_URI"
    assert sandbox.token(**form)[0] == 200
    status, body = sandbox.token(**form)
    assert status == 400
    assert body == {
        "status": "BAD_AUTH_CODE",
        "message": "missing or unknown auth code",
        "error": "invalid_grant",
        "error_description": "missing or unknown auth code",
    }
    _, back = sandbox.consent()
    sandbox.advance(121)
    assert sandbox.token(**{**form, "code": back["code"]})[1]["status"] == "EXPIRED_AUTH_CODE"


def test_pkce_is_checked_once_a_challenge_was_sent(sandbox: SandboxProcess) -> None:
    verifier = "v" * 64
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    _, back = sandbox.consent(code_challenge=challenge, code_challenge_method="S256")
    form = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": REDIRECT}
    assert sandbox.token(**form)[1]["status"] == "BAD_CODE_VERIFIER"
    assert sandbox.token(**form, code_verifier="w" * 64)[1]["status"] == "BAD_CODE_VERIFIER"
    assert sandbox.token(**form, code_verifier=verifier)[0] == 200


@pytest.mark.parametrize(
    ("form", "status_name", "error"),
    [
        ({"grant_type": "password"}, "BAD_GRANT_TYPE", "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "client_id": "x"}, "BAD_CLIENT_ID", "invalid_client"),
        ({"grant_type": "refresh_token", "client_secret": "x"}, "BAD_CLIENT_SECRET", "invalid_client"),
        ({"grant_type": "refresh_token"}, "BAD_REFRESH_TOKEN", "invalid_grant"),
    ],
)
def test_token_errors(sandbox: SandboxProcess, form: dict[str, str], status_name: str, error: str) -> None:
    for path in ("/oauth/v1/token", "/oauth/v3/token", "/oauth/2026-03/token", "/oauth/2026-09/token"):
        status, body = sandbox.token(path, **form)
        assert (status, body["status"], body["error"]) == (400, status_name, error)


def test_the_token_endpoint_takes_forms_only(sandbox: SandboxProcess) -> None:
    status, _, body = sandbox.request("POST", "/oauth/v3/token", b"{}", {"Content-Type": "application/json"})
    assert (status, json.loads(body)["error"]) == (400, "invalid_request")


def test_stable_rotation_keeps_the_refresh_token_and_counts_its_uses(sandbox: SandboxProcess) -> None:
    tokens = sandbox.issue_tokens()
    for _ in range(3):
        status, answer = refresh(sandbox, tokens["refresh_token"])
        assert (status, answer["refresh_token"]) == (200, tokens["refresh_token"])
    assert sandbox.presentations(tokens["refresh_token"]) == 3


def test_rotating_gives_a_new_refresh_token_and_the_old_one_is_dead(sandbox: SandboxProcess) -> None:
    sandbox.settings(rotation="rotating")
    first = sandbox.issue_tokens()["refresh_token"]
    second = str(refresh(sandbox, first)[1]["refresh_token"])
    assert second != first
    status, body = refresh(sandbox, first)
    assert (status, body["status"]) == (400, "BAD_REFRESH_TOKEN")
    assert refresh(sandbox, second)[0] == 200
    counted = sandbox.control("GET", "/counters")["refreshTokens"]
    assert counted[token_hash(first)] == {"presented": 2, "accepted": 1}


async def test_of_twenty_callers_with_one_rotating_token_one_is_served(sandbox: SandboxProcess) -> None:
    sandbox.settings(rotation="rotating")
    token = sandbox.issue_tokens()["refresh_token"]
    form = {
        "grant_type": "refresh_token",
        "refresh_token": token,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    async with aiohttp.ClientSession(sandbox.url) as session:

        async def call() -> int:
            async with session.post("/oauth/v3/token", data=form) as answer:
                return answer.status

        statuses = await asyncio.gather(*(call() for _ in range(20)))
    assert sorted(statuses) == [200] + [400] * 19
    assert sandbox.presentations(token) == 20


def test_kills_on_reuse_ends_the_whole_grant(sandbox: SandboxProcess) -> None:
    sandbox.settings(rotation="kills_on_reuse")
    first = sandbox.issue_tokens()["refresh_token"]
    second = refresh(sandbox, first)[1]
    assert sandbox.api("GET", CONTACTS, str(second["access_token"]))[0] == 200
    assert refresh(sandbox, first)[0] == 400
    status, body = refresh(sandbox, str(second["refresh_token"]))
    assert (status, body["status"]) == (400, "BAD_REFRESH_TOKEN")
    assert sandbox.api("GET", CONTACTS, str(second["access_token"]))[0] == 401


def test_a_lost_refresh_answer_has_used_the_token_up(sandbox: SandboxProcess) -> None:
    sandbox.settings(rotation="rotating")
    first = sandbox.issue_tokens()["refresh_token"]
    sandbox.fault("oauth.token", "lost_after_write")
    with pytest.raises(ConnectionError):
        refresh(sandbox, first)
    assert refresh(sandbox, first)[1]["status"] == "BAD_REFRESH_TOKEN"
    assert sandbox.presentations(first) == 2


def test_introspection_shows_who_and_how_long(sandbox: SandboxProcess) -> None:
    tokens = sandbox.issue_tokens()
    sandbox.control("POST", "/clock", {"freeze": True})
    sandbox.advance(100)
    _, shown = sandbox.token("/oauth/2026-03/token/introspect", token=tokens["access_token"])
    assert (shown["active"], shown["user"], shown["hub_domain"]) == (
        True,
        "ana.admin@example.test",
        "example.test",
    )
    assert 1690 < shown["expires_in"] <= 1700
    _, shown = sandbox.token("/oauth/2026-09/token/introspect", token=tokens["refresh_token"])
    assert shown["token_use"] == "refresh_token"
    assert "expires_in" not in shown
    sandbox.advance(1700)
    _, shown = sandbox.token("/oauth/2026-03/token/introspect", token=tokens["access_token"])
    assert shown == {"active": False}


def test_an_access_token_outlives_a_revocation_but_not_an_uninstall(sandbox: SandboxProcess) -> None:
    tokens = sandbox.issue_tokens()
    assert sandbox.token("/oauth/2026-03/token/revoke", token=tokens["refresh_token"])[0] == 200
    assert refresh(sandbox, tokens["refresh_token"])[1]["status"] == "BAD_REFRESH_TOKEN"
    assert sandbox.api("GET", CONTACTS, tokens["access_token"])[0] == 200
    again = sandbox.issue_tokens()
    for path in ("/appinstalls/v3/external-install",):
        assert sandbox.api("DELETE", path, again["access_token"])[0] == 204
    for old in (tokens, again):
        status, _, body = sandbox.api("GET", CONTACTS, old["access_token"])
        assert (status, body["category"]) == (401, "INVALID_AUTHENTICATION")
    assert refresh(sandbox, again["refresh_token"])[1]["status"] == "BAD_REFRESH_TOKEN"


def test_account_details_are_the_portals(sandbox: SandboxProcess) -> None:
    sandbox.control("POST", "/clock", {"freezeAt": "2026-07-01T12:00:00Z"})
    token = sandbox.issue_tokens("oauth")["access_token"]
    for version in ("v3", "2026-03", "2026-09"):
        status, headers, body = sandbox.api("GET", f"/account-info/{version}/details", token)
        assert status == 200
        assert (body["portalId"], body["utcOffset"], body["utcOffsetMilliseconds"]) == (
            4242001,
            "-04:00",
            -14400000,
        )
        assert headers["date"] == "Wed, 01 Jul 2026 12:00:00 GMT"

"""OAuth over plain HTTP: consent, PKCE, codes, rotation that kills on reuse, idle ends, approvals, hosts, identity."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest

from tests.support.salesforce import (
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT,
    VERIFIER,
    SalesforceProcess,
    SandboxError,
    challenge_of,
    token_hash,
)

DAY = 86_400
DEAD = (400, {"error": "invalid_grant", "error_description": "expired access/refresh token"})


def exchange(sandbox: SalesforceProcess, code: str, **form: str) -> tuple[int, dict[str, Any]]:
    sent = {"code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER, **form}
    return sandbox.token(grant_type="authorization_code", **sent)


def alive(sandbox: SalesforceProcess, token: str) -> bool:
    return sandbox.call("GET", "/limits", token)[0] == 200


async def test_a_person_approves_in_a_browser(sandbox: SalesforceProcess) -> None:
    query = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT,
        "scope": "api refresh_token id",
        "state": "s&<1>",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    }
    async with aiohttp.ClientSession(sandbox.url) as session:
        async with session.get("/services/oauth2/authorize", params=query) as shown:
            assert (shown.status, shown.content_type) == (200, "text/html")
            text = await shown.text()
        assert "Leadbridge (sandbox)" in text
        assert "s&amp;&lt;1&gt;" in text
        org = sandbox.control("GET", "/accounts")["accounts"][0]["orgId"]
        form = {**query, "org": org, "decision": "approve"}
        async with session.post("/services/oauth2/authorize", data=form, allow_redirects=False) as sent_back:
            assert sent_back.status == 302
            target = sent_back.headers["Location"]
    assert target.startswith(REDIRECT)
    back = parse_qs(urlsplit(target).query)
    assert back["state"] == ["s&<1>"]
    assert "=" in back["code"][0]
    status, tokens = exchange(sandbox, back["code"][0])
    assert status == 200
    assert "expires_in" not in tokens
    assert (tokens["token_type"], tokens["scope"], tokens["instance_url"]) == (
        "Bearer",
        "api refresh_token id",
        sandbox.url,
    )
    signed = f"{tokens['id']}{tokens['issued_at']}".encode()
    mac = hmac.new(CLIENT_SECRET.encode(), signed, hashlib.sha256).digest()
    assert tokens["signature"] == base64.b64encode(mac).decode()


def test_denying_sends_the_person_back_with_an_error(sandbox: SalesforceProcess) -> None:
    where, back = sandbox.consent("deny")
    assert where == REDIRECT
    assert (back["error"], back["state"]) == ("access_denied", "state-1")
    assert "code" not in back


def test_the_page_can_answer_itself(sandbox: SalesforceProcess) -> None:
    sandbox.settings(autoApprove=True)
    _, back = sandbox.consent()
    assert exchange(sandbox, back["code"])[0] == 200


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"client_id": "nobody"}, "client identifier invalid"),
        ({"redirect_uri": "https://evil.example/cb"}, "redirect_uri must match configuration"),
    ],
)
def test_a_wrong_request_ends_on_a_page_and_sends_nobody_anywhere(
    sandbox: SalesforceProcess, params: dict[str, str], said: str
) -> None:
    with pytest.raises(SandboxError, match="400") as shown:
        sandbox.consent(**params)
    assert said in str(shown.value)


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"scope": "api bulk_of_nonsense"}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "tooshort"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_other_errors_come_back_to_the_app(sandbox: SalesforceProcess, params: dict[str, str], error: str) -> None:
    assert sandbox.consent(**params)[1]["error"] == error


def test_an_app_that_no_admin_installed_cannot_be_approved(sandbox: SalesforceProcess) -> None:
    sandbox.settings(appInstalled=False)
    assert sandbox.consent()[1]["error"] == "OAUTH_APPROVAL_ERROR_GENERIC"


def test_a_code_is_good_once_for_a_while_and_with_its_verifier(sandbox: SalesforceProcess) -> None:
    code = sandbox.consent()[1]["code"]
    assert exchange(sandbox, code, code_verifier="x" * 64)[1]["error"] == "invalid_request"
    missing = sandbox.token(grant_type="authorization_code", code=code, redirect_uri=REDIRECT)
    assert missing[1]["error"] == "invalid_grant"
    assert exchange(sandbox, code, redirect_uri=f"{REDIRECT}/x")[1]["error"] == "redirect_uri_mismatch"
    assert exchange(sandbox, code)[0] == 200
    assert exchange(sandbox, code)[1]["error_description"] == "expired authorization code"
    assert exchange(sandbox, "aPrx.unknown==")[1]["error_description"] == "invalid authorization code"
    late = sandbox.consent()[1]["code"]
    sandbox.advance(901)
    assert exchange(sandbox, late)[1]["error_description"] == "expired authorization code"


def test_errors_of_the_token_endpoint(sandbox: SalesforceProcess) -> None:
    tokens = sandbox.issue_tokens()
    wrong = sandbox.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"], client_secret="x")
    assert wrong == (400, {"error": "invalid_client", "error_description": "invalid client credentials"})
    unknown = sandbox.token(grant_type="refresh_token", refresh_token="x", client_id="nobody")
    assert unknown[1]["error"] == "invalid_client_id"
    assert sandbox.token(grant_type="magic")[1]["error"] == "unsupported_grant_type"
    assert sandbox.token(grant_type="refresh_token")[1]["error"] == "invalid_request"
    sandbox.fault("oauth.token", "rate_limited")
    assert sandbox.refresh(tokens["refresh_token"])[1]["error"] == "rate_limit_exceeded"
    assert sandbox.refresh(tokens["refresh_token"])[0] == 200


def test_rotation_kills_the_grant_when_an_old_token_comes_again(sandbox: SalesforceProcess) -> None:
    first = sandbox.connect()
    status, second = sandbox.refresh(first["refresh_token"])
    assert status == 200
    assert second["refresh_token"] != first["refresh_token"]
    assert alive(sandbox, first["access_token"])
    assert alive(sandbox, second["access_token"])
    assert sandbox.refresh(first["refresh_token"]) == DEAD
    assert not alive(sandbox, second["access_token"])
    assert sandbox.refresh(second["refresh_token"]) == DEAD
    assert sandbox.presentations(first["refresh_token"]) == 2
    counted = sandbox.control("GET", "/counters")["refreshTokens"][token_hash(first["refresh_token"])]
    assert counted == {"presented": 2, "accepted": 1}


def test_rotation_can_be_gentle_or_off(sandbox: SalesforceProcess) -> None:
    sandbox.settings(rotation="rotating")
    first = sandbox.issue_tokens()
    second = sandbox.refresh(first["refresh_token"])[1]
    assert sandbox.refresh(first["refresh_token"]) == DEAD
    assert sandbox.refresh(second["refresh_token"])[0] == 200
    sandbox.settings(rotation="stable")
    third = sandbox.issue_tokens()
    assert "refresh_token" not in sandbox.refresh(third["refresh_token"])[1]
    assert sandbox.refresh(third["refresh_token"])[0] == 200


def test_an_answer_lost_after_rotation_has_rotated(sandbox: SalesforceProcess) -> None:
    tokens = sandbox.issue_tokens()
    sandbox.fault("oauth.token", "lost_after_write")
    with pytest.raises(ConnectionError):
        sandbox.refresh(tokens["refresh_token"])
    assert alive(sandbox, tokens["access_token"])
    assert sandbox.refresh(tokens["refresh_token"]) == DEAD


def test_a_refresh_token_ends_when_it_lies_idle(sandbox: SalesforceProcess) -> None:
    tokens = sandbox.issue_tokens()
    sandbox.advance(29 * DAY)
    status, tokens = sandbox.refresh(tokens["refresh_token"])
    assert status == 200
    sandbox.advance(29 * DAY)
    status, tokens = sandbox.refresh(tokens["refresh_token"])
    assert status == 200
    sandbox.advance(30 * DAY + 1)
    assert sandbox.refresh(tokens["refresh_token"]) == DEAD


def test_the_sixth_approval_ends_the_first(sandbox: SalesforceProcess) -> None:
    given = [sandbox.issue_tokens() for _ in range(6)]
    assert sandbox.refresh(given[0]["refresh_token"]) == DEAD
    assert not alive(sandbox, given[0]["access_token"])
    assert all(sandbox.refresh(one["refresh_token"])[0] == 200 for one in given[1:])


def test_a_session_lasts_as_long_as_it_is_used(sandbox: SalesforceProcess) -> None:
    token = sandbox.issue_tokens()["access_token"]
    for _ in range(3):
        sandbox.advance(5400)
        assert alive(sandbox, token)
    sandbox.advance(7201)
    status, _, body = sandbox.api("GET", "/services/data/v67.0/limits", token)
    assert (status, body) == (401, [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}])


def test_revoking(sandbox: SalesforceProcess) -> None:
    tokens = sandbox.issue_tokens()
    status, _, body = sandbox.post_form("/services/oauth2/revoke", {"token": tokens["refresh_token"]})
    assert (status, body) == (200, b"")
    assert not alive(sandbox, tokens["access_token"])
    status, _, body = sandbox.post_form("/services/oauth2/revoke", {"token": tokens["refresh_token"]})
    assert (status, json.loads(body)["error"]) == (400, "invalid_token")
    other = sandbox.issue_tokens()
    assert sandbox.request("GET", f"/services/oauth2/revoke?{urlencode({'token': other['access_token']})}")[0] == 200
    assert not alive(sandbox, other["access_token"])
    assert sandbox.refresh(other["refresh_token"])[0] == 200


def test_an_administrator_revokes_everything(sandbox: SalesforceProcess) -> None:
    given = [sandbox.issue_tokens() for _ in range(2)]
    assert sandbox.do("revoke") == {"revoked": 2}
    for tokens in given:
        assert not alive(sandbox, tokens["access_token"])
        assert sandbox.refresh(tokens["refresh_token"]) == DEAD


def test_identity(sandbox: SalesforceProcess) -> None:
    tokens = sandbox.issue_tokens()
    access = tokens["access_token"]
    org = sandbox.control("GET", "/accounts")["accounts"][0]
    status, _, user = sandbox.api("GET", "/services/oauth2/userinfo", access)
    assert status == 200
    assert (user["organization_id"], user["user_id"], user["sub"]) == (org["orgId"], org["userId"], tokens["id"])
    path = urlsplit(tokens["id"]).path
    assert sandbox.api("GET", f"{path}?version=latest", access)[2]["username"] == org["username"]
    refused = sandbox.request("GET", path, None, {"Authorization": "Bearer nonsense"})
    assert (refused[0], refused[2]) == (403, b"Bad_OAuth_Token")
    other = path.replace(org["userId"], "0055g000000000ZAAA")
    assert sandbox.request("GET", other, None, {"Authorization": f"Bearer {access}"})[2] == b"Wrong_Org"
    assert sandbox.request("GET", path)[2] == b"Missing_OAuth_Token"
    narrow = sandbox.issue_tokens("api")
    assert "refresh_token" not in narrow
    assert sandbox.api("GET", "/limits", access)[0] == 404
    bearer = {"Authorization": f"Bearer {narrow['access_token']}"}
    assert sandbox.request("GET", "/services/oauth2/userinfo", None, bearer)[0] == 403


def test_introspection(sandbox: SalesforceProcess) -> None:
    tokens = sandbox.issue_tokens()

    def ask(token: str) -> dict[str, Any]:
        form = {"token": token, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        status, _, body = sandbox.post_form("/services/oauth2/introspect", form)
        assert status == 200
        answered: dict[str, Any] = json.loads(body)
        return answered

    access = ask(tokens["access_token"])
    assert access["active"] is True
    assert access["exp"] - access["iat"] == 7200
    assert ask(tokens["refresh_token"])["token_type"] == "refresh_token"
    assert ask("nonsense") == {"active": False}


def test_production_and_sandbox_orgs_have_their_own_login_hosts(sandbox: SalesforceProcess) -> None:
    port = urlsplit(sandbox.url).port
    sandbox.do("host", host=f"127.0.0.1:{port}", role="test")
    with pytest.raises(SandboxError, match="login host"):
        sandbox.consent()
    tokens = sandbox.issue_tokens()
    assert sandbox.refresh(tokens["refresh_token"])[1]["error_description"] == "authentication failure"
    made = sandbox.control(
        "POST", "/accounts", {"number": 2, "name": "Trial", "myDomain": "example", "isSandbox": True}
    )
    _, back = sandbox.consent()
    tokens = exchange(sandbox, back["code"])[1]
    assert made["orgId"] in tokens["id"]
    assert (
        sandbox.query(tokens["access_token"], "SELECT IsSandbox FROM Organization")["records"][0]["IsSandbox"] is True
    )


def test_an_org_that_moves_has_another_instance(sandbox: SalesforceProcess) -> None:
    tokens = sandbox.issue_tokens()
    moved = sandbox.url.replace("127.0.0.1", "localhost")
    sandbox.control("POST", "/accounts", {"instanceUrl": moved})
    assert not alive(sandbox, tokens["access_token"])
    status, renewed = sandbox.refresh(tokens["refresh_token"])
    assert (status, renewed["instance_url"]) == (200, moved)
    assert not alive(sandbox, renewed["access_token"])
    headers = {"Authorization": f"Bearer {renewed['access_token']}", "Host": urlsplit(moved).netloc}
    assert sandbox.request("GET", "/services/data/v67.0/limits", None, headers)[0] == 200


def test_an_edition_without_the_api(sandbox: SalesforceProcess, access: str) -> None:
    sandbox.settings(apiEnabled=False)
    status, body = sandbox.call("GET", "/limits", access)
    assert (status, body[0]["errorCode"]) == (403, "API_DISABLED_FOR_ORG")
    status, _, answered = sandbox.request("GET", "/services/data/v67.0/limits")
    assert (status, json.loads(answered)[0]["errorCode"]) == (401, "INVALID_AUTH_HEADER")

"""OAuth over plain HTTP: consent, codes, data centres, tokens that do not rotate, caps, throttling, revoking."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from tests.support.zoho import CLIENT_ID, REDIRECT, SCOPES, ZGID, SandboxError, ZohoProcess

EU = {"zgid": "777", "name": "Europa <Ltd>", "location": "eu"}


def exchange(sandbox: ZohoProcess, code: str, **more: str) -> tuple[int, dict[str, Any]]:
    return sandbox.token(grant_type="authorization_code", code=code, redirect_uri=REDIRECT, **more)


def refresh(sandbox: ZohoProcess, token: str, **more: str) -> tuple[int, dict[str, Any]]:
    return sandbox.token(grant_type="refresh_token", refresh_token=token, **more)


def alive(sandbox: ZohoProcess, access: str, **headers: str) -> bool:
    status, _, body = sandbox.crm("GET", "/org", access, **headers)
    assert (status, body.get("code")) in ((200, None), (401, "INVALID_TOKEN"))
    return status == 200


def host(url: str) -> str:
    return url.removeprefix("http://")


def test_a_person_accepts_and_the_app_gets_both_tokens(sandbox: ZohoProcess) -> None:
    where, back = sandbox.consent(state="s&<1>")
    assert where == REDIRECT
    assert (back["location"], back["accounts-server"], back["state"]) == ("us", sandbox.url, "s&<1>")
    status, tokens = exchange(sandbox, back["code"])
    assert status == 200
    assert tokens["api_domain"] == sandbox.url
    assert (tokens["expires_in"], tokens["token_type"]) == (3600, "Bearer")
    assert tokens["scope"].split() == [*SCOPES]
    _, _, body = sandbox.crm("GET", "/users?type=CurrentUser", tokens["access_token"])
    assert [one["email"] for one in body["users"]] == ["ana.admin@example.test"]
    _, _, body = sandbox.crm("GET", "/org", tokens["access_token"])
    assert (body["org"][0]["zgid"], body["org"][0]["type"]) == (ZGID, "production")


def test_a_code_works_once_and_not_for_long(sandbox: ZohoProcess) -> None:
    _, back = sandbox.consent()
    assert "access_token" in exchange(sandbox, back["code"])[1]
    assert exchange(sandbox, back["code"]) == (200, {"error": "invalid_code"})
    _, back = sandbox.consent()
    sandbox.advance(121)
    assert exchange(sandbox, back["code"]) == (200, {"error": "invalid_code"})


def test_rejecting_sends_the_person_back_with_an_error(sandbox: ZohoProcess) -> None:
    where, back = sandbox.consent("deny")
    assert (where, back) == (REDIRECT, {"error": "access_denied", "state": "state-1"})


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"client_id": "1000.NOBODY"}, "client ID"),
        ({"redirect_uri": "https://evil.example/cb"}, "redirect URI"),
        ({"scope": "ZohoCRM.modules.ALL,everything"}, "Scope does not exist: everything"),
        ({"response_type": "token"}, "response type"),
    ],
)
def test_a_wrong_request_ends_on_a_page_and_sends_nobody_anywhere(
    sandbox: ZohoProcess, params: dict[str, str], said: str
) -> None:
    with pytest.raises(SandboxError, match="400") as shown:
        sandbox.consent(**params)
    assert said in str(shown.value)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"client_id": "1000.NOBODY"}, "invalid_client"),
        ({"client_secret": "other"}, "invalid_client_secret"),
        ({"redirect_uri": "http://127.0.0.1:1/other"}, "invalid_redirect_uri"),
    ],
)
def test_the_token_endpoint_refuses_with_status_200(sandbox: ZohoProcess, wrong: dict[str, str], error: str) -> None:
    _, back = sandbox.consent()
    sent = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": REDIRECT, **wrong}
    assert sandbox.token(**sent) == (200, {"error": error})
    assert "access_token" in exchange(sandbox, back["code"])[1]


def test_without_offline_access_there_is_no_refresh_token(sandbox: ZohoProcess) -> None:
    _, back = sandbox.consent(access_type="online")
    assert "refresh_token" not in exchange(sandbox, back["code"])[1]


def test_a_repeated_consent_without_prompt_gives_no_refresh_token(sandbox: ZohoProcess) -> None:
    for prompt, given in (("none", True), ("none", False), ("consent", True)):
        _, back = sandbox.consent(prompt=prompt)
        assert ("refresh_token" in exchange(sandbox, back["code"])[1]) is given


@pytest.mark.parametrize("method", ["S256", "plain"])
def test_a_challenge_asks_for_its_verifier(sandbox: ZohoProcess, method: str) -> None:
    verifier = "v" * 60
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    challenge = digest if method == "S256" else verifier
    _, back = sandbox.consent(code_challenge=challenge, code_challenge_method=method)
    assert exchange(sandbox, back["code"], code_verifier="w" * 60)[1] == {"error": "invalid_code"}
    assert "access_token" in exchange(sandbox, back["code"], code_verifier=verifier)[1]


def test_another_data_centre_knows_neither_codes_nor_tokens(sandbox: ZohoProcess) -> None:
    sandbox.control("POST", "/accounts", EU)
    _, back = sandbox.consent(org="777")
    assert (back["location"], back["accounts-server"]) == ("eu", sandbox.eu_url)
    eu = host(sandbox.eu_url)
    assert exchange(sandbox, back["code"])[1] == {"error": "invalid_code"}
    _, tokens = exchange(sandbox, back["code"], host=eu)
    assert tokens["api_domain"] == sandbox.eu_url
    assert alive(sandbox, tokens["access_token"], host=eu)
    assert not alive(sandbox, tokens["access_token"])
    assert refresh(sandbox, tokens["refresh_token"])[1] == {"error": "invalid_code"}
    assert "access_token" in refresh(sandbox, tokens["refresh_token"], host=eu)[1]


def test_an_app_is_set_up_by_data_centre_with_its_own_secrets(sandbox: ZohoProcess) -> None:
    sandbox.control("POST", "/accounts", EU)
    sandbox.control("POST", "/apps", {"secrets": {"eu": "eu-secret"}})
    eu = host(sandbox.eu_url)
    _, back = sandbox.consent(org="777")
    assert exchange(sandbox, back["code"], host=eu)[1] == {"error": "invalid_client_secret"}
    assert "access_token" in exchange(sandbox, back["code"], host=eu, client_secret="eu-secret")[1]
    sandbox.control("POST", "/apps", {"locations": ["us"]})
    with pytest.raises(SandboxError, match="not set up for its data centre"):
        sandbox.consent(org="777")
    assert refresh(sandbox, "1000.any", host=eu)[1] == {"error": "invalid_client"}


def test_the_list_of_servers_names_every_data_centre(sandbox: ZohoProcess) -> None:
    status, _, body = sandbox.request("GET", "/oauth/serverinfo")
    assert status == 200
    assert body.decode().count("http://") == 2
    assert sandbox.eu_url in body.decode()


def test_a_refresh_token_stays_and_each_presentation_is_counted(sandbox: ZohoProcess) -> None:
    tokens = sandbox.issue_tokens()
    for _ in range(2):
        status, fresh = refresh(sandbox, tokens["refresh_token"])
        assert status == 200
        assert "refresh_token" not in fresh
        assert alive(sandbox, fresh["access_token"])
    assert alive(sandbox, tokens["access_token"])
    assert sandbox.presentations(tokens["refresh_token"]) == 2
    assert sandbox.calls("oauth.token") == 2
    with pytest.raises(SandboxError, match="never replaced"):
        sandbox.settings(rotation="rotating")


def test_access_tokens_end_after_an_hour(sandbox: ZohoProcess) -> None:
    access = sandbox.issue_tokens()["access_token"]
    sandbox.advance(3599)
    assert alive(sandbox, access)
    sandbox.advance(2)
    assert not alive(sandbox, access)


def test_too_many_refreshes_are_throttled_which_revokes_nothing(sandbox: ZohoProcess) -> None:
    tokens = sandbox.issue_tokens()
    answers = [refresh(sandbox, tokens["refresh_token"]) for _ in range(12)]
    assert [status for status, _ in answers] == [200] * 10 + [400] * 2
    assert answers[-1][1]["error"] == "Access Denied"
    assert answers[-1][1]["status"] == "failure"
    assert alive(sandbox, answers[9][1]["access_token"])
    sandbox.advance(601)
    assert refresh(sandbox, tokens["refresh_token"])[0] == 200


def test_a_sixteenth_access_token_ends_the_oldest(sandbox: ZohoProcess) -> None:
    sandbox.settings(accessTokensPerTenMinutes=100)
    tokens = sandbox.issue_tokens()
    fresh = [refresh(sandbox, tokens["refresh_token"])[1]["access_token"] for _ in range(15)]
    assert not alive(sandbox, tokens["access_token"])
    assert all(alive(sandbox, one) for one in fresh)


def test_a_twenty_first_consent_ends_the_first_connection_silently(sandbox: ZohoProcess) -> None:
    grants = [sandbox.issue_tokens() for _ in range(21)]
    assert refresh(sandbox, grants[0]["refresh_token"])[1] == {"error": "invalid_code"}
    assert not alive(sandbox, grants[0]["access_token"])
    assert "access_token" in refresh(sandbox, grants[1]["refresh_token"])[1]


def test_too_many_codes_end_on_a_page(sandbox: ZohoProcess) -> None:
    for _ in range(10):
        sandbox.consent()
    with pytest.raises(SandboxError, match="too many requests"):
        sandbox.consent()


def test_revoking_ends_the_access_tokens_too(sandbox: ZohoProcess) -> None:
    tokens = sandbox.issue_tokens()
    status, _, body = sandbox.post_form("/oauth/v2/token/revoke", {"token": tokens["refresh_token"]})
    assert (status, body) == (200, b'{"status":"success"}')
    assert not alive(sandbox, tokens["access_token"])
    assert refresh(sandbox, tokens["refresh_token"])[1] == {"error": "invalid_code"}
    assert sandbox.post_form("/oauth/v2/token/revoke", {"token": tokens["refresh_token"]})[0] == 400


def test_an_administrator_revokes_everything(sandbox: ZohoProcess) -> None:
    tokens = sandbox.issue_tokens()
    assert sandbox.control("POST", "/do/revoke", {}) == {"revoked": 1}
    assert not alive(sandbox, tokens["access_token"])


def test_a_call_needs_a_readable_token_and_its_scope(sandbox: ZohoProcess) -> None:
    assert sandbox.request("GET", "/crm/v8/org")[0] == 401
    assert b"AUTHENTICATION_FAILURE" in sandbox.request("GET", "/crm/v8/org", headers={"Authorization": "Basic x"})[2]
    narrow = sandbox.issue_tokens("ZohoCRM.modules.leads.READ", "ZohoCRM.settings.fields.ALL")["access_token"]
    assert sandbox.api("GET", "/crm/v8/Leads?fields=id", narrow)[0] == 204, "Bearer is taken too"
    assert sandbox.crm("GET", "/settings/fields?module=Leads", narrow)[0] == 200
    for method, path in (("GET", "/Contacts?fields=id"), ("DELETE", "/Leads?ids=1"), ("GET", "/settings/modules")):
        status, _, body = sandbox.crm(method, path, narrow)
        assert (status, body["code"]) == (401, "OAUTH_SCOPE_MISMATCH"), path


def test_a_second_registration_is_its_own(sandbox: ZohoProcess) -> None:
    sandbox.control("POST", "/apps", {"clientId": "1000.OTHER", "redirectUris": ["https://hub.example.test/cb"]})
    where, back = sandbox.consent(client_id="1000.OTHER", redirect_uri="https://hub.example.test/cb")
    assert where == "https://hub.example.test/cb"
    assert exchange(sandbox, back["code"])[1] == {"error": "invalid_code"}, f"it is not a code of {CLIENT_ID}"
    with pytest.raises(SandboxError, match="redirect URI"):
        sandbox.consent(client_id="1000.OTHER", redirect_uri="https://hub.example.test/cb/")

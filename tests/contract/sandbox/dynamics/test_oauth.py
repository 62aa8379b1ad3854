"""The sign-in host: consent, codes, refresh tokens that stay valid, AADSTS errors, discovery."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.dynamics import CLIENT_ID, CLIENT_SECRET, REDIRECT, TENANT_ID, DynamicsProcess
from tests.support.vendor import SandboxError

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def exchange(sandbox: DynamicsProcess, code: str, **more: str) -> tuple[int, dict[str, Any]]:
    form = {"redirect_uri": REDIRECT, "scope": sandbox.scope(), **more}
    return sandbox.token(grant_type="authorization_code", code=code, **form)


def refresh(sandbox: DynamicsProcess, token: str, **more: str) -> tuple[int, dict[str, Any]]:
    return sandbox.token(grant_type="refresh_token", refresh_token=token, **more)


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    parsed: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return parsed


def test_a_consent_gives_tokens_for_the_organisation(sandbox: DynamicsProcess) -> None:
    where, back = sandbox.consent(code_challenge=CHALLENGE, code_challenge_method="S256")
    assert (where, back["state"]) == (REDIRECT, "state-1")
    status, wrong = exchange(sandbox, back["code"], code_verifier="w" * 43)
    assert (status, wrong["error"]) == (400, "invalid_grant")
    status, tokens = exchange(sandbox, back["code"], code_verifier=VERIFIER)
    assert (status, tokens["token_type"]) == (200, "Bearer")
    assert 3600 <= tokens["expires_in"] <= 5400
    told = claims(tokens["access_token"])
    assert (told["aud"], told["tid"]) == (sandbox.url, TENANT_ID)
    assert claims(tokens["id_token"])["preferred_username"] == "ada.byrne@example.test"
    status, again = exchange(sandbox, back["code"], code_verifier=VERIFIER)
    assert (status, again["error_codes"]) == (400, [54005])
    status, _, who = sandbox.web("GET", "WhoAmI", tokens["access_token"])
    _, _, user = sandbox.web("GET", f"systemusers({who['UserId']})?$select=fullname", tokens["access_token"])
    assert user["fullname"] == "Ada Byrne"


def test_without_offline_access_there_is_no_refresh_token(sandbox: DynamicsProcess) -> None:
    scope = f"{sandbox.url}/.default"
    _, back = sandbox.consent(scope=scope)
    status, tokens = exchange(sandbox, back["code"], scope=scope)
    assert status == 200
    assert "refresh_token" not in tokens
    assert "id_token" not in tokens


def test_each_refresh_gives_a_new_token_and_the_old_one_goes_on_working(sandbox: DynamicsProcess) -> None:
    first = sandbox.issue_tokens()["refresh_token"]
    _, second = refresh(sandbox, first, scope=sandbox.scope())
    assert second["refresh_token"] != first
    assert refresh(sandbox, first)[0] == 200
    assert sandbox.presentations(first) == 2
    sandbox.settings(rotation="rotating")
    _, third = refresh(sandbox, first)
    status, dead = refresh(sandbox, first)
    assert (status, dead["error_codes"]) == (400, [50173])
    sandbox.settings(rotation="kills_on_reuse")
    assert refresh(sandbox, first)[0] == 400
    assert refresh(sandbox, third["refresh_token"])[0] == 400


def test_a_refresh_token_lives_for_ninety_days_from_its_last_use(sandbox: DynamicsProcess) -> None:
    first = sandbox.issue_tokens()["refresh_token"]
    sandbox.advance(89 * 86_400)
    _, second = refresh(sandbox, first)
    sandbox.advance(2 * 86_400)
    status, dead = refresh(sandbox, first)
    assert (status, dead["error"], dead["error_codes"]) == (400, "invalid_grant", [700082])
    assert dead["error_description"].startswith("AADSTS700082: ")
    assert refresh(sandbox, second["refresh_token"])[0] == 200


@pytest.mark.parametrize(
    ("how", "error", "number"),
    [
        ("revoked", "invalid_grant", 50173),
        ("mfa", "interaction_required", 50076),
        ("unconsented", "invalid_grant", 65001),
    ],
)
def test_an_administrator_ends_a_grant(sandbox: DynamicsProcess, how: str, error: str, number: int) -> None:
    tokens = sandbox.issue_tokens()
    assert sandbox.web("GET", "WhoAmI", tokens["access_token"])[0] == 200
    assert sandbox.control("POST", "/do/revoke", {"how": how}) == {"ended": 1}
    status, refused = refresh(sandbox, tokens["refresh_token"])
    assert (status, refused["error"], refused["error_codes"]) == (400, error, [number])
    assert sandbox.web("GET", "WhoAmI", tokens["access_token"])[0] == 401


def test_a_wrong_secret_is_no_reason_to_connect_again(sandbox: DynamicsProcess) -> None:
    token = sandbox.issue_tokens()["refresh_token"]
    status, refused = refresh(sandbox, token, client_secret="wrong")
    assert (status, refused["error"], refused["error_codes"]) == (401, "invalid_client", [7000215])
    assert refresh(sandbox, token, client_id="unknown")[1]["error"] == "unauthorized_client"
    basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {basic}"}
    body = f"grant_type=refresh_token&refresh_token={token}".encode()
    assert sandbox.request("POST", "/common/oauth2/v2.0/token", body, headers)[0] == 200


def test_what_is_wrong_with_a_request_is_said_where_it_is_safe(sandbox: DynamicsProcess) -> None:
    with pytest.raises(SandboxError, match="AADSTS50011"):
        sandbox.consent(redirect_uri="https://elsewhere.test/cb")
    with pytest.raises(SandboxError, match="AADSTS700016"):
        sandbox.consent(client_id="unknown")
    with pytest.raises(SandboxError, match="AADSTS90002"):
        sandbox.consent(tenant="nowhere.test")
    assert sandbox.consent(tenant=TENANT_ID)[1]["code"]
    for scope, error in (
        (f"{sandbox.url}//.default", "invalid_resource"),
        ("https://other.crm.dynamics.com/user_impersonation", "invalid_resource"),
        (f"{sandbox.url}/leads.read", "invalid_scope"),
        ("openid offline_access", "invalid_request"),
    ):
        _, back = sandbox.consent(scope=scope)
        assert (back["error"], back["state"]) == (error, "state-1")
    _, back = sandbox.consent(decision="deny")
    assert back["error"] == "access_denied"


def test_an_unknown_caller_is_told_where_to_sign_in(sandbox: DynamicsProcess) -> None:
    status, headers, body = sandbox.request("GET", "/api/data/v9.2/")
    assert (status, body) == (401, b"")
    challenge = headers["www-authenticate"]
    assert challenge.startswith(f"Bearer authorization_uri={sandbox.url}/{TENANT_ID}/oauth2/authorize, ")
    assert challenge.endswith(f"resource_id={sandbox.url}/")
    token = sandbox.issue_tokens()["access_token"]
    sandbox.advance(5401)
    assert sandbox.web("GET", "WhoAmI", token)[0] == 401


def test_discovery_lists_the_organisations_of_the_tenant(sandbox: DynamicsProcess) -> None:
    port = urlsplit(sandbox.url).port
    other = {
        "organizationId": "c2a3f1de-18a5-4c0e-a1d5-0000000000c9",
        "uniqueName": "orgother",
        "friendlyName": "Other Ltd",
        "url": f"http://localhost:{port}",
    }
    sandbox.control("POST", "/accounts", other)
    refresh_token = sandbox.issue_tokens()["refresh_token"]
    _, found = refresh(sandbox, refresh_token, scope="https://globaldisco.crm.dynamics.com/user_impersonation")
    status, _, body = sandbox.api("GET", "/api/discovery/v2.0/Instances", found["access_token"])
    assert status == 200
    assert [(row["FriendlyName"], row["Url"]) for row in body["value"]] == [
        ("Example Ltd", sandbox.url),
        ("Other Ltd", other["url"]),
    ]
    assert sandbox.web("GET", "WhoAmI", found["access_token"])[0] == 401


def test_a_token_is_for_one_organisation(sandbox: DynamicsProcess) -> None:
    url = f"http://localhost:{urlsplit(sandbox.url).port}"
    given = {"organizationId": "c2a3f1de-18a5-4c0e-a1d5-0000000000c9", "uniqueName": "orgother", "url": url}
    sandbox.control("POST", "/accounts", given)
    _, back = sandbox.consent(scope=f"{url}/user_impersonation offline_access")
    _, tokens = exchange(sandbox, back["code"], scope=f"{url}/user_impersonation offline_access")
    _, _, who = sandbox.web("GET", "WhoAmI", tokens["access_token"])
    assert who["OrganizationId"] == given["organizationId"]
    mine = sandbox.issue_tokens()["access_token"]
    lead = sandbox.add(mine, "leads", lastname="Mine")
    assert sandbox.web("GET", f"leads({lead})", tokens["access_token"])[0] == 404


def test_an_application_has_a_user_of_its_own_and_no_refresh_token(sandbox: DynamicsProcess) -> None:
    scope = f"{sandbox.url}/.default"
    status, tokens = sandbox.token(grant_type="client_credentials", scope=scope)
    assert status == 200
    assert "refresh_token" not in tokens
    _, _, who = sandbox.web("GET", "WhoAmI", tokens["access_token"])
    assert who["UserId"] != sandbox.web("GET", "WhoAmI", sandbox.issue_tokens()["access_token"])[2]["UserId"]
    assert sandbox.token(grant_type="client_credentials", scope=sandbox.scope())[0] == 400

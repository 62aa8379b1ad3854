"""What Microsoft's documented answers mean: tokens, identities, records, refusals by code and by AADSTS number."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from leadbridge.crm.app import App
from leadbridge.crm.dynamics import answers, errors
from leadbridge.crm.dynamics.tables import TABLES
from leadbridge.crm.dynamics.values import text_of
from leadbridge.crm.errors import Effect, Refusal, TokenRefused
from leadbridge.security.transport import Headers, HttpResponse

APP = App(
    client_id="11111111-0000-0000-0000-000000000000",
    client_secret=SecretStr("s3cr~t"),
    authorize_url="https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize",
    api_url="https://contoso.crm.dynamics.com",
    api_version="v9.2",
    login_url="https://login.microsoftonline.com/organizations",
)
LEAD = TABLES["lead"]
ID = "7d0c0000-0000-0000-0000-000000000001"


def answer(status: int, body: Any, **headers: str) -> HttpResponse:
    named = Headers((name.replace("_", "-"), text) for name, text in headers.items())
    return HttpResponse(status, named, body if isinstance(body, bytes) else orjson.dumps(body), 0.1)


def refusal(code: str, message: str = "told") -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def sign_in(error: str, *numbers: int) -> dict[str, Any]:
    text = f"AADSTS{numbers[0] if numbers else 0}: It did not go.\r\nTrace ID: t\r\nTimestamp: 2026-11-22 10:00:00Z"
    return {"error": error, "error_description": text, "error_codes": list(numbers), "correlation_id": "c-1"}


def test_tokens_of_an_exchange() -> None:
    body = {
        "token_type": "Bearer",
        "scope": "https://contoso.crm.dynamics.com/user_impersonation",
        "expires_in": 4211,
        "ext_expires_in": 4211,
        "access_token": "AT1",
        "refresh_token": "RT1",
        "id_token": "h.p.s",
    }
    grant = answers.grant(answer(200, body))
    assert (grant.access_token.get_secret_value(), grant.expires_in) == ("AT1", 4211)
    assert grant.refresh_token is not None
    assert grant.refresh_token.get_secret_value() == "RT1"
    assert grant.scopes == ("user_impersonation", "offline_access")
    without = answers.grant(answer(200, {name: body[name] for name in ("access_token", "scope")}))
    assert (without.refresh_token, without.expiry_estimated, without.scopes) == (None, True, ("user_impersonation",))


@pytest.mark.parametrize(
    ("status", "body", "refused", "code"),
    [
        (400, sign_in("invalid_grant", 700082), Refusal.GRANT_GONE, "grant_expired"),
        (400, sign_in("invalid_grant", 70008), Refusal.GRANT_GONE, "grant_expired"),
        (400, sign_in("invalid_grant", 700084), Refusal.GRANT_GONE, "grant_expired"),
        (400, sign_in("invalid_grant", 50173), Refusal.GRANT_GONE, "grant_revoked"),
        (400, sign_in("interaction_required", 50076), Refusal.GRANT_GONE, "more_proof_needed"),
        (400, sign_in("invalid_grant", 50079), Refusal.GRANT_GONE, "more_proof_needed"),
        (400, sign_in("interaction_required", 50158), Refusal.GRANT_GONE, "more_proof_needed"),
        (400, sign_in("invalid_grant", 65001), Refusal.GRANT_GONE, "consent_missing"),
        (400, sign_in("invalid_grant", 54005), Refusal.GRANT_GONE, "code_used"),
        (400, sign_in("invalid_grant", 50020), Refusal.GRANT_GONE, "wrong_directory"),
        (400, sign_in("invalid_grant", 4711), Refusal.GRANT_GONE, "grant_gone"),
        (401, sign_in("invalid_client", 7000215), Refusal.MISCONFIGURED, "app_misconfigured"),
        (401, sign_in("invalid_client", 7000222), Refusal.MISCONFIGURED, "app_misconfigured"),
        (400, sign_in("invalid_grant", 7000215), Refusal.MISCONFIGURED, "app_misconfigured"),
        (400, sign_in("invalid_scope", 70011), Refusal.MISCONFIGURED, "app_misconfigured"),
        (400, sign_in("invalid_request", 9002313), Refusal.MISCONFIGURED, "app_misconfigured"),
        (400, sign_in("temporarily_unavailable"), Refusal.TRANSIENT, "vendor_unavailable"),
        (429, {}, Refusal.TRANSIENT, "rate_limited"),
        (503, b"<html>down</html>", Refusal.TRANSIENT, "vendor_unavailable"),
        (400, b"<html>what?</html>", Refusal.TRANSIENT, "vendor_unavailable"),
    ],
)
def test_what_a_refused_token_says_of_the_grant(status: int, body: Any, refused: Refusal, code: str) -> None:
    with pytest.raises(TokenRefused) as told:
        answers.grant(answer(status, body))
    assert (told.value.refusal, told.value.fault.code) == (refused, code)
    assert "Trace ID" not in told.value.fault.message, "only the first line is for people"
    assert told.value.fault.cause
    assert told.value.fault.hint


def test_a_refused_token_names_its_number_and_correlation() -> None:
    told = errors.token_refused(answer(400, sign_in("invalid_grant", 700082))).fault
    assert (told.vendor_code, told.correlation_id) == ("AADSTS700082", "c-1")
    assert (
        errors.token_refused(answer(400, {"error": "invalid_grant", "error_codes": ["x"]})).fault.code == "grant_gone"
    )


def test_an_account_is_its_organisation_and_acts_as_a_person() -> None:
    who = {"BusinessUnitId": "b0", "UserId": "a1", "OrganizationId": "c2"}
    user = {"@odata.etag": 'W/"88120"', "fullname": "Ada Byrne", "internalemailaddress": "ada@contoso.test"}
    account = answers.account(APP, who, user, {"name": "Contoso"})
    assert (account.account_id, account.user_id, account.name) == ("c2", "a1", "Ada Byrne")
    assert (account.email, account.environment) == ("ada@contoso.test", "contoso.crm.dynamics.com")
    assert answers.account(APP, who, {}, {"name": "Contoso"}).name == "Contoso"
    nameless = answers.account(APP, who, {}, {})
    assert ("c2" in nameless.name, nameless.email) == (True, None)


def test_a_record_has_its_columns_without_annotations() -> None:
    raw = {
        "@odata.etag": 'W/"90020"',
        "fullname": "Noa Field",
        "familystatuscode@OData.Community.Display.V1.FormattedValue": "Single",
        "familystatuscode": 1,
        "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "account",
        "_parentcustomerid_value": "9f00",
        "revenue": 1250.5,
        "donotemail": False,
        "telephone1": None,
        "modifiedon": "2026-11-22T10:00:00Z",
        "leadid": ID,
    }
    record = answers.record(LEAD, raw)
    assert record.values == {
        "fullname": "Noa Field",
        "familystatuscode": "1",
        "_parentcustomerid_value": "9f00",
        "revenue": "1250.5",
        "donotemail": "false",
        "telephone1": None,
        "modifiedon": "2026-11-22T10:00:00Z",
        "leadid": ID,
    }
    assert (record.id, record.modified_at.isoformat()) == (ID, "2026-11-22T10:00:00+00:00")


def test_versions_rise_as_texts_do_and_lead_back_to_their_tags() -> None:
    tags = ['W/"9"', 'W/"10"', 'W/"90020"', 'W/"4372108"']
    versions = [answers.version_of({"@odata.etag": tag}) for tag in tags]
    assert versions == sorted(versions)
    assert [answers.etag_of(version) for version in versions] == tags


def test_of_several_records_with_one_address_the_oldest_is_taken() -> None:
    rows = [
        {"leadid": ID, "emailaddress1": "Noa@Field.test", "@odata.etag": 'W/"1"'},
        {"leadid": ID[:-1] + "2", "emailaddress1": "noa@field.test", "@odata.etag": 'W/"2"'},
    ]
    found = answers.by_keys(LEAD, rows, "emailaddress1", ["noa@field.TEST", "other@field.test"])
    assert {key: record.id for key, record in found.items()} == {"noa@field.TEST": ID}


@pytest.mark.parametrize(
    ("status", "code", "message", "expected", "effect"),
    [
        (404, "0x80040217", "lead With Id = dead Does Not Exist", "record_not_found", Effect.NONE),
        (404, "0x80060888", "Resource not found for the segment 'leads'.", "table_missing", Effect.NONE),
        (400, "0x80060888", "Resource not found for the segment 'leads'.", "table_missing", Effect.NONE),
        (400, "0x80060888", "Could not find a property named 'x'.", "request_refused", Effect.NONE),
        (412, "0x80060882", "", "changed_meanwhile", Effect.NONE),
        (412, "0x80040237", "", "already_exists", Effect.NONE),
        (412, "0x80060892", "", "already_exists", Effect.NONE),
        (412, "0x80040333", "", "duplicate_detected", Effect.NONE),
        (500, "0x80040333", "", "duplicate_detected", Effect.NONE),
        (403, "0x80040220", "missing prvCreateLead privilege", "missing_privilege", Effect.ATTENTION),
        (403, "0x80072560", "", "not_a_member", Effect.ATTENTION),
        (429, "0x80072322", "", "rate_limited", Effect.RATE_LIMITED),
        (429, "0x80072321", "", "rate_limited", Effect.RATE_LIMITED),
        (429, "0x80072326", "", "rate_limited", Effect.RATE_LIMITED),
        (400, "0x80044331", "exceeded the maximum allowed length", "too_long", Effect.NONE),
        (400, "0x80048d19", "", "invalid_value", Effect.NONE),
        (400, "0x80048D19", "", "invalid_value", Effect.NONE),
        (400, "0x80040265", "The credit limit is too low.", "rejected_by_plugin", Effect.NONE),
        (400, "0x80044352", "", "changes_expired", Effect.NONE),
        (405, "", "", "not_allowed", Effect.NONE),
        (413, "", "", "vendor_too_large", Effect.NONE),
        (503, "", "", "vendor_unavailable", Effect.NONE),
        (418, "", "", "vendor_failed", Effect.NONE),
    ],
)
def test_refusals_are_known_by_their_codes(status: int, code: str, message: str, expected: str, effect: Effect) -> None:
    fault = errors.explain(answer(status, refusal(code, message), retry_after="37", x_ms_service_request_id="r-1"))
    assert (fault.code, fault.effect) == (expected, effect)
    assert (fault.retry_after, fault.correlation_id) == (37.0, "r-1")
    assert fault.cause
    assert fault.hint
    assert message in fault.message


def test_an_answer_without_json_is_explained_by_its_status() -> None:
    for body in (b"", b"<html>", b"[]", b'{"error": "text"}'):
        assert errors.explain(answer(403, body)).code == "missing_privilege"
        assert errors.explain(answer(502, body)).code == "vendor_unavailable"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, None), (True, "true"), (False, "false"), (8, "8"), (1250.5, "1250.5"), (1e-7, "0.0000001"), (3.0, "3")],
)
def test_values_become_texts(value: Any, text: str | None) -> None:
    assert text_of(value) == text


def test_rows_and_budget() -> None:
    assert answers.rows({"value": [{"a": 1}, 2, None]}) == [{"a": 1}]
    assert answers.rows({"value": None}) == []
    assert answers.budget(answer(429, {})).slow_down
    assert not answers.budget(answer(200, {})).slow_down

"""Salesforce's answers read and requests built, from the examples of its documentation."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from pydantic import SecretStr

from leadbridge.crm.app import App
from leadbridge.crm.errors import CallFailed, Effect, Refusal, TokenRefused
from leadbridge.crm.model import Write
from leadbridge.crm.salesforce import answers, errors, hosts, ids, requests, soql
from leadbridge.crm.salesforce.codes import BY_CODE
from leadbridge.crm.salesforce.provider import Salesforce
from leadbridge.kit.errors import InvalidInput
from leadbridge.security.transport import Headers, HttpResponse

LOGIN = "https://login.salesforce.com"
APP = App(
    "3MVG9", SecretStr("s3cret"), f"{LOGIN}/services/oauth2/authorize", "https://acme.my.salesforce.com", "v67.0", LOGIN
)
ORG = "00DXX0000001234EAA"


def answer(status: int, body: Any = None, **headers: str) -> HttpResponse:
    named = Headers([(name.replace("_", "-"), text) for name, text in headers.items()])
    return HttpResponse(status, named, b"" if body is None else orjson.dumps(body), 0.01)


def tokens(**more: str) -> dict[str, str]:
    told = {"id": f"{LOGIN}/id/{ORG}/005XX000001abcDEF", "issued_at": "1795000000000"}
    mac = hmac.new(b"s3cret", f"{told['id']}{told['issued_at']}".encode(), hashlib.sha256)
    return {
        "access_token": f"{ORG[:15]}!AQ4AQ",
        "refresh_token": "5Aep861",
        "signature": base64.b64encode(mac.digest()).decode(),
        "scope": "refresh_token api id",
        "instance_url": "https://acme.my.salesforce.com",
        "token_type": "Bearer",
        **told,
        **more,
    }


def test_a_grant_is_read_with_its_signature_and_its_address() -> None:
    grant = answers.grant(answer(200, tokens()), APP)
    assert grant.access_token.get_secret_value() == "00DXX0000001234!AQ4AQ"
    assert (grant.expires_in, grant.expiry_estimated) == (7200, True)
    assert grant.scopes == ("refresh_token", "api", "id")
    assert grant.api_url == "https://acme.my.salesforce.com"
    assert grant.doubt is None


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"signature": "AAAA"}, "identity_unproved"),
        ({"id": f"{LOGIN}/id/00DXX0000009999EAA/005XX000001abcDEF"}, "identity_unproved"),
        ({"instance_url": "https://acme.my.salesforce.com.evil.test"}, "account_address_refused"),
        ({"instance_url": "http://acme.my.salesforce.com"}, "account_address_refused"),
        ({"instance_url": LOGIN}, "account_address_refused"),
    ],
)
def test_tokens_in_doubt_are_kept_and_told(more: dict[str, str], code: str) -> None:
    grant = answers.grant(answer(200, tokens(**more)), APP)
    assert grant.doubt is not None
    assert grant.doubt.code == code
    assert grant.refresh_token is not None, "after a renewal it is the only one"
    assert grant.api_url in (None, "https://acme.my.salesforce.com")


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (400, {"error": "invalid_grant", "error_description": "expired access/refresh token"}, Refusal.GRANT_GONE),
        (400, {"error": "invalid_grant", "error_description": "ip restricted"}, Refusal.GRANT_GONE),
        (400, {"error": "inactive_user", "error_description": "user is inactive"}, Refusal.GRANT_GONE),
        (400, {"error": "invalid_client", "error_description": "invalid client credentials"}, Refusal.MISCONFIGURED),
        (400, {"error": "invalid_client_id", "error_description": "client identifier invalid"}, Refusal.MISCONFIGURED),
        (400, {"error": "invalid_request", "error_description": "invalid code verifier"}, Refusal.MISCONFIGURED),
        (400, {"error": "rate_limit_exceeded", "error_description": "login rate exceeded"}, Refusal.TRANSIENT),
        (503, None, Refusal.TRANSIENT),
        (200, {"token_type": "Bearer"}, Refusal.TRANSIENT),
    ],
)
def test_only_some_refusals_mean_that_the_grant_is_gone(status: int, body: Any, refusal: Refusal) -> None:
    with pytest.raises(TokenRefused) as refused:
        answers.grant(answer(status, body), APP)
    assert refused.value.refusal is refusal
    assert refused.value.fault.hint
    if refusal is Refusal.GRANT_GONE:
        assert refused.value.fault.effect is Effect.REAUTH


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://acme.my.salesforce.com", True),
        ("https://acme--dev.sandbox.my.salesforce.com", True),
        ("https://na139.salesforce.com", True),
        ("https://acme.my.salesforce.mil", True),
        ("https://login.salesforce.com", False),
        ("https://my.salesforce.com.evil.test", False),
        ("https://evilsalesforce.com", False),
        ("https://acme.my.salesforce.com:8443", False),
        ("https://acme.my.salesforce.com@evil.test", False),
        ("https://acme.lightning.force.com", False),
        ("", False),
    ],
)
def test_only_salesforces_own_hosts_are_called(url: str, ours: bool) -> None:
    assert hosts.is_instance(url) is ours


@pytest.mark.parametrize(
    ("options", "login"),
    [
        ({}, LOGIN),
        ({"environment": "sandbox"}, "https://test.salesforce.com"),
        ({"environment": "Production"}, LOGIN),
        ({"myDomain": "acme"}, "https://acme.my.salesforce.com"),
        ({"myDomain": "https://acme--dev.sandbox.my.salesforce.com/"}, "https://acme--dev.sandbox.my.salesforce.com"),
        ({"myDomain": "Acme.develop.my.salesforce.com"}, "https://acme.develop.my.salesforce.com"),
    ],
)
def test_a_connect_goes_to_the_host_that_was_named(options: dict[str, str], login: str) -> None:
    app = Salesforce().locate(APP, options)
    assert (app.login_url, app.authorize_url) == (login, f"{login}/services/oauth2/authorize")
    assert requests.refresh(app, SecretStr("token")).url == f"{login}/services/oauth2/token"


@pytest.mark.parametrize(
    "options",
    [
        {"environment": "staging"},
        {"myDomain": "acme.lightning.force.com"},
        {"myDomain": "https://evil.test/acme.my.salesforce.com"},
        {"myDomain": "acme.my.salesforce.com:444"},
        {"myDomain": "acme my"},
        {"dataCenter": "eu"},
    ],
)
def test_any_other_place_is_refused_with_what_to_send(options: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        Salesforce().locate(APP, options)
    assert refused.value.hint


def test_nothing_secret_stands_in_an_address() -> None:
    url = requests.authorize_url(APP, redirect_uri="https://hub.test/back", state="st", challenge="ch")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked["scope"] == "api refresh_token offline_access id"
    assert (asked["code_challenge"], asked["code_challenge_method"]) == ("ch", "S256")
    assert "+" not in urlsplit(url).query
    secret = SecretStr("s3cret-refresh")
    for request in (
        requests.exchange(APP, code="co=de", redirect_uri="https://hub.test/back", verifier="ver"),
        requests.refresh(APP, secret),
        requests.revoke(APP, secret),
        requests.introspect(APP, SecretStr("00D!x")),
    ):
        assert "?" not in request.url
        assert request.body is not None
        assert not request.repeatable


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("O'Hara", r"'O\'Hara'"), ("a\\b", r"'a\\b'"), ('say "x"\n', r"'say \"x\"\n'"), ("nul\x00", "'nul'")],
)
def test_a_value_cannot_leave_its_quotes(text: str, wanted: str) -> None:
    assert soql.literal(text) == wanted


def test_names_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="not a name"):
        soql.select(("Id", "Name FROM User"), "Lead")
    assert (
        soql.select(("Id", "Account.Name", "Id"), "Contact", limit=5) == "SELECT Id,Account.Name FROM Contact LIMIT 5"
    )


def test_long_lists_are_asked_for_in_portions_that_fit_an_address() -> None:
    values = [f"person{number}@example.test" for number in range(1000)]
    parts = list(soql.portions(values, 5000, 200))
    assert [value for part in parts for value in part] == values
    assert all(len(part) <= 200 for part in parts)
    assert all(len(soql.encoded(soql.one_of("Email", part))) < 5100 for part in parts)


@pytest.mark.parametrize(
    ("short", "long"),
    [("001A0000006Vm9u", "001A0000006Vm9uIAC"), ("00Qxx0000000001", "00Qxx0000000001EAA"), ("no id", "no id")],
)
def test_ids_are_kept_in_their_long_form(short: str, long: str) -> None:
    assert ids.long_id(short) == long
    assert ids.long_id(long) == long


def test_an_update_keeps_owners_and_clears_by_null() -> None:
    (first, second) = (Write("a", {"City": "Rome", "Phone": ""}, "00Qxx0000000001"), Write("b", {"City": "Oslo"}, "x"))
    request = requests.update(APP, "Lead", [first, second])
    assert request.headers["sforce-auto-assign"] == "FALSE"
    assert request.headers["sforce-call-options"] == "client=Leadbridge"
    rows = orjson.loads(request.body or b"")["records"]
    assert rows[0] == {
        "attributes": {"type": "Lead"},
        "id": "00Qxx0000000001EAA",
        "City": "Rome",
        "Phone": None,
    }
    assert not request.repeatable
    assert "sforce-auto-assign" not in requests.create(APP, "Lead", [Write("a", {"City": "Rome"})]).headers
    assert requests.upsert(APP, "Lead", "Leadbridge_Id__c", [first]).repeatable


def test_a_next_page_is_taken_as_it_stands() -> None:
    told = "/services/data/v66.0/query/01gXX-2000"
    assert requests.next_page(APP, told).url == f"https://acme.my.salesforce.com{told}"
    assert requests.next_page(APP, "https://evil.test/query/01g").url == "https://evil.test/query/01g"


@pytest.mark.parametrize(
    ("body", "status", "code", "retryable"),
    [
        ([{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}], 401, "token_expired", True),
        ([{"message": "x", "errorCode": "REQUIRED_FIELD_MISSING", "fields": ["Name"]}], 400, "required_missing", True),
        ([{"message": "entity is deleted", "errorCode": "ENTITY_IS_DELETED"}], 404, "record_not_found", True),
        ([{"message": "x", "errorCode": "CANNOT_UPDATE_CONVERTED_LEAD"}], 400, "lead_converted", False),
        ([{"message": "x", "errorCode": "API_DISABLED_FOR_ORG"}], 403, "api_disabled", False),
        ([{"message": "TotalRequests Limit", "errorCode": "REQUEST_LIMIT_EXCEEDED"}], 403, "daily_limit", True),
        ([{"message": "ConcurrentRequests Limit", "errorCode": "REQUEST_LIMIT_EXCEEDED"}], 403, "rate_limited", True),
        ([{"message": "gone", "errorCode": "UNSUPPORTED_API_VERSION"}], 410, "api_version_ended", False),
        ([{"message": "x", "errorCode": "MAXIMUM_HIERARCHY_LIMIT_EXCEEDED"}], 400, "organisation_limit", True),
        ([{"message": "x", "errorCode": "NEVER_HEARD_OF"}], 418, "vendor_failed", True),
        (None, 503, "vendor_unavailable", True),
    ],
)  # fmt: skip
def test_a_refusal_is_explained(body: Any, status: int, code: str, retryable: bool) -> None:
    fault = errors.explain(answer(status, body))
    assert (fault.code, fault.retryable) == (code, retryable)
    assert fault.cause
    assert fault.hint
    assert fault.message.startswith("Salesforce")


def test_a_page_in_place_of_an_answer_is_no_success() -> None:
    page = HttpResponse(200, Headers(), b"<html>login</html>", 0.01)
    with pytest.raises(CallFailed) as failed:
        answers.ensure(page, 200)
    assert failed.value.fault.code == "not_the_api"


def test_a_field_that_is_hidden_is_named() -> None:
    error = {"errorCode": "INVALID_FIELD", "message": "No such column 'Title' on sobject of type Lead"}
    fault = errors.explain_error(error, 400)
    assert (fault.code, fault.effect) == ("field_missing", Effect.ATTENTION)
    assert "Title" in fault.hint
    assert errors.field_of(error) == "Title"


def test_duplicates_name_the_records_they_are_taken_for() -> None:
    match = {"matchConfidence": 90.0, "record": {"attributes": {"type": "Lead"}, "Id": "00Qxx0000000002"}}
    better = {"matchConfidence": 100.0, "record": {"attributes": {"type": "Lead"}, "Id": "00Qxx0000000001"}}
    error = {
        "errorCode": "DUPLICATES_DETECTED",
        "message": "Use one of these records?",
        "duplicateResult": {"allowSave": True, "matchResults": [{"matchRecords": [match, better]}]},
    }
    assert errors.existing_id([error]) == "00Qxx0000000001EAA"
    fault = errors.explain_error(error, 400)
    assert fault.code == "already_exists"
    assert "00Qxx0000000001EAA, 00Qxx0000000002EAA" in fault.hint
    told = "duplicate value found: Ext_Id__c duplicates value on record with id: 00Qxx0000000003"
    assert errors.existing_id([{"statusCode": "DUPLICATE_VALUE", "message": told}]) == "00Qxx0000000003EAA"


def test_a_lock_inside_a_triggers_words_is_a_lock() -> None:
    message = "LeadTrigger: execution of AfterInsert caused by: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access"
    error = {"statusCode": "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "message": message}
    assert errors.is_locked(error)
    assert errors.explain_error(error, 400).code == "record_locked"
    assert errors.is_governor({**error, "message": "System.LimitException: Too many SOQL queries: 101"})


def test_a_token_that_would_be_refused_again_is_not_renewed() -> None:
    expired = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    looping = [{"message": "This session is not valid for use with the REST API", "errorCode": "INVALID_SESSION_ID"}]
    assert errors.token_ended(answer(401, expired))
    assert not errors.token_ended(answer(401, looping))
    assert errors.explain(answer(401, looping)).code == "token_unusable"
    assert errors.token_ended(HttpResponse(403, Headers(), b"Bad_OAuth_Token", 0.01))
    assert not errors.token_ended(answer(403, [{"errorCode": "INSUFFICIENT_ACCESS", "message": "no"}]))


def test_what_is_left_of_the_day_is_read() -> None:
    budget = answers.budget(
        answer(200, {}, sforce_limit_info="api-usage=25/15000; per-app-api-usage=17/250(appName=x)")
    )
    assert (budget.day_left, budget.day_limit, budget.slow_down) == (14975, 15000, False)
    over = answers.budget(
        answer(403, [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}])
    )
    assert (over.day_over, over.slow_down) == (True, True)
    many = answers.budget(
        answer(403, [{"message": "ConcurrentPerOrgLongTxn Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}])
    )
    assert (many.day_over, many.slow_down) == (False, True)


def test_the_account_is_the_organisation() -> None:
    info = {"organization_id": "00DXX0000001234", "user_id": "005XX000001abcD", "email": "ana@acme.test", "name": "Ana"}
    organization = {"Id": ids.long_id("00DXX0000001234"), "Name": "Acme", "IsSandbox": True}
    account = answers.account(info, organization, "https://acme.my.salesforce.com")
    assert (account.account_id, account.name, account.environment) == (
        ids.long_id("00DXX0000001234"),
        "Acme",
        "sandbox",
    )
    with pytest.raises(CallFailed):
        answers.account(info, {**organization, "Id": "00DXX0000009999"}, "https://acme.my.salesforce.com")


def test_times_and_values_are_read_as_salesforce_writes_them() -> None:
    raw = {"attributes": {"type": "Lead"}, "Id": "00Qxx0000000001", "IsConverted": False, "NumberOfEmployees": 12,
           "City": None, "SystemModstamp": "2026-11-20T08:00:01.000+0000", "Address": {"city": "Rome"}}  # fmt: skip
    record = answers.record(raw)
    assert record.values["IsConverted"] == "false"
    assert record.values["NumberOfEmployees"] == "12"
    assert record.values["City"] is None
    assert "Address" not in record.values
    assert record.modified_at == datetime(2026, 11, 20, 8, 0, 1, tzinfo=UTC)
    assert soql.moment(record.modified_at) == "2026-11-20T08:00:01.000Z"


def test_rows_and_outcomes_must_be_as_many() -> None:
    assert answers.outcomes([{"success": True, "id": "x"}], 2) == [None, None]
    assert answers.outcomes({"oops": 1}, 1) == [None]
    assert answers.outcomes([{"success": False}, "odd"], 2) == [{"success": False}, None]


def test_every_line_of_the_catalogue_says_cause_and_cure() -> None:
    assert len(BY_CODE) > 80
    for code, entry in BY_CODE.items():
        assert code == code.upper()
        assert entry.cause.endswith((".", ")"))
        assert entry.hint.endswith(".")

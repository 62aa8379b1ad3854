"""Zoho's answers and refusals, as its documentation and recordings show them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from leadbridge.crm.app import App
from leadbridge.crm.errors import CallFailed, Effect, Refusal, TokenRefused
from leadbridge.crm.model import Write
from leadbridge.crm.zoho import answers, describing, errors, grants, places
from leadbridge.crm.zoho.hosts import ACCOUNTS, CENTRES
from leadbridge.crm.zoho.provider import Zoho
from leadbridge.kit.errors import InvalidInput
from leadbridge.security.transport import Headers, HttpResponse

APP = App(
    client_id="1000.ABC",
    client_secret=SecretStr("s"),
    authorize_url="https://accounts.zoho.com/oauth/v2/auth",
    api_url="https://www.zohoapis.com",
    api_version="v8",
    login_url="https://accounts.zoho.com",
)


def answer(status: int, body: Any = None, **headers: str) -> HttpResponse:
    raw = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
    named = Headers((name.replace("_", "-"), value) for name, value in headers.items())
    return HttpResponse(status, named, raw, 0.0)


TOKENS = {
    "access_token": "1000.aaa.bbb",
    "refresh_token": "1000.ccc.ddd",
    "scope": "ZohoCRM.modules.ALL ZohoCRM.org.READ",
    "api_domain": "https://www.zohoapis.eu",
    "token_type": "Bearer",
    "expires_in": 3600,
}


def test_a_token_answer_is_read() -> None:
    grant = Zoho().read_grant(places.landed(APP, {"accounts-server": "https://accounts.zoho.eu"}), answer(200, TOKENS))
    assert grant.access_token.get_secret_value() == "1000.aaa.bbb"
    assert grant.refresh_token is not None
    assert (grant.expires_in, grant.expiry_estimated) == (3600, False)
    assert grant.scopes == ("ZohoCRM.modules.ALL", "ZohoCRM.org.READ")
    assert grant.api_url == "https://www.zohoapis.eu"


@pytest.mark.parametrize(
    ("told", "seconds"),
    [({"expires_in_sec": 3600, "expires_in": 3600000}, 3600), ({"expires_in": 3600000}, 3600), ({}, 3600)],
)
def test_an_older_forms_milliseconds_are_seconds(told: dict[str, int], seconds: int) -> None:
    assert grants.read(answer(200, {"access_token": "a"} | told)).expires_in == seconds


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (200, {"error": "invalid_code"}, Refusal.GRANT_GONE),
        (200, {"error": "invalid_client"}, Refusal.MISCONFIGURED),
        (400, {"error": "invalid_client_secret"}, Refusal.MISCONFIGURED),
        (
            400,
            {
                "error_description": "You have made too many requests continuously. Please try again after some time.",
                "error": "Access Denied",
                "status": "failure",
            },
            Refusal.TRANSIENT,
        ),
        (200, b"<html>maintenance</html>", Refusal.TRANSIENT),
        (502, b"<html>bad gateway</html>", Refusal.TRANSIENT),
    ],
)
def test_success_is_a_token_and_never_a_status(status: int, body: Any, refusal: Refusal) -> None:
    with pytest.raises(TokenRefused) as refused:
        grants.read(answer(status, body))
    assert refused.value.refusal is refusal
    assert refused.value.fault.hint
    throttled = status == 400 and refusal is Refusal.TRANSIENT
    assert refused.value.fault.retry_after == (60.0 if throttled else None)


@pytest.mark.parametrize(
    "named",
    [
        "https://www.zohoapis.com.evil.example",
        "https://evil.example",
        "http://www.zohoapis.eu",
        "https://www.zohoapis.eu:8443",
        "https://www.zohoapis.eu/x",
        "https://user@www.zohoapis.eu",
        "https://www.zohoapis.com",  # another data centre than the accounts server's
        "nonsense",
    ],
)
def test_tokens_go_to_no_api_that_is_not_of_this_data_centre(named: str) -> None:
    app = places.landed(APP, {"accounts-server": "https://accounts.zoho.eu"})
    with pytest.raises(TokenRefused) as refused:
        Zoho().read_grant(app, answer(200, {**TOKENS, "api_domain": named}))
    assert refused.value.fault.code == "foreign_api_domain"


def test_the_call_back_names_the_accounts_server() -> None:
    for origin, centre in ACCOUNTS.items():
        app = places.landed(APP, {"accounts-server": origin, "location": centre})
        assert app.login_url == origin
        assert app.api_url == f"https://www.{CENTRES[centre].domain}"
        assert places.location(app) == centre
    assert places.landed(APP, {}) == APP
    for named in ("https://accounts.zoho.eu.evil.example", "http://accounts.zoho.eu", "https://zoho.eu", "x"):
        with pytest.raises(InvalidInput):
            places.landed(APP, {"accounts-server": named})


def test_a_connect_begins_at_the_data_centre_that_was_named() -> None:
    app = places.locate(APP, {"dataCenter": "CN"})
    assert app.authorize_url == "https://accounts.zoho.com.cn/oauth/v2/auth"
    assert places.locate(APP, {}) == APP
    for options in ({"dataCenter": "mars"}, {"environment": "sandbox"}):
        with pytest.raises(InvalidInput):
            places.locate(APP, options)


def test_only_a_dead_token_asks_for_a_new_one() -> None:
    zoho = Zoho()
    for code, ended in (
        ("INVALID_TOKEN", True),
        ("AUTHENTICATION_FAILURE", True),
        ("OAUTH_SCOPE_MISMATCH", False),
    ):
        body = {"code": code, "details": {}, "message": "no", "status": "error"}
        assert zoho.token_ended(answer(401, body)) is ended
    fault = errors.explain(answer(401, {"code": "OAUTH_SCOPE_MISMATCH", "message": "Unauthorized"}))
    assert (fault.code, fault.retryable, fault.effect) == ("missing_scope", False, Effect.ATTENTION)


@pytest.mark.parametrize("status", [400, 429])
def test_slow_down_is_a_code_under_any_status(status: int) -> None:
    body = {"code": "TOO_MANY_REQUESTS", "message": "later", "status": "error", "details": {}}
    told = answers.budget(answer(status, body))
    assert told.slow_down
    assert not told.day_over
    assert answers.budget(answer(status, body, x_api_credits_remaining="0")).day_over
    assert not answers.budget(answer(200, {"data": []}, x_api_credits_remaining="0")).slow_down


MIXED = {
    "data": [
        {
            "code": "SUCCESS",
            "duplicate_field": "Email",
            "action": "update",
            "details": {"id": "5547000009", "Modified_Time": "2026-11-22T15:30:00+05:30"},
            "message": "record updated",
            "status": "success",
        },
        {
            "code": "INVALID_DATA",
            "details": {"expected_data_type": "text", "api_name": "Company", "json_path": "$.data[1].Company"},
            "message": "invalid data",
            "status": "error",
        },
        {
            "code": "DUPLICATE_DATA",
            "details": {
                "api_name": "Ext_Key",
                "id": "5547000001",
                "duplicate_record": {"id": "5547000002", "module": {"api_name": "Leads"}},
                "more_records": False,
            },
            "message": "duplicate data",
            "status": "error",
        },
        {
            "code": "MANDATORY_NOT_FOUND",
            "details": {"api_name": "Last_Name", "json_path": "$.data[3].Last_Name"},
            "message": "required field not found",
            "status": "error",
        },
    ]
}


@pytest.mark.parametrize("status", [200, 201, 202, 207, 400])
def test_each_row_has_its_own_outcome_whatever_the_status(status: int) -> None:
    writes = [Write(str(number), {}) for number in range(5)]
    done, invalid, duplicate, missing, untold = answers.written(MIXED, writes, status)
    assert done.record is not None
    assert (done.record.id, done.record.version) == ("5547000009", "2026-11-22T10:00:00+00:00")
    assert invalid.fault is not None
    assert invalid.fault.code == "invalid_value"
    assert "field Company, expected text" in invalid.fault.message
    assert duplicate.fault is not None
    assert (duplicate.fault.code, duplicate.existing_id) == ("already_exists", "5547000002")
    assert missing.fault is not None
    assert missing.fault.code == "required_missing"
    assert untold.fault is answers.NO_OUTCOME


def test_an_empty_answer_is_nothing_and_a_page_of_html_is_a_failure() -> None:
    assert answers.ensure(answer(204), 200) == {}
    assert answers.ensure(answer(304), 200) == {}
    with pytest.raises(CallFailed):
        answers.ensure(answer(200, b"<html>maintenance</html>"), 200)


def test_a_record_is_read_with_its_time_in_utc() -> None:
    raw = {
        "id": "5547000001",
        "Last_Name": "-",
        "Email": "roy@ex.test",
        "Modified_Time": "2026-11-20T16:02:11+05:30",
        "Owner": {"name": "Ana", "id": "77", "email": "ana@acme.test"},
        "Languages": ["German", "Dutch"],
        "Tag": [{"name": "sync", "id": "1"}],
        "Email_Opt_Out": False,
        "No_of_Employees": 12,
        "Annual_Revenue": 1500.5,
        "City": None,
        "$approved": True,
    }
    record = answers.record(raw, "Leads")
    assert record.version == "2026-11-20T10:32:11+00:00"
    assert record.values == {
        "Last_Name": None,  # the placeholder stands for no value
        "Email": "roy@ex.test",
        "Modified_Time": "2026-11-20T16:02:11+05:30",
        "Owner": "77",
        "Languages": "German;Dutch",
        "Tag": "sync",
        "Email_Opt_Out": "false",
        "No_of_Employees": "12",
        "Annual_Revenue": "1500.5",
        "City": None,
    }


DOCUMENTED = """
MANDATORY_NOT_FOUND INVALID_DATA DUPLICATE_DATA MULTIPLE_OR_MULTI_ERRORS DEPENDENT_FIELD_MISSING
DEPENDENT_MISMATCH EXPECTED_FIELD_MISSING PATTERN_NOT_MATCHED NOT_ALLOWED INVALID_REQUEST_METHOD
LIMIT_EXCEEDED RECORD_LOCKED NOT_APPROVED NOT_REVIEWED RECORD_IN_BLUEPRINT ID_ALREADY_CONVERTED
DUPLICATE_LINKING_DATA ALREADY_MODIFIED DEPENDENT_SERVICE_ERROR INTERNAL_ERROR
REQUIRED_PARAM_MISSING EXPIRED_VALUE INVALID_MODULE DISCRETE_PAGINATION_LIMIT_EXCEEDED
PAGINATION_LIMIT_EXCEEDED TOKEN_BOUND_DATA_MISMATCH SYNTAX_ERROR AMBIGUITY_DURING_PROCESSING
INVALID_URL_PATTERN INVALID_TOKEN AUTHENTICATION_FAILURE OAUTH_SCOPE_MISMATCH NO_PERMISSION
AUTHORIZATION_FAILED TOO_MANY_REQUESTS RATE_LIMIT_EXCEEDED INVALID_QUERY DUPLICATE_ALIAS
INVALID_ALIAS NOT_SUBSCRIBED UNSUPPORTED_MEDIA_TYPE RESOURCE_NOT_FOUND
"""


def test_every_line_of_the_catalogue_says_why_and_what_to_do() -> None:
    for code, entry in {**errors.CATALOGUE, "": errors.UNEXPLAINED}.items():
        assert entry.cause.endswith("."), code
        assert entry.hint.endswith("."), code
    for code in DOCUMENTED.split():
        assert code in errors.CATALOGUE, code


def test_a_missing_permission_is_named() -> None:
    body = {
        "code": "NO_PERMISSION",
        "details": {"permissions": ["Crm_Implied_Create_Leads"]},
        "message": "permission denied",
        "status": "error",
    }
    fault = errors.explain(answer(403, body))
    assert fault.code == "no_permission"
    assert "Crm_Implied_Create_Leads" in fault.hint


def test_a_field_is_described() -> None:
    raw = {
        "api_name": "Lead_Source",
        "field_label": "Lead Source",
        "display_label": "Lead Source",
        "data_type": "picklist",
        "read_only": False,
        "custom_field": False,
        "operation_type": {"api_create": True, "api_update": True},
        "pick_list_values": [
            {"display_value": "-None-", "actual_value": "-None-", "type": "used"},
            {"display_value": "Advert", "actual_value": "Advertisement", "type": "used"},
            {"display_value": "Old", "actual_value": "Old", "type": "unused"},
        ],
        "unique": {},
    }
    field = describing.field(raw, "Leads", {"Lead_Source"})
    assert (field.type, field.writable, field.unique, field.required) == ("choice", True, False, True)
    assert [(one.value, one.label) for one in field.options] == [("Advertisement", "Advert")]
    assert not describing.field({**raw, "operation_type": {"api_create": False, "api_update": False}}, "Leads").writable
    assert describing.field({**raw, "unique": {"casesensitive": "false"}}, "Leads").unique
    assert describing.field({"api_name": "Email", "data_type": "email", "unique": {}}, "Leads").unique


def test_what_every_layout_requires_is_required() -> None:
    def layout(*names: str) -> dict[str, Any]:
        return {"sections": [{"fields": [{"api_name": name, "required": True} for name in names]}]}

    assert describing.required([layout("Company", "Email"), layout("Company")]) == {"Company"}
    assert describing.required([]) == frozenset()

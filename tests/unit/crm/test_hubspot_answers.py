"""HubSpot's answers as recorded, read into our words."""

import orjson
import pytest
from pydantic import SecretStr

from leadbridge.crm.errors import Effect, Refusal
from leadbridge.crm.hubspot import answers, errors, requests
from leadbridge.crm.provider import App, Write
from leadbridge.security.transport import Headers, HttpResponse

APP = App("client", SecretStr("s3cret"), "https://app.hubspot.com/oauth/authorize", "https://api.hubapi.com", "2026-03")


def response(status: int, body: object, **headers: str) -> HttpResponse:
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return HttpResponse(status, Headers((name.replace("_", "-"), value) for name, value in headers.items()), content, 0)


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (400, {"status": "BAD_REFRESH_TOKEN", "error": "invalid_grant"}, Refusal.GRANT_GONE),
        (400, {"status": "BAD_REFRESH_TOKEN", "message": "missing or invalid refresh token"}, Refusal.GRANT_GONE),
        (400, {"status": "BAD_HUB", "error": "access_denied"}, Refusal.GRANT_GONE),
        (400, {"status": "BAD_CLIENT_ID", "error": "invalid_client"}, Refusal.MISCONFIGURED),
        (401, {"message": "unauthorized"}, Refusal.MISCONFIGURED),
        (400, {"error": "invalid_request"}, Refusal.MISCONFIGURED),
        (429, {"status": "error", "errorType": "RATE_LIMIT"}, Refusal.TRANSIENT),
        (477, {"message": "migrating"}, Refusal.TRANSIENT),
        (503, b"<html>busy</html>", Refusal.TRANSIENT),
        (400, b"not json", Refusal.TRANSIENT),
    ],
)
def test_only_a_grant_that_is_gone_ends_a_connection(status: int, body: object, refusal: Refusal) -> None:
    assert errors.token_refused(response(status, body)).refusal is refusal


@pytest.mark.parametrize(
    ("status", "body", "code", "retryable", "effect"),
    [
        (400, {"category": "VALIDATION_ERROR", "message": "bad"}, "invalid_value", True, Effect.NONE),
        (401, {"category": "EXPIRED_AUTHENTICATION"}, "token_expired", True, Effect.NONE),
        (401, {"category": "INVALID_AUTHENTICATION"}, "token_invalid", False, Effect.REAUTH),
        (403, {"category": "MISSING_SCOPES"}, "missing_scope", False, Effect.ATTENTION),
        (404, {"message": "resource not found"}, "record_not_found", True, Effect.NONE),
        (409, {"category": "CONFLICT"}, "already_exists", True, Effect.NONE),
        (423, {}, "record_locked", True, Effect.NONE),
        (429, {"errorType": "RATE_LIMIT"}, "rate_limited", True, Effect.RATE_LIMITED),
        (477, {}, "account_moving", True, Effect.NONE),
        (502, b"bad gateway", "vendor_unavailable", True, Effect.NONE),
        (429, {"errorType": "RATE_LIMIT", "policyName": "DAILY"}, "daily_limit", True, Effect.RATE_LIMITED),
        (
            400,
            {"category": "VALIDATION_ERROR", "errors": [{"code": "PROPERTY_DOESNT_EXIST"}]},
            "field_missing",
            True,
            Effect.NONE,
        ),
        (
            400,
            {"category": "VALIDATION_ERROR", "errors": [{"code": "MISSING_CONDITIONAL_REQUIRED_PROPERTY"}]},
            "required_missing",
            True,
            Effect.NONE,
        ),
        (
            400,
            {"category": "VALIDATION_ERROR", "message": 'Property values were not valid: [{"error":"INVALID_EMAIL"}]'},
            "invalid_email",
            True,
            Effect.NONE,
        ),
        (418, {}, "vendor_failed", True, Effect.NONE),
    ],
)
def test_every_documented_error_has_a_cause_and_a_hint(
    status: int, body: object, code: str, retryable: bool, effect: Effect
) -> None:
    fault = errors.explain(response(status, body))
    assert (fault.code, fault.retryable, fault.effect) == (code, retryable, effect)
    assert fault.message.startswith("HubSpot")
    assert fault.cause
    assert fault.hint


def test_missing_scopes_are_named() -> None:
    body = {"category": "MISSING_SCOPES", "context": {"requiredGranularScopes": ["crm.objects.contacts.write"]}}
    assert "crm.objects.contacts.write" in errors.explain(response(403, body)).hint


def test_the_existing_contact_is_read_from_the_sentence_or_the_context() -> None:
    assert errors.existing_id({"message": "Contact already exists. Existing ID: 37765128953"}) == "37765128953"
    assert errors.existing_id({"message": "Contact already exists", "context": {"existingId": ["7"]}}) == "7"
    assert errors.existing_id({"message": "Contact already exists"}) is None


def contact(id: str, **properties: str | None) -> dict[str, object]:
    return {"id": id, "properties": properties, "updatedAt": "2026-11-22T10:00:00.123Z"}


def test_outcomes_are_matched_to_writes_whatever_their_order() -> None:
    writes = [
        Write("lead-1", {"email": "Ana@example.com"}),
        Write("lead-2", {"firstname": "Bo", "leadbridge_id": "lead-2"}),
        Write("lead-3", {"email": "cy@example.com"}),
        Write("lead-4", {"email": "di@example.com"}),
        Write("lead-5", {"email": "ed@example.com"}),
    ]
    body = {
        "results": [
            contact("13", email="cy@example.com") | {"objectWriteTraceId": "lead-3"},
            contact("12", firstname="Bo", leadbridge_id="lead-2"),
            contact("11", email="ana@example.com"),
        ],
        "errors": [
            {
                "category": "CONFLICT",
                "message": "Contact already exists. Existing ID: 9001",
                "context": {"objectWriteTraceId": ["lead-4"], "existingId": ["9001"]},
            }
        ],
    }
    outcome = answers.written(body, writes, "leadbridge_id")
    assert [one.trace for one in outcome] == [write.trace for write in writes]
    assert [one.record.id if one.record else None for one in outcome] == ["11", "12", "13", None, None]
    assert outcome[3].existing_id == "9001"
    assert outcome[4].fault is answers.NO_OUTCOME


def test_an_update_that_meets_a_deleted_record_is_told_by_its_id() -> None:
    body = {"errors": [{"category": "OBJECT_NOT_FOUND", "context": {"ids": ["501"]}}]}
    outcome = answers.written(body, [Write("lead-1", {"phone": "1"}, "501")], "leadbridge_id")
    assert outcome[0].fault is not None
    assert outcome[0].fault.code == "record_not_found"


def test_records_are_found_under_merged_ids_and_secondary_addresses() -> None:
    merged = contact("9", email="a@example.com", hs_merged_object_ids="7;8", hs_additional_emails="b@example.com")
    assert set(answers.by_keys([merged], None, ["7", "9"])) == {"7", "9"}
    assert set(answers.by_keys([merged], "email", ["B@example.com", "c@example.com"])) == {"B@example.com"}


def test_secrets_stand_in_the_body_and_never_in_an_address_or_a_repr() -> None:
    request = requests.exchange(APP, code="c0de", redirect_uri="https://hub.example/cb", verifier="ver1fier")
    assert b"s3cret" in (request.body or b"")
    for secret in ("s3cret", "c0de", "ver1fier"):
        assert secret not in request.url
        assert secret not in repr(request)


def test_scopes_are_separated_as_hubspot_reads_them() -> None:
    url = requests.authorize_url(APP, redirect_uri="https://hub.example/cb", state="st", challenge="ch")
    assert "scope=oauth%20crm.objects.contacts.read%20" in url
    assert "+" not in url


def test_a_batch_either_creates_or_updates() -> None:
    with pytest.raises(ValueError, match="either"):
        requests.batch_write(APP, "contacts", [Write("a", {}), Write("b", {}, "1")])

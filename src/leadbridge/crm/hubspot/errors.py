"""HubSpot's error catalogue: what an answer means, why it came, what to do, and whether trying again can help.

HubSpot's documentation says that every field of an error may be absent; nothing here relies on one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from leadbridge.crm.errors import Effect, Fault, Refusal, TokenRefused
from leadbridge.security.transport import HttpResponse

_CODE_INSIDE = re.compile(r'"error":"([A-Z_]+)"')
_EXISTING_ID = re.compile(r"Existing ID: (\d+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalogue."""

    code: str
    cause: str
    hint: str
    retryable: bool
    effect: Effect = Effect.NONE


_TRY_LATER = "Nothing needs to be done: the same request is worth repeating in a few minutes."

BY_CATEGORY: Mapping[str, Entry] = {
    "VALIDATION_ERROR": Entry(
        "invalid_value",
        "HubSpot does not accept one of the values, or the field does not exist there.",
        "Correct the value in the lead, or the field's definition in HubSpot, and sync the lead again.",
        retryable=True,
    ),
    "CONFLICT": Entry(
        "already_exists",
        "HubSpot already has a contact with the same unique value.",
        "Merge or correct the contact in HubSpot, then sync the lead again.",
        retryable=True,
    ),
    "OBJECT_NOT_FOUND": Entry(
        "record_not_found",
        "The contact was deleted or merged in HubSpot.",
        "Restore it in HubSpot, or sync the lead again to have it matched anew.",
        retryable=True,
    ),
    "MISSING_SCOPES": Entry(
        "missing_scope",
        "The connection was not granted a permission that this needs.",
        "Connect HubSpot again as a super admin and approve the listed permissions.",
        retryable=False,
        effect=Effect.ATTENTION,
    ),
    "RATE_LIMIT": Entry(
        "rate_limited",
        "The HubSpot account has used up the calls it allows in this time.",
        _TRY_LATER,
        retryable=True,
        effect=Effect.RATE_LIMITED,
    ),
    "EXPIRED_AUTHENTICATION": Entry(
        "token_expired",
        "HubSpot no longer accepts the access token.",
        "The token is renewed automatically; if this stays, connect HubSpot again.",
        retryable=True,
    ),
    "INVALID_AUTHENTICATION": Entry(
        "token_invalid",
        "HubSpot does not know the access token: the app was probably uninstalled there.",
        "Connect HubSpot again.",
        retryable=False,
        effect=Effect.REAUTH,
    ),
}

DAY_OVER = Entry(
    "daily_limit",
    "The HubSpot account has used up the calls that it allows in a day.",
    "Calls go on after midnight in the account's time zone; a higher limit can be bought from HubSpot.",
    retryable=True,
    effect=Effect.RATE_LIMITED,
)
BY_CODE: Mapping[str, Entry] = {
    code: Entry(name, cause, hint, retryable=True)
    for code, name, cause, hint in (
        (
            "PROPERTY_DOESNT_EXIST",
            "field_missing",
            "HubSpot has no such property.",
            "Add the property in HubSpot, or take the field out of the mapping.",
        ),
        (
            "READ_ONLY_VALUE",
            "field_read_only",
            "HubSpot sets this property itself.",
            "Take the field out of what is written to HubSpot.",
        ),
        ("INVALID_EMAIL", "invalid_email", "HubSpot does not accept the e-mail address.", "Correct the address."),
        (
            "INVALID_OPTION",
            "invalid_option",
            "The value is not one of the property's options.",
            "Add the option in HubSpot, or map the value to one that exists.",
        ),
        ("INVALID_INTEGER", "invalid_number", "HubSpot expects a number.", "Correct the value."),
        ("INVALID_DATE", "invalid_date", "HubSpot expects a date.", "Correct the value."),
        ("INVALID_OWNER_ID", "invalid_owner", "HubSpot has no such owner.", "Choose an owner that is active there."),
        (
            "CONFLICTING_UNIQUE_VALUE",
            "already_exists",
            "Another record has the same unique value.",
            "Merge or correct the record in HubSpot, then sync again.",
        ),
        (
            "MISSING_REQUIRED_PROPERTY",
            "required_missing",
            "An administrator has made a property required.",
            "Map a field to the property, or lift the rule in HubSpot.",
        ),
        (
            "MISSING_CONDITIONAL_REQUIRED_PROPERTY",
            "required_missing",
            "An administrator's rule requires a property with this value.",
            "Map a field to the property, or lift the rule in HubSpot.",
        ),
        (
            "GDPR_BLACKLISTED_EMAIL",
            "erased_person",
            "The person was deleted for privacy in HubSpot, which keeps the address from coming back.",
            "Leave the person out; HubSpot's support can lift the block.",
        ),
    )
}
"""Codes of single values, which stand inside an error."""

BY_STATUS: Mapping[int, Entry] = {
    400: BY_CATEGORY["VALIDATION_ERROR"],
    401: BY_CATEGORY["EXPIRED_AUTHENTICATION"],
    403: BY_CATEGORY["MISSING_SCOPES"],
    404: BY_CATEGORY["OBJECT_NOT_FOUND"],
    409: BY_CATEGORY["CONFLICT"],
    413: Entry(
        "vendor_too_large", "HubSpot takes less in one request.", "Report this: it is a fault of ours.", retryable=False
    ),
    423: Entry("record_locked", "HubSpot is changing the record at this moment.", _TRY_LATER, retryable=True),
    429: BY_CATEGORY["RATE_LIMIT"],
    477: Entry("account_moving", "HubSpot is moving this account to another data centre.", _TRY_LATER, retryable=True),
}

VENDOR_TROUBLE = Entry("vendor_unavailable", "HubSpot itself has trouble answering.", _TRY_LATER, retryable=True)
UNEXPLAINED = Entry(
    "vendor_failed",
    "HubSpot gave an answer that is not documented.",
    "Try again; if it stays, report the correlation id to HubSpot's support.",
    retryable=True,
)


def body_of(response: HttpResponse) -> dict[str, Any]:
    """Return the JSON object of an answer, or an empty one where there is none."""
    try:
        body = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def explain(response: HttpResponse) -> Fault:
    """Return what a refused call means."""
    return explain_error(body_of(response), response.status, response.headers)


def explain_error(error: Mapping[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Fault:
    """Return what one error object means, be it a whole answer or a row of a batch."""
    category = str(error.get("category") or error.get("errorType") or "")
    code = _vendor_code(error) or ""
    entry = DAY_OVER if code == "DAILY" else BY_CODE.get(code) or BY_CATEGORY.get(category)
    if entry is None:
        entry = VENDOR_TROUBLE if status >= 500 else BY_STATUS.get(status, UNEXPLAINED)
    seconds = (headers or {}).get("retry-after", "")
    return Fault(
        code=entry.code,
        message=_message(error, status),
        cause=entry.cause,
        hint=_hint(error, entry),
        retryable=entry.retryable,
        effect=entry.effect,
        vendor_code=_vendor_code(error) or category or str(status),
        correlation_id=_text(error.get("correlationId")),
        retry_after=float(seconds) if seconds.isdigit() else None,
    )


def existing_id(error: Mapping[str, Any]) -> str | None:
    """Return the id of the contact that stood in the way; HubSpot may tell it only inside its sentence."""
    told = (error.get("context") or {}).get("existingId") or []
    if isinstance(told, list) and told:
        return str(told[0])
    found = _EXISTING_ID.search(str(error.get("message") or ""))
    return found.group(1) if found else None


def token_refused(response: HttpResponse) -> TokenRefused:
    """Return what a token endpoint's refusal means, and what may be concluded from it.

    Only these mean that the grant is gone; a bare 401 does not (it is what a wrong client secret looks like).
    """
    body = body_of(response)
    status, error = str(body.get("status") or ""), str(body.get("error") or "")
    if response.status in (423, 429, 477) or response.status >= 500 or not body:
        refusal = Refusal.TRANSIENT
        entry = VENDOR_TROUBLE if response.status != 429 else BY_CATEGORY["RATE_LIMIT"]
    elif error in ("invalid_grant", "access_denied") or status in ("BAD_REFRESH_TOKEN", "BAD_HUB", "BAD_AUTH_CODE"):
        refusal = Refusal.GRANT_GONE
        entry = Entry(
            "grant_gone",
            "HubSpot no longer accepts this connection: it was uninstalled or revoked there.",
            "Connect HubSpot again.",
            retryable=False,
            effect=Effect.REAUTH,
        )
    else:
        refusal = Refusal.MISCONFIGURED
        entry = Entry(
            "app_misconfigured",
            "HubSpot does not accept this hub's app registration.",
            "Check HUBSPOT_CLIENT_ID, HUBSPOT_CLIENT_SECRET and the redirect address in the app's settings at HubSpot.",
            retryable=False,
            effect=Effect.ATTENTION,
        )
    fault = Fault(
        code=entry.code,
        message=_message(body, response.status),
        cause=entry.cause,
        hint=entry.hint,
        retryable=entry.retryable,
        effect=entry.effect,
        vendor_code=status or error or str(response.status),
        correlation_id=_text(body.get("correlationId")),
    )
    return TokenRefused(refusal, fault)


def _message(error: Mapping[str, Any], status: int) -> str:
    text = _text(error.get("message")) or _text(error.get("error_description"))
    return f"HubSpot: {text[:500]}" if text else f"HubSpot answered {status} without an explanation."


def _vendor_code(error: Mapping[str, Any]) -> str | None:
    details = error.get("errors")
    if isinstance(details, list) and details and isinstance(details[0], dict):
        return _text(details[0].get("code"))
    if (policy := _text(error.get("policyName"))) is not None:
        return policy
    inside = _CODE_INSIDE.search(_text(error.get("message")) or "")  # a row of a batch has its codes in the text alone
    return inside[1] if inside else None


def _hint(error: Mapping[str, Any], entry: Entry) -> str:
    context = error.get("context")
    scopes = context.get("requiredGranularScopes") if isinstance(context, dict) else None
    return (
        f"{entry.hint} Missing: {', '.join(map(str, scopes))}." if isinstance(scopes, list) and scopes else entry.hint
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None

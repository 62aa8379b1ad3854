"""Zoho's error catalogue: what an answer means, why it came, what to do, and whether trying again can help.

The same object ``{code, message, status, details}`` stands alone as an answer, or as one row's outcome. A code means
the same under every status, so the code decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from leadbridge.crm.errors import Effect, Fault
from leadbridge.security.transport import HttpResponse


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalogue."""

    code: str
    cause: str
    hint: str
    retryable: bool
    effect: Effect = Effect.NONE


_TRY_LATER = "Nothing needs to be done: the same request is worth repeating in a few minutes."
_OURS = "Report this: it is a fault of ours."
_CORRECT = "Correct the value in the lead, or the field's definition in Zoho, and sync the lead again."
_MAP_IT = "Map a field to it, or lift the rule in Zoho's layout."

RATE_LIMITED = Entry(
    "rate_limited",
    "The Zoho organisation has used up its API credits, or too many calls are under way at once.",
    _TRY_LATER,
    retryable=True,
    effect=Effect.RATE_LIMITED,
)
TOKEN_INVALID = Entry(
    "token_expired",
    "Zoho no longer accepts the access token, or it was sent to another data centre than the account's.",
    "The token is renewed automatically; if this stays, connect Zoho again.",
    retryable=True,
)
MISSING_SCOPE = Entry(
    "missing_scope",
    "The connection was not granted a permission that this needs.",
    "Connect Zoho again and approve the listed permissions.",
    retryable=False,
    effect=Effect.ATTENTION,
)
NO_PERMISSION = Entry(
    "no_permission",
    "The user who connected may not do this: the profile in Zoho lacks a permission.",
    "Give the user's profile the permission in Zoho, or connect Zoho as an administrator.",
    retryable=False,
    effect=Effect.ATTENTION,
)
ACCOUNT_CLOSED = Entry(
    "account_unusable",
    "The user or the organisation is deactivated at Zoho.",
    "Activate it in Zoho, or connect Zoho with another user.",
    retryable=False,
    effect=Effect.ATTENTION,
)
INVALID_VALUE = Entry("invalid_value", "Zoho does not accept one of the values.", _CORRECT, retryable=True)
REQUIRED = Entry("required_missing", "Zoho requires a field that is empty here.", _MAP_IT, retryable=True)
DEPENDENT = Entry(
    "required_missing", "Zoho requires another field together with one that was sent.", _MAP_IT, retryable=True
)
EXISTS = Entry(
    "already_exists",
    "Zoho already has a record with the same unique value.",
    "Merge or correct the record in Zoho, then sync again.",
    retryable=True,
)
LOCKED = Entry(
    "record_locked",
    "The record is locked, or held by an approval, a review or a blueprint in Zoho.",
    "Release the record in Zoho, then sync again.",
    retryable=True,
)
NOT_FOUND = Entry(
    "record_not_found",
    "The record was deleted or merged in Zoho, or the user who connected may not see it.",
    "Restore it in Zoho, or sync the lead again to have it matched anew.",
    retryable=True,
)
CHANGED = Entry(
    "changed_meanwhile",
    "Somebody changed the record in Zoho after it was read.",
    "Nothing needs to be done: it is read again and decided anew.",
    retryable=True,
)
CONVERTED = Entry(
    "already_converted",
    "The lead was converted in Zoho to a contact.",
    "Work on with the contact; a converted lead does not change any more.",
    retryable=False,
)
NOT_ALLOWED = Entry(
    "not_allowed",
    "Zoho does not allow this for the record, the module or the account's edition.",
    "Look at the module's settings in Zoho.",
    retryable=False,
)
UNKNOWN_OBJECT = Entry(
    "object_missing",
    "The Zoho account has no such module, or the user who connected may not see it.",
    "Look at the module's API name in Zoho: Setup, Developer Space, APIs.",
    retryable=False,
)
OUR_REQUEST = Entry("request_refused", "Zoho cannot read the request.", _OURS, retryable=False)
TOO_LARGE = Entry("vendor_too_large", "Zoho takes less in one request.", _OURS, retryable=False)
NOT_SUBSCRIBED = Entry(
    "not_subscribed", "The notification channel has ended.", "It is ordered anew by itself.", retryable=True
)
VENDOR_TROUBLE = Entry("vendor_unavailable", "Zoho itself has trouble answering.", _TRY_LATER, retryable=True)
UNEXPLAINED = Entry(
    "vendor_failed",
    "Zoho gave an answer that is not documented.",
    "Try again; if it stays, report the code to Zoho's support.",
    retryable=True,
)

CATALOGUE: Mapping[str, Entry] = {
    code: entry
    for entry, codes in (
        (RATE_LIMITED, "TOO_MANY_REQUESTS RATE_LIMIT_EXCEEDED"),
        (TOKEN_INVALID, "INVALID_TOKEN AUTHENTICATION_FAILURE"),
        (MISSING_SCOPE, "OAUTH_SCOPE_MISMATCH"),
        (NO_PERMISSION, "NO_PERMISSION AUTHORIZATION_FAILED"),
        (ACCOUNT_CLOSED, "ORG_NOT_FOUND USER_INACTIVE"),
        (
            INVALID_VALUE,
            "INVALID_DATA PATTERN_NOT_MATCHED MULTIPLE_OR_MULTI_ERRORS DEPENDENT_MISMATCH MAPPING_MISMATCH",
        ),
        (REQUIRED, "MANDATORY_NOT_FOUND"),
        (DEPENDENT, "DEPENDENT_FIELD_MISSING EXPECTED_FIELD_MISSING"),
        (EXISTS, "DUPLICATE_DATA DUPLICATE_LINKING_DATA"),
        (LOCKED, "RECORD_LOCKED NOT_APPROVED NOT_REVIEWED RECORD_IN_BLUEPRINT"),
        (CHANGED, "ALREADY_MODIFIED"),
        (CONVERTED, "ID_ALREADY_CONVERTED"),
        (NOT_ALLOWED, "NOT_ALLOWED NOT_SUPPORTED CANNOT_PROCESS BLOCKED_RECORD"),
        (UNKNOWN_OBJECT, "INVALID_MODULE MODULE_NOT_AVAILABLE"),
        (
            OUR_REQUEST,
            "REQUIRED_PARAM_MISSING INVALID_REQUEST_METHOD INVALID_URL_PATTERN SYNTAX_ERROR INVALID_REQUEST "
            "AMBIGUITY_DURING_PROCESSING INVALID_QUERY DUPLICATE_ALIAS INVALID_ALIAS UNSUPPORTED_MEDIA_TYPE "
            "EXPIRED_VALUE TOKEN_BOUND_DATA_MISMATCH DISCRETE_PAGINATION_LIMIT_EXCEEDED PAGINATION_LIMIT_EXCEEDED",
        ),
        (TOO_LARGE, "LIMIT_EXCEEDED FILE_SIZE_LIMIT_EXCEEDED"),
        (NOT_FOUND, "RESOURCE_NOT_FOUND RECORD_NOT_FOUND"),
        (NOT_SUBSCRIBED, "NOT_SUBSCRIBED"),
        (VENDOR_TROUBLE, "INTERNAL_ERROR DEPENDENT_SERVICE_ERROR BAD_GATEWAY"),
    )
    for code in codes.split()
}
"""Every documented code."""

BY_STATUS: Mapping[int, Entry] = {
    400: OUR_REQUEST,
    401: TOKEN_INVALID,
    403: NO_PERMISSION,
    404: OUR_REQUEST,
    412: CHANGED,
    413: TOO_LARGE,
    415: OUR_REQUEST,
    423: LOCKED,
    429: RATE_LIMITED,
}
ID_REFUSED = ("the id given seems to be invalid", "record not deleted")
"""Sentences by which INVALID_DATA says that there is no such record."""
THROTTLED = frozenset(code for code, entry in CATALOGUE.items() if entry is RATE_LIMITED)
TOKEN_CODES = frozenset(code for code, entry in CATALOGUE.items() if entry is TOKEN_INVALID)


def body_of(response: HttpResponse) -> dict[str, Any]:
    """Return the JSON object of an answer, or an empty one where there is none: 204, 304, a page of HTML."""
    try:
        body = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def code_of(response: HttpResponse) -> str:
    """Return the code that an answer as a whole carries, or an empty text."""
    return str(body_of(response).get("code") or "")


def explain(response: HttpResponse) -> Fault:
    """Return what a refused call means. Where each row was refused, the first one speaks for the call."""
    body = body_of(response)
    for name in ("data", "watch", "fields"):
        rows = body.get(name)
        if isinstance(rows, list) and rows and isinstance(rows[0], dict) and "code" in rows[0]:
            return explain_row(rows[0], response.status)
    return explain_row(body, response.status)


def explain_row(error: Mapping[str, Any], status: int) -> Fault:
    """Return what one error object means, be it a whole answer or a row of one."""
    code = str(error.get("code") or "")
    text = text_of(error.get("message"))
    details = _details(error)
    entry = CATALOGUE.get(code)
    if code == "INVALID_DATA" and text in ID_REFUSED:
        entry = NOT_FOUND
    if entry is None:
        entry = VENDOR_TROUBLE if status >= 500 else BY_STATUS.get(status, UNEXPLAINED)
    return Fault(
        code=entry.code,
        message=f"Zoho: {_said(text or code, details)}" if text or code else speechless(status),
        cause=entry.cause,
        hint=_hint(entry, details),
        retryable=entry.retryable,
        effect=entry.effect,
        vendor_code=code or str(status),
    )


def existing_id(error: Mapping[str, Any]) -> str | None:
    """Return the id of the record that stood in the way of a row."""
    details = _details(error)
    there = details.get("duplicate_record")
    id = (there.get("id") if isinstance(there, dict) else None) or details.get("id")
    return str(id) if id and error.get("code") == "DUPLICATE_DATA" else None


def _details(error: Mapping[str, Any]) -> Mapping[str, Any]:
    details = error.get("details")
    return details if isinstance(details, dict) else {}


def _said(text: str, details: Mapping[str, Any]) -> str:
    """Return Zoho's sentence with the field's name and what was expected, of which values are never part."""
    also = [
        f"field {about}" for about in (details.get("api_name"), details.get("param_name")) if isinstance(about, str)
    ]
    for name, label in (("expected_data_type", "expected"), ("maximum_length", "longest")):
        if isinstance(details.get(name), str | int):
            also.append(f"{label} {details[name]}")
    several = details.get("errors")
    names = (
        [_details(one).get("api_name") for one in several if isinstance(one, dict)] if isinstance(several, list) else []
    )
    also += [f"field {name}" for name in names if isinstance(name, str)]
    return f"{text[:300]} ({', '.join(also)})"[:500] if also else text[:500]


def _hint(entry: Entry, details: Mapping[str, Any]) -> str:
    needed = details.get("permissions")
    if isinstance(needed, list) and needed:
        return f"{entry.hint} Missing: {', '.join(map(str, needed))[:200]}."
    return entry.hint


def speechless(status: int) -> str:
    """Return the sentence for an answer without one."""
    return f"Zoho answered {status} without an explanation."


def text_of(value: Any) -> str | None:
    """Return a text of an answer, or None for anything else and for an empty one."""
    return value if isinstance(value, str) and value else None


def refused_with(response: HttpResponse, *codes: str) -> bool:
    """Tell whether an answer as a whole, or each of its rows, carries one of ``codes``."""
    body = body_of(response)
    listed = next((body[name] for name in ("data", "watch") if isinstance(body.get(name), list)), None)
    rows = [one for one in listed if isinstance(one, dict)] if listed is not None else [body]
    return bool(rows) and all(row.get("code") in codes for row in rows)

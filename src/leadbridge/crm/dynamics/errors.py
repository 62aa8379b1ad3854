"""Dynamics' error catalogue: what an answer means, why it came, what to do, and whether trying again can help.

Source: Microsoft's reference of Web API errors, of service protection limits and of sign-in errors (AADSTS), and bodies
recorded in public projects. An error is known by its code: the status of one code differs from call to call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from leadbridge.crm.dynamics import unconfirmed
from leadbridge.crm.errors import Effect, Fault, Refusal, TokenRefused
from leadbridge.security.transport import HttpResponse

EXPIRED_LINK = "0x80044352"
MISSING_TABLE = "0x80060888"
_NO_SEGMENT = "Resource not found for the segment"
"""What tells a table that is not there from any other address that Dataverse cannot read: their code is the same."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalogue."""

    code: str
    cause: str
    hint: str
    retryable: bool = True
    effect: Effect = Effect.NONE


_LATER = "Nothing needs to be done: the same request is worth repeating in a few minutes."
_CORRECT = "Correct the value, or the mapping of the field, and sync the record again."

MISSING = Entry(
    "record_not_found",
    "The record was deleted in Dynamics.",
    "Restore it there, or sync again to have it matched anew.",
)
FORBIDDEN = Entry(
    "missing_privilege",
    "The person who connected may not do this in Dynamics: a security role lacks a privilege.",
    "Give that person a role with the privilege that the message names, in the whole organisation, and test again.",
    retryable=False,
    effect=Effect.ATTENTION,
)
NO_TABLE = Entry(
    "table_missing",
    "The organisation has no such table: leads and opportunities come with Dynamics 365 Sales.",
    "Install the Sales app in the organisation, or map the records to contacts and accounts.",
    retryable=False,
)
BAD_REQUEST = Entry(
    "request_refused",
    "Dynamics cannot read the request: a column that it names may have been removed.",
    "Describe the table anew and correct the mapping; if it stays, report this with the correlation id.",
)
DUPLICATE = Entry(
    "already_exists",
    "A record with the same key is there already.",
    "Sync the record again: it is then matched by the key.",
)
DETECTED = Entry(
    "duplicate_detected",
    "A published duplicate detection rule of the organisation says that this record is there already.",
    "Merge the two in Dynamics, or link the record to the one that is there; then sync it again.",
)
CHANGED = Entry(
    "changed_meanwhile",
    "Somebody changed the record in Dynamics between our reading and our writing.",
    "Nothing needs to be done: it is read again and merged.",
)
SLOW = Entry(
    "rate_limited",
    "The person who connected has used up what Dynamics allows in five minutes.",
    _LATER,
    effect=Effect.RATE_LIMITED,
)
BY_CODE: Mapping[str, Entry] = {
    "0x80040217": MISSING,
    MISSING_TABLE: NO_TABLE,
    "0x80040237": DUPLICATE,
    "0x80060892": DUPLICATE,
    "0x80040333": DETECTED,
    "0x80040220": FORBIDDEN,
    "0x80072560": Entry(
        "not_a_member",
        "The person who connected has no user in this organisation, or it is disabled.",
        "Add the person as a user with a security role, or connect as somebody who has one.",
        retryable=False,
        effect=Effect.ATTENTION,
    ),
    "0x80072322": SLOW,
    "0x80072321": SLOW,
    "0x80072326": SLOW,
    "0x80044331": Entry("too_long", "The text is longer than the column takes.", _CORRECT),
    "0x80048d19": Entry(
        "invalid_value",
        "A column does not exist, or a value is not of its type.",
        "Describe the table anew and correct the mapping, then sync the record again.",
    ),
    "0x80040265": Entry(
        "rejected_by_plugin",
        "A plug-in or workflow of the organisation refused the change; the message is its own.",
        "Ask the organisation's administrator what the rule wants, correct the record, and sync it again.",
    ),
    "0x80048408": Entry(
        "invalid_state",
        "The status does not belong to the state, or the record is closed.",
        "Reopen the record in Dynamics, or leave its status alone.",
    ),
    "0x80040203": Entry("invalid_value", "An argument is not valid.", _CORRECT),
    EXPIRED_LINK: Entry(
        "changes_expired", "The mark of the last changes is older than the organisation keeps.", "All is read anew."
    ),
    **dict.fromkeys(unconfirmed.CONFLICT_CODES, CHANGED),
}
BY_STATUS: Mapping[int, Entry] = {
    400: Entry("invalid_value", "Dynamics does not accept one of the values.", _CORRECT),
    401: Entry(
        "token_expired",
        "Dynamics no longer accepts the access token.",
        "The token is renewed automatically; if this stays, connect Dynamics again.",
    ),
    403: FORBIDDEN,
    404: MISSING,
    405: Entry("not_allowed", "Something that belongs to the record keeps this from being done.", "Look at it there."),
    412: CHANGED,
    413: Entry(
        "vendor_too_large",
        "Dynamics takes less in one request.",
        "Report this: it is a fault of ours.",
        retryable=False,
    ),
    423: Entry("record_locked", "Dynamics is changing the record at this moment.", _LATER),
    429: SLOW,
}
VENDOR_TROUBLE = Entry("vendor_unavailable", "Dynamics itself has trouble answering.", _LATER)
UNEXPLAINED = Entry(
    "vendor_failed",
    "Dynamics gave an answer that is not documented.",
    "Try again; if it stays, report the correlation id to Microsoft's support.",
)

_AGAIN = "Connect Dynamics again."
_SIGN_IN: Mapping[int, Entry] = {
    number: Entry(code, cause, hint, retryable=False, effect=Effect.REAUTH)
    for numbers, code, cause, hint in (
        (
            (70008, 700082),
            "grant_expired",
            "The connection was not used for 90 days, or the code waited too long.",
            _AGAIN,
        ),
        (
            (700084,),
            "grant_expired",
            "The app is registered as a single-page application, whose refresh tokens end after a day.",
            "Register the redirect address under the platform Web, then connect again.",
        ),
        ((50173,), "grant_revoked", "An administrator ended the person's sessions, or the password was reset.", _AGAIN),
        (
            (50076, 50079, 50158),
            "more_proof_needed",
            "The organisation now asks for more proof at sign-in: a second factor, or a conditional access policy.",
            "Connect again and go through it; an administrator may have to except this app from the policy.",
        ),
        (
            (65001,),
            "consent_missing",
            "The consent is missing or was withdrawn.",
            "Connect again; where only administrators may consent, one of them has to.",
        ),
        ((54005,), "code_used", "The code was used already.", _AGAIN),
        ((501481,), "code_used", "The code belongs to another attempt to connect.", _AGAIN),
        (
            (50105, 50020),
            "wrong_directory",
            "The person is not of the organisation's own directory (a guest, or not assigned to the app).",
            "Connect as a user of that directory, or have an administrator assign the person to the app.",
        ),
    )
    for number in numbers
}
_SET_UP = frozenset({70011, 7000215, 7000222, 50011, 9002313, 700016, 90002})


def body_of(response: HttpResponse) -> dict[str, Any]:
    """Return the JSON object of an answer, or an empty one where there is none."""
    try:
        body = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def code_of(body: Mapping[str, Any]) -> str:
    """Return the code of an error, in lower case; empty where it has none."""
    error = body.get("error")
    return str(error.get("code") or "").lower() if isinstance(error, dict) else ""


def explain(response: HttpResponse) -> Fault:
    """Return what a refused call means."""
    return explain_error(body_of(response), response.status, response.headers)


def explain_error(body: Mapping[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Fault:
    """Return what one error means, be it a whole answer or a part of a batch."""
    code, named = code_of(body), headers or {}
    entry = BY_CODE.get(code)
    if entry is NO_TABLE and _NO_SEGMENT not in _message(body, status):
        entry = BAD_REQUEST
    if entry is None:
        entry = VENDOR_TROUBLE if status >= 500 else BY_STATUS.get(status, UNEXPLAINED)
    seconds = named.get("retry-after", "")
    return Fault(
        code=entry.code,
        message=_message(body, status),
        cause=entry.cause,
        hint=entry.hint,
        retryable=entry.retryable,
        effect=entry.effect,
        vendor_code=code or str(status),
        correlation_id=named.get("x-ms-service-request-id") or named.get("req_id"),
        retry_after=float(seconds) if seconds.isdigit() else None,
    )


def token_refused(response: HttpResponse) -> TokenRefused:
    """Return what a token endpoint's refusal means, and what may be concluded from it.

    Decided by the first number of ``error_codes``, then by ``error``, never by the text. A wrong or expired secret says
    nothing about the grant.
    """
    body = body_of(response)
    error, number = str(body.get("error") or ""), _number(body)
    if response.status == 429 or response.status >= 500 or not error or error == "temporarily_unavailable":
        refusal, entry = Refusal.TRANSIENT, SLOW if response.status == 429 else VENDOR_TROUBLE
    elif number not in _SET_UP and (
        number in _SIGN_IN or error in ("invalid_grant", "interaction_required", "consent_required", "login_required")
    ):
        refusal = Refusal.GRANT_GONE
        entry = _SIGN_IN.get(number) or Entry(
            "grant_gone", "Microsoft no longer accepts this connection.", _AGAIN, retryable=False, effect=Effect.REAUTH
        )
    else:
        refusal = Refusal.MISCONFIGURED
        entry = Entry(
            "app_misconfigured",
            "Microsoft does not accept this hub's app registration.",
            "Check DYNAMICS_CLIENT_ID, DYNAMICS_CLIENT_SECRET (secrets expire), the redirect address under the "
            "platform Web and the permission Dynamics CRM user_impersonation in the app registration.",
            retryable=False,
            effect=Effect.ATTENTION,
        )
    fault = Fault(
        code=entry.code,
        message=_sign_in_message(body, response.status),
        cause=entry.cause,
        hint=entry.hint,
        retryable=entry.retryable,
        effect=entry.effect,
        vendor_code=f"AADSTS{number}" if number else error or str(response.status),
        correlation_id=str(body["correlation_id"]) if body.get("correlation_id") else None,
    )
    return TokenRefused(refusal, fault)


def _number(body: Mapping[str, Any]) -> int:
    codes = body.get("error_codes")
    first = codes[0] if isinstance(codes, list) and codes else 0
    return first if isinstance(first, int) else 0


def _message(body: Mapping[str, Any], status: int) -> str:
    error = body.get("error")
    text = error.get("message") if isinstance(error, dict) else None
    if isinstance(text, str) and text:
        return f"Dynamics: {text[:500]}"
    return f"Dynamics answered {status} without an explanation."


def _sign_in_message(body: Mapping[str, Any], status: int) -> str:
    text = body.get("error_description")
    if isinstance(text, str) and text:  # behind the first line stand ids and a time
        return f"Microsoft: {text.splitlines()[0][:500]}"
    return f"Microsoft's sign-in answered {status} without an explanation."

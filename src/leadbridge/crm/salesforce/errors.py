"""What a refusal of Salesforce's means: whole answers, rows of a collection, and the token endpoint's words.

An answer's errors are a list of ``{message, errorCode, fields}``; a row's are ``{statusCode, message, fields}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from leadbridge.crm.errors import Effect, Fault, Refusal, TokenRefused
from leadbridge.crm.salesforce import codes
from leadbridge.crm.salesforce.codes import Entry
from leadbridge.crm.salesforce.ids import long_id
from leadbridge.security.transport import HttpResponse

_ID_INSIDE = re.compile(r"(?:record with id|id): ?([A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?)\b")
_NO_COLUMN = re.compile(r"No such column '([^']{1,80})'")
_LOOPS = ("not valid for use with the rest api", "not attached to agent")
"""Parts of the message of a 401 that a new token would get again."""
_BAD_TOKEN = (b"Bad_OAuth_Token", b"Missing_OAuth_Token", b"Wrong_Org")


def loads(body: bytes) -> Any:
    """Return an answer's JSON, or None where it is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def body_of(response: HttpResponse) -> dict[str, Any]:
    """Return the JSON object of an answer, or an empty one where there is none."""
    body = loads(response.body)
    return body if isinstance(body, dict) else {}


def errors_of(body: Any) -> list[dict[str, Any]]:
    """Return the errors in an answer, whichever of Salesforce's forms they have."""
    if isinstance(body, dict):
        listed = body.get("errors")
        body = listed if isinstance(listed, list) else [body]
    if not isinstance(body, list):
        return []
    return [one for one in body if isinstance(one, dict) and code_of(one)]


def code_of(error: Mapping[str, Any]) -> str:
    """Return an error's code."""
    return str(error.get("errorCode") or error.get("statusCode") or error.get("error") or "")


def explain(response: HttpResponse) -> Fault:
    """Return what a refused call means."""
    body = loads(response.body)
    found = errors_of(body)
    if found:
        return explain_error(found[0], response.status)
    if body is None and response.body.lstrip()[:1] == b"<" and response.status < 500:
        return _fault(codes.WRONG_HOST, "", response.status, str(response.status))
    entry = codes.entry_of("", response.status)
    return _fault(entry, "", response.status, str(response.status))


def explain_error(error: Mapping[str, Any], status: int) -> Fault:
    """Return what one error means, be it of a whole answer or of a row."""
    code, message = code_of(error), _text(error.get("message")) or _text(error.get("error_description")) or ""
    entry = codes.entry_of(code, status)
    if is_locked(error):  # also inside the message of a trigger that met a lock
        entry = codes.BY_CODE["UNABLE_TO_LOCK_ROW"]
    elif code == "REQUEST_LIMIT_EXCEEDED":
        entry = codes.DAY_OVER if day_over(message) else codes.CONCURRENT
    elif code == "INVALID_SESSION_ID" and loops(message):
        entry = codes.NOT_FOR_API
    elif code == "INVALID_CROSS_REFERENCE_KEY" and message.strip().lower() == "invalid cross reference id":
        entry = codes.BY_CODE["ENTITY_IS_DELETED"]  # the record itself, not one that it points at
    hint = entry.hint
    if hidden := _NO_COLUMN.search(message):
        hint = f"{hint} Field: {hidden[1]}."
    elif names := [str(name) for name in error.get("fields") or () if name]:
        hint = f"{hint} Fields: {', '.join(names[:20])}."
    if matches := duplicates(error):
        hint = f"{hint} Taken for: {', '.join(matches[:5])}."
    return _fault(entry, message, status, code or str(status), hint=hint)


def is_locked(error: Mapping[str, Any]) -> bool:
    """Tell whether an error is about a locked record: trying the row again can help."""
    return code_of(error) == "UNABLE_TO_LOCK_ROW" or "UNABLE_TO_LOCK_ROW" in str(error.get("message") or "")


def field_of(error: Mapping[str, Any]) -> str | None:
    """Return the field that an error says does not exist, or is hidden; None for any other error."""
    found = _NO_COLUMN.search(str(error.get("message") or ""))
    return found[1] if found is not None and code_of(error) == "INVALID_FIELD" else None


def is_governor(error: Mapping[str, Any]) -> bool:
    """Tell whether the organisation's own code ran into a limit for one call: fewer rows at once can help."""
    message = str(error.get("message") or "")
    return code_of(error) == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" and (
        "LimitException" in message or "Too many" in message or "Apex CPU time limit" in message
    )


def day_over(message: str) -> bool:
    """Tell whether a refused call means that the day's calls are used up, and not only those at once."""
    return "totalrequests" in message.lower()


def loops(message: str) -> bool:
    """Tell whether a refused token would be refused again when renewed."""
    return any(part in message.lower() for part in _LOOPS)


def token_ended(response: HttpResponse) -> bool:
    """Tell whether an answer refuses the access token, so that a new one can help."""
    if response.status == 401:
        return not any(loops(str(one.get("message") or "")) for one in errors_of(loads(response.body)))
    return response.status == 403 and any(word in response.body[:200] for word in _BAD_TOKEN)


def request_limit(response: HttpResponse) -> str | None:
    """Return the message of an answer that refuses a call for the number of calls, or None for any other."""
    if response.status not in (403, 429, 503):
        return None
    for error in errors_of(loads(response.body)):
        if code_of(error) == "REQUEST_LIMIT_EXCEEDED":
            return str(error.get("message") or "")
    return None


def duplicates(error: Mapping[str, Any]) -> list[str]:
    """Return the ids of the records that a duplicate rule takes a new one for, best match first."""
    result = error.get("duplicateResult")
    matched: list[tuple[float, str]] = []
    for match in (result.get("matchResults") or []) if isinstance(result, dict) else []:
        for one in match.get("matchRecords") or []:
            id = (one.get("record") or {}).get("Id")
            if id:
                matched.append((-float(one.get("matchConfidence") or 0), long_id(str(id))))
    return list(dict.fromkeys(id for _, id in sorted(matched, key=lambda pair: pair[0])))


def existing_id(errors: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the id of the record that stood in the way; Salesforce may tell it only inside its sentence."""
    for error in errors:
        if matches := duplicates(error):
            return matches[0]
        if code_of(error) in ("DUPLICATE_VALUE", "DUPLICATES_DETECTED"):
            inside = _ID_INSIDE.search(str(error.get("message") or ""))
            if inside:
                return long_id(inside[1])
    return None


_GONE = ("invalid_grant", "inactive_user", "inactive_org")
_TRANSIENT = ("rate_limit_exceeded", "unavailable", "server_error", "temporarily_unavailable")


def token_refused(response: HttpResponse) -> TokenRefused:
    """Return what a token endpoint's refusal means, and what may be concluded from it.

    Only ``invalid_grant`` and its like say anything about the grant. A page in place of JSON says nothing.
    """
    body = body_of(response)
    error, description = str(body.get("error") or ""), str(body.get("error_description") or "")
    limited = error == "rate_limit_exceeded" or "login rate exceeded" in description.lower()
    if response.status >= 500 or response.status == 429 or limited or error in _TRANSIENT or not error:
        refusal = Refusal.TRANSIENT
        entry = codes.BY_CODE["REQUEST_LIMIT_EXCEEDED"] if limited or response.status == 429 else codes.VENDOR_TROUBLE
    elif error in _GONE:
        refusal, entry = Refusal.GRANT_GONE, _grant_gone(description)
    else:
        refusal, entry = Refusal.MISCONFIGURED, MISCONFIGURED
    return TokenRefused(refusal, _fault(entry, description or error, response.status, error or str(response.status)))


MISCONFIGURED = Entry(
    "app_misconfigured",
    "Salesforce does not accept this hub's app registration.",
    "Check SALESFORCE_CLIENT_ID, SALESFORCE_CLIENT_SECRET and the redirect address in the External Client App.",
    retryable=False,
    effect=Effect.ATTENTION,
)
_REASONS = (
    ("inactive", "The user or the organisation is not active any more.", "Activate it in Salesforce, then connect."),
    ("ip restricted", "The organisation does not accept calls from this hub's address.", "Allow it, then connect."),
    ("hasn't approved", "The user's approval of the app was taken back.", "Connect Salesforce again."),
    ("authentication failure", "Salesforce does not let the user in now (hours, address, policy).", "Connect again."),
)


def _grant_gone(description: str) -> Entry:
    for part, cause, hint in _REASONS:
        if part in description.lower():
            return Entry("grant_gone", cause, hint, retryable=False, effect=Effect.REAUTH)
    return Entry(
        "grant_gone",
        "Salesforce no longer accepts this connection: it was revoked there, lay idle past the app's limit, or a sixth "
        "approval of the same user pushed it out.",
        "Connect Salesforce again.",
        retryable=False,
        effect=Effect.REAUTH,
    )


def _fault(entry: Entry, message: str, status: int, vendor_code: str, *, hint: str = "") -> Fault:
    return Fault(
        code=entry.code,
        message=f"Salesforce: {message[:500]}" if message else f"Salesforce answered {status} without an explanation.",
        cause=entry.cause,
        hint=hint or entry.hint,
        retryable=entry.retryable,
        effect=entry.effect,
        vendor_code=vendor_code[:80],
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None

"""HubSpot's answers, read by pure functions.

Recorded answers differ from HubSpot's own OpenAPI files in four places (optional error fields, numbers for ids, null
property values); reading is as tolerant as that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from leadbridge.crm.errors import CallFailed, Fault
from leadbridge.crm.hubspot import errors, unconfirmed
from leadbridge.crm.model import Account, Budget, Grant, RemoteRecord, Write, Written
from leadbridge.security.transport import HttpResponse

MERGED_IDS = "hs_merged_object_ids"
SECONDARY_EMAILS = "hs_additional_emails"

NO_OUTCOME = Fault(
    code="no_outcome",
    message="HubSpot answered without telling what became of this record.",
    cause="HubSpot's answer to a batch left the record out.",
    hint="Sync the lead again: it is looked up first, so it is not doubled.",
    retryable=True,
)


def grant(response: HttpResponse) -> Grant:
    """Return the tokens of a token endpoint's answer; raises ``TokenRefused``."""
    body = errors.body_of(response)
    if response.status != 200 or not body.get("access_token"):
        raise errors.token_refused(response)
    refresh = body.get("refresh_token")
    scopes = body.get("scopes")
    return Grant(
        access_token=SecretStr(str(body["access_token"])),
        refresh_token=SecretStr(str(refresh)) if refresh else None,
        expires_in=int(body.get("expires_in") or 1800),
        expiry_estimated="expires_in" not in body,
        scopes=tuple(str(scope) for scope in scopes) if isinstance(scopes, list) else (),
    )


def account(token: Mapping[str, Any], details: Mapping[str, Any], owner: Mapping[str, Any]) -> Account:
    """Return who a connection acts as, from introspection, account details and the owner record (may be empty)."""
    email = token.get("user")
    person = " ".join(str(owner[part]) for part in ("firstName", "lastName") if owner.get(part))
    portal = str(token.get("hub_id") or details.get("portalId") or "")
    domain = details.get("uiDomain")
    return Account(
        account_id=portal,
        user_id=str(token.get("user_id") or ""),
        name=person or str(token.get("hub_domain") or f"HubSpot account {portal}"),
        email=str(email) if email else None,
        environment=str(details.get("accountType") or "STANDARD").lower(),
        url=f"https://{domain}/contacts/{portal}" if domain else None,
    )


def record(raw: Mapping[str, Any]) -> RemoteRecord:
    """Return one CRM object. Its version is HubSpot's time of the last update, whose text order is its time order."""
    properties = raw.get("properties") or {}
    updated = str(raw.get("updatedAt") or properties.get("lastmodifieddate") or "")
    values = {name: None if value is None else str(value) for name, value in properties.items()}
    return RemoteRecord(id=str(raw["id"]), values=values, version=updated, modified_at=_time(updated))


def by_keys(results: Iterable[Mapping[str, Any]], by: str | None, keys: Sequence[str]) -> dict[str, RemoteRecord]:
    """Return records under the keys they were asked for.

    HubSpot finds a merged contact under each of its old ids, and a contact under each of its e-mail addresses.
    """
    asked = {key.casefold(): key for key in keys}
    found: dict[str, RemoteRecord] = {}
    for raw in results:
        one = record(raw)
        names = [one.values.get(by) or ""] if by else [one.id]
        if by is None and unconfirmed.MERGED_ID_RESOLVES:
            names += _listed(one, MERGED_IDS)
        if by == "email" and unconfirmed.SECONDARY_EMAIL_RESOLVES:
            names += _listed(one, SECONDARY_EMAILS)
        for name in names:
            if name.casefold() in asked:
                found[asked[name.casefold()]] = one
    return found


def written(body: Mapping[str, Any], writes: Sequence[Write], own_key: str) -> list[Written]:
    """Return each write's outcome, in the order of the writes; HubSpot's results come in any order.

    A result is recognised by its trace id, where HubSpot echoes it, else by its id, our key, or its e-mail.
    """
    outcome: dict[str, Written] = {}
    for error in body.get("errors") or []:
        fault = errors.explain_error(error, 409 if error.get("category") == "CONFLICT" else 400)
        context = error.get("context") or {}
        traces = [str(trace) for trace in context.get("objectWriteTraceId") or []]
        ids = {str(id) for id in context.get("ids") or []}
        for write in writes:
            if write.trace in traces or (write.id is not None and write.id in ids):
                outcome[write.trace] = Written(write.trace, fault=fault, existing_id=errors.existing_id(error))
    known = _names(writes, own_key)
    for raw in body.get("results") or []:
        one = record(raw)
        trace = str(raw.get("objectWriteTraceId") or "")
        email = (one.values.get("email") or "").casefold()
        for name in (("trace", trace), ("id", one.id), ("key", one.values.get(own_key) or ""), ("email", email)):
            if name in known:
                outcome[known[name]] = Written(known[name], record=one)
                break
    return [outcome.get(write.trace) or Written(write.trace, fault=NO_OUTCOME) for write in writes]


def refused(response: HttpResponse, writes: Sequence[Write]) -> list[Written]:
    """Return the outcome of a call that HubSpot refused as a whole."""
    fault, body = errors.explain(response), errors.body_of(response)
    return [Written(write.trace, fault=fault, existing_id=errors.existing_id(body)) for write in writes]


def ensure(response: HttpResponse, *accepted: int) -> dict[str, Any]:
    """Return the JSON of an accepted answer; raises ``CallFailed`` for any other."""
    if response.status not in accepted:
        raise CallFailed(errors.explain(response))
    return errors.body_of(response)


def next_page(body: Mapping[str, Any]) -> str | None:
    """Return the cursor of the page behind this one, or None on the last."""
    after = ((body.get("paging") or {}).get("next") or {}).get("after")
    return str(after) if after else None


def budget(response: HttpResponse) -> Budget:
    """Return what is left of the day's calls. OAuth apps from HubSpot's marketplace have no daily limit."""
    left, limit = (response.headers.get(f"x-hubspot-ratelimit-daily{name}", "") for name in ("-remaining", ""))
    over = response.status == 429 and errors.body_of(response).get("policyName") == "DAILY"
    return Budget(
        int(left) if left.isdigit() else None,
        int(limit) if limit.isdigit() else None,
        over,
        slow_down=response.status == 429,
    )


def _names(writes: Sequence[Write], own_key: str) -> dict[tuple[str, str], str]:
    names: dict[tuple[str, str], str] = {}
    for write in writes:
        names["trace", write.trace] = write.trace
        if write.id:
            names["id", write.id] = write.trace
        if key := write.values.get(own_key):
            names["key", key] = write.trace
        if email := write.values.get("email"):
            names["email", email.casefold()] = write.trace
    return names


def _listed(one: RemoteRecord, property: str) -> list[str]:
    return [part for part in (one.values.get(property) or "").split(";") if part]


def moment(text: str) -> datetime:
    """Return a time that HubSpot gives as ISO-8601 or as epoch milliseconds."""
    if text.isdigit():
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _time(text: str) -> datetime:
    try:
        return moment(text)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)

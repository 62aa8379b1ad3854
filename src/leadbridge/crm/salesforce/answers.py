"""Salesforce's answers, read by pure functions."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from leadbridge.crm.app import App
from leadbridge.crm.errors import CallFailed, Effect, Fault
from leadbridge.crm.model import Account, Budget, Grant, RemoteRecord
from leadbridge.crm.salesforce import errors, hosts, unconfirmed
from leadbridge.crm.salesforce.defaults import MODIFIED, REQUIRED_SCOPES
from leadbridge.crm.salesforce.ids import long_id
from leadbridge.security.transport import HttpResponse

_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

NO_OUTCOME = Fault(
    code="no_outcome",
    message="Salesforce answered without telling what became of this record.",
    cause="Salesforce's answer to a call left the record out.",
    hint="Sync the lead again: it is looked up first, so it is not doubled.",
    retryable=True,
)
FOREIGN = Fault(
    code="account_address_refused",
    message="The answer with the tokens names an address that is not Salesforce's.",
    cause="The organisation is in a cloud that this version does not know, or the answer was changed on its way.",
    hint="Name the organisation's My Domain when connecting; report the address if it is Salesforce's own.",
    retryable=False,
    effect=Effect.ATTENTION,
)
UNSIGNED = Fault(
    code="identity_unproved",
    message="The answer with the tokens does not carry Salesforce's signature.",
    cause="The client secret is another app's, or somebody between us and Salesforce has changed the answer.",
    hint="Check SALESFORCE_CLIENT_SECRET, then connect again.",
    retryable=False,
    effect=Effect.ATTENTION,
)


def grant(response: HttpResponse, app: App) -> Grant:
    """Return the tokens of a token endpoint's answer; raises ``TokenRefused``.

    An answer that is not signed with our secret, or that names an address which is not Salesforce's, is in doubt. It is
    read all the same: after a renewal its tokens are the only ones. Such an address is never used.
    """
    body = errors.body_of(response)
    if response.status != 200 or not body.get("access_token"):
        raise errors.token_refused(response)
    refresh, scope, life = body.get("refresh_token"), str(body.get("scope") or ""), str(body.get("expires_in") or "")
    address = str(body.get("instance_url") or "").rstrip("/")
    ours = hosts.is_instance(address, app.sandbox_origins)
    return Grant(
        access_token=SecretStr(str(body["access_token"])),
        refresh_token=SecretStr(str(refresh)) if refresh else None,
        expires_in=int(life) if life.isascii() and life.isdigit() else unconfirmed.SESSION_SECONDS,
        expiry_estimated=not life,
        scopes=tuple(scope.split()) or REQUIRED_SCOPES,
        api_url=address if ours else None,
        doubt=FOREIGN if not ours else UNSIGNED if not signed(body, app.client_secret) else None,
    )


def signed(body: Mapping[str, Any], secret: SecretStr) -> bool:
    """Tell whether a token answer is signed with our secret: HMAC-SHA256 over ``id`` and ``issued_at``, in Base64."""
    message = f"{body.get('id') or ''}{body.get('issued_at') or ''}".encode()
    mac = hmac.new(secret.get_secret_value().encode(), message, hashlib.sha256)
    wanted = base64.b64encode(mac.digest())
    return hmac.compare_digest(wanted, str(body.get("signature") or "").encode())


def account(info: Mapping[str, Any], organization: Mapping[str, Any], instance: str) -> Account:
    """Return who a connection acts as; raises ``CallFailed`` where the two answers are of different organisations."""
    told, read = long_id(str(info.get("organization_id") or "")), long_id(str(organization.get("Id") or ""))
    if not told or (read and told != read):
        raise CallFailed(
            Fault(
                code="identity_unclear",
                message="Salesforce did not say clearly which organisation the token is for.",
                cause="The identity and the organisation's record name different organisations.",
                hint="Begin the connect again; if this stays, name the organisation's My Domain.",
                retryable=False,
            )
        )
    sandbox = organization.get("IsSandbox")
    return Account(
        account_id=told,
        user_id=long_id(str(info.get("user_id") or "")),
        name=str(organization.get("Name") or info.get("name") or f"Salesforce organisation {told}"),
        email=str(info["email"]) if info.get("email") else None,
        environment="sandbox" if sandbox in (True, "true") else "production",
        url=instance,
    )


def ensure(response: HttpResponse, *accepted: int) -> Any:
    """Return the JSON of an accepted answer; raises ``CallFailed`` for any other, and for a page in its place."""
    if response.status not in accepted:
        raise CallFailed(errors.explain(response))
    if not response.body:
        return None
    body = errors.loads(response.body)
    if body is None:
        raise CallFailed(errors.explain(response))
    return body


def record(raw: Mapping[str, Any]) -> RemoteRecord:
    """Return one record. Its version is ``SystemModstamp``, whose text order is its time order."""
    values = {name: text(value) for name, value in raw.items() if name != "attributes" and not isinstance(value, dict)}
    stamp = values.get(MODIFIED) or values.get("LastModifiedDate") or ""
    return RemoteRecord(id=record_id(raw), values=values, version=stamp, modified_at=moment(stamp))


def record_id(raw: Mapping[str, Any]) -> str:
    """Return a record's id in its long form."""
    return long_id(str(raw.get("Id") or raw.get("id") or ""))


def records(body: Any) -> list[dict[str, Any]]:
    """Return the records of a query's page, or of a retrieve, without those that are not there."""
    listed = body.get("records") if isinstance(body, dict) else body
    return [one for one in listed or [] if isinstance(one, dict)]


def text(value: Any) -> str | None:
    """Return a field's value as text, in Salesforce's own form."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def outcomes(body: Any, count: int) -> list[dict[str, Any] | None]:
    """Return what a collection's answer says of each row, in order; None for a row that it leaves out."""
    listed = body if isinstance(body, list) else []
    rows: list[dict[str, Any] | None] = [one if isinstance(one, dict) else None for one in listed[:count]]
    return rows + [None] * (count - len(rows)) if len(listed) == count else [None] * count


def budget(response: HttpResponse) -> Budget:
    """Return what an answer tells of the organisation's calls in the last 24 hours."""
    found = _USAGE.search(response.headers.get("sforce-limit-info", ""))
    refused = errors.request_limit(response)
    left = None if found is None else max(0, int(found[2]) - int(found[1]))
    return Budget(
        day_left=left,
        day_limit=None if found is None else int(found[2]),
        day_over=refused is not None and errors.day_over(refused),
        slow_down=refused is not None,
    )


def moment(stamp: str) -> datetime:
    """Return a time as Salesforce writes it (``2026-11-20T08:00:01.000+0000``); 1970 for anything else."""
    try:
        found = datetime.fromisoformat(stamp)
    except ValueError:
        return _EPOCH
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def merged(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the records that were merged away, each with the one that it became a part of."""
    found = {}
    for row in rows:
        if master := row.get("MasterRecordId"):
            found[record_id(row)] = long_id(str(master))
    return found

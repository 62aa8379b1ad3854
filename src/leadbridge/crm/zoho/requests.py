"""Zoho requests, built by pure functions: same arguments, same bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from pydantic import SecretStr

from leadbridge.crm.app import App
from leadbridge.crm.model import Write
from leadbridge.crm.zoho.defaults import OPTIONAL_SCOPES, PLACEHOLDER, REQUIRED, REQUIRED_SCOPES, own_key_field
from leadbridge.crm.zoho.values import record_json, stamp
from leadbridge.kit.errors import InvalidInput
from leadbridge.security.transport import HttpRequest, Profile

PAGE = 200
FIELDS_AT_ONCE = 50
"""Most that Zoho gives in one call."""
FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
READING = {"accept": "application/json"}
WRITING = {"content-type": "application/json", "accept": "application/json"}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_$.]{0,99}\Z")
NO_AUTOMATIONS: list[str] = []
"""Zoho's own workflows, approvals and blueprints are not started by what is written."""


def authorize_url(app: App, *, redirect_uri: str, state: str, challenge: str) -> str:
    """Return the consent page. ``offline`` and ``consent`` together are what makes Zoho give a refresh token."""
    query = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": ",".join((*REQUIRED_SCOPES, *OPTIONAL_SCOPES)),
        "access_type": "offline",
        "prompt": "consent",
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{app.authorize_url}?{urlencode(query, quote_via=quote)}"


def exchange(app: App, *, code: str, redirect_uri: str, verifier: str) -> HttpRequest:
    """Return the request that turns a code into tokens.

    The verifier is always sent; whether Zoho checks it for server-based clients is unconfirmed, and nothing depends
    on it.
    """
    return _token(
        app, "token", grant_type="authorization_code", code=code, redirect_uri=redirect_uri, code_verifier=verifier
    )


def refresh(app: App, refresh_token: SecretStr) -> HttpRequest:
    """Return the request for a new access token."""
    return _token(app, "token", grant_type="refresh_token", refresh_token=refresh_token.get_secret_value())


def revoke(app: App, refresh_token: SecretStr) -> HttpRequest:
    """Return the request that ends a grant, its access tokens too. Zoho asks for the token alone."""
    body = urlencode({"token": refresh_token.get_secret_value()}).encode()
    return HttpRequest("POST", f"{app.login_url}/oauth/v2/token/revoke", headers=FORM, body=body, profile=Profile.TOKEN)


def _token(app: App, path: str, **fields: str) -> HttpRequest:
    """Everything goes into the body and nothing into the query, where it would reach logs."""
    fields |= {"client_id": app.client_id, "client_secret": app.client_secret.get_secret_value()}
    url = f"{app.login_url}/oauth/v2/{path}"
    return HttpRequest("POST", url, headers=FORM, body=urlencode(fields).encode(), profile=Profile.TOKEN)


def current_user(app: App) -> HttpRequest:
    """Return the request for the user whom the token acts as."""
    return _get(app, "users", {"type": "CurrentUser"})


def organisation(app: App) -> HttpRequest:
    """Return the request for the organisation, its zone, currency and edition."""
    return _get(app, "org", {})


def users(app: App, page: int) -> HttpRequest:
    """Return the request for a page of all users, deactivated ones too."""
    return _get(app, "users", {"type": "AllUsers", "page": str(page), "per_page": str(PAGE)})


def fields(app: App, module: str) -> HttpRequest:
    """Return the request for a module's fields."""
    return _get(app, "settings/fields", {"module": checked(module)})


def create_own_key(app: App, module: str) -> HttpRequest:
    """Return the request that makes the unique field for our id."""
    return _post(app, f"settings/fields?{urlencode({'module': checked(module)})}", {"fields": [own_key_field()]})


def layouts(app: App, module: str) -> HttpRequest:
    """Return the request for a module's layouts, which say what is required."""
    return _get(app, "settings/layouts", {"module": checked(module)})


def modules(app: App) -> HttpRequest:
    """Return the request for all modules."""
    return _get(app, "settings/modules", {})


def list_one(app: App, module: str) -> HttpRequest:
    """Return the smallest read of a module: what shows whether reading it is allowed."""
    return _get(app, checked(module), {"fields": "id", "per_page": "1"})


def by_ids(app: App, module: str, ids: Sequence[str], names: Sequence[str]) -> HttpRequest:
    """Return the request for records by id, with at most 50 fields; converted leads too."""
    if len(names) > FIELDS_AT_ONCE:
        raise ValueError(f"Zoho gives {FIELDS_AT_ONCE} fields in one call")
    query = {"ids": ",".join(ids), "fields": ",".join(names), "per_page": str(PAGE)} | _converted(module)
    return _get(app, checked(module), query)


def changed(app: App, module: str, since: datetime | None, token: str | None) -> HttpRequest:
    """Return the request for a page of records by time of change, from the earliest on; ``token`` goes on in it.

    A page token is bound to every other parameter, which therefore depend on nothing but the walk.
    """
    query = {"fields": "id,Modified_Time", "sort_by": "Modified_Time", "sort_order": "asc", "per_page": str(PAGE)}
    query |= _converted(module) | ({"page_token": token} if token else {"page": "1"})
    return _since(_get(app, checked(module), query), since)


def deleted(app: App, module: str, since: datetime | None, page: int, token: str | None) -> HttpRequest:
    """Return the request for a page of deleted records, those in the recycle bin and those gone for ever."""
    query = {"type": "all", "per_page": str(PAGE)} | ({"page_token": token} if token else {"page": str(page)})
    return _since(_get(app, f"{checked(module)}/deleted", query), since)


def coql(app: App, query: str) -> HttpRequest:
    """Return the request for a query of records; it changes nothing and may be repeated."""
    return _post(app, "coql", {"select_query": query}, repeatable=True)


def create(app: App, module: str, writes: Sequence[Write], types: Mapping[str, str]) -> HttpRequest:
    """Return the request that creates at most 100 records."""
    return _post(app, checked(module), _rows(app, module, writes, types))


def update(
    app: App, module: str, writes: Sequence[Write], types: Mapping[str, str], unless_since: datetime | None = None
) -> HttpRequest:
    """Return the request that updates at most 100 records by id.

    With ``unless_since`` Zoho leaves each record alone that was changed after that second.
    """
    request = _post(app, checked(module), _rows(app, module, writes, types), method="PUT")
    if unless_since is None:
        return request
    return replace(request, headers={**request.headers, "if-unmodified-since": stamp(unless_since)})


def upsert(app: App, module: str, by: Sequence[str], writes: Sequence[Write], types: Mapping[str, str]) -> HttpRequest:
    """Return the request that creates or updates at most 100 records by fields, the first of which decides."""
    body = _rows(app, module, writes, types) | {"duplicate_check_fields": [checked(name) for name in by]}
    return _post(app, f"{checked(module)}/upsert", body, repeatable=True)


def delete(app: App, module: str, ids: Sequence[str]) -> HttpRequest:
    """Return the request that moves at most 100 records to the recycle bin. A second one finds nothing to do."""
    query = urlencode({"ids": ",".join(ids), "wf_trigger": str(app.workflows).lower()})
    return _call(app, "DELETE", f"{checked(module)}?{query}", READING, None, repeatable=True)


def channels(app: App, channel: str) -> HttpRequest:
    """Return the request for a channel's subscriptions, a page of them."""
    return _get(app, "actions/watch", {"channel_id": channel, "page": "1", "per_page": str(PAGE)})


def subscribe(app: App, watch: Mapping[str, Any], *, renew: bool) -> HttpRequest:
    """Return the request that orders a channel, or orders an existing one anew; the same twice does no more."""
    return _post(app, "actions/watch", {"watch": [watch]}, method="PUT" if renew else "POST", repeatable=True)


def unsubscribe(app: App, channel: str) -> HttpRequest:
    """Return the request that ends a channel."""
    return _call(app, "DELETE", f"actions/watch?{urlencode({'channel_ids': channel})}", READING, None, repeatable=True)


def literal(text: str) -> str:
    """Return a text as COQL takes it, between quotes."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def checked(name: str) -> str:
    """Return an API name that may stand in a path or a query; raises ``InvalidInput`` for anything else."""
    if not _NAME.match(name):
        raise InvalidInput(f"{name[:60]!r} is not the API name of anything at Zoho.")
    return name


def _rows(app: App, module: str, writes: Sequence[Write], types: Mapping[str, str]) -> dict[str, Any]:
    required = REQUIRED.get(module, frozenset())
    rows = []
    for write in writes:
        values = {name: PLACEHOLDER if name in required and not text else text for name, text in write.values.items()}
        rows.append(record_json(values, types) | ({} if write.id is None else {"id": write.id}))
    return {"data": rows} if app.workflows else {"data": rows, "trigger": NO_AUTOMATIONS}


def _converted(module: str) -> dict[str, str]:
    return {"converted": "both"} if module == "Leads" else {}


def _since(request: HttpRequest, since: datetime | None) -> HttpRequest:
    if since is None:
        return request
    return replace(request, headers={**request.headers, "if-modified-since": stamp(since)})


def _get(app: App, path: str, query: Mapping[str, str]) -> HttpRequest:
    return _call(app, "GET", f"{path}?{urlencode(query)}" if query else path, READING, None, repeatable=True)


def _post(app: App, path: str, body: Any, *, method: str = "POST", repeatable: bool = False) -> HttpRequest:
    return _call(app, method, path, WRITING, orjson.dumps(body), repeatable=repeatable)


def _call(
    app: App, method: str, path: str, headers: Mapping[str, str], body: bytes | None, *, repeatable: bool
) -> HttpRequest:
    return HttpRequest(
        method,
        f"{app.api_url}/crm/{app.api_version}/{path}",
        headers=headers,
        body=body,
        profile=Profile.VENDOR,
        repeatable=repeatable,
    )

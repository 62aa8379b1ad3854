"""Salesforce requests, built by pure functions: same arguments, same bytes.

``app.api_url`` is the organisation's own address, ``app.login_url`` the host that its grant comes from. Tokens, codes
and secrets go into bodies, never into addresses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from pydantic import SecretStr

from leadbridge.crm.app import App
from leadbridge.crm.provider import Write
from leadbridge.crm.salesforce import soql
from leadbridge.crm.salesforce.defaults import OPTIONAL_SCOPES, OWN_KEY, REQUIRED_SCOPES, own_key_field
from leadbridge.crm.salesforce.ids import long_id
from leadbridge.security.transport import HttpRequest, Profile

BATCH = 200
"""Rows that one call of a collection takes."""
MARK = "client=Leadbridge"
"""What each call says of itself; change events show it as a part of their origin."""
JSON = {
    "content-type": "application/json; charset=UTF-8",
    "accept": "application/json",
    "sforce-call-options": MARK,
}
NO_ASSIGNMENT = {"sforce-auto-assign": "FALSE"}
"""Keeps assignment rules from giving a record that is only updated to another owner."""
FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


def authorize_url(app: App, *, redirect_uri: str, state: str, challenge: str) -> str:
    """Return the consent page. Scopes are separated by ``%20``."""
    query = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join((*REQUIRED_SCOPES, *OPTIONAL_SCOPES)),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{app.authorize_url}?{urlencode(query, quote_via=quote)}"


def exchange(app: App, *, code: str, redirect_uri: str, verifier: str) -> HttpRequest:
    """Return the request that turns a code into tokens. The verifier is mandatory: the challenge was sent."""
    return _oauth(
        app, "token", grant_type="authorization_code", code=code, redirect_uri=redirect_uri, code_verifier=verifier
    )


def refresh(app: App, refresh_token: SecretStr) -> HttpRequest:
    """Return the request that renews an access token, and with rotation the refresh token too."""
    return _oauth(app, "token", grant_type="refresh_token", refresh_token=refresh_token.get_secret_value())


def revoke(app: App, refresh_token: SecretStr) -> HttpRequest:
    """Return the request that ends a grant, its access tokens with it."""
    fields = {"token": refresh_token.get_secret_value()}
    return _form(app, "revoke", fields)


def introspect(app: App, access_token: SecretStr) -> HttpRequest:
    """Return the request that tells whether a token is in force, for which app and scopes."""
    return _oauth(app, "introspect", token=access_token.get_secret_value(), token_type_hint="access_token")  # noqa: S106


def _oauth(app: App, path: str, **fields: str) -> HttpRequest:
    fields |= {"client_id": app.client_id, "client_secret": app.client_secret.get_secret_value()}
    return _form(app, path, fields)


def _form(app: App, path: str, fields: Mapping[str, str]) -> HttpRequest:
    url = f"{app.login_url}/services/oauth2/{path}"
    return HttpRequest("POST", url, headers=FORM, body=urlencode(fields).encode(), profile=Profile.TOKEN)


def user_info(app: App) -> HttpRequest:
    """Return the request for who the token acts as."""
    return _get(app, "/services/oauth2/userinfo")


def organization(app: App) -> HttpRequest:
    """Return the request for the organisation's name and kind."""
    return query(app, soql.select(("Id", "Name", "IsSandbox", "OrganizationType"), "Organization", limit=1))


def limits(app: App) -> HttpRequest:
    """Return the request for what is left of the organisation's limits."""
    return _get(app, f"{base(app)}/limits")


def query(app: App, text: str, *, deleted: bool = False) -> HttpRequest:
    """Return the request for a query's first page; ``deleted`` finds records in the recycle bin too."""
    return _get(app, f"{base(app)}/{'queryAll' if deleted else 'query'}?q={soql.encoded(text)}")


def next_page(app: App, address: str) -> HttpRequest:
    """Return the request for the page behind a page. The address tells its own version, and mostly no host.

    One with a host is kept as it is: the session then refuses any but the connection's own.
    """
    url = address if "://" in address or address.startswith("//") else f"/{address.lstrip('/')}"
    return _get(app, url)


def deleted(app: App, object: str, start: datetime, end: datetime) -> HttpRequest:
    """Return the request for ids deleted between two times, also those whose recycle bin was emptied since."""
    times = urlencode({"start": start.isoformat(timespec="seconds"), "end": end.isoformat(timespec="seconds")})
    return _get(app, f"{base(app)}/sobjects/{object}/deleted/?{times}")


def describe(app: App, object: str) -> HttpRequest:
    """Return the request for an object's fields and record types, as the connection's user sees them."""
    return _get(app, f"{base(app)}/sobjects/{object}/describe")


def describe_all(app: App) -> HttpRequest:
    """Return the request for the list of objects that the connection's user sees."""
    return _get(app, f"{base(app)}/sobjects/")


def picklists(app: App, object: str, record_type: str) -> HttpRequest:
    """Return the request for the values that each picklist has with a record type."""
    return _get(app, f"{base(app)}/ui-api/object-info/{object}/picklist-values/{record_type}")


def retrieve(app: App, object: str, ids: Sequence[str], fields: Sequence[str]) -> HttpRequest:
    """Return the request for at most 2,000 records by id; one that is not there is null in its place."""
    body = {"ids": [long_id(id) for id in ids], "fields": list(dict.fromkeys(fields))}
    return _send(app, "POST", f"{base(app)}/composite/sobjects/{object}", body, repeatable=True)


def create(app: App, object: str, writes: Sequence[Write]) -> HttpRequest:
    """Return the request that creates at most 200 records, each with its own outcome. It must not be repeated."""
    return _rows(app, "POST", "", object, [_values(write) for write in writes])


def update(app: App, object: str, writes: Sequence[Write]) -> HttpRequest:
    """Return the request that updates at most 200 records by id, each with its own outcome."""
    rows = [{"id": long_id(write.id or ""), **_values(write)} for write in writes]
    return _rows(app, "PATCH", "", object, rows, headers=NO_ASSIGNMENT)


def upsert(app: App, object: str, by: str, writes: Sequence[Write]) -> HttpRequest:
    """Return the request that creates or updates at most 200 records by an external id. It may be repeated."""
    rows = [_values(write) for write in writes]
    return _rows(app, "PATCH", f"/{object}/{by}", object, rows, headers=NO_ASSIGNMENT, repeatable=True)


def update_one(app: App, object: str, write: Write, unmodified_since: datetime) -> HttpRequest:
    """Return the request that updates one record unless it was changed after a time, to the second."""
    return _send(
        app,
        "PATCH",
        f"{base(app)}/sobjects/{object}/{long_id(write.id or '')}",
        _values(write),
        headers={**NO_ASSIGNMENT, "if-unmodified-since": format_datetime(unmodified_since, usegmt=True)},
    )


def delete(app: App, ids: Sequence[str]) -> HttpRequest:
    """Return the request that puts at most 200 records into the recycle bin."""
    listed = urlencode({"ids": ",".join(long_id(id) for id in ids), "allOrNone": "false"}, safe=",")
    url = f"{app.api_url}{base(app)}/composite/sobjects?{listed}"
    return HttpRequest("DELETE", url, headers=JSON, profile=Profile.VENDOR, repeatable=True)


def create_own_key(app: App, object: str) -> HttpRequest:
    """Return the request that makes the field for our id; it is visible to nobody until a permission set shows it."""
    return _send(app, "POST", f"{base(app)}/tooling/sobjects/CustomField", own_key_field(object))


def create_record(app: App, object: str, values: Mapping[str, Any]) -> HttpRequest:
    """Return the request that creates one record of a set-up object."""
    return _send(app, "POST", f"{base(app)}/sobjects/{object}", values)


def find_permission_set(app: App, name: str) -> HttpRequest:
    """Return the request for a permission set by its name."""
    return query(app, soql.select(("Id",), "PermissionSet", f"Name = {soql.literal(name)}", limit=1))


def own_key_readable(permission_set: str, object: str) -> Mapping[str, Any]:
    """Return the record that lets a permission set's users read and edit the field for our id."""
    return {
        "ParentId": permission_set,
        "SobjectType": object,
        "Field": f"{object}.{OWN_KEY}",
        "PermissionsRead": True,
        "PermissionsEdit": True,
    }


def base(app: App) -> str:
    """Return the path that every call of this version begins with."""
    return f"/services/data/{app.api_version}"


def _values(write: Write) -> dict[str, str | None]:
    """An empty text would be stored as null all the same; null says so."""
    return {name: text or None for name, text in write.values.items()}


def _rows(
    app: App,
    method: str,
    path: str,
    object: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    headers: Mapping[str, str] | None = None,
    repeatable: bool = False,
) -> HttpRequest:
    body = {"allOrNone": False, "records": [{"attributes": {"type": object}, **row} for row in rows]}
    return _send(app, method, f"{base(app)}/composite/sobjects{path}", body, headers=headers, repeatable=repeatable)


def _get(app: App, path: str) -> HttpRequest:
    url = path if "://" in path or path.startswith("//") else app.api_url + path
    return HttpRequest("GET", url, headers=JSON, profile=Profile.VENDOR, repeatable=True)


def _send(
    app: App,
    method: str,
    path: str,
    body: object,
    *,
    headers: Mapping[str, str] | None = None,
    repeatable: bool = False,
) -> HttpRequest:
    return HttpRequest(
        method,
        app.api_url + path,
        headers={**JSON, **(headers or {})},
        body=orjson.dumps(body),
        profile=Profile.VENDOR,
        repeatable=repeatable,
    )

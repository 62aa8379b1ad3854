"""HubSpot requests, built by pure functions: same arguments, same bytes.

Paths are the date-versioned ones (``/crm/objects/2026-03/...``). The version stands at another place in each API's
path, which is why every path is written out here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from pydantic import SecretStr

from leadbridge.crm.hubspot.defaults import OPTIONAL_SCOPES, REQUIRED_SCOPES, own_key_property
from leadbridge.crm.provider import App, Write
from leadbridge.security.transport import HttpRequest, Profile

SEARCH_PAGE = 200
ASSOCIATE_BATCH = 2000
ASSOCIATED_BATCH = 1000
"""Most that HubSpot takes or gives in one call."""
JSON = {"content-type": "application/json", "accept": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


def authorize_url(app: App, *, redirect_uri: str, state: str, challenge: str) -> str:
    """Return the consent page. Scopes are separated by ``%20``: HubSpot's own clients never send ``+``."""
    query = {
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(REQUIRED_SCOPES),
        "optional_scope": " ".join(OPTIONAL_SCOPES),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{app.authorize_url}?{urlencode(query, quote_via=quote)}"


def exchange(app: App, *, code: str, redirect_uri: str, verifier: str) -> HttpRequest:
    """Return the request that turns a code into tokens.

    The verifier is always sent; whether HubSpot's classic apps check it is unconfirmed, so nothing depends on it.
    """
    return _token(
        app, "token", grant_type="authorization_code", code=code, redirect_uri=redirect_uri, code_verifier=verifier
    )


def refresh(app: App, refresh_token: SecretStr) -> HttpRequest:
    """Return the request that renews an access token."""
    return _token(app, "token", grant_type="refresh_token", refresh_token=refresh_token.get_secret_value())


def revoke(app: App, refresh_token: SecretStr) -> HttpRequest:
    """Return the request that ends a grant; access tokens already given live on until they expire."""
    return _token(app, "token/revoke", token=refresh_token.get_secret_value(), token_type_hint="refresh_token")  # noqa: S106


def introspect(app: App, access_token: SecretStr) -> HttpRequest:
    """Return the request that tells whose token this is."""
    return _token(app, "token/introspect", token=access_token.get_secret_value(), token_type_hint="access_token")  # noqa: S106


def _token(app: App, path: str, **fields: str) -> HttpRequest:
    """Everything goes into the body and nothing into the query, where it would reach logs."""
    fields |= {"client_id": app.client_id, "client_secret": app.client_secret.get_secret_value()}
    url = f"{app.api_url}/oauth/{app.api_version}/{path}"
    return HttpRequest("POST", url, headers=FORM, body=urlencode(fields).encode(), profile=Profile.TOKEN)


def account_details(app: App) -> HttpRequest:
    """Return the request for the portal's id, zone and currency."""
    return _get(app, f"/account-info/{app.api_version}/details")


def owners_by_email(app: App, email: str) -> HttpRequest:
    """Return the request for the portal user with this address."""
    return _get(app, f"/crm/owners/{app.api_version}?{urlencode({'email': email, 'limit': 1})}")


def list_one(app: App, object: str) -> HttpRequest:
    """Return the smallest read of an object: what shows whether reading it is allowed."""
    return _get(app, f"/crm/objects/{app.api_version}/{object}?limit=1")


def read_property(app: App, object: str, name: str) -> HttpRequest:
    """Return the request for one property's definition."""
    return _get(app, f"/crm/properties/{app.api_version}/{object}/{name}")


def create_own_key(app: App, object: str) -> HttpRequest:
    """Return the request that makes the unique property for our id."""
    return _post(app, f"/crm/properties/{app.api_version}/{object}", own_key_property(object))


def batch_read(app: App, object: str, by: str | None, keys: Sequence[str], fields: Sequence[str]) -> HttpRequest:
    """Return the request for at most 100 records, by id or by a unique property."""
    body: dict[str, Any] = {"inputs": [{"id": key} for key in keys], "properties": list(fields)}
    if by is not None:
        body["idProperty"] = by
    return _post(app, f"/crm/objects/{app.api_version}/{object}/batch/read", body, repeatable=True)


def batch_write(app: App, object: str, writes: Sequence[Write]) -> HttpRequest:
    """Return the request that creates (no ids) or updates at most 100 records.

    Every input carries a trace id: only then does HubSpot answer 207 with each row's outcome instead of refusing all.
    """
    creating = writes[0].id is None
    if any((write.id is None) is not creating for write in writes):
        raise ValueError("a batch either creates or updates")
    inputs = [
        {
            "objectWriteTraceId": write.trace,
            "properties": dict(write.values),
            **({} if creating else {"id": write.id}),
        }
        for write in writes
    ]
    verb = "create" if creating else "update"
    return _post(app, f"/crm/objects/{app.api_version}/{object}/batch/{verb}", {"inputs": inputs})


def batch_upsert(app: App, object: str, by: str, writes: Sequence[Write]) -> HttpRequest:
    """Return the request that creates or updates at most 100 records by a unique property. It may be repeated."""
    inputs = [
        {
            "id": write.values[by],
            "idProperty": by,
            "objectWriteTraceId": write.trace,
            "properties": {name: text for name, text in write.values.items() if name != by},
        }
        for write in writes
    ]
    path = f"/crm/objects/{app.api_version}/{object}/batch/upsert"
    return _post(app, path, {"inputs": inputs}, repeatable=True)


def batch_archive(app: App, object: str, ids: Sequence[str]) -> HttpRequest:
    """Return the request that archives at most 100 records, whatever state they are in."""
    body = {"inputs": [{"id": id} for id in ids]}
    return _post(app, f"/crm/objects/{app.api_version}/{object}/batch/archive", body, repeatable=True)


def properties(app: App, object: str) -> HttpRequest:
    """Return the request for an object's properties; the list is not paged."""
    return _get(app, f"/crm/properties/{app.api_version}/{object}?archived=false")


def search(app: App, object: str, filters: Sequence[dict[str, str]], sort: str, fields: Sequence[str]) -> HttpRequest:
    """Return the request for the first 200 records that pass every filter, by ascending ``sort``."""
    body = {
        "filterGroups": [{"filters": list(filters)}],
        "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
        "properties": list(fields),
        "limit": SEARCH_PAGE,
    }
    return _post(app, f"/crm/objects/{app.api_version}/{object}/search", body, repeatable=True)


def list_archived(app: App, object: str, after: str | None) -> HttpRequest:
    """Return the request for a page of archived records, by ascending id."""
    query = {"archived": "true", "limit": "100", "properties": "hs_object_id"} | ({"after": after} if after else {})
    return _get(app, f"/crm/objects/{app.api_version}/{object}?{urlencode(query)}")


def history(app: App, object: str, ids: Sequence[str], fields: Sequence[str]) -> HttpRequest:
    """Return the request for records with the earlier values of some fields."""
    body = {"inputs": [{"id": id} for id in ids], "properties": [], "propertiesWithHistory": list(fields)}
    return _post(app, f"/crm/objects/{app.api_version}/{object}/batch/read", body, repeatable=True)


def merge(app: App, object: str, winner: str, loser: str) -> HttpRequest:
    """Return the request that merges one record into another."""
    body = {"primaryObjectId": winner, "objectIdToMerge": loser}
    return _post(app, f"/crm/objects/{app.api_version}/{object}/merge", body)


def owners(app: App, after: str | None, *, archived: bool) -> HttpRequest:
    """Return the request for a page of the account's owners."""
    query = {"limit": "100", "archived": str(archived).lower()} | ({"after": after} if after else {})
    return _get(app, f"/crm/owners/{app.api_version}?{urlencode(query)}")


def pipelines(app: App, object: str) -> HttpRequest:
    """Return the request for an object's pipelines with their stages; the list is not paged."""
    return _get(app, f"/crm/pipelines/{app.api_version}/{object}")


def associate(app: App, source: str, target: str, inputs: Sequence[tuple[str, str, Sequence[int]]]) -> HttpRequest:
    """Return the request that makes at most 2,000 associations of HubSpot's own types. It may be repeated."""
    body = {
        "inputs": [
            {
                "from": {"id": one},
                "to": {"id": other},
                "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": id} for id in types],
            }
            for one, other, types in inputs
        ]
    }
    return _post(app, f"/crm/associations/{app.api_version}/{source}/{target}/batch/create", body, repeatable=True)


def associated(
    app: App, source: str, target: str, ids: Sequence[str], after: Mapping[str, str] | None = None
) -> HttpRequest:
    """Return the request for what at most 1,000 records are associated with."""
    inputs = [{"id": id} | ({"after": after[id]} if after else {}) for id in ids]
    path = f"/crm/associations/{app.api_version}/{source}/{target}/batch/read"
    return _post(app, path, {"inputs": inputs}, repeatable=True)


def _get(app: App, path: str) -> HttpRequest:
    return HttpRequest("GET", app.api_url + path, headers=JSON, profile=Profile.VENDOR, repeatable=True)


def _post(app: App, path: str, body: object, *, repeatable: bool = False) -> HttpRequest:
    return HttpRequest(
        "POST",
        app.api_url + path,
        headers=JSON,
        body=orjson.dumps(body),
        profile=Profile.VENDOR,
        repeatable=repeatable,
    )

"""Dynamics requests, built by pure functions: same arguments, same bytes.

Source: Microsoft's documentation of the Dataverse Web API and of the Microsoft identity platform v2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from pydantic import SecretStr

from leadbridge.crm.app import App
from leadbridge.crm.dynamics import unconfirmed
from leadbridge.crm.dynamics.batch import CONTENT_TYPE, Part, body
from leadbridge.crm.dynamics.tables import Table
from leadbridge.security.transport import HttpRequest, Profile

PAGE = 5000
"""Rows of a page: the most that Dataverse gives."""
FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
HEADERS = {
    "accept": "application/json",
    "odata-version": "4.0",
    "odata-maxversion": "4.0",
    "if-none-match": "null",  # else a browser's cache rule could answer a read
}
JSON = {**HEADERS, "content-type": "application/json; charset=utf-8"}
TRACK = f"odata.track-changes,odata.maxpagesize={PAGE}"
PAGED = f"odata.maxpagesize={PAGE}"
SCOPES = "offline_access openid profile email"


def scope(app: App) -> str:
    """Return what is asked for: to act as the person in one organisation, also when the person is away."""
    return f"{app.api_url}/user_impersonation {SCOPES}"


def authorize_url(app: App, *, redirect_uri: str, state: str, challenge: str) -> str:
    """Return the consent page."""
    query = {
        "client_id": app.client_id,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "response_mode": "query",
        "scope": scope(app),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{app.authorize_url}?{urlencode(query, quote_via=quote)}"


def exchange(app: App, *, code: str, redirect_uri: str, verifier: str) -> HttpRequest:
    """Return the request that turns a code into tokens."""
    return _token(app, grant_type="authorization_code", code=code, redirect_uri=redirect_uri, code_verifier=verifier)


def refresh(app: App, refresh_token: SecretStr) -> HttpRequest:
    """Return the request that renews tokens; its answer has a new refresh token, and the old one goes on working."""
    return _token(app, grant_type="refresh_token", refresh_token=refresh_token.get_secret_value())


def _token(app: App, **fields: str) -> HttpRequest:
    fields |= {
        "client_id": app.client_id,
        "client_secret": app.client_secret.get_secret_value(),
        "scope": scope(app),
    }
    url = f"{app.login_url}/oauth2/v2.0/token"
    return HttpRequest("POST", url, headers=FORM, body=urlencode(fields).encode(), profile=Profile.TOKEN)


def who_am_i(app: App) -> HttpRequest:
    """Return the request for the ids of user and organisation."""
    return get(app, "WhoAmI")


def user(app: App, id: str) -> HttpRequest:
    """Return the request for a user's name and address."""
    return get(app, f"systemusers({id})", select=("fullname", "internalemailaddress"))


def organization(app: App, id: str) -> HttpRequest:
    """Return the request for the organisation's name."""
    return get(app, f"organizations({id})", select=("name",))


def users(app: App) -> HttpRequest:
    """Return the request for the first page of the people who may own records."""
    fields = ("systemuserid", "fullname", "internalemailaddress", "isdisabled")
    return get(app, "systemusers", select=fields, prefer=PAGED)


def list_one(app: App, table: Table) -> HttpRequest:
    """Return the smallest read of a table: what shows whether it is there and may be read."""
    return get(app, table.set, select=(table.key,), top=1)


def find(app: App, table: Table, field: str, keys: Sequence[str], select: Sequence[str]) -> HttpRequest:
    """Return the request for the records whose ``field`` is one of ``keys``, oldest first."""
    by_id = field == table.key
    terms = [f"{field} eq {key}" if by_id else f"{field} eq {literal(key)}" for key in keys]
    return get(app, table.set, select=select, filter=" or ".join(terms), order="createdon asc")


def tracked(app: App, table: Table, select: Sequence[str], size: int = PAGE) -> HttpRequest:
    """Return the request that begins change tracking: every record, and at the end a link for what comes later."""
    return get(app, table.set, select=select, prefer=f"odata.track-changes,odata.maxpagesize={size}")


def since(app: App, table: Table, moment: str, select: Sequence[str]) -> HttpRequest:
    """Return the request for records modified from ``moment`` (ISO-8601, UTC) on, by time and key."""
    order = f"modifiedon asc,{table.key} asc"
    return get(app, table.set, select=select, filter=f"modifiedon ge {moment}", order=order, prefer=PAGED)


def follow(url: str, prefer: str) -> HttpRequest:
    """Return the request for a link that an answer gave, as it stands."""
    return HttpRequest("GET", url, headers={**HEADERS, "prefer": prefer}, profile=Profile.VENDOR, repeatable=True)


def attributes(app: App, table: Table) -> HttpRequest:
    """Return the request for a table's columns; the answer is not paged."""
    fields = (
        "LogicalName",
        "AttributeType",
        "AttributeTypeName",
        "AttributeOf",
        "DisplayName",
        "RequiredLevel",
        "IsCustomAttribute",
        "IsValidForCreate",
        "IsValidForUpdate",
        "IsValidForRead",
    )
    return get(app, f"{definition(table)}/Attributes", select=fields)


def choices(app: App, table: Table, cast: str) -> HttpRequest:
    """Return the request for the options of all columns of one sort, such as ``PicklistAttributeMetadata``."""
    path = f"{definition(table)}/Attributes/Microsoft.Dynamics.CRM.{cast}"
    parts = "OptionSet,GlobalOptionSet" if cast in ("PicklistAttributeMetadata",) else "OptionSet"
    return get(app, path, select=("LogicalName",), expand=parts)


def dates(app: App, table: Table) -> HttpRequest:
    """Return the request that tells which dates have no time."""
    path = f"{definition(table)}/Attributes/Microsoft.Dynamics.CRM.DateTimeAttributeMetadata"
    return get(app, path, select=("LogicalName", "Format", "DateTimeBehavior"))


def keys(app: App, table: Table) -> HttpRequest:
    """Return the request for a table's alternate keys and the state of their indexes."""
    return get(app, f"{definition(table)}/Keys", select=("SchemaName", "KeyAttributes", "EntityKeyIndexStatus"))


def language(app: App) -> HttpRequest:
    """Return the request for the language of the organisation, in which a new column must have its label."""
    return get(app, "organizations", select=("languagecode",), top=1)


def create_column(app: App, table: Table, name: str, label: str, language: int) -> HttpRequest:
    """Return the request that adds a text column; ``language`` is a locale id such as 1033."""
    column = {
        "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata",
        "SchemaName": name,
        "MaxLength": unconfirmed.OWN_KEY_LENGTH,
        "FormatName": {"Value": "Text"},
        "RequiredLevel": {"Value": "None", "CanBeChanged": True},
        "DisplayName": _label(label, language),
        "Description": _label("The record's id in Leadbridge. Set by the integration; please do not edit.", language),
    }
    return send(app, "POST", f"{definition(table)}/Attributes", column)


def create_key(app: App, table: Table, name: str, column: str, label: str, language: int) -> HttpRequest:
    """Return the request that makes a column an alternate key; its index is built afterwards."""
    key = {"SchemaName": name, "KeyAttributes": [column], "DisplayName": _label(label, language)}
    return send(app, "POST", f"{definition(table)}/Keys", key)


def batch(app: App, parts: Sequence[Part], *, repeatable: bool = False) -> HttpRequest:
    """Return the request that does several operations, each with its own outcome."""
    headers = {**HEADERS, "content-type": CONTENT_TYPE, "prefer": "odata.continue-on-error"}
    url = f"{app.api_url}{root(app)}$batch"
    return HttpRequest("POST", url, headers=headers, body=body(parts), profile=Profile.VENDOR, repeatable=repeatable)


def definition(table: Table) -> str:
    """Return the path of a table's definition."""
    return f"EntityDefinitions(LogicalName='{table.name}')"


def root(app: App) -> str:
    """Return the path that every address of the Web API begins with."""
    return f"/api/data/{app.api_version}/"


def literal(text: str) -> str:
    """Return a text as OData writes it."""
    return "'" + text.replace("'", "''") + "'"


def get(app: App, path: str, *, select: Sequence[str] = (), prefer: str = "", **options: Any) -> HttpRequest:
    """Return a read below the root; ``options`` are filter, order, top and expand."""
    named = {"order": "orderby"}
    query = {"$select": ",".join(dict.fromkeys(select))} if select else {}
    query |= {f"${named.get(name, name)}": str(value) for name, value in options.items()}
    url = f"{app.api_url}{root(app)}{path}" + (f"?{urlencode(query, quote_via=quote, safe='$,')}" if query else "")
    headers: Mapping[str, str] = {**HEADERS, "prefer": prefer} if prefer else HEADERS
    return HttpRequest("GET", url, headers=headers, profile=Profile.VENDOR, repeatable=True)


def send(app: App, method: str, path: str, content: object | None = None) -> HttpRequest:
    """Return a write below the root; a delete has no content and may be repeated."""
    raw = None if content is None else orjson.dumps(content)
    headers = HEADERS if raw is None else JSON
    url = f"{app.api_url}{root(app)}{path}"
    return HttpRequest(method, url, headers=headers, body=raw, profile=Profile.VENDOR, repeatable=method == "DELETE")


def _label(text: str, language: int) -> dict[str, Any]:
    label = {"@odata.type": "Microsoft.Dynamics.CRM.LocalizedLabel", "Label": text, "LanguageCode": language}
    return {"@odata.type": "Microsoft.Dynamics.CRM.Label", "LocalizedLabels": [label]}

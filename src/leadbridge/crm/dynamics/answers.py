"""The Web API's answers, read by pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from pydantic import SecretStr

from leadbridge.crm.app import App
from leadbridge.crm.dynamics import errors
from leadbridge.crm.dynamics.batch import Answered, read
from leadbridge.crm.dynamics.tables import Table
from leadbridge.crm.dynamics.values import text_of
from leadbridge.crm.errors import CallFailed, Fault
from leadbridge.crm.model import Account, Budget, Grant, Owner, RemoteRecord
from leadbridge.security.transport import HttpResponse

MERGED, MASTER = "merged", "_masterid_value"
MODIFIED = "modifiedon"
ETAG = "@odata.etag"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION = re.compile(r'W/"(\d+)"')
_DIGITS = 20
"""Digits of a version: padded, so that the order of the texts is the order of the numbers."""

NO_OUTCOME = Fault(
    code="no_outcome",
    message="Dynamics answered without telling what became of this record.",
    cause="Its answer to a batch ended before this record's part, or could not be read.",
    hint="Sync the record again: it is looked up first, so it is not doubled.",
    retryable=True,
)


def grant(response: HttpResponse) -> Grant:
    """Return the tokens of a token endpoint's answer; raises ``TokenRefused``.

    Scopes are named without the organisation's address, which is the connection's own.
    """
    body = errors.body_of(response)
    if response.status != 200 or not body.get("access_token"):
        raise errors.token_refused(response)
    refresh = body.get("refresh_token")
    granted = [str(one).rpartition("/")[2] for one in str(body.get("scope") or "").split()]
    if refresh and "offline_access" not in granted:
        granted.append("offline_access")  # not among the scopes of an answer, but what a refresh token is given for
    return Grant(
        access_token=SecretStr(str(body["access_token"])),
        refresh_token=SecretStr(str(refresh)) if refresh else None,
        expires_in=int(body.get("expires_in") or 3600),
        expiry_estimated="expires_in" not in body,
        scopes=tuple(granted),
    )


def account(app: App, who: Mapping[str, Any], user: Mapping[str, Any], organization: Mapping[str, Any]) -> Account:
    """Return who a connection acts as, from WhoAmI, the user's row and the organisation's (which may be empty)."""
    email = user.get("internalemailaddress")
    id = str(who.get("OrganizationId") or "")
    person = str(user.get("fullname") or "")
    company = str(organization.get("name") or "")
    return Account(
        account_id=id,
        user_id=str(who.get("UserId") or ""),
        name=person or company or f"Dynamics organisation {id}",
        email=str(email) if email else None,
        environment=app.api_url.partition("://")[2],
        url=f"{app.api_url}/main.aspx",
    )


def version_of(raw: Mapping[str, Any]) -> str:
    """Return a row's version, padded with zeros."""
    found = _VERSION.fullmatch(str(raw.get(ETAG) or ""))
    return (found[1] if found else str(raw.get("versionnumber") or "0")).zfill(_DIGITS)


def etag_of(version: str) -> str:
    """Return the entity tag of a version."""
    return f'W/"{int(version)}"'


def record(table: Table, raw: Mapping[str, Any]) -> RemoteRecord:
    """Return one row: its columns without the annotations."""
    values = {name: text_of(value) for name, value in raw.items() if "@" not in name}
    return RemoteRecord(str(raw[table.key]), values, version_of(raw), moment(raw.get(MODIFIED)))


def moment(text: object) -> datetime:
    """Return a time of an answer; the epoch where there is none."""
    try:
        found = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return EPOCH
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def by_keys(
    table: Table, rows: Iterable[Mapping[str, Any]], field: str, keys: Sequence[str]
) -> dict[str, RemoteRecord]:
    """Return rows under the keys that they were asked by; of several with one key the first, which is the oldest."""
    asked = {key.casefold(): key for key in keys}
    found: dict[str, RemoteRecord] = {}
    for raw in rows:
        key = asked.get((text_of(raw.get(field)) or "").casefold())
        if key is not None and key not in found:
            found[key] = record(table, raw)
    return found


def parts(response: HttpResponse, count: int) -> list[Answered | None]:
    """Return the outcome of each of ``count`` operations of a batch; None for what Dataverse said nothing about."""
    try:
        found = list(read(response.headers.get("content-type", ""), response.body))
    except ValueError:
        found = []
    return [*found[:count], *[None] * (count - len(found))]


def json_of(answered: Answered) -> dict[str, Any]:
    """Return the JSON object of a batch's part, or an empty one."""
    try:
        body = orjson.loads(answered.body)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def ensure(response: HttpResponse, *accepted: int) -> dict[str, Any]:
    """Return the JSON of an accepted answer; raises ``CallFailed`` for any other."""
    if response.status not in accepted:
        raise CallFailed(errors.explain(response))
    return errors.body_of(response)


def rows(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a collection."""
    value = body.get("value")
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def budget(response: HttpResponse) -> Budget:
    """Return what an answer tells about calls: only a refusal does; the counts in headers are for one server."""
    return Budget(slow_down=response.status == 429)


def owner(raw: Mapping[str, Any]) -> Owner:
    """Return one user."""
    email = raw.get("internalemailaddress")
    id = str(raw["systemuserid"])
    return Owner(id, str(email) if email else None, str(raw.get("fullname") or email or id), not raw.get("isdisabled"))

"""Zoho's answers, read by pure functions. An answer without a body (204, 304) says that there is nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadbridge.crm.errors import CallFailed, Fault
from leadbridge.crm.model import Account, Budget, RemoteRecord, Write, Written
from leadbridge.crm.zoho import errors
from leadbridge.crm.zoho.defaults import PLACEHOLDER, REQUIRED
from leadbridge.crm.zoho.values import moment, stamp, to_text
from leadbridge.security.transport import HttpResponse

MODIFIED = "Modified_Time"
EMPTY = frozenset((204, 304))
CREDITS = "x-api-credits-remaining"
NO_OUTCOME = Fault(
    code="no_outcome",
    message="Zoho's answer says nothing about this record.",
    cause="The answer was cut short, or is not one of Zoho's.",
    hint="Nothing needs to be done: the record is looked up and decided anew.",
    retryable=True,
)


def account(user: Mapping[str, Any], organisation: Mapping[str, Any], centre: str) -> Account:
    """Return who a connection acts as. The account is the organisation in its data centre and environment."""
    org = str(organisation.get("zgid") or organisation.get("id") or "")
    email = user.get("email") or organisation.get("primary_email")
    kind = str(organisation.get("type") or "production")
    return Account(
        account_id=org,
        user_id=str(user.get("zuid") or user.get("id") or ""),
        name=str(organisation.get("company_name") or user.get("full_name") or f"Zoho organisation {org}"),
        email=str(email) if email else None,
        environment=f"{kind} ({centre})" if centre else kind,
    )


def first(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the first object of a list in an answer, or an empty one."""
    listed = body.get(name)
    return listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}


def rows(body: Mapping[str, Any], name: str = "data") -> list[dict[str, Any]]:
    """Return the objects of a list in an answer."""
    listed = body.get(name)
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def more(body: Mapping[str, Any]) -> bool:
    """Tell whether there are pages behind this one."""
    info = body.get("info")
    return isinstance(info, dict) and bool(info.get("more_records"))


def next_token(body: Mapping[str, Any]) -> str | None:
    """Return the token of the page behind this one."""
    info = body.get("info")
    token = info.get("next_page_token") if isinstance(info, dict) else None
    return str(token) if token else None


def record(raw: Mapping[str, Any], module: str) -> RemoteRecord:
    """Return one record of a module. Its version is the UTC time of its last change: text order is time order."""
    at = moment(str(raw.get(MODIFIED) or ""))
    values = {name: to_text(value) for name, value in raw.items() if name != "id" and not name.startswith("$")}
    values |= {name: None for name in REQUIRED.get(module, ()) if values.get(name) == PLACEHOLDER}
    return RemoteRecord(id=str(raw["id"]), values=values, version=stamp(at), modified_at=at)


def written(body: Mapping[str, Any], writes: Sequence[Write], status: int) -> list[Written]:
    """Return each write's outcome: Zoho's rows stand in the order of the writes, whatever the status of the answer."""
    told = body.get("data")
    listed = told if isinstance(told, list) else []
    return [
        _outcome(listed[place], write, status) if place < len(listed) else Written(write.trace, fault=NO_OUTCOME)
        for place, write in enumerate(writes)
    ]


def _outcome(row: Any, write: Write, status: int) -> Written:
    if not isinstance(row, dict) or not row.get("code"):
        return Written(write.trace, fault=NO_OUTCOME)
    details = row.get("details")
    details = details if isinstance(details, dict) else {}
    if row.get("code") == "SUCCESS" and (details.get("id") or write.id):
        at = moment(str(details.get(MODIFIED) or ""))
        id = str(details.get("id") or write.id)
        return Written(write.trace, record=RemoteRecord(id, {}, stamp(at), at))
    return Written(write.trace, fault=errors.explain_row(row, status), existing_id=errors.existing_id(row))


def refused(response: HttpResponse, writes: Sequence[Write]) -> list[Written]:
    """Return the outcome of a call that Zoho refused as a whole."""
    fault = errors.explain(response)
    return [Written(write.trace, fault=fault) for write in writes]


def ensure(response: HttpResponse, *accepted: int) -> dict[str, Any]:
    """Return the JSON of an accepted answer, empty for 204 and 304; raises ``CallFailed`` for any other.

    A page of HTML with status 200 is no answer either: taken as empty, it would say that records are gone.
    """
    if response.status in EMPTY:
        return {}
    body = errors.body_of(response)
    if response.status not in accepted or not body:
        raise CallFailed(errors.explain(response))
    return body


def budget(response: HttpResponse) -> Budget:
    """Return what is left of the day's credits, which Zoho tells once half of them are used."""
    left = response.headers.get(CREDITS, "")
    day_left = int(left) if left.isdigit() else None
    slow_down = response.status == 429 or (response.status >= 400 and errors.code_of(response) in errors.THROTTLED)
    return Budget(day_left=day_left, day_over=slow_down and day_left == 0, slow_down=slow_down)

"""What a connection test looks at in Salesforce: objects, fields, scopes, the day's calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadbridge.crm.model import Check
from leadbridge.crm.provider import Session
from leadbridge.crm.salesforce import answers, errors, requests
from leadbridge.crm.salesforce.defaults import LEADS, OBJECTS, REQUIRED_SCOPES, granted
from leadbridge.security.transport import HttpResponse

_GRANT = "Give the connection's user the access in a permission set; then test the connection again."


async def check(session: Session) -> list[Check]:
    """Return one line for each thing looked at; never raises for a refusal of Salesforce's."""
    listed = await session.call(requests.describe_all(session.app))
    if listed.status != 200:
        fault = errors.explain(listed)
        return [Check("permissions", False, fault.message, fault.hint)]
    seen = {str(one.get("name")): one for one in (errors.body_of(listed).get("sobjects") or [])}
    checks = [_object(name, seen.get(name)) for name in OBJECTS]
    described = await session.call(requests.describe(session.app, LEADS.object))
    if described.status == 200:
        checks.append(_fields(errors.body_of(described)))
    checks += [_scope(session, scope) for scope in REQUIRED_SCOPES if scope != "offline_access"]
    return [*checks, _quota(listed)]


def _object(name: str, seen: Mapping[str, Any] | None) -> Check:
    needed = ("queryable", "createable", "updateable")
    lacking = list(needed) if seen is None else [one for one in needed if not seen.get(one)]
    if not lacking:
        return Check(name, True, f"{name} can be read and written.")
    said = "is hidden from the connection's user" if seen is None else f"is not {' and not '.join(lacking)}"
    if name == LEADS.object:
        return Check(name, False, f"{name} {said}.", _GRANT)
    return Check(name, True, f"{name} {said}; leads do not need it.")


def _fields(described: Mapping[str, Any]) -> Check:
    fields = {str(one.get("name")): one for one in described.get("fields") or []}
    hidden = [pair.theirs for pair in LEADS.fields if pair.theirs not in fields]
    fixed = [
        pair.theirs for pair in LEADS.fields if pair.theirs in fields and not fields[pair.theirs].get("updateable")
    ]
    if not hidden and not fixed:
        return Check(f"{LEADS.object} fields", True, "Every field of the standard mapping can be read and written.")
    told = [f"{', '.join(names)} {why}" for names, why in ((hidden, "hidden"), (fixed, "not editable")) if names]
    return Check(
        f"{LEADS.object} fields",
        False,
        f"Field-level security keeps fields from the connection's user: {'; '.join(told)}.",
        _GRANT,
    )


def _scope(session: Session, scope: str) -> Check:
    """Tell from the grant whether a permission is there; writing something to find out would leave it behind."""
    if granted(session.scopes, scope):
        return Check(scope, True, "The permission was granted.")
    return Check(
        scope,
        False,
        f"The permission {scope} was not granted.",
        "Add the scope to the External Client App, then connect again.",
    )


def _quota(response: HttpResponse) -> Check:
    budget = answers.budget(response)
    if budget.day_left is None or budget.day_limit is None:
        return Check("quota", True, "Salesforce told no limit.")
    return Check(
        "quota", budget.day_left > 0, f"{budget.day_left} of {budget.day_limit} calls are left in these 24 hours."
    )

"""The unique field that holds our id: found, or made and shown to the connection's user where that is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadbridge.crm.model import Check
from leadbridge.crm.provider import Session
from leadbridge.crm.salesforce import answers, errors, requests, unconfirmed
from leadbridge.crm.salesforce.defaults import LEADS, OWN_KEY
from leadbridge.crm.salesforce.ids import long_id

NAME = "own key"
READY = Check(NAME, True, f"Salesforce's leads have the unique external id {OWN_KEY}.")
_BY_HAND = (
    f"Let an administrator add {OWN_KEY} to Lead (Text 255, External ID, Unique) and give the connection's user edit "
    "access to it in a permission set; then test the connection again."
)


async def prepare(session: Session) -> Check:
    """Return whether the field is there and can be written; makes it where the connection's user may. May run twice."""
    described = await session.call(requests.describe(session.app, LEADS.object))
    if described.status != 200:
        fault = errors.explain(described)
        return Check(NAME, False, fault.message, fault.hint)
    if (found := _found(answers.ensure(described, 200))) is not None:
        return found
    made = await session.call(requests.create_own_key(session.app, LEADS.object))
    if made.status not in (200, 201) and not _exists(made.body):
        fault = errors.explain(made)
        return Check(NAME, False, f"The field {OWN_KEY} is not there, and could not be made. {fault.message}", _BY_HAND)
    if (found := await _look(session)) is not None:
        return found
    shown = await _show(session)
    if shown is not None:
        return Check(
            NAME, False, f"The field {OWN_KEY} is there, but the connection's user cannot see it. {shown}", _BY_HAND
        )
    return await _look(session) or Check(
        NAME, False, f"The field {OWN_KEY} is there, but the connection's user cannot see it.", _BY_HAND
    )


async def _look(session: Session) -> Check | None:
    response = await session.call(requests.describe(session.app, LEADS.object))
    return _found(answers.ensure(response, 200))


def _found(described: Mapping[str, Any]) -> Check | None:
    for raw in described.get("fields") or []:
        if raw.get("name") == OWN_KEY:
            if not (raw.get("externalId") and raw.get("unique")):
                return Check(
                    NAME,
                    False,
                    f"Salesforce's leads have a field {OWN_KEY}, but it is no unique external id.",
                    "Tick External ID and Unique in the field's definition in Setup, then test the connection again.",
                )
            if not (raw.get("createable") and raw.get("updateable")):
                return Check(NAME, False, f"The connection's user may not write the field {OWN_KEY}.", _BY_HAND)
            return READY
    return None


def _exists(body: bytes) -> bool:
    told = errors.errors_of(errors.loads(body))
    return any("DUPLICATE" in errors.code_of(one) or "already" in str(one.get("message")) for one in told)


async def _show(session: Session) -> str | None:
    """Let the connection's user see the field by a permission set of ours; return what stood in the way, or None."""
    info = answers.ensure(await session.call(requests.user_info(session.app)), 200)
    found = answers.records(
        answers.ensure(await session.call(requests.find_permission_set(session.app, unconfirmed.OWN_PERMISSIONS)), 200)
    )
    if found:
        permission_set = answers.record_id(found[0])
    else:
        made, told = await _made(
            session,
            "PermissionSet",
            {"Name": unconfirmed.OWN_PERMISSIONS, "Label": "Leadbridge fields"},
        )
        if made is None:
            return told
        permission_set = made
    assignment = {"AssigneeId": str(info.get("user_id") or ""), "PermissionSetId": permission_set}
    readable = requests.own_key_readable(permission_set, LEADS.object)
    for object, values in (("FieldPermissions", readable), ("PermissionSetAssignment", assignment)):
        made, told = await _made(session, object, values)
        if made is None:
            return told
    return None


async def _made(session: Session, object: str, values: Mapping[str, Any]) -> tuple[str | None, str]:
    """Make a record of a set-up object; return its id, or why there is none. One that is there already is as good."""
    response = await session.call(requests.create_record(session.app, object, values))
    if response.status == 201:
        return long_id(str(errors.body_of(response).get("id") or "")), ""
    if _exists(response.body):
        return "", ""
    return None, errors.explain(response).message

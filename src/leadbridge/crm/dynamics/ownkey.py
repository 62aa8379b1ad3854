"""The unique column for our ids: a text column and an alternate key on it, whose index Dataverse builds afterwards."""

from __future__ import annotations

from leadbridge.crm.dynamics import answers, errors, requests, unconfirmed
from leadbridge.crm.dynamics.defaults import OWN_KEY_LABEL
from leadbridge.crm.dynamics.tables import Table
from leadbridge.crm.model import Check
from leadbridge.crm.provider import Session

NAME = "own key"
_POLL_SECONDS = 1.0
_BY_HAND = (
    f'An administrator can make it: a text column "{unconfirmed.OWN_KEY}" in the table, and an alternate key on it. '
    "Then test the connection."
)


async def prepare(session: Session, table: Table) -> Check:
    """Make column and key where they are missing and the person may; wait until the key's index is there."""
    state = await _state(session, table)
    if state is None:
        refused = await _make(session, table)
        if refused is not None:
            return refused
    waited = 0.0
    while True:
        state = await _state(session, table)
        if state == "Active":
            return Check(NAME, True, f"Dynamics' table {table.name} has the alternate key {unconfirmed.OWN_KEY}.")
        if state == "Failed":
            return Check(
                NAME,
                False,
                f"Dynamics could not build the index of the alternate key {unconfirmed.OWN_KEY}.",
                "Two records have the same value there: clear one, reactivate the key in the table, and test again.",
            )
        if waited >= unconfirmed.KEY_WAIT_SECONDS:
            return Check(
                NAME,
                False,
                f"Dynamics still builds the index of the alternate key {unconfirmed.OWN_KEY}.",
                "In a large table this takes minutes. Test the connection then.",
            )
        await session.pause(_POLL_SECONDS)
        waited += _POLL_SECONDS


async def active(session: Session, table: Table) -> frozenset[str]:
    """Return the columns that are an alternate key by themselves and whose index is there."""
    body = answers.ensure(await session.call(requests.keys(session.app, table)), 200)
    return frozenset(
        str(one["KeyAttributes"][0])
        for one in answers.rows(body)
        if len(one.get("KeyAttributes") or ()) == 1 and one.get("EntityKeyIndexStatus") == "Active"
    )


async def _state(session: Session, table: Table) -> str | None:
    """Return the state of the key's index, or None where there is no such key."""
    body = answers.ensure(await session.call(requests.keys(session.app, table)), 200)
    for one in answers.rows(body):
        if one.get("KeyAttributes") == [unconfirmed.OWN_KEY]:
            return str(one.get("EntityKeyIndexStatus"))
    return None


async def _make(session: Session, table: Table) -> Check | None:
    """Make the column, unless it is there, and the key; return why not, where that was refused."""
    app, language = session.app, await _language(session)
    columns = answers.ensure(await session.call(requests.attributes(app, table)), 200)
    if not any(one.get("LogicalName") == unconfirmed.OWN_KEY for one in answers.rows(columns)):
        made = await session.call(requests.create_column(app, table, unconfirmed.OWN_KEY, OWN_KEY_LABEL, language))
        if made.status >= 400:
            fault = errors.explain(made)
            return Check(NAME, False, fault.message, _BY_HAND)
    name = f"{unconfirmed.OWN_KEY}key"
    made = await session.call(requests.create_key(app, table, name, unconfirmed.OWN_KEY, OWN_KEY_LABEL, language))
    if made.status >= 400 and await _state(session, table) is None:  # else another process made it
        return Check(NAME, False, errors.explain(made).message, _BY_HAND)
    return None


async def _language(session: Session) -> int:
    """Return the organisation's language; the usual one where it may not be read."""
    response = await session.call(requests.language(session.app))
    found = answers.rows(errors.body_of(response))
    code = found[0].get("languagecode") if response.status == 200 and found else None
    return code if isinstance(code, int) else unconfirmed.LANGUAGE

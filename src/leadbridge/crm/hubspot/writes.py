"""Writing to HubSpot: calls of at most 100 rows, each row's outcome found whatever the answer looks like.

Every row carries a trace id, which makes HubSpot answer 207 with an outcome for each row. Where it refuses a call as a
whole all the same (an upsert by e-mail is all or nothing, two rows name one record), the call is halved until the bad
rows stand alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from leadbridge.crm.errors import CallFailed, Fault
from leadbridge.crm.hubspot import answers, errors, requests
from leadbridge.crm.hubspot.defaults import LEADS
from leadbridge.crm.model import Write, Written
from leadbridge.crm.provider import Session
from leadbridge.crm.rows import in_calls, pieces, with_keys
from leadbridge.security.errors import OutcomeLost
from leadbridge.security.origins import origin_of
from leadbridge.security.transport import HttpRequest

BATCH = 100
"""Rows that one call takes."""
IN_FLIGHT = 8
"""Calls of one upsert that are under way at once; how many go out in a time is the session's affair."""

Build = Callable[[Sequence[Write]], HttpRequest]


async def write(session: Session, object: str, rows: Sequence[Write]) -> list[Written]:
    """Create (no ids) or update the rows of one call; raises ``OutcomeLost``, ``CallFailed``."""
    return await _sent(session, lambda part: requests.batch_write(session.app, object, part), rows)


async def upsert(session: Session, object: str, by: str, rows: Sequence[Write]) -> list[Written]:
    """Create or update any number of rows by a unique property; raises as ``write`` does, if no call went through.

    Where only some calls fail, their rows are told with the failure.

    A contact is found by each of its addresses. Where an upsert by e-mail met a contact whose own address is another,
    that contact may be somebody else, and the row is told as a fault that names it.
    """
    good, outcomes = with_keys(rows, by, "HubSpot")
    calls = [[part] for part in pieces(good, BATCH)]

    async def send(part: Sequence[Write]) -> list[Written]:
        return await _upsert_part(session, object, by, part)

    outcomes |= await in_calls(calls, send, at_once=IN_FLIGHT, unknown=answers.NO_OUTCOME)
    return [outcomes[row.trace] for row in rows]


async def _upsert_part(session: Session, object: str, by: str, part: Sequence[Write]) -> list[Written]:
    build: Build = lambda some: requests.batch_upsert(session.app, object, by, some)  # noqa: E731
    found = await _sent(session, build, part)
    if by != "email":
        return found
    addresses = await _addresses(session, object, found)
    return [_own_address(row, outcome, addresses) for row, outcome in zip(part, found, strict=True)]


async def _addresses(session: Session, object: str, outcomes: Sequence[Written]) -> dict[str, str]:
    """Return each written contact's own address by its id; an answer to an upsert need not name it."""
    records = [outcome.record for outcome in outcomes if outcome.record is not None]
    told = {record.id: record.values["email"] or "" for record in records if "email" in record.values}
    if unknown := [record.id for record in records if record.id not in told]:
        response = await session.call(requests.batch_read(session.app, object, None, unknown, ["email"]))
        for raw in answers.ensure(response, 200, 207).get("results") or []:
            record = answers.record(raw)
            told[record.id] = record.values.get("email") or ""
    return told


def _own_address(row: Write, outcome: Written, addresses: Mapping[str, str]) -> Written:
    record = outcome.record
    if record is None or record.id not in addresses:
        return outcome
    if addresses[record.id].casefold() == row.values["email"].strip().casefold():
        return outcome
    fault = Fault(
        code="secondary_address",
        message="HubSpot keeps this address as a further address of another contact, and has updated that contact.",
        cause="HubSpot finds a contact by each of its addresses.",
        hint="Remove the address from that contact in HubSpot, or merge the two leads; then sync again.",
        retryable=True,
    )
    return replace(outcome, record=None, fault=fault, existing_id=record.id)


async def _sent(session: Session, build: Build, rows: Sequence[Write]) -> list[Written]:
    request = build(rows)
    response = await session.call(request)
    if response.status in (200, 201, 207):
        return answers.written(errors.body_of(response), rows, LEADS.own_key)
    if response.status >= 500:
        # The vendor's trouble may have come before the write or after it.
        raise OutcomeLost(origin_of(session.app.api_url), f"it answered {response.status} to a write")
    if response.status not in (400, 409):
        raise CallFailed(errors.explain(response))
    if len(rows) == 1:
        return answers.refused(response, rows)
    return await _halved(rows, lambda part: _sent(session, build, part))


async def _halved(rows: Sequence[Write], send: Callable[[Sequence[Write]], Awaitable[list[Written]]]) -> list[Written]:
    """One bad row can still fail the whole call; halving finds it and lets the others pass."""
    half = len(rows) // 2
    return [*await send(rows[:half]), *await send(rows[half:])]

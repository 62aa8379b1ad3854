"""Writing to HubSpot: calls of at most 100 rows, each row's outcome found whatever the answer looks like.

Every row carries a trace id, which makes HubSpot answer 207 with an outcome for each row. Where it refuses a call as a
whole all the same (an upsert by e-mail is all or nothing, two rows name one record), the call is halved until the bad
rows stand alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from leadbridge.crm.errors import CallFailed, Fault
from leadbridge.crm.hubspot import answers, errors, requests
from leadbridge.crm.hubspot.defaults import LEADS
from leadbridge.crm.model import Write, Written
from leadbridge.crm.provider import Session
from leadbridge.security.errors import OutcomeLost
from leadbridge.security.origins import origin_of
from leadbridge.security.transport import HttpRequest

BATCH = 100
"""Rows that one call takes."""
IN_FLIGHT = 8
"""Calls of one upsert that are under way at once; how many go out in a time is the session's affair."""
T = TypeVar("T")

Build = Callable[[Sequence[Write]], HttpRequest]

SAME_KEY = Fault(
    code="duplicate_in_call",
    message="Another record of the same call has the same key, so this one was not written.",
    cause="Two records of ours would be one record at HubSpot.",
    hint="Merge the two, or correct the key of one of them, and sync again.",
    retryable=False,
)
NO_KEY = Fault(
    code="key_missing",
    message="The record has no value for the field that it is found by.",
    cause="The key field is empty.",
    hint="Fill it in, and sync again.",
    retryable=True,
)


def pieces(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield the rows in pieces of at most ``size``."""
    for at in range(0, len(rows), size):
        yield rows[at : at + size]


async def write(session: Session, object: str, rows: Sequence[Write]) -> list[Written]:
    """Create (no ids) or update the rows of one call; raises ``OutcomeLost``, ``CallFailed``."""
    return await _sent(session, lambda part: requests.batch_write(session.app, object, part), rows)


async def upsert(session: Session, object: str, by: str, rows: Sequence[Write]) -> list[Written]:
    """Create or update any number of rows by a unique property; raises as ``write`` does, if no call went through.

    Where only some calls fail, their rows are told with the failure.

    A contact is found by each of its addresses. Where an upsert by e-mail met a contact whose own address is another,
    that contact may be somebody else, and the row is told as a fault that names it.
    """
    outcomes: dict[str, Written] = {}
    seen: set[str] = set()
    good: list[Write] = []
    for row in rows:
        key = row.values.get(by, "").strip().casefold()
        fault = NO_KEY if not key else SAME_KEY if key in seen else None
        if fault is not None:
            outcomes[row.trace] = Written(row.trace, fault=fault)
            continue
        seen.add(key)
        good.append(row)
    parts = list(pieces(good, BATCH))
    gate = asyncio.Semaphore(IN_FLIGHT)

    async def one(part: Sequence[Write]) -> list[Written]:
        async with gate:
            return await _upsert_part(session, object, by, part)

    results = await asyncio.gather(*(one(part) for part in parts), return_exceptions=True)
    for part, result in zip(parts, results, strict=True):
        if isinstance(result, BaseException):
            if not isinstance(result, CallFailed | OutcomeLost) or all(
                isinstance(one, BaseException) for one in results
            ):
                raise result
            # what other calls have written must not be lost sight of because this one failed
            fault = result.fault if isinstance(result, CallFailed) else answers.NO_OUTCOME
            result = [Written(row.trace, fault=fault) for row in part]
        outcomes |= {outcome.trace: outcome for outcome in result}
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

"""Writing to Zoho: calls of at most 100 rows, whose outcomes stand in the order of the rows.

Zoho answers each row for itself (201, 207, 400), nothing is atomic. A create has no key against repetition, so one
whose answer was lost is not repeated; an upsert is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from leadbridge.crm.errors import CallFailed, Fault
from leadbridge.crm.model import Write, Written
from leadbridge.crm.provider import Session
from leadbridge.crm.rows import in_calls, pieces, with_keys
from leadbridge.crm.zoho import answers, describing, errors, requests, unconfirmed
from leadbridge.crm.zoho.defaults import CHECKED_FOR_DUPLICATES, HEAVY_PACE, LEADS
from leadbridge.crm.zoho.fieldtypes import FIELD_TYPES
from leadbridge.crm.zoho.values import EPOCH, moment
from leadbridge.security.errors import OutcomeLost
from leadbridge.security.origins import origin_of
from leadbridge.security.transport import HttpRequest

BATCH = 100
"""Rows that one call takes."""
IN_FLIGHT = 5
"""Calls of one upsert that are under way at once; how many of an account are is the session's affair."""
Build = Callable[[Sequence[Write]], HttpRequest]

NO_FIELD = "Zoho has no field {name} in {module}, so the record was not written."


async def write(session: Session, module: str, rows: Sequence[Write]) -> list[Written]:
    """Create (no ids) or update the rows of one call; raises ``OutcomeLost``, ``CallFailed``.

    A row with a ``version`` is written only if its record is still of that version; Zoho takes one such time for a
    call, so rows of different versions go in calls of their own.
    """
    types = await _types(session, module, rows)
    outcomes, good = _known(rows, module, types)
    if any(row.id is None for row in good):
        found = await _created(session, module, good, types)
        return _ordered(rows, outcomes, found)
    found = []
    for version, group in groupby(sorted(good, key=_version), key=_version):
        part = list(group)
        since = moment(version) if version else EPOCH

        def build(some: Sequence[Write]) -> HttpRequest:
            return requests.update(session.app, module, some, types, since if since > EPOCH else None)  # noqa: B023

        found += await _sent(session, build, part)
    return _ordered(rows, outcomes, found)


async def _created(session: Session, module: str, rows: Sequence[Write], types: Mapping[str, str]) -> list[Written]:
    """Create rows. Where our unique field does not guard against a second record, Zoho's own duplicate check does."""
    check = CHECKED_FOR_DUPLICATES.get(module, "")
    guarded: list[Write] = []
    others: list[Write] = []
    for row in rows:
        known = row.values.get(LEADS.own_key) or not row.values.get(check)
        (guarded if known else others).append(row)
    found: list[Written] = []
    if guarded:
        found += await _sent(session, lambda some: requests.create(session.app, module, some, types), guarded)
    if others:
        # not repeated by the session: a create is told as lost, and looked up, like any other
        def upserting(some: Sequence[Write]) -> HttpRequest:
            return replace(requests.upsert(session.app, module, [check], some, types), repeatable=False)

        found += await _sent(session, upserting, others)
    return found


async def upsert(session: Session, module: str, by: str, rows: Sequence[Write]) -> list[Written]:
    """Create or update any number of rows by a unique field; raises as ``write`` does, if no call went through.

    Where only some calls fail, their rows are told with the failure. Of rows with one key only the first is sent: what
    Zoho makes of two in one call is not described.
    """
    types = await _types(session, module, rows)
    outcomes, known = _known(rows, module, types)
    good, faulty = with_keys(known, by, "Zoho")
    calls = [[part] for part in pieces(good, BATCH)]

    async def send(part: Sequence[Write]) -> list[Written]:
        return await _sent(session, lambda some: requests.upsert(session.app, module, [by], some, types), part)

    outcomes |= faulty
    outcomes |= await in_calls(calls, send, at_once=IN_FLIGHT, unknown=answers.NO_OUTCOME)
    return [outcomes[row.trace] for row in rows]


async def delete(session: Session, module: str, ids: Sequence[str]) -> None:
    """Move records to the recycle bin; raises ``CallFailed`` for a refusal that is not about a record being gone."""
    response = await session.call(requests.delete(session.app, module, ids))
    for row in answers.rows(answers.ensure(response, 200, 207, 400)) or [{}]:
        if row.get("code") == "SUCCESS":
            continue
        fault = errors.explain_row(row, response.status) if row else errors.explain(response)
        if fault.code != "record_not_found":
            raise CallFailed(fault)


async def _types(session: Session, module: str, rows: Sequence[Write]) -> dict[str, str]:
    """Return the types of the fields that are written; Zoho is asked only where one is not a standard field."""
    known = {**FIELD_TYPES.get(module, {}), LEADS.own_key: "text"}
    if all(name in known for row in rows for name in row.values):
        return known
    body = answers.ensure(await session.call(requests.fields(session.app, module)), 200)
    return describing.types(answers.rows(body, "fields")) | {"Tag": "tags"}


def _known(rows: Sequence[Write], module: str, types: Mapping[str, str]) -> tuple[dict[str, Written], list[Write]]:
    """Sort out rows with a field that does not exist: many organisations ignore it without a word."""
    outcomes: dict[str, Written] = {}
    good: list[Write] = []
    for row in rows:
        unknown = next((name for name in row.values if name not in types), None)
        if unknown is None:
            good.append(row)
            continue
        fault = Fault(
            code="field_missing",
            message=NO_FIELD.format(name=unknown, module=module),
            cause="Zoho has no such field, or the user who connected may not see it.",
            hint="Add the field in Zoho, or take it out of the mapping.",
            retryable=True,
        )
        outcomes[row.trace] = Written(row.trace, fault=fault)
    return outcomes, good


async def _sent(session: Session, build: Build, rows: Sequence[Write]) -> list[Written]:
    pace = HEAVY_PACE if len(rows) > unconfirmed.HEAVY_ROWS else None
    response = await session.call(build(rows), pace)
    body = errors.body_of(response)
    if response.status >= 500:
        # the vendor's trouble may have come before the write or after it
        raise OutcomeLost(origin_of(session.app.api_url), f"it answered {response.status} to a write")
    if isinstance(body.get("data"), list) or response.status < 300:
        return answers.written(body, rows, response.status)
    if response.status not in (400, 412):
        raise CallFailed(errors.explain(response))
    if len(rows) == 1:
        return answers.refused(response, rows)
    half = len(rows) // 2  # a row that spoils the whole call is found by halving, and the others pass
    return [*await _sent(session, build, rows[:half]), *await _sent(session, build, rows[half:])]


def _version(row: Write) -> str:
    return row.version or ""


def _ordered(rows: Sequence[Write], outcomes: Mapping[str, Written], found: Sequence[Written]) -> list[Written]:
    by_trace = {**outcomes, **{outcome.trace: outcome for outcome in found}}
    return [by_trace[row.trace] for row in rows]

"""Writing to Dynamics: batches of at most 100 operations, each with its own outcome.

``CreateMultiple`` and ``UpsertMultiple`` are faster for Dataverse, but one bad row undoes the whole call, and they tell
no values and no versions, so every row would be read once more; a batch tells all of it at once. Updates carry
``If-Match``: without it Dataverse would make a record anew that was deleted. Only an upsert by our key goes without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

import orjson

from leadbridge.crm.dynamics import answers, describing, errors, requests, unconfirmed
from leadbridge.crm.dynamics.batch import Answered, Part
from leadbridge.crm.dynamics.tables import ColumnType, Table
from leadbridge.crm.dynamics.values import BadValue, content
from leadbridge.crm.errors import CallFailed, Fault
from leadbridge.crm.model import Write, Written
from leadbridge.crm.provider import App, Session
from leadbridge.crm.rows import in_calls, pieces, with_keys
from leadbridge.security.errors import OutcomeLost
from leadbridge.security.origins import origin_of

BATCH = 100
"""Operations of one batch. Dataverse takes 1,000, one after the other; this many take a few seconds."""
IN_FLIGHT = 4
"""Batches of one upsert under way at once."""


async def write(session: Session, table: Table, rows: Sequence[Write]) -> list[Written]:
    """Create (no ids) or update the rows of one call; raises ``OutcomeLost``, ``CallFailed``.

    An update with a ``version`` is refused by Dynamics itself where the record has another one by now.
    """
    types = await types_of(session, table, rows)
    return await _sent(session, table, rows, types, None)


async def upsert(session: Session, table: Table, by: str, rows: Sequence[Write]) -> list[Written]:
    """Create or update any number of rows by an alternate key; raises as ``write`` does, if no call went through.

    Where only some calls fail, their rows are told with the failure.
    """
    types = await types_of(session, table, rows)
    good, outcomes = with_keys(rows, by, "Dynamics")
    calls = [[part] for part in pieces(good, BATCH)]

    async def send(part: Sequence[Write]) -> list[Written]:
        return await _sent(session, table, part, types, by)

    outcomes |= await in_calls(calls, send, at_once=IN_FLIGHT, unknown=answers.NO_OUTCOME)
    return [outcomes[row.trace] for row in rows]


async def types_of(session: Session, table: Table, rows: Sequence[Write]) -> Mapping[str, ColumnType]:
    """Return what the columns hold; Dynamics is asked only where one is not a standard column."""
    known: dict[str, ColumnType] = {**table.columns, unconfirmed.OWN_KEY: "text"}
    if all(name in known for row in rows for name in row.values):
        return known
    columns = answers.rows(answers.ensure(await session.call(requests.attributes(session.app, table)), 200))
    days = answers.rows(answers.ensure(await session.call(requests.dates(session.app, table)), 200))
    whole = frozenset(str(one["LogicalName"]) for one in days if describing.whole_day(one))
    return describing.types(table, columns, whole)


async def _sent(
    session: Session, table: Table, rows: Sequence[Write], types: Mapping[str, ColumnType], by: str | None
) -> list[Written]:
    outcomes: dict[str, Written] = {}
    sent: list[Write] = []
    parts: list[Part] = []
    for row in rows:
        try:
            parts.append(operation(session.app, table, row, types, by))
            sent.append(row)
        except BadValue as bad:
            outcomes[row.trace] = Written(row.trace, fault=_refused(bad))
    if parts:
        response = await session.call(requests.batch(session.app, parts, repeatable=by is not None))
        if response.status >= 500:
            # the vendor's trouble may have come before the write or after it
            raise OutcomeLost(origin_of(session.app.api_url), f"it answered {response.status} to a write")
        if response.status != 200:
            raise CallFailed(errors.explain(response))
        for row, answered in zip(sent, answers.parts(response, len(parts)), strict=True):
            outcomes[row.trace] = outcome(table, row, answered)
    return [outcomes[row.trace] for row in rows]


def operation(app: App, table: Table, row: Write, types: Mapping[str, ColumnType], by: str | None) -> Part:
    """Return one row's operation. Raises ``BadValue`` for a value that its column cannot hold."""
    values = {name: text for name, text in row.values.items() if name != by}
    body = orjson.dumps(content(table, values, types))
    columns = ",".join(dict.fromkeys((table.key, answers.MODIFIED, *row.values)))
    query = f"?$select={columns}&tag={unconfirmed.WRITE_TAG}"
    headers = {"Prefer": "return=representation"}
    base = f"{requests.root(app)}{table.set}"
    if by is not None:
        key = quote(requests.literal(row.values[by].strip()), safe="'")
        return Part("PATCH", f"{base}({by}={key}){query}", headers, body)
    if row.id is None:
        return Part("POST", f"{base}{query}", headers, body)
    headers["If-Match"] = "*" if row.version is None else answers.etag_of(row.version)
    return Part("PATCH", f"{base}({row.id}){query}", headers, body)


def outcome(table: Table, row: Write, answered: Answered | None) -> Written:
    """Return what became of one row."""
    if answered is None:
        return Written(row.trace, fault=answers.NO_OUTCOME)
    body = answers.json_of(answered)
    if answered.status in (200, 201) and table.key in body:
        return Written(row.trace, record=answers.record(table, body))
    if answered.status < 300:
        return Written(row.trace, fault=answers.NO_OUTCOME)
    return Written(row.trace, fault=errors.explain_error(body, answered.status, answered.headers))


async def delete(session: Session, table: Table, ids: Sequence[str]) -> None:
    """Delete records; one that is gone is no error. Raises ``CallFailed`` for any other refusal."""
    parts = [Part("DELETE", f"{requests.root(session.app)}{table.set}({id})") for id in ids]
    response = await session.call(requests.batch(session.app, parts, repeatable=True))
    answers.ensure(response, 200)
    for answered in answers.parts(response, len(parts)):
        if answered is None:
            raise CallFailed(answers.NO_OUTCOME)
        if answered.status >= 300:
            fault = errors.explain_error(answers.json_of(answered), answered.status, answered.headers)
            if fault.code != errors.MISSING.code:
                raise CallFailed(fault)


def _refused(bad: BadValue) -> Fault:
    hints = {
        "field_missing": "Add the column in Dynamics, or take it out of the mapping.",
        "field_read_only": "Take the column out of what is written to Dynamics.",
    }
    return Fault(
        code=bad.code,
        message=str(bad),
        cause="The value does not fit the column, so the record was not sent.",
        hint=hints.get(bad.code, "Correct the value, or the mapping of the field, and sync the record again."),
        retryable=True,
    )

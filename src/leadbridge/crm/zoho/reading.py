"""Reading Zoho's records: by id what they hold now, by a field's value first the ids, which a query finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadbridge.crm.model import RemoteRecord
from leadbridge.crm.provider import Session
from leadbridge.crm.rows import pieces
from leadbridge.crm.zoho import answers, requests, unconfirmed

IN_AT_ONCE = 50
"""Values that one question compares with; Zoho takes 100."""


async def by_ids(session: Session, module: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, RemoteRecord]:
    """Return records by id; Zoho gives 50 fields at a time, which are put together. Raises ``CallFailed``.

    A record that changed between two of those reads has the values of both and the earlier one's version, so that it
    counts as older than it is and is read again.
    """
    wanted = [name for name in dict.fromkeys(fields) if name not in ("id", answers.MODIFIED)]
    whole = [id for id in dict.fromkeys(ids) if id.isdigit()]  # Zoho refuses a call with any other
    found: dict[str, RemoteRecord] = {}
    for part in pieces(whole, unconfirmed.IDS_AT_ONCE):
        raw: dict[str, dict[str, Any]] = {}
        for names in list(pieces(wanted, requests.FIELDS_AT_ONCE - 1)) or [[]]:
            request = requests.by_ids(session.app, module, part, [answers.MODIFIED, *names])
            body = answers.ensure(await session.call(request), 200)
            for row in answers.rows(body):
                raw[str(row["id"])] = row | raw.get(str(row["id"]), {})
        found |= {id: answers.record(row, module) for id, row in raw.items() if id in part}
    return {id: _with(found[id], wanted) for id in found}


async def by_field(
    session: Session, module: str, by: str, keys: Sequence[str], fields: Sequence[str]
) -> dict[str, RemoteRecord]:
    """Return records by the value of a field, under the value asked for. Raises ``CallFailed``.

    The query may lag, so it gives only ids, and what the records hold is read by id: one that has another value by now
    is left out.
    """
    ids: list[str] = []
    for part in pieces(list(dict.fromkeys(keys)), IN_AT_ONCE):
        values = ",".join(requests.literal(key) for key in part)
        query = f"select id from {requests.checked(module)} where {requests.checked(by)} in ({values}) limit 0, 2000"  # noqa: S608
        body = answers.ensure(await session.call(requests.coql(session.app, query)), 200)
        ids += [str(row["id"]) for row in answers.rows(body) if row.get("id")]
    asked = {key.strip().casefold(): key for key in keys}
    found: dict[str, RemoteRecord] = {}
    records = await by_ids(session, module, ids, [*fields, by])
    for record in sorted(records.values(), key=lambda one: (one.modified_at, one.id)):
        key = asked.get((record.values.get(by) or "").strip().casefold())
        if key is not None:
            found.setdefault(key, record)
    return found


def _with(record: RemoteRecord, names: Sequence[str]) -> RemoteRecord:
    """Return the record with a value for each field that was asked for; Zoho leaves out what it does not know."""
    values = dict.fromkeys(names) | dict(record.values)
    return RemoteRecord(record.id, values, record.version, record.modified_at)

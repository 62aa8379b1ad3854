"""Reading from Salesforce: records by id through a retrieve, by any other field through a query.

Queries see what the connection's user may see; a record that is not found may be hidden and need not be gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadbridge.crm.errors import CallFailed
from leadbridge.crm.model import RemoteRecord
from leadbridge.crm.provider import Session
from leadbridge.crm.salesforce import answers, errors, requests, soql, unconfirmed
from leadbridge.crm.salesforce.defaults import MERGING, MODIFIED
from leadbridge.crm.salesforce.ids import is_id, long_id

MERGES = 5
"""Merges in a row that are followed: A into B, B into C ..."""
MAX_KEYS = 500
"""Values that one condition names; the documentation has no limit but the length of the whole query."""


async def read(
    session: Session, object: str, by: str | None, keys: Sequence[str], fields: Sequence[str]
) -> dict[str, RemoteRecord]:
    """Return records by id or by a field, under the key asked for; see ``Provider.read``."""
    if by is None:
        return await by_id(session, object, keys, fields)
    return await by_field(session, object, by, keys, fields)


async def by_id(session: Session, object: str, keys: Sequence[str], fields: Sequence[str]) -> dict[str, RemoteRecord]:
    """Return records by id. One that was merged away is found as the record that it became a part of."""
    asked = {key: long_id(key) for key in keys if is_id(key)}
    found = await retrieve(session, object, list(dict.fromkeys(asked.values())), fields)
    missing = [id for id in asked.values() if id not in found]
    if missing and object in MERGING:
        masters = await _masters(session, object, missing)
        survivors = list(dict.fromkeys(masters.values()))
        read = await retrieve(session, object, [id for id in survivors if id not in found], fields)
        found |= {loser: record for loser, winner in masters.items() if (record := {**found, **read}.get(winner))}
    return {key: found[id] for key, id in asked.items() if id in found}


async def retrieve(session: Session, object: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, RemoteRecord]:
    """Return the live ones of some records, by id."""
    found: dict[str, RemoteRecord] = {}
    asked = ("Id", MODIFIED, "IsDeleted", *fields)
    for start in range(0, len(ids), unconfirmed.RETRIEVE_ROWS):
        part = ids[start : start + unconfirmed.RETRIEVE_ROWS]
        body = answers.ensure(await session.call(requests.retrieve(session.app, object, part, asked)), 200)
        for raw in answers.records(body):
            if raw.get("IsDeleted") is not True and (raw.get("Id") or raw.get("id")):
                one = answers.record(raw)
                found[one.id] = one
    return found


async def by_field(
    session: Session, object: str, by: str, keys: Sequence[str], fields: Sequence[str]
) -> dict[str, RemoteRecord]:
    """Return records by a field's value, without regard to case, as Salesforce compares.

    Where several have the same value (an e-mail address is not unique), it is the one that can still be worked with:
    not converted, and the oldest of those.
    """
    wanted = {key.strip().casefold(): key for key in keys if key.strip()}
    asked = ["Id", MODIFIED, "CreatedDate", by, *fields, *(["IsConverted"] if object == "Lead" else [])]
    rows: list[dict[str, Any]] = []
    head = soql.select(asked, object, f"{soql.name(by)} IN ()")
    room = unconfirmed.URI_BYTES - len(session.app.api_url) - len(soql.encoded(head)) - 100
    for part in soql.portions(list(wanted.values()), room, MAX_KEYS):
        rows += await query(session, soql.select(asked, object, soql.one_of(by, part)))
    found: dict[str, RemoteRecord] = {}
    for raw in sorted(rows, key=_preference):
        value = str(answers.text(raw.get(by)) or "").strip().casefold()
        if value in wanted:
            found.setdefault(wanted[value], answers.record(raw))
    return found


async def query(session: Session, text: str, *, deleted: bool = False) -> list[dict[str, Any]]:
    """Return every record of a query, page by page; raises ``CallFailed``."""
    found, _ = await pages(session, text, deleted=deleted)
    return found


async def pages(session: Session, text: str, *, deleted: bool = False) -> tuple[list[dict[str, Any]], bool]:
    """Return the records of a query, and whether these are all.

    Salesforce decides how many records a page has, and may give a long answer up between two pages; what was read
    until then is returned. A page's address is only followed on the connection's own origins.
    """
    return await rest_of(
        session, answers.ensure(await session.call(requests.query(session.app, text, deleted=deleted)), 200)
    )


async def rest_of(session: Session, body: Any) -> tuple[list[dict[str, Any]], bool]:
    """Return the records of a query from its first page on, and whether these are all."""
    found = answers.records(body)
    while not body.get("done", True) and body.get("nextRecordsUrl"):
        response = await session.call(requests.next_page(session.app, str(body["nextRecordsUrl"])))
        if response.status in (400, 404) and _given_up(response.body):
            return found, False
        body = answers.ensure(response, 200)
        found += answers.records(body)
    return found, True


def _given_up(body: bytes) -> bool:
    told = {errors.code_of(one) for one in errors.errors_of(errors.loads(body))}
    return bool(told & {"INVALID_QUERY_LOCATOR", "INVALID_LOCATOR", "NOT_FOUND"})


async def _masters(session: Session, object: str, ids: Sequence[str]) -> dict[str, str]:
    """Return the records that were merged away, each with the survivor at the end of its merges."""
    into: dict[str, str] = {}
    ask = list(dict.fromkeys(ids))
    for _ in range(MERGES):
        for part in soql.portions(ask, unconfirmed.URI_BYTES - 500, MAX_KEYS):
            where = f"IsDeleted = true AND MasterRecordId != null AND {soql.one_of('Id', part)}"
            rows = await query(session, soql.select(("Id", "MasterRecordId"), object, where), deleted=True)
            into |= answers.merged(rows)
        ask = [winner for loser, winner in into.items() if loser in ask and winner not in into]
        if not ask:
            break
    return {loser: _end(loser, into) for loser in ids if loser in into}


def _end(id: str, into: dict[str, str]) -> str:
    for _ in range(MERGES):
        id = into.get(id, id)
    return id


def _preference(raw: dict[str, Any]) -> tuple[bool, str, str]:
    return bool(raw.get("IsConverted")), str(raw.get("CreatedDate") or ""), answers.record_id(raw)


async def existing(session: Session, object: str, by: str, values: Sequence[str]) -> dict[str, str]:
    """Return the id of the record that has each value; empty where Salesforce cannot be asked."""
    try:
        found = await by_field(session, object, by, values, ())
    except CallFailed:
        return {}
    return {value: record.id for value, record in found.items()}

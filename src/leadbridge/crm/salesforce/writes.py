"""Writing to Salesforce: collections of at most 200 rows, each row's outcome found whatever the answer looks like.

A collection answers 200 also where every row failed. Rows refused for a locked record are sent again after a wait;
rows that ran the organisation's own code into a limit are sent again fewer at a time. What was written is read back at
once: an answer tells only ids, and the record's version counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from leadbridge.crm.errors import CallFailed, Fault
from leadbridge.crm.model import RemoteRecord, Write, Written
from leadbridge.crm.provider import Session
from leadbridge.crm.rows import in_calls, pieces, with_keys
from leadbridge.crm.salesforce import answers, errors, reading, requests, unconfirmed
from leadbridge.crm.salesforce.defaults import LEADS, PARENT
from leadbridge.crm.salesforce.ids import long_id
from leadbridge.security.errors import OutcomeLost
from leadbridge.security.origins import origin_of
from leadbridge.security.transport import HttpRequest, HttpResponse

BATCH = requests.BATCH
"""Rows that one call takes."""
IN_FLIGHT = 4
"""Calls of one upsert that are under way at once. Salesforce counts long calls of the whole organisation, five at the
least edition."""
SMALLER: Mapping[int, int] = {200: 50, 50: 1}
"""Rows at once to the next lower number, for organisations whose own code is at its limits."""

Build = Callable[[Sequence[Write]], HttpRequest]

CHANGED_MEANWHILE = Fault(
    code="changed_meanwhile",
    message="The record was changed in Salesforce between our read and our write, so it was not written.",
    cause="Somebody, or an automation there, edited it at this moment.",
    hint="Nothing needs to be done: it is read and decided again.",
    retryable=True,
)


@dataclass(slots=True)
class _Results:
    """What is known so far: ids of rows that were written, and the outcome of those that were not."""

    written: dict[str, str] = field(default_factory=dict)
    failed: dict[str, Written] = field(default_factory=dict)
    locked: list[Write] = field(default_factory=list)
    too_much: list[Write] = field(default_factory=list)


async def write(session: Session, object: str, rows: Sequence[Write]) -> list[Written]:
    """Create (no ids) or update the rows of one call; raises ``OutcomeLost``, ``CallFailed``."""
    if rows[0].id is None:
        results = await _carried_out(session, object, lambda part: requests.create(session.app, object, part), rows)
        return await _told(session, object, rows, results)
    guarded = [row for row in rows if row.version is not None]
    if len(guarded) == len(rows) == 1:
        return await _update_one(session, object, rows[0])
    stale = await _stale(session, object, guarded)
    fresh = [row for row in rows if row.trace not in stale]
    results = _Results(failed={trace: Written(trace, fault=CHANGED_MEANWHILE) for trace in stale})
    if fresh:
        sent = await _carried_out(session, object, lambda part: requests.update(session.app, object, part), fresh)
        results = _Results(sent.written, results.failed | sent.failed)
    return await _told(session, object, rows, results)


async def upsert(session: Session, object: str, by: str, rows: Sequence[Write]) -> list[Written]:
    """Create or update any number of rows by an external id; raises as ``write`` does, if no call went through.

    Where only some calls fail, their rows are told with the failure. Rows of one parent go one after the other:
    Salesforce locks the parent while a row is written.
    """
    good, outcomes = with_keys(rows, by, "Salesforce")

    async def send(part: Sequence[Write]) -> list[Written]:
        return await _upsert_part(session, object, by, part)

    calls = lanes(good, PARENT.get(object))
    outcomes |= await in_calls(calls, send, at_once=IN_FLIGHT, unknown=answers.NO_OUTCOME)
    return [outcomes[row.trace] for row in rows]


def lanes(rows: Sequence[Write], parent: str | None) -> list[list[Sequence[Write]]]:
    """Return calls of at most 200 rows, in lanes: the calls of one lane go one after the other.

    Rows of one parent are in one call, or in one lane where there are more than a call takes.
    """
    if parent is None or not any(row.values.get(parent) for row in rows):
        return [[part] for part in pieces(rows, BATCH)]
    families: dict[str, list[Write]] = {}
    for number, row in enumerate(rows):
        families.setdefault(row.values.get(parent) or f"none {number}", []).append(row)
    found: list[list[Sequence[Write]]] = []
    packed: list[Write] = []
    for family in families.values():
        if len(family) > BATCH:
            found.append(list(pieces(family, BATCH)))
            continue
        if len(packed) + len(family) > BATCH:
            found.append([packed])
            packed = []
        packed = [*packed, *family]
    return [*found, [packed]] if packed else found


async def _upsert_part(session: Session, object: str, by: str, part: Sequence[Write]) -> list[Written]:
    results = await _carried_out(session, object, lambda some: requests.upsert(session.app, object, by, some), part)
    return await _told(session, object, part, results)


async def _carried_out(session: Session, object: str, build: Build, rows: Sequence[Write]) -> _Results:
    """Send the rows until each is written or refused for good."""
    results = _Results()
    queue: list[tuple[Sequence[Write], int]] = [(rows, BATCH)]
    while queue:
        part, size = queue.pop(0)
        tries = 0
        while part:
            results.locked, results.too_much = [], []
            await _sent(session, build, part, results)
            if results.too_much and size in SMALLER:
                queue += [(some, SMALLER[size]) for some in pieces(results.too_much, SMALLER[size])]
                for row in results.too_much:
                    results.failed.pop(row.trace, None)
            part = results.locked if tries < unconfirmed.LOCKED_TRIES else []
            if part:
                await session.pause(unconfirmed.LOCKED_SECONDS * 2**tries)
                tries += 1
    await _name_duplicates(session, object, rows, results)
    return results


async def _sent(session: Session, build: Build, rows: Sequence[Write], results: _Results) -> None:
    response = await session.call(build(rows))
    if response.status in (200, 201):
        _take(results, rows, answers.outcomes(errors.loads(response.body), len(rows)))
        return
    if response.status >= 500:
        # The vendor's trouble may have come before the write or after it.
        raise OutcomeLost(origin_of(session.app.api_url), f"it answered {response.status} to a write")
    if response.status not in (400, 409):
        raise CallFailed(errors.explain(response))
    if len(rows) == 1 or _of_all(response, rows):
        told = errors.errors_of(errors.loads(response.body))
        refused = {"success": False, "errors": told} if told else None
        for row in rows:
            if refused is None:
                results.failed[row.trace] = Written(row.trace, fault=errors.explain(response))
            else:
                _take(results, [row], [refused])
        return
    # One bad row can fail the whole call; halving finds it and lets the others pass.
    half = len(rows) // 2
    for part in (rows[:half], rows[half:]):
        await _sent(session, build, part, results)


def _of_all(response: HttpResponse, rows: Sequence[Write]) -> bool:
    """Tell whether a refused call was refused for a field that every row has, so that halving would not help."""
    for error in errors.errors_of(errors.loads(response.body)):
        named = errors.field_of(error)
        if named is not None and all(named in row.values for row in rows):
            return True
    return False


def _take(results: _Results, rows: Sequence[Write], told: Sequence[dict[str, Any] | None]) -> None:
    for row, one in zip(rows, told, strict=True):
        results.failed.pop(row.trace, None)
        if one is None:
            results.failed[row.trace] = Written(row.trace, fault=answers.NO_OUTCOME)
        elif one.get("success") is True and one.get("id"):
            results.written[row.trace] = long_id(str(one["id"]))
        else:
            listed = [error for error in one.get("errors") or [] if isinstance(error, dict)]
            first = listed[0] if listed else {}
            if any(errors.is_locked(error) for error in listed):
                results.locked.append(row)
            elif any(errors.is_governor(error) for error in listed):
                results.too_much.append(row)
            fault = errors.explain_error(first, 400) if first else answers.NO_OUTCOME
            results.failed[row.trace] = Written(row.trace, fault=fault, existing_id=errors.existing_id(listed))


async def _name_duplicates(session: Session, object: str, rows: Sequence[Write], results: _Results) -> None:
    """Find the record that a duplicate rule meant, where the answer to a row does not name it."""
    by = LEADS.match_key
    unnamed = {
        row.trace: row.values[by].strip()
        for row in rows
        if (outcome := results.failed.get(row.trace)) is not None
        and outcome.fault is not None
        and outcome.fault.vendor_code == "DUPLICATES_DETECTED"
        and outcome.existing_id is None
        and row.values.get(by, "").strip()
    }
    if not unnamed:
        return
    ids = await reading.existing(session, object, by, list(dict.fromkeys(unnamed.values())))
    for trace, value in unnamed.items():
        results.failed[trace] = replace(results.failed[trace], existing_id=ids.get(value))


async def _told(session: Session, object: str, rows: Sequence[Write], results: _Results) -> list[Written]:
    """Return every row's outcome, those that were written with the record as it is now."""
    sent = {id: row for row in rows if (id := results.written.get(row.trace)) is not None}
    records: dict[str, RemoteRecord] = {}
    if sent:
        fields = list(dict.fromkeys(name for row in sent.values() for name in row.values))
        try:
            records = await reading.retrieve(session, object, list(sent), fields)
        except CallFailed as error:
            # written, but how it stands there is not known: the caller looks again
            raise OutcomeLost(origin_of(session.app.api_url), "what was written could not be read back") from error
    found: list[Written] = []
    for row in rows:
        id = results.written.get(row.trace)
        if id is not None:
            record = records.get(id) or RemoteRecord(id, {}, "", answers.moment(""))
            found.append(Written(row.trace, record=_only(record, row)))
        else:
            found.append(results.failed.get(row.trace) or Written(row.trace, fault=answers.NO_OUTCOME))
    return found


def _only(record: RemoteRecord, row: Write) -> RemoteRecord:
    """Return a record with the values that its own row wrote; others were read for other rows."""
    return replace(record, values={name: text for name, text in record.values.items() if name in row.values})


async def _stale(session: Session, object: str, rows: Sequence[Write]) -> set[str]:
    """Return the rows whose record has another version than the one that was decided on.

    A record that is gone is left to the write, which says why.
    """
    if not rows:
        return set()
    now = await reading.retrieve(session, object, [long_id(row.id or "") for row in rows], ())
    return {
        row.trace for row in rows if (one := now.get(long_id(row.id or ""))) is not None and one.version != row.version
    }


async def _update_one(session: Session, object: str, row: Write) -> list[Written]:
    """Update one record on the condition that it has not been changed, which Salesforce itself sees to."""
    since = answers.moment(row.version or "")
    fault: Fault | None = None
    for attempt in range(unconfirmed.LOCKED_TRIES + 1):
        response = await session.call(requests.update_one(session.app, object, row, since))
        if response.status in (200, 201, 204):
            results = _Results(written={row.trace: long_id(row.id or "")})
            return await _told(session, object, [row], results)
        if response.status >= 500:
            raise OutcomeLost(origin_of(session.app.api_url), f"it answered {response.status} to a write")
        if response.status == 412:
            return [Written(row.trace, fault=CHANGED_MEANWHILE)]
        if response.status not in (400, 404, 409):
            raise CallFailed(errors.explain(response))
        fault = errors.explain(response)
        if fault.code != "record_locked" or attempt == unconfirmed.LOCKED_TRIES:
            listed = errors.errors_of(errors.loads(response.body))
            return [Written(row.trace, fault=fault, existing_id=errors.existing_id(listed))]
        await session.pause(unconfirmed.LOCKED_SECONDS * 2**attempt)
    raise AssertionError("the last attempt returns")

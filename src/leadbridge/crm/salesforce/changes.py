"""Walking Salesforce's changes by ``SystemModstamp``, the time that also automatic changes move and that is indexed.

No page is asked for by offset, and no long answer has to stay open between two calls: a question begins behind the
last record met, by time and then by id, so neither how many records there are nor how many share a time matters.

A record is stamped when its transaction writes it and seen when that commits. A walk therefore ends at the present,
and the next one begins ``LATE_COMMIT`` before that.

Merged records come as a part of the change of the one that they became a part of. Deletions have a walk of their own,
over the recycle bin; ``deleted`` adds those whose bin was emptied since the walk before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from leadbridge.crm.errors import CallFailed
from leadbridge.crm.model import Changed, ChangePage
from leadbridge.crm.provider import Session
from leadbridge.crm.salesforce import answers, errors, reading, requests, soql, unconfirmed
from leadbridge.crm.salesforce.defaults import MERGING, MODIFIED
from leadbridge.crm.salesforce.ids import is_id, long_id
from leadbridge.kit.errors import InvalidInput

PAGE = 2000
"""Records that one question asks for; Salesforce may answer in several pages."""
ORDER = f"{MODIFIED} ASC, Id ASC"
OUT_OF_RANGE = ("INVALID_REPLICATION_DATE", "EXCEEDED_ID_LIMIT")
"""Refusals of ``deleted`` after which the recycle bin has to do."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk stands. ``behind`` is the last id met of the moment ``since``; ``until`` is where the walk ends.

    For deletions ``until`` is where the walk before ended, from which on emptied bins are asked for.
    """

    since: datetime | None = None
    until: datetime | None = None
    behind: str | None = None

    def cursor(self) -> str:
        """Return it as the text that a caller keeps."""
        times = [None if one is None else soql.moment(one) for one in (self.since, self.until)]
        return orjson.dumps([*times, self.behind]).decode()


def walk_of(cursor: str | None) -> Walk:
    """Return the walk that a cursor stands for; raises ``InvalidInput`` for a text that is none."""
    if cursor is None:
        return Walk()
    try:
        since, until, behind = orjson.loads(cursor)
        if behind is not None and not is_id(behind):
            raise ValueError("not an id")
        return Walk(_moment(since), _moment(until), behind)
    except (ValueError, TypeError) as error:
        raise InvalidInput("The cursor of a walk of changes cannot be read; begin again without one.") from error


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


async def changes(session: Session, object: str, cursor: str | None, now: datetime) -> ChangePage:
    """Return a page of live records that changed, and of merges; see ``Provider.changes``."""
    walk = walk_of(cursor)
    until = walk.until or now - unconfirmed.INDEX_LAG
    rows, complete = await reading.pages(session, question(object, walk, until), deleted=object in MERGING)
    if complete and len(rows) < PAGE:
        following = Walk(until - unconfirmed.LATE_COMMIT)
        return ChangePage(changed(rows), following.cursor(), more=False)
    return ChangePage(changed(rows), Walk(*_last(rows, walk, until)).cursor(), more=True)


def question(object: str, walk: Walk, until: datetime) -> str:
    """Return the query for what a walk meets next."""
    fields, where = ["Id", MODIFIED], _from(walk)
    where.append(f"{MODIFIED} <= {soql.moment(until)}")
    if object in MERGING:  # deleted records are only of interest for what they became a part of
        fields += ["IsDeleted", "MasterRecordId"]
        where.append("(IsDeleted = false OR MasterRecordId != null)")
    return soql.select(fields, object, " AND ".join(where), ORDER, PAGE)


def _from(walk: Walk) -> list[str]:
    if walk.since is None:
        return []
    at = soql.moment(walk.since)
    if walk.behind is None:
        return [f"{MODIFIED} >= {at}"]
    # the first condition says nothing new; it is what the index is used for
    return [f"{MODIFIED} >= {at}", f"({MODIFIED} > {at} OR Id > {soql.literal(walk.behind)})"]


def _last(rows: Sequence[Mapping[str, Any]], walk: Walk, until: datetime | None) -> tuple[Any, Any, Any]:
    if not rows:  # the answer was given up before its first record: the same is asked again
        return walk.since, until, walk.behind
    return answers.moment(str(rows[-1].get(MODIFIED) or "")), until, answers.record_id(rows[-1])


def changed(rows: Sequence[Mapping[str, Any]]) -> tuple[Changed, ...]:
    """Return what a page says: each record once, a merged one with its survivor."""
    into = answers.merged(rows)
    found: dict[str, Changed] = {}
    for raw in rows:
        id, at = answers.record_id(raw), answers.moment(str(raw.get(MODIFIED) or ""))
        survivor = _end(id, into)
        absorbed = (id,) if id in into else ()
        before = found.get(survivor, Changed(survivor, at))
        found[survivor] = Changed(survivor, max(at, before.at), absorbed=(*before.absorbed, *absorbed))
    return tuple(found.values())


def _end(id: str, into: Mapping[str, str]) -> str:
    for _ in range(len(into)):
        if id not in into:
            break
        id = into[id]
    return id


async def gone(session: Session, object: str, cursor: str | None) -> ChangePage:
    """Return a page of records that were deleted and not merged; see ``Provider.gone``."""
    walk = walk_of(cursor)
    where = ["IsDeleted = true", *(["MasterRecordId = null"] if object in MERGING else []), *_from(walk)]
    text = soql.select(("Id", MODIFIED), object, " AND ".join(where), ORDER, PAGE)
    asked = requests.query(session.app, text, deleted=True)
    response = await session.call(asked)
    first = answers.ensure(response, 200)
    rows, complete = await reading.rest_of(session, first)
    found = [Changed(answers.record_id(raw), answers.moment(str(raw.get(MODIFIED) or "")), gone=True) for raw in rows]
    if not complete or len(rows) >= PAGE:
        return ChangePage(tuple(found), Walk(*_last(rows, walk, walk.until)).cursor(), more=True)
    now = _vendor_time(response.headers.get("date", ""), found)
    if walk.until is not None and now is not None:
        found += await _emptied(session, object, walk.until, now, {one.id for one in found})
    ended = None if now is None else now - unconfirmed.LATE_COMMIT
    return ChangePage(tuple(found), Walk(ended or walk.since, ended or walk.until).cursor(), more=False)


async def _emptied(session: Session, object: str, since: datetime, now: datetime, known: set[str]) -> list[Changed]:
    """Return records that were deleted since a time and are not in the recycle bin any more."""
    start = max(since, now - timedelta(days=unconfirmed.REPLICATION_DAYS))
    if now - start < timedelta(minutes=1):  # Salesforce refuses a shorter span
        return []
    response = await session.call(requests.deleted(session.app, object, start, now))
    if response.status >= 400:
        told = {errors.code_of(one) for one in errors.errors_of(errors.loads(response.body))}
        if told & set(OUT_OF_RANGE):
            return []
        raise CallFailed(errors.explain(response))
    body = answers.ensure(response, 200)
    times = {
        long_id(str(one["id"])): answers.moment(str(one.get("deletedDate") or ""))
        for one in body.get("deletedRecords") or []
        if isinstance(one, dict) and one.get("id")
    }
    unknown = [id for id in times if id not in known]
    in_bin: set[str] = set()
    for part in soql.portions(unknown, unconfirmed.URI_BYTES - 500, reading.MAX_KEYS):
        rows = await reading.query(session, soql.select(("Id",), object, soql.one_of("Id", part)), deleted=True)
        in_bin |= {answers.record_id(raw) for raw in rows}
    return [Changed(id, times[id], gone=True) for id in unknown if id not in in_bin]


def _vendor_time(header: str, found: Sequence[Changed]) -> datetime | None:
    """Return the time at Salesforce when it answered, or the last deletion's where the answer does not tell."""
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except ValueError:
        return max((one.at for one in found), default=None)

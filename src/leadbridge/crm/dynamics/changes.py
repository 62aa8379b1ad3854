"""Walking Dynamics' changes: by change tracking, and where that is not allowed by the time of the last change.

Change tracking gives every record once, then a link that tells what came later, deletions included. It needs a table
that tracks changes and a person who may read the whole organisation; without either records are walked by
``modifiedon``, whose pages Dataverse itself numbers, so equal times do no harm, and deletions are not told.
A link lives for days only (seven, unless the organisation says otherwise): a walk that comes too late begins anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson

from leadbridge.crm.dynamics import unconfirmed
from leadbridge.crm.dynamics.answers import MASTER, MERGED, MODIFIED, moment, rows
from leadbridge.crm.dynamics.errors import EXPIRED_LINK, FORBIDDEN, body_of, code_of, explain_error
from leadbridge.crm.dynamics.tables import Table
from leadbridge.crm.model import Changed, ChangePage
from leadbridge.kit.errors import InvalidInput
from leadbridge.security.transport import HttpResponse

NEXT, DELTA = "@odata.nextLink", "@odata.deltaLink"
Way = Literal["tracked", "polled"]


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk stands. ``link`` is the address to go on at; ``since`` the time that the next walk begins at."""

    way: Way
    link: str | None = None
    since: str | None = None

    def cursor(self) -> str:
        """Return it as the text that a caller keeps."""
        return orjson.dumps([self.way, self.link, self.since]).decode()


def walk_of(cursor: str | None) -> Walk:
    """Return where to go on; a first walk is tracked. Raises ``InvalidInput`` for a text that is no cursor."""
    if not cursor:
        return Walk("tracked")
    try:
        way, link, since = orjson.loads(cursor)
    except (ValueError, TypeError) as error:
        raise InvalidInput("The cursor of a walk of changes cannot be read; begin again without one.") from error
    if way not in ("tracked", "polled") or not all(part is None or isinstance(part, str) for part in (link, since)):
        raise InvalidInput("The cursor of a walk of changes cannot be read; begin again without one.")
    return Walk(way, link, since)


def selected(table: Table) -> tuple[str, ...]:
    """Return the columns that a walk asks for."""
    return (table.key, MODIFIED, *((MERGED, MASTER) if table.merges else ()))


def beginning_again(walk: Walk, response: HttpResponse) -> Walk | None:
    """Return the walk to go on with where an answer says that this one cannot: the link is too old, or changes are not
    tracked; None where it says something else."""
    body = body_of(response)
    code = code_of(body)
    if walk.way == "polled":
        return None
    if walk.link is None:
        return Walk("polled") if response.status in unconfirmed.NOT_TRACKED_STATUS else None
    if code == EXPIRED_LINK and response.status in unconfirmed.EXPIRED_STATUS:
        return Walk("tracked")
    # the right to read the whole organisation was taken away meanwhile
    return Walk("polled") if explain_error(body, response.status).code == FORBIDDEN.code else None


def page(table: Table, walk: Walk, body: Mapping[str, Any], now: datetime) -> ChangePage:
    """Return what a page of a walk says, and where to go on. ``now`` is when the walk was asked for."""
    found = consolidated([change(table, raw) for raw in rows(body)])
    link = body.get(NEXT)
    if isinstance(link, str) and link:
        return ChangePage(found, Walk(walk.way, link, walk.since or _from(now)).cursor(), more=True)
    if walk.way == "tracked":
        delta = body.get(DELTA)
        if isinstance(delta, str) and delta:
            ended = Walk("tracked", delta)
        else:  # the wish to track was passed over: what comes later is found by time
            ended = Walk("polled", None, walk.since or _from(now))
    else:
        ended = Walk("polled", None, walk.since or _from(now))
    return ChangePage(found, ended.cursor(), more=False)


def next_since(walk: Walk, now: datetime) -> tuple[str, Walk]:
    """Return the time that a polled walk asks from, and the walk with the time that the one after it begins at."""
    return walk.since or "1900-01-01T00:00:00Z", Walk("polled", None, _from(now))


def _from(now: datetime) -> str:
    return f"{now - unconfirmed.POLL_OVERLAP:%Y-%m-%dT%H:%M:%SZ}"


def change(table: Table, raw: Mapping[str, Any]) -> Changed:
    """Return one row as news. A deletion has no time; a merged record is told as the one that it went into."""
    if "reason" in raw and table.key not in raw:
        return Changed(str(raw.get("id")).lower(), moment(None), gone=True)
    id, at = str(raw[table.key]), moment(raw.get(MODIFIED))
    master = raw.get(MASTER)
    if raw.get(MERGED) is True and master:
        return Changed(str(master), at, absorbed=(id,))
    return Changed(id, at)


def consolidated(changes: Sequence[Changed]) -> tuple[Changed, ...]:
    """Return each record once, with all that it absorbed."""
    found: dict[tuple[str, bool], Changed] = {}
    for one in changes:
        known = found.get((one.id, one.gone))
        absorbed = dict.fromkeys((*(known.absorbed if known else ()), *one.absorbed))
        at = max(one.at, known.at) if known else one.at
        found[one.id, one.gone] = Changed(one.id, at, one.gone, tuple(absorbed))
    return tuple(found.values())


def deletions(body: Mapping[str, Any]) -> tuple[Changed, ...]:
    """Return only what a page says was deleted."""
    return tuple(
        Changed(str(raw.get("id")).lower(), moment(None), gone=True) for raw in rows(body) if raw.get("reason")
    )

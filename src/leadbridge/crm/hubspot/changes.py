"""Walking HubSpot's changes by search, which gives no more than 10,000 results to a question.

No page is asked for by offset. A question is for records modified from a moment on, in that order; the next one begins
at the last moment seen. Where a whole page is of one moment, as after an import, that moment's records are walked by
id, and then the walk goes on behind it. So neither how many records there are nor how many share a time matters.

Search lags, so a walk ends ``INDEX_LAG`` before the present, and the next one begins ``WALK_OVERLAP`` before that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from leadbridge.crm.hubspot import unconfirmed
from leadbridge.crm.hubspot.answers import MERGED_IDS, moment, record
from leadbridge.crm.hubspot.defaults import MODIFIED
from leadbridge.crm.hubspot.requests import SEARCH_PAGE
from leadbridge.crm.model import Changed, ChangePage
from leadbridge.kit.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk stands: times in epoch milliseconds; ``behind`` is the last id met of the moment ``since``."""

    since: int
    until: int
    behind: int | None = None

    def cursor(self) -> str:
        """Return it as the text that a caller keeps."""
        return orjson.dumps([self.since, self.until, self.behind]).decode()


def walk_of(cursor: str | None, now: datetime) -> Walk:
    """Return where to go on: a walk under way keeps its end, a new one ends ``INDEX_LAG`` ago."""
    until = ms(now - unconfirmed.INDEX_LAG)
    if cursor is None:
        return Walk(0, until)
    try:
        since, ends, behind = orjson.loads(cursor)
        return Walk(int(since), int(ends) if ends is not None else until, behind if behind is None else int(behind))
    except (ValueError, TypeError) as error:
        raise InvalidInput("The cursor of a walk of changes cannot be read; begin again without one.") from error


def question(object: str, walk: Walk) -> tuple[list[dict[str, str]], str]:
    """Return the filters and the sort of the next search."""
    modified = MODIFIED[object]
    if walk.behind is None:
        between = {"propertyName": modified, "operator": "BETWEEN"}
        return [between | {"value": str(walk.since), "highValue": str(walk.until)}], modified
    moment = {"propertyName": modified, "operator": unconfirmed.ONE_MOMENT_OPERATOR, "value": str(walk.since)}
    if unconfirmed.ONE_MOMENT_OPERATOR == "BETWEEN":
        moment["highValue"] = str(walk.since)
    return [
        moment,
        {"propertyName": unconfirmed.ID_SORT, "operator": "GT", "value": str(walk.behind)},
    ], unconfirmed.ID_SORT


def page(object: str, walk: Walk, results: Sequence[dict[str, Any]]) -> ChangePage:
    """Return what a search's first page says, and where to go on."""
    found = [changed(raw, MODIFIED[object]) for raw in results]
    full = len(found) >= SEARCH_PAGE
    if walk.behind is not None:
        if full:
            return ChangePage(tuple(found), Walk(walk.since, walk.until, int(found[-1].id)).cursor(), more=True)
        return _on(found, Walk(walk.since + 1, walk.until))
    if not full:
        return ChangePage(tuple(found), _ended(walk), more=False)
    last = ms(found[-1].at)
    whole = [one for one in found if ms(one.at) < last]
    if not whole:  # the page is of one moment: its records are walked by id, from the first on
        return ChangePage((), Walk(last, walk.until, 0).cursor(), more=True)
    return ChangePage(tuple(whole), Walk(last, walk.until).cursor(), more=True)


def _on(found: Sequence[Changed], walk: Walk) -> ChangePage:
    if walk.since > walk.until:
        return ChangePage(tuple(found), _ended(walk), more=False)
    return ChangePage(tuple(found), walk.cursor(), more=True)


def _ended(walk: Walk) -> str:
    overlap = round(unconfirmed.WALK_OVERLAP.total_seconds() * 1000)
    return orjson.dumps([max(0, walk.until - overlap), None, None]).decode()


def changed(raw: dict[str, Any], modified: str) -> Changed:
    """Return one search result as news. Its other values may be old and are not looked at."""
    one = record(raw)
    at = (raw.get("properties") or {}).get(modified)
    absorbed = tuple(part for part in (one.values.get(MERGED_IDS) or "").split(";") if part)
    return Changed(one.id, moment(at) if at else one.modified_at, absorbed=absorbed)


def archived(raw: dict[str, Any]) -> Changed:
    """Return one archived record as news of its end."""
    one = record(raw)
    at = raw.get("archivedAt")
    return Changed(one.id, moment(str(at)) if at else one.modified_at, gone=True)


def ms(at: datetime) -> int:
    """Return epoch milliseconds."""
    return round(at.timestamp() * 1000)

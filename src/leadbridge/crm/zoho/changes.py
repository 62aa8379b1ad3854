"""Walking Zoho's changes by its list of records, sorted by the time of the last change.

A page is asked for by time and not by place: each question begins at the last second met, so a record that changes
meanwhile moves to the end and pushes none of the others out of sight. Only where a whole page is of one second, as
after an import, does the walk go on by page token, until that second is over. A token that has expired, or that Zoho
takes for another question's, begins that second again.

Times have whole seconds. A walk ends ``CHANGE_LAG`` before the present, so that its last second is complete, and the
next one begins ``WALK_OVERLAP`` before that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import orjson

from leadbridge.crm.model import Changed, ChangePage
from leadbridge.crm.zoho import answers, unconfirmed
from leadbridge.crm.zoho.values import moment
from leadbridge.kit.errors import InvalidInput

TOKEN_LOST = frozenset(("EXPIRED_VALUE", "TOKEN_BOUND_DATA_MISMATCH"))
"""Codes which say that a page token is of no use any more."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk stands: ``since`` and ``until`` are epoch seconds; ``token`` goes on within the second ``since``."""

    since: int
    until: int
    token: str | None = None

    def cursor(self) -> str:
        """Return it as the text that a caller keeps."""
        return orjson.dumps([self.since, self.until, self.token]).decode()

    @property
    def asked(self) -> datetime | None:
        """The time that is asked for: a second earlier where Zoho may leave that very second out."""
        if self.since <= 0:
            return None
        return datetime.fromtimestamp(self.since - (not unconfirmed.MODIFIED_SINCE_INCLUSIVE), UTC)


def walk_of(cursor: str | None, now: datetime) -> Walk:
    """Return where to go on: a walk under way keeps its end, a new one ends ``CHANGE_LAG`` ago."""
    until = int((now - unconfirmed.CHANGE_LAG).timestamp())
    if cursor is None:
        return Walk(0, until)
    try:
        since, ends, token = orjson.loads(cursor)
        return Walk(int(since), until if ends is None else int(ends), None if token is None else str(token))
    except (ValueError, TypeError) as error:
        raise InvalidInput("The cursor of a walk of changes cannot be read; begin again without one.") from error


def page(walk: Walk, body: Mapping[str, Any]) -> ChangePage:
    """Return what a page of the list says, and where to go on."""
    listed = [_changed(raw) for raw in answers.rows(body) if raw.get("id")]
    found = [one for one in listed if walk.since <= _second(one) <= walk.until]
    over = any(_second(one) > walk.until for one in listed)
    if over or not answers.more(body):
        return ChangePage(tuple(found), _ended(walk), more=False)
    last = max((_second(one) for one in listed), default=walk.since)
    if last <= walk.since:  # all of one second, or of earlier ones: only the token leads on
        token = answers.next_token(body)
        if token is None:
            return ChangePage(tuple(found), _ended(walk), more=False)
        return ChangePage(tuple(found), replace(walk, token=token).cursor(), more=True)
    # the last second goes on behind this page: it is left for the next question, which begins with it
    whole = tuple(one for one in found if _second(one) < last)
    return ChangePage(whole, Walk(last, walk.until).cursor(), more=True)


def again(walk: Walk) -> ChangePage:
    """Return where to go on after a page token was lost: the same second from its beginning."""
    return ChangePage((), replace(walk, token=None).cursor(), more=True)


def _ended(walk: Walk) -> str:
    overlap = int(unconfirmed.WALK_OVERLAP.total_seconds())
    return orjson.dumps([max(0, walk.until - overlap), None, None]).decode()


def _changed(raw: Mapping[str, Any]) -> Changed:
    return Changed(str(raw["id"]), moment(str(raw.get(answers.MODIFIED) or "")))


def _second(one: Changed) -> int:
    return int(one.at.timestamp())


@dataclass(frozen=True, slots=True)
class Deletions:
    """Where a walk of deletions stands: the page or its token, the time asked since, the latest met (epoch seconds)."""

    since: int = 0
    page: int = 1
    latest: int = 0
    token: str | None = None

    def cursor(self) -> str:
        """Return it as the text that a caller keeps."""
        return orjson.dumps([self.since, self.page, self.latest, self.token]).decode()

    @property
    def asked(self) -> datetime | None:
        """The time that is asked for."""
        return datetime.fromtimestamp(self.since, UTC) if self.since > 0 else None


def deletions_of(cursor: str | None) -> Deletions:
    """Return where to go on."""
    if not cursor:
        return Deletions()
    try:
        since, page, latest, token = orjson.loads(cursor)
        return Deletions(int(since), int(page), int(latest), None if token is None else str(token))
    except (ValueError, TypeError) as error:
        raise InvalidInput("The cursor of a walk of deletions cannot be read; begin again without one.") from error


def deleted_page(walk: Deletions, body: Mapping[str, Any]) -> ChangePage:
    """Return what a page of deleted records says; one record may be met twice, binned and later gone for ever."""
    found: dict[str, Changed] = {}
    for raw in answers.rows(body):
        if raw.get("id"):
            found[str(raw["id"])] = Changed(str(raw["id"]), moment(str(raw.get("deleted_time") or "")), gone=True)
    latest = max([walk.latest, *(int(one.at.timestamp()) for one in found.values())])
    if answers.more(body):
        onward = Deletions(walk.since, walk.page + 1, latest, answers.next_token(body))
        return ChangePage(tuple(found.values()), onward.cursor(), more=True)
    overlap = int(unconfirmed.WALK_OVERLAP.total_seconds())
    begin = max(walk.since, latest - overlap) if latest else walk.since
    return ChangePage(tuple(found.values()), Deletions(begin).cursor(), more=False)

"""Change tracking: a first read of everything, then only what changed and what was deleted since a token."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from . import query, unconfirmed
from .columns import Table
from .entities import table_of
from .errors import Answer, VendorError, bad_query
from .operation import Call
from .records import Record, place_of

FORBIDDEN = ("$filter", "$orderby", "$expand", "$top")
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Token:
    """Up to which version a reader knows a table, and when that was (seconds)."""

    version: int
    at: int

    def __str__(self) -> str:
        return f"{self.version}!{self.at}"

    @classmethod
    def read(cls, text: str) -> Token:
        """Return the token in a link. Raises VendorError 400."""
        version, mark, at = text.partition("!")
        if not mark or not version.isdecimal() or not at.isdecimal():
            raise bad_query("The delta token cannot be read.")
        return cls(int(version), int(at))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a read that has more pages stands: what it is about, and after which row it goes on."""

    since: int | None
    """The version that changes are read since; None in a first read."""
    until: Token
    part: str
    after: Any

    def cookie(self) -> str:
        """Return it as a link carries it."""
        parts = [self.since, self.until.version, self.until.at, self.part, self.after]
        return base64.urlsafe_b64encode(orjson.dumps(parts)).decode()

    @classmethod
    def read(cls, text: str) -> Place:
        """Return what a link carries. Raises VendorError 400."""
        try:
            since, version, at, part, after = orjson.loads(base64.urlsafe_b64decode(text))
        except ValueError:
            raise bad_query("The paging cookie cannot be read.") from None
        return cls(since, Token(version, at), part, after)


def is_tracked(preference: str, query_text: str) -> bool:
    """Return whether a collection read is one of change tracking."""
    return "odata.track-changes" in preference or "deltatoken=" in query_text or "skiptoken=track" in query_text


def _check(call: Call, table: Table) -> None:
    call.desk.may("Read", table)
    for name in FORBIDDEN:
        if name in call.options:
            text = f'The "{name}" query parameter isn\'t supported when tracking changes.'
            raise VendorError(400, unconfirmed.TRACKING_OPTION_CODE, text)
    if not table.tracked:
        text = f"Change tracking is not enabled for the entity '{table.name}'."
        raise VendorError(400, unconfirmed.TRACKING_OPTION_CODE, text)
    if not call.vendor.world.settings.organizationWideRead:
        text = (
            f"Principal user (Id={call.principal.user_id}, type=8) needs organization-wide prvRead{table.schema_name} "
            "privilege to retrieve changes."
        )
        raise VendorError(403, unconfirmed.PRIVILEGE_CODE, text)


def _since(call: Call) -> Token:
    token = Token.read(call.options["$deltatoken"])
    if call.desk.now - token.at > call.vendor.world.settings.deltaDays * _DAY:
        raise VendorError(
            unconfirmed.EXPIRED_DELTA_STATUS,
            "0x80044352",
            "Version stamp associated with the client has expired. Please perform a full sync.",
        )
    return token


def tracked(call: Call) -> Answer:
    """Read everything, or what changed since a token, by pages; the last page has the next token."""
    table = table_of(call)
    _check(call, table)
    settings = call.vendor.world.settings
    limit = min(call.page_size or query.COUNT_CAP, settings.pageSizeMax)
    here = Token(call.vendor.version, call.desk.now)
    if skip := call.options.get("$skiptoken"):
        place = Place.read(skip.removeprefix("track"))
    elif "$deltatoken" in call.options:
        place = Place(_since(call).version, here, "changed", 0)
    else:
        place = Place(None, here, "all", "")
    asked = query.wanted(table, {name: value for name, value in call.options.items() if name == "$select"})
    if place.since is None:
        rows, following = _everything(call, table, place, limit)
        shown = query.rows(call, table, rows, asked)
        context = query.context(call, table, asked.select)
    else:
        shown, following = _changes(call, table, place, limit, asked)
        context = f"{query.context(call, table, asked.select)}/$delta"
    body: dict[str, Any] = {"@odata.context": context}
    if following is None:
        body["@odata.deltaLink"] = _link(call, table, "$deltatoken", str(place.until))
    body["value"] = shown
    if following is not None:
        body["@odata.nextLink"] = _link(call, table, "$skiptoken", f"track{following.cookie()}")
    applied = ["odata.track-changes"] + ([f"odata.maxpagesize={call.page_size}"] if call.page_size else [])
    return Answer(200, body, {"Preference-Applied": ", ".join(applied)})


def _link(call: Call, table: Table, name: str, value: str) -> str:
    kept = {key: text for key, text in call.options.items() if key == "$select"}
    text = urlencode({**kept, name: value}, quote_via=quote, safe="$,")
    return f"{call.root}{table.set_name}?{text}"


def _everything(call: Call, table: Table, place: Place, limit: int) -> tuple[list[Record], Place | None]:
    rows: list[Record] = []
    for record in call.desk.records.scan(table.name, "place > ?", (place.after,)):
        if len(rows) == limit:
            return rows, Place(None, place.until, "all", place_of(rows[-1].id))
        rows.append(record)
    return rows, None


def _changes(
    call: Call, table: Table, place: Place, limit: int, asked: query.Wanted
) -> tuple[list[dict[str, Any]], Place | None]:
    """Return changed rows by version, then deletions, and where the next page begins."""
    records, since, until = call.desk.records, place.since or 0, place.until
    shown: list[dict[str, Any]] = []
    after = int(place.after)
    if place.part == "changed":
        found = [
            one for one in records.changed_since(table.name, since, after, limit + 1) if one.version <= until.version
        ]
        shown = query.rows(call, table, found[:limit], asked)
        if len(found) > limit:
            return shown, Place(since, until, "changed", found[limit - 1].version)
        after = 0
    room = limit - len(shown)
    gone = [
        (record_id, version)
        for record_id, version, _, was in records.deleted_since(table.name, max(since, after))
        if version <= until.version and _worth_telling(call, table, record_id, was, since)
    ]
    shown += [_deleted(call, table, record_id) for record_id, _ in gone[:room]]
    if len(gone) > room:
        return shown, Place(since, until, "deleted", gone[room - 1][1] if room else max(since, after))
    return shown, None


def _worth_telling(call: Call, table: Table, record_id: str, was: dict[str, Any], since: int) -> bool:
    if call.desk.records.get(table.name, record_id) is not None:  # it was made again with its old id
        return False
    return unconfirmed.KEEP_DELETED_IN_DELTA or was["version"] <= since


def _deleted(call: Call, table: Table, record_id: str) -> dict[str, Any]:
    return {
        "@odata.context": f"{call.root}$metadata#{table.set_name}/$deletedEntity",
        "id": record_id,
        "reason": "deleted",
    }


def count(call: Call) -> Answer:
    """Answer how many rows changed or were deleted since a token."""
    table = table_of(call)
    _check(call, table)
    since = _since(call).version
    records = call.desk.records
    number = len(records.changed_since(table.name, since, 0, -1)) + len(records.deleted_since(table.name, since))
    return Answer(200, None, {"Content-Type": "text/plain"}, str(number).encode())

"""Records through the API: by id, by lists in pages, and what was deleted."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.responses import Response

from .call import Call
from .desk import Desk, find_external
from .errors import ItemError, Json, VendorError, answer, invalid_param, limit_exceeded, missing_param, unknown_id
from .records import RECYCLE_SECONDS, Record
from .times import iso, seconds_of

FIELDS_MAX = 50
IDS_MAX = 100
_SORTS = {"id": "id", "Created_Time": "created", "Modified_Time": "modified"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list was asked for; `mark` is the same for the same question, and binds page tokens to it."""

    names: tuple[str, ...]
    sort_by: str
    ascending: bool
    per_page: int
    since: int | None
    where: str
    values: tuple[Any, ...]
    mark: str


def page_number(call: Call) -> int:
    """Return which page is asked for, from 1. Raises VendorError 400."""
    return _number(call, "page", 1)


def _number(call: Call, name: str, default: int) -> int:
    text = call.query(name)
    if not text:
        return default
    if not text.isdecimal() or len(text) > 9 or int(text) < 1:
        raise invalid_param(name, expected_data_type="integer")
    return int(text)


def since(call: Call) -> int | None:
    """Return the second that If-Modified-Since names. Raises VendorError 400."""
    text = call.header("if-modified-since")
    if not text:
        return None
    at = seconds_of(text)
    if at is None:
        raise VendorError(400, "INVALID_DATA", "invalid data", {"header_name": "If-Modified-Since"})
    return at


def per_page(call: Call) -> int:
    """Return how many records a page is to have. Raises VendorError 400."""
    cap = call.zoho.world.settings.pageCap
    asked = _number(call, "per_page", min(200, cap))
    if asked > 200:
        raise limit_exceeded("per_page", 200)
    return min(asked, cap)


def _names(call: Call) -> tuple[str, ...]:
    names = tuple(part.strip() for part in call.query("fields").split(",") if part.strip())
    if not names:
        raise missing_param("fields")
    if len(names) > FIELDS_MAX:
        raise limit_exceeded("fields", FIELDS_MAX)
    return names


def _asked(call: Call, desk: Desk) -> Asked:
    names, sort_by = _names(call), call.query("sort_by", "id")
    if sort_by not in _SORTS:
        raise invalid_param("sort_by", supported_values=list(_SORTS))
    order = call.query("sort_order", "desc")
    if order not in ("asc", "desc"):
        raise invalid_param("sort_order", supported_values=["asc", "desc"])
    where, values = "deleted IS NULL", []
    if desk.module.api_name == "Leads":
        converted = call.query("converted", "false")
        if converted not in ("true", "false", "both"):
            raise invalid_param("converted", supported_values=["true", "false", "both"])
        if converted != "both":
            where += f" AND converted = {int(converted == 'true')}"
    at = since(call)
    if at is not None:
        where += f" AND modified {'>=' if call.zoho.world.settings.modifiedSinceInclusive else '>'} ?"
        values.append(at)
    size = per_page(call)
    question = [desk.module.api_name, sorted(names), sort_by, order, size, where, values, str(call.principal.client_id)]
    mark = hashlib.sha256(orjson.dumps(question)).hexdigest()[:16]
    return Asked(names, sort_by, order == "asc", size, at, where, tuple(values), mark)


def records(call: Call) -> Response:
    """Answer records: those of `ids`, or a page of all. 204 without any, 304 when nothing is newer."""
    desk = call.desk()
    if call.query("ids"):
        return _by_ids(call, desk)
    asked = _asked(call, desk)
    if call.query("page") and call.query("page_token"):
        details = {"ambiguity_due_to": [{"param_name": "page"}, {"param_name": "page_token"}]}
        raise VendorError(400, "AMBIGUITY_DURING_PROCESSING", "Ambiguity while processing the request", details)
    if call.query("page_token"):
        return _page(call, desk, asked, _position(call, asked))
    page, settings = page_number(call), call.zoho.world.settings
    if page * asked.per_page > settings.discreteCap:
        text = f"You can only get the first {settings.discreteCap} records without using page_token param"
        raise VendorError(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", text, {"limit": settings.discreteCap})
    return _page(call, desk, asked, {"seen": (page - 1) * asked.per_page, "page": page})


def _page(call: Call, desk: Desk, asked: Asked, at: Json) -> Response:
    """Answer one page from a position: `seen` records on, or after the record `after` = [sorted value, id]."""
    way, sign = ("ASC", ">") if asked.ascending else ("DESC", "<")
    column, where, values = _SORTS[asked.sort_by], asked.where, [*asked.values]
    offset = int(at["seen"])
    if "after" in at:
        where, offset = f"{where} AND ({column}, id) {sign} (?, ?)", 0
        values += at["after"]
    order = f"{column} {way}, id {way}" if column != "id" else f"id {way}"
    found = desk.records.select(f"{where} ORDER BY {order} LIMIT ? OFFSET ?", *values, asked.per_page + 1, offset)
    rows, more = found[: asked.per_page], len(found) > asked.per_page
    settings, zone = call.zoho.world.settings, desk.org.time_zone
    if not rows:
        nothing_new = asked.since is not None and at["seen"] == 0
        return answer(settings.nothingNewStatus if nothing_new else 204, None)
    seen, expires = int(at["seen"]) + len(rows), call.zoho.now() + settings.pageTokenSeconds
    position: Json = {"mark": asked.mark, "until": expires, "seen": seen, "page": int(at["page"]) + 1}
    if not settings.pageTokenByOffset:
        position["after"] = [_sorted_by(rows[-1], asked.sort_by), rows[-1].id]
    info = {
        "per_page": asked.per_page,
        "next_page_token": base64.urlsafe_b64encode(orjson.dumps(position)).decode() if more else None,
        "count": len(rows),
        "sort_by": asked.sort_by,
        "page": int(at["page"]),
        "previous_page_token": None,
        "page_token_expiry": iso(expires, zone) if more else None,
        "sort_order": "asc" if asked.ascending else "desc",
        "more_records": more,
    }
    return answer(200, {"data": [desk.shown(row, asked.names) for row in rows], "info": info})


def _sorted_by(record: Record, name: str) -> int:
    return {"id": record.id, "Created_Time": record.created, "Modified_Time": record.modified}[name]


def _position(call: Call, asked: Asked) -> Json:
    """Return where a page token leads to. Raises VendorError 400."""
    try:
        at = orjson.loads(base64.urlsafe_b64decode(call.query("page_token").encode()))
        mark, until, seen = at["mark"], int(at["until"]), int(at["seen"])
    except (ValueError, KeyError, TypeError):
        raise invalid_param("page_token") from None
    if until <= call.zoho.now():
        details = {"api_name": "page_token", "json_path": "$.query.page_token"}
        raise VendorError(400, "EXPIRED_VALUE", "The given page token is expired", details)
    if mark != asked.mark:
        text = "The page_token does not match the other parameters"
        raise VendorError(400, "TOKEN_BOUND_DATA_MISMATCH", text, {"param_name": "page_token"})
    if seen >= call.zoho.world.settings.tokenCap:
        text = "The limit of records to fetch by pagination is exceeded"
        raise VendorError(400, "PAGINATION_LIMIT_EXCEEDED", text, {"param_name": "page_token"})
    position: Json = at
    return position


def _by_ids(call: Call, desk: Desk) -> Response:
    names = _names(call)
    ids = list(dict.fromkeys(part.strip() for part in call.query("ids").split(",") if part.strip()))
    if len(ids) > IDS_MAX:
        raise limit_exceeded("ids", IDS_MAX)
    if not all(text.isdecimal() and len(text) < 20 for text in ids):
        raise invalid_param("ids", expected_data_type="bigint")
    wanted = call.query("converted", "false")
    at, inclusive = since(call), call.zoho.world.settings.modifiedSinceInclusive
    rows = []
    for text in ids:
        record = desk.records.get(int(text)) if int(text) < 2**63 else None
        if record is None or (wanted != "both" and record.converted is not (wanted == "true")):
            continue
        if at is None or record.modified > at or (inclusive and record.modified == at):
            rows.append(desk.shown(record, names))
    if not rows:
        return answer(204 if at is None else call.zoho.world.settings.nothingNewStatus, None)
    return answer(200, {"data": rows, "info": {"per_page": len(ids), "count": len(rows), "page": 1,
                                               "sort_by": "id", "sort_order": "desc", "more_records": False,
                                               "next_page_token": None, "previous_page_token": None,
                                               "page_token_expiry": None}})  # fmt: skip


def record(call: Call) -> Response:
    """Answer one record with all its fields, converted or not; an unknown id is 204, or 400 by the setting."""
    desk, text = call.desk(), call.path("record")
    if call.header("x-external"):
        try:
            return answer(200, {"data": [desk.shown(find_external(desk, call.header("x-external"), text))]})
        except ItemError as refused:
            return answer(400, refused.row())
    found = desk.records.get(int(text)) if text.isdecimal() and len(text) < 20 and int(text) < 2**63 else None
    if found is None:
        if call.zoho.world.settings.unknownRecordStatus == 204:
            return answer(204, None)
        error = unknown_id("$.path.id")
        raise VendorError(400, error.code, error.message, error.details)
    at = since(call)
    if at is not None and found.modified <= at:
        return answer(304, None)
    return answer(200, {"data": [desk.shown(found)]})


def count(call: Call) -> Response:
    """Answer how many records a module has."""
    return answer(200, {"count": call.desk().records.count("deleted IS NULL AND converted = 0")})


def deleted(call: Call) -> Response:
    """Answer a page of what was deleted, the newest first. After 60 days a record stands there again, as permanent."""
    desk, kind = call.desk(), call.query("type", "all")
    if kind not in ("all", "recycle", "permanent"):
        raise invalid_param("type", supported_values=["all", "recycle", "permanent"])
    page, size, at, now = page_number(call), per_page(call), since(call), call.zoho.now()
    entries = [
        (when, one, permanent)
        for one in desk.records.select("deleted IS NOT NULL")
        for when, permanent in _ends(one, now)
        if kind in ("all", "permanent" if permanent else "recycle")
        if at is None or when > at or (call.zoho.world.settings.modifiedSinceInclusive and when == at)
    ]
    entries.sort(key=lambda entry: (entry[0], entry[1].id), reverse=True)
    shown = entries[(page - 1) * size : page * size]
    if not shown:
        # an unchanged list of deletions is no list: 304 as for records
        return answer(204 if at is None or page > 1 else call.zoho.world.settings.nothingNewStatus, None)
    info = {"per_page": size, "count": len(shown), "page": page, "more_records": len(entries) > page * size}
    return answer(200, {"data": [_gone(desk, *entry) for entry in shown], "info": info})


def _ends(record: Record, now: int) -> list[tuple[int, bool]]:
    """Return when a record was deleted, and whether for good: the recycle bin keeps it for 60 days."""
    at = record.deleted or 0
    if record.gone:
        return [(at, True)]
    return [(at, False)] if at + RECYCLE_SECONDS > now else [(at + RECYCLE_SECONDS, True)]


def _gone(desk: Desk, when: int, record: Record, permanent: bool) -> Json:
    person = desk.user_json(record.deleted_by)
    return {
        "id": str(record.id),
        "display_name": None if permanent else desk.name_of(record),
        "type": "permanent" if permanent else "recycle",
        "deleted_time": iso(when, desk.org.time_zone),
        "deleted_by": None if permanent or person is None else {"name": person["name"], "id": person["id"]},
        "created_by": None if permanent else desk.user_json(record.created_by),
    }

"""Bulk read: a job that reads a module into a zipped CSV, with a call back when it is done."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import orjson
from starlette.responses import Response

from . import unconfirmed
from .call import Call
from .conditions import OPERATORS, Both, Node, Test, comparable, holds, narrowed
from .coql import value_of
from .desk import Desk
from .errors import Json, VendorError, answer
from .operation import allowed
from .records import Record
from .times import iso

CRITERIA_MAX = 25
STATES = ("ADDED", "QUEUED", "IN PROGRESS")


def _refused(code: str, message: str, status: int = 400, **details: Any) -> VendorError:
    return VendorError(status, code, message, details)


def _criteria(desk: Desk, given: Any, counted: list[int]) -> Node:
    """Return a job's condition. Raises VendorError 400."""
    if not isinstance(given, dict):
        raise _refused("INVALID_DATA", "invalid data", api_name="criteria")
    if "group" in given:
        parts = tuple(_criteria(desk, part, counted) for part in given["group"] or ())
        if not parts or given.get("group_operator") not in ("and", "or"):
            raise _refused("INVALID_DATA", "invalid data", api_name="group_operator")
        return Both(parts, every=given["group_operator"] == "and")
    counted[0] += 1
    if counted[0] > CRITERIA_MAX:
        raise _refused("CRITERIA_LIMIT_EXCEEDED", "criteria limit exceeded", limit=CRITERIA_MAX)
    field = given.get("field")
    name = str((field or {}).get("api_name") if isinstance(field, dict) else given.get("api_name"))
    known = desk.fields.get(name)
    kind = "id" if name == "id" else known.type if known else ""
    if not kind:
        raise _refused("FIELD_IN_CRITERIA_NOT_AVAILABLE", "field in criteria not available", api_name=name)
    values = given["value"] if isinstance(given.get("value"), list) else [given.get("value")]
    operator = str(given.get("comparator"))
    fits = operator in OPERATORS and (operator not in ("between", "not_between") or len(values) == 2)
    if not fits or any(comparable(value, kind) is None for value in values):
        code = "FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE"
        raise _refused(code, "field and comparator in criteria not compatible", api_name=name)
    return Test(name, kind, operator, tuple(values))


def _plain(value: Any) -> str:
    """Return a value as a cell: lookups are ids, lists their parts joined."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return str(value.get("id") or "")
    if isinstance(value, list):
        return ";".join(str(one.get("name")) if isinstance(one, dict) else str(one) for one in value)
    return str(value)


def _found(desk: Desk, query: Mapping[str, Any]) -> list[Record]:
    if query.get("criteria") is None:
        return desk.records.select("deleted IS NULL ORDER BY id")
    sql, values, rest = narrowed(_criteria(desk, query["criteria"], [0]))
    rows = desk.records.select(f"deleted IS NULL AND {sql} ORDER BY id", *values)
    if rest is None:
        return rows
    return [row for row in rows if holds(rest, partial(value_of, desk, row))]


def _zipped(desk: Desk, job: int, rows: list[Record], names: list[str]) -> bytes:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(names)
    for row in rows:
        shown = desk.shown(row, names)
        table.writerow([_plain(shown.get(name)) for name in names])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{desk.module.api_name}_{job}.csv", text.getvalue())
    return packed.getvalue()


def _place(query: Mapping[str, Any], rows_at_once: int) -> tuple[int, int]:
    """Return the page asked for, from 1, and the row it begins at."""
    page, token = query.get("page", 1), query.get("page_token")
    if token is not None:
        page = int(token.rpartition("-")[2]) if isinstance(token, str) and token[-1:].isdecimal() else 0
    if not isinstance(page, int) or isinstance(page, bool) or page < 1:
        raise _refused("PAGE_NOT_SUPPORTED", "page not supported")
    return page, (page - 1) * rows_at_once


def create(call: Call) -> Response:
    """Start a job; 201. What it reads is the state at this moment."""
    body = call.json()
    query = body.get("query")
    if not isinstance(query, dict) or not isinstance(query.get("module"), dict):
        raise _refused("MANDATORY_NOT_FOUND", "required field not found", api_name="query", json_path="$.query")
    wanted = str(query["module"].get("api_name"))
    module = call.zoho.definitions(call.principal.org.zgid).module(wanted)
    if module is None:
        raise _refused("MODULE_NOT_AVAILABLE", "module not available", api_name=wanted)
    scopes = call.principal.scopes
    if not allowed(scopes, "ZohoCRM.modules.{module}.READ", module.api_name, custom=module.custom):
        raise _refused("OAUTH_SCOPE_MISMATCH", unconfirmed.SCOPE_TEXT, 401)
    desk = call.desk(module)
    names = [str(name) for name in query.get("fields") or ["id", *desk.fields]]
    wrong = [name for name in names if name != "id" and name not in desk.fields]
    if wrong:
        raise _refused("INVALID_DATA", "invalid data", api_name=wrong[0], json_path="$.query.fields")
    settings, world = call.zoho.world.settings, call.zoho.world
    page, start = _place(query, settings.bulkRows)
    found = _found(desk, query)
    rows = found[start : start + settings.bulkRows]
    job = int(world.db.one("SELECT coalesce(max(id), ?) + 1 FROM zoho_bulk", 5_547_000_000_000_500_000)[0])
    more = len(found) > start + len(rows)
    result = {
        "page": page,
        "per_page": settings.bulkRows,
        "count": len(rows),
        "download_url": f"/crm/bulk/v8/read/{job}/result",
        "more_records": more,
        "next_page_token": f"{job}-{page + 1}" if more else None,
    }
    user = desk.user.short()
    person = {"id": user["id"], "name": user["name"]}
    at = iso(call.zoho.now(), call.principal.org.time_zone)
    doc = {
        "id": str(job),
        "operation": "read",
        "query": {"module": {"api_name": module.api_name}, "fields": names, "page": page}
        | ({"criteria": query["criteria"]} if query.get("criteria") else {}),
        "created_by": person,
        "created_time": at,
        "file_type": "csv",
        "result": result,
    }
    world.db.run(
        "INSERT INTO zoho_bulk VALUES (?, ?, ?, ?, ?)",
        job,
        call.principal.org.zgid,
        world.clock.ticks(),
        orjson.dumps(doc),
        _zipped(desk, job, rows, names),
    )
    _order_callback(call, body.get("callback"), doc)
    details = {"id": str(job), "operation": "read", "state": "ADDED", "created_by": person, "created_time": at}
    shown = {"status": "success", "code": "ADDED_SUCCESSFULLY", "message": "Added successfully.", "details": details}
    return answer(201, {"data": [shown], "info": {}})


def _order_callback(call: Call, callback: Any, doc: Json) -> None:
    if not isinstance(callback, dict):
        return
    url = str(callback.get("url") or "")
    parts = urlsplit(url)
    here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    if callback.get("method") != "post" or not (parts.scheme == "https" or here):
        raise _refused("INVALID_DATA", "invalid data", api_name="callback", json_path="$.callback")
    told = {"job_id": doc["id"], "operation": "read", "state": "COMPLETED", "query": doc["query"]}
    call.zoho.watch.order(url, told | {"result": doc["result"]}, call.zoho.world.settings.bulkSeconds)


def _job(call: Call) -> tuple[Json, str, bytes]:
    """Return a job, its state by the clock, and its result. Raises VendorError 404."""
    text = call.path("job")
    row = call.zoho.world.db.one(
        "SELECT doc, started, result FROM zoho_bulk WHERE id = ? AND zgid = ?",
        int(text) if text.isdecimal() and len(text) < 19 + (text < "9") else 0,
        call.principal.org.zgid,
    )
    if row is None:
        raise _refused("RESOURCE_NOT_FOUND", "resource not found", 404)
    lasts = call.zoho.world.settings.bulkSeconds
    share = (call.zoho.world.clock.ticks() - row[1]) / lasts if lasts else 1.0
    state = "COMPLETED" if share >= 1 else STATES[int(share * len(STATES))]
    return orjson.loads(row[0]), state, row[2]


def read(call: Call) -> Response:
    """Answer a job's state; its result stands there only once it is completed."""
    doc, state, _ = _job(call)
    if state != "COMPLETED":
        doc.pop("result")
    return answer(200, {"data": [doc | {"state": state}]})


def result(call: Call) -> Response:
    """Answer a completed job's zipped CSV."""
    doc, state, packed = _job(call)
    if state != "COMPLETED":
        raise _refused("NOT_ALLOWED", "the job is not completed", id=doc["id"])
    headers = {"Content-Disposition": f"attachment; filename={doc['id']}.zip"}
    return Response(packed, 200, headers, media_type="application/zip")

"""What there is: versions, resources, object types and their fields, limits, picklists."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from starlette.responses import Response

from . import ids
from .errors import Refused, answer, not_found
from .operation import VERSION_MAX, VERSION_MIN, Call

SEASONS = ("Winter", "Spring", "Summer")
RESOURCES = (
    "sobjects",
    "query",
    "queryAll",
    "search",
    "limits",
    "composite",
    "jobs",
    "tooling",
)


def _label(version: int) -> str:
    """Return a version's name: three a year, and v59 is the first one of '24."""
    year, season = divmod(version - 59, 3)
    return f"{SEASONS[season]} '{24 + year:02d}"


def versions(_: Call) -> Response:
    """Answer the API versions there are."""
    return answer(
        200,
        [
            {"label": _label(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
            for number in range(VERSION_MIN, VERSION_MAX + 1)
        ],
    )


def resources(call: Call) -> Response:
    """Answer the resources of a version."""
    identity = f"{call.origin}/id/{call.org.org_id}/{call.org.user_id}"
    return answer(200, {**{name: f"{call.base}/{name}" for name in RESOURCES}, "identity": identity})


def everything(call: Call) -> Response:
    """Answer every object type in short."""
    _not_modified(call)
    listed = [kind.listed(call.base) for kind in call.vendor.schema.kinds(call.org.org_id)]
    return answer(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": listed}, _last_modified(call))


def one(call: Call) -> Response:
    """Answer an object type with its fields."""
    try:
        kind = call.vendor.schema.kind(call.org.org_id, call.params["object"])
    except Refused:
        raise not_found() from None
    _not_modified(call)
    return answer(200, kind.described(call.base), _last_modified(call))


def _last_modified(call: Call) -> dict[str, str]:
    at = datetime.fromtimestamp(call.vendor.schema.changed_at(call.org.org_id) // 1000, UTC)
    return {"Last-Modified": format_datetime(at, usegmt=True)}


def _not_modified(call: Call) -> None:
    text = call.headers.get("if-modified-since", "")
    if not text:
        return
    try:
        since = parsedate_to_datetime(text).timestamp()
    except ValueError:
        return
    changed = call.vendor.schema.changed_at(call.org.org_id) // 1000
    # A change in the very second of the last look may have come after it.
    if changed < since:
        raise Refused(304, "NOT_MODIFIED", "")


def limits(call: Call) -> Response:
    """Answer the org's limits and what remains of them."""
    vendor, org = call.vendor, call.org.org_id
    most = vendor.settings.dailyLimit
    jobs = vendor.db.one("SELECT count(*) FROM salesforce_jobs WHERE org = ? AND kind = 'query'", org)[0]
    left = {
        "DailyApiRequests": (most, most - vendor.usage.used(org, vendor.now)),
        "DailyAsyncApexExecutions": (250_000, 250_000),
        "DailyBulkApiBatches": (15_000, 15_000),
        "DailyBulkV2QueryJobs": (10_000, 10_000 - jobs),
        "DailyDeliveredPlatformEvents": (25_000, 25_000),
        "HourlyPublishedPlatformEvents": (250_000, 250_000),
        "DataStorageMB": (11_000, 9000),
    }
    return answer(200, {name: {"Max": most, "Remaining": max(0, rest)} for name, (most, rest) in left.items()})


def picklists(call: Call) -> Response:
    """Answer the picklist values that a record type allows."""
    kind = call.vendor.schema.kind(call.org.org_id, call.params["object"])
    wanted = ids.full(call.params["type"])
    own = next((one for one in kind.all_record_types() if one.id == wanted), None)
    if own is None:
        raise not_found()
    found: dict[str, Any] = {}
    for field in kind.fields.values():
        if field.kind in ("picklist", "multipicklist"):
            found[field.name] = {
                "controllerValues": {},
                "defaultValue": None,
                "url": f"{call.base}/ui-api/object-info/{kind.name}/picklist-values/{call.params['type']}/{field.name}",
                "values": [
                    {"attributes": None, "label": value, "validFor": [], "value": value}
                    for value in field.values
                    if value in own.picklists.get(field.name, field.values)
                ],
            }
    return answer(200, {"picklistFieldValues": found})

"""Which records of a type were changed, or deleted, within a span of time."""

from __future__ import annotations

from starlette.responses import Response

from .errors import Refused, answer
from .operation import Call
from .values import moment_ms, moment_text

DAY_MS = 86_400_000
UPDATED_DAYS = 30
IDS_MAX = 600_000


def _span(call: Call, days: int) -> tuple[int, int]:
    """Return start and end in milliseconds; seconds are ignored. Raises Refused."""
    try:
        start, end = (moment_ms(call.args[name]) // 60_000 * 60_000 for name in ("start", "end"))
    except KeyError as error:
        raise Refused(400, "MISSING_ARGUMENT", f"{error.args[0]} must be specified") from None
    except ValueError:
        raise Refused(400, "INVALID_REPLICATION_DATE", "start and end must be ISO 8601 times with a zone") from None
    if end - start < 60_000:
        text = "endDate must be at least one minute greater than startDate"
        raise Refused(400, "INVALID_REPLICATION_DATE", text)
    if start < call.vendor.now - days * DAY_MS:
        raise Refused(400, "INVALID_REPLICATION_DATE", f"startDate cannot be more than {days} days ago")
    return start, end


def updated(call: Call) -> Response:
    """Answer the ids of records that were added or changed."""
    kind = call.vendor.schema.kind(call.org.org_id, call.params["object"])
    start, end = _span(call, UPDATED_DAYS)
    rows = call.vendor.db.all(
        "SELECT id FROM salesforce_records WHERE org = ? AND object = ? AND stamp >= ? AND stamp < ? "
        "AND deleted IS NULL ORDER BY stamp, id",
        call.org.org_id,
        kind.name,
        start,
        end,
    )
    if len(rows) > IDS_MAX:
        raise Refused(400, "EXCEEDED_ID_LIMIT", f"more than {IDS_MAX} records")
    covered = moment_text(min(end, call.vendor.now // 60_000 * 60_000))
    return answer(200, {"ids": [row[0] for row in rows], "latestDateCovered": covered})


def deleted(call: Call) -> Response:
    """Answer the records that were deleted or merged away and are still in the recycle bin."""
    kind = call.vendor.schema.kind(call.org.org_id, call.params["object"])
    days = call.vendor.settings.recycleBinDays
    start, end = _span(call, days)
    rows = call.vendor.db.all(
        "SELECT id, deleted FROM salesforce_records WHERE org = ? AND object = ? AND deleted >= ? AND deleted < ? "
        "ORDER BY deleted, id",
        call.org.org_id,
        kind.name,
        start,
        end,
    )
    return answer(
        200,
        {
            "deletedRecords": [{"id": row[0], "deletedDate": moment_text(row[1])} for row in rows],
            "earliestDateAvailable": moment_text(call.vendor.now - days * DAY_MS),
            "latestDateCovered": moment_text(min(end, call.vendor.now // 60_000 * 60_000)),
        },
    )

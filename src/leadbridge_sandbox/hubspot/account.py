"""Whose portal it is: account details and owners."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from .errors import answer, not_found
from .objects import limit_of
from .operation import Call


def identity(_: Call) -> Sequence[str]:
    """Return the scope account details need."""
    return ("oauth",)


def owners_read(_: Call) -> Sequence[str]:
    """Return the scope owners need."""
    return ("crm.objects.owners.read",)


def details(call: Call) -> Response:
    """Answer the portal's own details."""
    portal = call.hub.portals[call.principal.portal_id]
    now = datetime.fromtimestamp(call.hub.world.clock.now_ms() / 1000, UTC)
    offset = now.astimezone(ZoneInfo(portal.time_zone)).utcoffset()
    seconds = int(offset.total_seconds()) if offset is not None else 0
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return answer(
        200,
        {
            "portalId": portal.portal_id,
            "accountType": "STANDARD",
            "timeZone": portal.time_zone,
            "companyCurrency": portal.currency,
            "additionalCurrencies": [],
            "utcOffset": f"{'-' if seconds < 0 else '+'}{hours:02d}:{minutes:02d}",
            "utcOffsetMilliseconds": seconds * 1000,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        },
    )


def owners(call: Call) -> Response:
    """Answer the portal's owners by pages, live or archived, or the one with an e-mail address."""
    email, archived = call.query("email").lower(), call.query_flag("archived")
    found = [
        one
        for one in call.hub.owners(call.principal.portal_id)
        if one["archived"] is archived and email in ("", one["email"].lower())
    ]
    limit = limit_of(call.query("limit"), 100, 500)
    start = int(call.query("after") or 0) if (call.query("after") or "0").isdecimal() else 0
    body: dict[str, Any] = {"results": found[start : start + limit]}
    if start + limit < len(found):
        body["paging"] = {"next": {"after": str(start + limit)}}
    return answer(200, body)


def owner(call: Call) -> Response:
    """Answer one owner, by owner id or with `idProperty=userId` by user id."""
    key = "userId" if call.query("idProperty") == "userId" else "id"
    for one in call.hub.owners(call.principal.portal_id):
        if str(one[key]) == call.path("owner") and one["archived"] is call.query_flag("archived"):
            return answer(200, one)
    raise not_found()

"""Whose portal it is: account details and owners."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from .catalogue import CREATED
from .errors import answer, not_found
from .operation import Call
from .portal import Portal


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


def _owner(portal: Portal) -> dict[str, Any]:
    return {
        "id": portal.owner_id,
        "email": portal.user_email,
        "type": "PERSON",
        "firstName": portal.first_name,
        "lastName": portal.last_name,
        "userId": portal.user_id,
        "userIdIncludingInactive": portal.user_id,
        "createdAt": CREATED,
        "updatedAt": CREATED,
        "archived": False,
        "teams": [],
    }


def owners(call: Call) -> Response:
    """Answer the portal's owners, or the one with an e-mail address."""
    portal = call.hub.portals[call.principal.portal_id]
    email = call.query("email").lower()
    wanted = not call.query_flag("archived") and email in ("", portal.user_email.lower())
    return answer(200, {"results": [_owner(portal)] if wanted else []})


def owner(call: Call) -> Response:
    """Answer one owner, by owner id or with `idProperty=userId` by user id."""
    portal = call.hub.portals[call.principal.portal_id]
    own = str(portal.user_id) if call.query("idProperty") == "userId" else portal.owner_id
    if call.path("owner") != own:
        raise not_found()
    return answer(200, _owner(portal))

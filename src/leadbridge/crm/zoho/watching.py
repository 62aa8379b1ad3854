"""Ordering Zoho's notifications: one channel a connection, for every module that we look at, at most a week at a time.

The channel's id follows from the address, so ordering twice renews the one channel and never makes a second. Nothing is
kept here: what is ordered is read from Zoho and brought to what is wanted.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import SecretStr

from leadbridge.crm.errors import CallFailed
from leadbridge.crm.provider import Session
from leadbridge.crm.zoho import answers, errors, requests, unconfirmed
from leadbridge.crm.zoho.defaults import OBJECTS
from leadbridge.crm.zoho.values import EPOCH, moment, stamp
from leadbridge.crm.zoho.webhooks import channel_of
from leadbridge.kit.errors import InvalidInput
from leadbridge.security.transport import HttpResponse

LONGEST_SECRET = 50
LONGEST_ADDRESS = 255
"""Characters that Zoho takes."""
EVENTS = tuple(f"{module}.all" for module in OBJECTS)


async def watch(session: Session, address: str, secret: SecretStr) -> datetime:
    """Order notifications to ``address``, or renew them, and return when to do so again.

    Raises ``InvalidInput`` for an address or a secret that Zoho does not take, ``CallFailed``.
    """
    told = secret.get_secret_value()
    if not told or len(told) > LONGEST_SECRET:
        raise InvalidInput(f"Zoho takes a notification secret of 1 to {LONGEST_SECRET} characters.")
    if len(address) > LONGEST_ADDRESS or "?" in address:
        raise InvalidInput(f"Zoho takes a notification address of at most {LONGEST_ADDRESS} characters, without query.")
    channel = channel_of(address)
    found = await session.call(requests.channels(session.app, channel))
    there = answers.rows(answers.ensure(found, 200), "watch")
    now = _vendor_time(found)
    wanted: dict[str, Any] = {
        "channel_id": channel,
        "events": list(EVENTS),
        "channel_expiry": stamp(now + unconfirmed.CHANNEL_LIFE),
        "token": told,
        "notify_url": address,
        "return_affected_field_values": False,
        "notify_on_related_action": False,
    }
    response = await session.call(requests.subscribe(session.app, wanted, renew=bool(there)))
    if there and errors.refused_with(response, "NOT_SUBSCRIBED", "INVALID_DATA"):  # it ended in between
        response = await session.call(requests.subscribe(session.app, wanted, renew=False))
    body = answers.ensure(response, 200, 201, 202, 207)
    refused = [row for row in answers.rows(body, "watch") if row.get("code") != "SUCCESS"]
    if refused or not answers.rows(body, "watch"):
        raise CallFailed(errors.explain(response))
    return now + (_expiry(body, now) - now) * unconfirmed.RENEW_SHARE


async def unwatch(session: Session, address: str) -> None:
    """End the notifications to ``address``; none is no error. Raises ``CallFailed``."""
    response = await session.call(requests.unsubscribe(session.app, channel_of(address)))
    if not errors.refused_with(response, "NOT_SUBSCRIBED", "INVALID_DATA"):
        answers.ensure(response, 200, 207)


def _expiry(body: dict[str, Any], now: datetime) -> datetime:
    """Return the earliest end that Zoho tells, which may be sooner than what was asked for."""
    ends = [
        moment(str(event.get("channel_expiry") or ""))
        for row in answers.rows(body, "watch")
        for event in answers.rows(row.get("details") or {}, "events")
    ]
    known = [end for end in ends if end > EPOCH]
    return max(min(known, default=now + timedelta(hours=1)), now + timedelta(minutes=2))


def _vendor_time(response: HttpResponse) -> datetime:
    """Return the time at the vendor, whose clock decides how long a channel may live."""
    try:
        at = parsedate_to_datetime(response.headers.get("date", ""))
    except ValueError:
        return datetime.now(UTC)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)

"""HubSpot's webhooks: one address an app, signed with the app's secret (v3), events of many accounts in one call.

Source: HubSpot's documentation of request validation. The signature covers the public address, which only our own
configuration knows: what a proxy says about itself is not looked at.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import orjson
from pydantic import SecretStr

from leadbridge.crm.errors import WebhookRefused
from leadbridge.crm.hubspot import unconfirmed
from leadbridge.crm.hubspot.defaults import SINGULAR, TYPE_IDS
from leadbridge.crm.model import Delivery, Hint
from leadbridge.kit.errors import InvalidInput

SIGNATURE = "x-hubspot-signature-v3"
TIMESTAMP = "x-hubspot-request-timestamp"
OLDEST = timedelta(minutes=5)
MAX_EVENTS = 1000
"""HubSpot sends at most 100 in one call; more than this is not HubSpot."""
_DECODED = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}
"""The only escapes of the address that are taken back before it is signed."""
_CHANGES: Mapping[str, Literal["changed", "gone", "merged"]] = {
    "creation": "changed",
    "propertyChange": "changed",
    "associationChange": "changed",
    "restore": "changed",
    "deletion": "gone",
    "privacyDeletion": "gone",
    "merge": "merged",
}


def signature(secret: SecretStr, delivery: Delivery, timestamp: str) -> str:
    """Return the v3 signature of a call: HMAC-SHA256 over method, address, raw body and timestamp, in Base64."""
    signed = b"".join((delivery.method.encode(), decoded(delivery.url).encode(), delivery.body, timestamp.encode()))
    mac = hmac.new(secret.get_secret_value().encode(), signed, hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def decoded(url: str) -> str:
    """Return an address as it is signed."""
    for escape, plain in _DECODED.items():
        url = url.replace(escape, plain).replace(escape.lower(), plain)
    return url


def verify(secret: SecretStr, delivery: Delivery) -> None:
    """Raise ``WebhookRefused`` unless the call is HubSpot's and not older than five minutes."""
    sent, timestamp = delivery.headers.get(SIGNATURE, ""), delivery.headers.get(TIMESTAMP, "")
    if not sent or not timestamp:
        raise WebhookRefused(
            "The call carries no HubSpot signature of version 3.", hint="Only HubSpot itself may call this address."
        )
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 15):
        raise WebhookRefused("The call's timestamp is not a number of milliseconds.")
    # compared as numbers: a time beyond the calendar must be refused like any other
    age = round(delivery.received_at.timestamp() * 1000) - int(timestamp)
    if not -_ms(unconfirmed.FUTURE_TOLERANCE) <= age <= _ms(OLDEST):
        raise WebhookRefused(
            "The call is older than five minutes, or from the future.",
            hint="If HubSpot's own calls are refused, set this machine's clock by NTP.",
        )
    if not hmac.compare_digest(signature(secret, delivery, timestamp).encode(), sent.encode()):
        raise WebhookRefused(
            "The signature does not match the call.",
            hint="HUBSPOT_CLIENT_SECRET must be this app's, and LEADBRIDGE_PUBLIC_URL the address set at HubSpot.",
        )


def _ms(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)


def hints(body: bytes) -> tuple[Hint, ...]:
    """Return what the events of a genuine call say, in order; events about what we do not know are left out.

    Raises ``InvalidInput`` for a body that is no list of events.
    """
    try:
        events = orjson.loads(body)
    except orjson.JSONDecodeError:
        events = None
    if not isinstance(events, list) or len(events) > MAX_EVENTS or not all(isinstance(one, dict) for one in events):
        raise InvalidInput("The body is not a list of HubSpot events.")
    found = (hint(event) for event in events)
    return tuple(one for one in found if one is not None)


def hint(event: Mapping[str, Any]) -> Hint | None:
    """Return what one event says, or None where it is about nothing of ours."""
    name = next((str(event[key]) for key in unconfirmed.EVENT_TYPE_KEYS if event.get(key)), "")
    noun, _, action = name.partition(".")
    object = TYPE_IDS.get(str(event.get("objectTypeId"))) if noun == "object" else SINGULAR.get(noun)
    change = _CHANGES.get(action)
    id = event.get("fromObjectId") or event.get("objectId") or event.get("primaryObjectId")
    portal, at = event.get("portalId"), event.get("occurredAt")
    if object is None or change is None or id is None or portal is None or not isinstance(at, int):
        return None
    try:
        occurred = datetime.fromtimestamp(at / 1000, UTC)
    except (OverflowError, ValueError, OSError):  # beyond the calendar
        return None
    into = event.get("newObjectId") or event.get("primaryObjectId") if change == "merged" else None
    # an event id is not unique at HubSpot; only all of these together tell an event from others
    parts = (portal, name, id, event.get("propertyName"), event.get("eventId"), at, event.get("toObjectId"))
    return Hint(
        key=hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest(),
        account_id=str(portal),
        object=object,
        record_id=str(id),
        change=change,
        at=occurred,
        into=str(into) if into else None,
        ours=event.get("changeSource") == "INTEGRATION" and str(event.get("sourceId")) == str(event.get("appId")),
    )

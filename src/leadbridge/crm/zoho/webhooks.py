"""Zoho's notifications: ordered for each connection, unsigned, proved by a secret that comes back with each of them.

Source: Zoho's documentation of the notification API and a recorded delivery. A delivery has no signature, no event id
and no earlier values; only the ids of the records are taken from it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import orjson

from leadbridge.crm.errors import WebhookRefused
from leadbridge.crm.model import Delivery, Hint
from leadbridge.kit.errors import InvalidInput

MAX_IDS = 1000
"""More records than this in one call are not Zoho."""
_CHANGES: Mapping[str, Literal["changed", "gone"]] = {"insert": "changed", "update": "changed", "delete": "gone"}
_ONLY_OURS = "Only Zoho may call this address, with what this connection gave it."


def channel_of(address: str) -> str:
    """Return the id of the channel that sends to ``address``: a number of ours, the same for each order of it."""
    return str(int.from_bytes(hashlib.sha256(address.encode()).digest()[:7], "big") + 1)


def read(delivery: Delivery) -> tuple[Hint, ...]:
    """Return what a genuine delivery says; raises ``WebhookRefused`` for any other.

    Its token and its channel are compared in constant time, both always, with what the connection ordered.
    """
    body = _object(delivery.body)
    secret = delivery.secret.get_secret_value() if delivery.secret is not None else ""
    token = body.get("token")
    proved = hmac.compare_digest((token if isinstance(token, str) else "").encode(), secret.encode())
    told, ours = str(body.get("channel_id") or ""), channel_of(delivery.url.partition("?")[0])
    known = hmac.compare_digest(told.encode(), ours.encode())
    if not (secret and proved and known):
        raise WebhookRefused("The call does not carry the secret of this connection's notifications.", hint=_ONLY_OURS)
    return hints(body)


def hints(body: Mapping[str, Any]) -> tuple[Hint, ...]:
    """Return what a proved delivery says: nothing where it is about no records. Raises ``InvalidInput``."""
    change = _CHANGES.get(str(body.get("operation")))
    module, ids = body.get("module"), body.get("ids")
    if change is None or not isinstance(module, str) or not isinstance(ids, list) or len(ids) > MAX_IDS:
        raise InvalidInput("The body is not one of Zoho's notifications.")
    records = sorted({str(id) for id in ids if isinstance(id, str | int)})
    at = _time(body.get("server_time"))
    event = "|".join((str(body.get("channel_id")), str(body["operation"]), *records, str(body.get("server_time"))))
    return tuple(
        Hint(
            key=hashlib.sha256(f"{event}#{id}".encode()).hexdigest(),
            account_id="",
            object=module,
            record_id=id,
            change=change,
            at=at,
        )
        for id in records
    )


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise WebhookRefused("The call is not one of Zoho's notifications.", hint=_ONLY_OURS)
    return body


def _time(value: Any) -> datetime:
    try:
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise InvalidInput("The notification's time is not a number of milliseconds.") from error

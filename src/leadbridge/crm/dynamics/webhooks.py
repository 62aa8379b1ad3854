"""Dynamics' webhooks: a static secret in the address, and a context of which only ids are used.

Source: Microsoft's documentation of webhooks for Dataverse. Nothing is signed and nothing dated: whoever knows the
secret can say what he likes, which is why a hint only tells which record to look at. Deliveries are lost when the hub
is away for longer than a moment (one more try after 502, 503 and 504), so changes are walked besides.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import orjson

from leadbridge.crm.dynamics import unconfirmed
from leadbridge.crm.dynamics.tables import TABLES
from leadbridge.crm.dynamics.values import GUID
from leadbridge.crm.errors import WebhookRefused
from leadbridge.crm.model import Delivery, Hint
from leadbridge.kit.errors import InvalidInput

CODE = "code"
"""The query's name for the secret, as Dataverse's way of authentication "webhook key" sends it."""
_MOMENT = re.compile(r"/Date\((-?\d{1,17})([+-]\d{4})?\)/")
_CHANGES: Mapping[str, Literal["changed", "gone", "merged"]] = {
    "Create": "changed",
    "Update": "changed",
    "Assign": "changed",
    "Delete": "gone",
    "Merge": "changed",
}


def verify(delivery: Delivery) -> None:
    """Raise ``WebhookRefused`` unless the call carries the secret that this connection's webhooks were ordered with."""
    sent = parse_qs(urlsplit(delivery.url).query).get(CODE, [""])[0]
    wanted = "" if delivery.secret is None else delivery.secret.get_secret_value()
    if not wanted or not hmac.compare_digest(sent.encode(), wanted.encode()):
        raise WebhookRefused(
            "The call does not carry this connection's secret.",
            hint="Test the connection: that orders its webhooks anew, with the secret of today.",
        )


def hints(delivery: Delivery) -> tuple[Hint, ...]:
    """Return what a genuine call says. Raises ``InvalidInput`` for a body that is no execution context."""
    try:
        context = orjson.loads(delivery.body)
    except orjson.JSONDecodeError:
        context = None
    if not isinstance(context, dict):
        raise InvalidInput("The body is not an execution context of Dynamics.")
    found = hint(context, delivery.received_at)
    return () if found is None else (found,)


def hint(context: Mapping[str, Any], received_at: datetime) -> Hint | None:
    """Return what one context says, or None where it is about nothing of ours."""
    table, id = str(context.get("PrimaryEntityName")), str(context.get("PrimaryEntityId"))
    change = _CHANGES.get(str(context.get("MessageName")))
    if table not in TABLES or change is None or not GUID.fullmatch(id):
        return None
    parts = (context.get("OrganizationId"), context.get("OperationId"), context.get("CorrelationId"), table, id, change)
    return Hint(
        key=hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest(),
        account_id=str(context.get("OrganizationId") or "").lower(),
        object=table,
        record_id=id.lower(),
        change=change,
        at=_moment(context.get("OperationCreatedOn")) or received_at,
        ours=_tagged(context.get("SharedVariables")),
    )


def _moment(text: Any) -> datetime | None:
    """Return a time as .NET writes it: milliseconds since 1970 in UTC, whatever zone stands behind them."""
    found = _MOMENT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    try:
        return datetime.fromtimestamp(int(found[1]) / 1000, UTC)
    except (OverflowError, ValueError, OSError):  # beyond the calendar
        return None


def _tagged(variables: Any) -> bool:
    """Return whether the change was written with our tag. Collections are lists of key and value."""
    if not isinstance(variables, list):
        return False
    return any(
        isinstance(one, dict)
        and one.get("key") == unconfirmed.TAG_VARIABLE
        and one.get("value") == unconfirmed.WRITE_TAG
        for one in variables
    )

"""The webhooks API: an app's target address and its subscriptions, by a developer's key."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from ..clock import iso_ms
from .errors import VendorError, answer, not_found, validation
from .hooks import Doc
from .object_types import OBJECT_TYPES, object_type
from .operation import Call
from .portal import DEVELOPER_KEY

SUBSCRIPTIONS_MAX = 1000
CONCURRENCY_LEAST = 5
ACTIONS = ("creation", "deletion", "merge", "restore", "propertyChange", "associationChange", "privacyDeletion")
NOT_SUBSCRIBABLE = ("hs_lastmodifieddate", "lastmodifieddate", "num_unique_conversion_events")


def _app(call: Call) -> int:
    """Return the app the path names. Raises VendorError 401 without the developer's key, 404 for an unknown app."""
    if call.query("hapikey") != DEVELOPER_KEY:
        raise VendorError(401, "This API needs a developer API key", "INVALID_AUTHENTICATION")
    text = call.path("app")
    if not any(str(app.app_id) == text for app in call.hub.apps.values()):
        raise not_found()
    return int(text)


def _now(call: Call) -> str:
    return iso_ms(call.hub.world.clock.now_ms())


def settings_read(call: Call) -> Response:
    """Answer the target address and the concurrency."""
    settings = call.hub.hooks.of(_app(call))["settings"]
    if settings is None:
        raise not_found()
    return answer(200, settings)


def settings_write(call: Call) -> Response:
    """Set the target address, one for each app, and the concurrency."""
    app, given = _app(call), call.json()
    doc = call.hub.hooks.of(app)
    call.hub.hooks.keep(app, {**doc, "settings": settings_of(given, doc["settings"], _now(call))})
    return answer(200, call.hub.hooks.of(app)["settings"])


def settings_of(given: Doc, before: Doc | None, now: str) -> Doc:
    """Return checked settings. Raises VendorError 400."""
    target = given.get("targetUrl")
    parts = urlsplit(target) if isinstance(target, str) else None
    local = parts is not None and parts.hostname in ("127.0.0.1", "localhost")
    if parts is None or not (parts.scheme == "https" or local):
        raise validation("targetUrl must be an https address")
    if parts.query:
        raise validation("targetUrl may not have a query here: signatures of such addresses are easily got wrong")
    throttling = given.get("throttling") or {"maxConcurrentRequests": 10}
    concurrent = throttling.get("maxConcurrentRequests") if isinstance(throttling, dict) else None
    if not isinstance(concurrent, int) or concurrent <= CONCURRENCY_LEAST:
        raise validation(f"maxConcurrentRequests must be greater than {CONCURRENCY_LEAST}")
    return {
        "targetUrl": target,
        "throttling": {"maxConcurrentRequests": concurrent},
        "createdAt": before["createdAt"] if before else now,
        "updatedAt": now,
    }


def settings_delete(call: Call) -> Response:
    """Remove the settings: nothing is sent any more; 204."""
    app = _app(call)
    call.hub.hooks.keep(app, {**call.hub.hooks.of(app), "settings": None})
    return answer(204, None)


def listed(call: Call) -> Response:
    """Answer every subscription."""
    return answer(200, {"results": call.hub.hooks.of(_app(call))["subscriptions"]})


def _one(doc: Doc, subscription: str) -> Doc:
    found: Doc | None = next((one for one in doc["subscriptions"] if one["id"] == subscription), None)
    if found is None:
        raise not_found()
    return found


def read(call: Call) -> Response:
    """Answer one subscription."""
    return answer(200, _one(call.hub.hooks.of(_app(call)), call.path("subscription")))


def create(call: Call) -> Response:
    """Add a subscription; it is paused unless it says `active`; 201."""
    app = _app(call)
    doc, made = added(call.hub.hooks.of(app), call.json(), _now(call))
    call.hub.hooks.keep(app, doc)
    return answer(201, made)


def added(doc: Doc, given: Doc, now: str) -> tuple[Doc, Doc]:
    """Return an app's document with a new subscription, and the subscription. Raises VendorError 400."""
    event_type = given.get("eventType")
    noun, _, action = event_type.partition(".") if isinstance(event_type, str) else ("", "", "")
    if noun not in ("object", *(kind.singular for kind in OBJECT_TYPES)) or action not in ACTIONS:
        raise validation(f"{event_type!r} is not an event type")
    if action == "privacyDeletion" and noun != "contact":
        raise validation("only contact.privacyDeletion exists")
    name = given.get("propertyName") or None
    if action == "propertyChange" and (not isinstance(name, str) or name in NOT_SUBSCRIBABLE):
        raise validation("a propertyChange subscription needs a propertyName that can be subscribed to")
    if len(doc["subscriptions"]) >= SUBSCRIPTIONS_MAX:
        raise validation(f"Couldn't create another subscription. There are {SUBSCRIPTIONS_MAX} already.")
    type_id = object_type(str(given.get("objectTypeId") or "")).type_id if noun == "object" else None
    if any(
        (one["eventType"], one.get("propertyName"), one.get("objectTypeId")) == (event_type, name, type_id)
        for one in doc["subscriptions"]
    ):
        raise validation("this subscription exists already")
    made: Doc = {
        "id": str(doc["next"]),
        "eventType": event_type,
        "active": given.get("active") is True,
        "createdAt": now,
        "updatedAt": now,
    }
    if name:
        made["propertyName"] = name
    if type_id:
        made["objectTypeId"] = type_id
    return {**doc, "subscriptions": [*doc["subscriptions"], made], "next": doc["next"] + 1}, made


def _switch(call: Call, doc: Doc, subscription: str, active: Any) -> tuple[Doc, Doc]:
    if not isinstance(active, bool):
        raise validation("Invalid input JSON: Some required fields were not set: [active]")
    before = _one(doc, subscription)
    after = {**before, "active": active, "updatedAt": _now(call)}
    return {**doc, "subscriptions": [after if one is before else one for one in doc["subscriptions"]]}, after


def update(call: Call) -> Response:
    """Switch a subscription on or off; 200."""
    app = _app(call)
    doc, after = _switch(call, call.hub.hooks.of(app), call.path("subscription"), call.json().get("active"))
    call.hub.hooks.keep(app, doc)
    return answer(200, after)


def batch_update(call: Call) -> Response:
    """Switch several subscriptions; 200."""
    app, started = _app(call), _now(call)
    doc, results = call.hub.hooks.of(app), []
    for item in call.json().get("inputs") or []:
        doc, after = _switch(call, doc, str(item.get("id")), item.get("active"))
        results.append(after)
    call.hub.hooks.keep(app, doc)
    return answer(200, {"status": "COMPLETE", "results": results, "startedAt": started, "completedAt": _now(call)})


def delete(call: Call) -> Response:
    """Remove a subscription; 204."""
    app = _app(call)
    doc = call.hub.hooks.of(app)
    gone = _one(doc, call.path("subscription"))
    call.hub.hooks.keep(app, {**doc, "subscriptions": [one for one in doc["subscriptions"] if one is not gone]})
    return answer(204, None)

"""`/actions/watch`: ask for notifications, renew, change, list and end them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from . import unconfirmed
from .call import Call
from .catalogue import Module
from .errors import ItemError, Json, answer, invalid_param, invalid_value, mandatory, missing_param
from .reading import page_number, per_page
from .times import iso, seconds_of
from .writes import respond

WATCHES_MAX = 50
LONGEST = 7 * 86_400
USUAL = 3600
_ACTIONS = ("create", "edit", "delete", "all")


def _each(call: Call, work: Callable[[Json, str], list[Json]], message: str, done: int) -> Response:
    rows: list[Json] = []
    failures: list[ItemError] = []
    for place, given in enumerate(call.rows("watch", WATCHES_MAX)):
        try:
            details = {"events": work(given, f"$.watch[{place}]")}
            rows.append({"code": "SUCCESS", "details": details, "message": message, "status": "success"})
        except ItemError as error:
            failures.append(error)
            rows.append(error.row())
    return respond(rows, failures, done, "watch")


def _channel(given: Json, path: str) -> str:
    channel = given.get("channel_id")
    if channel is None:
        raise mandatory("channel_id", f"{path}.channel_id")
    if not str(channel).isdecimal() or int(str(channel)) >= 2**63:
        raise invalid_value("channel_id", f"{path}.channel_id", expected_data_type="bigint")
    return str(int(str(channel)))


def _events(call: Call, given: Json, path: str) -> dict[str, list[str]]:
    """Return what is watched, by module."""
    events = given.get("events")
    if not events:
        raise mandatory("events", f"{path}.events")
    if not isinstance(events, list):
        raise invalid_value("events", f"{path}.events", expected_data_type="jsonarray")
    found: dict[str, list[str]] = {}
    for place, text in enumerate(events):
        name, _, action = str(text).rpartition(".")
        module = call.zoho.definitions(call.principal.org.zgid).module(name)
        if module is None or action not in _ACTIONS:
            raise invalid_value("events", f"{path}.events[{place}]")
        found.setdefault(module.api_name, []).append(action)
    return found


def _url(given: Json, path: str) -> str:
    url = given.get("notify_url")
    if not url:
        raise mandatory("notify_url", f"{path}.notify_url")
    parts = urlsplit(str(url))
    # Zoho takes https only; a test's receiver on this machine has none
    here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    if not (parts.scheme == "https" or here) or len(str(url)) > 255:
        raise invalid_value("notify_url", f"{path}.notify_url")
    return str(url)


def _expiry(call: Call, given: Json) -> int:
    """Return when a channel ends, in seconds: an hour from now unless a usable time within a week was asked for."""
    now, asked = call.zoho.now(), seconds_of(str(given.get("channel_expiry") or ""))
    return asked if asked is not None and now < asked <= now + LONGEST else now + USUAL


def _selection(call: Call, given: Json, module: str, path: str) -> Any:
    for place, condition in enumerate(given.get("notification_condition") or []):
        about = (condition.get("module") or {}).get("api_name")
        if condition.get("type") != "field_selection":
            raise invalid_value("type", f"{path}.notification_condition[{place}].type")
        if about == module:
            names = _field_names(condition.get("field_selection") or {})
            known = call.zoho.definitions(call.principal.org.zgid).fields(module)
            wrong = [name for name in names if name not in known]
            if wrong or not names or len(names) > 10:
                raise invalid_value("field_selection", f"{path}.notification_condition[{place}].field_selection")
            return condition["field_selection"]
    return None


def _field_names(node: Mapping[str, Any]) -> list[str]:
    if "field" in node:
        return [str(node["field"].get("api_name"))]
    return [name for part in node.get("group") or [] for name in _field_names(part)]


def _token(given: Json, path: str) -> str | None:
    token = given.get("token")
    if token is not None and (not isinstance(token, str) or len(token) > 50):
        raise invalid_value("token", f"{path}.token", maximum_length=50)
    return token


def _shown(call: Call, module: Module, channel: str, expires: int) -> Json:
    return {
        "channel_expiry": iso(expires, call.principal.org.time_zone),
        "resource_uri": _uri(call, module),
        "resource_id": module.as_json()["id"],
        "resource_name": module.api_name,
        "channel_id": channel,
    }


def _uri(call: Call, module: Module) -> str:
    return f"{call.zoho.server(call.location)}/crm/v8/{module.api_name}"


def _set(call: Call, given: Json, path: str, channel: str) -> list[Json]:
    zgid, watch = call.principal.org.zgid, call.zoho.watch
    events, url, expires = _events(call, given, path), _url(given, path), _expiry(call, given)
    token = _token(given, path)
    docs = {
        name: {
            "events": actions,
            "notify_url": url,
            "token": token,
            "resource_uri": _uri(call, call.module(name)),
            "return_affected_field_values": given.get("return_affected_field_values") is True,
            "notify_on_related_action": given.get("notify_on_related_action") is not False,
            "notification_condition": given.get("notification_condition"),
            "selection": _selection(call, given, name, path),
        }
        for name, actions in events.items()
    }
    watch.drop(zgid, channel)
    for name, doc in docs.items():
        watch.keep(zgid, channel, name, expires, doc)
    return [_shown(call, call.module(name), channel, expires) for name in docs]


def _known(call: Call, channel: str, path: str) -> None:
    if channel not in {row[0] for row in call.zoho.watch.channels(call.principal.org.zgid)}:
        text = "the channel given is not subscribed"
        details = {"api_name": "channel_id", "json_path": f"{path}.channel_id", "channel_id": channel}
        raise ItemError("NOT_SUBSCRIBED", text, details)


def create(call: Call) -> Response:
    """Ask for notifications; 201, 207 or 400."""

    def work(given: Json, path: str) -> list[Json]:
        channel = _channel(given, path)
        taken = channel in {row[0] for row in call.zoho.watch.channels(call.principal.org.zgid)}
        if taken and unconfirmed.CHANNEL_POSTED_AGAIN == "refused":
            raise ItemError("DUPLICATE_DATA", "duplicate data", {"api_name": "channel_id", "json_path": path})
        return _set(call, given, path, channel)

    return _each(call, work, "Successfully subscribed for actions-watch of the given module", 201)


def replace(call: Call) -> Response:
    """Renew channels, or give them other events, address or token; 200, 207 or 400."""

    def work(given: Json, path: str) -> list[Json]:
        channel = _channel(given, path)
        _known(call, channel, path)
        return _set(call, given, path, channel)

    return _each(call, work, "Successfully updated the subscribe details", 200)


def change(call: Call) -> Response:
    """Change some of a channel, or with `_delete_events` let it watch less; 200, 207 or 400."""
    watch, zgid = call.zoho.watch, call.principal.org.zgid

    def work(given: Json, path: str) -> list[Json]:
        channel = _channel(given, path)
        _known(call, channel, path)
        live = {module: (expires, doc) for one, module, expires, doc in watch.channels(zgid) if one == channel}
        shown = []
        if given.get("_delete_events") is True:
            for name, actions in _events(call, given, path).items():
                if name not in live:
                    continue
                expires, doc = live[name]
                left = [action for action in doc["events"] if action not in actions]
                watch.drop(zgid, channel, name)
                if left:
                    watch.keep(zgid, channel, name, expires, {**doc, "events": left})
                shown.append(_shown(call, call.module(name), channel, expires))
            return shown
        more: Json = {"notify_url": _url(given, path)} if "notify_url" in given else {}
        more |= {"token": _token(given, path)} if "token" in given else {}
        for name, (expires, doc) in live.items():
            ends = _expiry(call, given) if "channel_expiry" in given else expires
            watch.keep(zgid, channel, name, ends, {**doc, **more})
            shown.append(_shown(call, call.module(name), channel, ends))
        return shown

    deleting = any(row.get("_delete_events") is True for row in call.rows("watch", WATCHES_MAX))
    text = "Successfully removed the subscribe details" if deleting else "Successfully updated the subscribe details"
    return _each(call, work, text, 200)


def listed(call: Call) -> Response:
    """Answer the live channels; 204 without any."""
    org = call.principal.org
    rows = [
        _shown(call, call.module(module), channel, expires)
        | {
            "events": [f"{module}.{action}" for action in doc["events"]],
            "notify_url": doc["notify_url"],
            "token": doc["token"],
            "notify_on_related_action": doc["notify_on_related_action"],
            "return_affected_field_values": doc["return_affected_field_values"],
            "notification_condition": doc["notification_condition"],
        }
        for channel, module, expires, doc in call.zoho.watch.channels(org.zgid)
        if call.query("channel_id", channel) == channel and call.query("module", module) == module
    ]
    page, size = page_number(call), per_page(call)
    shown = rows[(page - 1) * size : page * size]
    if not shown:
        return answer(204, None)
    info = {"per_page": size, "count": len(shown), "page": page, "more_records": len(rows) > page * size}
    return answer(200, {"watch": shown, "info": info})


def end(call: Call) -> Response:
    """End channels; 200, 207 or 400."""
    channels = [part.strip() for part in call.query("channel_ids").split(",") if part.strip()]
    if not channels:
        raise missing_param("channel_ids")
    if len(channels) > WATCHES_MAX:
        raise invalid_param("channel_ids", limit=WATCHES_MAX)
    rows: list[Json] = []
    failures: list[ItemError] = []
    zgid = call.principal.org.zgid
    for place, channel in enumerate(channels):
        live = [module for one, module, _, _ in call.zoho.watch.channels(zgid) if one == channel]
        try:
            _known(call, channel, f"$.query.channel_ids[{place}]")
        except ItemError as error:
            failures.append(error)
            rows.append(error.row())
            continue
        call.zoho.watch.drop(zgid, channel)
        for name in live:
            module = call.module(name)
            details = {"resource_uri": _uri(call, module), "resource_id": module.as_json()["id"], "channel_id": channel}
            text = "Successfully un-subscribed from actions-watch"
            rows.append({"code": "SUCCESS", "details": details, "message": text, "status": "success"})
    return respond(rows, failures, 200, "watch")

"""The properties API: what fields an object type has, and adding one's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from ..clock import iso_ms
from .definitions import Definitions
from .errors import VendorError, answer, validation
from .operation import Call


def reading(call: Call) -> Sequence[str]:
    """Return the scopes of which reading definitions needs one."""
    return call.kind.schema_read_scopes


def writing(call: Call) -> Sequence[str]:
    """Return the scopes of which changing definitions needs one."""
    return (call.kind.schema_write_scope,)


def _definitions(call: Call) -> Definitions:
    return call.hub.definitions(call.principal.portal_id, call.kind.name)


def list_all(call: Call) -> Response:
    """Answer every property; this list is not paged."""
    return answer(200, {"results": _definitions(call).listed(archived=call.query_flag("archived"))})


def read(call: Call) -> Response:
    """Answer one property."""
    return answer(200, _definitions(call).get(call.path("property"), archived=call.query_flag("archived")))


def create(call: Call) -> Response:
    """Add a property, or restore an archived one; 201."""
    return answer(201, _definitions(call).create(call.json()))


def update(call: Call) -> Response:
    """Change a property; 200."""
    return answer(200, _definitions(call).change(call.path("property"), call.json()))


def archive(call: Call) -> Response:
    """Archive a property; 204."""
    _definitions(call).archive(call.path("property"))
    return answer(204, None)


def groups(call: Call) -> Response:
    """Answer the groups properties are shown in."""
    shown = [
        {"name": name, "label": label, "displayOrder": place, "archived": False}
        for place, (name, label) in enumerate(_definitions(call).groups.items())
    ]
    return answer(200, {"results": shown})


def batch_read(call: Call) -> Response:
    """Answer several properties by name; 207 when some do not exist."""
    definitions, started = _definitions(call), call.hub.world.clock.now_ms()
    inputs = call.json().get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(item, dict) for item in inputs):
        raise validation("Invalid input JSON: Some required fields were not set: [inputs]")
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for item in inputs:
        try:
            results.append(definitions.get(str(item.get("name"))))
        except VendorError as error:
            errors.append(
                {
                    "status": "error",
                    "category": "OBJECT_NOT_FOUND",
                    "message": error.message,
                    "context": {"name": [str(item.get("name"))]},
                }
            )
    body: dict[str, Any] = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": iso_ms(started),
        "completedAt": iso_ms(call.hub.world.clock.now_ms()),
    }
    if errors:
        body.update(numErrors=len(errors), errors=errors)
    return answer(207 if errors else 200, body)

"""The one form of every answer: ``{"success": true, "data": ...}`` or ``{"success": false, "error": {...}}``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from pydantic import BaseModel
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from leadbridge.kit.clock import to_text
from leadbridge.kit.cursors import encode_cursor
from leadbridge.kit.errors import LeadbridgeError
from leadbridge.storage.query import Position

REPEAT_BODY = "repeat_body"
"""Where a response leaves, in the request's state, the body to be stored for a repetition in place of its own."""
UNSETTLED = "unsettled"
"""Set in the request's state where the same request may fare otherwise in a moment."""


class NotedResponse(Response):
    """A response that leaves notes in the request's state for the middleware around it."""

    def __init__(self, content: bytes, status: int, headers: Mapping[str, str], notes: Mapping[str, object]) -> None:
        super().__init__(content, status, dict(headers), media_type="application/json")
        self._notes = notes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {}).update(self._notes)
        await super().__call__(scope, receive, send)


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(value, datetime):
        return to_text(value)
    raise TypeError(f"a {type(value).__name__} has no place in an answer")


def to_json(content: object) -> bytes:
    """Return ``content`` as JSON: models in camelCase with unset fields left out, times in UTC with ``Z``."""
    return orjson.dumps(content, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def answer(
    content: Mapping[str, object],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    secrets: Sequence[str] = (),
) -> Response:
    """Return a JSON response of exactly ``content``.

    ``secrets`` are dotted paths of what is shown this once: an answer repeated for its ``Idempotency-Key`` lacks them,
    and has ``secretShown: true`` beside where they were.
    """
    body = to_json(content)
    if not secrets:
        return NotedResponse(body, status, headers or {}, {})
    return NotedResponse(body, status, headers or {}, {REPEAT_BODY: without_secrets(body, secrets)})


def without_secrets(body: bytes, secrets: Sequence[str]) -> bytes:
    """Return a JSON body without what stands at dotted paths; a path that leads nowhere is a ``KeyError``."""
    plain = orjson.loads(body)
    for path in secrets:
        *parents, name = path.split(".")
        here = plain
        for parent in parents:
            here = here[parent]
        del here[name]
        here["secretShown"] = True
    return orjson.dumps(plain)


def ok(data: object, status: int = 200, *, secrets: Sequence[str] = ()) -> Response:
    """Return ``data`` in the envelope; ``secrets`` as in ``answer``, within ``data``."""
    return answer({"success": True, "data": data}, status, secrets=[f"data.{path}" for path in secrets])


def page(items: Sequence[object], next_position: Position | str | None) -> Response:
    """Return a list in the envelope, with the cursor of its next page (null on the last) beside it."""
    cursor = encode_cursor(next_position) if isinstance(next_position, tuple) else next_position
    return answer({"success": True, "data": items, "nextCursor": cursor})


def failure(error: LeadbridgeError, request_id: str) -> Response:
    """Return an error in the envelope."""
    body: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "requestId": request_id,
        "details": error.details,
    }
    notes = {UNSETTLED: True} if error.retryable else {}
    return NotedResponse(to_json({"success": False, "error": body}), error.status, error.headers, notes)

"""The one form of every answer: ``{"success": true, "data": ...}`` or ``{"success": false, "error": {...}}``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from pydantic import BaseModel
from starlette.responses import Response

from leadbridge.kit.clock import to_text
from leadbridge.kit.cursors import encode_cursor
from leadbridge.kit.errors import LeadbridgeError
from leadbridge.storage.query import Position


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(value, datetime):
        return to_text(value)
    raise TypeError(f"a {type(value).__name__} has no place in an answer")


def to_json(content: object) -> bytes:
    """Return ``content`` as JSON: models in camelCase with unset fields left out, times in UTC with ``Z``."""
    return orjson.dumps(content, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def answer(content: Mapping[str, object], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON response of exactly ``content``."""
    return Response(to_json(content), status, dict(headers or {}), media_type="application/json")


def ok(data: object, status: int = 200) -> Response:
    """Return ``data`` in the envelope."""
    return answer({"success": True, "data": data}, status)


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
    return answer({"success": False, "error": body}, error.status, error.headers)

"""Opaque page cursors: where a list goes on, as text that survives a URL. A cursor carries no rights and no secret."""

from __future__ import annotations

import base64
import binascii
from types import NoneType

import orjson

from leadbridge.kit.errors import InvalidInput
from leadbridge.kit.values import Value

MAX_LENGTH = 2048


def encode_cursor(position: tuple[Value | None, ...]) -> str:
    """Return a keyset position as URL-safe text."""
    return base64.urlsafe_b64encode(orjson.dumps(list(position))).rstrip(b"=").decode()


def decode_cursor(text: str) -> tuple[Value | None, ...]:
    """Return the keyset position in ``text``; raises ``InvalidInput`` for anything we did not make."""
    try:
        if len(text) > MAX_LENGTH:
            raise ValueError("too long")
        values = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        if (
            not isinstance(values, list)
            or not values
            or not all(type(v) in (str, int, float, bool, NoneType) for v in values)
        ):
            raise ValueError("not a position")
    except (ValueError, binascii.Error) as error:
        raise InvalidInput(
            "The cursor is not one that this list has given.",
            code="invalid_cursor",
            hint="Start again without 'cursor', then pass 'nextCursor' on unchanged.",
        ) from error
    return tuple(values)

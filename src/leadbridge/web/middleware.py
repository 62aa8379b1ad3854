"""What happens around every request: its id, the size of its body, the headers of its answer, one log line."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable, Mapping, Sequence

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadbridge.kit.errors import LeadbridgeError, TooLarge, Unexpected
from leadbridge.kit.ids import IdSource
from leadbridge.web.envelope import failure

MAX_BODY = 1024 * 1024
"""Bytes in a request body, unless its path is listed with another limit."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-permitted-cross-domain-policies": "none",
}
"""On every answer that does not set its own. Nothing inline may run or style: pages bring files of their own."""
TRANSPORT_SECURITY = "max-age=31536000"
"""A year of https only (RFC 6797). Not for subdomains: they may belong to others."""

log = structlog.get_logger("leadbridge.http")
_LEVELS = logging.getLogger("leadbridge.http")
"""Asked before a line is made, since making one for nothing costs more than the rest of this."""


class Surroundings:
    """ASGI middleware around the whole application.

    ``large`` lists (path pattern, bytes) for the few paths that take more than ``MAX_BODY``, or less. A caller's own
    ``X-Request-Id`` is kept when it is 8 to 64 harmless characters, so that one id runs through both logs.
    ``secure`` says that the hub is reached by https, which browsers are then told to insist on.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        ids: IdSource,
        large: Sequence[tuple[re.Pattern[str], int]] = (),
        secure: bool = False,
    ) -> None:
        self._app = app
        self._ids = ids
        self._large = large
        headers = SECURITY_HEADERS | ({"strict-transport-security": TRANSPORT_SECURITY} if secure else {})
        self._headers = _raw(headers)
        self._api_headers = _raw({**headers, "cache-control": "no-store"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given, length = _asked(scope["headers"])
        request_id = given if _REQUEST_ID.match(given) else self._ids()
        scope.setdefault("state", {})["request_id"] = request_id
        path: str = scope["path"]
        added = self._api_headers if path.startswith("/api/") else self._headers
        started = time.monotonic()
        status = 500
        answering = False
        refused: TooLarge | None = None

        async def answer(message: Message) -> None:
            nonlocal status, answering
            if refused is not None and not answering:
                # The framework takes a failing body for a broken one and answers 400; this is what it should say.
                error = refused
                answering = True
                status = error.status
                await failure(error, request_id)(scope, receive, send)
                return
            if refused is not None:
                return
            if message["type"] == "http.response.start":
                status, answering = message["status"], True
                message["headers"] = _with(message.get("headers", ()), request_id, added)
            await send(message)

        limit = self._limit(path)
        taken = 0

        async def receive_within() -> Message:
            nonlocal taken, refused
            message = await receive()
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > limit:
                    refused = _too_large(limit)
                    raise refused
            return message

        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            if length.isdigit() and int(length) > limit:
                raise _too_large(limit)
            await self._app(scope, receive_within, answer)
        except LeadbridgeError as error:
            if not answering:
                await failure(error, request_id)(scope, receive, answer)
            elif error is not refused:
                raise
        except Exception:
            log.exception("request_failed", method=scope["method"], path=path)
            if answering:
                raise
            await failure(Unexpected("Something went wrong inside the hub."), request_id)(scope, receive, answer)
        finally:
            if _LEVELS.isEnabledFor(logging.INFO):
                took = round((time.monotonic() - started) * 1000, 1)
                log.info("request", method=scope["method"], path=path, status=status, ms=took)
            structlog.contextvars.reset_contextvars(**bound)

    def _limit(self, path: str) -> int:
        for pattern, size in self._large:
            if pattern.match(path):
                return size
        return MAX_BODY


def _asked(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str, str]:
    """Return the request id and the length that a request's headers name; empty where they do not."""
    request_id = length = b""
    for name, value in headers:
        if name == b"x-request-id":
            request_id = request_id or value
        elif name == b"content-length":
            length = length or value
    return request_id.decode("latin-1"), length.decode("latin-1")


def _raw(headers: Mapping[str, str]) -> Sequence[tuple[bytes, bytes]]:
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items())


def _with(
    given: Sequence[tuple[bytes, bytes]], request_id: str, added: Sequence[tuple[bytes, bytes]]
) -> list[tuple[bytes, bytes]]:
    """Return an answer's headers with the request's id, and those of ``added`` that the answer does not have itself."""
    present = {name for name, _ in given}  # in small letters, as ASGI wants them
    return [
        *[pair for pair in given if pair[0] != b"x-request-id"],
        (b"x-request-id", request_id.encode("latin-1")),
        *[pair for pair in added if pair[0] not in present],
    ]


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"The request body is larger than the {limit // 1024} KB taken here.",
        code="body_too_large",
        hint="Send less in one request.",
        headers={"connection": "close"},
    )

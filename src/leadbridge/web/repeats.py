"""``Idempotency-Key`` over HTTP: the middleware that watches a keyed write, and the dependency that claims its key."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
from typing import Annotated

import structlog
from fastapi import Header, Request
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadbridge.kit.clock import Clock
from leadbridge.web.caller import CallerDep
from leadbridge.web.envelope import REPEAT_BODY, UNSETTLED
from leadbridge.web.idempotency import LEASE_SECONDS, Claim, Idempotency, InvalidKey, Kept, Question, keeps

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
MAX_KEPT = 2 * 1024 * 1024
"""Bytes of an answer that are held back until it is stored; a longer one is sent as it comes and not kept."""
NOT_REPEATED = frozenset(
    {
        "set-cookie",
        "content-length",
        "date",
        "x-request-id",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
    }
)
"""Headers that belong to one answer alone."""
STATE = "repeat"
_KEY = re.compile(r"[\x20-\x7e]{1,255}\Z")
_BOUNDARY = re.compile(r'boundary="?([^";,]+)', re.IGNORECASE)

log = structlog.get_logger("leadbridge.idempotency")


class Repeated(Exception):
    """A key came again: this is the answer to give. Not an error; it ends the request before its work begins."""

    def __init__(self, kept: Kept) -> None:
        super().__init__("repeated")
        self.kept = kept


class Attempt:
    """A keyed write under way: the body seen so far, and the claim once there is one."""

    def __init__(self, content_type: str, query: bytes) -> None:
        self.claim: Claim | None = None
        self.complete = False
        self._boundary = _BOUNDARY.search(content_type) if content_type.lower().startswith("multipart/") else None
        self._kind = content_type.partition(";")[0].strip().lower()
        self._query = query
        self._pieces: list[bytes] = []

    def saw(self, message: Message) -> None:
        """Take note of a part of the request's body."""
        if message["type"] == "http.request":
            self._pieces.append(message.get("body", b""))
            self.complete = not message.get("more_body", False)

    def fingerprint(self) -> str:
        """Return a hash of query, type and body; the body's pieces are let go.

        The boundary of a multipart body is left out: every client makes a new one each time.
        """
        body = b"".join(self._pieces)
        self._pieces.clear()
        if self._boundary is not None:
            body = body.replace(self._boundary[1].encode("latin-1", "replace"), b"")
        head = b"\0".join((self._query, self._kind.encode("latin-1", "replace"), b""))
        return hashlib.sha256(head + body).hexdigest()


class Repeats:
    """ASGI middleware around writes that carry a key: stores the answer before it leaves, or gives the key back."""

    def __init__(self, app: ASGIApp, *, service: Idempotency, clock: Clock) -> None:
        self._app = app
        self._service = service
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else None
        if headers is None or scope["method"] not in WRITES or "idempotency-key" not in headers:
            await self._app(scope, receive, send)
            return
        attempt = Attempt(headers.get("content-type", ""), scope.get("query_string", b""))
        scope.setdefault("state", {})[STATE] = attempt
        outgoing = _Outgoing(self._service, attempt, scope, send)

        async def watched() -> Message:
            message = await receive()
            attempt.saw(message)
            return message

        beat = asyncio.create_task(self._renew(attempt))
        try:
            await self._app(scope, watched, outgoing.take)
        except Exception:
            await outgoing.give_back()
            raise
        finally:
            beat.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await beat

    async def _renew(self, attempt: Attempt) -> None:
        while True:
            await self._clock.sleep(LEASE_SECONDS / 3)
            claim = attempt.claim
            if claim is None:
                continue
            try:
                if not await self._service.renew(claim):
                    log.warning("idempotency_claim_lost", company=claim.company_id)
                    return
            except Exception:  # the next beat comes before the claim ends
                log.exception("idempotency_claim_not_renewed", company=claim.company_id)


class _Outgoing:
    """The answer of a keyed write, held back until it is stored."""

    def __init__(self, service: Idempotency, attempt: Attempt, scope: Scope, send: Send) -> None:
        self._service = service
        self._attempt = attempt
        self._state = scope["state"]
        self._send = send
        self._start: Message | None = None
        self._pieces: list[bytes] = []
        self._size = 0
        self._passing = False

    async def take(self, message: Message) -> None:
        """Take one message of the answer."""
        if self._attempt.claim is None or self._passing:
            await self._send(message)
        elif message["type"] == "http.response.start":
            self._start = message
            if not keeps(message["status"]) or self._state.get(UNSETTLED):
                await self.give_back()
                self._passing = True
                await self._send(message)
        elif message["type"] == "http.response.body":
            self._pieces.append(message.get("body", b""))
            self._size += len(self._pieces[-1])
            if self._size > MAX_KEPT or not message.get("more_body", False):
                await self._settle(message.get("more_body", False))

    async def give_back(self) -> None:
        """Give the key back, if this attempt has it."""
        claim, self._attempt.claim = self._attempt.claim, None
        if claim is not None:
            await self._service.release(claim)

    async def _settle(self, more: bool) -> None:
        claim, start = self._attempt.claim, self._start
        assert claim is not None  # noqa: S101  # take() asked
        assert start is not None  # noqa: S101  # ASGI: the start comes first
        self._attempt.claim = None
        body = b"".join(self._pieces)
        kept = Kept(start["status"], _headers(start), self._state.get(REPEAT_BODY, body))
        try:
            await self._service.finish(claim, start["status"], None if more else kept)
        except Exception:  # the work is done: its answer is worth more than the possibility to repeat it
            log.exception("idempotency_answer_not_stored", company=claim.company_id)
        self._passing = True
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": more})


async def idempotent(
    request: Request,
    caller: CallerDep,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours.",
            min_length=1,
            max_length=255,
        ),
    ] = None,
) -> None:
    """Claim the key of a write, or end the request with the answer that its key already has.

    Raises ``Repeated``, ``InvalidKey``, ``KeyReused``, ``InProgress``. A dependency of every write that has a caller.
    """
    if key is None:
        return
    if not _KEY.match(key) or len(request.headers.getlist("idempotency-key")) > 1:
        raise InvalidKey("The Idempotency-Key is not one line of 1 to 255 printable ASCII characters.")
    attempt: Attempt = getattr(request.state, STATE)
    if not attempt.complete:
        await request.body()
    service: Idempotency = request.app.state.hub.idempotency
    path = request.scope["path"]
    question = Question(caller.company_id, caller.user_id, request.method, path, key, attempt.fingerprint())
    found = await service.begin(question)
    if isinstance(found, Kept):
        raise Repeated(found)
    attempt.claim = found


async def repeated(request: Request, error: Exception) -> Response:
    """Answer with what was stored. An exception handler."""
    assert isinstance(error, Repeated)  # noqa: S101  # registered for this type alone
    headers = dict(error.kept.headers) | {"idempotent-replayed": "true"}
    return Response(error.kept.body, error.kept.status, headers)


def _headers(start: Message) -> tuple[tuple[str, str], ...]:
    decoded = ((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in start["headers"])
    return tuple((name, value) for name, value in decoded if name not in NOT_REPEATED)

"""The way in for webhooks to automations: an ASGI endpoint of its own, before everything that other requests need.

A call is looked at in this order: its size (the middleware around the application), its address's limits, whose
address it is, what proves the caller, the automation's limit, and only then what it says. The body is not read before
it is needed to prove the caller, and nothing is stored for a caller who is not.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from leadbridge.automation.inbound.addresses import LONGEST_KEY, PATH
from leadbridge.automation.inbound.calls import Call, Known, Proof
from leadbridge.automation.inbound.model import AUTOMATION_WEBHOOK
from leadbridge.automation.inbound.service import InboundService, refused
from leadbridge.kit.errors import LeadbridgeError, Unavailable
from leadbridge.security.hashing import hash_token
from leadbridge.web.admission import FAILURES_PER_MINUTE
from leadbridge.web.client import Network, client_address, limited_as
from leadbridge.web.envelope import answer, failure
from leadbridge.web.ratelimit import RateLimiter, Rule

MAX_BODY = 256 * 1024
MAX_KNOWN = 10_000
_HEADERS = frozenset(
    (
        b"content-type", b"x-webhook-secret", b"webhook-id", b"webhook-timestamp", b"webhook-signature",
        b"x-idempotency-key", b"x-leadbridge-execution", b"x-leadbridge-hop",
    )
)  # fmt: skip


class InboundDoor:
    """Answers the calls. ``per_address`` and ``per_automation`` are calls a minute; 0 is no limit."""

    def __init__(
        self,
        service: InboundService,
        limiter: RateLimiter,
        *,
        per_address: int,
        per_automation: int,
        trusted: Sequence[Network],
    ) -> None:
        self._service, self._limiter = service, limiter
        self._per_address, self._per_automation = per_address, per_automation
        self._trusted = tuple(trusted)
        self._good: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call, as an ASGI application."""
        await (await self.respond(scope, receive))(scope, receive, send)

    async def respond(self, scope: Scope, receive: Receive) -> Response:
        """Return the answer to a call; ``state`` of the scope has its request's id."""
        try:
            return await self._taken(scope, receive)
        except LeadbridgeError as error:
            return failure(error, scope["state"]["request_id"])

    async def _taken(self, scope: Scope, receive: Receive) -> Response:
        headers, forwarded = _headers(scope)
        peer = scope["client"][0] if scope.get("client") else None
        address = _hashed_address(peer, forwarded, self._trusted)
        # what is longer than a key is nobody's; it is hashed all the same, since a call to nobody costs what others do
        key_hash = hash_token(scope["path"][len(PATH) :][: LONGEST_KEY + 1], AUTOMATION_WEBHOOK)
        failures = Rule("address_failures", address, min(FAILURES_PER_MINUTE, self._per_address))
        failing = None if (address, key_hash) in self._good else self._limiter.empty(failures)
        verdict = failing or await self._limiter.take((Rule("address", address, self._per_address),))
        if verdict is not None and not verdict.allowed:
            raise verdict.refusal()
        known = await self._service.known(key_hash)
        rule = None
        if known.automation is not None:
            rule = Rule("automation_webhook", known.automation.id, self._per_automation)
            if (empty := self._limiter.empty(rule)) is not None:
                raise empty.refusal()
        proof = Proof(
            headers.get(b"x-webhook-secret"),
            headers.get(b"webhook-id"),
            headers.get(b"webhook-timestamp"),
            headers.get(b"webhook-signature"),
        )
        body, known = await self._proved(key_hash, known, proof, receive)
        if body is None:
            await self._limiter.take((failures,))
            raise refused()
        self._remember((address, key_hash))
        if rule is not None:
            verdict = await self._limiter.take((rule,))
            if verdict is not None and not verdict.allowed:
                raise verdict.refusal()
        call = Call(
            content_type=headers.get(b"content-type", b"").decode("latin-1"),
            body=body,
            key=headers.get(b"webhook-id") or headers.get(b"x-idempotency-key"),
            execution=headers.get(b"x-leadbridge-execution"),
            hop=headers.get(b"x-leadbridge-hop"),
        )
        taken = await self._service.take(key_hash, known, call, lambda now: self._service.proved(now, proof, call.body))
        told: dict[str, object] = {"executionId": taken.execution_id, "kind": taken.kind}
        if taken.duplicate:
            told["duplicate"] = True
        return answer({"success": True, "data": told}, 202, {} if verdict is None else verdict.headers)

    async def _proved(self, key_hash: str, known: Known, proof: Proof, receive: Receive) -> tuple[bytes | None, Known]:
        """Return the body of a call whose caller is proved, else None, and what is known of the address by then.

        What is remembered of it is looked at first, and what is stored before a call is refused: a secret may be new.
        """
        body: bytes | None = None
        for last in (False, True):
            if self._service.proved_by_secret(known, proof):
                return await _read(receive) if body is None else body, known
            if proof.signed:
                body = await _read(receive) if body is None else body
                if self._service.proved_by_signature(known, proof, body):
                    return body, known
            if not last:
                known = await self._service.look(key_hash)
        return None, known

    def _remember(self, pair: tuple[str, str]) -> None:
        self._good[pair] = None
        self._good.move_to_end(pair)
        if len(self._good) > MAX_KNOWN:
            self._good.popitem(last=False)


class InboundEntrance:
    """The outermost ASGI application: hands calls to automations to ``calls``, everything else to ``app``."""

    def __init__(self, app: ASGIApp, *, calls: ASGIApp) -> None:
        self._app, self._calls = app, calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        called = scope["type"] == "http" and scope["method"] == "POST" and is_call(scope["path"])
        await (self._calls if called else self._app)(scope, receive, send)


def is_call(path: str) -> bool:
    """Tell whether a path is that of an automation's address."""
    return path.startswith(PATH) and len(path) > len(PATH) and "/" not in path[len(PATH) :]


def _headers(scope: Scope) -> tuple[dict[bytes, bytes], tuple[str, ...]]:
    """Return the headers that matter, the first of each name, and what proxies say about the caller's address."""
    found: dict[bytes, bytes] = {}
    forwarded: list[str] = []
    for name, value in scope["headers"]:
        if name in _HEADERS:
            found.setdefault(name, value)
        elif name == b"x-forwarded-for":
            forwarded.append(value.decode("latin-1"))
    return found, tuple(forwarded)


@lru_cache(maxsize=4096)
def _hashed_address(peer: str | None, forwarded: tuple[str, ...], trusted: tuple[Network, ...]) -> str:
    return hash_token(limited_as(client_address(peer, forwarded, trusted)), "address")


async def _read(receive: Receive) -> bytes:
    """Return the body; the middleware around the application sees to its size."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Unavailable("The caller went away before its body had come whole.")
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)

"""One call of an endpoint: its headers, the call, and what came back, with secrets taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import orjson

from leadbridge.automation.delivery.answers import Answer, AnswerClass, Follows, read_answer, read_failure
from leadbridge.automation.delivery.desks import Desk
from leadbridge.automation.delivery.model import Execution
from leadbridge.automation.delivery.signing import signed_headers
from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import InvalidInput
from leadbridge.security.errors import RequestFailed
from leadbridge.security.redact import is_secret_name, redact_body, redact_text
from leadbridge.security.secret import MASK
from leadbridge.security.transport import HttpRequest, HttpResponse, Profile, Transport

MAX_SECONDS = 15.0
KEPT_BYTES = 4096
"""Of an answer's body."""
KEPT_HEADERS, KEPT_VALUE = 40, 500
"""Of an answer: how many headers, and how many characters of each."""
_READ_BYTES = 64 * 1024
_SHORT = 200
_MASKED = frozenset({"webhook-signature", "x-leadbridge-signature", "x-leadbridge-signature-previous", "x-make-apikey"})


@dataclass(frozen=True, slots=True)
class Sent:
    """An attempt that was made: when, how long it took, what came back. Without secrets."""

    at: datetime
    milliseconds: int
    answer: Answer
    sent_headers: str
    headers: str
    body: str


class Sender:
    """Calls endpoints through the hub's guarded way out."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport, self._clock = transport, clock

    async def send(self, desk: Desk, execution: Execution, seconds: float, *, out_of_order: bool) -> Sent:
        """Send the body of ``execution`` once; every failure is an answer. ``seconds``: for the whole call."""
        if desk.ring is None:
            raise RuntimeError("an endpoint whose secrets are not open cannot be called")
        at = self._clock.now()
        body = execution.body.encode()
        headers = headers_of(desk, execution, body, at, out_of_order=out_of_order)
        request = HttpRequest("POST", desk.ring.url, Profile.TENANT, headers, body, timeout=seconds)
        begun = self._clock.monotonic()
        response: HttpResponse | None = None
        try:
            response = await self._transport.send(request)
            answer = read_answer(response, at)
        except RequestFailed as error:
            answer = read_failure(error)
        except InvalidInput as error:  # the stored address, or the stored key, is not one
            answer = Answer(AnswerClass(error.code, "", Follows.FAILED, error.hint, limit=1), error.message)
        milliseconds = round((self._clock.monotonic() - begun) * 1000)
        shown = orjson.dumps({name: MASK if name in _MASKED else value for name, value in headers.items()}).decode()
        if response is None:
            return Sent(at, milliseconds, answer, shown, "{}", "")
        hidden = desk.ring.hidden
        told, body_told = shown_headers(response.headers), shown_body(response)
        return Sent(at, milliseconds, answer, shown, without(told, hidden), without(body_told, hidden))


def headers_of(desk: Desk, execution: Execution, body: bytes, at: datetime, *, out_of_order: bool) -> dict[str, str]:
    """Return the headers of an attempt at ``at``. The message's id is the execution's: the same in every attempt."""
    headers = {
        "content-type": "application/json",
        **signed_headers(desk.keys(at), execution.id, int(at.timestamp()), body),
        "x-leadbridge-event": execution.event_type,
        "x-leadbridge-execution": execution.id,
        "x-leadbridge-hop": str(execution.hop + 1),
        "x-leadbridge-attempt": str(execution.attempts + 1),
    }
    if desk.ring is not None and desk.ring.make_api_key is not None:
        headers["x-make-apikey"] = desk.ring.make_api_key
    if out_of_order:
        headers["x-leadbridge-out-of-order"] = "1"
    return headers


def without(text: str, hidden: Sequence[str]) -> str:
    """Return ``text`` without what is secret of an endpoint: pages of errors repeat the path that was called."""
    for secret in hidden:
        if secret in text:
            text = text.replace(secret, MASK)
    return text


def shown_headers(headers: Mapping[str, str]) -> str:
    """Return an answer's headers as JSON, secret values masked, long ones cut."""
    kept: dict[str, str] = {}
    for name, value in headers.items():
        if len(kept) == KEPT_HEADERS:
            break
        kept[_text(name)] = MASK if _secret(name) else _shown(_text(value[:KEPT_VALUE]))
    return orjson.dumps(kept).decode()


def _text(value: str) -> str:
    """Return a header as text: bytes that are not UTF-8 arrive as lone surrogates, which nothing can store."""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def shown_body(response: HttpResponse) -> str:
    """Return the first 4 KB of an answer's body as text, secrets masked."""
    body, kind = response.body, response.headers.get("content-type", "")
    if not body:
        return ""
    if len(body) <= _SHORT:
        return _shown_body(body, kind)
    return redact_body(body[:_READ_BYTES], kind)[:KEPT_BYTES]


# receivers answer with the same few words again and again: "Accepted", "ok", the name of their server
_secret = lru_cache(1024)(is_secret_name)
_shown_body = lru_cache(1024)(redact_body)


def _shown(value: str) -> str:
    return _shown_value(value) if len(value) <= _SHORT else redact_text(value)


_shown_value = lru_cache(4096)(redact_text)

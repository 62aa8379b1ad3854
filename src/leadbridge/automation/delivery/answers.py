"""What an endpoint's answer means: a closed list of classes, and what follows from each. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from urllib.parse import urlsplit

from leadbridge.security.errors import AddressRefused, BodyTooLarge, NotSent, RequestFailed, TookTooLong
from leadbridge.security.transport import HttpResponse
from leadbridge.work.decide import RETRY_AFTER_MAX

ABORT_HEADER, ABORT = "webhook-delivery", "abort-message"
"""An answer header by which a receiver says that it never wants this message again (as Svix reads it)."""
NOT_FOUND_LIMIT = 3
"""Answers 404 in a row after which an endpoint is disabled."""
CREDENTIALS_LIMIT = 3
"""Answers 401 or 403 in a row after which an endpoint is disabled."""
_QUEUE_FULL = re.compile(rb"queue is full", re.IGNORECASE)


class Follows(StrEnum):
    """What follows from an answer for the execution."""

    DELIVERED = "delivered"
    RETRIED = "retried"
    """On the schedule, until it ends."""
    FAILED = "failed at once"


@dataclass(frozen=True, slots=True)
class AnswerClass:
    """A class of answers. ``when`` says which they are, ``hint`` what a person can do about one."""

    code: str
    when: str
    follows: Follows
    hint: str
    trips: bool = False
    """Whether the breaker counts it: the endpoint as a whole is not well."""
    slows: bool = False
    """Whether the endpoint is called less often from then on."""
    least_pause: float = 0.0
    """Seconds that are waited for at least before the next try."""
    limit: int | None = None
    """Answers of this class in a row after which the endpoint is disabled."""


_CLASSES = (
    AnswerClass("delivered", "any 2xx", Follows.DELIVERED, ""),
    AnswerClass(
        "queue_full", "400 with the text 'Queue is full' (Make)", Follows.RETRIED,
        "The queue of the Make webhook is full. Switch its scenario on or let it run more often; it is tried again.",
        slows=True, least_pause=120.0,
    ),
    AnswerClass(
        "bad_request", "any other 4xx", Follows.RETRIED,
        "The receiver refused this message. Its answer says why; correct the receiver, then resend.",
    ),
    AnswerClass(
        "credentials_refused", "401 or 403", Follows.RETRIED,
        "The receiver refuses our credentials. Enter the right x-make-apikey, or the new signing secret over there.",
        limit=CREDENTIALS_LIMIT,
    ),
    AnswerClass(
        "not_found", "404", Follows.RETRIED,
        "Nothing is at this address. If the webhook was deleted or made anew, enter its present address.",
        limit=NOT_FOUND_LIMIT,
    ),
    AnswerClass(
        "gone", "410", Follows.FAILED,
        "The webhook does not exist any more (Make answers so once no scenario uses it). Enter its new address.",
        limit=1,
    ),
    AnswerClass(
        "payload_too_large", "413", Follows.FAILED,
        "The receiver does not take a message of this size. Raise its limit, then resend.",
    ),
    AnswerClass(
        "rate_limited", "429", Follows.RETRIED,
        "The receiver wants fewer calls. The rate is lowered by itself; set perSecond lower to avoid it.",
        slows=True, least_pause=30.0,
    ),
    AnswerClass(
        "redirected", "any 3xx", Follows.RETRIED,
        "Redirects are not followed. Enter the address that the answer names, if it is the right one.",
    ),
    AnswerClass(
        "server_error", "500, and any 5xx not named below", Follows.RETRIED,
        "The receiver failed. Look into its log; it is tried again.", trips=True,
    ),
    AnswerClass(
        "unavailable", "502, 503 or 504", Follows.RETRIED,
        "The receiver, or what stands before it, is not up. It is tried again.", trips=True, least_pause=10.0,
    ),
    AnswerClass(
        "timed_out", "no answer in time", Follows.RETRIED,
        "Answer first, work afterwards: the receiver has 15 seconds. It may have carried the message out.", trips=True,
    ),
    AnswerClass(
        "not_sent", "no address, connection or TLS", Follows.RETRIED,
        "The receiver could not be reached. Check its name, its certificate and that it listens on port 443.",
        trips=True,
    ),
    AnswerClass(
        "connection_lost", "the connection ended before the answer", Follows.RETRIED,
        "The receiver closed the connection. It may have carried the message out; its log tells.", trips=True,
    ),
    AnswerClass(
        "address_refused", "the name leads to an address that is not on the public internet", Follows.FAILED,
        "Messages are sent to https addresses on port 443 of the public internet only. Enter such an address.",
        limit=1,
    ),
    AnswerClass(
        "aborted", "any but 2xx with the header 'webhook-delivery: abort-message'", Follows.FAILED,
        "The receiver asked not to be sent this message again. Resend it if that was a mistake.",
    ),
    AnswerClass(
        "answer_too_large", "an answer of more than 2 MB", Follows.FAILED,
        "The message was answered, with more than is read. Let the receiver answer with a few bytes.",
    ),
)  # fmt: skip
ANSWERS: Mapping[str, AnswerClass] = {one.code: one for one in _CLASSES}
"""Every class of answers, by code."""

_OTHER_HINTS: Mapping[str, str] = {
    "expired": "It could not be delivered within three days. Resend it once the receiver is well.",
    "deactivated": "The automation was switched off while this waited. Activate it, then resend or recover.",
    "endpoint_disabled": "Its endpoint was disabled. Enter a right address, activate the automation, then recover.",
    "crashed": "Workers died, or stood still, while this was tried. See the hub's log of that time, then resend.",
    "cancelled": "A person cancelled it. Resend it if that was a mistake.",
    "unsubscribed": "The subscription was ended while this waited.",
    "reported_failed": "The receiver took it and reported a failure. Mend that over there, then replay the execution.",
    "endpoint_gone": "Its endpoint was deleted.",
    "secret_unreadable": "A stored secret of the endpoint cannot be opened. Enter the address and the key again.",
    "invalid_header": "The stored x-make-apikey cannot be sent as a header. Enter it again, in plain ASCII.",
    "invalid_url": "The stored address is not a web address. Enter it again.",
}


def hint_of(code: str | None) -> str:
    """Return what a person can do about an execution's ``code``; empty where nothing is to be done."""
    if code is None:
        return ""
    known = ANSWERS.get(code)
    return known.hint if known is not None else _OTHER_HINTS.get(code, "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from one attempt."""

    kind: AnswerClass
    message: str = ""
    """A sentence for people, without secrets; empty where it was delivered."""
    status: int | None = None
    retry_after: float | None = None
    """Seconds that the receiver asked to wait for, at most a day."""

    @property
    def code(self) -> str:
        """The class of the answer."""
        return self.kind.code


_DELIVERED = ANSWERS["delivered"]


def read_answer(response: HttpResponse, now: datetime) -> Answer:
    """Return what an answer means. ``now`` turns a date in ``Retry-After`` into seconds."""
    status = response.status
    if 200 <= status < 300:
        return Answer(_DELIVERED, "", status)
    if response.headers.get(ABORT_HEADER, "").strip().lower() == ABORT:
        return Answer(ANSWERS["aborted"], f"It answered {status} and asked not to be sent this again.", status)
    kind = ANSWERS[_code_of(status, response.body)]
    message = f"It answered {status}."
    if kind.code == "redirected":
        message = f"It answered {status}, a redirect to {_host_of(response.headers.get('location', ''))}."
    elif kind.code == "queue_full":
        message = "Its queue is full."
    return Answer(kind, message, status, _retry_after(response.headers.get("retry-after"), now))


def _code_of(status: int, body: bytes) -> str:
    if 300 <= status < 400:
        return "redirected"
    if status == 400 and _QUEUE_FULL.search(body[:4096]):
        return "queue_full"
    if status >= 500:
        return "unavailable" if status in (502, 503, 504) else "server_error"
    named = {401: "credentials_refused", 403: "credentials_refused", 404: "not_found", 410: "gone"}
    return {**named, 413: "payload_too_large", 429: "rate_limited"}.get(status, "bad_request")


def _host_of(location: str) -> str:
    try:
        return urlsplit(location).hostname or "the same host"
    except ValueError:
        return "an address that cannot be read"


def _retry_after(text: str | None, now: datetime) -> float | None:
    """Return the seconds of a ``Retry-After`` (RFC 9110: a number, or a date); None where it cannot be read."""
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), RETRY_AFTER_MAX)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for a zone that no integer holds
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - now).total_seconds()), RETRY_AFTER_MAX)


def read_failure(error: RequestFailed) -> Answer:
    """Return what it means that no usable answer came. The transport's sentences hold no secret."""
    if isinstance(error, AddressRefused):
        code = "address_refused"
    elif isinstance(error, NotSent):
        code = "not_sent"
    elif isinstance(error, BodyTooLarge):
        code = "answer_too_large"
    elif isinstance(error, TookTooLong):
        code = "timed_out"
    else:
        code = "connection_lost"
    return Answer(ANSWERS[code], error.message)

"""Single HTTP calls of an operation, as the request log keeps them: noted while it runs, stored with its event."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, unquote, urlsplit

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.security.errors import NotSent, RequestFailed
from leadbridge.security.redact import redact_url
from leadbridge.security.secret import MASK
from leadbridge.security.transport import HttpRequest, HttpResponse
from leadbridge.usage.model import LoggedRequest, UsageEvent

MAX_CALLS = 50
"""Calls that went well which are kept of one operation: the first and the last of them."""
MAX_FAILED = 50
"""Calls that failed which are kept of one operation."""
MAX_URL = 500
MAX_CORRELATION = 100

_PLAIN_PART = re.compile(r"[A-Za-z0-9._:()\-]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it ended."""

    at: datetime
    method: str
    url: str
    status: int | None
    outcome: str
    milliseconds: int
    sent: int
    received: int
    correlation: str | None = None
    """The vendor's own id of the call."""

    @property
    def failed(self) -> bool:
        """Whether it gave nothing that could be used."""
        return self.status is None or self.status >= 400


@dataclass(frozen=True, slots=True)
class Cause:
    """What calls are made for: the usage event that they are linked to, by its id, whether it is stored yet or not."""

    company_id: str
    event_id: str
    provider: str | None = None
    connection_id: str | None = None


def cause_of(event: UsageEvent) -> Cause:
    """Return an event as the cause of its calls."""
    return Cause(event.company_id, event.id, event.provider, event.connection_id)


class CallNotes:
    """Notes the calls of an operation. However many there are, a bounded number is kept: failures before successes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._first: list[Call] = []
        self._last: deque[Call] = deque(maxlen=MAX_CALLS // 2)
        self._failed: list[Call] = []
        self.dropped = 0
        """Calls that were made and are not kept."""

    def answered(self, request: HttpRequest, response: HttpResponse, started: datetime, correlation: str = "") -> None:
        """Note a call that was answered; ``correlation`` is the vendor's own id of it, where it gave one."""
        self._note(
            Call(
                started,
                request.method,
                shown_url(request.url),
                response.status,
                "answered",
                round(response.elapsed * 1000),
                len(request.body or b""),
                len(response.body),
                correlation[:MAX_CORRELATION] or None,
            )
        )

    def unanswered(self, request: HttpRequest, error: RequestFailed, started: datetime) -> None:
        """Note a call that got no answer."""
        outcome = "not_sent" if isinstance(error, NotSent) else "lost"
        spent = max(0, round((self._clock.now() - started).total_seconds() * 1000))
        self._note(
            Call(started, request.method, shown_url(request.url), None, outcome, spent, len(request.body or b""), 0)
        )

    def kept(self) -> list[Call]:
        """Return the calls that are kept, in their order."""
        return sorted([*self._first, *self._last, *self._failed], key=lambda call: call.at)

    def entries(self, cause: Cause, ids: IdSource) -> list[LoggedRequest]:
        """Return the log entries of the calls that were made for the sake of ``cause``."""
        return [
            LoggedRequest(
                id=ids(),
                company_id=cause.company_id,
                event_id=cause.event_id,
                at=call.at,
                provider=cause.provider,
                connection_id=cause.connection_id,
                method=call.method,
                url=call.url,
                status=call.status,
                outcome=call.outcome,
                milliseconds=call.milliseconds,
                sent_bytes=call.sent,
                received_bytes=call.received,
                correlation_id=call.correlation,
            )
            for call in self.kept()
        ]

    def _note(self, call: Call) -> None:
        if call.failed:
            if len(self._failed) < MAX_FAILED:
                self._failed.append(call)
            else:
                self.dropped += 1
        elif len(self._first) < MAX_CALLS - MAX_CALLS // 2:
            self._first.append(call)
        else:
            self.dropped += len(self._last) == self._last.maxlen
            self._last.append(call)


def shown_url(url: str) -> str:
    """Return an address as the log shows it: no query values, and no path part that may name a person or a key."""
    parts = urlsplit(redact_url(url))
    path = "/".join(part if not part or _PLAIN_PART.match(unquote(part)) else MASK for part in parts.path.split("/"))
    names = "&".join(dict.fromkeys(name for name, _ in parse_qsl(parts.query, keep_blank_values=True)))
    return f"{parts.scheme}://{parts.netloc}{path}{'?' + names if names else ''}"[:MAX_URL]

"""Server-sent events (WHATWG HTML, 9.2): how a stream is written, how many there may be, and how they end.

A stream ends by itself when what it tells of has ended, after ten minutes (whoever reads it asks again, and is then
asked for their rights again), and when the hub is told to stop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import orjson
from starlette.responses import StreamingResponse

from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import TooMany

MEDIA_TYPE = "text/event-stream"
HEARTBEAT_SECONDS = 15.0
"""A comment is sent after this long a silence: proxies cut connections that say nothing."""
LONGEST_SECONDS = 600.0
MOST_STREAMS = 100
"""Open streams of one company in one process."""
RETRY = b"retry: 2000\n\n"
"""Milliseconds until a browser opens a stream again that broke off."""
HEARTBEAT = b": still here\n\n"


class TooManyStreams(TooMany):
    """The company has as many event streams open as it may in one process. Close some, or read the state instead."""

    default_code = "too_many_streams"
    default_hint = "Close streams that nobody looks at, or ask for the state itself every few seconds."


def event(name: str, id: str, data: Any) -> bytes:
    """Return one event; JSON has no line breaks of its own, so its data is one line."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (id.encode(), name.encode(), orjson.dumps(data))


class Streams:
    """The open streams of a process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: Counter[str] = Counter()
        self._closing = False

    @property
    def open(self) -> int:
        """How many streams are open."""
        return self._open.total()

    def close(self) -> None:
        """Let every stream end at its next look; a later one ends at once. For a server that is told to stop."""
        self._closing = True

    def lasts(self, since: float) -> bool:
        """Tell whether a stream that began at ``since`` (monotonic seconds) may go on."""
        return not self._closing and self._clock.monotonic() - since < LONGEST_SECONDS

    def answer(self, company: str, events: AsyncIterator[bytes]) -> StreamingResponse:
        """Return the answer that sends ``events``, with heartbeats while there are none; raises ``TooManyStreams``.

        ``events`` yields nothing (``b""``) now and then, so that a silence can be told from an end.
        """
        if self._open[company] >= MOST_STREAMS:
            raise TooManyStreams(f"The company has {MOST_STREAMS} event streams open.")
        # a proxy that gathers an answer before it passes it on would hold events back
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(self._sent(company, events), media_type=MEDIA_TYPE, headers=headers)

    async def _sent(self, company: str, events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        self._open[company] += 1
        try:
            yield RETRY
            spoken = self._clock.monotonic()
            async for piece in events:
                now = self._clock.monotonic()
                if piece or now - spoken >= HEARTBEAT_SECONDS:
                    spoken = now
                    yield piece or HEARTBEAT
        finally:
            self._open[company] -= 1
            if not self._open[company]:
                del self._open[company]

"""Event streams: heartbeats in a silence, a bounded number, an end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from leadbridge.kit.clock import ManualClock
from leadbridge.web.streams import (
    HEARTBEAT,
    HEARTBEAT_SECONDS,
    LONGEST_SECONDS,
    MOST_STREAMS,
    RETRY,
    Streams,
    TooManyStreams,
    event,
)

COMPANY = "a" * 24


def made() -> tuple[Streams, ManualClock]:
    clock = ManualClock(datetime(2026, 11, 23, tzinfo=UTC))
    return Streams(clock), clock


def test_an_event_is_one_line_of_data() -> None:
    assert event("end", "7", {"text": "a\nb"}) == b'id: 7\nevent: end\ndata: {"text":"a\\nb"}\n\n'


async def test_a_silence_is_broken_by_heartbeats() -> None:
    streams, clock = made()

    async def source() -> AsyncIterator[bytes]:
        yield b"one"
        for _ in range(4):
            clock.advance(HEARTBEAT_SECONDS / 2)
            yield b""
        yield b"two"
        clock.advance(HEARTBEAT_SECONDS / 2)
        yield b""

    sent = [piece async for piece in streams.answer(COMPANY, source()).body_iterator]
    assert sent == [RETRY, b"one", HEARTBEAT, HEARTBEAT, b"two"]
    assert streams.open == 0


async def test_a_company_has_so_many_streams_and_others_theirs() -> None:
    streams, _ = made()

    async def source() -> AsyncIterator[bytes]:
        while True:
            yield b"x"

    def opened(company: str) -> AsyncIterator[object]:
        return aiter(streams.answer(company, source()).body_iterator)

    held = [opened(COMPANY) for _ in range(MOST_STREAMS)]
    for one in held:
        assert await anext(one) == RETRY
    with pytest.raises(TooManyStreams):
        opened(COMPANY)
    assert await anext(opened("b" * 24)) == RETRY
    await held.pop().aclose()  # type: ignore[attr-defined]  # it is a generator
    assert await anext(opened(COMPANY)) == RETRY


def test_a_stream_lasts_ten_minutes_or_until_the_server_stops() -> None:
    streams, clock = made()
    began = clock.monotonic()
    assert streams.lasts(began)
    clock.advance(LONGEST_SECONDS)
    assert not streams.lasts(began)
    assert streams.lasts(clock.monotonic())
    streams.close()
    assert not streams.lasts(clock.monotonic())

"""Pace: no window of the vendor's ever sees more calls than it allows, and answers correct the budget."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.crm.provider import Pace
from leadbridge.integrations.pacing import Bucket, Pacer
from leadbridge.integrations.session import retry_after
from leadbridge.kit.clock import ManualClock
from leadbridge.security.transport import Headers, HttpResponse

PACE = Pace(calls=100, seconds=10)


@given(st.lists(st.floats(0, 4), min_size=1, max_size=400))
def test_no_window_sees_more_than_the_limit(gaps: list[float]) -> None:
    bucket, now, sent = Bucket(PACE, 0.0), 0.0, []
    for gap in gaps:
        now += gap if gap > 3.9 else 0.0
        wait = bucket.take(now)
        assert wait >= 0
        sent.append(now + wait)
    for at in sent:
        assert sum(at <= other < at + PACE.seconds for other in sent) <= PACE.calls


def test_a_quiet_account_is_not_held_back() -> None:
    bucket = Bucket(PACE, 0.0)
    assert [bucket.take(0.0) for _ in range(25)] == [0.0] * 25
    assert bucket.take(0.0) > 0


def test_what_the_vendor_says_is_left_counts() -> None:
    bucket = Bucket(PACE, 0.0)
    bucket.correct(1)
    assert bucket.take(0.0) == 0
    assert bucket.take(0.0) > 0
    bucket.correct(90)
    assert bucket.take(0.0) > 0, "a higher figure of the vendor's never makes us faster"


async def test_a_slow_down_holds_every_caller_of_the_account_and_no_other() -> None:
    clock = ManualClock()
    pacer = Pacer(clock)
    pacer.told("hubspot|1", PACE, shut_for=7.0)
    await pacer.turn("hubspot|2", PACE)
    assert clock.monotonic() == 0
    await pacer.turn("hubspot|1", PACE)
    assert clock.monotonic() == pytest.approx(7.0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12", 12.0),
        ("0", 0.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    response = HttpResponse(429, Headers([("Retry-After", text)] if text else []), b"", 0.0)
    assert retry_after(response, datetime(2026, 3, 1, 12, tzinfo=UTC)) == seconds

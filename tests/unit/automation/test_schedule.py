"""When a delivery is tried again, and what is made of what a receiver asks for."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from leadbridge.automation.delivery.answers import ANSWERS, Answer, hint_of, read_answer
from leadbridge.automation.delivery.schedule import SCHEDULE, next_try
from leadbridge.security.transport import Headers, HttpResponse

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
FAR = NOW + timedelta(days=30)
FAILED = Answer(ANSWERS["server_error"], "It answered 500.", 500)


def pauses(answer: Answer, failed: int, schedule: tuple[float, ...] | None = None) -> list[float]:
    found = [next_try(answer, failed, NOW, FAR, schedule, random.Random(seed)) for seed in range(200)]
    return [(due - NOW).total_seconds() for due in found if due is not None]


@pytest.mark.parametrize("failed", range(1, len(SCHEDULE) + 1))
def test_each_pause_is_spread_over_the_upper_half_of_the_schedules(failed: int) -> None:
    found, whole = pauses(FAILED, failed), SCHEDULE[failed - 1]
    assert whole / 2 <= min(found) < whole * 0.55
    assert whole * 0.95 < max(found) <= whole


def test_the_schedule_ends_after_about_three_days() -> None:
    assert pauses(FAILED, len(SCHEDULE) + 1) == []
    assert 70 * 3600 < sum(SCHEDULE) < 80 * 3600


def test_an_endpoint_may_have_a_schedule_of_its_own() -> None:
    assert all(30 <= pause <= 60 for pause in pauses(FAILED, 1, (60.0,)))
    assert pauses(FAILED, 2, (60.0,)) == []


def test_retry_after_lengthens_a_pause_and_never_shortens_it() -> None:
    short = Answer(ANSWERS["unavailable"], "", 503, retry_after=1.0)
    assert min(pauses(short, 3)) >= 900
    long = Answer(ANSWERS["unavailable"], "", 503, retry_after=7200.0)
    found = pauses(long, 1)
    assert min(found) >= 7200
    assert max(found) <= 7920
    assert len(set(found)) > 100, "who was refused at one moment must not come back at one moment"


def test_a_full_queue_is_left_alone_for_minutes() -> None:
    assert min(pauses(Answer(ANSWERS["queue_full"], "", 400), 1)) >= 120


def test_no_try_begins_after_the_execution_has_expired() -> None:
    assert next_try(FAILED, 2, NOW, NOW + timedelta(seconds=100), None, random.Random(1)) is None
    assert next_try(FAILED, 1, NOW, NOW + timedelta(seconds=100), None, random.Random(1)) is not None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        (" 7 ", 7.0),
        ("99999999999999999999", 86_400.0),
        ("Mon, 23 Nov 2026 08:01:00 GMT", 60.0),
        ("Mon, 23 Nov 2026 07:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2099 08:00:00 GMT", 86_400.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999999999", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(text: str, seconds: float | None) -> None:
    answer = read_answer(HttpResponse(503, Headers([("Retry-After", text)]), b"", 0.1), NOW)
    assert answer.retry_after == seconds


def test_every_class_but_delivered_says_what_can_be_done() -> None:
    for code, known in ANSWERS.items():
        assert bool(known.hint) == (code != "delivered")
        assert hint_of(code) == known.hint
    for code in ("expired", "reported_failed"):
        assert hint_of(code)
    assert hint_of(None) == hint_of("something else") == ""

"""Time and ids: injected, and the same on every engine."""

import random
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.kit.clock import ManualClock, SystemClock, from_millis, to_millis, to_seconds_text, to_text
from leadbridge.kit.ids import is_object_id, object_ids

moments = st.integers(to_millis(datetime(1971, 1, 1, tzinfo=UTC)), to_millis(datetime(9000, 1, 1, tzinfo=UTC)))


def test_the_systems_time_has_whole_milliseconds() -> None:
    assert all(SystemClock().now().microsecond % 1000 == 0 for _ in range(50))


@given(st.integers(0, 2**45))
def test_milliseconds_survive_a_round_trip(millis: int) -> None:
    assert to_millis(from_millis(millis)) == millis
    assert to_millis(datetime.fromisoformat(to_text(from_millis(millis)))) == millis


@given(moments, moments)
def test_the_text_order_of_times_is_their_time_order(one: int, other: int) -> None:
    assert (to_text(from_millis(one)) < to_text(from_millis(other))) == (one < other)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        to_millis(datetime(2026, 1, 1))  # noqa: DTZ001  # the point of the test


def test_times_are_shown_in_utc() -> None:
    east = datetime(2026, 1, 1, 1, 30, 0, 500_000, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert to_text(east) == "2025-12-31T20:00:00.500Z"
    assert to_seconds_text(east) == "2025-12-31T20:00:00Z"


def test_ids_never_repeat_and_are_repeatable_from_a_seed() -> None:
    clock = ManualClock()
    new = object_ids(clock)
    made = [new() for _ in range(5000)]
    assert len(set(made)) == 5000
    assert all(is_object_id(id) for id in made)
    first, second = (object_ids(clock, random.Random(7)) for _ in range(2))
    assert [first() for _ in range(5)] == [second() for _ in range(5)]


@pytest.mark.parametrize("text", ["", "x" * 24, "A" * 24, "a" * 23, "a" * 25, "a" * 24 + "\n"])
def test_what_is_no_id_is_not_taken_for_one(text: str) -> None:
    assert not is_object_id(text)

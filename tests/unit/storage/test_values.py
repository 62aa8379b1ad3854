"""The door every stored value passes, and cursors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.kit.cursors import decode_cursor, encode_cursor
from leadbridge.kit.errors import InvalidInput
from leadbridge.kit.values import INT64, NotStorable, at_path, clean_text, stored, stored_mapping


class Colour(StrEnum):
    RED = "red"


class Level(Enum):
    HIGH = 3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("nul\0", "nul\ufffd"),
        ("\ud800x\udfff", "\ufffdx\ufffd"),
        ("e\u0301", "\xe9"),
        ("\u212b", "\xc5"),
        ("\U0001f600", "\U0001f600"),
        ("", ""),
    ],
)
def test_text_is_cleaned(value: str, expected: str) -> None:
    assert clean_text(value) == expected


@given(st.text(st.characters(codec=None)))
def test_clean_text_is_a_fixed_point_every_engine_can_encode(text: str) -> None:
    clean = clean_text(text)
    assert clean_text(clean) == clean
    assert "\0" not in clean
    clean.encode("utf-8")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Colour.RED, "red"),
        (Level.HIGH, 3),
        (True, True),
        (-INT64, -INT64),
        (1.5, 1.5),
        (Decimal("1.10"), "1.10"),
        (datetime(2026, 1, 2, 3, 4, 5, 678_999, UTC), "2026-01-02T03:04:05.678Z"),
        (datetime(2026, 1, 2, 3, 0, tzinfo=timezone(timedelta(hours=2))), "2026-01-02T01:00:00.000Z"),
        ({"a": None, "b": {"c": None}}, {"b": {}}),
        (("x", 1), ["x", 1]),
        ({"b", "a"}, ["a", "b"]),
    ],
)
def test_the_stored_form(value: object, expected: object) -> None:
    result = stored(value)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    "value",
    [None, INT64, -INT64 - 1, float("nan"), float("-inf"), b"x", object(), datetime(2026, 1, 1), [None]],  # noqa: DTZ001
)
def test_what_cannot_be_stored(value: object) -> None:
    with pytest.raises(NotStorable):
        stored(value)


@pytest.mark.parametrize("key", ["a.b", "$set", "n\0", "\ud800"])
def test_field_names_that_an_engine_would_misread(key: str) -> None:
    with pytest.raises(NotStorable, match="field name"):
        stored_mapping({key: 1})


def test_paths() -> None:
    body = stored_mapping({"a": {"b": {"c": 1}}, "l": [{"x": 1}]})
    assert at_path(body, "a.b.c") == 1
    assert at_path(body, "a.b.d") is None
    assert at_path(body, "a.b.c.d") is None
    assert at_path(body, "l.x") is None


@given(st.lists(st.none() | st.text() | st.integers(-INT64, INT64 - 1) | st.booleans(), min_size=1, max_size=4))
def test_a_cursor_comes_back_as_it_was_given(position: list[str | int | bool | None]) -> None:
    assert decode_cursor(encode_cursor(tuple(position))) == tuple(position)


@pytest.mark.parametrize("text", ["", "!", "e30", "W10", "W1tdXQ", "bnVsbA", "x" * 3000, "\ud800"])
def test_what_is_no_cursor_of_ours(text: str) -> None:
    with pytest.raises(InvalidInput, match="not one that this list has given"):
        decode_cursor(text)

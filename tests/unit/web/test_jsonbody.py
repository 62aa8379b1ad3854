"""What a JSON body may be."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.web.jsonbody import MAX_DEPTH, MAX_NAMES, BadJson, depth_of, is_json, parse_json


def code_of(body: bytes) -> str:
    with pytest.raises(BadJson) as caught:
        parse_json(body)
    return caught.value.code


def test_depth_is_limited_before_anything_is_parsed() -> None:
    assert parse_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert code_of(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)) == "json_too_deep"
    assert code_of(b'{"a":' * 100_000) == "json_too_deep"


@pytest.mark.parametrize("text", ["[[[[", '"[[["', "\\[", '\\"[[[', "}}}}", "\\\\"])
def test_brackets_in_texts_are_no_depth(text: str) -> None:
    assert depth_of(json.dumps({"a": [text, {text: text}]}).encode()) == 3


@pytest.mark.parametrize("body", [b'{"a":1,"a":2}', b'{"b":{"a":1,"\\u0061":2}}', b'[{"a":1,"b":2,"a":1}]'])
def test_a_name_stands_once_in_an_object(body: bytes) -> None:
    assert code_of(body) == "json_duplicate_name"


def test_names_are_counted_over_the_whole_body() -> None:
    assert len(parse_json(json.dumps([{str(n): n} for n in range(MAX_NAMES)]).encode())) == MAX_NAMES
    assert code_of(json.dumps([{str(n): n} for n in range(MAX_NAMES + 1)]).encode()) == "json_too_many_names"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b"NaN",
        b'{"a":Infinity}',
        b'{"a":1e999}',
        b"\xff\xfe",
        b'{"a":' + b"9" * 5000 + b"}",
        b"[1,]",
        b'"',
    ],
)
def test_what_is_no_json_is_refused_in_a_sentence(body: bytes) -> None:
    assert code_of(body) == "invalid_json"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_everything_else_is_read_as_it_was_written(value: object) -> None:
    assert parse_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("kind", "yes"),
    [
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("application/merge-patch+json", True),
        ("text/json", False),
        ("", False),
        ("text/plain", False),
        ("application/x-www-form-urlencoded", False),
        ("application/jsonp", False),
    ],
)
def test_which_types_are_json(kind: str, yes: bool) -> None:
    assert is_json(kind) is yes

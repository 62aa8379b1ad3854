"""JSON bodies, checked before anything is made of them: how deep, how many names, each name once. Pure.

A parser that recurses ends in a stack overflow, an object with a name twice means different things to different
readers, and a body of a million names costs far more than its bytes.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from leadbridge.kit.errors import InvalidInput, LeadbridgeError

MAX_DEPTH = 64
MAX_NAMES = 10_000

_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class UnsupportedMediaType(LeadbridgeError):
    """The body is of a type that the endpoint does not take."""

    status = 415
    default_code = "unsupported_media_type"
    default_hint = "Send the body as JSON, with the header 'Content-Type: application/json'."


class BadJson(InvalidInput):
    """The body is not JSON, or not of a form that is taken."""

    default_code = "invalid_json"
    default_hint = "Correct the body and send the request again; nothing was changed."


def is_json(content_type: str) -> bool:
    """Tell whether a ``Content-Type`` says JSON (RFC 8259, or a ``+json`` suffix by RFC 6839)."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def parse_json(body: bytes) -> Any:
    """Return the value of a JSON body; raises ``BadJson`` with what is wrong with it."""
    if depth_of(body) > MAX_DEPTH:
        raise BadJson(f"The body is nested deeper than {MAX_DEPTH} levels.", code="json_too_deep")
    names = 0

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal names
        names += len(pairs)
        if names > MAX_NAMES:
            raise BadJson(f"The body has more than {MAX_NAMES:,} names.", code="json_too_many_names")
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
            raise BadJson(f"The name {twice[:80]!r} stands twice in one object.", code="json_duplicate_name")
        return found

    try:
        return json.loads(body, object_pairs_hook=once, parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise BadJson("The body is not UTF-8.") from error
    except json.JSONDecodeError as error:
        raise BadJson(f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    except ValueError as error:  # an integer with more digits than Python converts
        raise BadJson("The body has a number that is too long.") from error


def depth_of(body: bytes) -> int:
    """Return how deep brackets outside of strings are nested, without parsing; what is no JSON may give any number."""
    brackets = _STRINGS.sub(b"", body).translate(None, _NOT_BRACKETS)
    depth = deepest = 0
    for byte in brackets:
        if byte in b"[{":
            depth += 1
            if depth > deepest:
                deepest = depth
                if deepest > MAX_DEPTH:
                    return deepest
        else:
            depth -= 1
    return deepest


def _no_constant(name: str) -> NoReturn:
    raise BadJson(f"The body has {name}, which is not JSON.")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise BadJson("The body has a number that is too large.")
    return value

"""The small language in which `guide.yaml` says what an answer looks like, and the checker for it.

A shape is:

- a mapping: an object with at least these keys (more are always allowed); `key?` may be missing;
- a list of one shape: a list whose every element has that shape, possibly empty;
- true, false or a whole number: exactly that;
- text: one type name, or several separated by ` | ` of which one must fit:
  `string`, `text` (not empty), `int`, `number`, `bool`, `null`, `object`, `any`, `id` (24 hex digits),
  `url` (absolute, http or https), `iso-time-seconds-Z`, `numeric-string-2dp`, `enum(a, b)`, `list of TYPE`.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias
from urllib.parse import urlsplit

Shape: TypeAlias = "dict[str, Any] | list[Any] | str | bool | int"

_ENUM = re.compile(r"enum\(([^()]+)\)")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


class ShapeError(ValueError):
    """A shape that is not in the language; the message names the place and the word."""


def _is_time(value: str) -> bool:
    if not _TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_url(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


_NAMED: dict[str, Callable[[Any], bool]] = {
    "any": lambda _: True,
    "null": lambda v: v is None,
    "bool": lambda v: isinstance(v, bool),
    "int": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "object": lambda v: isinstance(v, dict),
    "string": lambda v: isinstance(v, str),
    "text": lambda v: isinstance(v, str) and v.strip() != "",
    "id": lambda v: isinstance(v, str) and re.fullmatch(r"[0-9a-f]{24}", v) is not None,
    "url": lambda v: isinstance(v, str) and _is_url(v),
    "iso-time-seconds-Z": lambda v: isinstance(v, str) and _is_time(v),
    "numeric-string-2dp": lambda v: isinstance(v, str) and re.fullmatch(r"\d+\.\d{2}", v) is not None,
}


def validate(shape: object, at: str = "shape") -> None:
    """Raise ShapeError unless `shape` is in the language."""
    match shape:
        case bool() | int():
            return
        case str():
            for word in shape.split(" | "):
                _validate_word(word.strip(), at)
        case [element]:
            validate(element, f"{at}[]")
        case dict():
            for key, inner in shape.items():
                if not isinstance(key, str) or not key.rstrip("?"):
                    raise ShapeError(f"{at}: {key!r} is not a key")
                validate(inner, f"{at}.{key}")
        case list():
            raise ShapeError(f"{at}: a list holds exactly one shape, not {len(shape)}")
        case _:
            raise ShapeError(f"{at}: {shape!r} is not a shape")


def _validate_word(word: str, at: str) -> None:
    if word.startswith("list of "):
        _validate_word(word.removeprefix("list of ").strip(), at)
    elif word not in _NAMED and not _ENUM.fullmatch(word):
        raise ShapeError(f"{at}: {word!r} is not a type")


def mismatches(shape: object, value: Any, at: str = "answer") -> list[str]:
    """Every way in which `value` is not of `shape`, one sentence each with its place; empty when it fits.

    Values are never shown, only their types: an answer may hold a secret. Raises ShapeError on a bad shape.
    """
    match shape:
        case bool() | int():
            fits = type(value) is type(shape) and value == shape
            return [] if fits else [f"{at} is {_kind(value)}, not {shape!r}"]
        case str():
            return [] if _fits(shape, value) else [f"{at} is {_kind(value)}, not {shape}"]
        case [element]:
            if not isinstance(value, list):
                return [f"{at} is {_kind(value)}, not a list"]
            return [p for n, item in enumerate(value) for p in mismatches(element, item, f"{at}[{n}]")]
        case dict():
            if not isinstance(value, dict):
                return [f"{at} is {_kind(value)}, not an object"]
            return _missing_or_wrong(shape, value, at)
        case _:
            raise ShapeError(f"{at}: {shape!r} is not a shape")


def _missing_or_wrong(shape: dict[str, Any], value: dict[str, Any], at: str) -> list[str]:
    problems: list[str] = []
    for key, inner in shape.items():
        name = key.removesuffix("?")
        if name in value:
            problems += mismatches(inner, value[name], f"{at}.{name}")
        elif not key.endswith("?"):
            problems.append(f"{at}.{name} is missing")
    return problems


def _fits(shape: str, value: Any) -> bool:
    return any(_fits_word(word.strip(), value) for word in shape.split(" | "))


def _fits_word(word: str, value: Any) -> bool:
    if word.startswith("list of "):
        inner = word.removeprefix("list of ").strip()
        return isinstance(value, list) and all(_fits_word(inner, item) for item in value)
    if found := _ENUM.fullmatch(word):
        return isinstance(value, str) and value in {option.strip() for option in found[1].split(",")}
    if word not in _NAMED:
        raise ShapeError(f"{word!r} is not a type")
    return _NAMED[word](value)


def _kind(value: Any) -> str:
    match value:
        case None | True | False:
            return {None: "null", True: "true", False: "false"}[value]
        case str():
            return f"a string of {len(value)} characters"
        case int() | float():
            return "a number"
        case list():
            return f"a list of {len(value)}"
        case _:
            return "an object"

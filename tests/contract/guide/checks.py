"""Where in an answer to look, and what to find there beyond its shape."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

CHECKS = frozenset(
    {
        "absent",
        "equals",
        "differs",
        "same_as",
        "length",
        "at_least",
        "contains",
        "mentions",
        "query",
        "carries",
    }
)
_STEP = re.compile(r"(?P<key>[A-Za-z_][\w-]*)|\[(?P<index>\d+|\*)\]|\[(?P<field>\w+)=(?P<wanted>[^\]]*)\]")
_MISSING = object()


class PathError(ValueError):
    """A place written in a way this module does not read."""


def parse_path(path: str) -> list[tuple[str, str, str]]:
    """Cut `data[id=zoho].name` or `data.items[0].x[*].y` into steps (kind, a, b). Raises PathError."""
    steps: list[tuple[str, str, str]] = []
    rest = path
    while rest:
        found = _STEP.match(rest)
        if found is None:
            raise PathError(f"{path!r} cannot be read from {rest!r} on")
        if found["key"] is not None:
            steps.append(("key", found["key"], ""))
        elif found["index"] is not None:
            steps.append(("index", found["index"], ""))
        else:
            steps.append(("where", found["field"], found["wanted"]))
        rest = rest[found.end() :].removeprefix(".")
    return steps


def look_up(content: Any, path: str) -> Any:
    """The value at `path`; `[*]` gives the list of what follows in every element. Raises LookupError if absent."""
    value = _walk(content, parse_path(path))
    if value is _MISSING:
        raise LookupError(f"{path} is missing")
    return value


def _walk(value: Any, steps: list[tuple[str, str, str]]) -> Any:
    for n, (kind, a, b) in enumerate(steps):
        if kind == "key":
            value = value.get(a, _MISSING) if isinstance(value, dict) else _MISSING
        elif not isinstance(value, list):
            return _MISSING
        elif kind == "where":
            value = next((v for v in value if isinstance(v, dict) and v.get(a) == b), _MISSING)
        elif a == "*":
            return [_walk(item, steps[n + 1 :]) for item in value]
        else:
            value = value[int(a)] if int(a) < len(value) else _MISSING
        if value is _MISSING:
            return _MISSING
    return value


def problem(check: dict[str, Any], content: Any) -> str | None:
    """One sentence saying how `content` fails `check`, or None. Values found are not shown: they may be secret."""
    at = check["at"]
    try:
        value = look_up(content, at)
    except LookupError:
        return None if check.get("absent") else f"{at} is missing"
    at = at or "the answer"
    for name, wanted in check.items():
        if name != "at" and not _holds(name, wanted, value, content):
            return f"{at} fails {name}: {wanted!r}"
    return None


def _holds(name: str, wanted: Any, value: Any, content: Any) -> bool:
    match name:
        case "absent":
            return not wanted
        case "equals":
            return bool(value == wanted) and type(value) is type(wanted)
        case "differs":
            return bool(value != wanted)
        case "same_as":
            return bool(value == look_up(content, wanted))
        case "length":
            return isinstance(value, list | str) and len(value) == wanted
        case "at_least":
            return bool((len(value) if isinstance(value, list | str) else value) >= wanted)
        case "contains":
            return isinstance(value, list | str) and wanted in value
        case "mentions":
            return wanted.casefold() in json.dumps(value, ensure_ascii=False).casefold()
        case "query":
            return isinstance(value, str) and _query_holds(wanted, value)
        case "carries":
            pairs = {key: look_up(content, path) for key, path in wanted.items()}
            return isinstance(value, str) and _query_holds(pairs, value)
        case _:
            raise PathError(f"{name!r} is not a check")


def _query_holds(wanted: dict[str, Any], url: str) -> bool:
    """Compare query parameters: text exactly, `*` any but empty, a list as the set of its words."""
    query = parse_qs(urlsplit(url).query, keep_blank_values=True)
    for key, expected in wanted.items():
        given = query.get(key, [None])[0]
        if given is None:
            return False
        if isinstance(expected, list):
            if set(re.split(r"[ ,]+", given)) != set(expected):
                return False
        elif given != expected and not (expected == "*" and given):
            return False
    return True

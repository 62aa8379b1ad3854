"""The part of Make's formula language (IML) that a filter on a webhook needs. Pure.

`{{sha256(1.value; "hex"; "secret")}}`: arguments are separated by semicolons, texts stand in straight double quotes,
`1.` is the bundle of the first module, arrays count from 1. `sha256` with a key is an HMAC.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([A-Za-z_]\w*)\s*\(|([\w`][\w.`\-\[\]]*)|([();+\-]))')
_FORMULA = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_STEP = re.compile(r"`([^`]+)`|([\w\-]+)|\[(\d*)\]")


class BadFormula(ValueError):
    """A formula cannot be read; the text says where."""


def evaluate(template: str, bundle: Mapping[str, Any], now: float) -> Any:
    """Return the value of a field with formulas in it: the formula's own where it is nothing else, else a text."""
    whole = _FORMULA.fullmatch(template.strip())
    if whole is not None:
        return _Reader(whole[1], bundle, now).value()
    return _FORMULA.sub(lambda match: as_text(_Reader(match[1], bundle, now).value()), template)


def passes(conditions: Sequence[Sequence[Mapping[str, Any]]], bundle: Mapping[str, Any], now: float) -> bool:
    """Tell whether a filter lets a bundle through: groups joined by OR, the conditions of each by AND; none: all."""
    return not conditions or any(all(_holds(one, bundle, now) for one in group) for group in conditions)


def as_text(value: Any) -> str:
    """Return a value as Make puts it into a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _holds(condition: Mapping[str, Any], bundle: Mapping[str, Any], now: float) -> bool:
    operator = str(condition.get("o", ""))
    left = evaluate(str(condition.get("a", "")), bundle, now)
    if operator in ("exist", "notexist"):
        return (left is not None and left != "") is (operator == "exist")
    right = evaluate(str(condition.get("b", "")), bundle, now)
    kind, _, name = operator.partition(":")
    if kind == "number":
        return _number(name, left, right)
    if kind != "text":
        raise BadFormula(f"the operator {operator} is not known here")
    name, _, blind = name.partition(":")
    one, other = as_text(left), as_text(right)
    if blind == "ci":
        one, other = one.lower(), other.lower()
    if name not in _TEXTS:
        raise BadFormula(f"the operator {operator} is not known here")
    return _TEXTS[name](one, other)


_TEXTS: Mapping[str, Callable[[str, str], bool]] = {
    "equal": lambda one, other: one == other,
    "notequal": lambda one, other: one != other,
    "contain": lambda one, other: other in one,
    "notcontain": lambda one, other: other not in one,
    "startwith": lambda one, other: one.startswith(other),
    "endwith": lambda one, other: one.endswith(other),
}
_NUMBERS: Mapping[str, Callable[[float, float], bool]] = {
    "equal": lambda one, other: one == other,
    "notequal": lambda one, other: one != other,
    "greater": lambda one, other: one > other,
    "less": lambda one, other: one < other,
    "greaterorequal": lambda one, other: one >= other,
    "lessorequal": lambda one, other: one <= other,
}


def _number(name: str, left: Any, right: Any) -> bool:
    if name not in _NUMBERS:
        raise BadFormula(f"the operator number:{name} is not known here")
    try:
        return _NUMBERS[name](float(as_text(left)), float(as_text(right)))
    except ValueError:
        return False


class _Reader:
    """Reads one formula from left to right."""

    def __init__(self, text: str, bundle: Mapping[str, Any], now: float) -> None:
        self._text, self._bundle, self._now, self._at = text, bundle, now, 0

    def value(self) -> Any:
        found = self._sum()
        if self._text[self._at :].strip():
            raise BadFormula(f"there is more than one formula: {self._text[self._at :][:40]!r}")
        return found

    def _sum(self) -> Any:
        found = self._term()
        while (sign := self._peek()) in ("+", "-"):
            self._next()
            other = self._term()
            if isinstance(found, int | float) and isinstance(other, int | float):
                found = found + other if sign == "+" else found - other
            elif sign == "+":
                found = as_text(found) + as_text(other)
            else:
                raise BadFormula("only numbers are subtracted")
        return found

    def _term(self) -> Any:
        match = self._next()
        text, function, path, sign = match.groups()
        if text is not None:
            return re.sub(r"\\(.)", r"\1", text)
        if function is not None:
            return self._call(function)
        if path is not None:
            return self._path(path)
        raise BadFormula(f"a value is missing before {sign!r}")

    def _call(self, name: str) -> Any:
        arguments: list[Any] = []
        if self._peek() == ")":
            self._next()
        else:
            while True:
                arguments.append(self._sum())
                sign = self._next()[4]
                if sign == ")":
                    break
                if sign != ";":
                    raise BadFormula("arguments are separated by semicolons")
        if name not in _FUNCTIONS:
            raise BadFormula(f"the function {name} is not known here")
        return _FUNCTIONS[name](*arguments)

    def _path(self, path: str) -> Any:
        if path == "timestamp":
            return int(self._now)
        if path.isdigit():
            return int(path)
        module, _, rest = path.partition(".")
        if module != "1":
            raise BadFormula(f"there is no value {path!r}")
        here: Any = self._bundle
        for quoted, name, place in _STEP.findall(rest):
            if quoted or name:
                here = here.get(quoted or name) if isinstance(here, Mapping) else None
            else:
                here = _get(here, int(place or 1))
        return here

    def _peek(self) -> str:
        match = _TOKEN.match(self._text, self._at)
        return "" if match is None else match[4] or ""

    def _next(self) -> re.Match[str]:
        match = _TOKEN.match(self._text, self._at)
        if match is None:
            raise BadFormula(f"this cannot be read: {self._text[self._at :][:40]!r}")
        self._at = match.end()
        return match


def _get(held: Any, key: Any) -> Any:
    if isinstance(held, Mapping):
        return held.get(as_text(key))
    place = int(key)
    return held[place - 1] if isinstance(held, list) and 0 < place <= len(held) else None


def _map(held: Any, key: str, by: str = "", value: Any = None) -> list[Any]:
    rows = [row for row in held or [] if isinstance(row, Mapping)]
    return [row.get(key) for row in rows if not by or as_text(row.get(by)) in as_text(value).split(",")]


def _sha256(text: Any, encoding: str = "hex", key: Any = None, key_encoding: str = "text") -> str:
    data = as_text(text).encode()
    if key is None or key == "":
        digest = hashlib.sha256(data).digest()
    else:
        readers: Mapping[str, Callable[[str], bytes]] = {
            "text": str.encode,
            "hex": bytes.fromhex,
            "base64": base64.b64decode,
        }
        digest = hmac.digest(readers[key_encoding](as_text(key)), data, "sha256")
    return base64.b64encode(digest).decode() if encoding == "base64" else digest.hex()


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "get": _get,
    "map": _map,
    "first": lambda held: _get(held, 1),
    "last": lambda held: held[-1] if held else None,
    "sha256": _sha256,
    "lower": lambda text: as_text(text).lower(),
    "upper": lambda text: as_text(text).upper(),
    "trim": lambda text: as_text(text).strip(),
    "toString": as_text,
}

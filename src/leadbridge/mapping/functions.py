"""The functions that expressions may call beside CEL's own. Each one's result is capped: chained calls cannot grow.

CEL's own string extension is not loaded: six of its ``replace`` in a row fill a machine's memory from forty characters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from cel_expr_python import cel

MAX_TEXT = 10_000
"""Characters that a function returns, and that a field's value counts in an expression."""

_S, _I, _B, _DYN = cel.Type.STRING, cel.Type.INT, cel.Type.BOOL, cel.Type.DYN
_LIST = cel.Type.List(cel.Type.STRING)
_TYPED = {"text": _S, "whole": _I, "decimal": cel.Type.DOUBLE, "truth": _B, "list": _LIST}
_RUN = {**_TYPED, "list": cel.Type.List(_DYN), "blank": cel.Type.NULL}

Scalar: TypeAlias = "str | int | float | bool | Sequence[str] | None"


def _capped(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise ValueError(f"a text is longer than {MAX_TEXT} characters")
    return text


def _replace(text: str, old: str, new: str) -> str:
    if not old:
        raise ValueError("replace needs a text to look for")
    if len(text) + text.count(old) * (len(new) - len(old)) > MAX_TEXT:
        raise ValueError(f"a text is longer than {MAX_TEXT} characters")
    return text.replace(old, new)


def _left(text: str, count: int) -> str:
    return text[: max(count, 0)]


def _right(text: str, count: int) -> str:
    return text[-count:] if count > 0 else ""


def _join(texts: Sequence[str], between: str) -> str:
    if sum(map(len, texts)) + len(between) * len(texts) > MAX_TEXT:
        raise ValueError(f"a text is longer than {MAX_TEXT} characters")
    return between.join(texts)


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _blank(value: Scalar) -> bool:
    return value is None or value in ("", ()) or (isinstance(value, str) and value.isspace()) or value == []


def _fallback(value: Scalar, other: Scalar) -> Scalar:
    return other if _blank(value) else value


_TEXT: tuple[tuple[str, tuple[Any, ...], Callable[..., str]], ...] = (
    ("upper", (_S,), lambda text: _capped(text.upper())),
    ("lower", (_S,), lambda text: _capped(text.lower())),
    ("trim", (_S,), lambda text: text.strip()),
    ("digits", (_S,), _digits),
    ("left", (_S, _I), _left),
    ("right", (_S, _I), _right),
    ("replace", (_S, _S, _S), _replace),
    ("join", (_LIST, _S), _join),
)
NAMES = (*(name for name, _, _ in _TEXT), "blank", "fallback")


def declared(*, typed: bool) -> list[Any]:
    """Return the functions for the environment in which expressions are checked (``typed``) or run.

    To check, ``fallback`` wants two values of one type. At run a value may be blank, so every two types are declared:
    CEL finds an overload by the types that the values have then.
    """
    kinds = _TYPED if typed else _RUN
    texts = [
        cel.FunctionDecl(name, [cel.Overload(f"{name}_text", _S, list(takes), False, impl)])
        for name, takes, impl in _TEXT
    ]
    pairs = [(one, two) for one in kinds for two in kinds if one == two or not typed]
    fallback = [
        cel.Overload(f"fallback_{one}_{two}", kinds[one] if typed else _DYN, [kinds[one], kinds[two]], False, _fallback)
        for one, two in pairs
    ]
    blank = [cel.Overload(f"blank_{one}", _B, [type], False, _blank) for one, type in kinds.items()]
    return [*texts, cel.FunctionDecl("fallback", fallback), cel.FunctionDecl("blank", blank)]

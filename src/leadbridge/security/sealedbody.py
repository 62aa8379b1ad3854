"""Finding the sealed values of any stored document by their shape. Pure.

A sealed value is an object of exactly ``kid, alg, n, c``, and what others send us is never stored as an object of its
own keys, so that the shape is enough and no kind has to list its secrets. Each is bound to the dotted path of stored
names at which it stands. It cannot stand in a list: elements move, and a value that moved would not open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from leadbridge.kit.values import Value
from leadbridge.security.model import Sealed

_SHAPE = frozenset(("kid", "alg", "n", "c"))


def sealed_values(body: Mapping[str, Value], path: str = "") -> dict[str, Sealed]:
    """Return every sealed value of a stored body by its path; raises ``ValueError`` for one in a list."""
    found: dict[str, Sealed] = {}
    for name, value in body.items():
        here = f"{path}{name}"
        if isinstance(value, dict):
            if (sealed := as_sealed(value)) is not None:
                found[here] = sealed
            else:
                found |= sealed_values(value, f"{here}.")
        elif isinstance(value, list) and any(_holds_sealed(item) for item in value):
            raise ValueError(f"{here} holds a sealed value in a list, where it could not be told which one it is")
    return found


def as_sealed(value: Value) -> Sealed | None:
    """Return the sealed value that a stored value is, or None."""
    if not isinstance(value, dict) or value.keys() != _SHAPE:
        return None
    kid, alg, n, c = (value[name] for name in ("kid", "alg", "n", "c"))
    if not (isinstance(kid, str) and isinstance(alg, str) and isinstance(n, str) and isinstance(c, str)):
        return None
    return Sealed(kid, alg, n, c)


def top_level(body: Mapping[str, Value], sealed: Mapping[str, Sealed]) -> dict[str, object]:
    """Return the top-level fields of ``body`` with ``sealed`` in them, and their one data key as ``kid``."""
    changed: dict[str, object] = {}
    for path, value in sealed.items():
        names = path.split(".")
        changed[names[0]] = _put(changed.get(names[0], body[names[0]]), names[1:], asdict(value))
        changed["kid"] = value.kid
    return changed


def _put(here: object, names: list[str], value: object) -> object:
    if not names:
        return value
    if not isinstance(here, Mapping):
        raise TypeError("a path leads through objects")
    return {**here, names[0]: _put(here[names[0]], names[1:], value)}


def _holds_sealed(value: Value) -> bool:
    if isinstance(value, list):
        return any(_holds_sealed(item) for item in value)
    return isinstance(value, dict) and (as_sealed(value) is not None or any(map(_holds_sealed, value.values())))

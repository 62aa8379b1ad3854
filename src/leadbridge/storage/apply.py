"""What an operation does to one stored body: pure functions that every engine evaluating in Python shares."""

from __future__ import annotations

from collections.abc import Mapping

from leadbridge.kit.values import Stored, Value, at_path
from leadbridge.storage.batch import After, Expect, Patch, Replace
from leadbridge.storage.query import Unset, comparable, same

REMEMBERED_BATCHES = 4


def holds(where: Mapping[str, Value | Unset], body: Stored) -> bool:
    """Tell whether every named field of ``body`` equals what is expected; ``UNSET`` expects its absence."""
    for path, value in where.items():
        here = at_path(body, path)
        if isinstance(value, Unset):
            if here is not None:
                return False
        elif not same(here, value):
            return False
    return True


def meets(expect: Expect | None, body: Stored | None) -> bool:
    """Tell whether a stored ``body`` (None: absent) is as an operation expects it."""
    if expect is None:
        return True
    if body is None:
        return False
    return (expect.rev is None or body.get("rev") == expect.rev) and holds(expect.where, body)


def stamped(body: Stored, batch: str, before: Stored | None = None) -> Stored:
    """Return ``body`` with ``batch`` added to the batches that wrote the document last."""
    earlier = before.get("_b", []) if before is not None else []
    kept = earlier[-(REMEMBERED_BATCHES - 1) :] if isinstance(earlier, list) else []
    return body | {"_b": [*kept, batch]}


def replaced(operation: Replace, before: Stored, batch: str) -> Stored:
    """Return the body after a ``Replace``."""
    return stamped(operation.body, batch, before)


def patched(operation: Patch, before: Stored, batch: str) -> Stored:
    """Return the body after a ``Patch``: named fields set or removed, ``rev`` raised."""
    body = {name: value for name, value in before.items() if name not in operation.unset}
    return stamped(body | operation.values | {"rev": _rev(before) + 1}, batch, before)


def followed(operation: After, before: Stored | None, batch: str) -> Stored | None:
    """Return the body after an ``After``, or None where it does nothing."""
    if before is None:
        if operation.create is None:
            return None
        before = {"rev": 0, "v": operation.kind.version, **operation.create}
    elif not holds(operation.where, before):
        return None
    body = before | operation.values
    for name, step in operation.add.items():
        here = body.get(name, 0)
        if isinstance(here, bool) or not isinstance(here, int):
            raise TypeError(f"{name} is not a counter")
        body[name] = here + step
    for name, bound in operation.least.items():
        body[name] = _closer(body.get(name), bound, lower=True)
    for name, bound in operation.most.items():
        body[name] = _closer(body.get(name), bound, lower=False)
    return stamped(body | {"rev": _rev(before) + 1}, batch, before)


def _closer(here: Value | None, bound: Value, *, lower: bool) -> Value:
    if here is None or not comparable(here, bound):
        return bound
    return bound if (bound < here) is lower and bound != here else here  # type: ignore[operator]


def _rev(body: Stored) -> int:
    rev = body.get("rev", 0)
    return rev if isinstance(rev, int) else 0

"""What an operation does to one stored body: pure functions that every engine evaluating in Python shares."""

from __future__ import annotations

from collections.abc import Mapping

from leadbridge.kit.values import INT64, Stored, Value, at_path
from leadbridge.storage.batch import After, Expect, Patch, Replace
from leadbridge.storage.query import Unset, comparable, same

REMEMBERED_BATCHES = 4


def of_company(company: str | None, body: Stored | None) -> Stored | None:
    """Return ``body`` if an operation on ``company`` (None: any) may see it: another company's counts as absent."""
    return body if body is None or company is None or body.get("companyId") == company else None


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
    return {**body, "_b": _stamps(batch, before)}


def _stamps(batch: str, before: Stored | None) -> list[Value]:
    earlier = before.get("_b") if before is not None else None
    return [*earlier[1 - REMEMBERED_BATCHES :], batch] if isinstance(earlier, list) else [batch]


def replaced(operation: Replace, before: Stored, batch: str) -> Stored:
    """Return the body after a ``Replace``."""
    return stamped(operation.body, batch, before)


def patched(operation: Patch, before: Stored, batch: str) -> Stored:
    """Return the body after a ``Patch``: named fields set or removed, ``rev`` raised."""
    body = {**before, **operation.values, "rev": _rev(before) + 1, "_b": _stamps(batch, before)}
    for name in operation.unset:
        body.pop(name, None)
    return body


def followed(operation: After, before: Stored | None, batch: str) -> Stored | None:
    """Return the body after an ``After``, or None where it does nothing; raises ``TypeError`` for a wrong counter."""
    if before is None:
        if operation.create is None:
            return None
        before = {"rev": 0, "v": operation.kind.version, **operation.create}
    elif of_company(operation.company, before) is None or not holds(operation.where, before):
        return None
    body = before | operation.values
    for name, step in operation.add.items():
        here = body.get(name, 0)
        if isinstance(here, bool) or not isinstance(here, int):
            raise TypeError(f"{name} is not a counter")
        if not -INT64 <= here + step < INT64:
            raise TypeError(f"the counter {name} does not fit in 64 bits")
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

"""A change of the store: operations with preconditions, applied whole or not at all.

There is no interactive transaction. The caller reads, decides, and hands over one batch; where a precondition no
longer holds the answer is ``Conflict`` and the caller reads and decides again (``store.attempt``). A batch may hold
``after`` operations: increments and wakes that follow the commit and never conflict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from leadbridge.kit.values import Stored, Value, clean_text, stored, stored_mapping
from leadbridge.storage.kind import Kind
from leadbridge.storage.operations import (
    After,
    Applied,
    Conflict,
    Delete,
    Duplicate,
    Expect,
    Insert,
    Operation,
    Patch,
    Replace,
    Require,
    WriteResult,
)
from leadbridge.storage.query import UNSET, Unset

D = TypeVar("D")

MAX_OPERATIONS = 1000
MAX_BYTES = 4 * 1024 * 1024
_KEPT = frozenset(("_id", "_b", "companyId", "rev", "v"))
"""What an update never sets itself: the store keeps it, or it never changes."""


class OutcomeUnknown(Exception):
    """The store did not tell whether a batch was applied. Reading the batch's witness document tells."""


class BatchTooLarge(ValueError):
    """A batch has more than ``MAX_OPERATIONS`` operations or ``MAX_BYTES`` bytes; split the work."""


class WriteBatch:
    """Collects operations; ``Store.write`` applies them. Each method returns the batch, for chaining."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.afters: list[After] = []
        self.touched: set[tuple[str, str]] = set()

    def __len__(self) -> int:
        return len(self.operations) + len(self.afters)

    def insert(self, kind: Kind[D], document: D) -> WriteBatch:
        """Store a new ``document`` (``rev`` 1); ``Duplicate`` is the answer if its id or a unique value exists."""
        body = kind.encode(document)
        body["rev"] = 1
        return self._add(Insert(kind, _id(body), body))

    def insert_stored(self, kind: Kind[Any], body: Stored) -> WriteBatch:
        """Store a new document that is given in its stored form already, for what is written by the thousand.

        The caller keeps to that form: ``clean_text`` for texts from outside, times as texts, absent for None.
        """
        kind.check_indexed(body)
        body |= {"rev": 1, "v": kind.version}
        return self._add(Insert(kind, _id(body), body))

    def replace(self, kind: Kind[D], document: D) -> WriteBatch:
        """Store ``document`` in place of the one read: its ``rev`` must still be the stored one, and rises by one."""
        body = kind.encode(document)
        rev = body["rev"]
        if not isinstance(rev, int):
            raise TypeError("rev is an integer")
        body["rev"] = rev + 1
        return self._add(Replace(kind, _id(body), _company(kind, body), body, Expect(rev=rev)))

    def patch(
        self,
        kind: Kind[Any],
        company: str | None,
        id: str,
        *,
        values: Mapping[str, object],
        unset: Sequence[str] = (),
        rev: int | None = None,
        where: Mapping[str, object] | None = None,
    ) -> WriteBatch:
        """Set top-level stored fields where ``rev`` or the fields of ``where`` are as given (one is required).

        A value of None removes its field, as naming it in ``unset`` does. ``_id``, ``companyId``, ``rev``, ``v`` and
        ``_b`` cannot be set; a field cannot be set and removed at once (``ValueError``).
        """
        expect = _expect(rev, where)
        removed = dict.fromkeys((*unset, *(name for name, value in values.items() if value is None)))
        fields = _fields(kind, values)
        if wrong := sorted((_KEPT | set(fields)) & set(removed)):
            raise ValueError(f"a patch cannot remove {', '.join(wrong)}")
        return self._add(Patch(kind, clean_text(id), company, fields, tuple(removed), expect))

    def patch_stored(
        self, kind: Kind[Any], company: str, id: str, *, values: Stored, unset: Sequence[str], rev: int
    ) -> WriteBatch:
        """As ``patch``, with values given in their stored form already: as ``insert_stored`` is to ``insert``."""
        if wrong := _KEPT.intersection((*values, *unset)) or values.keys() & set(unset):
            raise ValueError(f"a patch cannot set or remove {', '.join(sorted(wrong))}")
        kind.check_indexed(values)
        return self._add(Patch(kind, id, company, values, tuple(unset), Expect(rev)))

    def delete(
        self,
        kind: Kind[Any],
        company: str | None,
        id: str,
        *,
        rev: int | None = None,
        where: Mapping[str, object] | None = None,
    ) -> WriteBatch:
        """Delete a document; without ``rev`` or ``where`` an absent one counts as deleted."""
        expect = None if rev is None and where is None else _expect(rev, where)
        return self._add(Delete(kind, clean_text(id), company, expect))

    def require(
        self,
        kind: Kind[Any],
        company: str | None,
        id: str,
        *,
        rev: int | None = None,
        where: Mapping[str, object] | None = None,
    ) -> WriteBatch:
        """Make the batch depend on a document that was only read."""
        return self._add(Require(kind, clean_text(id), company, _expect(rev, where)))

    def after(
        self,
        kind: Kind[Any],
        company: str | None,
        id: str,
        *,
        where: Mapping[str, object] | None = None,
        values: Mapping[str, object] | None = None,
        add: Mapping[str, int] | None = None,
        least: Mapping[str, object] | None = None,
        most: Mapping[str, object] | None = None,
        create: Mapping[str, object] | None = None,
    ) -> WriteBatch:
        """Follow the commit with a commutative update: set, increment, lower to a minimum, raise to a maximum.

        ``create`` is the document to start from where there is none (of ``company``); without it an absent document is
        left absent. What would break a unique index, or belongs to another company, is left as it is.
        """
        start: Stored | None = None
        if create is not None:
            start = stored_mapping(create) | {"_id": clean_text(id)}
            if kind.tenant:
                if company is None:
                    raise ValueError(f"{kind.name} belongs to a company: name the one to create it in")
                start["companyId"] = company
            kind.check_indexed(start)
        if absent := sorted(name for name, value in (values or {}).items() if value is None):
            raise ValueError(f"what follows a commit removes no field: {', '.join(absent)}")
        self.afters.append(
            After(
                kind,
                clean_text(id),
                company,
                _equalities(where or {}),
                _fields(kind, values or {}),
                {name: _step(step) for name, step in (add or {}).items()},
                _fields(kind, least or {}),
                _fields(kind, most or {}),
                start,
            )
        )
        return self

    def _add(self, operation: Operation) -> WriteBatch:
        key = (operation.kind.name, operation.id)
        if key in self.touched:
            raise ValueError(f"a batch touches a document once; {key[0]} {key[1]} is in it twice")
        self.touched.add(key)
        self.operations.append(operation)
        return self


def _id(body: Stored) -> str:
    id = body["_id"]
    if not isinstance(id, str):
        raise TypeError("_id is a text")
    return id


def _company(kind: Kind[Any], body: Stored) -> str | None:
    if not kind.tenant:
        return None
    company = body["companyId"]
    if not isinstance(company, str):
        raise TypeError("companyId is a text")
    return company


def _fields(kind: Kind[Any], values: Mapping[str, object]) -> Stored:
    if wrong := sorted(_KEPT & set(values)):
        raise ValueError(f"these fields are never written by an update: {', '.join(wrong)}")
    fields = stored_mapping(values)
    kind.check_indexed(fields)
    return fields


def _step(step: int) -> int:
    if isinstance(step, bool) or not isinstance(stored(step), int):
        raise TypeError("a counter rises by an integer")
    return step


def _equalities(where: Mapping[str, object]) -> dict[str, Value | Unset]:
    return {path: value if isinstance(value, Unset) else stored(value) for path, value in where.items()}


def _expect(rev: int | None, where: Mapping[str, object] | None) -> Expect:
    if rev is None and not where:
        raise ValueError("an update needs a precondition: the rev that was read, or fields that must be equal")
    return Expect(rev, _equalities(where or {}))


__all__ = [
    "UNSET", "After", "Applied", "BatchTooLarge", "Conflict", "Delete", "Duplicate", "Expect", "Insert", "Operation",
    "OutcomeUnknown", "Patch", "Replace", "Require", "WriteBatch", "WriteResult",
]  # fmt: skip

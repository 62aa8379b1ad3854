"""A change of the store: operations with preconditions, applied whole or not at all.

There is no interactive transaction. The caller reads, decides, and hands over one batch; where a precondition no
longer holds the answer is ``Conflict`` and the caller reads and decides again (``store.attempt``). A batch may hold
``after`` operations: increments and wakes that follow the commit and never conflict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from leadbridge.kit.values import Stored, Value, stored, stored_mapping
from leadbridge.storage.kind import Kind
from leadbridge.storage.query import UNSET, Unset

D = TypeVar("D")

MAX_OPERATIONS = 1000
MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Expect:
    """What must hold of a document for the batch to be applied: its ``rev``, or the equality of named fields."""

    rev: int | None = None
    where: Mapping[str, Value | Unset] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Insert:
    kind: Kind[Any]
    id: str
    body: Stored


@dataclass(frozen=True, slots=True)
class Replace:
    kind: Kind[Any]
    id: str
    company: str | None
    body: Stored
    expect: Expect


@dataclass(frozen=True, slots=True)
class Patch:
    kind: Kind[Any]
    id: str
    company: str | None
    values: Stored
    unset: tuple[str, ...]
    expect: Expect


@dataclass(frozen=True, slots=True)
class Delete:
    kind: Kind[Any]
    id: str
    company: str | None
    expect: Expect | None


@dataclass(frozen=True, slots=True)
class Require:
    kind: Kind[Any]
    id: str
    company: str | None
    expect: Expect


@dataclass(frozen=True, slots=True)
class After:
    """A commutative update that follows the commit; where ``where`` does not hold it silently does nothing."""

    kind: Kind[Any]
    id: str
    company: str | None
    where: Mapping[str, Value | Unset]
    values: Stored
    add: Mapping[str, int]
    least: Mapping[str, Value]
    most: Mapping[str, Value]
    create: Stored | None
    """The document to start from where there is none."""


Operation = Insert | Replace | Patch | Delete | Require


@dataclass(frozen=True, slots=True)
class Applied:
    """The batch was applied."""

    batch: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Nothing was applied: a document is not as the batch expects. Read and decide again."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Nothing was applied: another document already holds a unique value. ``index`` is ``_id`` for the id itself."""

    kind: str
    index: str
    existing_id: str
    id: str
    """The document of the batch that could not be written."""


WriteResult = Applied | Conflict | Duplicate


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
        """Set top-level stored fields where ``rev`` or the fields of ``where`` are as given (one is required)."""
        expect = _expect(rev, where)
        return self._add(Patch(kind, id, company, stored_mapping(values), tuple(unset), expect))

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
        return self._add(Delete(kind, id, company, expect))

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
        return self._add(Require(kind, id, company, _expect(rev, where)))

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

        ``create`` is the document to start from where there is none; without it an absent document is left absent.
        """
        self.afters.append(
            After(
                kind,
                id,
                company,
                _equalities(where or {}),
                stored_mapping(values or {}),
                dict(add or {}),
                stored_mapping(least or {}),
                stored_mapping(most or {}),
                stored_mapping(create) | {"_id": id} if create is not None else None,
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

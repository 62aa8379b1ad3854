"""What a batch is made of, and how the store answers it: plain values that every engine understands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leadbridge.kit.values import Stored, Value
from leadbridge.storage.kind import Kind
from leadbridge.storage.query import Unset


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

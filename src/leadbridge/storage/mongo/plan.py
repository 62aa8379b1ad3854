"""What a batch does to the documents it was decided on: pure, by the functions that all engines share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadbridge.kit.values import Stored
from leadbridge.storage.apply import meets, of_company, patched, replaced, stamped
from leadbridge.storage.batch import Applied, Conflict, Delete, Insert, Operation, Replace, Require, WriteResult
from leadbridge.storage.kind import Index, Kind, to_json
from leadbridge.storage.table import index_keys

Key = tuple[str, str]
"""A document: its kind's name and its id."""


@dataclass(frozen=True, slots=True)
class Change:
    """One document to be written: as it was read, and as it is to be (both None: only required, or never there)."""

    kind: Kind[Any]
    id: str
    before: Stored | None
    body: Stored | None
    required: bool = False


def decide(
    batch: str, operations: Sequence[Operation], read: Mapping[Key, Stored], *, repeated: bool
) -> list[Change] | WriteResult:
    """Return the changes of a batch on what was ``read``, or why there are none; raises ``DocumentTooLarge``.

    ``repeated``: the batch was tried before and nobody knows how that ended; a document it was to delete that is gone
    counts as deleted. A document that remembers the batch shows that it was applied.
    """
    changes: list[Change] = []
    for operation in operations:
        before = read.get((operation.kind.name, operation.id))
        if not isinstance(operation, Delete | Require) and remembers(before, batch):
            return Applied(batch)
        result = _change(batch, operation, before, repeated=repeated)
        if isinstance(result, Change):
            changes.append(result)
        elif result is not None:
            return result
    return changes


def remembers(body: Stored | None, batch: str) -> int:
    """Return how often ``batch`` is among the batches that wrote a document last."""
    stamps = body.get("_b") if body is not None else None
    return stamps.count(batch) if isinstance(stamps, list) else 0


def _change(batch: str, operation: Operation, before: Stored | None, *, repeated: bool) -> Change | Conflict | None:
    kind, id = operation.kind, operation.id
    if isinstance(operation, Insert):
        return _sized(Change(kind, id, None, stamped(operation.body, batch)))
    before = of_company(operation.company, before)
    if before is None and repeated and isinstance(operation, Delete):
        return None
    if not meets(operation.expect, before):
        return Conflict(kind.name, id)
    if isinstance(operation, Delete):
        return None if before is None else Change(kind, id, before, None)
    if before is None:
        return Conflict(kind.name, id)
    if isinstance(operation, Require):
        return Change(kind, id, before, before, required=True)
    if isinstance(operation, Replace):
        return _sized(Change(kind, id, before, replaced(operation, before, batch)))
    return _sized(Change(kind, id, before, patched(operation, before, batch)))


def _sized(change: Change) -> Change:
    if change.body is not None:
        to_json(change.body, change.kind.name)
    return change


def groups(changes: Sequence[Change]) -> list[list[Change]]:
    """Return the changes in their order, neighbours of one kind together."""
    result: list[list[Change]] = []
    for change in changes:
        if result and result[-1][0].kind.name == change.kind.name:
            result[-1].append(change)
        else:
            result.append([change])
    return result


def clash_within(index: Index, change: Change, earlier: Sequence[Change]) -> str | None:
    """Return the id of an earlier change of the batch that takes the unique values of ``change``."""
    if change.body is None:
        return None
    wanted = index_keys(index, change.body)
    for one in earlier:
        same_kind = one.kind.name == change.kind.name
        if wanted and same_kind and one.body is not None and index_keys(index, one.body) == wanted:
            return one.id
    return None

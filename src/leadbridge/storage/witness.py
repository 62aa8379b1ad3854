"""Finding out what became of a batch whose answer was lost: every document remembers the batches that wrote it last."""

from __future__ import annotations

from typing import Any

from leadbridge.storage.apply import REMEMBERED_BATCHES
from leadbridge.storage.batch import Delete, Insert, OutcomeUnknown, Patch, Replace, WriteBatch
from leadbridge.storage.engine import Engine
from leadbridge.storage.kind import Kind


async def landed(engine: Engine, batch: WriteBatch, batch_id: str) -> bool:
    """Tell whether a batch was applied: its witness, the first document it leaves behind, carries its id.

    A batch that only deletes has landed when nothing it deletes is left. One that only adds to documents has where any
    of them carries its id: what was added is never added twice. Raises ``OutcomeUnknown`` where the witness was written
    so often since that it has forgotten.
    """
    for operation in batch.operations:
        if isinstance(operation, Insert):
            return await _carries(engine, operation.kind, operation.id, batch_id, 0)
        if isinstance(operation, Replace | Patch):
            return await _carries(engine, operation.kind, operation.id, batch_id, operation.expect.rev)
    deleted = [operation for operation in batch.operations if isinstance(operation, Delete)]
    for operation in deleted:
        if await engine.get(operation.kind, operation.company, [operation.id]):
            return False
    if deleted:
        return True
    for after in batch.afters:
        if await _carries(engine, after.kind, after.id, batch_id, None):
            return True
    return False


async def _carries(engine: Engine, kind: Kind[Any], id: str, batch_id: str, since: int | None) -> bool:
    body = (await engine.get(kind, None, [id])).get(id, {})
    stamps, rev = body.get("_b", []), body.get("rev", 0)
    if isinstance(stamps, list) and batch_id in stamps:
        return True
    if since is not None and isinstance(rev, int) and rev - since > REMEMBERED_BATCHES:
        raise OutcomeUnknown(f"{kind.name} {id} was written too often since to tell whether a batch was applied")
    return False

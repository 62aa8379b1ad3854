"""What became of a part's leads, written in the batch that brought it about: after a crash no outcome is told twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from leadbridge.crm.errors import Fault
from leadbridge.kit.errors import LeadbridgeError
from leadbridge.storage.batch import UNSET, WriteBatch
from leadbridge.sync import faults
from leadbridge.sync.model import PARTS, RUNS, Counts, FaultNote, Item, Part, Run, RunStatus
from leadbridge.sync.push import Settled

MAX_TEXT = 500
"""Characters of a vendor's sentence that are kept: a hundred failures fit in one document."""


class Ledger:
    """The outcomes of one part of a run. ``run`` and ``part`` are what the store holds once the batches are applied."""

    def __init__(self, run: Run, part: Part) -> None:
        self.run, self.part = run, part
        self._untold: list[Item] = []

    def news(self) -> list[Item]:
        """Return the items that have their outcome since one last asked."""
        told, self._untold = self._untold, []
        return told

    @property
    def open(self) -> list[str]:
        """The leads without an outcome, in order."""
        return [item.lead for item in self.part.items if item.action is None and item.lead is not None]

    @property
    def nameless(self) -> bool:
        """Whether an item without an outcome names no lead any more: its person was erased."""
        return any(item.action is None and item.lead is None for item in self.part.items)

    def add(self, batch: WriteBatch, settled: Mapping[str, Settled], *, calls: int = 0) -> None:
        """Add outcomes, by lead, and the run's counts to ``batch``; ``calls`` went to the vendor since the last time.

        An item whose lead was erased meanwhile is settled along with them.
        """
        items = tuple(_settled(item, settled) for item in self.part.items)
        fresh = [
            now for before, now in zip(self.part.items, items, strict=True) if before.action is None and now.action
        ]
        if fresh:
            stored = [msgspec.to_builtins(item) for item in items]
            batch.patch(PARTS, self.part.company_id, self.part.id, values={"items": stored}, rev=self.part.rev)
            self.part = msgspec.structs.replace(self.part, items=items, rev=self.part.rev + 1)
        self._untold += fresh
        self._count(batch, plus(self.run.counts, fresh), calls)

    def stop(self, batch: WriteBatch, fault: Fault, *, calls: int = 0) -> None:
        """Add to ``batch`` that nothing of the run can be done, and why: every open lead fails with this fault."""
        note = msgspec.to_builtins(noted(fault))
        self.run = self.run.model_copy(update={"stopped": note})
        self.add(batch, {lead: Settled("failed", fault=fault) for lead in self.open}, calls=calls)

    def _count(self, batch: WriteBatch, counts: Counts, calls: int) -> None:
        run = self.run
        after = run.model_copy(
            update={"counts": counts, "vendor_calls": run.vendor_calls + calls, "status": RunStatus.RUNNING}
        )
        body = RUNS.encode(after)
        names = ("counts", "vendorCalls", "status", "stopped")
        values = {name: body[name] for name in names if name in body}
        # by what was counted and not by ``rev``: a cancellation may come in between
        where = {"counts.read": run.counts.read, "endedAt": UNSET}
        batch.patch(RUNS, run.company_id, run.id, values=values, where=where)
        self.run = after


def plus(counts: Counts, settled: Sequence[Item]) -> Counts:
    """Return ``counts`` with the outcomes of ``settled`` added."""
    values = counts.model_dump()
    for item in settled:
        values[item.action or "failed"] += 1
        values["read"] += 1
    return Counts(**values)


def noted(fault: Fault) -> FaultNote:
    """Return what is kept of a fault."""
    return FaultNote(
        code=fault.code,
        message=fault.message[:MAX_TEXT],
        hint=fault.hint[:MAX_TEXT],
        cause=fault.cause[:MAX_TEXT],
        retryable=fault.retryable,
        vendor_code=fault.vendor_code,
        correlation_id=fault.correlation_id,
    )


def fault_of(note: FaultNote) -> Fault:
    """Return the fault that a note was made of."""
    return Fault(
        code=note.code,
        message=note.message,
        cause=note.cause,
        hint=note.hint,
        retryable=note.retryable,
        vendor_code=note.vendor_code,
        correlation_id=note.correlation_id,
    )


def explained(error: LeadbridgeError, cause: str) -> Fault:
    """Return an error of ours as the fault of the leads it stands in the way of."""
    return Fault(code=error.code, message=error.message, cause=cause, hint=error.hint, retryable=True)


def _settled(item: Item, settled: Mapping[str, Settled]) -> Item:
    if item.action is not None:
        return item
    if item.lead is None:
        return msgspec.structs.replace(item, action="failed", fault=noted(faults.UNKNOWN_LEAD))
    outcome = settled.get(item.lead)
    if outcome is None:
        return item
    return msgspec.structs.replace(
        item,
        action=outcome.action,
        crm_id=outcome.crm_id,
        kept=outcome.kept,
        fault=None if outcome.fault is None else noted(outcome.fault),
    )

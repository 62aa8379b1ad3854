"""What becomes of a task after a try, as operations of the batch that stores it together with the handler's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import msgspec

from leadbridge.storage.batch import MAX_OPERATIONS, WriteBatch
from leadbridge.work.handlers import Summary
from leadbridge.work.model import LANES, TASKS, Lane, LastError, Task, TaskState

RESERVED = 20
"""Operations of a batch that are kept for the lane and its share."""


@dataclass(frozen=True, slots=True)
class Delete:
    """It is done."""


@dataclass(frozen=True, slots=True)
class Again:
    """It runs again at ``due``; ``attempt`` counts the tries that failed."""

    due: int
    attempt: int
    error: LastError | None = None


@dataclass(frozen=True, slots=True)
class Bury:
    """It goes to the dead letters."""

    attempt: int
    error: LastError


@dataclass(frozen=True, slots=True)
class Nothing:
    """It is gone already: somebody discarded it while it ran."""


Fate: TypeAlias = "Delete | Again | Bury | Nothing"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A task's fate, and what its handler wants stored with it."""

    task: Task
    fate: Fate
    part: WriteBatch | None = None
    notes: Sequence[Any] = ()
    summary: Summary | None = None
    """Makes of the notes of all outcomes of a batch what is stored for them together."""
    amended: bool = False
    """Whether it was made anew already, because what it changes had changed."""

    @property
    def size(self) -> int:
        """Operations that it adds to a batch."""
        return 1 + (0 if self.part is None else len(self.part))

    def meant_otherwise(self, fate: Fate) -> Outcome:
        """Return this outcome with another fate, its part kept."""
        return replace(self, fate=fate)

    def fault(self) -> str | None:
        """Return the code of a part that can never be stored with the task, or None."""
        if self.part is None:
            return None
        own = {(TASKS.name, self.task.id), (LANES.name, self.task.lane)}
        if own & self.part.touched:
            return "result_touches_task"
        return "result_too_large" if self.size > MAX_OPERATIONS - RESERVED else None

    def add_to(self, batch: WriteBatch) -> None:
        """Add the fate and the part to ``batch``."""
        task = self.task
        # a hint that came while it ran makes this a conflict, and the task runs again
        unchanged = {"hits": task.hits, "state": TaskState.WAITING}
        match self.fate:
            case Delete():
                batch.delete(TASKS, task.company_id, task.id, where=unchanged)
            case Again(due, attempt, error):
                values: dict[str, object] = {"dueAt": due, "attempt": attempt}
                values["lastError"] = None if error is None else msgspec.to_builtins(error)
                batch.patch(TASKS, task.company_id, task.id, values=values, where={"state": TaskState.WAITING})
            case Bury(attempt, error):
                values = {"state": TaskState.DEAD, "attempt": attempt, "lastError": msgspec.to_builtins(error)}
                batch.patch(TASKS, task.company_id, task.id, values=values, where=unchanged)
            case Nothing():
                pass
        if self.part is not None:
            _join(batch, self.part)


def add_all(batch: WriteBatch, lane: Lane, outcomes: Sequence[Outcome]) -> None:
    """Add ``outcomes`` of a lane to ``batch``, with what is stored for several of them together."""
    noted: dict[Summary, list[Any]] = {}
    for outcome in outcomes:
        outcome.add_to(batch)
        if outcome.summary is not None and outcome.notes:
            noted.setdefault(outcome.summary, []).extend(outcome.notes)
    for summary, notes in noted.items():
        _join(batch, summary(lane.company_id, lane.id, notes))


def _join(batch: WriteBatch, part: WriteBatch) -> None:
    batch.operations.extend(part.operations)
    batch.afters.extend(part.afters)
    batch.touched |= part.touched


def grouped(outcomes: Iterable[Outcome]) -> Iterator[list[Outcome]]:
    """Yield ``outcomes`` in groups that fit in one batch each and touch no document twice."""
    group: list[Outcome] = []
    touched: set[tuple[str, str]] = set()
    size = 0
    for outcome in outcomes:
        theirs = set() if outcome.part is None else outcome.part.touched
        if group and (size + outcome.size > MAX_OPERATIONS - RESERVED or touched & theirs):
            yield group
            group, touched, size = [], set(), 0
        group.append(outcome)
        touched |= theirs | {(TASKS.name, outcome.task.id)}
        size += outcome.size
    if group:
        yield group

"""What becomes of a task after a try, as operations of the batch that stores it together with the handler's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import msgspec

from leadbridge.storage.batch import MAX_OPERATIONS, WriteBatch
from leadbridge.work.model import LANES, TASKS, LastError, Task, TaskState

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
            batch.operations.extend(self.part.operations)
            batch.afters.extend(self.part.afters)
            batch.touched |= self.part.touched


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

"""Dead letters: tasks that will not be tried again by themselves, why, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass

from leadbridge.kit.clock import Clock, to_millis
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import Position
from leadbridge.storage.store import Page, Store
from leadbridge.work.decide import MAX_CRASHES
from leadbridge.work.enqueue import LaneForm, wake
from leadbridge.work.errors import TaskNotFound
from leadbridge.work.model import LANES, TASKS, Lane, LaneState, Task, TaskState


@dataclass(frozen=True, slots=True)
class Explained:
    """A dead letter in words: what happened, and what trying it again would mean."""

    task: Task
    cause: str
    hint: str


_CAUSES = {
    "crashed": (
        f"{MAX_CRASHES} times the process that may have been running it died, or stood still beyond its lease.",
        "Look in the log for what ended these processes (memory, signals), then try it again.",
    ),
    "expired": (
        "Its time was over before it could be done.",
        "Find out what held its lane up; trying it again runs it without a time limit.",
    ),
    "unreadable_reference": (
        "Its reference cannot be read by this version.",
        "Discard it, or run the version that made it.",
    ),
    "result_too_large": ("Its result does not fit in one change of the store.", "Report this as a fault of the hub."),
    "result_touches_task": ("Its result would have changed the task itself.", "Report this as a fault of the hub."),
    "timed_out": ("It was not over in its time at any of its tries.", "See whether the other side answers."),
    "conflict": ("What it wanted to change kept changing.", "Try it again; if it comes back, report it."),
    "internal_error": ("The hub failed while doing it.", "The log has the reason under the request id in 'trace'."),
}


def explain(task: Task, lane: Lane | None) -> Explained:
    """Return what can be said about a dead letter. Pure."""
    code = task.last_error.code if task.last_error is not None else ""
    said = task.last_error.message if task.last_error is not None else ""
    cause, hint = _CAUSES.get(code, (said or "It failed at each of its tries.", "Remove the cause, then try it again."))
    if lane is not None and lane.state == LaneState.PAUSED:
        hint += " Its lane is paused: it runs once the lane is resumed."
    elif lane is not None and lane.breaker is not None and lane.breaker.state == "open":
        hint += " The other side of its lane is failing; it is called again after a pause."
    return Explained(task, cause, hint)


class WorkService:
    """What people can see and do about work that failed."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def dead(
        self, company_id: str, *, kind: str | None = None, limit: int = 50, after: Position | None = None
    ) -> Page[Explained]:
        """Return a page of the company's dead letters, newest first; of one ``kind`` where given."""
        tasks = self._store[TASKS].of(company_id)
        dead = TaskState.DEAD
        if kind is None:
            page = await tasks.find(eq={"state": dead}, after=after, limit=limit, descending=True)
        else:
            page = await tasks.find(eq={"state": dead, "kind": kind}, after=after, limit=limit, descending=True)
        lanes = await self._store[LANES].of(company_id).get_many(list({task.lane for task in page.items}))
        return Page([explain(task, lanes.get(task.lane)) for task in page.items], page.next, page.scanned)

    async def busy(self, company_id: str, lane: str) -> bool:
        """Tell whether a worker owns ``lane`` now."""
        found = await self._store[LANES].of(company_id).get(lane)
        return found is not None and found.state == LaneState.OWNED and found.at > to_millis(self._clock.now())

    async def one(self, company_id: str, task_id: str) -> Explained:
        """Return a dead letter; raises ``TaskNotFound``."""
        task = await self._dead(company_id, task_id)
        return explain(task, await self._store[LANES].of(company_id).get(task.lane))

    async def retry(self, company_id: str, task_id: str) -> Task:
        """Let a dead letter be tried again from the start, now; raises ``TaskNotFound``."""

        async def build() -> tuple[WriteBatch, Task]:
            task = await self._dead(company_id, task_id)
            now = to_millis(self._clock.now())
            values = {"state": TaskState.WAITING, "dueAt": now, "firstDueAt": now, "attempt": 0, "crashes": 0}
            batch = WriteBatch().patch(
                TASKS, company_id, task.id, values=values, unset=("lastError", "expiresAt"), rev=task.rev
            )
            wake(batch, company_id, task.lane, now, LaneForm())
            return batch, task

        return await self._store.attempt(build)

    async def discard(self, company_id: str, task_id: str) -> None:
        """Delete a dead letter for good; raises ``TaskNotFound``."""

        async def build() -> tuple[WriteBatch, None]:
            task = await self._dead(company_id, task_id)
            return WriteBatch().delete(TASKS, company_id, task.id, rev=task.rev), None

        await self._store.attempt(build)

    async def _dead(self, company_id: str, task_id: str) -> Task:
        task = await self._store[TASKS].of(company_id).get(task_id)
        if task is None or task.state != TaskState.DEAD:
            raise TaskNotFound("There is no dead letter with this id.")
        return task

"""Ending an execution whose task is not tried any more: workers died over it, or it failed for a fault of the hub.

Without this it would be open for ever. It ends as failed and says why, and can be sent again like every other failure.
"""

from __future__ import annotations

import structlog

from leadbridge.automation.delivery.answers import hint_of
from leadbridge.automation.delivery.model import EXECUTIONS, SETTLED, Execution, ExecutionState, counted_as
from leadbridge.kit.clock import Clock, to_millis
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.usage.model import Category
from leadbridge.usage.service import Failure, UsageService
from leadbridge.work.decide import MAX_CRASHES
from leadbridge.work.model import LastError, Task

log = structlog.get_logger("leadbridge.delivery")

CRASHED = "crashed"


class GivingUp:
    """Ends executions, whoever was to run them."""

    def __init__(self, store: Store, clock: Clock, usage: UsageService) -> None:
        self._store, self._clock, self._usage = store, clock, usage

    async def end(self, task: Task, error: LastError) -> WriteBatch:
        """Return what makes the execution of ``task`` a failed one; nothing where it has ended, or was erased."""
        execution = await self._store[EXECUTIONS].of(task.company_id).get(task.id)
        batch = WriteBatch()
        if execution is None or execution.state in SETTLED:
            return batch
        now = self._clock.now()
        message = _message(error)
        values: dict[str, object] = {
            "state": ExecutionState.FAILED.value,
            "code": error.code,
            "message": message,
            "settledAt": now,
            "nextAt": None,
        }
        if not execution.test:
            await self._count(batch, execution, error.code)
            values["counted"] = True
        batch.patch(EXECUTIONS, execution.company_id, execution.id, values=values, rev=execution.rev)
        log.warning("execution_given_up", execution=execution.id, code=error.code)
        failure = Failure(
            operation=f"execution:{execution.automation_id or execution.hook_id}",
            code=error.code,
            message=message,
            cause="The hub itself could not carry it out; it is not tried any more.",
            hint=hint_of(error.code) or "See the hub's log of that time, then resend the execution.",
            retryable=False,
        )
        await self._usage.record_failures(execution.company_id, [failure])
        return batch

    async def _count(self, batch: WriteBatch, execution: Execution, code: str) -> None:
        if execution.counted:  # it had ended before, and was sent again: still one execution
            await self._usage.correct(batch, execution.company_id, execution.id, succeeded=False)
            return
        now = self._clock.now()
        event = self._usage.event(
            execution.company_id,
            counted_as(execution),
            Category.AUTOMATION,
            succeeded=False,
            milliseconds=max(0, to_millis(now) - to_millis(execution.first_tried_at or now)),
            api_calls=execution.attempts if execution.endpoint_id is not None else 0,
            automation_id=execution.automation_id,
            run_id=execution.run_id,
            request={"eventType": execution.event_type},
            response={"code": code},
            id=execution.id,
        )
        self._usage.add(batch, event)


def _message(error: LastError) -> str:
    if error.code == CRASHED:
        return f"{MAX_CRASHES} workers died, or stood still for too long, while this was tried."
    return error.message or "The hub could not carry it out."

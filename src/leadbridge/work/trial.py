"""One try of one task: the handler is run within its time, and its answer becomes the task's fate."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import msgspec
import structlog

from leadbridge.kit.clock import Clock, to_millis
from leadbridge.kit.errors import LeadbridgeError
from leadbridge.storage.batch import WriteBatch
from leadbridge.work.decide import RetryPolicy, next_try
from leadbridge.work.handlers import Dead, Done, Handler, Handlers, HeldLane, Reschedule, Result, Retry, Writer
from leadbridge.work.model import LastError, Task
from leadbridge.work.results import Again, Bury, Delete, Fate, Outcome

log = structlog.get_logger("leadbridge.work")

MAX_MESSAGE = 500
UNKNOWN_KIND_PAUSE = 60_000
"""Milliseconds until a task is looked at again whose kind only another version of the hub knows."""


async def attempt(
    handlers: Handlers,
    handler: Handler,
    task: Task,
    held: HeldLane,
    clock: Clock,
    writer: Writer,
    *,
    out_of_order: bool,
    prepared: Any = None,
) -> tuple[Result, WriteBatch | None, Sequence[Any]]:
    """Run ``task`` once; return how it ended, what is to be stored with it, its notes. Cancellation passes through.

    To be called in an asyncio task of its own, whose context it marks for the log.
    """
    structlog.contextvars.bind_contextvars(request_id=task.trace, task_id=task.id, task_kind=task.kind, lane=task.lane)
    try:
        context = handlers.context(handler, task, held, clock, writer, out_of_order=out_of_order, prepared=prepared)
    except msgspec.MsgspecError as error:
        log.error("task_unreadable", reason=type(error).__name__)
        return Dead("unreadable_reference", "The task's reference cannot be read."), None, ()
    try:
        async with asyncio.timeout(handler.timeout):
            result = await handler.run(context)
    except TimeoutError:
        log.warning("task_timed_out", seconds=handler.timeout)
        return Retry("timed_out", f"The try was not over after {handler.timeout:g} seconds."), None, ()
    except LeadbridgeError as error:
        log.info("task_refused", code=error.code)
        failed = Retry(error.code, error.message) if error.retryable else Dead(error.code, error.message)
        return failed, None, ()
    except Exception as error:  # a fault in one handler must not end the others' turn
        log.exception("task_failed")
        return Retry("internal_error", f"The handler failed with {type(error).__name__}."), None, ()
    return result, context.batch, context.notes


def fate(task: Task, result: Result, policy: RetryPolicy, clock: Clock, rng: random.Random) -> Fate:
    """Return what becomes of ``task`` after ``result``."""
    now = to_millis(clock.now())
    match result:
        case Done():
            return Delete()
        case Reschedule(at):
            return Again(at, 0)
        case Dead(code, message):
            return Bury(task.attempt + 1, _error(code, message, now))
        case Retry(code, message, after, due=due):
            if due is None:
                due = next_try(policy, task.attempt + 1, now, after, rng)
            error = _error(code, message, now)
            return Bury(task.attempt + 1, error) if due is None else Again(due, task.attempt + 1, error)


def buried(task: Task, code: str, now: int) -> Outcome:
    """Return the outcome of a task that is not run any more."""
    return Outcome(task, Bury(task.attempt, _error(code, task.last_error.message if task.last_error else "", now)))


def put_off(task: Task, due: int) -> Outcome:
    """Return the outcome of a task that waits until ``due`` without having been tried."""
    return Outcome(task, Again(due, task.attempt, task.last_error))


def word(result: Fate) -> str:
    """Return the fate as the metrics name it."""
    match result:
        case Bury():
            return "dead"
        case Again(error=error):
            return "retried" if error is not None else "rescheduled"
        case _:
            return "done"


def _error(code: str, message: str, now: int) -> LastError:
    return LastError(code=code, at=now, message=message[:MAX_MESSAGE])

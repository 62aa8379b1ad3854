"""Which of the tasks that were read is started next, as a pure function of what runs."""

from __future__ import annotations

from collections.abc import Sequence

from leadbridge.work.model import Queue, Task


def next_to_start(
    pending: Sequence[Task], running: Sequence[Task], limit: int, *, closing: bool, ended: bool
) -> Task | None:
    """Return the task to start beside those ``running``, or None.

    At most ``limit`` run at once, of which bulk work leaves one for live work; of one order key one at a time, the
    earliest first. A turn that is ``closing`` starts no bulk work and nothing at all once nothing runs any more:
    until then live tasks still overtake one that takes long. One that has ``ended`` starts nothing.
    """
    if ended or len(running) >= limit:
        return None
    for task in pending:
        if task.order_key is not None and (_runs(running, task) or _has_earlier(pending, task)):
            continue
        if task.q == Queue.BULK and (closing or _bulk(running) >= max(1, limit - 1)):
            return None
        return None if closing and not running else task
    return None


def _bulk(running: Sequence[Task]) -> int:
    return sum(task.q == Queue.BULK for task in running)


def _runs(running: Sequence[Task], task: Task) -> bool:
    return any(one.order_key == task.order_key for one in running)


def _has_earlier(pending: Sequence[Task], task: Task) -> bool:
    place = task.order_seq or 0
    return any(one.order_key == task.order_key and (one.order_seq or 0) < place for one in pending)

"""The durable tasks of records."""

from __future__ import annotations

from collections.abc import Sequence

from leadbridge.kit.clock import Clock
from leadbridge.leads import following, reindexing
from leadbridge.storage.store import Store
from leadbridge.work.enqueue import TaskQueue
from leadbridge.work.handlers import Handlers


def register(
    handlers: Handlers, store: Store, clock: Clock, queue: TaskQueue, others: Sequence[following.Follower] = ()
) -> None:
    """Add the handlers of this room's tasks; ``others`` are what other rooms hold that follows a merged record."""
    everybody = [*following.followers(store, clock), *others]
    handlers.add(following.handler(store, clock, queue, everybody))
    handlers.add(reindexing.handler(store, clock, queue))

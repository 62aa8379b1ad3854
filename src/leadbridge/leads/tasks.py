"""The durable tasks of records."""

from __future__ import annotations

from leadbridge.kit.clock import Clock
from leadbridge.leads import reindexing
from leadbridge.storage.store import Store
from leadbridge.work.enqueue import TaskQueue
from leadbridge.work.handlers import Handlers


def register(handlers: Handlers, store: Store, clock: Clock, queue: TaskQueue) -> None:
    """Add the handlers of this room's tasks."""
    handlers.add(reindexing.handler(store, clock, queue))

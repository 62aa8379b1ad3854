"""What the work engine counts, in a registry of the hub's own.

Labels are kinds, queues and outcomes: words of the code. Never an id of a tenant, a lane or a record.
"""

from __future__ import annotations

from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)


class WorkMetrics:
    """The work engine's counters. Each hub has its own ``registry``."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.tasks = Counter(
            "leadbridge_work_tasks", "Tries of tasks, by how they ended.", ("kind", "outcome"), registry=registry
        )
        self.task_seconds = Histogram(
            "leadbridge_work_task_seconds", "How long a try took.", ("kind",), buckets=_SECONDS, registry=registry
        )
        self.wait_seconds = Histogram(
            "leadbridge_work_wait_seconds",
            "From the moment a task was due to the start of its first try.",
            ("queue",),
            buckets=_SECONDS,
            registry=registry,
        )
        # looked up with every try: the words are few, and a look-up costs more than the counting
        self.tasks_of = lru_cache(1024)(self.tasks.labels)
        self.task_seconds_of = lru_cache(256)(self.task_seconds.labels)
        self.wait_seconds_of = lru_cache(8)(self.wait_seconds.labels)
        self.turns = Counter("leadbridge_work_turns", "Turns of lanes, by how they ended.", ("end",), registry=registry)
        self.turn_seconds = Histogram(
            "leadbridge_work_turn_seconds", "How long a turn took.", buckets=_SECONDS, registry=registry
        )
        self.settle_seconds = Histogram(
            "leadbridge_work_settle_seconds", "How long storing results took.", buckets=_SECONDS, registry=registry
        )
        self.refused = Counter(
            "leadbridge_work_results_refused", "Results whose own part was refused.", registry=registry
        )
        self.promoted = Counter("leadbridge_work_lanes_promoted", "Lanes made ready.", registry=registry)
        self.expired = Counter(
            "leadbridge_work_leases_expired", "Lanes whose owner died or stood still.", registry=registry
        )
        self.woken = Counter(
            "leadbridge_work_lanes_woken", "Lanes the sweep found asleep beside waiting tasks.", registry=registry
        )
        self.fired = Counter("leadbridge_work_schedules_fired", "Schedules that fired.", registry=registry)
        self.slots = Gauge("leadbridge_work_turns_running", "Turns under way in this process.", registry=registry)
        self.skew = Gauge(
            "leadbridge_work_clock_skew_seconds", "How far this clock is from the database's.", registry=registry
        )
        self.failures = Counter(
            "leadbridge_work_loop_failures", "Rounds of the worker that failed.", ("part",), registry=registry
        )

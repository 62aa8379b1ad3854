"""What a task's kind means: the handler that runs it, how long it may take, how often it is tried."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import msgspec

from leadbridge.kit.clock import Clock
from leadbridge.storage.batch import WriteBatch, WriteResult
from leadbridge.work.decide import BreakerPolicy, RetryPolicy
from leadbridge.work.errors import LaneLost
from leadbridge.work.model import LastError, Task


class HeldLane(Protocol):
    """The ownership of a lane, as far as a handler is concerned."""

    @property
    def until(self) -> float:
        """The end of the lease by the monotonic clock, in seconds."""
        ...

    @property
    def lost(self) -> bool:
        """Whether the store has refused a result of this ownership."""
        ...

    @property
    def fence(self) -> int:
        """The number of this ownership: no other one of the lane has it."""
        ...


Writer: TypeAlias = "Callable[[WriteBatch], Awaitable[WriteResult]]"
"""Writes a batch where the lane is still owned, and prolongs the ownership; raises ``LaneLost``."""


class TaskContext:
    """A task while it runs. What is added to ``batch`` is stored together with the task's completion, or not at all."""

    def __init__(
        self,
        task: Task,
        ref: Any,
        held: HeldLane,
        clock: Clock,
        writer: Writer,
        *,
        out_of_order: bool = False,
        prepared: Any = None,
    ) -> None:
        self.task = task
        self.ref = ref
        self.company_id = task.company_id
        self.batch = WriteBatch()
        self.notes: list[Any] = []
        """What the handler's ``summary`` is given, together with the notes of the other results it is stored with."""
        self.prepared = prepared
        """What the handler's ``prepare`` found for this task; None where it found nothing."""
        self.fence = held.fence
        """The number of the lane's ownership: what is remembered of the lane holds as long as this stays the same."""
        self.attempt = task.attempt + 1
        """The number of this try, from 1."""
        self.out_of_order = out_of_order
        """Whether this passes an earlier task of its order key, which kept failing for a quarter of an hour."""
        self._held = held
        self._clock = clock
        self._writer = writer

    def time_left(self) -> float:
        """Return the seconds for which the lane is surely still ours; it is prolonged as results are stored."""
        return 0.0 if self._held.lost else self._held.until - self._clock.monotonic()

    def require(self, seconds: float) -> None:
        """Raise ``LaneLost`` unless a side effect that takes up to ``seconds`` can end while the lane is ours.

        To be called right before each call outwards, with that call's time-out.
        """
        if self.time_left() <= seconds:
            raise LaneLost("The time on the lane does not suffice for another call.")

    async def hold(self, seconds: float) -> None:
        """As ``require``, but prolong the ownership first where its rest is too short."""
        if self.time_left() <= seconds:
            await self._writer(WriteBatch())
        self.require(seconds)

    async def store(self, batch: WriteBatch) -> WriteResult:
        """Write ``batch`` at once, before the task is done, only if the lane is still ours; raises ``LaneLost``.

        For what must be known after a crash: an intent before a call outwards, what a call brought about. The
        ownership is prolonged by it.
        """
        return await self._writer(batch)


@dataclass(frozen=True, slots=True)
class Done:
    """The task is done and is deleted, unless it was asked for again meanwhile: then it runs once more."""

    answered: bool = False
    """Whether the lane's other side gave an answer, which closes its breaker."""
    trips: bool = False
    """Whether the lane's other side failed as a whole, though this task is not tried again."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The try failed; what was added to the batch is stored all the same."""

    code: str
    message: str = ""
    after: float | None = None
    """Seconds that the other side asked to wait for."""
    trips: bool = False
    """Whether this is a failure of the lane's other side as a whole, which its breaker counts."""
    answered: bool = False
    """As with ``Done``: it failed for a reason of its own, and the other side is well."""
    due: int | None = None
    """When it is tried again, in milliseconds since 1970, where the handler has a schedule of its own."""
    slows: float | None = None
    """Set where the other side said that it is called too often: the seconds for which it wants no call at all."""


@dataclass(frozen=True, slots=True)
class Dead:
    """Trying again cannot help: the task goes to the dead letters."""

    code: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Reschedule:
    """Nothing failed; the task goes on at ``at`` (milliseconds since 1970), with its tries counted anew."""

    at: int


Result: TypeAlias = "Done | Retry | Dead | Reschedule"
Run: TypeAlias = Callable[[TaskContext], Awaitable[Result]]
Prepare: TypeAlias = Callable[[Sequence[Task]], Awaitable[Mapping[str, Any]]]
"""Reads at once what several tasks are about; returns it by the tasks' ids."""
Summary: TypeAlias = Callable[[str, str, Sequence[Any]], WriteBatch]
"""Returns what is stored once for all results of one batch, of a company, a lane and their notes. It reads nothing."""


Amend: TypeAlias = Callable[[Task, Sequence[Any]], Awaitable["tuple[Result, WriteBatch, Sequence[Any]]"]]
"""Makes a result anew whose part was refused, of its notes: what was done outwards is done, and is not done again."""
GivenUp: TypeAlias = Callable[[Task, LastError], Awaitable[WriteBatch]]
"""Returns how what a task was for ends when the task is not tried any more, whatever the reason."""


@dataclass(frozen=True, slots=True)
class Handler:
    """How tasks of one kind are run. ``ref`` is the struct their reference is read into."""

    kind: str
    run: Run
    ref: type[Any] = dict
    timeout: float = 30.0
    """Seconds after which a try is ended and counts as failed."""
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)
    prepare: Prepare | None = None
    summary: Summary | None = None
    amend: Amend | None = None
    given_up: GivenUp | None = None
    """Where this is set such a task leaves no dead letter: what it was for tells that it failed, and is sent again."""


class Handlers:
    """The handlers of a hub, by kind."""

    def __init__(self, *handlers: Handler) -> None:
        self._by_kind: dict[str, Handler] = {}
        for handler in handlers:
            self.add(handler)

    def add(self, handler: Handler) -> None:
        """Register a handler; a second one of its kind is a fault of the code (``ValueError``)."""
        if handler.kind in self._by_kind:
            raise ValueError(f"two handlers for tasks of kind {handler.kind!r}")
        self._by_kind[handler.kind] = handler

    def copy(self) -> Handlers:
        """Return the same handlers, to which others can be added."""
        return Handlers(*self._by_kind.values())

    def get(self, kind: str) -> Handler | None:
        """Return the handler of ``kind``; None where another version of the hub must have made the task."""
        return self._by_kind.get(kind)

    def context(
        self,
        handler: Handler,
        task: Task,
        held: HeldLane,
        clock: Clock,
        writer: Writer,
        *,
        out_of_order: bool,
        prepared: Any = None,
    ) -> TaskContext:
        """Return the context for a try; raises ``msgspec.ValidationError`` for a reference that cannot be read."""
        ref = msgspec.json.decode(task.ref, type=handler.ref)
        return TaskContext(task, ref, held, clock, writer, out_of_order=out_of_order, prepared=prepared)

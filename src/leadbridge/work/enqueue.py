"""Putting work into a lane, in the batch of its cause: both are stored, or neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from leadbridge.kit.clock import Clock, to_millis
from leadbridge.kit.ids import IdSource
from leadbridge.storage.batch import UNSET, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.work.model import (
    LANE,
    LANES,
    MAX_REF_BYTES,
    SIGNALS,
    TASKS,
    LaneState,
    Queue,
    Rate,
    Task,
    TaskState,
)

MAX_TRACE = 128


@dataclass(frozen=True, slots=True)
class LaneForm:
    """How a new lane is made: tasks at once, tasks a turn, and calls a second (None: no bound of its own)."""

    limit: int = 1
    quantum: int = 100
    per_second: float | None = None
    burst: float = 1.0


LANE_FORMS: Mapping[str, LaneForm] = {
    "conn": LaneForm(limit=2, quantum=100),
    "endpoint": LaneForm(limit=10, quantum=100),
    "auto": LaneForm(limit=4, quantum=100),
    "company": LaneForm(limit=1, quantum=100),
    "feed": LaneForm(limit=1, quantum=100),
    "fan": LaneForm(limit=4, quantum=100),
}
"""How the lanes of each sort are made."""


class NewTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task to be put into a lane. ``ref`` is a struct of ids, or a mapping of them."""

    id: str | None = None
    """The task's own, where it is found by it later; None: a new one."""
    company_id: str
    lane: str
    form: LaneForm | None = None
    """How the lane is made if it is new; None: as its sort is."""
    kind: str
    ref: object = msgspec.field(default_factory=dict)
    queue: Queue = Queue.BULK
    due_at: int | None = None
    """Milliseconds since 1970; None: now."""
    expires_at: int | None = None
    uniq: str | None = None
    """While a task of the company has this name, asking again only raises its ``hits``."""
    order_key: str | None = None
    order_seq: int | None = None
    trace: str | None = None
    subjects: tuple[str, ...] = ()


class TaskQueue:
    """Adds tasks to batches. ``forms`` says by a lane's prefix (``conn``) how lanes are made."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource, forms: Mapping[str, LaneForm] | None = None) -> None:
        self._store, self._clock, self._ids = store, clock, ids
        self._forms = dict(forms or {})

    async def enqueue(self, batch: WriteBatch, *asked: NewTask) -> list[str]:
        """Add ``asked`` to ``batch`` and return the id of the task that each of them is.

        Call it inside ``store.attempt``: where a task of the same ``uniq`` exists, the batch depends on what was read
        of it. A ``ValueError`` names a lane, a reference or an order that cannot be.
        """
        now = to_millis(self._clock.now())
        existing = await self._existing(asked)
        made: dict[tuple[str, str], str] = {}
        ids: list[str] = []
        wakes: dict[tuple[str, str], int] = {}
        forms: dict[tuple[str, str], LaneForm] = {}
        for one in asked:
            name = (one.company_id, one.uniq) if one.uniq is not None else None
            if name is not None and name in made:
                ids.append(made[name])
                continue
            found = existing.get(name) if name is not None else None
            due = now if one.due_at is None else one.due_at
            if found is None:
                task = self._task(one, now)
                batch.insert(TASKS, task)
                id, lane = task.id, one.lane
            else:
                due = _hint(batch, found, due)
                id, lane = found.id, found.lane
            ids.append(id)
            if name is not None:
                made[name] = id
            key = (one.company_id, lane)
            wakes[key] = min(due, wakes.get(key, due))
            if one.form is not None:
                forms[key] = one.form
        for (company, lane), due in wakes.items():
            form = forms.get((company, lane)) or self._forms.get(lane.partition(":")[0], LaneForm())
            wake(batch, company, lane, due, form)
        return ids

    async def _existing(self, asked: Sequence[NewTask]) -> dict[tuple[str, str], Task]:
        found: dict[tuple[str, str], Task] = {}
        for company in dict.fromkeys(one.company_id for one in asked):
            names = list(dict.fromkeys(one.uniq for one in asked if one.uniq is not None and one.company_id == company))
            for task in await self._store[TASKS].of(company).lookup("uniq", names):
                if task.uniq is not None:
                    found[company, task.uniq] = task
        return found

    def _task(self, one: NewTask, now: int) -> Task:
        if not LANE.match(one.lane):
            raise ValueError(f"{one.lane!r} cannot be the id of a lane: kind, colon, id")
        if (one.order_key is None) != (one.order_seq is None):
            raise ValueError("an order key and a place in its order belong together")
        ref = msgspec.json.encode(one.ref)
        if len(ref) > MAX_REF_BYTES:
            raise ValueError(f"a task's reference has {len(ref)} bytes; it holds ids, at most {MAX_REF_BYTES} bytes")
        due = now if one.due_at is None else one.due_at
        return Task(
            id=one.id or self._ids(),
            company_id=one.company_id,
            lane=one.lane,
            q=int(one.queue),
            kind=one.kind,
            ref=ref.decode(),
            due_at=due,
            first_due_at=due,
            expires_at=one.expires_at,
            uniq=one.uniq,
            order_key=one.order_key,
            order_seq=one.order_seq,
            trace=None if one.trace is None else one.trace[:MAX_TRACE],
            subjects=one.subjects,
        )


def _hint(batch: WriteBatch, found: Task, due: int) -> int:
    """Ask for an existing task again; return when it is due. One that waits after a failure keeps its pause."""
    values: dict[str, object] = {"hits": found.hits + 1}
    unset: tuple[str, ...] = ()
    if found.state == TaskState.DEAD:
        values |= {"state": TaskState.WAITING, "attempt": 0, "crashes": 0, "dueAt": due, "firstDueAt": due}
        unset = ("lastError",)
    elif found.attempt == 0 and due < found.due_at:
        values |= {"dueAt": due}
    else:
        due = found.due_at
    # the state too: a task that dies meanwhile would otherwise take the hint into its grave
    batch.patch(
        TASKS, found.company_id, found.id, values=values, unset=unset, where={"hits": found.hits, "state": found.state}
    )
    return due


def wake(batch: WriteBatch, company: str, lane: str, due: int, form: LaneForm | None = None) -> None:
    """Let ``lane`` be looked at when ``due``, after the commit; with ``form`` an absent lane is made.

    The signal rises first: an owner that is about to leave the lane as idle then cannot, and one that has left it is
    overtaken by the wake. A sleeping lane becomes delayed, not ready, because only who promotes it knows the virtual
    time of its company.
    """
    batch.after(SIGNALS, company, lane, add={"n": 1}, create={"n": 0})
    # a lane that its rate or its breaker holds stays held
    batch.after(LANES, company, lane, where={"state": LaneState.DELAYED, "held": UNSET}, least={"at": due})
    create = None if form is None else _new_lane(form, due)
    batch.after(
        LANES,
        company,
        lane,
        where={"state": LaneState.IDLE},
        values={"state": LaneState.DELAYED, "at": due},
        create=create,
    )


def _new_lane(form: LaneForm, due: int) -> dict[str, object]:
    fields: dict[str, object] = {
        "state": LaneState.DELAYED,
        "fence": 0,
        "at": due,
        "vt": 0,
        "limit": form.limit,
        "quantum": form.quantum,
        "turn": (),
        "seen": 0,
    }
    if form.per_second is not None:
        rate = Rate(tokens=form.burst, at=due, per_sec=form.per_second, burst=form.burst)
        fields["rate"] = msgspec.to_builtins(rate)
    return fields

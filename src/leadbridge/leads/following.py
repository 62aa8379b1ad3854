"""What refers to a record follows it into the one it became part of, and back: a durable task, some at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from leadbridge.kit.clock import Clock, to_millis
from leadbridge.leads.change import Author, record_change
from leadbridge.leads.fields import flatten
from leadbridge.leads.forms.model import SUBMISSIONS
from leadbridge.leads.rules import rules_from
from leadbridge.leads.settings import SETTINGS
from leadbridge.leads.stored import MERGES, CrmRecord, RecordMerge
from leadbridge.leads.types import ACCOUNT, CONTACT, DEAL, LEAD, RecordType
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import Position
from leadbridge.storage.store import Store
from leadbridge.work.enqueue import NewTask, TaskQueue
from leadbridge.work.handlers import Done, Handler, Reschedule, Result, TaskContext

KIND = "records.follow"
STEP = 100
"""Documents of one kind in one batch; a record's change is two operations."""
WAIT_MILLIS = 2000
REFERRING = (
    (ACCOUNT, CONTACT, "accountId", "account"),
    (ACCOUNT, DEAL, "accountId", "account"),
    (CONTACT, DEAL, "contactId", "contact"),
)
"""What is referred to, what refers, by which field, and the facet by which that is found."""


@dataclass(frozen=True, slots=True)
class Followed:
    """How far one walk came: ``next`` is where it goes on; ``wait``: not now, somebody is at work on it."""

    next: Position | None = None
    wait: bool = False


class Follower(Protocol):
    """Documents that name a record by its id."""

    async def follow(self, batch: WriteBatch, merge: RecordMerge, *, back: bool, after: Position | None) -> Followed:
        """Add to ``batch`` the next of those that follow the loser of ``merge``, or go back to it."""
        ...


class Ref(msgspec.Struct, frozen=True, rename="camel"):
    """Whose references move, which way, whose turn it is, and where its walk goes on."""

    merge_id: str
    back: bool
    follower: int = 0
    after: tuple[Any, ...] = ()


class RecordsFollow:
    """Records of one type that refer to another: the reference is a field, so that its change is one of theirs.

    Back goes what still refers to the winner by the very change that this merge made.
    """

    def __init__(self, store: Store, clock: Clock, of: RecordType, by: RecordType, field: str, facet: str) -> None:
        self._store, self._clock = store, clock
        self._of, self._by, self._field, self._facet = of, by, field, facet

    async def follow(self, batch: WriteBatch, merge: RecordMerge, *, back: bool, after: Position | None) -> Followed:
        if merge.record != self._of.name:
            return Followed()
        company, author = merge.company_id, Author("api", f"merge:{merge.id}")
        source, target = (merge.winner_id, merge.loser_id) if back else (merge.loser_id, merge.winner_id)
        type = self._by
        referring = self._store[type.kind].of(company)
        named = f"{self._facet}:{source}"
        page = await referring.find(eq={"facets": named}, order=("createdAt",), limit=STEP, after=after)
        rules = rules_from(await self._store[SETTINGS].of(company).get(f"{company}:{type.name}"))
        for record in page.items:
            if not back or self._moved(record, author):
                record_change(
                    batch, type, company=company, id=record.id, before=record,
                    fields=flatten(record) | {self._field: target}, now=self._clock.now(), author=author, rules=rules,
                )  # fmt: skip
        return Followed(page.next)

    def _moved(self, record: CrmRecord, author: Author) -> bool:
        return any(entry.f == self._field and entry.by == author.by for entry in record.changed)


class SubmissionsFollow:
    """What people sent with forms: it belongs to the lead that is left, and names both, so that it can go back."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def follow(self, batch: WriteBatch, merge: RecordMerge, *, back: bool, after: Position | None) -> Followed:
        if merge.record != LEAD.name:
            return Followed()
        winner, loser = merge.winner_id, merge.loser_id
        sent = self._store[SUBMISSIONS].of(merge.company_id)
        page = await sent.find(eq={"subjects": loser}, limit=STEP, after=after)
        for one in page.items:
            others = [id for id in one.subjects if id != winner]
            if back and one.lead_id == winner:
                batch.replace(SUBMISSIONS, one.model_copy(update={"lead_id": loser, "subjects": tuple(others)}))
            elif not back and one.lead_id == loser:
                batch.replace(SUBMISSIONS, one.model_copy(update={"lead_id": winner, "subjects": (winner, *others)}))
        return Followed(page.next)


def followers(store: Store, clock: Clock) -> list[Follower]:
    """Return this room's own."""
    return [*(RecordsFollow(store, clock, *one) for one in REFERRING), SubmissionsFollow(store)]


def handler(store: Store, clock: Clock, queue: TaskQueue, all_followers: Sequence[Follower]) -> Handler:
    """Return the handler of such tasks: each stores some documents, and asks for the next task where more are left."""

    async def run(context: TaskContext) -> Result:
        ref: Ref = context.ref
        merge = await store[MERGES].of(context.company_id).get(ref.merge_id)
        if merge is None or (merge.undone_at is not None) is not ref.back:
            return Done()  # erased, or taken apart meanwhile: another task brings back what came here
        # a merge that is taken apart at this moment makes the batch too late, and the task is tried again
        context.batch.require(MERGES, merge.company_id, merge.id, rev=merge.rev)
        at, after = ref.follower, ref.after or None
        while at < len(all_followers):
            followed = await all_followers[at].follow(context.batch, merge, back=ref.back, after=after)
            if followed.wait:
                return Reschedule(to_millis(clock.now()) + WAIT_MILLIS)
            if followed.next is None:
                at += 1
            if (followed.next is not None or len(context.batch) >= STEP) and at < len(all_followers):
                more = task(merge, back=ref.back, follower=at, after=followed.next or ())
                await queue.enqueue(context.batch, more)
                return Done()
            after = None
        return Done()

    return Handler(KIND, run, Ref)


def task(merge: RecordMerge, *, back: bool, follower: int = 0, after: Position = ()) -> NewTask:
    """Return the task that lets references follow, in the lane of the company."""
    return NewTask(
        company_id=merge.company_id,
        lane=f"company:{merge.company_id}",
        kind=KIND,
        ref=Ref(merge.id, back, follower, tuple(after)),
        subjects=(merge.winner_id, merge.loser_id),
    )


__all__ = ["KIND", "Followed", "Follower", "followers", "handler", "task"]
